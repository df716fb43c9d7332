"""The program against the manufacturers' services, in a process of their own: what it tells, whatever happens."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.pty_bytes import PtyProgram
from tests.cli.conftest import SAMPLES, Program
from tests.cli.simulation import BESIDE, PROVISIONING_URL, SRAPS, WIRES, YMCS, Office, Simulator, Wire, simulating

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulating() as running:
        yield running


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with organisations and no phones."""
    folder = tmp_path_factory.mktemp("customers")
    file = SAMPLES / "organisations.csv"
    assert Program(folder)("--database", "customers.db", "import", "organisations", file).returncode == 0
    return folder / "customers.db"


@pytest.fixture(params=WIRES, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture
def office(run: Program, wire: Wire, simulator: Simulator, customers: Path) -> Iterator[Office]:
    shutil.copy(customers, run.folder / "office.db")
    options = ("--database", run.folder / "office.db", "--config", run.folder / "config.toml")
    opened = Office(run.with_options(*options), simulator, wire)
    opened.configure()
    yield opened
    simulator.recover()
    assert opened.keeps_its_secrets()


def in_(duration: timedelta) -> str:
    """For `--now`."""
    return (datetime.now(UTC) + duration).isoformat()


def until(moment: str) -> timedelta:
    """How far away a moment of a JSON document is."""
    return datetime.fromisoformat(moment) - datetime.now(UTC)


def test_the_life_of_a_phone(office: Office, wire: Wire) -> None:
    mac = wire.mac(1)
    assert "Registered at" in office.add(mac).stdout
    first = office.registered()[mac]
    assert first.startswith(f"{PROVISIONING_URL}/t/")
    phone = office.phones()[mac]
    assert (phone["step"], phone["reason"], phone["reason_text"], phone["pending"]) == ("active", None, None, None)
    assert timedelta() < until(phone["deadline"]) <= 7 * DAY + HOUR

    report = office.json("doctor")
    assert report["ok"]
    services = {service["vendor"]: service for service in report["services"]}
    assert {vendor: service["service"] for vendor, service in services.items()} == {
        wire.vendor: "xmlrpc" if "xmlrpc" in wire.name else wire.name,
        BESIDE[wire].vendor: "xmlrpc" if "xmlrpc" in BESIDE[wire].name else BESIDE[wire].name,
    }
    for service in services.values():
        assert (service["connected"], service["credentials"], service["waiting"]) == (True, "accepted", [])
        assert abs(service["clock_difference_seconds"]) < 10
    assert services[wire.vendor]["last_success"] and not services[BESIDE[wire].vendor]["last_success"]

    office("phone", "activate", mac)
    assert office.registered()[mac] not in ("", first)
    assert "removed" in office("phone", "remove", mac, "--yes").stdout
    assert mac not in office.registered()
    kinds = ["added", "activation", "registered", "activation", "registered", "deregistered", "removed"]
    assert office.history(mac) == kinds


@dataclass(frozen=True)
class Mishap:
    """What goes wrong for one phone, and what the program then says of it."""

    fault: str
    step: str = "provision"
    reason: str | None = "unknown_answer"
    words: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    """Of the fault; `change`: it meets the request that registers the phone, once, else all requests about it."""


PATIENCE = 1.5
"""Seconds that the program waits for an answer where none comes."""
ONCE = {"times": 1, "seconds": 2.0}
MISHAPS = (
    Mishap("closed-before", "active", None, more=ONCE),
    Mishap("no-answer-after", "active", None, more=ONCE),
    Mishap("closed-after", "active", None, more=ONCE),
    Mishap("no-answer-before", reason="unreachable", words="no answer in time", more={"seconds": 2.0}),
    Mishap("error-503", reason="unreachable", words="HTTP 503"),
    Mishap("garbage"),
    Mishap("cut", words="cut"),
    Mishap("truncated"),
    Mishap("wrong-content-type", words="text/html instead of"),
    Mishap("redirect", words="redirect to other-host.invalid"),
    Mishap("oversize", words="larger than 1 MB"),
    Mishap("clock-skew", reason="clock_skew", words=" s ahead of ours", more={"seconds": 600.0}),
)


def test_whatever_goes_wrong_is_told_and_passes(office: Office, wire: Wire, simulator: Simulator) -> None:
    mishaps = {wire.mac(0x100 + n): mishap for n, mishap in enumerate(MISHAPS)}
    if not wire.knows_time:
        mishaps = {mac: mishap for mac, mishap in mishaps.items() if mishap.reason != "clock_skew"}
    foreign = wire.mac(0x1FF)
    office.configure(more=f"read_timeout = {PATIENCE}\n")
    office.bring_phones([*mishaps, foreign], "--in-service")
    simulator.give_to_other(wire.vendor, foreign)
    for mac, mishap in mishaps.items():
        match = wire.change(mac) if mishap.more.get("times") else mac
        simulator.fail(mishap.fault, **{"wire": wire.name, "match": match, "times": None, **mishap.more})

    ended = office("phone", "activate", *mishaps, foreign, status=1)
    failing = [mac for mac, mishap in mishaps.items() if mishap.reason]
    assert len(ended.stderr.splitlines()) == len(failing) + 1
    phones = office.phones()
    for mac, mishap in mishaps.items():
        phone = phones[mac]
        assert (phone["step"], phone["reason"]) == (mishap.step, mishap.reason), (mishap.fault, phone["reason_text"])
        assert mishap.words in (phone["reason_text"] or ""), mishap.fault
        assert (phone["verdict"] == "attention") is (mishap.step == "provision")
        if mishap.reason:
            assert (phone["pending"]["job"], phone["pending"]["tries"]) == ("register", 1)
            assert timedelta(seconds=30) < until(phone["pending"]["next_try"]) < timedelta(seconds=75)
        else:
            assert phone["pending"] is None and mac in office.registered()
    assert (phones[foreign]["step"], phones[foreign]["reason"]) == ("provision", "owned_elsewhere")
    assert phones[foreign]["pending"] == {"job": "register", "tries": 1, "next_try": None}
    assert foreign not in office.registered()
    if wire is SRAPS:  # whose requests name the phone: a lost answer costs one check, and a second attempt if need be
        first, second, third, *_ = mishaps
        asked = [(method, target[-12:]) for method, target, _ in simulator.requests(wire.name)]
        assert [method for method, mac in asked if mac == first] == ["PUT", "GET", "PUT"]
        assert [method for method, mac in asked if mac == second] == ["PUT", "GET"]
        assert [method for method, mac in asked if mac == third] == ["PUT", "GET"]
    assert office.history(failing[0]) == ["added", "activation", "register failed"]

    simulator.recover()
    now = in_(10 * MINUTE)
    foretold = office("maintain", "--now", now, "--dry-run").stdout
    assert foretold.count("would register") == len(failing)
    assert office("maintain", "--now", now).stdout.count("  done  ") == len(failing)
    phones = office.phones()
    assert {phones[mac]["step"] for mac in mishaps} == {"active"}
    assert {phones[mac]["pending"] for mac in mishaps} == {None}
    assert {phones[mac]["reason_text"] for mac in mishaps} == {None}
    assert mishaps.keys() <= office.registered().keys()
    assert phones[foreign]["reason"] == "owned_elsewhere"


def test_refused_credentials_and_too_many_requests_stop_at_once(
    office: Office, wire: Wire, simulator: Simulator
) -> None:
    office = office.without_processes()
    macs = [wire.mac(0x200 + n) for n in range(3)]
    office.configure(secret="wrong-and-secret")
    before = len(simulator.requests(wire.name))

    def asked() -> list[int]:
        nonlocal before
        requests = simulator.requests(wire.name)[before:]
        before += len(requests)
        return [status for _, _, status in requests]

    office.bring_phones(macs, status=1)
    assert asked() == [401]
    office("phone", "activate", *macs, status=1)
    assert asked() == [401]
    phones = office.phones()
    assert {(phone["step"], phone["reason"]) for phone in phones.values()} == {("provision", "auth_failed")}
    assert {phone["pending"]["next_try"] for phone in phones.values()} == {None}
    report = office.json("doctor", status=1)
    assert asked() == [401]
    (service,) = (service for service in report["services"] if service["vendor"] == wire.vendor)
    assert (service["connected"], service["credentials"], len(service["waiting"])) == (True, "auth_failed", 3)
    office("maintain", "--now", in_(12 * HOUR))
    assert asked() == []
    office.configure()
    assert office("maintain", "--retry-refused").stdout.count("  done  ") == 3
    assert 401 not in asked()

    simulator.fail("rate-limited", wire=wire.name, times=None, retry_after=1800)
    office("phone", "activate", *macs, status=1)
    assert asked().count(429) == 1
    phones = office.phones()
    assert {(phone["step"], phone["reason"]) for phone in phones.values()} == {("provision", "rate_limited")}
    assert {until(phone["pending"]["next_try"]) > 29 * MINUTE for phone in phones.values()} == {True}
    simulator.recover()
    assert office("maintain", "--now", in_(29 * MINUTE)).stdout == ""
    assert asked() == []
    assert office("maintain", "--now", in_(31 * MINUTE)).stdout.count("  done  ") == 3
    assert set(macs) <= office.registered().keys()


def test_while_nobody_can_be_reached(office: Office, wire: Wire, closed_port: int) -> None:
    office = office.without_processes()
    mac = wire.mac(0x300)
    nowhere = f"http://127.0.0.1:{closed_port}"
    office.configure(url=nowhere)
    said = office.add(mac, status=1).stderr
    assert "was added, but is not registered" in said and "cannot be reached" in said
    phone = office.phones()[mac]
    assert (phone["step"], phone["reason"], phone["pending"]["job"]) == ("provision", "unreachable", "register")
    assert "no connection to 127.0.0.1" in phone["reason_text"]
    report = office.json("doctor", status=1)
    assert not report["ok"]
    assert {(service["connected"], service["credentials"]) for service in report["services"]} == {(False, None)}

    office.configure()
    office("phone", "activate", mac)
    office.configure(url=nowhere)
    assert "was not removed" in office("phone", "remove", mac, "--yes", status=1).stderr
    phone = office.phones()[mac]
    assert (phone["step"], phone["reason"], phone["pending"]["job"]) == ("deprovision", "unreachable", "deregister")
    office("phone", "remove", mac, "--yes", "--force")
    assert mac in office.registered()
    office.configure()
    assert "done" in office("maintain", "--now", in_(HOUR)).stdout
    assert mac not in office.registered()
    assert office.history(mac)[-3:] == ["deregister failed", "removed", "deregistered"]


@pytest.mark.parametrize("fault", ["no-answer-before", "no-answer-after"])
def test_killed_while_the_answer_is_awaited(office: Office, wire: Wire, simulator: Simulator, fault: str) -> None:
    office.configure(more="read_timeout = 30\n")  # the kill comes first, however busy the machine is
    aside = office.without_processes()
    # The two wires of a vendor share its registrations: each case has a phone of its own.
    mac = wire.mac(0x380 + 2 * WIRES.index(wire) + (fault == "no-answer-after"))
    aside.add(wire.mac(0x390))  # makes the named server of Yealink's older wire
    aside("phone", "remove", wire.mac(0x390), "--yes")
    aside.bring_phones([mac], "--in-service")
    simulator.fail(fault, wire=wire.name, match=wire.change(mac), seconds=20.0)
    process = subprocess.Popen(
        office.program.command("phone", "activate", mac), cwd=office.program.folder, env=office.program.environment()
    )
    deadline = time.monotonic() + 20
    while 0 not in [status for _, _, status in simulator.requests(wire.name)[-1:]]:
        assert time.monotonic() < deadline and process.poll() is None
    process.kill()
    process.wait()
    phone = aside.phones()[mac]
    assert (phone["step"], phone["pending"]) == ("disabled", {"job": "register", "tries": 0, "next_try": None})
    assert (mac in aside.registered()) is (fault == "no-answer-after")
    assert aside("maintain").stdout == ""  # whoever has the lease may still be at it
    assert "  done  " in aside("maintain", "--now", in_(2 * MINUTE)).stdout
    phone = aside.phones()[mac]
    assert (phone["step"], phone["pending"]) == ("active", None)
    assert mac in aside.registered()
    assert aside.history(mac) == ["added", "activation", "registered"]


@pytest.mark.parametrize("wire", [YMCS], indirect=True)
def test_a_serial_number_is_asked_for_where_the_service_needs_one(
    office: Office, wire: Wire, simulator: Simulator
) -> None:
    office = office.without_processes()
    mac = wire.mac(0x400)
    simulator.switch(add_by_mac=False)
    try:
        said = office.add(mac, status=1).stderr
        assert "wants the serial number of this phone" in said
        phone = office.phones()[mac]
        assert (phone["step"], phone["reason"], phone["pending"]["next_try"]) == ("provision", "needs_serial", None)
        office("phone", "set", mac, "--serial", "3146019110021234")
        office("phone", "activate", mac)
    finally:
        simulator.switch(add_by_mac=True)
    phone = office.phones()[mac]
    assert (phone["step"], phone["serial"]) == ("active", "3146019110021234")
    assert mac in office.registered()


@pytest.mark.parametrize("wire", [SRAPS], indirect=True)
def test_two_rounds_of_maintenance_at_once_call_once_for_each_phone(
    office: Office, wire: Wire, simulator: Simulator, closed_port: int
) -> None:
    macs = [wire.mac(0x500 + n) for n in range(40)]
    office.configure(url=f"http://127.0.0.1:{closed_port}", more="requests_per_second = 1000\n")
    office.bring_phones(macs, status=1)
    office.configure(more="requests_per_second = 1000\n")
    both = [
        subprocess.Popen(
            office.program.command("maintain", "--now", in_(10 * MINUTE)),
            cwd=office.program.folder,
            env=office.program.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in both]
    assert [(process.returncode, stderr) for process, (_, stderr) in zip(both, said, strict=True)] == [(0, "")] * 2
    lines = [line for stdout, _ in said for line in stdout.splitlines()]
    assert len(lines) == 40 and all("  done  " in line for line in lines)
    calls = [target[-12:] for method, target, _ in simulator.requests(wire.name) if method == "PUT"]
    assert sorted(mac for mac in calls if mac in macs) == macs
    assert {(phone["step"], phone["pending"]) for phone in office.phones().values()} == {("active", None)}


@pytest.mark.parametrize("wire", [SRAPS], indirect=True)
def test_a_deadline_that_was_missed_is_caught_up(office: Office, wire: Wire) -> None:
    macs = [wire.mac(0x600 + n) for n in range(3)]
    office.bring_phones(macs)
    assert office("maintain", "--dry-run").stdout == ""
    later = in_(15 * DAY)
    foretold = office("maintain", "--now", later, "--dry-run").stdout
    assert foretold.count("would end its registration") == 3
    assert {phone["step"] for phone in office.phones().values()} == {"active"}
    assert set(macs) <= office.registered().keys()
    assert office("maintain", "--now", later).stdout.count("The weekly deadline passed") == 3
    assert {(phone["step"], phone["deadline"]) for phone in office.phones().values()} == {("disabled", None)}
    assert not set(macs) & office.registered().keys()
    assert office.history(macs[0])[-1] == "expired"
    assert office("maintain", "--now", later).stdout == ""


@pytest.mark.parametrize("wire", [SRAPS], indirect=True)
def test_many_at_once_stay_below_the_limit_and_stop_between_two(
    office: Office, wire: Wire, simulator: Simulator
) -> None:
    macs = [wire.mac(0x700 + n) for n in range(120)]
    simulator.switch(requests_per_second=50)
    office.configure(more="requests_per_second = 45\n")
    office.write_phones(macs)
    begun = len(simulator.requests(wire.name))
    try:
        command = office.program.command("import", "phones", office.program.folder / "phones.csv")
        with PtyProgram(command, environ=office.program.environment()) as terminal:
            terminal.read_until(lambda output: b"Registering  [#" in output)
            terminal.press("\x03")
            assert terminal.wait() == 1
            terminal.read(0.5)
            said = terminal.output.decode()
        assert "Stopping after this phone" in said and "wait for serve or maintain" in said
        phones, registered = office.phones(), office.registered()
        active = {mac for mac, phone in phones.items() if phone["step"] == "active"}
        assert 0 < len(active) < len(macs)
        assert active == registered.keys() & phones.keys()
        assert {(phones[mac]["pending"] is None, phones[mac]["deadline"] is None) for mac in active} == {(True, False)}
        queued = [phones[mac] for mac in macs if mac not in active]
        assert {(phone["step"], phone["pending"]["tries"]) for phone in queued} == {("disabled", 0)}
        assert office("maintain").stdout.count("  done  ") == len(queued)
    finally:
        simulator.switch(requests_per_second=10_000)
    assert set(macs) <= office.registered().keys()
    assert {status for _, _, status in simulator.requests(wire.name)[begun:]} <= {200, 201}
