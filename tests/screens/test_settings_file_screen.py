"""The settings file on the screen: masked, explained, searched, revealed, copied, saved."""

from __future__ import annotations

import stat
from datetime import timedelta
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpdesk_tui.backend import Environment, EventKind, Helpdesk, Phone
from helpdesk_tui.backend.model.keys import CustomSetting, Scope
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.settings_file import SettingsFileScreen
from helpdesk_tui.widgets.code_view import CodeView
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone, change
from tests.screens.looking import Looking, looking_at

MASK = "••••••••"


def of(phone: Phone) -> partial[SettingsFileScreen]:
    return partial(SettingsFileScreen, phone_id=phone.id)


def line_with(screen: SettingsFileScreen, text: str) -> int:
    view = screen.query_one(CodeView)
    return next(number for number in range(view.total) if text in view.line_text(number))


def whole(screen: SettingsFileScreen) -> str:
    view = screen.query_one(CodeView)
    return "\n".join(view.line_text(number) for number in range(view.total))


async def reveal(looking: Looking) -> None:
    await looking.pilot.press("s")
    await looking.shows("Show the secrets of", "recorded")
    await looking.pilot.press("y")
    await looking.shows("SECRETS SHOWN")


async def test_a_snom_file_is_shown_whole_with_every_secret_masked(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        assert "00:04:13:a1:b2:c3" in looking.text and "Snom 10.1" in looking.text
        shown = whole(screen)
        ElementTree.fromstring(shown.replace("•", "x").encode())
        assert "sip-secret-201" not in shown and snom.web_password not in shown and snom.secret not in shown
        assert MASK in shown
        assert f"{screen.query_one(CodeView).total} lines" in looking.text
        assert "[red]Anna[/foo] Jansen" in shown


async def test_a_yealink_file_is_shown(session: Session, yealink: Phone) -> None:
    async with looking_at(session, of(yealink)) as (looking, screen):
        assert whole(screen).startswith("#!version:1.0.0.1\n")
        assert "805ec0112233" in whole(screen) and yealink.sip_password not in whole(screen)
        assert "Yealink V8" in looking.text


async def test_the_line_under_the_cursor_is_explained(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    custom = (CustomSetting("local_time.ntp_server1", "[/]time.example.net"),)
    desk.store.custom.set_custom_settings(Scope.PHONE, {"phone_id": yealink.id}, custom)
    async with looking_at(session, of(yealink)) as (looking, screen):
        view = screen.query_one(CodeView)
        view.move_to(line_with(screen, "local_time.ntp_server1 ="))
        await looking.shows("custom", "A custom setting for this phone", "Instead of pool.ntp.org (organisation)")
        view.move_to(line_with(screen, "account.1.password"))
        await looking.shows("phone – secret")
        view.move_to(0)
        await looking.shows("carries no setting")


async def test_finding_goes_from_match_to_match_and_counts(session: Session, yealink: Phone) -> None:
    async with looking_at(session, of(yealink)) as (looking, screen):
        await looking.pilot.press("n")
        await looking.says("press / first")
        await looking.pilot.press("slash", *"account", "full_stop", "1")
        await looking.shows("/ account.1", "1 of ")
        view = screen.query_one(CodeView)
        first = view.cursor
        await looking.pilot.press("enter", "n")
        await looking.shows("2 of ")
        assert view.cursor > first
        await looking.pilot.press("N")
        await looking.shows("1 of ")
        assert view.cursor == first
        await looking.pilot.press("slash", "x", "x")
        await looking.shows("no match")
        await looking.pilot.press("escape", "escape")
        await looking.until(lambda: "/ account" not in looking.text)
        assert looking.app.screen is screen and not view.matches


async def test_secrets_are_shown_after_a_yes_and_that_is_recorded(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.pilot.press("s")
        await looking.shows("Show the secrets of 00:04:13:a1:b2:c3?", "staging")
        await looking.pilot.press("n")
        await looking.settle()
        assert "sip-secret-201" not in whole(screen)
        assert EventKind.REVEALED not in [event.kind for event in desk.phones.history(snom.mac)]
        await reveal(looking)
        assert "sip-secret-201" in whole(screen) and MASK not in whole(screen)
        latest = desk.phones.history(snom.mac)[0]
        assert (latest.kind, latest.operator) == (EventKind.REVEALED, "anna")
        await looking.pilot.press("s")
        await looking.until(lambda: "SECRETS SHOWN" not in looking.text)
        assert "sip-secret-201" not in whole(screen)
    async with looking_at(session, of(snom)) as (_, again):
        assert "sip-secret-201" not in whole(again)


async def test_what_a_colleague_changes_meanwhile_brings_no_secrets_back(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await reveal(looking)
        colleague.phones.change(snom, {"name": "Magazijn"})
        await screen.action_reveal()  # hide them again
        screen.look_again()
        await looking.until(lambda: ">Magazijn</phone_name>" in whole(screen))
        await looking.settle()
        assert "SECRETS SHOWN" not in looking.text and "sip-secret-201" not in whole(screen)


async def test_read_only_shows_no_secrets(read_only: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(read_only, of(snom)) as (looking, screen):
        await looking.pilot.press("s")
        await looking.says("read-only")
        assert "sip-secret-201" not in whole(screen)


async def test_copying_says_what_was_sent_and_what_became_of_the_secrets(
    session: Session, snom: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def note(data: bytes) -> str:
        sent.append(data.decode())
        return ""

    monkeypatch.setattr("helpdesk_tui.clipboard.osc52", note)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("y")
        await looking.says(
            "Sent to your terminal's clipboard: the settings file of 00:04:13:a1:b2:c3, with secrets masked"
        )
        assert "sip-secret-201" not in sent[0]
        ElementTree.fromstring(sent[0].encode())
        await reveal(looking)
        await looking.pilot.press("y")
        await looking.says("with its secrets")
        assert "sip-secret-201" in sent[1]


async def test_saving_writes_what_is_shown_for_its_owner_only(
    session: Session, yealink: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.cfg").write_text("mine")
    async with looking_at(session, of(yealink)) as (looking, screen):
        await looking.pilot.press("w")
        await looking.shows("secrets masked", "805ec0112233.cfg")
        await looking.pilot.press("ctrl+u", *"there.cfg", "enter")
        await looking.shows("exists already")
        await looking.pilot.press("ctrl+u", *"no/such.cfg", "enter")
        await looking.shows("There is no folder")
        await looking.pilot.press("ctrl+u", *"new.cfg", "enter")
        await looking.says("only you can read it")
        saved = tmp_path / "new.cfg"
        assert saved.read_text() == whole(screen) + "\n"
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert (tmp_path / "there.cfg").read_text() == "mine"


async def test_jumping_goes_to_the_first_line_of_an_origin(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.pilot.press("o")
        await looking.shows("Go to the settings that come from the", "organisation", "user")
        await looking.pilot.press("j", "enter")
        await looking.until(lambda: screen.query_one(CodeView).cursor > 3)


async def test_what_changed_says_honestly_what_is_known(
    session: Session, desk: Helpdesk, yealink: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(yealink)) as (looking, screen):
        await looking.pilot.press("d")
        await looking.says("has not fetched its settings yet")
        change(desk, yealink, last_seen=clock.advance(timedelta(minutes=5)))
        screen.look_again()
        await looking.settle()
        await looking.pilot.press("d")
        await looking.says("Nothing was changed")
        clock.advance(timedelta(minutes=5))
        desk.phones.set_text(yealink, "vlan", "42")
        screen.look_again()
        await looking.settle()
        await looking.pilot.press("d")
        await looking.says("cannot be compared")
        assert "vlan.internet_port_vid = 42" in whole(screen)


async def test_warnings_stand_above_the_file(
    session: Session, desk: Helpdesk, snom: Phone, organisation_id: int
) -> None:
    lonely = desk.store.directory.user_by_extension(organisation_id, "201")
    assert lonely is not None
    with desk.context.write() as connection:
        connection.execute("DELETE FROM identities")
    async with looking_at(session, of(snom)) as (looking, _):
        assert "▲ [red]Anna[/foo] Jansen has no identity" in looking.text


async def test_a_file_that_cannot_be_made_is_a_sentence(
    session: Session, desk: Helpdesk, organisation_id: int, environment: Environment
) -> None:
    phone = add_phone(desk, organisation_id, "000413000001", "D735", {})
    with desk.context.write() as connection:
        connection.execute("UPDATE phones SET name = 'line\nbreak' WHERE id = ?", [phone.id])
    async with looking_at(session, of(phone)) as (looking, _):
        assert "▲ " in looking.text and "line break" in looking.text
        await looking.pilot.press("y")
        await looking.says("There is no settings file here.")
        desk.phones.remove(desk.phones.get(phone.id))
    async with looking_at(session, of(phone)) as (looking, _):
        assert "has been removed in the meantime" in looking.text
