"""Hardware addresses, in every notation people type or paste."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput

_LABEL = re.compile(r"^\s*(?:mac(?:[ -]?(?:address|addr|adres))?|hw(?:addr)?|ether(?:net)?|s/?n)\s*[:=#]?\s*", re.I)
_SEPARATORS = re.compile(r"[\s:.\-_·]+")  # noqa: RUF001 - the middle dot is what some web pages print
_HEX12 = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, order=True, slots=True)
class Mac:
    """A phone's hardware address: twelve lower-case hexadecimal digits."""

    hex: str

    @classmethod
    def parse(cls, text: str) -> Mac:
        """Read a MAC in any notation: colons, dashes, dots, blanks, none, upper case, with a label before it.

        Raises BadInput with a sentence when the text is no MAC of one device.
        """
        bare = _SEPARATORS.sub("", _LABEL.sub("", text, count=1)).lower()
        shown = text.strip()[:40]
        if not bare:
            raise BadInput("A MAC address is needed: twelve hexadecimal digits, on the sticker of the phone.")
        if not bare.isascii() or not re.fullmatch(r"[0-9a-f]+", bare):
            wrong = next((c for c in bare if c not in "0123456789abcdef"), "?")
            hint = " (is it a zero?)" if wrong == "o" else ""
            raise BadInput(f"{shown!r} is not a MAC address: {wrong!r} is no hexadecimal digit{hint}.")
        if len(bare) != 12:
            raise BadInput(f"{shown!r} is not a MAC address: it has {len(bare)} digits instead of 12.")
        if bare in ("0" * 12, "f" * 12):
            raise BadInput(f"{shown!r} is not the MAC address of a phone: no device has it.")
        if int(bare[:2], 16) & 1:
            raise BadInput(f"{shown!r} is a multicast address, not that of one phone: compare it with the sticker.")
        return cls(bare)

    @property
    def colons(self) -> str:
        """`00:04:13:aa:bb:cc`, as shown and exported everywhere."""
        return ":".join(self.hex[i : i + 2] for i in range(0, 12, 2))

    @property
    def upper(self) -> str:
        """`000413AABBCC`, as Snom phones put it in URLs."""
        return self.hex.upper()

    def __str__(self) -> str:
        return self.colons


def find_mac(text: str) -> Mac | None:
    """The MAC that this text is, or None where it is something else (a name, a fragment)."""
    try:
        return Mac.parse(text)
    except BadInput:
        return None
