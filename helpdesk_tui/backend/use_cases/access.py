"""The addresses at which a phone finds us.

Every path begins with a random segment. `/t/` leads a phone that the manufacturer sends, for a while; `/p/` is its
own for good. File names are those that phones ask for by themselves (phone_formats.md, section 3.1).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from helpdesk_tui.backend.model.environment import EndpointCredentials, Environment
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone, Provisioned
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import TOKEN_LASTS

SECRET_LENGTH = 40
"""Hexadecimal digits of a URL's secret segment: 160 bits (contract: at least 128)."""

TOLD_WITH_CREDENTIALS = "c-"
"""What a definitive URL's secret begins with when the settings file that tells it tells credentials too. So a phone is
asked for credentials only where it can know them, whenever they are switched on or off."""


def asks_credentials(environment: Environment) -> bool:
    """Whether phones are to present credentials on top of their definitive URL."""
    return environment.endpoint_credentials is not EndpointCredentials.NONE


def new_secret(environment: Environment, random: Callable[[int], str]) -> str:
    """The secret segment of a new definitive URL; `random` makes a number of hexadecimal digits."""
    return (TOLD_WITH_CREDENTIALS if asks_credentials(environment) else "") + random(SECRET_LENGTH)


def told_with_credentials(segment: str) -> bool:
    """Whether the phone that knows this secret segment knows credentials as well."""
    return segment.startswith(TOLD_WITH_CREDENTIALS)


def settings_file_name(vendor: Vendor, model: str, mac: Mac) -> str:
    """What a phone calls its own settings file."""
    if vendor is Vendor.YEALINK:
        return f"{mac.hex}.cfg"
    return f"snom{model}-{mac.upper}.htm"


def definitive_folder(environment: Environment, phone: Provisioned) -> str:
    """The phone's own folder, ending in a slash. Secret."""
    return f"{environment.provisioning_url}/p/{phone.secret}/"


def definitive_url(environment: Environment, phone: Provisioned) -> str:
    """The phone's own settings file. Secret."""
    return definitive_folder(environment, phone) + settings_file_name(phone.vendor, phone.model, phone.mac)


def temporary_url(environment: Environment, phone: Phone) -> str:
    """What the manufacturer is given: a folder for Yealink, which asks for several files; a file for Snom. Secret."""
    folder = f"{environment.provisioning_url}/t/{phone.token}/"
    if phone.vendor is Vendor.YEALINK:
        return folder
    return folder + settings_file_name(phone.vendor, phone.model, phone.mac)


def token_works(environment: Environment, phone: Phone, now: datetime) -> bool:
    """Whether the phone's temporary URL works at this moment.

    It ends with the definitive URL's first use (then there is no token), at the deadline, or TOKEN_LASTS after its
    own first use.
    """
    if not phone.token:
        return False
    used = phone.token_used_at
    if used is not None:
        return now < min(used + TOKEN_LASTS, phone.deadline or environment.weekly_deadline.after(used))
    registering = phone.pending is not None and phone.pending.call is Call.REGISTER
    if phone.step not in (Step.ACTIVE, Step.PROVISION) and not registering:
        return False  # the registration ended before the phone came by
    asked = max(phone.step_since, phone.changed_at or phone.step_since) if registering else phone.step_since
    return now < (phone.deadline or environment.weekly_deadline.after(asked))


def credentials(endpoint_key: str, mac: Mac, segment: str) -> tuple[str, str]:
    """User name and password that the phone presents at the URL with this secret segment.

    The password cannot be guessed from the URL, and changes with it: a phone that still uses its former URL
    presents its former password.
    """
    digest = hmac.new(endpoint_key.encode(), f"{mac.hex}/{segment}".encode(), hashlib.sha256)
    return mac.hex, digest.hexdigest()[:24]
