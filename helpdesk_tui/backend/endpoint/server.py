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
from pathlib import Path

import uvicorn

from helpdesk_tui.backend.endpoint.access_log import AccessLog
from helpdesk_tui.backend.endpoint.app import PhoneEndpoint
from helpdesk_tui.backend.endpoint.dispatcher import Dispatcher
from helpdesk_tui.backend.endpoint.protocol import LARGEST_HEAD, PhoneProtocol
from helpdesk_tui.backend.endpoint.recorder import Recorder
from helpdesk_tui.backend.endpoint.upkeep import Upkeep
from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.helpdesk import Helpdesk

HANDSHAKE_TAKES = 5.0
"""Seconds for a TLS handshake."""

KEEP_ALIVE = 15
"""Seconds for which an idle connection is kept after an answer."""

SWITCH = 0.001
"""Seconds after which Python lets another thread go on."""

GARBAGE = 20_000
"""New objects after which Python looks for garbage; its own 700 come with every other phone, and stay."""

GRACE = 5
"""Seconds that answers under way have when the server stops."""


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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(1)
        config = self.config

        def connection() -> asyncio.Protocol:
            return PhoneProtocol(config=config, server_state=self.server_state, app_state=self.lifespan.state)

        loop = asyncio.get_running_loop()
        limit = HANDSHAKE_TAKES if config.ssl else None
        self.servers = [
            await loop.create_server(
                connection, sock=listening, ssl=config.ssl, backlog=config.backlog, ssl_handshake_timeout=limit
            )
            for listening in sockets or ()
        ]
        self.started = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop gracefully at SIGTERM and SIGINT; uvicorn's own version would raise them again afterwards."""
        try:
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
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


def make_server(desk: Helpdesk, listen: Listen) -> PhoneServer:
    """A server for this environment; run it with `run(sockets=[...])`. Raises ConfigurationProblem."""
    try:
        access_log = AccessLog(listen.access_log)
    except OSError as error:
        reason = error.strerror
        raise ConfigurationProblem(f"The access log {listen.access_log} cannot be written: {reason}.") from error
    config = uvicorn.Config(
        _application(desk, listen, Recorder(desk, access_log)),
        http=PhoneProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        ssl_certfile=listen.tls_certificate,
        ssl_keyfile=listen.tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it is no certificate"
        raise ConfigurationProblem(f"The TLS certificate or its key cannot be used: {reason}.") from error
    return PhoneServer(config)


def _application(desk: Helpdesk, listen: Listen, recorder: Recorder) -> PhoneEndpoint | Dispatcher:
    phones = PhoneEndpoint(desk, recorder, listen.host)
    if not listen.rest_api:
        return phones
    from helpdesk_tui.backend.endpoint.rest.gate import RestApi  # late: FastAPI takes its time

    return Dispatcher(phones, RestApi(desk, recorder, listen.scheme, listen.host))


@contextlib.contextmanager
def in_background(desk: Helpdesk, listen: Listen | None = None) -> Generator[str, None, None]:
    """Serve an opened environment in a thread until the block ends; its base URL. For demonstrations and tests.

    Raises ConfigurationProblem. The caller closes the environment afterwards; nobody maintains it here.
    """
    listen = listen or Listen(access_log=Path(os.devnull))
    bound = bind(listen)
    server = make_server(desk, listen)

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

    Every worker opens the environment itself: an SQLite connection must not cross a fork.
    """
    bound = bind(listen)
    url = base_url(listen, bound)
    if workers > 1:
        _serve_with_workers(open_desk, listen, bound, workers, lambda: ready(url))
    else:
        _serve_here(open_desk, listen, bound, lambda: ready(url))


def _serve_here(
    open_desk: Callable[[], Helpdesk], listen: Listen, bound: socket.socket, ready: Callable[[], None]
) -> None:
    desk = open_desk()
    # The thread that answers waits at most this long for the one that writes things down.
    sys.setswitchinterval(SWITCH)
    try:
        server = make_server(desk, listen)
        upkeep = Upkeep(desk)
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_run(server, bound, upkeep, ready))
    finally:
        desk.close()


async def _run(server: PhoneServer, bound: socket.socket, upkeep: Upkeep, ready: Callable[[], None]) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[bound]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        gc.collect()
        gc.freeze()  # what is there now stays: nothing to look through again and again while phones wait
        gc.set_threshold(GARBAGE, 20, 50)
        upkeep.start()
        ready()
    try:
        await serving
    finally:
        await asyncio.to_thread(upkeep.stop)


def _serve_with_workers(
    open_desk: Callable[[], Helpdesk],
    listen: Listen,
    bound: socket.socket,
    workers: int,
    ready: Callable[[], None],
) -> None:
    reading, writing = os.pipe()
    children = [_fork(open_desk, listen, bound, writing) for _ in range(workers)]

    def stop(number: int, _: object) -> None:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.close(writing)
    bound.close()
    if len(_read_exactly(reading, workers)) == workers:
        ready()
    else:
        stop(signal.SIGTERM, None)
    failed = _wait_for(children, stop)
    if failed:
        raise ConfigurationProblem("A worker process ended by itself: its last lines on stderr say why.")


def _fork(open_desk: Callable[[], Helpdesk], listen: Listen, bound: socket.socket, writing: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _serve_here(open_desk, listen, bound, lambda: _say(writing))
        status = 0
    except BaseException as error:
        print(error, file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _say(writing: int) -> None:
    os.write(writing, b".")
    os.close(writing)


def _read_exactly(reading: int, count: int) -> bytes:
    """One byte of every worker that is ready; fewer when one ended before it was."""
    said = b""
    while len(said) < count and (more := os.read(reading, count)):
        said += more
    return said


def _wait_for(children: Sequence[int], stop: Callable[[int, object], None]) -> bool:
    """Wait for all; when one fails, the others are stopped too, so that whoever supervises us starts them anew."""
    failed = False
    left = set(children)
    while left:
        child, status = os.wait()
        left.discard(child)
        if status != 0 and not failed:
            failed = True
            stop(signal.SIGTERM, None)
    return failed


def log_to_stderr() -> None:
    """Problems of the server as plain lines; requests go to the access log."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("helpdesk_tui").addHandler(handler)
    errors = logging.getLogger("uvicorn.error")
    errors.addHandler(handler)
    errors.setLevel(logging.ERROR)
