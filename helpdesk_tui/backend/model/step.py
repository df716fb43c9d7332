"""The provisioning step of a phone (*Provisioning by manufacturer*), and what moves it."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """The values of *Provisioning by manufacturer* (provisioning.txt, "What step should it be in?")."""

    ACTIVE = "active"
    DISABLED = "disabled"
    PROVISION = "provision"
    DEPROVISION = "deprovision"

    @property
    def meaning(self) -> str:
        """The plain sentence printed beside the word, since `provision` is misread by everybody."""
        return MEANINGS[self]


MEANINGS = {
    Step.ACTIVE: "registered; the phone has not come by yet",
    Step.DISABLED: "it asks us, not the manufacturer",
    Step.PROVISION: "registering failed",
    Step.DEPROVISION: "removing the registration failed",
}


class Happening(StrEnum):
    """What can move a step."""

    ACTIVATE = "activate"
    """The phone was added, or somebody pressed Activate."""
    FETCHED = "fetched"
    """The phone fetched its settings from us."""
    DEADLINE = "deadline"
    """The weekly deadline passed."""
    RETRY = "retry"
    """A failed call is tried again."""
    MIGRATED = "migrated"
    """The phone was moved to another organisation."""


class Call(StrEnum):
    """What is asked of the manufacturer's service."""

    REGISTER = "register"
    DEREGISTER = "deregister"


class Outcome(StrEnum):
    """How that call ended."""

    DONE = "done"
    FAILED = "failed"


# What each happening asks of the manufacturer; a pair that is not here asks nothing and leaves the step alone.
CALLS: dict[tuple[Step, Happening], Call] = {
    **{(step, Happening.ACTIVATE): Call.REGISTER for step in Step},
    (Step.ACTIVE, Happening.FETCHED): Call.DEREGISTER,
    # Registering failed, yet the phone fetches: it is in normal operation and must end `disabled`.
    (Step.PROVISION, Happening.FETCHED): Call.DEREGISTER,
    (Step.ACTIVE, Happening.DEADLINE): Call.DEREGISTER,
    (Step.PROVISION, Happening.RETRY): Call.REGISTER,
    (Step.DEPROVISION, Happening.RETRY): Call.DEREGISTER,
}

# Where a call leads. The step before it does not matter: what the manufacturer holds is known by the outcome.
RESULTS: dict[tuple[Call, Outcome], Step] = {
    (Call.REGISTER, Outcome.DONE): Step.ACTIVE,
    (Call.REGISTER, Outcome.FAILED): Step.PROVISION,
    (Call.DEREGISTER, Outcome.DONE): Step.DISABLED,
    (Call.DEREGISTER, Outcome.FAILED): Step.DEPROVISION,
}


def call_for(step: Step, happening: Happening) -> Call | None:
    """What must be asked of the manufacturer now, or None: then the step stays as it is."""
    return CALLS.get((step, happening))


def next_step(call: Call, outcome: Outcome) -> Step:
    """The step after this call ended so."""
    return RESULTS[call, outcome]
