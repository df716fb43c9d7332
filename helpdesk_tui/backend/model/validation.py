"""What may stand in each column of organisations, users and phones; used by import, command line and screens alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import CallerIdDisplay, CallWaiting, Codec, Country, Language
from helpdesk_tui.backend.model.text import LOGIN_NAME, dial_plan_problem, is_host, plain_text

Parser = Callable[[str], object]
"""Reads a cell; raises BadInput with a sentence that begins with the column's name."""

Choice = TypeVar("Choice", bound=StrEnum)


def host_and_port(label: str, value: str) -> str:
    """`host` or `host:port`, lower case."""
    text = plain_text(label, value, 260).lower()
    if not is_host(text):
        raise BadInput(f"{label}: {text[:60]!r} is not a host name: write host or host:port.")
    return text


def choice(kind: type[Choice], label: str, value: str) -> Choice:
    """A value of a closed set, by its name in any case."""
    text = value.strip()
    for member in kind:
        if member.value.casefold() == text.casefold():
            return member
    raise BadInput(f"{label}: {text[:40]!r} is unknown: one of {', '.join(member.value for member in kind)}.")


def whole_number(label: str, value: str, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    text = value.strip()
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not lowest <= int(text) <= highest:
        raise BadInput(f"{label}: {text[:40]!r} is not a number from {lowest} to {highest}.")
    return int(text)


def matching(label: str, value: str, pattern: str, what: str) -> str:
    """Text of a given form."""
    text = plain_text(label, value)
    if not re.fullmatch(pattern, text, re.ASCII):
        raise BadInput(f"{label}: {text[:40]!r} is not {what}.")
    return text


def zone(label: str, value: str) -> str:
    """A time zone of the zone database, by its IANA name."""
    text = plain_text(label, value, 64)
    try:
        return str(ZoneInfo(text))
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"{label}: {text!r} is no time zone: use an IANA name such as Europe/Amsterdam.") from error


def codec_order(label: str, value: str) -> tuple[Codec, ...]:
    """Codecs in their order, separated by `;`, commas or blanks."""
    codecs = [choice(Codec, label, name) for name in re.split(r"[;,\s]+", value.strip()) if name]
    if not codecs:
        raise BadInput(f"{label}: at least one codec is needed, such as g722;pcma.")
    if len(set(codecs)) != len(codecs):
        raise BadInput(f"{label}: a codec is named twice.")
    return tuple(codecs)


_SPOKEN_CALL_WAITING = {"yes": "on", "true": "on", "1": "on", "no": "off", "false": "off", "0": "off"}


def call_waiting(label: str, value: str) -> CallWaiting:
    """on, silent or off; yes and no are understood."""
    text = value.strip().casefold()
    return choice(CallWaiting, label, _SPOKEN_CALL_WAITING.get(text, text))


def caller_id_display(label: str, value: str) -> CallerIdDisplay:
    """How callers are shown; Snom's own spelling (`display_name_number`) is understood."""
    return choice(CallerIdDisplay, label, re.sub(r"[+\s-]+", "_", value.strip().casefold().removeprefix("display_")))


def ring(label: str, value: str) -> int:
    """A ring tone from 1 to 8; `Ring3.wav` and `Ringer3` are understood."""
    match = re.fullmatch(r"(?:ring(?:er)?)?\s*([1-8])(?:\.wav)?", value.strip(), re.I | re.ASCII)
    if not match:
        raise BadInput(f"{label}: {value.strip()[:40]!r} is not a ring tone: a number from 1 to 8.")
    return int(match[1])


def secret(label: str, value: str) -> str:
    """A password; the text itself never appears in an error."""
    if value != value.strip():
        raise BadInput(f"{label}: it begins or ends with a blank, which phones cut off: take it out.")
    return plain_text(label, value)


