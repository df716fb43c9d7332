"""Reading firmware versions: whose they are, what their numbers say, whether they fit, and which is newer.

Source: provisioning.txt, "Reading firmware versions numbers", as corrected by phone_formats.md sections 3.2 and 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel
from helpdesk_tui.backend.model.vendor import Vendor

INTERNATIONAL = 0
LYDIS = 188
"""The third number of Yealink firmware made by Lydis, the Benelux distributor, with Dutch built in."""


class Scheme(StrEnum):
    """How a version is numbered."""

    YEALINK = "yealink"
    """prefix.generation.branch.minor: `66.86.188.2`."""
    SNOM_DESK = "snom desk"
    """major.minor.minor, then patch numbers: `10.1.54.13`; up to V8.4 without patch, seldom with two."""
    SNOM_DECT = "snom dect"
    """major.minor.patch with leading zeros: `05.20.0001`."""


@dataclass(frozen=True, slots=True)
class FirmwareVersion:
    """One version, read. Versions have no order of their own: see `compare`."""

    scheme: Scheme
    numbers: tuple[int, ...]
    text: str
    """As it was written."""

    @classmethod
    def parse(cls, text: str) -> FirmwareVersion:
        """Read a version as phones report it or people type it (`66.86.188.2`, `V10.1.54.13`, `05.20.0001`).

        No model is needed: the second number of Yealink firmware is its generation (V70 and up, VP59: V283), a number
        that the other schemes never have there. So 9.73.0.50 is Yealink's and 8.7.5.35 is Snom's. Raises BadInput.
        """
        shown = text.strip()
        bare = shown.removeprefix("V").removeprefix("v")
        if len(shown) <= _LONGEST:
            for scheme, pattern in _PATTERNS:
                if match := pattern.fullmatch(bare):
                    return cls(scheme, tuple(int(number) for number in match["numbers"].split(".")), bare)
            if match := _SNOM_BUILD.fullmatch(bare):
                return cls(Scheme.SNOM_DESK, tuple(int(number) for number in match.groups()), bare)
            if _YEALINK_HARDWARE.fullmatch(bare):
                raise BadInput(f"{shown!r} is a hardware version: the firmware version has four numbers.")
        raise BadInput(
            f"{shown[:_LONGEST]!r} is not a firmware version: it looks like 66.86.188.2 (Yealink) or 10.1.54.13 (Snom)."
        )

    @property
    def vendor(self) -> Vendor:
        return Vendor.YEALINK if self.scheme is Scheme.YEALINK else Vendor.SNOM

    @property
    def family_prefix(self) -> int | None:
        """Yealink: the first number, which says for which models the firmware is. Snom: None."""
        return self.numbers[0] if self.scheme is Scheme.YEALINK else None

    @property
    def generation(self) -> int:
        """The major version: 86 of V86 (Yealink), 10 of V10 (Snom)."""
        return self.numbers[1] if self.scheme is Scheme.YEALINK else self.numbers[0]

    @property
    def branch(self) -> int | None:
        """Yealink: 0 is international, 188 is made by Lydis, others by or for others. Snom: None."""
        return self.numbers[2] if self.scheme is Scheme.YEALINK else None

    @property
    def branch_name(self) -> str | None:
        """`international`, `Lydis` or `custom 257`; None for Snom."""
        if self.branch is None:
            return None
        return {INTERNATIONAL: "international", LYDIS: "Lydis"}.get(self.branch, f"custom {self.branch}")

    @property
    def rank(self) -> tuple[int, ...]:
        """What orders versions of one family and one branch, and only those; trailing zeros do not count."""
        numbers = (self.numbers[1], self.numbers[3]) if self.scheme is Scheme.YEALINK else self.numbers
        return numbers[: max((place for place, number in enumerate(numbers, 1) if number), default=0)]

    def __str__(self) -> str:
        return self.text


_LONGEST = 40
_NUMBER = r"\d{1,9}"
# 18.0: the T18 was made before generations were counted (phone_formats.md section 4.1).
_PATTERNS = (
    (Scheme.SNOM_DECT, re.compile(r"(?P<numbers>0\d\.\d\d\.\d{4})", re.ASCII)),
    (Scheme.YEALINK, re.compile(rf"(?P<numbers>(?:[1-9]\d{{0,2}}\.2?[7-9]\d|18\.0)\.{_NUMBER}\.{_NUMBER})", re.ASCII)),
    (Scheme.SNOM_DESK, re.compile(rf"(?P<numbers>(?:[3-9]|1\d)\.\d{{1,2}}(?:\.{_NUMBER}){{1,3}})", re.ASCII)),
)
# A build of a day: 873_19_20130321 was 8.7.3.19 (inferred: both forms are reported by phones of that time).
_SNOM_BUILD = re.compile(r"(\d)(\d)(\d)_(\d{1,4})_20\d{6}", re.ASCII)
_YEALINK_HARDWARE = re.compile(r"\d{1,3}(?:\.\d{1,3}){6}", re.ASCII)


def find_version(text: str | None) -> FirmwareVersion | None:
    """The version that this text is, or None where it is none."""
    try:
        return FirmwareVersion.parse(text or "")
    except BadInput:
        return None


def serves(version: FirmwareVersion, model: PhoneModel) -> bool:
    """Whether the version is of the model's family, be it new enough for it or not."""
    if version.vendor is not model.vendor:
        return False
    if version.family_prefix is None:
        return version.scheme is Scheme.SNOM_DESK
    return model.accepts(version.family_prefix, version.generation)


