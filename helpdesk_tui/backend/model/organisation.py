"""Organisations with their common settings, users with their identities."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum


class CallWaiting(StrEnum):
    """What a phone does with a second call."""

    ON = "on"
    SILENT = "silent"
    """Shown, without a tone."""
    OFF = "off"


class CallerIdDisplay(StrEnum):
    """How a caller is shown on the display."""

    NAME_NUMBER = "name_number"
    NUMBER_NAME = "number_name"
    NAME = "name"
    NUMBER = "number"


class Codec(StrEnum):
    """Audio codecs that both vendors carry."""

    G722 = "g722"
    PCMA = "pcma"
    PCMU = "pcmu"
    G729 = "g729"
    OPUS = "opus"


class Language(StrEnum):
    """Display languages, by ISO 639-1 code."""

    NL = "nl"
    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"
    IT = "it"
    PT = "pt"
    DA = "da"
    SV = "sv"
    NO = "no"
    FI = "fi"
    PL = "pl"
    TR = "tr"
    CS = "cs"
    RU = "ru"


class Country(StrEnum):
    """Countries whose tones phones know, by ISO 3166-1 code (upper case)."""

    NL = "NL"
    BE = "BE"
    DE = "DE"
    FR = "FR"
    GB = "GB"
    ES = "ES"
    IT = "IT"
    PT = "PT"
    AT = "AT"
    CH = "CH"
    DK = "DK"
    SE = "SE"
    NO = "NO"
    FI = "FI"
    GR = "GR"
    US = "US"
    AU = "AU"
    NZ = "NZ"
    IN = "IN"
    JP = "JP"
    CN = "CN"
    MX = "MX"
    BR = "BR"


DEFAULT_DIALPLAN = "*1|112"
"""What can be dialled with nobody logged in: log in with *1, and emergency calls (provisioning.txt)."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer, with every common setting that its phones get even when nobody is logged in."""

    id: int
    name: str
    short_name: str
    """2 to 12 lower-case letters and digits; shown on phones."""
    sip_host: str
    """`host` or `host:port`."""
    outbound_proxy: str = ""
    """`host` or `host:port`; empty: none."""
    ntp_server: str = "pool.ntp.org"
    timezone: str = "Europe/Amsterdam"
    """IANA name."""
    language: Language = Language.NL
    country: Country = Country.NL
    codecs: tuple[Codec, ...] = (Codec.G722, Codec.PCMA, Codec.PCMU)
    call_waiting: CallWaiting = CallWaiting.ON
    caller_id_display: CallerIdDisplay = CallerIdDisplay.NAME_NUMBER
    speaker_level: int = 8
    """0 (quiet) to 15 (loud)."""
    microphone_level: int = 4
    """1 (least sensitive) to 8."""
    logged_out_dialplan: str = DEFAULT_DIALPLAN
    """Patterns separated by `|`: what may be dialled when nobody is logged in."""
    web_username: str = "admin"
    """Login name of the phone's own web portal; the password is random per phone."""


def short_name_for(name: str, taken: Container[str]) -> str:
    """A short name made from a name, other than those that are taken."""
    base = "".join(c for c in name.lower() if c.isascii() and c.isalnum())[:10] or "org"
    base = base if len(base) > 1 else base + "0"
    number = 1
    short = base
    while short in taken:
        number += 1
        short = f"{base[: 12 - len(str(number))]}{number}"
    return short


@dataclass(frozen=True, slots=True)
class Identity:
    """One SIP account of a user."""

    sip_username: str
    sip_password: str = field(repr=False)
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person of an organisation, who can be logged in on a phone."""

    id: int
    organisation_id: int
    extension: str
    name: str
    identities: tuple[Identity, ...]
    """The first is primary."""
    voicemail: str = ""
    """The number that reaches the voicemail box; empty: none."""
    ring_internal: int = 1
    """Ring tone 1 to 8 for calls from colleagues."""
    ring_external: int = 2
    """Ring tone 1 to 8 for calls from outside."""
    pin: str = field(default="", repr=False)
