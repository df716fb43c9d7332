"""The endpoint beside a bare Starlette application that returns a constant of the same size, in the same run."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from operator import attrgetter, methodcaller
from pathlib import Path

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.access import settings_file_name
from helpdesk_tui.backend.use_cases.phones import NewPhone
from tests.backend.endpoint.served import requests_of
from tests.backend.offices import environment
from tests.benchmarks.load import Load, load

PHONES = 4_000
RUSH = 10_000
CONNECTIONS = 32
ROUNDS = 7
HOST = b"host: 127.0.0.1\r\n\r\n"


def prepare(folder: Path, phones: int) -> list[bytes]:
    """A database with this many phones in use, half of each vendor, each with a user; returns their requests."""
    desk = Helpdesk(environment(folder / "bench.db"), "bench")
    requests = []
    with desk.context.write():
        organisation = desk.store.directory.save_organisation(
            Organisation(0, "Bakkerij Jansen", "jansen", "sip.pbx.example.net")
        )
        models = (("000413", desk.catalogue.get("D785")), ("805ec0", desk.catalogue.get("T46S")))
        for number in range(phones):
            identity = (Identity(f"jansen-{number}", f"s3cret-{number}", f"Anna Jansen {number}"),)
            user = desk.store.directory.save_user(User(0, organisation, str(1000 + number), f"Anna {number}", identity))
            prefix, model = models[number % 2]
            new = NewPhone(Mac(f"{prefix}{number:06x}"), model, organisation, {"user_id": user})
            phone = desk.phones.insert(new, EventKind.IMPORTED, "Imported.")
            desk.store.phones.update(phone.id, {"last_seen": datetime.now(UTC)})
            path = f"/p/{phone.secret}/{settings_file_name(phone.vendor, phone.model, phone.mac)}"
            agent = (
                f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.184.15 2010.12-00004-g9ba52f5 {phone.mac.upper} SXM:0)"
                if phone.vendor is Vendor.SNOM
                else f"Yealink SIP-T46S 66.86.0.15 {phone.mac}"
            )
            requests.append(f"GET {path} HTTP/1.1\r\nuser-agent: {agent}\r\n".encode() + HOST)
    desk.close()
    return requests


@contextmanager
def endpoint(folder: Path, *options: str) -> Iterator[int]:
    """`helpdesk-tui serve` on the prepared database; its port."""
    command = [sys.executable, "-m", "helpdesk_tui", "--database", str(folder / "bench.db"), "serve", "--port", "0"]
    command += ["--access-log", str(folder / "access.log"), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().rpartition(":")[2])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _serve_bare(bound: socket.socket, size: int, certificate: Path | None, key: Path | None) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    body = b"x" * size

    async def constant(request: Request) -> Response:
        return Response(body, media_type="text/plain")

    config = uvicorn.Config(
        Starlette(routes=[Route("/{path:path}", constant)]),
        log_config=None,
        access_log=False,
        server_header=False,
        http="h11",  # as the endpoint, also where a faster one is installed
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    uvicorn.Server(config).run(sockets=[bound])


@contextmanager
def bare(size: int, certificate: Path | None = None, key: Path | None = None) -> Iterator[int]:
    """The bare application; its port."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen(2048)
    process = multiprocessing.get_context("fork").Process(target=_serve_bare, args=(bound, size, certificate, key))
    process.start()
    try:
        yield bound.getsockname()[1]
    finally:
        process.terminate()
        process.join()


def report(label: str, runs: Sequence[Load], beside: Sequence[Load] = ()) -> None:
    """One line: the median of these runs, each beside the one that was made next to it."""
    shares = [run.per_second / bare.per_second for run, bare in zip(runs, beside, strict=True)] if beside else []
    share = f"  {statistics.median(shares):5.0%} of bare ({min(shares):.0%} to {max(shares):.0%})" if shares else ""
    statuses = sum((Counter(run.statuses) for run in runs), Counter())
    print(
        f"  {label:<36} {_median(runs, attrgetter('per_second')):8,.0f} /s"
        f"   p50 {_median(runs, methodcaller('percentile', 50)):6.1f} ms"
        f"   p99 {_median(runs, methodcaller('percentile', 99)):6.1f} ms   {dict(statuses)}{share}",
        flush=True,
    )


def _median(runs: Sequence[Load], figure: Callable[[Load], float]) -> float:
    return statistics.median([figure(run) for run in runs])


