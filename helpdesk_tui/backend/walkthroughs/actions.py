"""What a step of a walkthrough can do right where it is said. The value is the id of the command that does it."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Names that `actions` of a step may use."""

    ACTIVATE = "activate"
    """Register the phone at its manufacturer."""
    ADD_AGAIN = "add_again"
    """Remove the phone and add it again; its settings are lost."""
    ADD_ELSEWHERE = "add_elsewhere"
    """Remove the phone and add it to another organisation; its settings are lost."""
    RETRY = "retry"
    """Make the call that waits for the manufacturer now."""
    ASK = "ask_manufacturer"
    """Ask the manufacturer what it knows of the phone."""
    MOVE = "move"
    """Open the screen that moves the phone to another organisation with its settings kept."""
    FIRMWARE = "firmware"
    """Open the screen that chooses a firmware."""
