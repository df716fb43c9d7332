"""Whether a phone may be given a firmware: refused, asked about, or simply allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel
from helpdesk_tui.backend.model.firmware import (
    FirmwareVersion,
    Relation,
    compare,
    find_version,
    misfit,
    serves,
)
from helpdesk_tui.backend.model.vendor import Vendor


class JudgementKind(StrEnum):
    """What to do with a choice of firmware."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do with a choice of firmware, and why; no sentences when it is allowed."""

    kind: JudgementKind
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A model with the firmware that it has, as far as known, and the one that was chosen."""

    model: PhoneModel
    reported: FirmwareVersion | None
    wanted: FirmwareVersion
    known_problems: str
    """What was noted about the chosen firmware when it was certified; empty: nothing."""
    catalogue: Catalogue

    @property
    def installed(self) -> FirmwareVersion | None:
        """The reported version, where it is one of this model; nothing can be said about leaving another."""
        return self.reported if self.reported and serves(self.reported, self.model) else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to ask first. `applies` gives its sentence, or None."""

    applies: Callable[[Change], str | None]
    source: str


def judge(
    model: PhoneModel, installed: str | None, wanted: str, catalogue: Catalogue, known_problems: str = ""
) -> Judgement:
    """Whether a phone of this model may go from one version to another.

    An installed version that is unknown or cannot be read is no reason for anything. An upgrade within one major
    version is allowed without a word, and so is the version that is installed already.
    """
    try:
        version = FirmwareVersion.parse(wanted)
    except BadInput as error:
        return Judgement(JudgementKind.REFUSE, (str(error),))
    unfit = misfit(version, model, catalogue)
    if unfit:
        return Judgement(JudgementKind.REFUSE, (unfit,))
    change = Change(model, find_version(installed), version, known_problems.strip(), catalogue)
    sentences = tuple(sentence for rule in REASONS_TO_ASK if (sentence := rule.applies(change)))
    return Judgement(JudgementKind.ASK if sentences else JudgementKind.ALLOW, sentences)


def _installed_is_not_of_this_model(change: Change) -> str | None:
    if change.reported is None or change.installed:
        return None
    return f"The phone reports firmware {change.reported}, which is not for the {change.model.label}: check its model."


def _beyond_the_last_major_version(change: Change) -> str | None:
    if change.model.name not in LAST_HAD_V8 or change.wanted.generation <= 8:
        return None
    return f"No V{change.wanted.generation} firmware is known for the {change.model.label}: V8 is its last."


def _downgrade_of_snom_8_9(change: Change) -> str | None:
    if change.model.vendor is not Vendor.SNOM or change.installed is None:
        return None
    if change.installed.generation != 8 or not change.wanted.rank < SNOM_8_9_3 <= change.installed.rank:
        return None
    return (
        f"From {change.installed} straight down to {change.wanted} can leave the phone unable to take any firmware "
        "again: go through Snom's intermediate version first."
    )


def _downgrade(change: Change) -> str | None:
    if _relation(change) is not Relation.OLDER:
        return None
    return (
        f"{change.wanted} is older than the installed {change.installed}: "
        "the manufacturer or the installed firmware may not support the downgrade."
    )


def _other_branch(change: Change) -> str | None:
    installed, wanted = change.installed, change.wanted
    if installed is None or installed.branch == wanted.branch:
        return None
    return (
        f"{installed} is {installed.branch_name} and {wanted} is {wanted.branch_name}: "
        "changing between custom and international firmware is not easily possible."
    )


def _other_major_version(change: Change) -> str | None:
    installed, wanted = change.installed, change.wanted
    if installed is None or installed.generation == wanted.generation:
        return None
    return f"This changes the major version from V{installed.generation} to V{wanted.generation}."


def _srtp_without_audio(change: Change) -> str | None:
    if not change.model.family.startswith(("T3x", "T4x")) or change.wanted.generation != 87:
        return None
    return (
        "With encryption (SRTP), calls of this model can be without audio on V87: "
        "stay on V86, or leave out the suite AES_256_CM_HMAC_SHA1_80."
    )


def _known_problems(change: Change) -> str | None:
    return f"Known problems of {change.wanted}: {change.known_problems}" if change.known_problems else None


def _relation(change: Change) -> Relation:
    if change.installed is None:
        return Relation.INCOMPARABLE
    return compare(change.wanted.text, change.installed.text, change.model, change.catalogue).relation


LAST_HAD_V8 = frozenset({"710", "720", "760"})
"""Snom models without any public V10 image (phone_formats.md section 4.2)."""

SNOM_8_9_3 = (8, 9, 3)

REASONS_TO_ASK: tuple[Rule, ...] = (
    Rule(_installed_is_not_of_this_model, "phone_formats.md section 4.1: the first number says the model"),
    Rule(_beyond_the_last_major_version, "phone_formats.md section 4.2"),
    Rule(_downgrade_of_snom_8_9, "compass.md section 3, row 24"),
    Rule(_downgrade, "provisioning.txt, Changing phone firmware"),
    Rule(_other_branch, "provisioning.txt, note 2"),
    Rule(_other_major_version, "provisioning.txt, Reading firmware versions numbers"),
    Rule(_srtp_without_audio, "compass.md section 3, row 34"),
    Rule(_known_problems, "the certifier's own notes"),
)
"""Every reason to ask first, in the order in which they are read to the operator."""


CHAINED_UPDATE_MODELS = frozenset({"D315", "D335", "D385", "D712", "715", "D717", "D735", "D785"})
CHAINED_UPDATE_FROM = (10, 1, 184)


def needs_chained_update(model: PhoneModel, version: str) -> bool:
    """Whether this firmware must be installed by way of a small intermediate image, which then fetches it.

    Source: phone_formats.md section 4.2, "Upgrade bridge" (confidence B).
    """
    wanted = find_version(version)
    return wanted is not None and model.name in CHAINED_UPDATE_MODELS and wanted.rank >= CHAINED_UPDATE_FROM
