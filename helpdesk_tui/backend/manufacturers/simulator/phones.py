"""What a phone asks its manufacturer when it starts with factory settings (section 7). Each leaves its last contact."""

from __future__ import annotations

from xml.sax.saxutils import escape

from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, text_response
from helpdesk_tui.backend.manufacturers.simulator.state import State, hex_mac
from helpdesk_tui.backend.model.vendor import Vendor

SNOM_PREFIX = "/snom/phone/"
YEALINK_PREFIX = "/yealink/phone/"


def snom(state: State, request: Request) -> Response:
    """`GET …/snomD785/snomD785.php?mac=…`; the current path is a guess (section 7.1)."""
    registration = state.contact(Vendor.SNOM, hex_mac(request.query.get("mac", "")) or "", request.address)
    if registration is None or not registration.url:
        return Response(200, {"Content-Type": "text/html"}, b"\n")  # blank, not 404 (section 7.1)
    text = (
        '<?xml version="1.0" encoding="utf-8"?><settings><phone-settings>\n'
        f'<setting_server perm="RW">{escape(registration.url)}</setting_server>\n'
        "</phone-settings></settings>\n"
    )
    return Response(200, {"Content-Type": "text/xml"}, text.encode())


def yealink(state: State, request: Request) -> Response:
    """`GET …/service.do?method=redirect&mac=00-15-65-aa-bb-cc`; both statuses are guesses (section 7.2)."""
    if request.query.get("method") != "redirect":
        return text_response(404, "Not found")
    registration = state.contact(Vendor.YEALINK, hex_mac(request.query.get("mac", "")) or "", request.address)
    if registration is None or not registration.url:
        return text_response(404, "Not found")
    if state.switches.yealink_sends_file:
        return text_response(200, f"#!version:1.0.0.1\nstatic.auto_provision.server.url = {registration.url}\n")
    return Response(302, {"Location": registration.url})
