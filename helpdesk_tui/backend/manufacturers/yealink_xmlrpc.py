"""Yealink's older wire: XML-RPC with HTTP Basic (reference manufacturer_services.md, section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers import xmlrpc
from helpdesk_tui.backend.manufacturers.client import Client, failed, failure_as_value
from helpdesk_tui.backend.manufacturers.http import CallError
from helpdesk_tui.backend.manufacturers.service import Device, Lookup, Standing
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason

DEFAULT_SERVER_NAME = "Helpdesk"

# The words count, not the boolean beside them (section 3: which of the two goes with which is not known).
_STANDINGS = {
    "registered": Standing.OURS,
    "unregistered": Standing.NOT_REGISTERED,
    "unknown": Standing.NOT_REGISTERED,
    "registered elsewhere": Standing.ELSEWHERE,
}
_REASONS = (
    ("invalid mac", Reason.BAD_MAC),
    ("the url can only", Reason.BAD_URL),
    ("registered elsewhere", Reason.OWNED_ELSEWHERE),
    ("are you sure you want to override", Reason.OWNED_ELSEWHERE),  # Htek's copy of the interface (section 3)
)
_NO_OVERRIDE = "0"
"""Whether an override could seize a phone of another account is contradictory (section 3), so it is never asked for."""


class YealinkXmlRpc(Client):
    """`url` of the account ends in `/xmlrpc`; identity and secret are user name and password.

    Raises ConfigurationProblem when the server name is one that the service does not allow.
    """

    def __init__(self, account: ServiceAccount, label: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(account, label, now=now)
        self._server_name = account.server_name or DEFAULT_SERVER_NAME
        if not re.fullmatch(r"[A-Za-z0-9 ._-]{1,20}", self._server_name):
            raise ConfigurationProblem(
                f"The server_name {self._server_name!r} is not usable at {label}: "
                "take at most 20 of the letters A to Z, digits, blanks, '-', '_' and '.'."
            )
        self._secrets.add(xmlrpc.basic(account).removeprefix("Basic "))

    @failure_as_value
    def register(self, device: Device, url: str) -> None:
        # This wire never tells the URL of a phone. By forgetting the phone first, `Registered` after a cut connection
        # can only mean the new URL.
        standing = self._standing(device)
        if standing is Standing.ELSEWHERE:
            raise failed(Reason.OWNED_ELSEWHERE, "Registered Elsewhere")
        if standing is Standing.OURS:
            self._forget(device)
        answer = self._bind(device, url)
        if answer.code == "invalid server":
            self._add_server(url)
            answer = self._bind(device, url)
        if answer.code != "ok":
            raise _refused(answer, device.mac)

    @failure_as_value
    def deregister(self, device: Device) -> None:
        answer = self._call("redirect.deRegisterDevice", device.mac.hex, changes=True)
        if answer.code == "ok":
            return
        # The same words may mean a malformed MAC and one that is not ours: asking tells which.
        standing = self._standing(device)
        if standing is Standing.OURS:
            raise _refused(answer, device.mac)
        if standing is Standing.ELSEWHERE:
            raise failed(Reason.OWNED_ELSEWHERE, answer.said)

    @failure_as_value
    def check(self, device: Device, url: str | None = None) -> Standing:
        return self._standing(device)  # this wire does not tell the URL

    @failure_as_value
    def lookup(self, device: Device) -> Lookup:
        return Lookup(self._standing(device))

    @failure_as_value
    def _ask_account(self) -> str | None:
        self._call("redirect.listDevices")
        return self._account.identity

    def _standing(self, device: Device) -> Standing:
        answer = self._call("redirect.checkDevice", device.mac.hex)
        if answer.code not in _STANDINGS:
            raise _refused(answer, device.mac)
        return _STANDINGS[answer.code]

    def _bind(self, device: Device, url: str) -> xmlrpc.Reply:
        parameters = (device.mac.hex, self._server_name, url, _NO_OVERRIDE)
        return self._call("redirect.registerDeviceWithUniqueUrl", *parameters, changes=True)

    def _forget(self, device: Device) -> None:
        # `changes` is False: when this is cut, the phone has certainly not been registered.
        answer = self._call("redirect.deRegisterDevice", device.mac.hex)
        if answer.code != "ok":
            raise _refused(answer, device.mac)

    def _add_server(self, url: str) -> None:
        """Add our named server. It gets the root of the address: the secret part is for the phone alone."""
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
        answer = self._call("redirect.addServer", self._server_name, root)
        if answer.code != "ok":
            raise _refused(answer)

    def _call(self, method: str, *parameters: str, changes: bool = False) -> xmlrpc.Reply:
        answer = self._wire.send(xmlrpc.call(self._account, self._account.url, method, *parameters, changes=changes))
        return xmlrpc.reply(self._accepted(answer))


def _refused(answer: xmlrpc.Reply, mac: Mac | None = None) -> CallError:
    if mac is not None and re.sub(r"[\s:.-]", "", answer.code) == mac.hex:
        # `Error:` followed directly by the MAC: it belongs to another account (section 3).
        return failed(Reason.OWNED_ELSEWHERE, answer.said)
    reasons = (reason for words, reason in _REASONS if words in answer.code)
    return failed(next(reasons, Reason.UNKNOWN_ANSWER), answer.said)
