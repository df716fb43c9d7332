from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers.factory import label_of, open_service
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Standing
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor

SNOM_PHONE = Device(Mac("000413aabbcc"))
YEALINK_PHONE = Device(Mac("805ec0aabbcc"))
URL = "https://prov.example.test/t/0123456789abcdef/"


def test_a_phone_is_registered_found_and_forgotten_twice() -> None:
    service = SimulatedService(Vendor.SNOM)
    assert service.check(SNOM_PHONE) is Standing.NOT_REGISTERED
    assert service.register(SNOM_PHONE, URL) is None
    assert service.register(SNOM_PHONE, URL) is None
    assert service.check(SNOM_PHONE, URL) is Standing.OURS
    assert service.check(SNOM_PHONE, URL + "other") is Standing.OURS_OTHER_URL
    assert service.registrations() == {SNOM_PHONE.mac: URL}
    assert service.deregister(SNOM_PHONE) is None
    assert service.deregister(SNOM_PHONE) is None
    assert service.check(SNOM_PHONE, URL) is Standing.NOT_REGISTERED


def test_a_phone_of_another_account_is_left_alone() -> None:
    service = SimulatedService(Vendor.YEALINK, owned_elsewhere=[YEALINK_PHONE.mac])
    refusal = service.register(YEALINK_PHONE, URL)
    assert refusal is not None and refusal.reason is Reason.OWNED_ELSEWHERE
    assert service.check(YEALINK_PHONE) is Standing.ELSEWHERE
    service.owned_elsewhere.clear()
    assert service.register(YEALINK_PHONE, URL) is None


def test_failures_end_after_the_given_number_of_calls() -> None:
    service = SimulatedService(Vendor.SNOM)
    service.fail_next(Reason.RATE_LIMITED, times=2)
    assert service.register(SNOM_PHONE, URL) is not None
    assert isinstance(service.check(SNOM_PHONE), Failure)
    assert service.check(SNOM_PHONE) is Standing.NOT_REGISTERED


def test_failures_last_until_recovery_when_no_number_is_given() -> None:
    service = SimulatedService(Vendor.SNOM)
    service.fail_next(Reason.AUTH_FAILED)
    assert [service.probe().failure is None for _ in range(3)] == [False] * 3
    service.recover()
    assert service.probe().failure is None


def test_a_connection_cut_too_late_has_made_the_change() -> None:
    service = SimulatedService(Vendor.SNOM)
    service.fail_next(Failure(Reason.UNREACHABLE, outcome_unknown=True), times=1, after_the_change=True)
    failure = service.register(SNOM_PHONE, URL)
    assert failure is not None and failure.outcome_unknown
    assert service.check(SNOM_PHONE, URL) is Standing.OURS


def test_a_phone_that_asks_gets_its_url_and_leaves_its_last_contact_and_pin() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    service = SimulatedService(Vendor.YEALINK, now=lambda: moment)
    assert service.phone_asks(YEALINK_PHONE.mac) is None
    service.register(YEALINK_PHONE, URL)
    before = service.lookup(YEALINK_PHONE)
    assert isinstance(before, Lookup) and before.last_contact is None
    assert service.phone_asks(YEALINK_PHONE.mac) == URL
    found = service.lookup(YEALINK_PHONE)
    assert isinstance(found, Lookup)
    assert (found.standing, found.url, found.last_contact) == (Standing.OURS, URL, moment)
    assert found.pin is not None and found.pin.isdigit() and len(found.pin) == 5


def test_it_is_called_from_many_threads() -> None:
    service = SimulatedService(Vendor.SNOM)
    phones = [Device(Mac(f"000413{n:06x}")) for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda phone: service.register(phone, URL), phones)) == {None}
    assert len(service.registrations()) == 200


def test_the_factory_opens_what_the_account_says() -> None:
    service = open_service(ServiceAccount(Vendor.YEALINK, ServiceKind.SIMULATED))
    assert service.label == "Yealink RPS (simulated)"
    assert label_of(ServiceAccount(Vendor.YEALINK, ServiceKind.XMLRPC, label="Lydis RPS")) == "Lydis RPS (wire assumed)"
    with pytest.raises(ConfigurationProblem, match="sraps"):
        open_service(ServiceAccount(Vendor.YEALINK, ServiceKind.SRAPS))


def test_a_simulated_service_does_not_import_http() -> None:
    code = (
        "import sys; from helpdesk_tui.backend.manufacturers.factory import open_service;"
        "from helpdesk_tui.backend.model.environment import *; from helpdesk_tui.backend.model.vendor import Vendor;"
        "open_service(ServiceAccount(Vendor.SNOM, ServiceKind.SIMULATED)).label;"
        "print([m for m in ('httpx', 'mohawk', 'defusedxml') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
