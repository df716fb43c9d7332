"""Every walkthrough, gone by keys to each of its ends, with phones of both vendors that boot over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from textual.worker import WorkerCancelled

from helpdesk_tui.backend import Vendor
from helpdesk_tui.backend.walkthroughs.definition import OTHER_WALKTHROUGH
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.walkthrough import WalkthroughScreen
from helpdesk_tui.screens.walkthroughs import WalkthroughsScreen
from tests.backend.walkthroughs.ways import PLAYED, World, go, parted, ways_of
from tests.frozen_clock import FrozenClock
from tests.screens.looking import Looking, looking_at

KEYS = {
    "activate": ("a",),
    "again": ("R", "y"),
    "elsewhere": ("M", "enter", "y"),
    "retry": ("t",),
    "done": ("enter",),
}
"""The keys of the operator's moves; a choice is its number."""


@pytest.fixture
def world(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    world = World(tmp_path, clock)
    yield world
    world.close()


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    desk = world.operator_desk()
    yield Session.of(desk)
    desk.close()


class Keyboard:
    """Goes a way by keys, and sees that each step stands on the screen."""

    def __init__(self, looking: Looking, screen: WalkthroughScreen) -> None:
        self.looking, self.screen = looking, screen

    @property
    def place(self) -> str:
        """Where the screen stands, behind the walkthrough that it shows."""
        assert self.screen.view
        standing = self.screen.view.standing
        place = standing.step or standing.end
        return f"{self.screen.view.run.walkthrough}/{place.id if place else ''}"

    async def go(self, move: str) -> None:
        assert self.screen.view
        keys = KEYS.get(move)
        if keys is None:
            goes = [choice.go for choice in self.screen.view.standing.choices]
            keys = (str(goes.index(move.removeprefix(">")) + 1),)
        for key in keys:
            await self.looking.pilot.press(key)
        await self.see()

    async def look(self) -> None:
        self.screen.look_again()
        await self.see()

    async def see(self) -> None:
        """Wait until nothing is under way; then what is to be done now stands on the screen."""
        workers = self.looking.app.workers
        while not all(worker.is_finished for worker in workers):
            with suppress(WorkerCancelled):  # by a newer look
                await workers.wait_for_complete()
        assert self.screen.view
        standing = self.screen.view.standing
        place = standing.step or standing.end
        assert place
        await self.looking.shows(place.title.find("en")[0])


async def opened(looking: Looking, session: Session, world: World, walkthrough: str) -> Keyboard:
    """This walkthrough of the world's phone, on the screen."""
    screen = WalkthroughScreen(session, session.helpdesk.phones.find(world.mac.colons).id, walkthrough)
    await looking.app.push_screen(screen)
    keyboard = Keyboard(looking, screen)
    await keyboard.see()
    return keyboard


def one_way_to_each_end(walkthrough: str, vendor: Vendor) -> dict[str, str]:
    """The first way to each; all others are gone without a screen."""
    ways: dict[str, str] = {}
    for way, end in ways_of(walkthrough, vendor):
        ways.setdefault(end, way)
    return ways


def ends_of(walkthrough: str, vendor: Vendor) -> dict[str, str]:
    """The ends that are gone to with this vendor's phones, and how: vendors take turns, as the keys are the same."""
    turns = [each for name, each in PLAYED if name == walkthrough]
    ways = one_way_to_each_end(walkthrough, vendor)
    return dict(list(ways.items())[turns.index(vendor) :: len(turns)])


def place_of(walkthrough: str, end: str) -> str:
    """Where the screen stands in the end; another walkthrough is shown at once."""
    return f"{end.removeprefix(OTHER_WALKTHROUGH)}/" if end.startswith(OTHER_WALKTHROUGH) else f"{walkthrough}/{end}"


@pytest.mark.parametrize(("walkthrough", "vendor"), PLAYED, ids=[f"{name}-{vendor}" for name, vendor in PLAYED])
async def test_every_end_is_reached_by_keys(world: World, session: Session, walkthrough: str, vendor: Vendor) -> None:
    async with looking_at(session, WalkthroughsScreen) as (looking, _):
        for end, way in ends_of(walkthrough, vendor).items():
            before, moves = parted(way)
            world.new_phone(vendor, before)
            keyboard = await opened(looking, session, world, walkthrough)
            await go(world, keyboard, moves)
            assert keyboard.place.startswith(place_of(walkthrough, end)), way
            await looking.app.pop_screen()


@pytest.mark.parametrize("walkthrough", dict.fromkeys(name for name, _ in PLAYED))
async def test_the_screen_resumes_where_the_program_was_killed(world: World, walkthrough: str) -> None:
    vendor = next(vendor for name, vendor in PLAYED if name == walkthrough)
    end, way = next(iter(one_way_to_each_end(walkthrough, vendor).items()))
    before, together = parted(way)
    moves, place = together.split(), ""
    world.new_phone(vendor, before)
    for part in (moves[: len(moves) // 2], moves[len(moves) // 2 :]):
        desk = world.operator_desk()
        async with looking_at(Session.of(desk), WalkthroughsScreen) as (looking, _):
            keyboard = await opened(looking, Session.of(desk), world, walkthrough)
            assert place in ("", keyboard.place)
            await go(world, keyboard, " ".join(part))
            place = keyboard.place
        desk.close()
    assert place == place_of(walkthrough, end)