def pin(label: str, value: str, pattern: str, what: str) -> str:
    """A code of a given form; the text itself never appears in an error."""
    text = value.strip(" ")
    if not re.fullmatch(pattern, text, re.ASCII):
        raise BadInput(f"{label}: it is not {what}.")
    return text


def not_empty(label: str, value: str, longest: int = 64) -> str:
    """Text that must not be empty."""
    text = plain_text(label, value, longest)
    if not text:
        raise BadInput(f"{label}: it must not be empty.")
    return text


def dial_plan(label: str, value: str) -> str:
    """What may be dialled with nobody logged in; never nothing, because emergency calls must work."""
    text = plain_text(label, value, 255)
    problem = dial_plan_problem(text)
    if problem:
        raise BadInput(f"{label}: {problem}.")
    return text


def optional(parser: Callable[[str, str], str], label: str, value: str) -> str:
    """The same, or empty."""
    return parser(label, value) if value.strip() else ""


ORGANISATION: dict[str, Parser] = {
    "organisation": lambda value: not_empty("organisation", value),
    "short_name": lambda value: matching(
        "short_name", value, r"[a-z0-9]{2,12}", "a short name: 2 to 12 lower-case letters and digits"
    ),
    "sip_host": lambda value: host_and_port("sip_host", value),
    "outbound_proxy": lambda value: optional(host_and_port, "outbound_proxy", value),
    "ntp_server": lambda value: host_and_port("ntp_server", value),
    "timezone": lambda value: zone("timezone", value),
    "language": lambda value: choice(Language, "language", value),
    "country": lambda value: choice(Country, "country", value),
    "codecs": lambda value: codec_order("codecs", value),
    "call_waiting": lambda value: call_waiting("call_waiting", value),
    "caller_id_display": lambda value: caller_id_display("caller_id_display", value),
    "speaker_level": lambda value: whole_number("speaker_level", value, 0, 15),
    "microphone_level": lambda value: whole_number("microphone_level", value, 1, 8),
    "logged_out_dialplan": lambda value: dial_plan("logged_out_dialplan", value),
    "web_username": lambda value: matching(
        "web_username", value, LOGIN_NAME, "a login name: letters, digits, dot, dash, underscore"
    ),
}

USER: dict[str, Parser] = {
    "organisation": lambda value: not_empty("organisation", value),
    "extension": lambda value: matching("extension", value, r"\d{1,10}", "an extension: digits only"),
    "name": lambda value: plain_text("name", value, 64),
    "sip_username": lambda value: matching(
        "sip_username", value, r"[^\s@:<>\"\\]{1,64}", "a SIP user name: no blanks, @ or colon"
    ),
    "sip_password": lambda value: secret("sip_password", value),
    "display_name": lambda value: plain_text("display_name", value, 64),
    "voicemail": lambda value: matching(
        "voicemail", value, r"[0-9A-Za-z*#+@._-]{1,64}", "the number of a voicemail box"
    ),
    "ring_internal": lambda value: ring("ring_internal", value),
    "ring_external": lambda value: ring("ring_external", value),
    "pin": lambda value: pin("pin", value, r"\d{1,10}", "a PIN: 1 to 10 digits"),
}

PHONE: dict[str, Parser] = {
    "name": lambda value: plain_text("name", value, 64),
    "serial": lambda value: matching("serial", value, r"[A-Za-z0-9./-]{1,40}", "a serial number"),
    "pin": lambda value: pin("pin", value, r"[A-Za-z0-9]{1,16}", "a PIN: 1 to 16 letters and digits"),
    "vlan": lambda value: whole_number("vlan", value, 0, 4094),
    "sip_username": USER["sip_username"],
    "sip_password": USER["sip_password"],
}


def check_phone_text(column: str, text: str) -> None:
    """Raises BadInput unless this is empty or can stand in this column of a phone."""
    if text.strip():
        PHONE[column](text)


def check_serial(text: str) -> None:
    """Raises BadInput unless this is empty or a serial number."""
    check_phone_text("serial", text)
