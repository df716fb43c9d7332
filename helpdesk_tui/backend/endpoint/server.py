"""uvicorn around the endpoint: one process, or several that share a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn

from helpdesk_tui.backend.endpoint.access_log import AccessLog
from helpdesk_tui.backend.endpoint.app import PhoneEndpoint
from helpdesk_tui.backend.endpoint.back_office import BackOffice
from helpdesk_tui.backend.endpoint.dispatcher import Dispatcher
from helpdesk_tui.backend.endpoint.nonces import Nonces
from helpdesk_tui.backend.endpoint.notes import Notes
from helpdesk_tui.backend.endpoint.processes import ends, run_workers
from helpdesk_tui.backend.endpoint.protocol import LARGEST_HEAD, PhoneProtocol, Refuse
from helpdesk_tui.backend.endpoint.recorder import Recorder
from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.helpdesk import Helpdesk

HANDSHAKE_TAKES = 5.0
"""Seconds for a TLS handshake."""

KEEP_ALIVE = 15
"""Seconds for which an idle connection is kept after an answer."""

LULL = 0.25
"""Seconds without an answer, after which nobody is taken to be waiting."""

GARBAGE = 5_000
MOST_GARBAGE = 50_000
"""New objects after which Python looks for garbage: everywhere in a lull, else among these alone. A connection that
fails to speak TLS leaves 40 objects and 300 KB."""

GRACE = 1.5
"""Seconds that answers under way have when the server stops: most take milliseconds, and a phone fetches a firmware
again that it did not get whole."""

LAST_RESORT = 3
"""Seconds after which uvicorn itself ends what is left then, and says so."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where and how to listen."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: a free one."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    access_log: Path | None = None
    """None: stderr."""
    rest_api: bool = False
    """Whether the REST API is served beside the phones."""

    @property
    def scheme(self) -> str:
        return "https" if self.tls_certificate else "http"


class PhoneServer(uvicorn.Server):
    """uvicorn's server with a limit on TLS handshakes, and quiet about its end."""

    def __init__(self, config: uvicorn.Config, refuse: Refuse) -> None:
        super().__init__(config)
        self._refuse = refuse

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(1)
        config = self.config

        def connection() -> asyncio.Protocol:
            return PhoneProtocol(
                self._refuse, config=config, server_state=self.server_state, app_state=self.lifespan.state
            )

        loop = asyncio.get_running_loop()
        limit = HANDSHAKE_TAKES if config.ssl else None
        self.servers = [
            await loop.create_server(
                connection, sock=listening, ssl=config.ssl, backlog=config.backlog, ssl_handshake_timeout=limit
            )
            for listening in sockets or ()
        ]
        self.started = True

    def end(self, alone: int) -> None:
        """Stop: whoever would have told us to is gone, and nobody could use the port again."""
        asyncio.get_running_loop().remove_reader(alone)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the answers under way end; those that take long are cut off without a word."""
        cutting = asyncio.get_running_loop().call_later(GRACE, self._cut_off)
        await super().shutdown(sockets)
        cutting.cancel()

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop gracefully; uvicorn's own version would raise these signals again afterwards."""
        try:
            before = {number: signal.signal(number, self.handle_exit) for number in ends()}
        except ValueError:  # not in the main thread: whoever started the thread sets `should_exit`
            yield
            return
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def bind(listen: Listen) -> socket.socket:
    """The listening socket. Raises ConfigurationProblem."""
    try:
        family = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0][0]
        # Named as TCP, because asyncio switches Nagle's delay off (40 ms an answer) only for what is named so.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((listen.host, listen.port))
        bound.listen(2048)
    except OSError as error:
        reason = error.strerror or "it cannot be had"
        raise ConfigurationProblem(
            f"Cannot listen at {listen.host} port {listen.port}: {reason}; choose another with --host and --port."
        ) from error
    bound.setblocking(False)
    return bound


def base_url(listen: Listen, bound: socket.socket) -> str:
    """Where phones reach this socket."""
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"{listen.scheme}://{host}:{bound.getsockname()[1]}"


def _access_log(listen: Listen) -> AccessLog:
    try:
        return AccessLog(listen.access_log)
    except OSError as error:
        reason = error.strerror
        raise ConfigurationProblem(f"The access log {listen.access_log} cannot be written: {reason}.") from error


