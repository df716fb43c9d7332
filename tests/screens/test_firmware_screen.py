"""The choice of firmware on the screen: for one phone and for several, with its warnings, and taken back."""

from __future__ import annotations

from functools import partial

import pytest

from helpdesk_tui.backend import Helpdesk, Phone
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.firmware import FirmwareScreen
from helpdesk_tui.widgets.firmware_list import FirmwareList
from tests.screens.conftest import add_firmware, add_phone, change
from tests.screens.looking import Looking, looking_at

NEWER, NEWEST, OLDER = "10.1.184.15", "10.1.198.19", "10.1.141.13"
INSTALLED = "10.1.175.16"


@pytest.fixture
def d735(desk: Helpdesk, snom: Phone) -> Phone:
    """A D735 with three versions to choose from."""
    for version in (NEWER, NEWEST, OLDER):
        problems = "No [audio] on [/] line 2." if version == NEWEST else ""
        add_firmware(desk, version, "D735", known_problems=problems)
    return change(desk, snom, firmware_installed=INSTALLED, firmware_learned_at=snom.added_at)


def of(*phones: Phone) -> partial[FirmwareScreen]:
    return partial(FirmwareScreen, phone_ids=tuple(phone.id for phone in phones))


def go_to(screen: FirmwareScreen, version: str | None) -> None:
    assert screen._seen is not None
    lines = [line.version for line in screen._seen.lines]
    screen.query_one(FirmwareList).move_to(lines.index(version))


def selected(desk: Helpdesk, phone: Phone) -> str | None:
    return desk.phones.get(phone.id).firmware_selected


def line_of(looking: Looking, version: str) -> str:
    return next(line for line in looking.text.splitlines() if line.strip(" ✓▲").startswith(version))


async def test_the_choices_stand_in_order_with_how_they_compare(session: Session, d735: Phone) -> None:
    async with looking_at(session, of(d735)) as (looking, screen):
        assert "Installed  10.1.175.16, learned 02 Mar" in looking.text
        assert "Selected   Use installed firmware" in looking.text
        assert screen._seen is not None
        assert [line.version for line in screen._seen.lines] == [None, NEWEST, NEWER, OLDER]
        assert "✓" in line_of(looking, "Use installed firmware")
        assert "newer by a minor version" in line_of(looking, NEWER)
        newest = line_of(looking, NEWEST)
        assert "▲" in newest and "asks first" in newest
        assert "older by a minor version" in line_of(looking, OLDER)
        go_to(screen, NEWEST)
        await looking.shows(f"Known problems of {NEWEST}: No [audio] on [/] line 2.", "major version V10")


async def test_a_plain_upgrade_is_selected_at_once_and_taken_back(
    session: Session, desk: Helpdesk, d735: Phone
) -> None:
    async with looking_at(session, of(d735)) as (looking, screen):
        await looking.pilot.press("z")
        await looking.says("Nothing was selected on this screen yet.")
        go_to(screen, NEWER)
        await looking.pilot.press("enter")
        await looking.says(f"Selected {NEWER}: the phone gets it at its next check or restart.")
        assert selected(desk, d735) == NEWER
        await looking.until(lambda: "✓" in line_of(looking, NEWER))
        await looking.pilot.press("enter")
        await looking.says(f"{NEWER} is selected already.")
        await looking.pilot.press("z")
        await looking.says("Taken back")
        assert selected(desk, d735) is None


async def test_a_risky_choice_is_asked_about_with_its_warning(session: Session, desk: Helpdesk, d735: Phone) -> None:
    async with looking_at(session, of(d735)) as (looking, screen):
        go_to(screen, OLDER)
        await looking.pilot.press("enter")
        await looking.shows(f"Select {OLDER} for 00:04:13:a1:b2:c3?", "may not support the downgrade", "staging")
        await looking.pilot.press("enter")
        await looking.settle()
        assert selected(desk, d735) is None
        await looking.pilot.press("enter")
        await looking.shows("Yes, select it")
        await looking.pilot.press("y")
        await looking.says(f"Selected {OLDER}")
        assert selected(desk, d735) == OLDER


