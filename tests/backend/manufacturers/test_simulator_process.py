"""The simulator as a process of its own, and the questions that phones ask it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpdesk_tui.backend.errors import ConfigurationProblem, Refused
from helpdesk_tui.backend.manufacturers.factory import open_service
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Standing
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer, describe, run
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"
SNOM_PHONE, YEALINK_PHONE = Device(Mac("000413aabbcc")), Device(Mac("805ec0aabbcc"))


@contextmanager
def running(state_file: Path) -> Iterator[str]:
    code = (
        "import sys; from pathlib import Path; from helpdesk_tui.backend.manufacturers.simulator.server import run;"
        "run(port=0, state_file=Path(sys.argv[1]))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(state_file)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            yield re.findall(r"http://\S+", first)[0]
        finally:
            process.kill()


def test_a_process_remembers_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    identity, secret = "simulated-ymcs-ours", "simulated-ymcs-secret-of-ours"
    with running(file) as url:
        account = ServiceAccount(Vendor.YEALINK, ServiceKind.YMCS, f"{url}/yealink/", identity, secret)
        assert open_service(account).register(YEALINK_PHONE, URL) is None
    assert file.stat().st_mode & 0o777 == 0o600
    with running(file) as url:
        account = ServiceAccount(Vendor.YEALINK, ServiceKind.YMCS, f"{url}/yealink/", identity, secret)
        assert open_service(account).check(YEALINK_PHONE, URL) is Standing.OURS


def test_what_is_printed_can_be_configured(server: SimulatorServer) -> None:
    text = describe(server)
    for vendor, kind in ((Vendor.SNOM, ServiceKind.SRAPS), (Vendor.YEALINK, ServiceKind.XMLRPC)):
        account = server.account(vendor, kind)
        assert account.url in text and account.identity in text and account.secret in text


def test_a_snom_phone_asks_where_to_go(server: SimulatorServer) -> None:
    address = f"{server.url}/snom/phone/snomD785/snomD785.php?mac={SNOM_PHONE.mac.upper}"
    blank = httpx.get(address)
    assert (blank.status_code, blank.text.strip()) == (200, "")
    service = open_service(server.account(Vendor.SNOM, ServiceKind.SRAPS))
    service.register(SNOM_PHONE, URL)
    answer = httpx.get(address)
    assert answer.headers["content-type"] == "text/xml"
    assert f'<setting_server perm="RW">{URL}</setting_server>' in answer.text
    entry = server.simulator.state.registries[Vendor.SNOM][SNOM_PHONE.mac.hex]
    assert entry.last_contact is not None and entry.address == "127.0.0.1"


def test_a_yealink_phone_asks_where_to_go(server: SimulatorServer) -> None:
    address = f"{server.url}/yealink/phone/service.do?method=redirect&mac=80-5e-c0-aa-bb-cc"
    assert httpx.get(address).status_code == 404
    service = open_service(server.account(Vendor.YEALINK, ServiceKind.YMCS))
    service.register(YEALINK_PHONE, URL)
    answer = httpx.get(address)
    assert (answer.status_code, answer.headers["location"]) == (302, URL)
    found = service.lookup(YEALINK_PHONE)
    assert isinstance(found, Lookup) and found.last_contact is not None
    httpx.post(f"{server.url}/_switches", json={"yealink_sends_file": True})
    assert f"static.auto_provision.server.url = {URL}" in httpx.get(address).text


def test_the_director_switches_faults_over_http(server: SimulatorServer) -> None:
    service = open_service(server.account(Vendor.SNOM, ServiceKind.XMLRPC))
    fault: dict[str, Any] = {"fault": "rate-limited", "wire": "snom-xmlrpc", "times": None, "retry_after": 3}
    assert httpx.post(f"{server.url}/_faults", json=fault).status_code == 204
    outcome = service.register(SNOM_PHONE, URL)
    assert isinstance(outcome, Failure) and outcome.reason is Reason.RATE_LIMITED
    httpx.delete(f"{server.url}/_faults")
    assert service.register(SNOM_PHONE, URL) is None
    foreign = {"vendor": "snom", "tenant": "other", "mac": "00:04:13:00:00:01", "url": "https://other.example/"}
    assert httpx.post(f"{server.url}/_registrations", json=foreign).status_code == 204
    assert service.check(Device(Mac("000413000001"))) is Standing.ELSEWHERE
    entries = json.loads(httpx.get(f"{server.url}/_registrations").text)["snom"]
    assert {entry["mac"]: entry["tenant"] for entry in entries} == {"000413aabbcc": "ours", "000413000001": "other"}
    header = {"X-Simulate-Fault": "error-503"}
    assert httpx.get(f"{server.url}/snom/phone/x.php?mac=000413aabbcc", headers=header).status_code == 503


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("_faults", {"fault": "no such fault"}),
        ("_faults", {"fault": "cut", "wire": "no such wire"}),
        ("_faults", {"fault": "cut", "colour": "red"}),
        ("_switches", {"colour": "red"}),
        ("_switches", {"clock_offset": "much"}),
        ("_registrations", {"vendor": "snom"}),
    ],
)
def test_the_director_is_told_of_mistakes(server: SimulatorServer, path: str, body: dict[str, str]) -> None:
    assert httpx.post(f"{server.url}/{path}", json=body).status_code == 400


def test_a_flood_is_refused(server: SimulatorServer) -> None:
    server.simulator.state.switches.requests_per_second = 5
    account = replace(server.account(Vendor.SNOM, ServiceKind.XMLRPC), requests_per_second=1000.0)
    service = open_service(account)
    outcomes = [service.check(SNOM_PHONE) for _ in range(12)]
    assert [o for o in outcomes if isinstance(o, Failure) and o.reason is Reason.RATE_LIMITED]


def test_snoms_older_service_is_particular(server: SimulatorServer) -> None:
    account = server.account(Vendor.SNOM, ServiceKind.XMLRPC)
    who = (account.identity, account.secret)
    headers = {"Content-Type": "text/xml"}
    assert httpx.post(account.url.rstrip("/"), auth=who, headers=headers, content=b"<x/>").status_code == 404
    assert httpx.post(account.url, auth=who, content=b"<x/>").status_code == 415
    assert httpx.post(account.url, auth=who, headers=headers, content=b"<x/>").status_code == 400
    assert httpx.post(account.url, headers=headers, content=b"<x/>").status_code == 401


def test_it_listens_where_it_may(server: SimulatorServer, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="this machine alone"):
        run("0.0.0.0", 0)
    with pytest.raises(ConfigurationProblem, match="Port"):
        run(port=int(server.url.rpartition(":")[2]))
    (tmp_path / "state.json").write_text("[]")
    with pytest.raises(ConfigurationProblem, match="name another file"):
        run(port=0, state_file=tmp_path / "state.json")
