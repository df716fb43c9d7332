"""Hardware addresses, in every notation people type or paste."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput

_LABEL = re.compile(
    r"(?:(?:mac|hw|hardware)(?:[ -]?(?:add?ress?|addr|id))?|ether(?:net)?|s/?n)\s*[:=#]?\s*",
    re.I,
)
_WRAPPING = " \t\r\n\"'`()<>[]{},;"
# The middle dot, the dashes and the invisible blank are what web pages and documents put between the digits.
_SEPARATORS = re.compile(r"[\s:.\-_·‐‑‒–—\u200b]+")
_SHORT_BYTES = re.compile(r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}", re.I)


@dataclass(frozen=True, order=True, slots=True)
class Mac:
    """A phone's hardware address: twelve lower-case hexadecimal digits."""

    hex: str

    @classmethod
    def parse(cls, text: str) -> Mac:
        """Read a MAC in any notation: colons, dashes, dots, blanks, none, upper case, with a label before it.

        Raises BadInput with a sentence when the text is no MAC of one device.
        """
        value = text.strip(_WRAPPING)
        label = _LABEL.match(value)
        value = value[label.end() :].strip(_WRAPPING) if label else value
        if _SHORT_BYTES.fullmatch(value):  # some systems print 0:4:13:a:b:c
            value = ":".join(byte.zfill(2) for byte in value.split(":"))
        bare = _SEPARATORS.sub("", value).lower()
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


def is_device(digits: str) -> bool:
    """Whether these twelve lower-case hexadecimal digits are the address of one device."""
    return digits not in ("0" * 12, "f" * 12) and not int(digits[:2], 16) & 1


def find_mac(text: str) -> Mac | None:
    """The MAC that this text is, or None where it is something else (a name, a fragment)."""
    try:
        return Mac.parse(text)
    except BadInput:
        return None
