"""The simulated services behind a real HTTP server on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from helpdesk_tui.backend.errors import ConfigurationProblem, Refused
from helpdesk_tui.backend.manufacturers.simulator import phones, sraps, xmlrpc
from helpdesk_tui.backend.manufacturers.simulator.app import Simulator
from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response
from helpdesk_tui.backend.manufacturers.simulator.state import TENANTS, Tenant
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.vendor import Vendor

LARGEST_BODY = 1_000_000
"""Bytes."""

LOOPBACK = ("127.0.0.1", "localhost")


class SimulatorServer:
    """A server in threads of its own. Use it in a `with` statement, or `start` and `stop` it."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        state_file: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Port 0: a free one. Raises OSError when the port cannot be had."""
        self.simulator = Simulator(state_file, now)
        self._server = _Server((host, port), self.simulator)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="simulator")

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a trailing slash."""
        host, port = self._server.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; requests on hold are dropped."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> SimulatorServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def account(self, vendor: Vendor, kind: ServiceKind, tenant: str = "ours") -> ServiceAccount:
        """The account of a tenant, as the configuration would hold it."""
        who = next(known for known in TENANTS if known.name == tenant)
        path, identity, secret = _account(vendor, kind, who)
        return ServiceAccount(vendor, kind, self.url + path, identity, secret)


def run(host: str = "127.0.0.1", port: int = 8090, state_file: Path | None = None) -> None:
    """Serve until interrupted, after printing where.

    Raises Refused for an address that others could reach: whoever reaches the simulator directs it. Raises
    ConfigurationProblem when the port cannot be had or the file is of something else.
    """
    if host not in LOOPBACK:
        raise Refused(f"The simulator listens on this machine alone: {host} is none of {', '.join(LOOPBACK)}.")
    try:
        server = SimulatorServer(host, port, state_file)
    except OSError as error:
        raise ConfigurationProblem(f"Port {port} cannot be had ({error.strerror}): choose another one.") from error
    print(describe(server), flush=True)
    server.start()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


def describe(server: SimulatorServer) -> str:
    """The addresses, and what to write into the configuration."""
    names = {
        ServiceKind.SRAPS: ("key_id", "key_secret"),
        ServiceKind.YMCS: ("client_id", "client_secret"),
        ServiceKind.XMLRPC: ("username", "password"),
    }
    choices = (
        (Vendor.SNOM, ServiceKind.SRAPS),
        (Vendor.SNOM, ServiceKind.XMLRPC),
        (Vendor.YEALINK, ServiceKind.YMCS),
        (Vendor.YEALINK, ServiceKind.XMLRPC),
    )
    lines = [f"The simulated services of the manufacturers listen at {server.url}"]
    for vendor, kind in choices:
        account = server.account(vendor, kind)
        identity, secret = names[kind]
        lines += [
            "",
            f"{vendor.value}:",
            f'  service = "{kind.value}"',
            f'  url = "{account.url}"',
            f'  {identity} = "{account.identity}"',
            f'  {secret} = "{account.secret}"',
        ]
    lines += [
        "",
        f"Phones ask {server.url}{phones.SNOM_PREFIX}snomD785/snomD785.php?mac=000413AABBCC",
        f"       and {server.url}{phones.YEALINK_PREFIX}service.do?method=redirect&mac=80-5e-c0-aa-bb-cc",
    ]
    return "\n".join(lines)


def _account(vendor: Vendor, kind: ServiceKind, who: Tenant) -> tuple[str, str, str]:
    """Path, identity and secret."""
    return {
        (Vendor.SNOM, ServiceKind.SRAPS): (sraps.PREFIX, who.key_id, who.key_secret),
        (Vendor.SNOM, ServiceKind.XMLRPC): (f"{xmlrpc.SNOM_PREFIX}/", who.username, who.password),
        (Vendor.YEALINK, ServiceKind.YMCS): ("/yealink/", who.client_id, who.client_secret),
        (Vendor.YEALINK, ServiceKind.XMLRPC): (xmlrpc.YEALINK_PREFIX, who.username, who.password),
    }[vendor, kind]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        super().__init__(address, _Handler)
        self.simulator = simulator
        self.stopping = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `GET /_requests` tells what came in."""

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return
        request = Request(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(length)),
            self.client_address[0],
        )
        self._send(self.server.simulator.handle(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _send(self, response: Response) -> None:
        if response.hold:
            self.server.stopping.wait(response.hold)
        if response.silent:
            self.close_connection = True
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if response.cut:
            self.wfile.write(response.body[: len(response.body) // 2])
            self.close_connection = True
        elif response.drip:
            self._drip(response.body)
        else:
            self.wfile.write(response.body)
        self.wfile.flush()

    def _drip(self, body: bytes) -> None:
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.stopping.wait(0.1):
                return
