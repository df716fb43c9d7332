"""Firmware of whole models: counted, chosen, certified and withdrawn."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from helpdesk_tui.backend import FirmwareEntry, Helpdesk, Organisation, Phone, Vendor
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.firmware import FirmwareScreen
from helpdesk_tui.screens.firmware_catalogue import FirmwareCatalogueScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.rollout import RolloutScreen
from helpdesk_tui.widgets.firmware_list import FirmwareList
from tests.screens.conftest import add_firmware, add_phone, change
from tests.screens.looking import Looking, looking_at

OLD, NEW = "66.86.188.1", "66.86.188.2"


@pytest.fixture
def phones(desk: Helpdesk, organisation_id: int, snom: Phone, yealink: Phone) -> list[Phone]:
    """Four T46S: one refused, one waits, one is done, and nothing is selected for the last; and a D735."""
    add_firmware(desk, NEW, "T46S")
    other = desk.store.directory.save_organisation(Organisation(0, "Zorg [/] Oost", "zorg", "sip.pbx.example.net"))
    macs = (("805ec0000002", organisation_id), ("805ec0000003", organisation_id), ("805ec0000004", other))
    found = [yealink, *(add_phone(desk, whose, mac, "T46S", {}) for mac, whose in macs)]
    selected: dict[str, object] = {"firmware_selected": NEW, "firmware_selected_at": desk.clock()}
    states: tuple[dict[str, object], ...] = (
        {**selected, "firmware_installed": OLD, "firmware_fetches": 4},
        {**selected, "firmware_installed": OLD, "firmware_fetches": 1},
        {**selected, "firmware_installed": NEW},
        {"firmware_installed": OLD},
    )
    return [change(desk, phone, **state) for phone, state in zip(found, states, strict=True)]


def row_of(looking: Looking, word: str) -> list[str]:
    return next(line.split() for line in looking.text.splitlines() if f" {word} " in line)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_models_are_counted_with_the_failed_first(
    session: Session, phones: list[Phone], size: tuple[int, int]
) -> None:
    async with looking_at(session, RolloutScreen, size) as (looking, _):
        await looking.shows("2 models, 5 phones", "All phones of staging")
        lines = [line.split() for line in looking.text.splitlines()]
        models = [words for words in lines if words[:1] == ["▸"] or words[:1] == ["D735"]]
        assert models[0][:7] == ["▸", "T46S", "4", "3", "1", "1", "1"]
        assert "33 %" in looking.text
        assert models[1][:3] == ["D735", "1", "–"]
        await looking.shows(f"{phones[0].mac}", f"{OLD} → {NEW} refused, 4 fetches", f"{OLD} → {NEW} waiting")
        text = looking.text
        assert text.index("refused, 4") < text.index(f"{NEW}  waiting")
        await looking.pilot.press("down")
        await looking.shows("No phone D735 is behind with its firmware.")


async def test_the_rollout_opens_from_the_list_and_leads_to_all_phones_of_a_model(
    session: Session, desk: Helpdesk, phones: list[Phone]
) -> None:
    add_firmware(desk, "66.86.188.3", "T46S")
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("U")
        await looking.shows("Firmware rollout", "2 models, 5 phones")
        await looking.pilot.press("enter")
        await looking.shows("Firmware of 4 phones: T46S (4)", "1 refused, 1 waiting, 1 installed")
        screen = looking.app.screen
        assert isinstance(screen, FirmwareScreen)
        assert screen._seen is not None
        lines = [line.version for line in screen._seen.lines]
        screen.query_one(FirmwareList).move_to(lines.index("66.86.188.3"))
        await looking.pilot.press("enter")
        await looking.shows("Select 66.86.188.3 for 4 phones?", "4 at once.")
        await looking.pilot.press("y")
        await looking.says("Selected 66.86.188.3 for 4 phones")
        assert {desk.phones.get(phone.id).firmware_selected for phone in phones} == {"66.86.188.3"}
        assert {desk.phones.get(phone.id).firmware_fetches for phone in phones} == {0}
        await looking.pilot.press("z")
        await looking.says("Taken back for 4 phones")
        assert [desk.phones.get(phone.id).firmware_selected for phone in phones] == [NEW, NEW, NEW, None]
        await looking.pilot.press("escape")
        await looking.shows("Firmware rollout")


async def test_one_organisation_only(session: Session, phones: list[Phone]) -> None:
    async with looking_at(session, RolloutScreen) as (looking, _):
        await looking.pilot.press("o")
        await looking.shows("Only the phones of the organisation")
        await looking.pilot.press(*"nobody", "enter")
        await looking.shows("nobody")
        assert "1 models" not in looking.text
        await looking.pilot.press(*["backspace"] * 6, *"zorg", "enter")
        await looking.shows("Zorg [/] Oost", "1 models, 1 phones")
        await looking.pilot.press("o", *["backspace"] * 20, "enter")
        await looking.shows("All phones of staging", "2 models, 5 phones")


async def test_what_phones_do_shows_by_itself(session: Session, colleague: Helpdesk, phones: list[Phone]) -> None:
    async with looking_at(session, RolloutScreen) as (looking, screen):
        await looking.shows("33 %")
        for phone in phones[:2]:
            change(colleague, phone, firmware_installed=NEW)
        screen.look_again()
        await looking.shows("100 %")


async def test_an_empty_environment_says_so(session: Session) -> None:
    async with looking_at(session, RolloutScreen) as (looking, _):
        await looking.shows("There is no phone here.")
        await looking.pilot.press("enter")
        await looking.says("There is no phone here to choose firmware for.")
    async with looking_at(session, FirmwareCatalogueScreen) as (looking, _):
        await looking.shows("The catalogue is empty.", "nobody's certified list")
        await looking.pilot.press("c")
        await looking.says("The catalogue is empty: add firmware first.")


async def test_firmware_is_certified_and_withdrawn_after_seeing_who_is_affected(
    session: Session, desk: Helpdesk, phones: list[Phone], tmp_path: Path
) -> None:
    image = tmp_path / "T46S-66.86.188.3.rom"
    image.write_bytes(b"image [/]")
    desk.firmware.add_file(image, FirmwareEntry(0, Vendor.YEALINK, "", (), "", notes="[bold]Note"))
    async with looking_at(session, FirmwareCatalogueScreen) as (looking, _):
        await looking.shows("1 of 2 certified")
        assert row_of(looking, NEW)[1:6] == [NEW, "certified", "3", "missing", "T46S"]
        await looking.shows(f"Phones cannot fetch T46S-{NEW}.rom", "Certified 02 Mar")
        await looking.pilot.press("c")
        await looking.says(f"{NEW} is certified already.")
        await looking.pilot.press("w")
        await looking.shows(f"Withdraw {NEW}?", "It was selected for 3 phones", phones[0].mac.colons, "staging")
        await looking.pilot.press("n", "down")
        await looking.shows("[bold]Note", "9 bytes")
        assert [phone.firmware_selected for phone in desk.firmware.phones([p.id for p in phones])] == [*[NEW] * 3, None]
        await looking.pilot.press("c")
        await looking.shows("Certify 66.86.188.3?", "for T46S")
        await looking.pilot.press("y")
        await looking.says("66.86.188.3 is certified.")
        await looking.shows("2 of 2 certified")
        await looking.pilot.press("up", "w")
        await looking.shows(f"Withdraw {NEW}?")
        await looking.pilot.press("y")
        await looking.says(f"{NEW} is withdrawn. It was selected for 3 phones")
        assert {phone.firmware_selected for phone in desk.firmware.phones([p.id for p in phones])} == {None}
        assert "was withdrawn; selected again" in desk.phones.history(phones[0].mac)[0].text


async def test_read_only_looks_and_changes_nothing(read_only: Session, desk: Helpdesk, phones: list[Phone]) -> None:
    async with looking_at(read_only, FirmwareCatalogueScreen) as (looking, _):
        await looking.pilot.press("w")
        await looking.says("read-only")
    async with looking_at(read_only, RolloutScreen) as (looking, _):
        await looking.pilot.press("enter")
        await looking.shows("Firmware of 4 phones")
    assert desk.phones.get(phones[0].id).firmware_selected == NEW


async def test_undo_asks_when_a_phone_has_installed_the_new_one(
    session: Session, desk: Helpdesk, phones: list[Phone]
) -> None:
    add_firmware(desk, "66.86.188.3", "T46S")
    phone = change(desk, phones[0], firmware_fetches=0)
    async with looking_at(session, partial(FirmwareScreen, phone_ids=(phone.id,))) as (looking, screen):
        assert screen._seen is not None
        screen.query_one(FirmwareList).move_to([line.version for line in screen._seen.lines].index("66.86.188.3"))
        await looking.pilot.press("enter")
        await looking.says("Selected 66.86.188.3")
        change(desk, phone, firmware_installed="66.86.188.3")
        await looking.pilot.press("z")
        await looking.shows("Take 66.86.188.3 back for 1 phone?", "may not support the downgrade")
        await looking.pilot.press("n")
        await looking.settle()
        assert desk.phones.get(phone.id).firmware_selected == "66.86.188.3"
        await looking.pilot.press("z", "y")
        await looking.says("Taken back: 66.86.188.3.")
        assert desk.phones.get(phone.id).firmware_selected == NEW
