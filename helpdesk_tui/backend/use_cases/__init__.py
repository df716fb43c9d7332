"""What an operator can do, each with its rules, its event and its transaction."""
