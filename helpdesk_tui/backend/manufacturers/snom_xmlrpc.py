"""Snom's older wire: XML-RPC with HTTP Basic (reference manufacturer_services.md, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from helpdesk_tui.backend.manufacturers import xmlrpc
from helpdesk_tui.backend.manufacturers.client import Client, failed, failure_as_value, standing_at
from helpdesk_tui.backend.manufacturers.http import CallError
from helpdesk_tui.backend.manufacturers.service import Device, Lookup, Standing
from helpdesk_tui.backend.manufacturers.words import clean
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.reason import Reason

_REASONS = {
    "owned_by_other_user": Reason.OWNED_ELSEWHERE,
    "malformed_url": Reason.BAD_URL,
    "malformed_mac": Reason.BAD_MAC,
}
_NOT_REGISTERED = "no_such_mac"


class SnomXmlRpc(Client):
    """`url` of the account ends in `/xmlrpc/`; identity and secret are user name and password."""

    def __init__(self, account: ServiceAccount, label: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(account, label, now=now)
        self._url = account.url.rstrip("/") + "/"  # without the slash the service does not answer (section 2)
        self._secrets.add(xmlrpc.basic(account).removeprefix("Basic "))

    @failure_as_value
    def register(self, device: Device, url: str) -> None:
        answer = self._call("redirect.registerPhone", device.mac.upper, url, changes=True)
        if not answer.success:
            raise _refused(answer)

    @failure_as_value
    def deregister(self, device: Device) -> None:
        answer = self._call("redirect.deregisterPhone", device.mac.upper, changes=True)
        if not answer.success and answer.code != _NOT_REGISTERED:
            raise _refused(answer)

    @failure_as_value
    def check(self, device: Device, url: str | None = None) -> Standing:
        return standing_at(self._find(device), url)

    @failure_as_value
    def lookup(self, device: Device) -> Lookup:
        return self._find(device)

    @failure_as_value
    def _ask_account(self) -> str | None:
        # The vendor's own way to try credentials (section 2).
        self._call("network.echo", "ping")
        return self._account.identity

    def _find(self, device: Device) -> Lookup:
        # The vendor documents three values: true, company, URL (section 2).
        answer = self._call("redirect.getPhoneRedirection", device.mac.upper)
        if answer.success and len(answer.values) == 3:
            return Lookup(Standing.OURS, url=answer.values[2], owner=clean(answer.said))
        if answer.code == _NOT_REGISTERED:
            return Lookup(Standing.NOT_REGISTERED)
        if _REASONS.get(answer.code) is Reason.OWNED_ELSEWHERE:
            return Lookup(Standing.ELSEWHERE)
        raise _refused(answer)

    def _call(self, method: str, *parameters: str, changes: bool = False) -> xmlrpc.Reply:
        answer = self._wire.send(xmlrpc.call(self._account, self._url, method, *parameters, changes=changes))
        return xmlrpc.reply(self._accepted(answer))


def _refused(answer: xmlrpc.Reply) -> CallError:
    return failed(_REASONS.get(answer.code, Reason.UNKNOWN_ANSWER), answer.said)
