"""Our own additions under /helpdesk/v1."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.documents import event_document, phone_document
from tests.backend.offices import SNOM, in_service, service
from tests.backend.rest.calling import Caller, add_api_user
from tests.backend.rest.conftest import Places

PHONES = "/helpdesk/v1/phones"
PHONE = f"{PHONES}/{SNOM}"


@pytest.fixture
def anna(desk: Helpdesk, places: Places, call: Caller) -> Caller:
    """Somebody who may do everything."""
    add_api_user(desk, "anna", places.here, Right.WRITE)
    return call.user("anna").having(accept="application/json", content_type="application/json")


def test_a_phone_is_what_the_command_line_prints_by_any_notation_of_its_mac(
    anna: Caller, desk: Helpdesk, places: Places
) -> None:
    phone = desk.phones.get(places.phone)
    expected = phone_document(phone, desk.phones.verdict(phone)) | {"resource": f"{anna.base}/phone/{phone.id}"}
    for notation in (SNOM, SNOM.upper(), SNOM.replace(":", ""), SNOM.replace(":", "-")):
        assert anna.get(f"{PHONES}/{notation}").json() == expected
    assert anna.error(anna.get(f"{PHONES}/00:04:13:00:00:01")) == (404, "not_found")
    assert anna.error(anna.get(f"{PHONES}/Counter")) == (404, "not_found")
    step = anna.get(f"{PHONE}/step").json()
    assert step == {name: expected[name] for name in step}
    assert (step["step"], step["verdict"]) == ("disabled", "ok")


def test_phones_are_found_by_query_and_walked_page_by_page(anna: Caller, desk: Helpdesk, places: Places) -> None:
    for number in range(5):
        in_service(desk, f"00:04:13:00:00:0{number}", name=f"Desk {number}")
    whole = anna.get(PHONES).json()
    macs = [phone["mac"] for phone in whole["phones"]]
    assert (len(macs), macs, whole["next_cursor"]) == (7, sorted(macs), None)
    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = anna.get(f"{PHONES}?limit=3&cursor={cursor}").json()
        assert len(page["phones"]) <= 3
        walked += [phone["mac"] for phone in page["phones"]]
        cursor = page["next_cursor"]
        desk.phones.change(desk.phones.find(walked[0]), {"name": f"{len(walked)} seen"})  # moves it in no list
    assert walked == macs
    found = anna.get(f"{PHONES}?query=desk+model:D735+!org:wit").json()["phones"]
    assert [phone["name"] for phone in found] == [f"Desk {number}" for number in range(1, 5)]
    for wrong in ("limit=0", "limit=501", "limit=x", "cursor=x", f"query={'x' * 201}"):
        assert anna.error(anna.get(f"{PHONES}?{wrong}")) == (400, "invalid_request"), wrong


def test_activating_waits_for_the_manufacturer(anna: Caller, desk: Helpdesk, places: Places) -> None:
    answer = anna("POST", f"{PHONE}/activate")
    assert answer.status_code == 200
    assert answer.json()["phone"]["step"] == "active"
    assert answer.json()["sentence"].endswith(".")
    service(desk).fail_next(Reason.OWNED_ELSEWHERE)
    failed = anna("POST", f"{PHONE}/activate")
    assert anna.error(failed) == (502, "owned_elsewhere")
    assert anna.get(f"{PHONE}/step").json()["step"] == "provision"


def test_settings_files_are_masked_unless_the_asking_is_recorded(anna: Caller, desk: Helpdesk, places: Places) -> None:
    phone = desk.phones.get(places.phone)
    shown = anna.get(f"{PHONE}/settings-file").json()
    assert (shown["mac"], shown["masked"]) == (SNOM, True)
    assert "Bakkerij" in shown["text"]
    secrets = (phone.sip_password, phone.web_password, phone.secret)
    assert not any(secret in shown["text"] for secret in secrets)
    assert EventKind.REVEALED not in {event.kind for event in desk.phones.history(phone.mac)}
    revealed = anna.get(f"{PHONE}/settings-file?reveal=true").json()
    assert revealed["masked"] is False
    assert phone.web_password in revealed["text"]
    assert desk.phones.history(phone.mac)[0].kind is EventKind.REVEALED


def test_firmware_is_read_and_selected(anna: Caller, desk: Helpdesk, places: Places) -> None:
    path = f"{PHONE}/firmware"
    desk.store.phones.update(places.phone, {"firmware_installed": "10.1.184.15"})
    for version in ("10.1.198.19", "10.1.175.16"):
        desk.firmware.add(FirmwareEntry(0, Vendor.SNOM, version, ("D735",), f"D735-{version}.bin"))
        desk.firmware.certify(version)
    before = anna.get(path).json()
    assert (before["installed"], before["selected"]) == ("10.1.184.15", None)
    assert [option["judgement"] for option in before["options"]] == ["allow", "ask"]
    after = anna("PUT", path, {"version": "10.1.198.19"})
    assert (after.status_code, after.json()["selected"]) == (200, "10.1.198.19")
    assert anna("PUT", path, {"version": "10.1.198.19"}).status_code == 200
    assert anna.error(anna("PUT", path, {"version": "10.1.175.16"})) == (409, "needs_consent")
    assert anna("PUT", path, {"version": "10.1.175.16", "agree": True}).json()["selected"] == "10.1.175.16"
    assert anna.error(anna("PUT", path, {"version": "1.2.3.4"})) == (409, "refused")
    assert anna("PUT", path, {"version": None}).json()["selected"] is None
    refused: list[object] = [{}, {"version": 5}, {"version": "x" * 61}, []]
    for wrong in refused:
        assert anna.error(anna("PUT", path, wrong)) == (400, "invalid_request")
    texts = [event.text for event in desk.phones.history(desk.phones.get(places.phone).mac)]
    assert any("10.1.175.16" in text for text in texts)


def test_history_is_walked_page_by_page(anna: Caller, desk: Helpdesk, places: Places) -> None:
    phone = desk.phones.get(places.phone)
    for number in range(5):
        phone = desk.phones.change(phone, {"name": f"Desk {number}"})
    expected = [event_document(event) for event in desk.phones.history(phone.mac)]
    walked: list[object] = []
    cursor: str | None = ""
    while cursor is not None:
        page = anna.get(f"{PHONE}/history?limit=2&cursor={cursor}").json()
        walked += page["events"]
        cursor = page["next_cursor"]
    assert walked == expected
    assert anna.error(anna.get(f"{PHONE}/history?cursor=x")) == (400, "invalid_request")
