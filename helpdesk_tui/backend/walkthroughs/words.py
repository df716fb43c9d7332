"""What the placeholders in the texts of walkthroughs stand for. None of them is a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from helpdesk_tui.backend.model.environment import Environment
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone

NONE = "–"

PLACEHOLDERS = {
    "mac": "the phone's MAC, with colons",
    "mac_end": "its last four digits",
    "vendor": "the manufacturer",
    "model": "the model",
    "organisation": "the customer",
    "user": "who is logged in",
    "service": "the manufacturer's provisioning service",
    "hosts": "the names under which phones look for that service",
    "platform": "the host that phones fetch their settings from",
    "sip_host": "the SIP host of the organisation",
    "ntp_server": "the time server of the organisation",
    "environment": "the name of this environment",
    "deadline": "when the registration ends",
    "firmware_installed": "the firmware that the phone reported last",
    "firmware_selected": "the firmware that was selected",
    "enter": "the sign of the enter key",
}

# provisioning.txt, "Which manufacturer provisioning services are used?"
SERVICE_HOSTS = {
    "snom": "provisioning.snom.com (HTTP), secure-provisioning.snom.com (HTTPS)",
    "yealink": "rps.yealink.com, updateyealink.com (Lydis)",
}


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; values are taken as they are, whatever they hold."""
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


def words_of(phone: Phone, environment: Environment, organisation: Organisation | None) -> dict[str, str]:
    """What the placeholders stand for with this phone; that of the enter key is left to the screen."""
    deadline = phone.deadline.astimezone(environment.weekly_deadline.zone) if phone.deadline else None
    return {
        "mac": phone.mac.colons,
        "mac_end": phone.mac.hex[-4:],
        "vendor": phone.vendor.label,
        "model": phone.model,
        "organisation": phone.organisation,
        "user": phone.user or NONE,
        "service": phone.vendor.service_label,
        "hosts": SERVICE_HOSTS[phone.vendor.value],
        "platform": environment.provisioning_url.partition("://")[2].partition("/")[0],
        "sip_host": organisation.sip_host if organisation else NONE,
        "ntp_server": organisation.ntp_server if organisation else NONE,
        "environment": environment.name,
        "deadline": f"{deadline:%a %d %b %H:%M}" if deadline else NONE,
        "firmware_installed": phone.firmware_installed or NONE,
        "firmware_selected": phone.firmware_selected or NONE,
    }
