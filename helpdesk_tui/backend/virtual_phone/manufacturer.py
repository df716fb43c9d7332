"""How a phone with factory settings finds out where to go (manufacturer_services.md, section 7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.vendor import Vendor

Ask = Callable[[Mac], str | None]
"""Asks the manufacturer's service: the URL that it refers the phone to, or None when it does not know the phone."""


def ask_over_http(base_url: str, vendor: Vendor, model: str) -> Ask:
    """Ask the simulated services at this address, as phones of this vendor do."""

    def ask(mac: Mac) -> str | None:
        import httpx  # late: it costs start-up time

        if vendor is Vendor.SNOM:
            answer = httpx.get(f"{base_url}/snom/phone/snom{model}/snom{model}.php", params={"mac": mac.upper})
            match = re.search(rb"<settings>.*</settings>", answer.content, re.S)
            return ElementTree.fromstring(match[0]).findtext("phone-settings/setting_server") if match else None
        dashes = mac.colons.replace(":", "-")
        answer = httpx.get(f"{base_url}/yealink/phone/service.do", params={"method": "redirect", "mac": dashes})
        if answer.is_redirect:
            return answer.headers["location"]
        found = re.search(r"^static\.auto_provision\.server\.url = (\S+)$", answer.text, re.M)
        return found[1] if answer.is_success and found else None

    return ask
