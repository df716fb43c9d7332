"""Phones and users of the REST API at one address, without anything of the one costing the other."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from helpdesk_tui.backend.endpoint.answers import Receive, Send
from helpdesk_tui.backend.endpoint.app import PhoneEndpoint

if TYPE_CHECKING:
    from helpdesk_tui.backend.endpoint.rest.gate import RestApi


class Dispatcher:
    """The ASGI application of `serve`: everything that is not for the API is for the phones' endpoint."""

    def __init__(self, phones: PhoneEndpoint, rest: RestApi) -> None:
        self._phones = phones
        self._rest = rest

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._rest.takes(scope):
            await self._rest(scope, receive, send)
        else:
            await self._phones(scope, receive, send)
