"""The catalogue of phone models: what each can hold, which firmware fits it, and how it is reset."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.vendor import Vendor


class ResetWay(StrEnum):
    """How a person resets this family to factory defaults."""

    HOLD_HASH_AT_BOOT = "hold-hash-at-boot"
    """Snom: press and hold `#` from the very start of booting."""
    HOLD_OK = "hold-ok"
    """Yealink: hold OK (not X) for several seconds on the idle screen."""
    MENU = "menu"
    """Only through the phone's own menu."""
    MANUAL = "manual"
    """No public description: consult the manual of the model."""


@dataclass(frozen=True, slots=True)
class PhoneModel:
    """One certified model."""

    vendor: Vendor
    name: str
    """As the vendor spells it, such as `D735` or `T46S`."""
    family: str
    """Phones of a family are handled alike: `7xx`, `D3xx`, `D7xx`, `D8xx`, `T4xS`, …"""
    identities: int
    """SIP accounts that the phone can hold."""
    keys: int
    """Programmable function keys on the phone itself."""
    modules: int
    """Expansion modules that can be attached."""
    module_keys: int
    """Keys of one expansion module."""
    reset: ResetWay
    firmware_prefixes: tuple[str, ...] = ()
    """Yealink: accepted first numbers: `66`, `95@84` (prefix 95 in V84 only), `96@85+` (prefix 96 from V85 on)."""
    firmware_image: str = ""
    """Snom: the stem of firmware file names, such as `snomD735`."""
    oldest_firmware: str = ""
    """The oldest version known for the model: below it nothing is offered."""
    common_file: str = ""
    """Yealink: the 12 digits of the common file, such as `000000000066` (asked for as `y` + digits + `.cfg`)."""

    @property
    def label(self) -> str:
        """`Snom D735`, `Yealink T46S`."""
        return f"{self.vendor.label} {self.name}"

    def accepts(self, prefix: int, generation: int) -> bool:
        """Whether Yealink firmware of this first and second number is made for this model.

        Source: phone_formats.md section 4.1; the first number alone does not tell, it changed between generations.
        """
        return any(_accepts(rule, prefix, generation) for rule in self.firmware_prefixes)


class Catalogue:
    """All models, found by the names people and phones use."""

    def __init__(self, models: Iterable[PhoneModel]) -> None:
        self.models = tuple(models)
        self._by_name = {_bare(model.name): model for model in self.models}

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Catalogue:
        """Read the rows of `assets/models.csv`; lines that start with `#` are comments."""
        return cls(_model(row) for row in csv.DictReader(line for line in lines if not line.startswith("#")))

    def find(self, name: str) -> PhoneModel | None:
        """The model of this name in any spelling (`d735`, `Snom D735`, `SIP-T46S`, `t21p e2`), or None."""
        vendor, bare = _split(name)
        model = self._by_name.get(_ALIASES.get(bare, bare))
        return model if model and vendor in (None, model.vendor) else None

    def get(self, name: str) -> PhoneModel:
        """The model of this name. Raises BadInput with the nearest names."""
        model = self.find(name)
        if model is None:
            from difflib import get_close_matches  # only on this path: it costs start-up time

            near = get_close_matches(_split(name[:40])[1], self._by_name, n=3, cutoff=0.5)
            names = [self._by_name[bare].name for bare in near]
            hint = f"did you mean {', '.join(names)}?" if names else "see the list of models in docs/files.md."
            raise BadInput(f"{name.strip()[:40]!r} is not a model that we can provision: {hint}")
        return model

    def accepting(self, prefix: int, generation: int) -> tuple[PhoneModel, ...]:
        """The Yealink models that firmware of this first and second number is made for."""
        return tuple(model for model in self.models if model.accepts(prefix, generation))


# Snom sells 710 to 760 as D710 to D760 too, while their images and User-Agents lack the D (phone_formats.md, 4.2);
# a T58A calls itself T58 in its User-Agent.
_ALIASES = {"d710": "710", "d715": "715", "d720": "720", "d725": "725", "d760": "760", "t58": "t58a"}


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _split(name: str) -> tuple[Vendor | None, str]:
    """The vendor that a name begins with, and the bare name of the model."""
    bare = _bare(name)
    vendor = next((vendor for vendor in Vendor if bare.startswith(vendor.value)), None)
    return vendor, bare.removeprefix(vendor.value if vendor else "").removeprefix("sip")


def _accepts(rule: str, prefix: int, generation: int) -> bool:
    accepted, _, when = rule.partition("@")
    if int(accepted) != prefix:
        return False
    if when.endswith("+"):
        return generation >= int(when[:-1])
    return not when or generation == int(when)


def _model(row: Mapping[str, str]) -> PhoneModel:
    return PhoneModel(
        vendor=Vendor(row["vendor"]),
        name=row["model"],
        family=row["family"],
        identities=int(row["identities"]),
        keys=int(row["keys"]),
        modules=int(row["modules"]),
        module_keys=int(row["module_keys"]),
        reset=ResetWay(row["reset"]),
        firmware_prefixes=tuple(row["firmware_prefixes"].split()),
        firmware_image=row["firmware_image"],
        oldest_firmware=row["oldest_firmware"],
        common_file=row["common_file"],
    )
