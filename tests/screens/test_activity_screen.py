"""The history on the screen: searched, growing by itself, leading to phones, and written to a file."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from helpdesk_tui.backend import EventKind, Helpdesk, Phone
from helpdesk_tui.backend.store import event_search
from helpdesk_tui.screens.activity import PAGE, ActivityScreen
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.organisations import OrganisationsScreen
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.widgets.row_list import RowList
from helpdesk_tui.widgets.search_field import SearchField
from tests.frozen_clock import FrozenClock
from tests.screens.looking import Looking, looking_at


def note(desk: Helpdesk, text: str, kind: EventKind = EventKind.CHANGED, phone: Phone | None = None) -> None:
    mac, organisation = (phone.mac, phone.organisation) if phone else (None, "")
    desk.store.events.add(desk.operator, kind, text, mac, organisation)


def pointed_at(looking: Looking) -> str:
    return next(line for line in looking.text.splitlines() if "▸" in line)


async def test_the_newest_stand_first_and_new_ones_come_by_themselves(
    session: Session, colleague: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    clock.advance(timedelta(minutes=5))
    note(colleague, "Changed [b]name[/]\x1b[31m.", phone=snom)
    async with looking_at(session, ActivityScreen) as (looking, screen):
        await looking.shows("2 events", "Changed [b]name[/]␛[31m.", "Imported.", "piet", "00:04:13:a1:b2:c3")
        await looking.shows("Mon 02 Mar 2026 09:05:00 UTC changed piet [bold]Bakkerij[/] Jansen")
        note(colleague, "Something newer.")
        screen.look_again()
        await looking.shows("3 events")
        assert "Something newer." in pointed_at(looking)  # at the top one stays at the top
        await looking.pilot.press("end")
        note(colleague, "The newest.")
        screen.look_again()
        await looking.shows("4 events")
        assert "Imported." in pointed_at(looking)  # elsewhere one stays where one is


async def test_what_is_searched_comes_by_itself_where_nothing_was(session: Session, colleague: Helpdesk) -> None:
    async with looking_at(session, partial(ActivityScreen, search="needle")) as (looking, screen):
        await looking.shows("0 events", "Nothing in the history fits.")
        note(colleague, "hay")
        note(colleague, "a needle")
        screen.look_again()
        await looking.shows("1 event", "changed: a needle")


async def test_a_search_by_tokens(session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone) -> None:
    note(colleague, "Moved here.", EventKind.MOVED, snom)
    note(desk, "Changed something.")
    async with looking_at(session, ActivityScreen) as (looking, screen):
        screen.query_one(SearchField).value = "by:piet kind:moved org:bakkerij"
        await looking.shows("1 event")
        assert "Moved here." in pointed_at(looking)
        await looking.pilot.press("escape")
        await looking.shows("3 events")
        await looking.pilot.press("slash", *"by:no")
        await looking.shows("Nobody in the history is called 'no'")
        screen.query_one(SearchField).value = "since:soon changed"
        await looking.shows("1 event", "'soon' is no time: write 30min, 3h, 2d")
        screen.query_one(SearchField).value = "nothing"
        await looking.shows("Nothing in the history fits.")
        await looking.pilot.press("enter", "enter")
        await looking.says("There is no event here.")


async def test_older_ones_are_read_as_somebody_goes_there(
    session: Session, desk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_search, "STRETCH", 300)
    note(desk, "The first.")
    desk.store.events.add_many(
        ("anna", EventKind.CHANGED, f"Number {number}.", None, "") for number in range(2 * PAGE + 50)
    )
    async with looking_at(session, ActivityScreen) as (looking, screen):
        await looking.shows(f"{PAGE}+ events")
        await looking.pilot.press("end")
        await looking.shows(f"{2 * PAGE}+ events")
        await looking.pilot.press("end")
        await looking.shows(f"{2 * PAGE + 51} events")
        await looking.pilot.press("end")
        assert "The first." in pointed_at(looking)
        await looking.pilot.press("slash", *"first")  # far away, with nothing that fits on the way
        await looking.shows("1 event")
        assert "The first." in pointed_at(looking)
        assert screen.query_one(RowList).cursor == 0


async def test_enter_opens_the_phone(session: Session, desk: Helpdesk, snom: Phone, yealink: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("A")
        await looking.shows("2 events")
        await looking.pilot.press("enter")
        await looking.shows("Provisioning by manufacturer", "80:5e:c0:11:22:33")
        await looking.pilot.press("A")
        await looking.shows("1 event", "/ 80:5e:c0:11:22:33")
        await looking.pilot.press("escape")
        await looking.shows("Provisioning by manufacturer")
        await looking.pilot.press("escape")
        await looking.shows("2 events")
        note(desk, "About nothing.")
        desk.phones.remove(yealink)
        await looking.shows("4 events", "Removed from")
        await looking.pilot.press("enter")
        await looking.says("No phone with MAC 80:5e:c0:11:22:33")
        await looking.pilot.press("down", "enter")
        await looking.says("This event is about no single phone.")


async def test_what_fits_is_written_to_a_file_for_its_owner_alone(
    session: Session, desk: Helpdesk, snom: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    note(desk, "=cmd()", phone=snom)
    for downs, form in ((0, "csv"), (1, "json")):
        path = tmp_path / f"activity.{form}"
        async with looking_at(session, partial(ActivityScreen, search="cmd")) as (looking, _):
            await looking.shows("1 event")
            await looking.pilot.press("w")
            await looking.shows("CSV: a table", "JSON: for programs")
            await looking.pilot.press(*["down"] * downs, "enter")
            await looking.shows("To which file?")
            await looking.pilot.press("enter")
            await looking.says(f"Wrote 1 event to {path}: only you can read it.")
        assert path.stat().st_mode & 0o777 == 0o600
    (row,) = csv.DictReader((tmp_path / "activity.csv").open())
    assert row["text"] == "'=cmd()"
    assert [event["text"] for event in json.loads((tmp_path / "activity.json").read_text())] == ["=cmd()"]


async def test_it_opens_from_a_phone_with_its_own_history(session: Session, snom: Phone, yealink: Phone) -> None:
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id), (140, 45)) as (looking, _):
        await looking.pilot.press("A")
        await looking.shows("1 event", "00:04:13:a1:b2:c3", "[bold]Bakkerij[/] Jansen")


async def test_it_opens_from_an_organisation_with_what_happened_there(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    note(desk, "About nothing.")
    async with looking_at(session, OrganisationsScreen) as (looking, _):
        await looking.shows("1 organisation")
        await looking.pilot.press("A")
        await looking.shows('/ org:"[bold]Bakkerij[/] Jansen"', "1 event", "imported: Imported.")
