"""The addresses at which a phone finds us.

Every path begins with a random segment. `/t/` leads a phone that the manufacturer sends, for a while; `/p/` is its
own for good. File names are those that phones ask for by themselves (phone_formats.md, section 3.1).
"""

from __future__ import annotations

from helpdesk_tui.backend.model.environment import Environment
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor


def settings_file_name(vendor: Vendor, model: str, mac: Mac) -> str:
    """What a phone calls its own settings file."""
    if vendor is Vendor.YEALINK:
        return f"{mac.hex}.cfg"
    return f"snom{model}-{mac.upper}.htm"


def definitive_folder(environment: Environment, phone: Phone) -> str:
    """The phone's own folder, ending in a slash. Secret."""
    return f"{environment.provisioning_url}/p/{phone.secret}/"


def definitive_url(environment: Environment, phone: Phone) -> str:
    """The phone's own settings file. Secret."""
    return definitive_folder(environment, phone) + settings_file_name(phone.vendor, phone.model, phone.mac)


def temporary_url(environment: Environment, phone: Phone) -> str:
    """What the manufacturer is given: a folder for Yealink, which asks for several files; a file for Snom. Secret."""
    folder = f"{environment.provisioning_url}/t/{phone.token}/"
    if phone.vendor is Vendor.YEALINK:
        return folder
    return folder + settings_file_name(phone.vendor, phone.model, phone.mac)
