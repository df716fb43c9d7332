"""What holds for all four wires, each over real HTTP."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers.factory import open_service
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, ManufacturerService, Standing
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"
SECRET_PART = "Zk3v9qLxw2RtY7aBcDeFgH"

CHANGE = {
    Wire.SRAPS: "PUT ",
    Wire.SNOM_XMLRPC: "redirect.registerPhone",
    Wire.YMCS: "addDevicesByMac",
    Wire.YEALINK_XMLRPC: "redirect.registerDeviceWithUniqueUrl",
}
"""What the request holds that changes something."""

Stage = Any  # of conftest.py, which tests cannot import


def failure(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


def test_register_check_and_deregister_each_twice(stage: Stage) -> None:
    service: ManufacturerService = stage.open()
    phone = stage.phone
    assert service.check(phone) is Standing.NOT_REGISTERED
    assert service.register(phone, URL) is None
    assert service.register(phone, URL) is None
    assert stage.registered() == {phone.mac.hex: ("ours", URL)}
    assert service.check(phone, URL) is Standing.OURS
    assert service.deregister(phone) is None
    assert service.deregister(phone) is None
    assert stage.registered() == {}
    assert service.check(phone, URL) is Standing.NOT_REGISTERED


def test_registering_again_sends_the_phone_to_the_new_address(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    assert service.register(stage.phone, URL + "new/") is None
    assert stage.registered() == {stage.phone.mac.hex: ("ours", URL + "new/")}


@pytest.mark.parametrize("stage", [Wire.SRAPS, Wire.SNOM_XMLRPC, Wire.YMCS], indirect=True)
def test_a_phone_that_points_elsewhere_is_told_apart(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    assert service.check(stage.phone, URL + "new/") is Standing.OURS_OTHER_URL
    found = service.lookup(stage.phone)
    assert isinstance(found, Lookup) and found.url == URL and found.standing is Standing.OURS


def test_a_phone_of_another_account_is_never_touched(stage: Stage) -> None:
    stage.give_to_other()
    service = stage.open()
    before = stage.registered()
    assert failure(service.register(stage.phone, URL)).reason is Reason.OWNED_ELSEWHERE
    service.deregister(stage.phone)
    assert stage.registered() == before
    # YMCS lists our own devices only.
    expected = Standing.NOT_REGISTERED if stage.wire is Wire.YMCS else Standing.ELSEWHERE
    assert service.check(stage.phone, URL) is expected
    found = service.lookup(stage.phone)
    assert isinstance(found, Lookup) and found.standing is expected


def test_probe_tells_the_clock_difference(stage: Stage) -> None:
    stage.server.simulator.state.switches.clock_offset = 20.0
    probe = stage.open().probe()
    assert probe.failure is None
    assert probe.clock_difference is not None
    assert timedelta(seconds=15) < probe.clock_difference < timedelta(seconds=25)


def test_wrong_credentials_cost_one_refused_request(stage: Stage) -> None:
    service = stage.open(secret="wrong-but-also-secret")
    phones = [Device(Mac(f"{stage.phone.mac.hex[:6]}{n:06x}")) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda phone: service.register(phone, URL), phones))
    assert {failure(outcome).reason for outcome in outcomes} == {Reason.AUTH_FAILED}
    assert failure(service.probe().failure).reason is Reason.AUTH_FAILED
    assert failure(service.check(stage.phone)).reason is Reason.AUTH_FAILED
    assert stage.statuses() == [401]
    service.renew()
    assert failure(service.register(stage.phone, URL)).reason is Reason.AUTH_FAILED
    assert stage.statuses() == [401, 401]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.ERROR_500, Reason.UNREACHABLE),
        (Fault.ERROR_503, Reason.UNREACHABLE),
        (Fault.RATE_LIMITED, Reason.RATE_LIMITED),
        (Fault.REDIRECT, Reason.UNKNOWN_ANSWER),
        (Fault.GARBAGE, Reason.UNKNOWN_ANSWER),
        (Fault.XML_BOMB, Reason.UNKNOWN_ANSWER),
        (Fault.OVERSIZE, Reason.UNKNOWN_ANSWER),
        (Fault.WRONG_CONTENT_TYPE, Reason.UNKNOWN_ANSWER),
        (Fault.TRUNCATED, Reason.UNKNOWN_ANSWER),
        (Fault.CUT, Reason.UNKNOWN_ANSWER),
        (Fault.CLOSED_BEFORE, Reason.UNKNOWN_ANSWER),
    ],
)
def test_every_fault_has_its_reason_and_passes(stage: Stage, fault: Fault, reason: Reason) -> None:
    service = stage.open()
    stage.fail(fault)
    found = failure(service.check(stage.phone, URL))
    assert found.reason is reason
    assert not found.outcome_unknown, "nothing was to be changed"
    assert found.words and found.words.isprintable() and len(found.words) <= 200
    assert service.register(stage.phone, URL) is None


@pytest.mark.parametrize("fault", [Fault.NO_ANSWER_AFTER, Fault.CLOSED_AFTER, Fault.CUT, Fault.WRONG_CONTENT_TYPE])
def test_a_change_that_was_made_without_an_answer_is_of_unknown_outcome(stage: Stage, fault: Fault) -> None:
    patient, hasty = stage.open(), stage.open(read_timeout=0.4)
    assert hasty.check(stage.phone) is Standing.NOT_REGISTERED
    stage.fail(fault, match=CHANGE[stage.wire])
    if stage.wire is Wire.YEALINK_XMLRPC:
        stage.server.simulator.state.servers["ours"]["Helpdesk"] = "https://prov.example.test/"
    found = failure(hasty.register(stage.phone, URL))
    assert found.outcome_unknown
    assert found.reason is (Reason.UNREACHABLE if fault is Fault.NO_ANSWER_AFTER else Reason.UNKNOWN_ANSWER)
    assert patient.check(stage.phone, URL) is Standing.OURS


@pytest.mark.parametrize(
    ("fault", "stage", "words"),
    [
        (Fault.OVERSIZE, Wire.SRAPS, "larger than 1 MB"),
        (Fault.OVERSIZE, Wire.YEALINK_XMLRPC, "larger than 1 MB"),
        (Fault.XML_BOMB, Wire.SNOM_XMLRPC, "unsafe"),
        (Fault.XML_BOMB, Wire.YEALINK_XMLRPC, "unsafe"),
    ],
    indirect=["stage"],
)
def test_answers_that_would_do_harm_are_not_read(stage: Stage, fault: Fault, words: str) -> None:
    stage.fail(fault)
    assert words in str(failure(stage.open().check(stage.phone)).words)


def test_a_change_that_was_not_made_is_found_out(stage: Stage) -> None:
    service = stage.open(read_timeout=0.4)
    stage.fail(Fault.NO_ANSWER_BEFORE, match=CHANGE[stage.wire])
    assert failure(service.register(stage.phone, URL)).outcome_unknown
    assert service.check(stage.phone, URL) is Standing.NOT_REGISTERED


@pytest.mark.parametrize("fault", [Fault.NO_ANSWER_BEFORE, Fault.DRIP])
def test_slow_services_hold_nobody(stage: Stage, fault: Fault) -> None:
    service = stage.open(connect_timeout=0.2, read_timeout=0.2)
    stage.fail(fault, times=None)
    started = time.monotonic()
    found = failure(service.check(stage.phone))
    assert time.monotonic() - started < 20
    assert found.reason is Reason.UNREACHABLE and "in time" in str(found.words)
    service.close()


def test_nobody_listens(stage: Stage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        service = stage.open(url=f"http://127.0.0.1:{taken.getsockname()[1]}/xmlrpc")
        found = failure(service.register(stage.phone, URL))
    assert found.reason is Reason.UNREACHABLE and not found.outcome_unknown
    assert failure(service.probe().failure).reason is Reason.UNREACHABLE


def test_a_server_without_tls_is_not_talked_to(stage: Stage) -> None:
    service = stage.open(url=stage.account().url.replace("http:", "https:"))
    found = failure(service.register(stage.phone, URL))
    assert found.reason is Reason.UNREACHABLE and not found.outcome_unknown
    assert stage.statuses() == []


def test_the_pause_that_a_service_asks_for_is_passed_on(stage: Stage) -> None:
    service = stage.open()
    stage.fail(Fault.RATE_LIMITED, retry_after=17)
    found = failure(service.register(stage.phone, URL))
    assert (found.reason, found.retry_after) == (Reason.RATE_LIMITED, timedelta(seconds=17))


@pytest.mark.parametrize("stage", [Wire.SNOM_XMLRPC], indirect=True)
def test_the_limit_of_the_service_is_not_hit(stage: Stage) -> None:
    stage.server.simulator.state.switches.requests_per_second = 20
    service = stage.open(requests_per_second=15.0)
    phones = [Device(Mac(f"{stage.phone.mac.hex[:6]}{n:06x}")) for n in range(30)]
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda phone: service.register(phone, URL), phones)) == {None}
    assert len(stage.registered()) == 30
    assert 429 not in stage.statuses()


def test_no_secret_appears_in_words_or_reprs(stage: Stage) -> None:
    account = stage.account()
    stage.fail(Fault.ECHO, times=None)
    service = stage.open()
    for outcome in (service.register(stage.phone, URL), service.probe(), service.check(stage.phone, URL)):
        shown = repr(outcome)
        assert "HTTP 500" in shown
        assert account.secret not in shown and SECRET_PART not in shown
        assert "Basic b3" not in shown and "Basic c2" not in shown
    assert account.secret not in repr(service) + repr(account)


@pytest.mark.parametrize("url", ["http://example.test/xmlrpc", "ftp://127.0.0.1/", "", "https://", "http://[", "//x"])
def test_credentials_never_cross_a_network_in_the_clear(url: str) -> None:
    for vendor, kind in (
        (Vendor.SNOM, ServiceKind.SRAPS),
        (Vendor.SNOM, ServiceKind.XMLRPC),
        (Vendor.YEALINK, ServiceKind.YMCS),
        (Vendor.YEALINK, ServiceKind.XMLRPC),
    ):
        with pytest.raises(ConfigurationProblem, match="https"):
            open_service(ServiceAccount(vendor, kind, url, "identity", "secret"))
