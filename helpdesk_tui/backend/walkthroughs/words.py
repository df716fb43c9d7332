"""What the placeholders in the texts of walkthroughs stand for. None of them is a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
