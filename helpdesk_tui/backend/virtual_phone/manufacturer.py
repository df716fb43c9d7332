"""How a phone with factory settings finds out where to go (manufacturer_services.md, section 7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.virtual_phone.web import unanswered

if TYPE_CHECKING:
    import httpx

Ask = Callable[[Mac], str | None]
"""Asks the manufacturer's service: the URL that it refers the phone to, or None when it does not know the phone."""


def ask_over_http(base_url: str, vendor: Vendor, model: str) -> Ask:
    """Ask the simulated services at this address, as phones of this vendor do; the answer may raise BootTrouble."""

    def ask(mac: Mac) -> str | None:
        import httpx  # late: it costs start-up time

        try:
            answer = _ask(base_url, vendor, model, mac)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unanswered(base_url, error) from error
        return _referral(answer, vendor)

    return ask


def _ask(base_url: str, vendor: Vendor, model: str, mac: Mac) -> httpx.Response:
    import httpx  # late, see above

    if vendor is Vendor.SNOM:
        return httpx.get(f"{base_url}/snom/phone/snom{model}/snom{model}.php", params={"mac": mac.upper})
    dashes = mac.colons.replace(":", "-")
    return httpx.get(f"{base_url}/yealink/phone/service.do", params={"method": "redirect", "mac": dashes})


def _referral(answer: httpx.Response, vendor: Vendor) -> str | None:
    if vendor is Vendor.SNOM:
        match = re.search(rb"<settings>.*</settings>", answer.content, re.S)
        return ElementTree.fromstring(match[0]).findtext("phone-settings/setting_server") if match else None
    if answer.is_redirect:
        return answer.headers["location"]
    found = re.search(r"^static\.auto_provision\.server\.url = (\S+)$", answer.text, re.M)
    return found[1] if answer.is_success and found else None
