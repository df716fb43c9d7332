"""The pure core: phones, steps, verdicts, deadlines, firmware, organisations. No input or output happens here."""
