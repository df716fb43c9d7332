"""The screens in a browser: textual-serve with a page that needs no internet, for people who were let in by a proxy."""

from __future__ import annotations

import asyncio
import copy
import shlex
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from helpdesk_tui.assets import asset
from helpdesk_tui.operators import LONGEST_NAME

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class WebServer(Server):
    """Starts one program for each browser tab.

    Only pages of its own may open a line to it: any page that an operator visits could otherwise drive their phones.
    """

    def __init__(
        self,
        command: Sequence[str],
        host: str,
        port: int,
        public_url: str,
        operator_header: str,
        say: Callable[[str], None],
    ) -> None:
        """`public_url`: where a proxy offers it. `operator_header`: in which it says who logged in. Empty: neither."""
        shown = f"[{host}]" if ":" in host else host
        super().__init__(
            shlex.join(command),
            host=host,
            port=port,
            title="Helpdesk",
            public_url=public_url or f"http://{shown}:{port}",
            templates_path=asset("web"),
        )
        self._words = tuple(command)
        self._operator_header = operator_header
        self._say = say
        self._tabs: set[asyncio.Task[web.WebSocketResponse]] = set()
        self._hosts = frozenset(_hosts((*(f"{name}:{port}" for name in (*LOOPBACK, shown)), self.public_url)))

    def serve(self, debug: bool = False) -> None:
        """Serve until SIGINT or SIGTERM; says where as soon as it listens."""
        started = self._make_app()
        web.run_app(
            started, host=self.host, port=self.port, print=lambda _: self._say(self.public_url), access_log=None
        )

    async def on_startup(self, app: web.Application) -> None:
        """No banner."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End every tab's program, in good order: aiohttp would wait a minute for them to leave by themselves."""
        for tab in self._tabs:
            tab.cancel()
        await asyncio.gather(*self._tabs, return_exceptions=True)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Start the program for this tab."""
        host, origin = request.headers.get("Host", ""), request.headers.get("Origin", "")
        if host.lower() not in self._hosts or urlsplit(origin).netloc.lower() not in self._hosts:
            raise web.HTTPForbidden(text="This page is not where Helpdesk is offered: start with --public-url.\n")
        server: Server = self
        if self._operator_header:
            name = request.headers.get(self._operator_header, "").strip()
            if not name or not name.isprintable() or len(name) > LONGEST_NAME:
                raise web.HTTPForbidden(text="The proxy does not say who you are.\n")
            server = copy.copy(self)
            server.command = shlex.join(("env", f"HELPDESK_TUI_OPERATOR={name}", *self._words))
        tab = asyncio.create_task(Server.handle_websocket(server, request))
        self._tabs.add(tab)
        try:
            return await tab
        finally:
            self._tabs.discard(tab)


def _hosts(addresses: Iterable[str]) -> Iterable[str]:
    """The values of `Host` that a browser sends for these addresses."""
    for address in addresses:
        netloc = urlsplit(address).netloc or address
        yield netloc.lower()
        for default in (":80", ":443"):
            yield netloc.lower().removesuffix(default)
