"""Strangers: the same quiet answer to all of them, and nobody else is hurt; cases 53 to 56 and 71."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from helpdesk_tui.backend.errors import NotFound
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from tests.backend.endpoint.served import AGENTS, Served, failures_of, requests_of, served, until
from tests.backend.offices import SNOM, add_phone, in_service, new_phone

GUESS = "0123456789" * 4

PATHS = (
    *("/", "/favicon.ico", "/p", "/p/", "/t/", f"/p/{GUESS}", f"/p/{GUESS}/", f"/t/{GUESS}/000413a1b2c3.cfg"),
    *("/000413A1B2C3.cfg", "/y000000000000.boot", "/provisioning/snomD735-000413A1B2C3.htm", f"/{GUESS}/x.cfg"),
    *(f"/p/{'a' * 500}/x.cfg", "/p/%00/x.cfg", "/p/' OR 1=1 --/x.cfg", "/p/%2e%2e/%2e%2e/etc/passwd", "/p/*/x.cfg"),
)
OWN = (
    *("/{s}/firmware/../../../etc/passwd", "/{s}/firmware/%2e%2e%2fbench.db", "/{s}/firmware/..%252f", "/{s}//x.cfg"),
    *("/{s}/snomD735-000413A1B2C3.htm/", "/{s}/snomD735-000413A1B2C3.htm%00", "/{s}/%73nomD735-000413A1B2C3.htm"),
    *("/{s}/firmware/", "/{s}/firmware", "/{s}/secrets.txt", "/{s}/snomD735-000413FFFFFF.htm", "/{s}\\x.cfg"),
)


def plain(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """What a stranger can see."""
    return answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k != "date"}


def seen(raw: bytes) -> bytes:
    """The same of a raw answer."""
    return b"\r\n".join(line for line in raw.split(b"\r\n") if not line.lower().startswith((b"date:", b"connection:")))


def misses(desk: Helpdesk) -> int:
    """How many were counted of us."""
    failures = desk.store.failures.get("127.0.0.1")
    return failures.count if failures else 0


def ask(path: str, method: str = "GET", host: str = "127.0.0.1", more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode("latin-1")


def test_every_stranger_gets_the_same_answer(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    own, usual = endpoint.definitive(phone), seen(endpoint.raw(ask("/p/x/y")))
    assert usual.startswith(b"HTTP/1.1 404 Not Found\r\n")
    raw = [ask(path) for path in PATHS if " " not in path]
    raw += [ask(path.format(s=f"p/{phone.secret}")) for path in OWN]
    raw += [ask(own, method) for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "TRACE", "CONNECT")]
    raw += [ask(own, host=host) for host in ("evil.example", "127.0.0.1.evil.example", "[::1", "a b", "10.0.0.1")]
    raw += [ask(own, more="Content-Length: 5\r\n") + b"hello", ask(own.replace("/p/", "/t/"))]
    raw += [ask(endpoint.temporary(phone).replace("/t/", "/p/")), ask(own, more="Transfer-Encoding: chunked\r\n")]
    raw += [b"GET " + own.encode() + b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"rubbish\r\n\r\n"]
    raw += [f"GET {own} HTTP/1.1\r\nConnection: close\r\n\r\n".encode(), ask("/" + "a" * 20_000)]
    raw += [ask(own, more=f"X: {'y' * 20_000}\r\n"), ask(own, more="X: y\r\n" * 5_000)]
    with ThreadPoolExecutor(8) as pool:
        for request, answer in zip(raw, pool.map(endpoint.raw, raw), strict=True):
            assert seen(answer) == usual, request[:100]
    assert endpoint.now(phone).last_seen is None
    log = desk.environment.database.with_suffix(".log")
    until(lambda: len(log.read_text().splitlines()) >= len(raw) + 1)
    assert [json.loads(line)["status"] for line in log.read_text().splitlines()] == [404] * (len(raw) + 1)
    assert endpoint.get(own).status_code == 200


BROKEN = {
    b"GET /p/{s}/a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": ("GET", "/p/*/a b"),
    b"GET /p/{s}/x HTTP/1.1\r\nUser-Agent: old\r\n\r\n": ("GET", "/p/*/x"),
    b"GET /p/x HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n": ("GET", "/p/*"),
    b"GET /" + b"long/" * 5_000 + b" HTTP/1.1\r\n\r\n": ("GET", ("/" + "long/" * 24)[:120]),
    b"HEAD /x HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n": ("HEAD", "/x"),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": ("", "???????????"),
    b"GET {s}\x1b[2J[red]\r\n\r\n": ("GET", "*?[2J[red]"),
    b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nrubbish {s}\r\n\r\n": ("rubbish", "*"),
}
"""The last is a good request and a broken one after it."""


def test_what_is_no_request_is_noted_once_and_counted_as_a_miss(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    log = desk.environment.database.with_suffix(".log")
    for number, (request, shown) in enumerate(BROKEN.items(), start=1):
        assert endpoint.raw(request.replace(b"{s}", phone.secret.encode())).endswith(b"\r\n\r\nNot found\n")
        until(lambda n=number: misses(desk) >= n)  # type: ignore[misc]
        entry = json.loads(log.read_text().splitlines()[-1])
        assert (entry["method"], entry["path"]) == shown
    assert len(log.read_text().splitlines()) == len(BROKEN) + 1
    assert misses(desk) == len(BROKEN) + 1
    assert phone.secret not in log.read_text()


def test_a_target_in_absolute_form_is_its_path_at_that_host(desk: Helpdesk, endpoint: Served) -> None:
    own = endpoint.definitive(in_service(desk))
    for host, named, status in (
        ("evil.example", "http://127.0.0.1", b"200"),
        ("127.0.0.1", "HTTPS://provisioning.pbx.example.net:443", b"200"),
        ("127.0.0.1", "http://evil.example", b"404"),
        ("127.0.0.1", "http://127.0.0.1@evil.example", b"404"),
        ("127.0.0.1", "ftp://127.0.0.1", b"404"),
    ):
        assert endpoint.raw(ask(named + own, host=host))[9:12] == status


@pytest.mark.parametrize("agent", [*AGENTS.values(), "curl/8", ""])
def test_a_user_agent_opens_nothing(desk: Helpdesk, endpoint: Served, agent: str) -> None:
    add_phone(desk)
    answers = [endpoint.get(path, user_agent=agent) for path in ("/snomD735-000413A1B2C3.htm", "/p/x/y")]
    assert plain(answers[0]) == plain(answers[1])
    assert answers[0].status_code == 404


def test_our_own_names_are_let_in(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk))
    ours = ("provisioning.pbx.example.net", "PROVISIONING.pbx.example.net:8443", "localhost:1", "127.0.0.1", "[::1]:80")
    for host in ours:
        assert endpoint.get(path, host=host).status_code == 200


def test_case_53_many_wrong_guesses_slow_only_the_guesser(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk)
    with ThreadPoolExecutor(16) as pool:
        paths = [f"/p/{GUESS}/000413{number:06x}.cfg" for number in range(1000)]
        assert {answer.status_code for answer in pool.map(endpoint.get, paths)} == {404}
    until(lambda: desk.fetching.throttled())
    right = endpoint.get(endpoint.definitive(phone))
    assert right.status_code == 200
    assert right.elapsed.total_seconds() < 2
    until(lambda: misses(desk) == 1000)
    (address,) = (failures for failures in failures_of(desk) if failures.subject == "127.0.0.1")
    assert address.throttled(desk.clock())
    assert "1000 requests" in address.reason
    until(lambda: desk.sites.survey().sites)
    place = desk.sites.survey().places[0]
    assert place.site and (place.site.address, place.site.phones, place.failures) == ("127.0.0.1", 1, address)


def test_a_throttled_address_is_slow_until_somebody_releases_it(desk: Helpdesk, endpoint: Served) -> None:
    def slow() -> bool:
        return min(endpoint.get("/p/x/y").elapsed.total_seconds() for _ in range(3)) > 0.09

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(endpoint.get, ["/p/x/y"] * 40))
    until(slow)
    desk.fetching.release("127.0.0.1")
    until(lambda: not slow())
    kinds = [event.kind for event in desk.store.events.latest()]
    assert kinds.count(EventKind.ADDRESS) == 2
    with pytest.raises(NotFound):
        desk.fetching.release("192.0.2.1")


def test_case_54_guesses_for_one_mac_from_many_addresses_are_seen(behind: Served) -> None:
    phone = in_service(behind.desk)
    with ThreadPoolExecutor(16) as pool:
        guesses = [(f"/p/{GUESS}/snomD735-000413A1B2C3.htm", f"192.0.2.{number}") for number in range(200)]
        answers = pool.map(lambda guess: behind.get(guess[0], x_forwarded_for=guess[1]), guesses)
        assert {answer.status_code for answer in answers} == {404}
    until(lambda: phone.mac.colons in behind.desk.fetching.throttled())
    assert behind.get(behind.definitive(phone)).status_code == 200
    assert not any(subject.startswith("192.0.2.") for subject in behind.desk.fetching.throttled())


ADDRESSES = {
    "203.0.113.7": "203.0.113.7",
    "1.2.3.4, 203.0.113.7, 10.9.1.1": "203.0.113.7",
    "203.0.113.7:5060": "203.0.113.7",
    "[2001:db8::7]:443": "2001:db8::7",
    "rubbish": "127.0.0.1",
    "": "127.0.0.1",
}


def test_a_trusted_proxy_tells_the_phones_address(behind: Served) -> None:
    phone = in_service(behind.desk)
    for header in ADDRESSES:
        behind.get(behind.definitive(phone), x_forwarded_for=header)
    until(lambda: len(behind.desk.phones.requests(phone)) == len(ADDRESSES))
    requests = reversed(behind.desk.phones.requests(phone))
    assert [request.address for request in requests] == list(ADDRESSES.values())


def test_nobody_else_is_believed(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk)
    path, subject = endpoint.definitive(phone), "CN=000413FFFFFF,O=snom"
    forged = endpoint.get(path, x_forwarded_for="203.0.113.7", x_client_certificate_subject=subject)
    assert forged.status_code == 200
    until(lambda: desk.phones.requests(phone))
    assert desk.phones.requests(phone)[0].address == "127.0.0.1"


def test_a_certificate_that_names_another_mac_is_a_miss(behind: Served) -> None:
    path = behind.definitive(in_service(behind.desk, SNOM))
    for subject, status in (
        ("CN=000413A1B2C3,O=snom technology", 200),
        ("/C=DE/O=snom/CN=00:04:13:a1:b2:c3", 200),
        ("CN=000413FFFFFF,O=snom technology", 404),
        ("CN=Generic Device,O=Yealink", 200),
        ("", 200),
    ):
        assert behind.get(path, x_client_certificate_subject=subject).status_code == status


def test_case_55_an_office_of_400_phones_boots_at_once(desk: Helpdesk, endpoint: Served) -> None:
    with desk.context.write():
        phones = [
            desk.phones.insert(new_phone(desk, f"00:04:13:00:{n >> 8:02x}:{n & 255:02x}"), EventKind.IMPORTED, "x")
            for n in range(400)
        ]
    paths = [endpoint.definitive(phone) for phone in phones]
    paths += [path.rpartition("/")[0] + "/gui_lang_NL.xml" for path in paths]  # what every phone asks for besides
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(endpoint.get, paths))
    assert [answer.status_code for answer in answers] == [200] * 400 + [404] * 400
    until(lambda: len(requests_of(desk)) == 800)
    assert failures_of(desk) == ()


def test_case_56_all_misses_take_the_same_time(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    kinds = {
        "unknown": f"/p/{GUESS}/000413ffffff.cfg",
        "no token": "/snomD735-000413A1B2C3.htm",
        "wrong token": f"/t/{GUESS}/snomD735-000413A1B2C3.htm",
        "other phone": endpoint.definitive(phone).replace("A1B2C3", "FFFFFF"),
    }
    fastest = dict.fromkeys(kinds, 10.0)

    def alike() -> bool:
        """What a busy machine adds to single answers vanishes in the fastest of each kind."""
        desk.store.failures.prune(desk.clock() + timedelta(days=1), 0)  # or we would be throttled
        for kind, path in kinds.items():
            begun = time.perf_counter()
            endpoint.get(path)
            fastest[kind] = min(fastest[kind], time.perf_counter() - begun)
        return max(fastest.values()) - min(fastest.values()) < 0.005

    until(alike)
    assert min(fastest.values()) >= 0.02


def test_case_71_the_access_log_holds_no_secret_and_no_forged_line(desk: Helpdesk, tmp_path: Path) -> None:
    phone = add_phone(desk)
    log = tmp_path / "access.log"
    agent = 'x"}\\n{"at": "forged"} \x1b[2J [red]'
    with served(desk, log) as endpoint:
        paths = [endpoint.temporary(phone), endpoint.definitive(phone), f"/x/{phone.secret}/..", f"/p/{phone.secret}"]
        for path in paths:
            endpoint.raw(ask(path, more=f"User-Agent: {agent}\r\n".replace("\x1b", "~")))
        until(lambda: log.exists() and len(log.read_text().splitlines()) >= 4)
        log.rename(tmp_path / "access.log.1")
        endpoint.get(paths[1])
        until(log.exists)
        until(lambda: log.read_text())
    text = (tmp_path / "access.log.1").read_text() + log.read_text()
    entries = [json.loads(line) for line in text.splitlines()]
    assert [entry["status"] for entry in entries] == [200, 200, 404, 200, 200]
    assert entries[0]["user_agent"].startswith('x"}')
    assert entries[1]["path"] == "/p/*/snomD735-000413A1B2C3.htm"
    assert entries[1]["mac"] == phone.mac.colons
    secrets = {phone.secret, phone.token, endpoint.now(phone).secret, phone.web_password}
    assert not any(secret in text for secret in secrets)
    assert log.stat().st_mode & 0o077 == 0
