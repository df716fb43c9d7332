"""The two manufacturers, and what a MAC prefix hints about them."""

from __future__ import annotations

from enum import StrEnum

from helpdesk_tui.backend.model.mac import Mac


class Vendor(StrEnum):
    """A manufacturer whose phones are provisioned."""

    SNOM = "snom"
    YEALINK = "yealink"

    @property
    def label(self) -> str:
        """The name as people write it."""
        return self.value.capitalize()

    @property
    def service_label(self) -> str:
        """What the manufacturer calls its redirection service."""
        return {Vendor.SNOM: "Snom SRAPS", Vendor.YEALINK: "Yealink RPS"}[self]


# IEEE registrations: reference phone_formats.md, section 6 (confidence A). Such lists rot: a hint, never a refusal.
PREFIXES: dict[str, Vendor] = {
    **dict.fromkeys(("000413", "1c7126"), Vendor.SNOM),
    **dict.fromkeys(
        (
            *("001565", "249ad8", "3497d7", "44dbd2", "644f56", "805e0c"),
            *("805ec0", "b061a9", "c4fc22", "ec1da9", "f01653"),
        ),
        Vendor.YEALINK,
    ),
}


def vendor_by_prefix(mac: Mac) -> Vendor | None:
    """The manufacturer that owns the first three bytes of this MAC, or None where the list does not know."""
    return PREFIXES.get(mac.hex[:6])
