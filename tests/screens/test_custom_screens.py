"""Organisation, function keys, custom settings and logging in: seen, checked, shown before, and done."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from textual.widgets import Input, OptionList

from helpdesk_tui.backend import CustomSetting, EventKind, FunctionKey, Helpdesk, KeyFunction, Phone, Scope
from helpdesk_tui.backend.model.organisation import Identity, User
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Sent
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.comparison import ComparisonScreen
from helpdesk_tui.screens.custom_settings import CustomSettingsScreen
from helpdesk_tui.screens.function_keys import FunctionKeysScreen
from helpdesk_tui.screens.organisation import OrganisationScreen
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.settings_file import SettingsFileScreen
from helpdesk_tui.widgets.code_view import CodeView
from helpdesk_tui.widgets.row_list import RowList
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone, change
from tests.screens.looking import Looking, looking_at


def organisation(organisation_id: int) -> partial[OrganisationScreen]:
    return partial(OrganisationScreen, organisation_id=organisation_id)


def keys(phone: Phone) -> partial[FunctionKeysScreen]:
    return partial(FunctionKeysScreen, of=phone.id)


def customs(phone: Phone) -> partial[CustomSettingsScreen]:
    return partial(CustomSettingsScreen, of=phone.id)


async def press(looking: Looking, *keys: str) -> None:
    """Press keys once a question has the focus."""
    await looking.until(lambda: isinstance(looking.app.focused, Input | OptionList))
    await looking.pilot.press(*keys)


async def answer(looking: Looking, text: str) -> None:
    """Type into the open question, in place of what stands there."""
    await press(looking, "ctrl+u", "end", "ctrl+u", *text, "enter")


# -- organisation -----------------------------------------------------------------------------------------------------


async def test_every_common_setting_stands_there_with_its_help(
    session: Session, snom: Phone, organisation_id: int
) -> None:
    async with looking_at(session, organisation(organisation_id)) as (looking, screen):
        assert "[bold]Bakkerij[/] Jansen" in looking.text and "1 phone" in looking.text
        for words in ("Europe/Amsterdam", "Dutch", "Netherlands", "g722, pcma, pcmu", "*1|112", "All D735 phones"):
            assert words in looking.text
        screen.query_one(RowList).move_to(12)
        await looking.shows("What can be dialled when nobody is logged in", "logged_out_dialplan")


async def test_a_change_is_shown_before_it_is_made(
    session: Session, desk: Helpdesk, snom: Phone, organisation_id: int
) -> None:
    async with looking_at(session, organisation(organisation_id)) as (looking, screen):
        screen.query_one(RowList).move_to(5)
        await looking.pilot.press("enter")
        await looking.shows("Language of [bold]Bakkerij[/] Jansen:", "German")
        await press(looking, "j", "enter")
        await looking.shows("staging: Change Language to English", "1 of 1 phone get another file")
        await press(looking, "enter")
        await looking.until(lambda: isinstance(looking.app.screen, ComparisonScreen))
        assert ("+ " in looking.text and "Dutch" in looking.text) or "Nederlands" in looking.text
        await looking.pilot.press("escape")
        await looking.shows("Yes, change it")
        assert desk.organisations.get(organisation_id).language == "nl"
        await press(looking, "k", "enter")
        await looking.says("Language is changed for 1 phone. They get it at their next check or restart.")
        assert desk.organisations.get(organisation_id).language == "en"


async def test_what_will_not_do_is_said_in_the_question(
    session: Session, desk: Helpdesk, snom: Phone, organisation_id: int
) -> None:
    async with looking_at(session, organisation(organisation_id)) as (looking, screen):
        screen.query_one(RowList).move_to(7)
        await looking.pilot.press("enter")
        await looking.shows("Codecs of", "g722;pcma;pcmu")
        await answer(looking, "g722 mp3")
        await looking.shows("codecs: 'mp3' is unknown: one of g722")
        await answer(looking, "pcma g722")
        await looking.shows("Yes, change it")
        await looking.pilot.press("escape")
        await looking.settle()
        assert desk.organisations.get(organisation_id).codecs[0] == "g722"


async def test_a_read_only_session_looks_and_changes_nothing(
    read_only: Session, snom: Phone, organisation_id: int
) -> None:
    async with looking_at(read_only, organisation(organisation_id)) as (looking, _):
        await looking.pilot.press("enter")
        await looking.says("read-only")


async def test_an_organisation_without_phones_has_no_models(session: Session, organisation_id: int) -> None:
    async with looking_at(session, organisation(organisation_id)) as (looking, _):
        assert "0 phones" in looking.text
        await looking.pilot.press("b")
        await looking.says("go to one at the end of the list")


async def test_the_keys_of_a_model_are_set_for_all_its_phones(
    session: Session, desk: Helpdesk, snom: Phone, organisation_id: int
) -> None:
    add_phone(desk, organisation_id, "000413000002", "D735", {})
    async with looking_at(session, organisation(organisation_id)) as (looking, _):
        await looking.pilot.press("end", "b")
        await looking.shows("Keys of all D735 phones of", "0 of 86 set")
        await looking.pilot.press("enter")
        await looking.shows("What does key 1 do for all D735 phones")
        await press(looking, "j", "j", "j", "enter")
        await answer(looking, "")
        await looking.shows("It reaches 2 phones.")
        await looking.pilot.press("escape")
        assert desk.custom.keys(desk.custom.owners(snom)[1]) == ()


# -- function keys ----------------------------------------------------------------------------------------------------


async def test_a_key_is_set_step_by_step_with_checks(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, keys(snom)) as (looking, _):
        assert "0 of 32 set" in looking.text
        await looking.pilot.press("j", "j", "enter")
        await looking.shows("What does key 3 do for this phone")
        await press(looking, "enter")
        await looking.shows("Extension of the colleague:")
        await answer(looking, "[b]")
        await looking.shows("Function key 3 needs the number of the colleague: '[b]' is something else.")
        await answer(looking, "201")
        await looking.shows("Label of key 3", "[red]Anna[/foo] Jansen")
        await press(looking, "enter")
        await looking.says("Function key 3 is set")
        await looking.shows("1 of 32 set", "status", "[red]Anna[/")
        (key,) = desk.custom.keys(desk.custom.owners(snom)[0])
        assert key == FunctionKey(3, KeyFunction.STATUS, "201", "[red]Anna[/foo] Jansen", Scope.PHONE)
        await looking.pilot.press("delete")
        await looking.says("not set for the phone any more")
        await looking.shows("0 of 32 set")


async def test_other_scopes_are_shown_and_can_be_changed(session: Session, desk: Helpdesk, snom: Phone) -> None:
    own, model, user = desk.custom.owners(snom)
    desk.custom.set_key(model, FunctionKey(1, KeyFunction.DND))
    desk.custom.set_key(own, FunctionKey(1, KeyFunction.HOLD))
    async with looking_at(session, keys(snom)) as (looking, _):
        await looking.shows("Set for the phone: hold.", "Without that: do not disturb", "set for the model")
        await looking.pilot.press("t")
        await looking.shows("Changes are for all D735 phones of [bold]Bakkerij[/] Jansen")
        await looking.pilot.press("t")
        await looking.shows("Changes are for [red]Anna[/foo] Jansen 201 on whichever phone")
        await looking.pilot.press("delete")
        await looking.says("not set for the user")
        await looking.pilot.press("enter")
        await press(looking, "end", "enter")
        await looking.shows("Set key 1 for", "It reaches 1 phone.")
        await press(looking, "home", "enter")
        await looking.says("Function key 1 is set")
        assert [key.function for key in desk.custom.keys(user)] == [KeyFunction.NONE]


async def test_modules_add_their_keys(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    async with looking_at(session, keys(yealink)) as (looking, _):
        assert "0 of 27 set" in looking.text
        await looking.pilot.press("e")
        await looking.shows("Expansion modules of 80:5e:c0:11:22:33:")
        await answer(looking, "1")
        await looking.shows("0 of 67 set")
        await looking.pilot.press("end")
        await looking.shows("67 (m1-40")


# -- custom settings --------------------------------------------------------------------------------------------------


async def test_a_custom_setting_is_added_changed_and_taken_away(
    session: Session, desk: Helpdesk, yealink: Phone
) -> None:
    (own, *_) = desk.custom.owners(yealink)
    async with looking_at(session, customs(yealink)) as (looking, _):
        assert "There are no custom settings here." in looking.text
        await looking.pilot.press("plus")
        await looking.shows("Name of the setting for this phone")
        await answer(looking, "auto_provision.server.url")
        await looking.shows("cannot be a custom setting")
        await answer(looking, "local_time.ntp_server1")
        await looking.shows("Value of local_time.ntp_server1:")
        await answer(looking, "[/]time.example.net")
        await looking.shows("Set local_time.ntp_server1", "line by line (1 changed)")
        await press(looking, "k", "enter")
        await looking.says("Changed for the phone")
        await looking.shows("[/]time.example", "pool.ntp.org")
        await looking.pilot.press("enter")
        await answer(looking, "other.example.net")
        await looking.shows("Yes, set it")
        await press(looking, "k", "enter")
        await looking.until(lambda: desk.custom.settings(own)[0].value == "other.example.net")
        await looking.shows("other.example.net")
        await looking.pilot.press("x")
        await looking.shows("Take local_time.ntp_server1 away")
        await press(looking, "k", "enter")
        await looking.until(lambda: not desk.custom.settings(own))
        await looking.shows("There are no custom settings here.")


async def test_a_colleague_who_was_quicker_is_named_and_nothing_is_overwritten(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone
) -> None:
    whose = desk.custom.owners(snom)[0]
    async with looking_at(session, customs(snom)) as (looking, _):
        await looking.pilot.press("plus")
        await answer(looking, "redundant_fkeys")
        await looking.shows("Value of redundant_fkeys:")
        colleague.custom.save_settings(whose, [CustomSetting("dim_timer", "60")])
        await answer(looking, "on")
        await looking.shows("Set redundant_fkeys for")
        await press(looking, "k", "enter")
        await looking.says("dim_timer”): nothing was done")
        await looking.shows("dim_timer")
    assert [custom.name for custom in desk.custom.settings(whose)] == ["dim_timer"]


async def test_secret_values_are_hidden_also_in_the_question(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    (own, *_) = desk.custom.owners(yealink)
    desk.custom.save_settings(own, [CustomSetting("account.1.password", "hunter2-secret")])
    async with looking_at(session, customs(yealink)) as (looking, _):
        assert "••••••••" in looking.text and "hunter2" not in looking.text
        await looking.pilot.press("enter")
        await looking.shows("the old value is secret and not shown")
        assert "hunter2" not in looking.text and yealink.sip_password not in looking.text


# -- logging in -------------------------------------------------------------------------------------------------------


async def test_logging_in_and_out_shows_what_changes_first(
    session: Session, desk: Helpdesk, snom: Phone, organisation_id: int
) -> None:
    person = User(0, organisation_id, "202", "Piet [/x]", (Identity("202a", "sip-secret-202"),))
    desk.store.directory.save_user(person)
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.pilot.press("l")
        await looking.shows("Log out [red]Anna[/foo] Jansen 201", "202 Piet [/x]")
        await press(looking, "j", "enter")
        await looking.shows("Log in Piet [/x] 202 on 00:04:13:a1:b2:c3?", "changed", "is logged out")
        await press(looking, "enter")
        await looking.until(lambda: isinstance(looking.app.screen, ComparisonScreen))
        assert "Piet [/x]" in looking.text and "sip-secret" not in looking.text
        await looking.pilot.press("escape")
        await looking.shows("Yes, log in")
        assert desk.phones.get(snom.id).user_extension == "201"
        await press(looking, "k", "enter")
        await looking.says("Done: the phone gets it")
        await looking.shows("Piet [/x] 202")
        await looking.pilot.press("l")
        await press(looking, "enter")
        await looking.shows("Log out Piet [/x] 202 from", "Only *1 and emergency calls remain")
        await press(looking, "k", "enter")
        await looking.shows("nobody is logged in")
        kinds = [event.kind for event in desk.phones.history(snom.mac)]
        assert kinds[:2] == [EventKind.LOGOUT, EventKind.LOGIN]


async def test_the_phone_screen_opens_what_is_configured(session: Session, snom: Phone) -> None:
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        for key, screen in (("o", OrganisationScreen), ("b", FunctionKeysScreen), ("c", CustomSettingsScreen)):
            await looking.pilot.press(key)
            await looking.until(lambda kind=screen: isinstance(looking.app.screen, kind))  # type: ignore[misc]
            await looking.settle()
            await looking.pilot.press("escape")
            await looking.until(lambda: isinstance(looking.app.screen, PhoneScreen))


async def test_more_identities_than_slots_is_a_warning_on_the_phone(
    session: Session, desk: Helpdesk, organisation_id: int
) -> None:
    many = tuple(Identity(f"301-{number}", "secret-301") for number in range(4))
    user_id = desk.store.directory.save_user(User(0, organisation_id, "301", "Veel", many))
    phone = add_phone(desk, organisation_id, "805ec0000021", "T21P_E2", {"user_id": user_id})
    async with looking_at(session, partial(PhoneScreen, phone_id=phone.id)) as (looking, _):
        await looking.shows("▲ The user has 4 identities and this T21P_E2 holds 2")


async def test_the_phone_screen_says_when_it_asks_again_and_what_waits(
    session: Session, desk: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    change(desk, snom, last_seen=clock.moment)
    clock.advance(timedelta(minutes=30))
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.shows("settings last fetched 30 min ago, next check in")
    desk.phones.set_text(snom, "vlan", "42")
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.shows("a change waits: next check in", "h, last 30 min ago")
    clock.advance(timedelta(hours=5))
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.shows("a change waits: check overdue, last 5 h ago")


# -- from the settings file -------------------------------------------------------------------------------------------


async def test_from_a_line_to_where_it_can_be_changed(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    own = desk.custom.owners(yealink)[0]
    desk.custom.save_settings(own, [CustomSetting("features.x", "1"), CustomSetting("features.y", "2")])
    async with looking_at(session, partial(SettingsFileScreen, phone_id=yealink.id)) as (looking, screen):
        view = screen.query_one(CodeView)

        def go(text: str) -> None:
            view.move_to(next(number for number in range(view.total) if text in view.line_text(number)))

        targets = (
            ("local_time.ntp_server1", OrganisationScreen, 3),
            ("linekey.5.type", FunctionKeysScreen, 4),
            ("features.y", CustomSettingsScreen, 1),
        )
        for text, kind, row in targets:
            go(text)
            await looking.pilot.press("enter")
            await looking.until(lambda kind=kind: isinstance(looking.app.screen, kind))  # type: ignore[misc]
            await looking.until(lambda row=row: looking.app.screen.query_one(RowList).cursor == row)  # type: ignore[misc]
            await looking.pilot.press("escape")
            await looking.until(lambda: looking.app.screen is screen)
        go("account.1.password")
        await looking.pilot.press("enter")
        await looking.says("This comes from the phone itself")


async def test_what_changed_since_the_phone_fetched(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    file = desk.settings.file(yealink)
    sent = Sent.of("1", file)
    now = desk.clock()
    desk.fetching.remember([Fetch(now, yealink.id, Key.SECRET, "", "", 200, 1, "", settled=True, sent=sent)])
    async with looking_at(session, partial(SettingsFileScreen, phone_id=yealink.id)) as (looking, screen):
        await looking.pilot.press("d")
        await looking.says("the phone has this file")
        desk.custom.set_key(desk.custom.owners(yealink)[0], FunctionKey(1, KeyFunction.STATUS, "202", "[/b]"))
        screen.look_again()
        await looking.settle()
        await looking.pilot.press("d")
        await looking.until(lambda: isinstance(looking.app.screen, ComparisonScreen))
        await looking.shows("Since 02 Mar 09:00: 80:5e:c0:11:22:33", "+ linekey.1.label = [/b]", "5 changed")


async def test_beside_another_phone(session: Session, desk: Helpdesk, yealink: Phone, organisation_id: int) -> None:
    add_phone(desk, organisation_id, "805ec0000046", "T46S", {"name": "Magazijn [/y]"})
    async with looking_at(session, partial(SettingsFileScreen, phone_id=yealink.id)) as (looking, _):
        await looking.pilot.press("c")
        await looking.shows("with which phone?")
        await answer(looking, "nowhere")
        await looking.shows("No phone fits")
        await answer(looking, "magazijn")
        await looking.until(lambda: isinstance(looking.app.screen, ComparisonScreen))
        await looking.shows("80:5e:c0:11:22:33 beside 80:5e:c0:00:00:46", "changed", "(another secret)")
        assert yealink.sip_password not in looking.text
