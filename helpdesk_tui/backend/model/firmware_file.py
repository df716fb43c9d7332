"""What the name of a firmware file says, and whether that agrees with what somebody says of it.

Grammar: phone_formats.md section 4.1 (`T46S(T48S,T42S,T41S)-66.86.0.15.rom`) and section 4.2
(`snomD735-10.1.198.19-SIP-r.bin`, `.swu` for the D8xx). The name itself is free for Yealink phones, which look into the
image; so a name may say nothing, but what it says must be true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel
from helpdesk_tui.backend.model.firmware import FirmwareVersion, find_version, serves
from helpdesk_tui.backend.model.vendor import Vendor

CHAINED_UPDATE = "-ramdisk-chained-update-r.bin"
"""How the names of Snom's intermediate images end (phone_formats.md section 4.2)."""

# The endpoint serves these names and no others.
_NAME = re.compile(r"[\w(),+-][\w().,+-]{0,199}", re.ASCII)
_SNOM = re.compile(r"(?P<image>snom\w+)-(?P<version>\d[\d.]*\d)-SIP-[rf]\.(?:bin|swu)", re.ASCII)
_YEALINK = re.compile(r"(?P<models>[A-Za-z][\w(),+]*)-(?P<version>\d[\d.]*\d)\.rom", re.ASCII)
_VERSION = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,4}){2,4}(?![\d.]*\d)", re.ASCII)
_IMAGE = re.compile(r"snom\w+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a file name says; empty where it says nothing."""

    version: str
    models: tuple[str, ...]
    """Names as our catalogue spells them; only those that it knows."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file name, and what somebody says that the file is."""

    file: str
    version: FirmwareVersion
    models: tuple[PhoneModel, ...]
    catalogue: Catalogue


def read_name(file: str, catalogue: Catalogue) -> Named:
    """What this file name says of its version and of the models that it is for."""
    match = _SNOM.fullmatch(file)
    if match:
        image = match["image"].casefold()
        models = [model.name for model in catalogue.models if model.firmware_image.casefold() == image]
        return Named(match["version"], tuple(models))
    match = _YEALINK.fullmatch(file)
    if match:
        found = (catalogue.find(name) for name in re.split(r"[(),+]", match["models"]) if name)
        names = [model.name for model in found if model and model.vendor is Vendor.YEALINK]
        return Named(match["version"], tuple(dict.fromkeys(names)))
    said = _VERSION.search(file)
    return Named(said[0] if said else "", ())


def check_name(file: str, version: FirmwareVersion, models: Sequence[PhoneModel], catalogue: Catalogue) -> None:
    """Raises BadInput when the name cannot be served, or says something else than version and models."""
    claim = Claim(file, version, tuple(models), catalogue)
    problem = next((sentence for rule in RULES if (sentence := rule(claim))), None)
    if problem:
        raise BadInput(problem)


def _not_a_name(claim: Claim) -> str | None:
    if _NAME.fullmatch(claim.file):
        return None
    return (
        f"{claim.file[:60]!r} is not a file name for firmware: name a file without a path, of letters, digits and "
        "().,+-_ only."
    )


def _other_ending(claim: Claim) -> str | None:
    wanted = {_ending(model) for model in claim.models}
    if any(claim.file.lower().endswith(ending) for ending in wanted):
        return None
    models = ", ".join(model.name for model in claim.models)
    return f"{claim.file}: firmware for the {models} has names that end in {' or '.join(sorted(wanted))}."


def _ending(model: PhoneModel) -> str:
    if model.vendor is Vendor.YEALINK:
        return ".rom"
    return ".swu" if model.family == "D8xx" else ".bin"


def _intermediate(claim: Claim) -> str | None:
    if not claim.file.endswith(CHAINED_UPDATE):
        return None
    return f"{claim.file} is an intermediate image and no firmware of its own: it only belongs in the firmware folder."


def _other_version(claim: Claim) -> str | None:
    said = find_version(read_name(claim.file, claim.catalogue).version)
    if said is None or (said.scheme, said.numbers) == (claim.version.scheme, claim.version.numbers):
        return None
    return f"{claim.file} is {said} by its name, not {claim.version}: check the version and the file."


def _other_image(claim: Claim) -> str | None:
    """Snom: each model has an image of its own."""
    said = _IMAGE.match(claim.file)
    for model in claim.models:
        if said and model.firmware_image.casefold() not in said[0].casefold().split("_"):
            return f"{claim.file} is for another model by its name: the {model.label} takes {model.firmware_image}-…"
    return None


def _other_family(claim: Claim) -> str | None:
    """Yealink: a model that the name names must be one that takes this version."""
    named = [claim.catalogue.get(name) for name in read_name(claim.file, claim.catalogue).models]
    wrong = next((model for model in named if not serves(claim.version, model)), None)
    return f"{claim.file} is for the {wrong.label} by its name, which {claim.version} does not fit." if wrong else None


RULES: tuple[Callable[[Claim], str | None], ...] = (
    _not_a_name,
    _intermediate,
    _other_ending,
    _other_version,
    _other_image,
    _other_family,
)
"""What a name may get wrong, the first that applies; each gives its sentence, or None."""