def _wrong_vendor(version: FirmwareVersion, model: PhoneModel, catalogue: Catalogue) -> str | None:
    if version.vendor is model.vendor:
        return None
    return f"{version} is firmware of {version.vendor.label}: it does not fit the {model.label}."


def _wrong_family(version: FirmwareVersion, model: PhoneModel, catalogue: Catalogue) -> str | None:
    if serves(version, model):
        return None
    if version.family_prefix is None:
        return f"{version} is firmware of Snom DECT bases: it does not fit the {model.label}."
    prefix, generation = version.family_prefix, version.generation
    if any(int(rule.partition("@")[0]) == prefix for rule in model.firmware_prefixes):
        return f"{version} does not fit the {model.label}: in V{generation} the first number {prefix} is not for it."
    made_for = _names(catalogue.accepting(prefix, generation))
    whose = f"is firmware for the {made_for}" if made_for else "is firmware for another family"
    wanted = " or ".join(dict.fromkeys(rule.partition("@")[0] for rule in model.firmware_prefixes))
    return f"{version} {whose}: it does not fit the {model.label}, whose versions begin with {wanted}."


def _too_old(version: FirmwareVersion, model: PhoneModel, catalogue: Catalogue) -> str | None:
    oldest = find_version(model.oldest_firmware)
    if oldest is None:
        return None
    if version.generation < oldest.generation:
        return f"No V{version.generation} firmware is known for the {model.label}: {version} does not fit it."
    # The numbers after Yealink's branch are counted by each maker for themselves: no floor can be read from them.
    if version.scheme is not Scheme.YEALINK and version.rank < oldest.rank:
        return f"{version} is older than {oldest}, the oldest firmware known for the {model.label}."
    return None


Misfit = Callable[[FirmwareVersion, PhoneModel, Catalogue], str | None]

MISFITS: tuple[Misfit, ...] = (_wrong_vendor, _wrong_family, _too_old)
"""Why a version may not fit a model, the first that applies; each gives its sentence, or None."""


