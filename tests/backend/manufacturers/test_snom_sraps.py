from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mohawk import Sender

from helpdesk_tui.backend.manufacturers.factory import open_service
from helpdesk_tui.backend.manufacturers.service import Failure, Lookup, Standing
from helpdesk_tui.backend.manufacturers.simulator import hawk
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response
from helpdesk_tui.backend.manufacturers.simulator.sraps import DESK_PHONE_SETTING, PREFIX
from helpdesk_tui.backend.model.reason import Reason

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"
Stage = Any  # of conftest.py, which tests cannot import

pytestmark = pytest.mark.parametrize("stage", [Wire.SRAPS], indirect=True)

# Reference manufacturer_services.md, section 1.2.
PUBLISHED_KEY = "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn"
PUBLISHED = {"ts": "1353832234", "nonce": "j4h3g2", "ext": "some-app-ext-data"}


def failure(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


class TestHawk:
    """The test vectors, for the checker of the simulator and for what our client signs with."""

    def test_published_get(self, stage: Stage) -> None:
        signed = hawk.mac(PUBLISHED_KEY, PUBLISHED, "GET", "/resource/1?b=1&a=2", "example.com", 8000)
        assert signed == "6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="

    def test_published_post(self, stage: Stage) -> None:
        body_hash = hawk.payload_hash("text/plain", b"Thank you for flying Hawk")
        assert body_hash == "Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY="
        attributes = PUBLISHED | {"hash": body_hash}
        signed = hawk.mac(PUBLISHED_KEY, attributes, "POST", "/resource/1?b=1&a=2", "example.com", 8000)
        assert signed == "aSe1DERmZuRl3pI36/9BdZmnErTw3sNzOOAUlfeKjVw="

    def test_empty_payload(self, stage: Stage) -> None:
        assert hawk.payload_hash("", b"") == "B0weSUXsMcb5UhL41FZbrUJCAotzSI3HawE1NPLRUz8="

    def test_a_path_of_this_service(self, stage: Stage) -> None:
        attributes = {"ts": "1767225600", "nonce": "AbCdEf12"}
        host = "api.sraps.snom.com"
        signed = hawk.mac("test-secret", attributes, "GET", "/api/v1/tokens/ck_test", host, 443)
        assert signed == "ho4w9l1Tbx46iCfhGo2ZZqmpFCVcZ6LWIEEUhTF6N8c="
        sender = Sender(
            {"id": "ck_test", "key": "test-secret", "algorithm": "sha256"},
            f"https://{host}/api/v1/tokens/ck_test",
            "GET",
            always_hash_content=False,
            nonce="AbCdEf12",
            _timestamp=1767225600,
        )
        assert signed in sender.request_header


def test_the_setting_for_desk_phones_is_the_one_that_is_set(stage: Stage) -> None:
    service = stage.open()
    assert service.register(stage.phone, URL) is None
    entry = stage.server.simulator.state.registries[stage.vendor][stage.phone.mac.hex].entry
    assert entry == {
        "mac": "000413aabbcc",
        "autoprovisioning_enabled": True,
        "settings_manager": {DESK_PHONE_SETTING: {"value": URL, "attrs": {"perm": "RW"}}},
    }
    pages = [target for _, _, target, _ in stage.server.simulator.requests if "settings/" in target]
    assert pages == [f"{PREFIX}settings/?page_size=1000", f"{PREFIX}settings/?page=2&page_size=1000"]


def test_the_way_to_the_company_is_found_once(stage: Stage) -> None:
    service = stage.open()
    service.register(stage.phone, URL)
    before = len(stage.statuses())
    service.register(stage.phone, URL)
    assert len(stage.statuses()) == before + 1


def test_the_company_is_told(stage: Stage) -> None:
    service = stage.open()
    assert service.probe().account == "ours"
    service.register(stage.phone, URL)
    found = service.lookup(stage.phone)
    assert isinstance(found, Lookup) and found.owner == "ours"


def test_a_key_without_a_role_may_not_write(stage: Stage) -> None:
    stage.server.simulator.state.switches.roleless = ["ours"]
    service = stage.open()
    found = failure(service.register(stage.phone, URL))
    assert found.reason is Reason.FORBIDDEN and "role" in str(found.words)
    assert service.probe().failure is None


@pytest.mark.parametrize(("seconds", "side"), [(300, "ahead of"), (-300, "behind")])
def test_a_wrong_clock_is_told_in_seconds_and_may_pass(stage: Stage, seconds: int, side: str) -> None:
    stage.server.simulator.state.switches.clock_offset = float(seconds)
    service = stage.open()
    found = failure(service.register(stage.phone, URL))
    assert found.reason is Reason.CLOCK_SKEW
    assert found.words in {f"their clock is {n} s {side} ours" for n in (299, 300, 301)}
    stage.server.simulator.state.switches.clock_offset = 0.0
    assert service.register(stage.phone, URL) is None


def test_a_wrong_key_is_no_matter_of_clocks(stage: Stage) -> None:
    stage.server.simulator.state.switches.clock_offset = 300.0
    assert failure(stage.open(secret="wrong").register(stage.phone, URL)).reason is Reason.AUTH_FAILED


def test_only_a_signed_time_is_believed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = 'Hawk ts="1000000000", tsm="Zm9yZ2Vk", error="Stale timestamp"'
    answer = Response(401, {"WWW-Authenticate": challenge})
    monkeypatch.setattr(stage.server.simulator, "_serve", lambda request: answer)
    assert failure(stage.open().check(stage.phone)).reason is Reason.AUTH_FAILED


def test_the_clock_of_the_caller_signs(stage: Stage) -> None:
    late = open_service(stage.account(), now=lambda: datetime.now(UTC) - timedelta(minutes=10))
    assert failure(late.check(stage.phone)).reason is Reason.CLOCK_SKEW


def test_a_bad_address_is_told_apart(stage: Stage) -> None:
    assert failure(stage.open().register(stage.phone, "nonsense")).reason is Reason.BAD_URL


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/v1/companies/x",
        "http://127.0.0.1:1/companies/x",
        "//evil.example/",
        "http://[",
        "x",
        "",
    ],
)
def test_links_to_other_hosts_are_not_followed(stage: Stage, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = stage.server.simulator
    answer = Response(200, {"Content-Type": "application/json"}, json.dumps({"links": {"company": link}}).encode())
    monkeypatch.setattr(simulator, "_serve", lambda request: answer)
    found = failure(stage.open().check(stage.phone))
    assert found.reason is Reason.UNKNOWN_ANSWER
    assert not found.outcome_unknown


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"links": 3}', b'{"links": {"company": 3}}', b"null", b"[" * 5000])
def test_answers_of_another_shape_are_unknown(stage: Stage, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Response(200, {"Content-Type": "application/json"}, body)
    monkeypatch.setattr(stage.server.simulator, "_serve", lambda request: answer)
    service = stage.open()
    assert failure(service.check(stage.phone)).reason is Reason.UNKNOWN_ANSWER
    assert failure(service.register(stage.phone, URL)).reason is Reason.UNKNOWN_ANSWER


def test_a_cut_list_of_settings_changes_nothing(stage: Stage) -> None:
    stage.fail(Fault.CUT, match="settings/")
    found = failure(stage.open().register(stage.phone, URL))
    assert found.reason is Reason.UNKNOWN_ANSWER and not found.outcome_unknown
    assert stage.open().check(stage.phone) is Standing.NOT_REGISTERED


class TestSimulator:
    """It lets in only who signs rightly, once."""

    def signed(self, stage: Stage, secret: str = "simulated-sraps-secret-of-ours", **changes: Any) -> Request:
        account = stage.account()
        sender = Sender(
            {"id": account.identity, "key": secret, "algorithm": "sha256"},
            f"{account.url}tokens/{account.identity}",
            "GET",
            content="",
            content_type="",
        )
        host = stage.server.url.removeprefix("http://")
        headers = {"host": host, "authorization": sender.request_header} | changes.pop("headers", {})
        return Request("GET", f"{PREFIX}tokens/{account.identity}", headers, **changes)

    def test_a_signature_is_good_once(self, stage: Stage) -> None:
        request = self.signed(stage)
        assert stage.server.simulator.handle(request).status == 200
        again = stage.server.simulator.handle(request)
        assert again.status == 401 and "Invalid nonce" in again.headers["WWW-Authenticate"]

    def test_what_is_signed_is_what_is_sent(self, stage: Stage) -> None:
        for request, error in (
            (self.signed(stage, secret="another"), "Bad mac"),
            (self.signed(stage, headers={"host": "elsewhere.example"}), "Bad mac"),
            (self.signed(stage, body=b"{}"), "Bad payload hash"),
            (self.signed(stage, headers={"authorization": "Basic x"}), "Hawk"),
        ):
            answer = stage.server.simulator.handle(request)
            assert answer.status == 401 and error in answer.headers["WWW-Authenticate"]
