"""What another environment's record of the same MAC means for whoever looks at it here."""

from __future__ import annotations

from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step

# Of the environments that registered a phone, the one that was activated last is where the manufacturer sends it
# (provisioning.txt, "Moving phones between two or more environments").
_REGISTERED_LATER = (
    "is active there too, and later than here: after a reset the manufacturer sends it there. "
    "To have it here, Activate here."
)
_REGISTERED_EARLIER = (
    "is active there too, but earlier than here: after a reset it comes here; that entry ends at its weekly deadline."
)
_REGISTERED_THERE = (
    "is active there: after a reset it goes there. To have it here, Activate here, then reset it to factory defaults."
)
_WORKS_THERE = (
    "is in normal operation there. To have it here, Activate here, then reset it to factory defaults; "
    "that record stays, for switching back."
)
_KNOWN_THERE = "is added there too, and has never fetched its settings there; that record may stay."
_WAS_THERE = "was in operation there before it came here; that record stays, for switching back."
_NOT_REGISTERED_THERE = "is in step provision there: registering it failed, so that a reset does not bring it there."
_STILL_REGISTERED_THERE = (
    "is in step deprovision there: its registration could not be removed, so that a reset may bring it there. "
    "To have it here, Activate here."
)


def explain(here: Phone, there: Phone) -> str:
    """One or two sentences on what the record `there` says, beginning with a verb; the phone is the subject."""
    match there.step:
        case Step.ACTIVE if here.step is Step.ACTIVE:
            return _REGISTERED_LATER if there.step_since > here.step_since else _REGISTERED_EARLIER
        case Step.ACTIVE:
            return _REGISTERED_THERE
        case Step.DISABLED if fetches_from(there, here):
            return _WORKS_THERE
        case Step.DISABLED:
            return _WAS_THERE if there.last_seen else _KNOWN_THERE
        case Step.PROVISION:
            return _NOT_REGISTERED_THERE
        case Step.DEPROVISION:
            return _STILL_REGISTERED_THERE


def fetches_from(there: Phone, here: Phone) -> bool:
    """Whether the phone was last seen there, and not here."""
    return there.last_seen is not None and (here.last_seen is None or there.last_seen > here.last_seen)
