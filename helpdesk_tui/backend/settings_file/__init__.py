"""The settings file: which settings a phone gets, why, and how they are written down. Pure."""
