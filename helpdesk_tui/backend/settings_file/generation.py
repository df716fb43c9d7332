"""Firmware generations: phones of one generation understand the same settings file."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.vendor import Vendor


class Generation(StrEnum):
    """What decides the spelling of a settings file (reference phone_formats.md, sections 1 and 2)."""

    SNOM_8 = "Snom 8.7/8.9"
    SNOM_10 = "Snom 10.1"
    SNOM_D8 = "Snom D8xx"
    YEALINK_V80 = "Yealink V80 and before"
    YEALINK_V81 = "Yealink V81 to V83"
    YEALINK_V84 = "Yealink V84 to V86"
    YEALINK_V87 = "Yealink V87"

    @property
    def vendor(self) -> Vendor:
        """Whose phones these are."""
        return Vendor.SNOM if self.name.startswith("SNOM") else Vendor.YEALINK

    @property
    def knows_boot_files(self) -> bool:
        """Yealink phones ask for a boot file from V81 on (phone_formats.md, section 2.2)."""
        return self in {Generation.YEALINK_V81, Generation.YEALINK_V84, Generation.YEALINK_V87}


_LAST_MAJOR = (
    (80, Generation.YEALINK_V80),
    (83, Generation.YEALINK_V81),
    (86, Generation.YEALINK_V84),
    (99, Generation.YEALINK_V87),
)
"""Yealink: the last major version (second number) of each generation."""

_RENDERED = {
    Vendor.SNOM: re.compile(r"D?[1-8][0-9]{2}"),
    Vendor.YEALINK: re.compile(r"(?:T[0-9]{2}|CP9[0-9]{2})[A-Z0-9_]*"),
}
"""Names of desk and conference phones. DECT bases (M700, W70B, ...) are provisioned in another way altogether."""

_VERSION = re.compile(r"\s*(\d{1,4})\.(\d{1,4})(?:\.\d{1,4}){1,3}\s*", re.ASCII)


def generation_of(model: PhoneModel, installed: str | None, selected: str | None) -> Generation:
    """The generation of the installed firmware; where that is unknown, of the selected, else of the model's oldest.

    Raises BadInput for models that are provisioned in another way.
    """
    if not _RENDERED[model.vendor].fullmatch(model.name):
        raise BadInput(
            f"{model.vendor.label} {model.name} is not a desk phone: settings files are made for desk phones only, "
            "so provision it by hand."
        )
    major = major_version(model, installed, selected)
    if model.vendor is Vendor.YEALINK:
        return next(generation for last, generation in _LAST_MAJOR if major <= last)
    if model.name.startswith("D8"):
        return Generation.SNOM_D8
    return Generation.SNOM_8 if major < 10 else Generation.SNOM_10


def major_version(model: PhoneModel, installed: str | None, selected: str | None) -> int:
    """The number that names the generation: 10 for Snom 10.1.49.11, 86 for Yealink 66.86.0.15."""
    for version in (installed, selected, model.oldest_firmware):
        if version and (major := _major(model.vendor, version)):
            return major
    return 84 if model.vendor is Vendor.YEALINK else 10


@lru_cache(maxsize=4096)
def _major(vendor: Vendor, version: str) -> int | None:
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    major = int(match[2 if vendor is Vendor.YEALINK else 1])
    # A Snom version reported by a Yealink phone (or the other way round) says nothing about it.
    return major if major in (range(60, 100) if vendor is Vendor.YEALINK else range(7, 20)) else None