async def test_a_version_withdrawn_in_the_meantime_is_refused_in_words(
    session: Session, desk: Helpdesk, colleague: Helpdesk, d735: Phone
) -> None:
    async with looking_at(session, of(d735)) as (looking, screen):
        go_to(screen, NEWER)
        colleague.firmware.withdraw(NEWER)
        await looking.pilot.press("enter")
        await looking.says("was withdrawn: choose another one.")
        assert selected(desk, d735) is None
        await looking.until(lambda: f"\n     {NEWER}" not in looking.text)


async def test_several_phones_are_counted_and_the_refused_left_out(
    session: Session, desk: Helpdesk, d735: Phone, yealink: Phone, organisation_id: int
) -> None:
    second = add_phone(desk, organisation_id, "000413000002", "D735", {"firmware_installed": NEWEST})
    async with looking_at(session, of(d735, second, yealink)) as (looking, screen):
        assert "Firmware of 3 phones: D735 (2), T46S (1)" in looking.text
        assert "1 at once, 1 ask first, 1 refused" in line_of(looking, NEWER)
        go_to(screen, NEWER)
        await looking.shows("80:5e:c0:11:22:33: ", "does not fit the")
        await looking.pilot.press("enter")
        await looking.shows(f"Select {NEWER} for 2 phones?", "00:04:13:00:00:02: ", "Left out: 1 phone.")
        await looking.pilot.press("y")
        await looking.says(
            f"Selected {NEWER} for 2 phones: each phone gets it at its next check or restart. 1 left out."
        )
        assert [selected(desk, phone) for phone in (d735, second, yealink)] == [NEWER, NEWER, None]


async def test_undo_gives_each_phone_its_own_choice_back_but_not_over_a_colleague(
    session: Session, desk: Helpdesk, colleague: Helpdesk, d735: Phone, organisation_id: int
) -> None:
    other = add_phone(desk, organisation_id, "000413000002", "D735", {"firmware_installed": INSTALLED})
    other = change(desk, other, firmware_selected=NEWER)
    third = add_phone(desk, organisation_id, "000413000003", "D735", {"firmware_installed": INSTALLED})
    change(desk, d735, firmware_selected=NEWEST)
    phones = (d735, other, third)
    async with looking_at(session, of(*phones)) as (looking, screen):
        go_to(screen, None)
        await looking.pilot.press("enter")
        await looking.shows("for 2 phones?")
        await looking.pilot.press("y")
        await looking.says("nothing about firmware is sent any more for 2 phones")
        assert {selected(desk, phone) for phone in phones} == {None}
        colleague.firmware.carry_out(colleague.firmware.plan([colleague.phones.get(d735.id)], NEWER))
        await looking.pilot.press("z")
        await looking.says("Taken back")
        assert [selected(desk, phone) for phone in phones] == [NEWER, NEWER, None]


async def test_what_a_colleague_selects_shows_by_itself(session: Session, colleague: Helpdesk, d735: Phone) -> None:
    async with looking_at(session, of(d735)) as (looking, screen):
        colleague.firmware.carry_out(colleague.firmware.plan([colleague.phones.get(d735.id)], NEWER))
        screen.look_again()
        await looking.shows(f"Selected {NEWER}")


async def test_read_only_selects_nothing(read_only: Session, desk: Helpdesk, d735: Phone) -> None:
    async with looking_at(read_only, of(d735)) as (looking, screen):
        go_to(screen, NEWER)
        await looking.pilot.press("enter")
        await looking.says("read-only")
        assert selected(desk, d735) is None


@pytest.mark.parametrize("installed", [None, "garbage [/] \x1b[2J"])
async def test_an_unknown_installed_version_is_no_obstacle(
    session: Session, desk: Helpdesk, d735: Phone, installed: str | None
) -> None:
    change(desk, d735, firmware_installed=installed)
    async with looking_at(session, of(d735)) as (looking, screen):
        assert "\x1b[2J" not in looking.text
        go_to(screen, NEWER)
        await looking.pilot.press("enter")
        await looking.says(f"Selected {NEWER}")


async def test_a_removed_phone_is_a_sentence(session: Session, desk: Helpdesk, d735: Phone) -> None:
    desk.phones.remove(d735)
    async with looking_at(session, of(d735)) as (looking, _):
        assert "has been removed in the meantime" in looking.text
        await looking.pilot.press("enter")
        await looking.says("There is no firmware to select.")
