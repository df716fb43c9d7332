"""What `phone settings` prints: the file itself, its origins, or what differs from another."""

from __future__ import annotations

from helpdesk_tui.backend import FileComparison, Helpdesk, Phone, Refused, SettingsFile, lines_of

LAST = "last"
"""Stands for the file that the phone last fetched."""


def with_origins(file: SettingsFile) -> str:
    """Every line with where its value comes from; what a custom setting replaces stands below it."""
    lines = []
    for line in lines_of(file):
        setting = line.setting
        lines.append(f"{setting.origin.value if setting else '':<14}{line.text}")
        if setting is not None and setting.overrides is not None:
            replaced = setting.overrides
            lines.append(f"{'':<14}  (instead of {replaced.value or 'nothing'}: {replaced.origin.value})")
    return "".join(f"{line}\n" for line in lines)


def difference(desk: Helpdesk, phone: Phone, other: str) -> str:
    """The lines that differ, secrets masked, from another phone's file or from what the phone last fetched.

    Raises Refused when it is not on record what the phone fetched.
    """
    if other != LAST:
        return _text(desk.settings.beside(phone, desk.phones.find(other)))
    found = desk.settings.since_fetched(phone)
    if found is None:
        raise Refused(f"It is not on record what {phone.mac} last fetched: wait for its next check, or restart it.")
    return _text(found[1])


def _text(comparison: FileComparison) -> str:
    return "".join(f"{line}\n" for line in comparison.lines)
