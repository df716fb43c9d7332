"""Why a manufacturer's service did not do what was asked."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from helpdesk_tui.backend.model.step import Call


class Reason(StrEnum):
    """The closed set of failures that every wire of every manufacturer is mapped to."""

    OWNED_ELSEWHERE = "owned_elsewhere"
    BAD_MAC = "bad_mac"
    BAD_URL = "bad_url"
    NEEDS_SERIAL = "needs_serial"
    AUTH_FAILED = "auth_failed"
    FORBIDDEN = "forbidden"
    CLOCK_SKEW = "clock_skew"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNKNOWN_ANSWER = "unknown_answer"


class Explanation(NamedTuple):
    """What an operator reads about a reason; `{service}` stands for the service's name."""

    sentence: str
    advice: str


EXPLANATIONS: dict[Reason, Explanation] = {
    Reason.OWNED_ELSEWHERE: Explanation(
        "{service} says this MAC belongs to another account.",
        "Ask the former provider or dealer to release it, then Activate again.",
    ),
    Reason.BAD_MAC: Explanation(
        "{service} does not accept this MAC.",
        "Compare the MAC with the sticker; remove the phone and add it with the right one.",
    ),
    Reason.BAD_URL: Explanation(
        "{service} does not accept our provisioning address.",
        "An administrator must check provisioning_url in the configuration.",
    ),
    Reason.NEEDS_SERIAL: Explanation(
        "{service} wants the serial number of this phone.",
        "Read it from the sticker, enter it, then Activate again.",
    ),
    Reason.AUTH_FAILED: Explanation(
        "{service} refuses our credentials.",
        "An administrator must check the account in the configuration.",
    ),
    Reason.FORBIDDEN: Explanation(
        "{service} does not allow our account to do this.",
        "An administrator must check the rights of the account at the manufacturer.",
    ),
    Reason.CLOCK_SKEW: Explanation(
        "The clock of this server differs too much from that of {service}.",
        "An administrator must set the clock; it is tried again by itself.",
    ),
    Reason.RATE_LIMITED: Explanation(
        "{service} asks us to slow down.",
        "Wait: it is tried again by itself.",
    ),
    Reason.UNREACHABLE: Explanation(
        "{service} cannot be reached.",
        "It is tried again by itself; Activate tries now.",
    ),
    Reason.UNKNOWN_ANSWER: Explanation(
        "{service} gave an answer that we do not understand.",
        "It is tried again by itself; tell an administrator when it stays.",
    ),
}

REMOVING: dict[Reason, str] = {
    Reason.OWNED_ELSEWHERE: "Ask the former provider or dealer to release it, then retry under Services.",
    Reason.NEEDS_SERIAL: "Read it from the sticker, enter it, then retry under Services.",
    Reason.UNREACHABLE: "It is tried again by itself; Services can try now.",
}
"""Other advice where a registration was to be removed: Activate would register the phone anew instead."""

RETRIED_BY_THE_QUEUE = frozenset({Reason.UNREACHABLE, Reason.RATE_LIMITED, Reason.UNKNOWN_ANSWER, Reason.CLOCK_SKEW})
"""The reasons that may pass by themselves; the others wait for a person."""


def explain(reason: Reason, service: str, call: Call = Call.REGISTER) -> Explanation:
    """The sentence and the advice for this reason why this call failed, about the service of this name."""
    sentence, advice = EXPLANATIONS[reason]
    if call is Call.DEREGISTER:
        advice = REMOVING.get(reason, advice)
    return Explanation(sentence.format(service=service), advice.format(service=service))
