"""The door of the API: who, over which line, in which form."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.endpoint.protocol import PhoneProtocol
from helpdesk_tui.backend.endpoint.rest.gate import CALLERS, LARGEST_BODY
from helpdesk_tui.backend.endpoint.rest.lines import Lines
from helpdesk_tui.backend.endpoint.rest.media import COMPASS_V3, accepts_json, accepts_v3
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.failures import LIMITS, SubjectKind
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.use_cases.logins import Credentials
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, add_organisation, environment, in_service, service
from tests.backend.rest.calling import PASSWORD, Caller, add_api_user, api
from tests.backend.rest.conftest import Places
from tests.frozen_clock import FrozenClock

V2 = "application/vnd.iperity.compass.v2+json"


@pytest.fixture
def anna(desk: Helpdesk, places: Places, call: Caller) -> Caller:
    """Somebody who may do everything."""
    add_api_user(desk, "anna", places.here, Right.WRITE)
    return call.user("anna")


# -- credentials ------------------------------------------------------------------------------------------------------


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


NOBODYS: tuple[str | None, ...] = (
    None,
    "",
    "Basic",
    "Basic !!!",
    basic("anna"),
    basic(f"anna:{PASSWORD} "),
    basic(f"nobody:{PASSWORD}"),
    basic(":"),
    f"Bearer {PASSWORD}",
    "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
)


def test_without_right_credentials_nothing_is_told_but_who_to_be(anna: Caller, desk: Helpdesk) -> None:
    for authorization in NOBODYS:
        check_unauthorized(anna, authorization)
        desk.store.failures.prune(desk.clock() + timedelta(days=1), 0)


def check_unauthorized(anna: Caller, authorization: str | None) -> None:
    """Whatever is asked for, the answer is the same. Real credentials cost their time: they are tried twice."""
    caller = anna.without("authorization")
    if authorization is not None:
        caller = caller.having(authorization=authorization)
    answers = [caller.get("/user"), caller("POST", "/user")]
    if authorization in (None, "", "Basic"):
        answers += [caller.get("/user/nothing"), caller.without("accept").get("/phone/1")]
        answers += [caller("OPTIONS", "/user"), caller.get("/helpdesk/v1/phones")]
    for answer in answers:
        assert anna.error(answer) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == 'Basic realm="Helpdesk TUI", charset="UTF-8"'
        assert answer.json() == answers[0].json()


def test_names_are_taken_in_any_case_and_passwords_may_hold_a_colon(anna: Caller, desk: Helpdesk) -> None:
    desk.api_users.set_password("anna", "a:b:c:d:e:f:ü€")
    assert anna.user("Anna", "a:b:c:d:e:f:ü€").get("/user").status_code == 303
    assert anna.user("anna").get("/user").status_code == 401


def test_too_many_wrong_logins_are_told_when_to_come_again(anna: Caller, desk: Helpdesk) -> None:
    assert anna.get("/user").status_code == 303
    for number in range(LIMITS[SubjectKind.LOGIN_ADDRESS]):
        desk.logins.check(Credentials(f"guess{number}", "wrong password", "127.0.0.1"))
    refused = anna.user("somebody").get("/user")
    assert anna.error(refused) == (429, "too_many_logins")
    assert refused.headers["retry-after"] == "600"
    assert anna.get("/user").status_code == 303, "whoever is known to be right is not slowed by others"


def test_the_access_log_tells_who_asked_for_what_and_no_secret(anna: Caller, desk: Helpdesk) -> None:
    anna.get("/company/1?password=hunter2")
    anna.user("anna", "wrong-password").get("/user")
    anna("POST", "/phone/1/migrateToCompany", {"newCompany": "hunter2"})
    log = desk.environment.database.with_suffix(".log")
    until(lambda: log.exists() and len(log.read_text().splitlines()) == 3)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["path"], line["status"], line["api_user"]) for line in lines] == [
        ("GET", "/company/1", 200, "anna"),
        ("GET", "/user", 401, "-"),
        ("POST", "/phone/1/migrateToCompany", 400, "anna"),
    ]
    text = log.read_text()
    for secret in (PASSWORD, "wrong-password", "hunter2", dict(anna.headers)["authorization"]):
        assert secret not in text


# -- versions ---------------------------------------------------------------------------------------------------------


OFFERED: tuple[tuple[str | None, bool], ...] = (
    (COMPASS_V3, True),
    (COMPASS_V3.upper(), True),
    (f"{V2}; q=0.9, {COMPASS_V3}; q=1.0", True),
    (f"{V2}, {COMPASS_V3};q=0.1", True),
    (f"text/html,{COMPASS_V3} ; charset=utf-8 ; q=0.5", True),
    (f"{COMPASS_V3};q=0", False),
    (f"{COMPASS_V3};q=zero", False),
    (V2, False),
    ("application/json", False),
    ("*/*", False),
    ("application/vnd.iperity.compass.3+json", False),
    ("", False),
    (None, False),
)


def test_version_3_must_be_asked_for_by_name(anna: Caller) -> None:
    for accept, taken in OFFERED:
        caller = anna.without("accept") if accept is None else anna.having(accept=accept)
        answer = caller.having(X_No_Redirect="true").get("/user")
        if taken:
            assert (answer.status_code, answer.headers["content-type"]) == (200, COMPASS_V3)
        else:
            assert anna.error(answer) == (406, "not_acceptable")
            assert COMPASS_V3 in answer.json()["error"]["message"]


def test_additions_are_plain_json(anna: Caller) -> None:
    for accept in (None, "*/*", "application/json", "application/*;q=0.2, text/html"):
        caller = anna.without("accept") if accept is None else anna.having(accept=accept)
        assert caller.get("/helpdesk/v1/phones").headers["content-type"] == "application/json"
    for other in ("text/html", "application/json;q=0, */*", COMPASS_V3):
        assert anna.error(anna.having(accept=other).get("/helpdesk/v1/phones")) == (406, "not_acceptable")


@given(st.text(max_size=60), st.sampled_from(["", ",", ", ", ";q=1,"]))
def test_any_accept_header_can_be_read(noise: str, separator: str) -> None:
    assert accepts_v3(f"{COMPASS_V3},{noise}") is True
    assert accepts_v3(noise) is False
    assert accepts_json(f"{noise}{separator}text/html") in (True, False)


# -- methods and bodies -----------------------------------------------------------------------------------------------


def test_methods_that_a_path_does_not_know_are_told_which_it_knows(anna: Caller) -> None:
    for method, path, allowed in (
        ("POST", "/user", "GET, HEAD, OPTIONS"),
        ("DELETE", "/phone/1", "GET, HEAD, OPTIONS"),
        ("PATCH", "/phone/1", "GET, HEAD, OPTIONS"),
        ("GET", "/phone/1/migrateToCompany", "POST, OPTIONS"),
        ("HEAD", "/phone/1/migrateToCompany", "POST, OPTIONS"),
        ("BREW", "/phone/1", "GET, HEAD, OPTIONS"),
        ("DELETE", f"/helpdesk/v1/phones/{SNOM}/firmware", "GET, PUT, HEAD, OPTIONS"),
    ):
        caller = anna.having(accept="application/json") if path.startswith("/helpdesk") else anna
        answer = caller(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), (method, path)
        options = caller("OPTIONS", path)
        assert (options.status_code, options.headers["allow"], options.content) == (204, allowed, b"")
    assert anna.error(anna("OPTIONS", "/user/1/nothing")) == (404, "not_found")


def test_head_is_get_without_a_body(anna: Caller) -> None:
    get, head = anna.get("/phone/1"), anna("HEAD", "/phone/1")
    assert head.content == b""
    same = ("content-type", "content-length", "cache-control")
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]
    assert get.headers["cache-control"] == "no-store"


def test_bodies_are_bounded_and_json(anna: Caller, desk: Helpdesk) -> None:
    def post(data: bytes, **headers: str) -> httpx.Response:
        return anna.having(**headers)("POST", "/phone/1/migrateToCompany", content=data)

    assert anna.error(post(b"{}" + b" " * LARGEST_BODY, content_type=COMPASS_V3)) == (413, "too_large")
    assert anna.error(post(b"{}", content_type="text/plain")) == (415, "unsupported_media_type")
    assert anna.error(post(b"{}")) == (415, "unsupported_media_type")
    for damaged in (b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"newCompany": "\\ud800"}'):
        assert anna.error(post(damaged, content_type=COMPASS_V3)) == (400, "invalid_request"), damaged[:10]

    def parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * (LARGEST_BODY // 10)

    request = anna.client.build_request(
        "POST", anna.base + "/phone/1/migrateToCompany", headers=dict(anna.headers), content=parts()
    )
    assert anna.client.send(request).status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(anna: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PhoneProtocol, "head_takes", 0.3)
    port = int(anna.base.rpartition(":")[2])
    head = (
        f"POST /phone/1/migrateToCompany HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\nAccept: {COMPASS_V3}\r\n"
        f"Content-Type: {COMPASS_V3}\r\nAuthorization: {dict(anna.headers)['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + b"{")
        assert connection.recv(1000) == b""


def test_reading_goes_on_while_manufacturers_keep_others_waiting(
    anna: Caller, desk: Helpdesk, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering, begun = threading.Event(), threading.Semaphore(0)

    def register(*_: object) -> None:
        begun.release()
        answering.wait(20)

    monkeypatch.setattr(service(desk), "register", register)
    macs = [SNOM] + [f"00:04:13:00:00:0{number}" for number in range(CALLERS + 2)]
    for mac in macs[1:]:
        in_service(desk, mac)
    plain = anna.having(accept="application/json")
    with ThreadPoolExecutor(len(macs)) as others:
        waiting = [others.submit(plain, "POST", f"/helpdesk/v1/phones/{mac}/activate") for mac in macs]
        for _ in range(CALLERS):
            assert begun.acquire(timeout=20)
        assert anna.get("/phone/1").status_code == 200
        assert anna.client.get(f"{anna.base}/p/{desk.phones.get(places.phone).secret}/").status_code == 200
        answering.set()
        assert [each.result().status_code for each in waiting] == [200] * len(macs)


# -- hosts and lines --------------------------------------------------------------------------------------------------


def test_the_provisioning_host_knows_no_api(anna: Caller) -> None:
    phones = anna.having(host="provisioning.pbx.example.net")
    garbage = phones.get("/garbage")
    for path in ("/company", "/user", "/phone/1", "/schema", "/helpdesk/v1/phones"):
        answer = phones.get(path)
        assert (answer.status_code, answer.content) == (404, b"Not found\n") == (garbage.status_code, garbage.content)
        assert answer.headers.keys() == garbage.headers.keys()
    posted = phones.having(content_type=COMPASS_V3)("POST", "/phone/1/migrateToCompany", {"newCompany": "x"})
    assert (posted.status_code, posted.content) == (404, b"Not found\n")
    strangers = ("rest.other.example", "rest.pbx.example.net.evil.example", "rest.pbx.example.net:x@evil.example")
    for host in (*strangers, "rest.pbx.example.net:", "127.0.0.1.evil.example"):
        assert phones.having(host=host).get("/company").content == b"Not found\n", host


def test_the_host_of_the_api_knows_nothing_else(anna: Caller, desk: Helpdesk) -> None:
    rest = anna.having(host="REST.pbx.example.net")
    assert anna.error(rest.get("/garbage")) == (404, "not_found")
    secret = desk.phones.get(1).secret
    assert anna.get(f"/p/{secret}/").status_code == 200
    assert anna.error(rest.get(f"/p/{secret}/")) == (404, "not_found")
    company = rest.having(X_No_Redirect="true").get("/company").json()
    assert company["self"] == "http://rest.pbx.example.net/company/1"


def test_a_trusted_proxy_says_what_the_client_used(tmp_path: Path, clock: FrozenClock) -> None:
    desk = Helpdesk(replace(environment(tmp_path / "test.db"), trusted_proxies=("127.0.0.1/32",)), "anna", clock=clock)
    add_api_user(desk, "anna", add_organisation(desk), Right.WRITE)
    with api(desk) as call:
        anna = call.user("anna").having(host="rest.pbx.example.net", X_Forwarded_For="192.0.2.9")
        secure = anna.having(X_Forwarded_Proto="https", X_No_Redirect="true")
        assert secure.get("/company").json()["self"] == "https://rest.pbx.example.net/company/1"
        other = secure.having(host="127.0.0.1", X_Forwarded_Host="rest.pbx.example.net")
        assert other.get("/company").json()["self"] == "https://rest.pbx.example.net/company/1"
        plain = anna.having(X_Forwarded_Proto="http").get("/company")
        assert anna.error(plain) == (403, "https_required")
        assert "HTTPS" in plain.json()["error"]["message"]
    assert desk.api_users.named("anna").last_address == "192.0.2.9"
    desk.close()


def test_nobody_but_a_trusted_proxy_says_where_they_come_from(anna: Caller, desk: Helpdesk) -> None:
    forged = anna.having(
        X_Forwarded_For="192.0.2.9", X_Forwarded_Proto="https", X_Forwarded_Host="evil.example", X_No_Redirect="true"
    )
    assert forged.get("/company").json()["self"] == f"{anna.base}/company/1"
    assert desk.api_users.named("anna").last_address == "127.0.0.1"


def test_passwords_do_not_travel_in_clear_from_elsewhere(desk: Helpdesk) -> None:
    scope: dict[str, object] = {
        "client": ("192.0.2.9", 1),
        "headers": [(b"host", b"rest.pbx.example.net")],
        "path": "/user",
    }
    for scheme, secure in (("http", False), ("https", True)):
        lines = Lines(desk.environment, scheme, "0.0.0.0")
        assert lines.leads_to_api(scope)
        assert lines.read(scope).secure is secure
    for peer in ("127.0.0.1", "::1", "127.9.9.9"):
        assert Lines(desk.environment, "http", "").read({**scope, "client": (peer, 1)}).secure
