"""The firmware catalogue, choices for phones, and what becomes of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    BadInput,
    FirmwareEntry,
    Helpdesk,
    NextAction,
    NotFound,
    Phone,
    Refused,
    Vendor,
    parse_query,
)
from helpdesk_tui.backend.model.firmware_progress import PATIENCE, Progress, progress_of
from helpdesk_tui.backend.settings_file import render
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Sent
from helpdesk_tui.backend.use_cases.tables import FaultyFile
from tests.backend.offices import SNOM, YEALINK, add_organisation, in_service, new_phone
from tests.frozen_clock import FrozenClock

T46S = {"mac": YEALINK, "model": "T46S"}
OLD, NEW, NEWEST = "66.86.188.1", "66.86.188.2", "66.86.188.3"
ATTENTION = parse_query("verdict:attention")
SNOM_OLD, SNOM_NEW = "10.1.175.16", "10.1.198.19"


def certified(desk: Helpdesk, version: str, *models: str) -> None:
    ending = "rom" if version.startswith("66") else "bin"
    desk.firmware.add(FirmwareEntry(0, Vendor.SNOM, version, models, f"{models[0]}-{version}.{ending}"))
    desk.firmware.certify(version)


def select(desk: Helpdesk, version: str | None, *phones: Phone) -> None:
    desk.firmware.carry_out(desk.firmware.plan([desk.phones.get(phone.id) for phone in phones], version))


def report(desk: Helpdesk, phone: Phone, version: str | None, *, settings: bool = True) -> Phone:
    """The phone fetches a file, as the endpoint writes it down."""
    agents = {
        Vendor.SNOM: f"Mozilla/4.0 (compatible; snom{phone.model}-SIP {version} 1.1 {phone.mac.upper} SXM:0 UXM:0)",
        Vendor.YEALINK: f"Yealink SIP-{phone.model} {version} {phone.mac.colons}",
    }
    desk.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    sent = Sent.of("etag", desk.settings.file(phone)) if settings else None
    agent = agents[phone.vendor] if version else "curl/8"
    fetch = Fetch(desk.clock(), phone.id, Key.SECRET, "198.51.100.1", "file", 200, 10, agent, True, sent)
    desk.fetching.note_fetches([fetch])
    return desk.phones.get(phone.id)


# -- the catalogue -----------------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "downloads" / "T46S(T48S,T42S,T41S)-66.86.188.2.rom"
    path.parent.mkdir()
    path.write_bytes(b"an image" * 100)
    return path


def blank(**values: str) -> FirmwareEntry:
    return FirmwareEntry(0, Vendor.SNOM, values.pop("version", ""), (), "", **values)  # type: ignore[arg-type]


def test_a_file_is_added_by_what_its_name_says_and_copied_into_the_folder(desk: Helpdesk, image: Path) -> None:
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    entry = desk.firmware.add_file(image, blank(sha256=digest.upper()))
    assert (entry.version, entry.models) == (NEW, ("T46S", "T48S", "T42S", "T41S"))
    assert (entry.vendor, entry.size, entry.sha256, entry.certified) == (Vendor.YEALINK, 800, digest, False)
    copy = desk.environment.images / image.name
    assert copy.read_bytes() == image.read_bytes()
    assert [path.name for path in desk.environment.images.iterdir()] == [image.name]
    assert desk.firmware.missing(entry) == ()
    copy.unlink()
    assert desk.firmware.missing(entry) == (image.name,)


def test_a_file_that_lies_in_the_folder_stays_there(desk: Helpdesk, image: Path) -> None:
    desk.environment.images.mkdir()
    there = image.rename(desk.environment.images / image.name)
    desk.firmware.add_file(there, blank())
    assert list(desk.environment.images.iterdir()) == [there]


def test_what_is_wrong_with_a_file_leaves_nothing_behind(desk: Helpdesk, image: Path) -> None:
    empty = image.with_name("T46S-66.86.188.3.rom")
    empty.touch()
    nameless = image.with_name("firmware.rom")
    nameless.write_bytes(b"x")
    for path, entry, words in (
        (empty, blank(), "is empty"),
        (image.with_name("T46S-66.86.188.9.rom"), blank(), "no such file"),
        (image.parent, blank(version=NEW), "does not say its version and its models"),
        (nameless, blank(), "does not say its version and its models"),
        (image, blank(version=NEWEST), "is 66.86.188.2 by its name"),
        (image, blank(sha256="0" * 64), "its sha256 is"),
        (Path("/dev/null"), blank(version=NEW), "does not say"),
    ):
        with pytest.raises(BadInput, match=words):
            desk.firmware.add_file(path, entry)
    assert desk.firmware.entries() == ()
    assert not desk.environment.images.exists() or not list(desk.environment.images.iterdir())


def test_another_file_of_the_same_name_is_not_replaced(desk: Helpdesk, image: Path) -> None:
    other = desk.environment.images / image.name
    other.parent.mkdir()
    other.write_bytes(b"another")
    with pytest.raises(BadInput, match="another file of that name"):
        desk.firmware.add_file(image, blank())
    assert other.read_bytes() == b"another"
    assert desk.firmware.entries() == ()


def test_a_file_that_was_changed_since_is_not_certified(desk: Helpdesk, image: Path) -> None:
    desk.firmware.add_file(image, blank())
    (desk.environment.images / image.name).write_bytes(b"something else")
    with pytest.raises(Refused, match="not the file that was added"):
        desk.firmware.certify(NEW)
    with pytest.raises(NotFound):
        desk.firmware.certify("66.86.188.77")


def test_chained_updates_need_their_intermediate_image_too(desk: Helpdesk) -> None:
    certified(desk, SNOM_NEW, "D735")
    (entry,) = desk.firmware.entries()
    assert desk.firmware.missing(entry) == ("D735-10.1.198.19.bin", "snomD735-ramdisk-chained-update-r.bin")


def test_the_example_list_is_loaded_once_marked_and_certified_by_nobody(desk: Helpdesk) -> None:
    added, known = desk.firmware.load(asset("firmware.csv"), "Example.")
    assert (added > 40, known) == (True, 0)
    entries = desk.firmware.entries()
    assert all(entry.notes.startswith("Example.") and entry.certified_on is None for entry in entries)
    assert desk.firmware.load(asset("firmware.csv")) == (0, added)


def test_an_image_completes_the_entry_that_has_none(desk: Helpdesk, image: Path) -> None:
    listed = FirmwareEntry(0, Vendor.YEALINK, NEW, ("T46S", "T48S"), "T46S-66.86.188.2.rom", notes="listed")
    desk.firmware.add(listed)
    desk.firmware.certify(NEW)
    with pytest.raises(BadInput, match=r"the catalogue has T46S-66\.86\.188\.2\.rom"):
        desk.firmware.add_file(image, replace(blank(), models=("T46S",)))
    right = image.rename(image.with_name(listed.file))
    entry = desk.firmware.add_file(right, blank())
    assert desk.firmware.entries() == (entry,)
    assert (entry.models, entry.notes, entry.certified, entry.size) == (listed.models, "listed", True, 800)
    assert entry.sha256 == hashlib.sha256(right.read_bytes()).hexdigest()
    assert desk.firmware.missing(entry) == ()
    with pytest.raises(BadInput, match="in the catalogue already"):
        desk.firmware.add_file(right, blank())
    (desk.environment.images / listed.file).unlink()
    right.write_bytes(b"another")
    with pytest.raises(BadInput, match="not the file that the catalogue describes"):
        desk.firmware.add_file(right, blank())


def test_a_faulty_list_adds_nothing_and_names_every_line(desk: Helpdesk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "# ours\nversion,models,file,size\n66.86.188.2,T46S,T46S.rom,\n66.86.188.3,T54W,T54W.rom,\nlatest,T46S,a.rom,\n"
        "66.86.188.4,T46S,../a.rom,\n66.86.188.5,T46S,a.rom,big\n66.86.188.6,T46S,,\n"
    )
    with pytest.raises(FaultyFile) as faulty:
        desk.firmware.load(path)
    assert [error.split(":")[1] for error in faulty.value.errors] == ["4", "5", "6", "7", "8"]
    assert desk.firmware.entries() == ()


# -- certified and withdrawn -------------------------------------------------------------------------------------------


def test_withdrawing_names_the_affected_phones_and_tells_them_nothing_any_more(desk: Helpdesk) -> None:
    phone, other = in_service(desk, **T46S), in_service(desk, "80:5e:c0:00:00:02", "T46S")
    certified(desk, NEW, "T46S")
    select(desk, NEW, phone)
    before = desk.phones.get(phone.id)
    assert [affected.mac for affected in desk.firmware.affected(f" V{NEW}")] == [phone.mac]
    desk.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    assert [affected.mac for affected in desk.firmware.withdraw(NEW)] == [phone.mac]
    after = desk.phones.get(phone.id)
    assert (after.firmware_selected, desk.phones.get(other.id).firmware_selected) == (None, None)
    assert (after.changed_at or desk.clock()) > (before.changed_at or desk.clock())  # so that the phone fetches it anew
    assert "was withdrawn" in desk.phones.history(phone.mac)[0].text
    assert desk.firmware.withdraw(NEW) == ()


def test_a_plan_is_not_carried_out_once_its_firmware_was_withdrawn(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = in_service(desk, **T46S)
    certified(desk, NEW, "T46S")
    plan = desk.firmware.plan([phone], NEW)
    colleague.firmware.withdraw(NEW)
    with pytest.raises(Refused, match="was withdrawn"):
        desk.firmware.carry_out(plan)
    assert desk.phones.get(phone.id).firmware_selected is None


# -- chosen and taken back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mac", "model", "version", "key", "after"),
    [
        (SNOM, "D735", SNOM_NEW, b"D735-10.1.198.19.bin", b"settings_only"),
        (YEALINK, "T46S", NEW, b"T46S-66.86.188.2.rom", None),
    ],
)
def test_using_what_is_installed_takes_an_earlier_choice_back_in_the_settings_file(
    desk: Helpdesk, mac: str, model: str, version: str, key: bytes, after: bytes | None
) -> None:
    phone = in_service(desk, mac, model)
    certified(desk, version, model)
    untouched = render(desk.settings.file(phone))
    assert b"firmware" not in untouched
    select(desk, version, phone)
    chosen = desk.phones.get(phone.id)
    choice = desk.settings.firmware_choice(chosen)
    assert choice is not None
    assert choice.url.startswith(f"{desk.environment.provisioning_url}/p/{phone.secret}/firmware/")
    assert choice.url.endswith(key.decode())
    told = render(desk.settings.file(chosen))
    assert told != untouched
    assert b"/firmware" in told
    select(desk, None, phone)
    taken_back = render(desk.settings.file(desk.phones.get(phone.id)))
    assert taken_back == untouched
    if after:
        assert after in taken_back and after not in told


def test_a_bulk_choice_leaves_the_refused_out_and_writes_an_event_for_each(desk: Helpdesk) -> None:
    macs = [f"80:5e:c0:00:01:{number:02x}" for number in range(40)]
    phones = [in_service(desk, mac, "T46S" if place % 4 else "T41P") for place, mac in enumerate(macs)]
    certified(desk, NEW, "T46S", "T48S")
    everybody = desk.firmware.phones_of("t46s")
    assert len(everybody) == 30
    plan = desk.firmware.plan(phones, f"V{NEW}")
    assert (len(plan.allowed), len(plan.asked), len(plan.refused)) == (30, 0, 10)
    assert all("does not fit the Yealink T41P" in sentence for _, sentence in plan.refused)
    assert desk.firmware.carry_out(plan) == 30
    selected = [desk.phones.get(phone.id).firmware_selected for phone in phones]
    assert (selected.count(NEW), selected.count(None)) == (30, 10)
    texts = [event.text for phone in plan.allowed for event in desk.phones.history(phone.mac)[:1]]
    assert texts == [f"Selected firmware {NEW}; before: Use installed firmware."] * 30
    assert len(desk.firmware.plan(desk.firmware.phones_of("T46S"), NEW).unchanged) == 30


def test_all_phones_of_a_model_in_one_organisation(desk: Helpdesk) -> None:
    ours = in_service(desk, **T46S)
    elsewhere = add_organisation(desk, "Zorg Oost", "zorg")
    new = new_phone(desk, "80:5e:c0:00:00:09", "T46S")
    with desk.context.write():
        other = desk.store.phones.insert(
            {**vars_of(desk, ours), "mac": new.mac, "organisation_id": elsewhere, "secret": "another"}
        )
    assert {phone.id for phone in desk.firmware.phones_of("T46S")} == {ours.id, other.id}
    assert {phone.id for phone in desk.firmware.phones_of("T46S", elsewhere)} == {other.id}
    with pytest.raises(BadInput):
        desk.firmware.phones_of("T99")


def vars_of(desk: Helpdesk, phone: Phone) -> dict[str, object]:
    names = ("vendor", "model", "name", "serial", "pin", "sip_username", "sip_password", "web_password", "step")
    return {name: getattr(phone, name) for name in names} | {"step_since": phone.step_since, "added_at": phone.added_at}


def test_undo_is_one_action_that_gives_each_phone_back_what_it_had(desk: Helpdesk, colleague: Helpdesk) -> None:
    macs = [f"80:5e:c0:00:00:{number:02x}" for number in range(1, 6)]
    phones = [in_service(desk, mac, "T46S", firmware_installed=OLD) for mac in macs]
    for version in (OLD, NEW, NEWEST):
        certified(desk, version, "T46S")
    select(desk, OLD, phones[0])
    select(desk, NEW, phones[1], phones[4])
    plan = desk.firmware.plan(desk.firmware.phones([phone.id for phone in phones]), NEWEST)
    assert desk.firmware.carry_out(plan) == 5
    select(colleague, NEW, phones[2])
    desk.phones.remove_anyway(desk.phones.get(phones[3].id))
    desk.firmware.withdraw(NEW)
    undo = desk.firmware.plan_undo(plan)
    assert (len(undo.back), undo.asked, undo.left_alone) == (3, (), 2)
    assert desk.firmware.undo(undo) == 3
    now = [phone.firmware_selected for phone in desk.firmware.phones([phone.id for phone in phones])]
    assert now == [OLD, None, None, None]  # what was withdrawn in the meantime does not come back
    assert desk.phones.history(phones[0].mac)[0].text == f"Took back {NEWEST}; selected again: {OLD}."
    assert desk.firmware.plan_undo(plan).back == ()


def test_undo_warns_where_the_phone_has_installed_the_new_one(desk: Helpdesk) -> None:
    phone = in_service(desk, **T46S, firmware_installed=OLD)
    for version in (OLD, NEW):
        certified(desk, version, "T46S")
    select(desk, OLD, phone)
    plan = desk.firmware.plan([desk.phones.get(phone.id)], NEW)
    desk.firmware.carry_out(plan)
    report(desk, phone, NEW)
    ((warned, sentence),) = desk.firmware.plan_undo(plan).asked
    assert warned.mac == phone.mac
    assert "may not support the downgrade" in sentence


# -- followed up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mac", "model", "old", "new"), [(SNOM, "D735", SNOM_OLD, SNOM_NEW), (YEALINK, "T46S", OLD, NEW)]
)
def test_a_phone_that_keeps_reporting_another_version_has_refused(
    desk: Helpdesk, mac: str, model: str, old: str, new: str
) -> None:
    phone = report(desk, in_service(desk, mac, model), old)
    assert (phone.firmware_installed, phone.firmware_learned_at) == (old, desk.clock())
    assert progress_of(phone) is Progress.NOTHING_SELECTED
    certified(desk, new, model)
    select(desk, new, phone)
    for fetch in range(PATIENCE):
        assert progress_of(desk.phones.get(phone.id)) is Progress.WAITING
        phone = report(desk, phone, old)
        phone = report(desk, phone, old, settings=False)  # the files around it say nothing new
        phone = report(desk, phone, None)
        assert phone.firmware_fetches == fetch + 1
    assert progress_of(phone) is Progress.REFUSED
    verdict = desk.phones.verdict(phone)
    assert verdict.action is NextAction.FIRMWARE
    assert (old in verdict.text, new in verdict.text) == (True, True)
    assert [found.mac for found in desk.phones.all(ATTENTION)] == [phone.mac]
    assert [found.mac for found in desk.firmware.unsettled(model)] == [phone.mac]
    phone = report(desk, phone, new)
    assert (progress_of(phone), phone.firmware_fetches) == (Progress.INSTALLED, 0)
    assert desk.phones.all(ATTENTION) == ()
    assert desk.firmware.unsettled(model) == ()


def test_another_choice_ends_the_attention_for_a_refused_one(desk: Helpdesk) -> None:
    phone = in_service(desk, **T46S)
    for version in (NEW, NEWEST):
        certified(desk, version, "T46S")
    select(desk, NEW, phone)
    for _ in range(PATIENCE):
        report(desk, phone, OLD)
    assert desk.phones.all(ATTENTION)
    select(desk, NEWEST, phone)
    assert desk.phones.all(ATTENTION) == ()
    assert progress_of(desk.phones.get(phone.id)) is Progress.WAITING
    select(desk, None, phone)
    assert progress_of(desk.phones.get(phone.id)) is Progress.NOTHING_SELECTED


def test_what_a_phone_is_never_offered_it_cannot_refuse(desk: Helpdesk) -> None:
    phone = in_service(desk, **T46S)
    certified(desk, NEW, "T46S")
    select(desk, NEW, phone)
    desk.phones.set_model(phone, "T48S")
    for _ in range(PATIENCE + 1):
        report(desk, desk.phones.get(phone.id), OLD)
    assert progress_of(desk.phones.get(phone.id)) is Progress.WAITING


def test_the_rollout_counts_by_model_and_organisation(desk: Helpdesk, clock: FrozenClock) -> None:
    phones = [in_service(desk, f"80:5e:c0:00:00:{number:02x}", "T46S") for number in range(1, 5)]
    in_service(desk, SNOM, "D735")
    certified(desk, NEW, "T46S")
    select(desk, NEW, *phones[:3])
    report(desk, phones[0], NEW)
    for _ in range(PATIENCE):
        report(desk, phones[1], OLD)
    first, second = desk.firmware.rollouts()
    assert (first.model, first.phones, first.selected, second.model) == ("T46S", 4, 3, "D735")
    assert first.counts == {
        Progress.REFUSED: 1,
        Progress.WAITING: 1,
        Progress.INSTALLED: 1,
        Progress.NOTHING_SELECTED: 1,
    }
    assert desk.firmware.rollouts(add_organisation(desk, "Leeg", "leeg")) == ()
    assert desk.firmware.selections() == {(NEW, "T46S"): 3}