def misfit(version: FirmwareVersion, model: PhoneModel, catalogue: Catalogue) -> str | None:
    """Why this firmware does not fit this model, as a sentence; None when it fits."""
    return next((sentence for why in MISFITS if (sentence := why(version, model, catalogue))), None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a version says."""

    version: str
    vendor: Vendor
    family_prefix: int | None
    """Yealink only."""
    generation: str
    """`V86`, `V10`."""
    branch: str | None
    """Yealink: `international`, `Lydis` or `custom 257`."""
    fits: bool | None
    """None when no model was given."""
    text: str


def explain(text: str, model: PhoneModel | None, catalogue: Catalogue) -> Explanation:
    """Say what a version means, and whether it fits the model. Raises BadInput when it cannot be read."""
    version = FirmwareVersion.parse(text)
    why_not = misfit(version, model, catalogue) if model else None
    sentences = [_meaning(version, catalogue)]
    if model:
        sentences.append(why_not or f"It fits the {model.label}.")
    return Explanation(
        version=version.text,
        vendor=version.vendor,
        family_prefix=version.family_prefix,
        generation=f"V{version.generation}",
        branch=version.branch_name,
        fits=why_not is None if model else None,
        text=" ".join(sentences),
    )


def _meaning(version: FirmwareVersion, catalogue: Catalogue) -> str:
    if version.family_prefix is None:
        kind = "Snom DECT firmware" if version.scheme is Scheme.SNOM_DECT else "Snom firmware"
        smaller = ".".join(str(number) for number in version.numbers[1:])
        return f"{kind}: major version V{version.generation}, minor and patch versions {smaller}."
    names = _names(catalogue.accepting(version.family_prefix, version.generation))
    made_for = f" for the {names}" if names else f" for models whose versions begin with {version.family_prefix}"
    return (
        f"Yealink firmware{made_for}: major version V{version.generation}, {_branch_words(version)}, "
        f"minor version {version.numbers[3]}."
    )


def _branch_words(version: FirmwareVersion) -> str:
    return {
        INTERNATIONAL: "international",
        LYDIS: "custom build by Lydis (188) with Dutch built in",
    }.get(version.branch or 0, f"custom build {version.branch} of another distributor or customer")


def _names(models: tuple[PhoneModel, ...]) -> str:
    names = [model.name for model in models]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


class Relation(StrEnum):
    """How the first version stands to the second."""

    NEWER = "newer"
    OLDER = "older"
    SAME = "same"
    INCOMPARABLE = "incomparable"


class Difference(StrEnum):
    """The largest thing that differs."""

    FAMILY = "family"
    BRANCH = "branch"
    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a first version stands to a second one."""

    relation: Relation
    difference: Difference | None
    """None when they are the same."""
    text: str


def compare(a: str, b: str, model: PhoneModel | None, catalogue: Catalogue) -> Comparison:
    """Say how `a` stands to `b`: NEWER means that `a` is the newer one. Raises BadInput when one cannot be read.

    - Family: another vendor or product line, or Yealink prefixes that no model shares (66.81 and 68.81 share the
      T41S), or one that is not the given model's: incomparable.
    - Branch (Yealink): custom and international builds have the major version in common and count their minor versions
      each for themselves. So the major version decides which is newer, and within one it is incomparable. The
      difference is `branch` in any case, because that is the larger hurdle.
    - Else by numbers, from left to right. Yealink: major, minor. Snom: the first number is the major version, the
      second and third are minor ones, the rest are patches (DECT: the third is the patch).
    """
    first, second = FirmwareVersion.parse(a), FirmwareVersion.parse(b)
    relation, difference = _relation(first, second, model, catalogue)
    text = _comparison_text(first, second, relation, difference)
    if model:
        unfit = [sentence for version in (first, second) if (sentence := misfit(version, model, catalogue))]
        text = " ".join([text, *dict.fromkeys(unfit)])
    return Comparison(relation, difference, text)


def _relation(
    a: FirmwareVersion, b: FirmwareVersion, model: PhoneModel | None, catalogue: Catalogue
) -> tuple[Relation, Difference | None]:
    if not _same_family(a, b, model, catalogue):
        return Relation.INCOMPARABLE, Difference.FAMILY
    if a.branch != b.branch:
        return _order((a.generation,), (b.generation,)) or Relation.INCOMPARABLE, Difference.BRANCH
    relation = _order(a.rank, b.rank)
    return (relation, _first_difference(a, b)) if relation else (Relation.SAME, None)


def _same_family(a: FirmwareVersion, b: FirmwareVersion, model: PhoneModel | None, catalogue: Catalogue) -> bool:
    if a.scheme is not b.scheme:
        return False
    if a.family_prefix == b.family_prefix:
        return model is None or serves(a, model) == serves(b, model)
    models = (model,) if model else catalogue.models
    return any(serves(a, shared) and serves(b, shared) for shared in models)


def _order(a: tuple[int, ...], b: tuple[int, ...]) -> Relation | None:
    if a == b:
        return None
    return Relation.NEWER if a > b else Relation.OLDER


def _first_difference(a: FirmwareVersion, b: FirmwareVersion) -> Difference:
    place = next(i for i, (x, y) in enumerate(zip_longest(a.rank, b.rank, fillvalue=0)) if x != y)
    return _PLACES[a.scheme][min(place, len(_PLACES[a.scheme]) - 1)]


_PLACES: dict[Scheme, tuple[Difference, ...]] = {
    Scheme.YEALINK: (Difference.MAJOR, Difference.MINOR),
    Scheme.SNOM_DESK: (Difference.MAJOR, Difference.MINOR, Difference.MINOR, Difference.PATCH),
    Scheme.SNOM_DECT: (Difference.MAJOR, Difference.MINOR, Difference.PATCH),
}
"""What a difference at each place of `FirmwareVersion.rank` means; the last stands for all further ones."""


def _comparison_text(a: FirmwareVersion, b: FirmwareVersion, relation: Relation, difference: Difference | None) -> str:
    match relation, difference:
        case Relation.INCOMPARABLE, Difference.FAMILY:
            return f"{a} and {b} are for different families: they cannot be compared."
        case Relation.INCOMPARABLE, _:
            return (
                f"{a} ({a.branch_name}) and {b} ({b.branch_name}) are both V{a.generation}, but of different makers: "
                "which one is newer cannot be read from the numbers."
            )
        case Relation.SAME, _:
            return f"{a} and {b} are the same version."
        case _, Difference.BRANCH:
            return (
                f"{a} ({a.branch_name}) is {relation} than {b} ({b.branch_name}) by a major version "
                f"(V{a.generation}, V{b.generation}), and of another maker."
            )
        case _, Difference.MAJOR:
            return f"{a} is {relation} than {b} by a major version (V{a.generation}, V{b.generation})."
        case _:
            return f"{a} is {relation} than {b} by a {difference} version (both V{a.generation}{_maker(a)})."


def _maker(version: FirmwareVersion) -> str:
    return f", {version.branch_name}" if version.branch_name else ""