def bench_files(folder: Path) -> None:
    """Settings files of many different phones, with kept-alive connections; everything in turn, several times."""
    requests = prepare(folder, PHONES)
    print(f"{PHONES:,} phones, {CONNECTIONS} kept-alive connections, medians of {ROUNDS} rounds")
    runs: dict[str, list[Load]] = {"bare": [], "first": [], "anew": [], "again": []}
    for number in range(ROUNDS):
        fresh = folder / str(number)
        fresh.mkdir()
        shutil.copy(folder / "bench.db", fresh)
        with endpoint(fresh) as port:
            runs["first"].append(load(port, requests, CONNECTIONS))
        with bare(runs["first"][0].bytes // PHONES) as port:
            load(port, requests, CONNECTIONS)
            runs["bare"].append(load(port, requests, CONNECTIONS))
        with endpoint(fresh) as port:  # a new process knows no file
            runs["anew"].append(load(port, requests, CONNECTIONS))
            runs["again"].append(load(port, requests, CONNECTIONS))
    report("bare Starlette, a constant", runs["bare"])
    report("endpoint, first fetch of all phones", runs["first"], runs["bare"])
    report("endpoint, every file made anew", runs["anew"], runs["bare"])
    report("endpoint, nothing changed since", runs["again"], runs["bare"])


def _look(folder: Path, over: Event, pipe: Connection) -> None:
    """What a screen of the TUI reads, ten times a second, as a process of its own; sends the milliseconds."""
    desk = Helpdesk(environment(folder / "bench.db"), "bench")
    taken: list[float] = []
    while not over.wait(0.1):
        begun = time.perf_counter()
        phones = desk.phones.page(Query(), 0, 50).phones
        desk.phones.get(phones[len(taken) % 50].id)
        taken.append((time.perf_counter() - begun) * 1000)
    desk.close()
    pipe.send(taken)


@contextmanager
def screen(folder: Path) -> Iterator[list[float]]:
    """A screen that is looked at meanwhile; afterwards the list holds its milliseconds, sorted."""
    context = multiprocessing.get_context("fork")
    over, (here, there) = context.Event(), context.Pipe()
    process = context.Process(target=_look, args=(folder, over, there))
    process.start()
    taken: list[float] = []
    yield taken
    over.set()
    taken += sorted(here.recv())
    process.join()


def bench_rush(folder: Path) -> None:
    """All phones at once, as after a power cut."""
    requests = prepare(folder, RUSH)
    print(f"{RUSH:,} phones at once, 500 connections")
    with endpoint(folder) as port:
        with screen(folder) as quiet:
            time.sleep(3)
        with screen(folder) as busy:
            rush = load(port, requests, 500)
    report("endpoint", [rush])
    for label, taken in (("nothing else happens", quiet), ("the rush", busy)):
        print(
            f"  a page of the list and a phone, while {label}: median {statistics.median(taken):.1f} ms,"
            f" worst {taken[-1]:.1f} ms of {len(taken)}"
        )
    logged = len((folder / "access.log").read_text().splitlines())
    desk = Helpdesk(environment(folder / "bench.db"), "bench")
    noted = len(requests_of(desk))
    desk.close()
    print(f"  in the access log {logged:,}, in the database {noted:,}")


def bench_tls(folder: Path) -> None:
    """A new TLS connection for every file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        print("no openssl here: TLS is not measured")
        return
    requests = prepare(folder, 600)
    closing = [request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n") for request in requests]
    for name, kind in (("RSA 2048", "rsa:2048"), ("P-256", "ec:" + str(folder / "p256"))):
        if kind.startswith("ec:"):
            _run(openssl, "ecparam", "-name", "prime256v1", "-out", kind[3:])
        certificate, key = folder / "cert.pem", folder / "key.pem"
        subject = ("-subj", "/CN=127.0.0.1", "-days", "2", "-nodes")
        _run(openssl, "req", "-x509", "-newkey", kind, *subject, "-keyout", str(key), "-out", str(certificate))
        with endpoint(folder, "--tls-cert", str(certificate), "--tls-key", str(key)) as port:
            ours = _connections(port, closing)
        with bare(20_000, certificate, key) as port:
            beside = _connections(port, closing)
        print(f"new TLS connections, {name}: endpoint {ours:,.0f} /s, bare Starlette {beside:,.0f} /s")


def _connections(port: int, requests: list[bytes]) -> float:
    """New connections for each second, 20 at a time."""
    begun = time.perf_counter()
    for start in range(0, len(requests), 100):
        load(port, requests[start : start + 100], 100, tls=True)
    return len(requests) / (time.perf_counter() - begun)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """All measurements of the endpoint."""
    benches: tuple[Callable[[Path], None], ...] = (bench_files, bench_rush, bench_tls)
    for bench in benches:
        with tempfile.TemporaryDirectory(prefix="helpdesk-tui-bench-") as folder:
            bench(Path(folder))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[2]))
    main()
