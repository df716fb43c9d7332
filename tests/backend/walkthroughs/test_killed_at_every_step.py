"""Every walkthrough, gone to each of its ends by a program that is killed after every move: it resumes where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.walkthroughs import View
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.definition import OTHER_WALKTHROUGH
from tests.backend.walkthroughs.test_shipped_walkthroughs import LIBRARY
from tests.backend.walkthroughs.ways import PLAYED, World, go, parted, ways_of
from tests.frozen_clock import FrozenClock

ACTIONS = {"activate": Action.ACTIVATE, "again": Action.ADD_AGAIN, "retry": Action.RETRY}


@pytest.fixture
def world(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    world = World(tmp_path, clock)
    yield world
    world.close()


class KilledOperator:
    """Goes a way by the facade. After every move the program is gone, and another one goes on from what is stored."""

    def __init__(self, world: World, walkthrough: str) -> None:
        self.world = world
        self.walkthrough = walkthrough
        self.desk = world.operator_desk()
        self.view = self._open(self.desk)
        self.visited = {self.at}

    @property
    def at(self) -> str:
        standing = self.view.standing
        place = standing.step or standing.end
        return place.id if place else f"{OTHER_WALKTHROUGH}{standing.leads_to}"

    def _open(self, desk: Helpdesk) -> View:
        walkthroughs = desk.walkthroughs
        return walkthroughs.advance(walkthroughs.resume_or_start(self.world.phone, self.walkthrough))

    def _killed(self) -> None:
        """No goodbye: what is in the memory of the old program is not looked at any more."""
        if not self.view.standing.over:
            before, self.desk = self.desk, self.world.operator_desk()
            resumed = self._open(self.desk)
            before.close()
            assert (resumed.run.id, resumed.standing) == (self.view.run.id, self.view.standing)
        self.visited |= {self.at, *(passage.to for passage in self.view.standing.progress.trail)}

    async def look(self) -> None:
        self.view = self.desk.walkthroughs.advance(self.view.run)
        self._killed()

    async def go(self, move: str) -> None:
        walkthroughs, run, at = self.desk.walkthroughs, self.view.run, self.at
        if move == "done":
            walkthroughs.confirm(run, at)
        elif move.startswith(">"):
            choice = next(each for each in self.view.standing.choices if each.go == move[1:])
            walkthroughs.choose(run, at, choice)
        elif move == "elsewhere":
            other = walkthroughs.other_organisations(self.world.phone)[0]
            walkthroughs.act(run, Action.ADD_ELSEWHERE, other.id)
        else:
            walkthroughs.act(run, ACTIONS[move])
        await self.look()


ONE_VENDOR = dict(PLAYED)
"""Every walkthrough with one of its vendors: with the other, the screen goes to every end."""


@pytest.mark.parametrize(("walkthrough", "vendor"), ONE_VENDOR.items(), ids=[*ONE_VENDOR])
def test_every_end_is_reached_however_often_the_program_is_killed(
    world: World, walkthrough: str, vendor: Vendor
) -> None:
    visited: set[str] = set()
    for way, end in ways_of(walkthrough, vendor):
        before, moves = parted(way)
        world.new_phone(vendor, before)
        operator = KilledOperator(world, walkthrough)
        asyncio.run(go(world, operator, moves))
        assert operator.at == end, way
        outcome = operator.desk.walkthroughs.get(operator.view.run.id).outcome
        assert outcome == (f"went on with {end.removeprefix(OTHER_WALKTHROUGH)}" if ":" in end else end)
        operator.desk.close()
        visited |= operator.visited
    assert visited >= places_of(walkthrough, vendor)


def places_of(walkthrough: str, vendor: Vendor) -> set[str]:
    """All steps that phones of this vendor can come to, all ends, and all walkthroughs that are led to."""
    found = LIBRARY.walkthroughs[walkthrough]
    reached, waiting = set[str](), [found.steps[0].id]
    while waiting:
        place = waiting.pop()
        reached.add(place)
        if step := found.step(place):
            closed = {each.go for each in step.choices if each.condition.vendors - {vendor}}
            waiting += set(step.ways()) - closed - reached
    return reached
