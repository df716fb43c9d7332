"""What a phone says of itself in its User-Agent. It is hostile text: read it, never trust it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk_tui.backend.model.mac import Mac, is_device
from helpdesk_tui.backend.model.vendor import Vendor, vendor_by_prefix


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What could be read; None for what was not said. All parts hold plain ASCII letters, digits, dots and `_` only."""

    vendor: Vendor | None = None
    model: str | None = None
    """As the phone spells it: `D785`, `320`, `T21P_E2`, `T58`. `Catalogue.find` knows these names."""
    firmware: str | None = None
    """As the phone spells it: `8.7.5.35`, `05.20.0001`, `873_19_20130321`."""
    mac: Mac | None = None


LONGEST = 512
"""Characters of a User-Agent that are looked at; the longest one known has 160."""

_VERSION = r"\d{1,9}(?:\.\d{1,9}){2,4}"

# Snom: `snomD785-SIP 10.1.33.33 …`, `snomPA1/8.7.3.19`, `Snom M900 05.20.0001 …`, `snom821/873_19_20130321`.
_SNOM = re.compile(
    rf"\bsnom ?(?P<model>[A-Z]{{0,2}}\d{{1,3}}[A-Z]{{0,2}}|MP)(?:-SIP)?(?![\w-])"
    rf"(?:[ /]+(?P<firmware>{_VERSION}|\d{{3}}_\d{{1,4}}_\d{{8}})(?![\w.]))?",
    re.ASCII | re.IGNORECASE,
)
_SNOM_WORD = re.compile(r"\bsnom", re.ASCII | re.IGNORECASE)

# Yealink: `Yealink SIP-T46U 108.86.0.90 …`, `Yealink-T46G 28.71.0.81 …`, `Yealink SIP VP-T49G …`, `W52P 25.73.0.40 …`.
_YEALINK = re.compile(
    rf"\s*(?P<brand>yealink[ -]+)?(?:SIP[ -]+)?(?:VP-)?(?P<model>(?:AX|CP|T|VC|VP|W)\d{{2,3}}[A-Z]{{0,2}}(?:_E2)?)"
    rf"(?:\s+(?P<firmware>{_VERSION}))?(?:\s|$)",
    re.ASCII | re.IGNORECASE,
)
_YEALINK_WORD = re.compile(r"\s*yealink\b", re.ASCII | re.IGNORECASE)

_MAC = re.compile(r"(?<![\w:.-])(?:[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})(?![\w:-])", re.ASCII | re.IGNORECASE)


def read_user_agent(text: str) -> UserAgent:
    """Read a User-Agent, of any length and any content; never raises, in bounded time.

    Source: phone_formats.md section 3.2. A phone that leaves out its vendor is known by its model only when a firmware
    version follows.
    """
    text = text[:LONGEST]
    snom = _SNOM.search(text)
    if snom or _SNOM_WORD.search(text):
        return _said(Vendor.SNOM, snom, text)
    yealink = _YEALINK.match(text)
    if yealink and not (yealink["brand"] or yealink["firmware"]):
        yealink = None
    if yealink or _YEALINK_WORD.match(text):
        return _said(Vendor.YEALINK, yealink, text)
    return UserAgent()


def _said(vendor: Vendor, match: re.Match[str] | None, text: str) -> UserAgent:
    if match is None:
        return UserAgent(vendor, mac=_mac(text))
    return UserAgent(vendor, match["model"], match["firmware"], _mac(text))


def _mac(text: str) -> Mac | None:
    """The MAC wherever it stands: one of a known vendor before any other twelve digits (a build, a date)."""
    digits = [found.replace(":", "").lower() for found in _MAC.findall(text)]
    macs = [Mac(found) for found in digits if is_device(found)]
    return next((mac for mac in macs if vendor_by_prefix(mac)), macs[0] if macs else None)