def make_server(desk: Helpdesk, listen: Listen, notes: Notes, nonces: Nonces) -> PhoneServer:
    """A server for this environment; run it with `run(sockets=[...])`. Raises ConfigurationProblem."""
    phones = PhoneEndpoint(desk, notes, nonces, listen.host)
    config = uvicorn.Config(
        _beside_the_api(phones, desk, listen, notes) if listen.rest_api else phones,
        http=PhoneProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LAST_RESORT,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        ssl_certfile=listen.tls_certificate,
        ssl_keyfile=listen.tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it is no certificate"
        raise ConfigurationProblem(f"The TLS certificate or its key cannot be used: {reason}.") from error
    return PhoneServer(config, phones.refuse)


def _beside_the_api(phones: PhoneEndpoint, desk: Helpdesk, listen: Listen, notes: Notes) -> Dispatcher:
    from helpdesk_tui.backend.endpoint.rest.gate import RestApi  # late: FastAPI takes its time

    return Dispatcher(phones, RestApi(desk, notes, listen.scheme, listen.host))


@contextlib.contextmanager
def in_background(desk: Helpdesk, listen: Listen | None = None) -> Generator[str, None, None]:
    """Serve an opened environment in a thread until the block ends; its base URL. For demonstrations and tests.

    Raises ConfigurationProblem. The caller closes the environment afterwards; nobody maintains it here.
    """
    listen = listen or Listen(access_log=Path(os.devnull))
    bound = bind(listen)
    server = make_server(desk, listen, Recorder(desk, _access_log(listen)), Nonces())

    def run() -> None:
        with asyncio.Runner() as runner:
            runner.run(server.serve(sockets=[bound]))

    thread = threading.Thread(target=run, name="endpoint", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield base_url(listen, bound)
    finally:
        server.should_exit = True
        thread.join()


def serve(open_desk: Callable[[], Helpdesk], listen: Listen, workers: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` hears the base URL. Raises ConfigurationProblem, DatabaseProblem.

    Every process opens the environment itself: an SQLite connection must not cross a fork.
    """
    bound = bind(listen)
    url = base_url(listen, bound)
    with contextlib.closing(open_desk()) as desk:
        desk.maintenance.renew_secrets()
    nonces = Nonces()

    def announce() -> None:
        ready(url)

    def work(ready: Callable[[], None], says: int, alone: int) -> None:
        _serve_here(open_desk, listen, bound, nonces, ready, [bound.close, partial(os.close, says)], alone)

    if workers > 1:
        run_workers(work, workers, bound.close, announce)
    else:
        _serve_here(open_desk, listen, bound, nonces, announce, [bound.close])


def _serve_here(
    open_desk: Callable[[], Helpdesk],
    listen: Listen,
    bound: socket.socket,
    nonces: Nonces,
    ready: Callable[[], None],
    not_inherited: Sequence[Callable[[], object]],
    alone: int | None = None,
) -> None:
    office = BackOffice(open_desk, _access_log(listen), not_inherited)
    try:
        desk = open_desk()
        try:
            office.attend(desk)
            server = make_server(desk, listen, office, nonces)
            with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
                runner.run(_run(server, bound, ready, alone))
        finally:
            desk.close()
    finally:
        well = office.close()
    if not well:
        raise ConfigurationProblem("The process that keeps the books ended by itself: its last lines say why.")


async def _run(server: PhoneServer, bound: socket.socket, ready: Callable[[], None], alone: int | None) -> None:
    if alone is not None:
        asyncio.get_running_loop().add_reader(alone, server.end, alone)
    serving = asyncio.ensure_future(server.serve(sockets=[bound]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        tidying = asyncio.ensure_future(_tidy(server))
        ready()
        serving.add_done_callback(lambda _: tidying.cancel())
    await serving


async def _tidy(server: PhoneServer) -> None:
    """Let Python look for garbage when no phone waits: it would stop everything for tens of milliseconds, often."""
    gc.collect()
    gc.freeze()  # what is there now stays
    gc.disable()
    answered = 0
    while True:
        await asyncio.sleep(LULL)
        before, answered = answered, server.server_state.total_requests
        found = gc.get_count()[0]
        if answered == before and found > GARBAGE:
            gc.collect()
        elif found > MOST_GARBAGE:
            gc.collect(0)


def log_to_stderr() -> None:
    """Problems of the server as plain lines; requests go to the access log."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("helpdesk_tui").addHandler(handler)
    errors = logging.getLogger("uvicorn.error")
    errors.addHandler(handler)
    errors.addFilter(_is_no_end)
    errors.setLevel(logging.ERROR)


def _is_no_end(record: logging.LogRecord) -> bool:
    """Whether it is about something else than an answer that was cut off because the server stops."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
