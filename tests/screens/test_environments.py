"""Several environments: nobody activates in the wrong one, and a phone is brought over from another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk_tui.backend import Environment, Helpdesk, Organisation, Phone, Step
from helpdesk_tui.environments import Environments
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.widgets.header import EnvironmentPill
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone, change
from tests.screens.looking import Looking, looking_at


@pytest.fixture
def production(tmp_path: Path, environment: Environment) -> Environment:
    return replace(environment, name="production", database=tmp_path / "production.db")


@pytest.fixture
def both(desk: Helpdesk, environment: Environment, production: Environment) -> Iterator[Environments]:
    """Staging, which is open, and production."""
    environments = Environments({"staging": environment, "production": production}, desk)
    yield environments
    environments.close()


@pytest.fixture
def twin(both: Environments, snom: Phone, clock: FrozenClock) -> Phone:
    """The same phone in production, where it works."""
    desk = opened(both, "production")
    organisation = Organisation(0, "Bakkerij Jansen", "jansen", "sip.example.net")
    phone = add_phone(desk, desk.store.directory.save_organisation(organisation), snom.mac.hex, "D735", {})
    return change(desk, phone, last_seen=clock())


def opened(both: Environments, name: str) -> Helpdesk:
    """An environment of our own."""
    desk = both.open(name)
    assert isinstance(desk, Helpdesk)
    return desk


@asynccontextmanager
async def phone_screen(desk: Helpdesk, both: Environments | None, phone: Phone) -> AsyncIterator[Looking]:
    """The screen of this phone, over the list."""
    async with looking_at(Session.of(desk, environments=both), PhonesScreen) as (looking, _):
        looking.app.push_screen(PhoneScreen(looking.app.session, phone.id))  # type: ignore[attr-defined]
        await looking.shows(str(phone.mac), "Provisioning by manufacturer")
        yield looking


@pytest.mark.usefixtures("twin")
async def test_the_phone_screen_says_what_the_other_environment_knows(
    desk: Helpdesk, both: Environments, snom: Phone
) -> None:
    async with phone_screen(desk, both, snom) as looking:
        await looking.shows("production has this phone too: it is in normal operation there")


@pytest.mark.usefixtures("twin")
async def test_activate_asks_when_another_environment_has_the_phone(
    desk: Helpdesk, both: Environments, snom: Phone
) -> None:
    question = f"Activate {snom.mac} in staging?"
    async with phone_screen(desk, both, snom) as looking:
        await looking.pilot.press("a")
        await looking.shows(question)
        await looking.pilot.press("n")
        await looking.settle()
        assert desk.phones.get(snom.id).step is Step.DISABLED
        await looking.pilot.press("a")
        await looking.shows(question)
        await looking.pilot.press("y")
        await looking.until(lambda: desk.phones.get(snom.id).step is Step.ACTIVE)


async def test_a_phone_of_one_environment_is_activated_without_that_question(
    desk: Helpdesk, both: Environments, snom: Phone
) -> None:
    async with phone_screen(desk, both, snom) as looking:
        await looking.pilot.press("a")
        await looking.until(lambda: desk.phones.get(snom.id).step is Step.ACTIVE)


@pytest.mark.usefixtures("twin")
async def test_switching_shows_the_same_phone_there(desk: Helpdesk, both: Environments, snom: Phone) -> None:
    async with phone_screen(desk, both, snom) as looking:
        await looking.pilot.press("E")
        await looking.shows("Which environment?", "staging (you are here)")
        await looking.pilot.press("down", "enter")
        await looking.shows(str(snom.mac), "staging has this phone too")
        assert looking.app.screen.query_one(EnvironmentPill).has_class("-production")
        await looking.pilot.press("escape")
        await looking.shows("1 phone")
        assert isinstance(looking.app.screen, PhonesScreen)
        assert looking.app.screen.desk is both.open("production")


async def test_switching_with_a_phone_that_is_unknown_there_says_so(
    desk: Helpdesk, both: Environments, snom: Phone
) -> None:
    async with phone_screen(desk, both, snom) as looking:
        await looking.pilot.press("E")
        await looking.shows("Which environment?")
        await looking.pilot.press("down", "enter")
        await looking.says(f"production does not know {snom.mac}")
        await looking.until(lambda: isinstance(looking.app.screen, PhonesScreen))


@pytest.mark.usefixtures("twin")
async def test_switch_here_begins_the_walkthrough(desk: Helpdesk, both: Environments, snom: Phone) -> None:
    async with phone_screen(desk, both, snom) as looking:
        await looking.shows("production has this phone too")
        await looking.pilot.press("h")
        await looking.shows("Added on both?")


async def test_with_one_environment_there_is_nowhere_to_go(desk: Helpdesk, snom: Phone) -> None:
    async with phone_screen(desk, None, snom) as looking:
        await looking.pilot.press("E", "h")
        await looking.settle()
        assert set(looking.said) == {"Only one environment is configured here."}


def test_what_the_other_record_means(both: Environments, snom: Phone, twin: Phone, clock: FrozenClock) -> None:
    there = opened(both, "production")
    here = opened(both, "staging")

    def said() -> str:
        (elsewhere,) = both.elsewhere("staging", here.phones.get(snom.id))
        return elsewhere.sentence

    assert "in normal operation there" in said()
    assert there.registration.activate(there.phones.get(twin.id)).ok
    assert "is active there: after a reset it goes there" in said()
    clock.advance(timedelta(minutes=1))
    assert here.registration.activate(here.phones.get(snom.id)).ok
    assert "but earlier than here: after a reset it comes here" in said()
    clock.advance(timedelta(minutes=1))
    assert there.registration.activate(there.phones.get(twin.id)).ok
    assert "later than here" in said()
    change(here, snom, last_seen=clock() + timedelta(minutes=5), step=Step.DISABLED.value)
    change(there, twin, step=Step.DISABLED.value)
    assert "was in operation there before it came here" in said()
