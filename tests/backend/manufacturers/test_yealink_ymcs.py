from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest

from helpdesk_tui.backend.manufacturers.factory import open_service
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Standing
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.manufacturers.simulator.messages import Response
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"
SERIAL = "3140012345678901"
Stage = Any  # of conftest.py, which tests cannot import

pytestmark = pytest.mark.parametrize("stage", [Wire.YMCS], indirect=True)


def failure(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


def targets(stage: Stage) -> list[str]:
    return [target.rpartition("/")[2] for _, _, target, _ in stage.server.simulator.requests]


def with_serial(stage: Stage) -> Device:
    return Device(stage.phone.mac, serial=SERIAL)


def test_an_ordinary_account_needs_the_serial_number(stage: Stage) -> None:
    stage.server.simulator.state.switches.add_by_mac = False
    service = stage.open()
    refused = failure(service.register(stage.phone, URL))
    assert refused.reason is Reason.NEEDS_SERIAL and "forbidden" in str(refused.words)
    assert service.register(with_serial(stage), URL) is None
    assert stage.server.simulator.state.registries[stage.vendor][stage.phone.mac.hex].serial == SERIAL


def test_a_known_serial_number_is_used_at_once(stage: Stage) -> None:
    assert stage.open().register(with_serial(stage), URL) is None
    assert targets(stage) == ["token", "listDevices", "devices"]


def test_a_foreign_phone_shows_by_serial_number_too(stage: Stage) -> None:
    stage.give_to_other()
    assert failure(stage.open().register(with_serial(stage), URL)).reason is Reason.OWNED_ELSEWHERE


@pytest.mark.parametrize("serial", [None, SERIAL])
def test_a_bad_address_is_told_apart(stage: Stage, serial: str | None) -> None:
    found = failure(stage.open().register(Device(stage.phone.mac, serial=serial), "nonsense"))
    assert found.reason is Reason.BAD_URL


def test_our_own_phone_is_changed_in_place(stage: Stage) -> None:
    service = stage.open()
    service.register(with_serial(stage), URL)
    created = stage.server.simulator.state.registries[stage.vendor][stage.phone.mac.hex].created
    assert service.register(stage.phone, URL + "new/") is None
    entry = stage.server.simulator.state.registries[stage.vendor][stage.phone.mac.hex]
    assert (entry.url, entry.serial, entry.created) == (URL + "new/", SERIAL, created)
    assert "delDevices" not in targets(stage)


def test_what_points_there_already_is_left_as_it_is(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    stage.server.simulator.requests.clear()
    assert service.register(stage.phone, URL) is None
    assert targets(stage) == ["listDevices"]


def test_the_token_is_fetched_once_and_renewed_when_it_ran_out(stage: Stage) -> None:
    service = stage.open()
    service.check(stage.phone)
    service.check(stage.phone)
    assert targets(stage) == ["token", "listDevices", "listDevices"]
    stage.server.simulator._wires[Wire.YMCS]._tokens.clear()  # as after a restart of the service
    stage.server.simulator.requests.clear()
    assert service.check(stage.phone) is Standing.NOT_REGISTERED
    assert targets(stage) == ["listDevices", "token", "listDevices"]
    assert stage.statuses() == [401, 200, 200]


def test_a_fresh_token_that_is_refused_is_a_matter_of_credentials(stage: Stage) -> None:
    stage.fail(Fault.BAD_CREDENTIALS, match="listDevices", times=None)
    service = stage.open()
    assert failure(service.check(stage.phone)).reason is Reason.AUTH_FAILED
    assert failure(service.check(stage.phone)).reason is Reason.AUTH_FAILED
    assert stage.statuses() == [200, 401]


def test_tokens_are_renewed_before_they_run_out(stage: Stage) -> None:
    switches = stage.server.simulator.state.switches
    switches.token_seconds = 600
    started = datetime.now(UTC)
    service = open_service(stage.account(), now=lambda: started + timedelta(seconds=switches.clock_offset))
    for seconds, tokens in ((0.0, 1), (530.0, 1), (545.0, 2)):
        switches.clock_offset = seconds
        assert service.check(stage.phone) is Standing.NOT_REGISTERED
        assert targets(stage).count("token") == tokens
    assert 401 not in stage.statuses()


def test_the_last_contact_and_the_pin_are_told(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    before = service.lookup(stage.phone)
    assert isinstance(before, Lookup) and before.last_contact is None
    assert before.pin and before.pin.isdigit()
    stage.server.simulator.state.contact(stage.vendor, stage.phone.mac.hex, "192.0.2.7")
    after = service.lookup(stage.phone)
    assert isinstance(after, Lookup) and after.last_contact is not None
    assert abs(after.last_contact - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_is_known_is_told_without_the_pin(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    stage.fail(Fault.ERROR_500, match="listDevicePins")
    found = service.lookup(stage.phone)
    assert isinstance(found, Lookup) and found.url == URL and found.pin is None


def test_the_loose_filter_of_the_list_confuses_nobody(stage: Stage) -> None:
    state = stage.server.simulator.state
    for n in range(0xFF):
        if n != 0xCC:
            state.put(stage.vendor, "ours", f"805ec0aabb{n:02x}", "https://neighbour.example/")
    service = stage.open()
    assert service.check(stage.phone) is Standing.NOT_REGISTERED
    assert service.register(stage.phone, URL) is None
    assert service.check(stage.phone, URL) is Standing.OURS
    assert service.deregister(stage.phone) is None
    assert len(state.registries[stage.vendor]) == 0xFE


def answer(monkeypatch: pytest.MonkeyPatch, stage: Stage, last: str, response: Response) -> None:
    """Let requests to a path end in this response."""
    real = stage.server.simulator._serve
    monkeypatch.setattr(
        stage.server.simulator, "_serve", lambda request: response if request.path.endswith(last) else real(request)
    )


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ("800004", Reason.OWNED_ELSEWHERE),
        ("device.mac.added.by.other", Reason.OWNED_ELSEWHERE),
        ("800001", Reason.BAD_MAC),
        ("device.mac.invalid", Reason.BAD_MAC),
        ("800002", Reason.NEEDS_SERIAL),
        ("Device already exists.", Reason.UNKNOWN_ANSWER),
        ("something new", Reason.UNKNOWN_ANSWER),
    ],
)
def test_success_with_a_failure_count_is_a_failure(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, info: str, reason: Reason
) -> None:
    batch = {"total": 1, "successCount": 0, "failureCount": 1, "errors": [{"mac": "x", "errorInfo": info}]}
    body = json.dumps(batch).encode()
    answer(monkeypatch, stage, "addDevicesByMac", Response(200, {"Content-Type": "application/json"}, body))
    found = failure(stage.open().register(stage.phone, URL))
    assert (found.reason, found.words) == (reason, info)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (200, "800004", Reason.OWNED_ELSEWHERE),
        (409, "800004", Reason.OWNED_ELSEWHERE),
        (400, "800001", Reason.BAD_MAC),
        (403, "900403", Reason.FORBIDDEN),
        (400, "900429", Reason.RATE_LIMITED),
        (429, "900429", Reason.RATE_LIMITED),
        (400, "900500", Reason.UNREACHABLE),
        (418, "123456", Reason.UNKNOWN_ANSWER),
    ],
)
def test_codes_count_in_whatever_status(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, status: int, code: str, reason: Reason
) -> None:
    body = json.dumps({"code": code, "message": "said so"}).encode()
    answer(monkeypatch, stage, "/devices", Response(status, {"Content-Type": "application/json"}, body))
    found = failure(stage.open().register(with_serial(stage), URL))
    assert found.reason is reason
    assert "said so" in str(found.words)
    if reason is Reason.RATE_LIMITED:
        assert found.retry_after == timedelta(seconds=30)


def test_a_clock_that_is_far_off_is_told(stage: Stage) -> None:
    stage.server.simulator.state.switches.clock_offset = 1000.0
    found = failure(stage.open().check(stage.phone))
    assert found.reason is Reason.CLOCK_SKEW and "s ahead of ours" in str(found.words)


class TestSimulator:
    """It lets in only who sends what the real service demands (section 5.1)."""

    def post(self, stage: Stage, headers: dict[str, str], body: bytes = b"{}") -> tuple[int, str]:
        request = HttpRequest(stage.account().url + "v2/rps/listDevices", body, headers, method="POST")
        try:
            with urlopen(request, timeout=5) as response:
                return response.status, ""
        except OSError as error:
            return error.code, json.loads(error.read())["code"]  # type: ignore[attr-defined]

    def test_headers(self, stage: Stage) -> None:
        stamp = {"timestamp": str(int(datetime.now(UTC).timestamp() * 1000))}
        assert self.post(stage, {}) == (401, "500401")
        assert self.post(stage, stamp) == (401, "500401")
        assert self.post(stage, stamp | {"nonce": "x" * 33}) == (401, "500401")
        assert self.post(stage, stamp | {"nonce": "a"}) == (401, "900401")
        assert self.post(stage, stamp | {"nonce": "a"}) == (403, "500403")
        assert self.post(stage, stamp | {"nonce": "b", "Authorization": "Bearer guess"}) == (401, "900401")


def test_many_phones_of_one_maker_are_paged_through(stage: Stage) -> None:
    state = stage.server.simulator.state
    with state.lock:
        for n in range(600):
            mac = Mac(f"805ec0aab{n:03x}")
            state.put(stage.vendor, "ours", mac.hex, "https://neighbour.example/")
    state.registries[stage.vendor].pop("805ec0aabbcc", None)
    state.put(stage.vendor, "ours", "805ec0aabbcc", URL)
    assert stage.open().check(stage.phone, URL) is Standing.OURS
