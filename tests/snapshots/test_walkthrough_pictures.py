"""Pictures of each kind of step of a walkthrough: in two sizes, and for operators and callers of two languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk_tui.backend import FIX, Action, Helpdesk, Phone
from helpdesk_tui.backend.demo import create_demo, demo_environment
from helpdesk_tui.screens.walkthrough import WalkthroughScreen
from tests.backend.walkthroughs.runs import Walk
from tests.frozen_clock import FrozenClock
from tests.snapshots.test_pictures import SIZES, Compare, app_showing, capable_console, first_phone, settled

__all__ = ["capable_console"]

TRIAGE = "still-does-not-work"


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database, made once."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    create_demo(path, FrozenClock()())
    return path


@pytest.fixture(params=["en", "nl"])
def desk(demo_file: Path, tmp_path: Path, clock: FrozenClock, request: pytest.FixtureRequest) -> Iterator[Helpdesk]:
    path = tmp_path / "demo.db"
    shutil.copy(demo_file, path)
    environment = replace(demo_environment(path), operator_language=request.param)
    desk = Helpdesk(environment, "n.peeters", clock=clock)
    yield desk
    desk.close()


def registered(walk: Walk) -> None:
    """Activate has succeeded: the keys to press are next."""
    walk.act(Action.ACTIVATE)


def quiet(walk: Walk) -> None:
    """The phone has called in, and is to be left alone."""
    registered(walk)
    walk.confirm()
    walk.first_boot()


def overdue(walk: Walk) -> None:
    """The phone has not called in."""
    registered(walk)
    walk.confirm()
    walk.wait(minutes=11)


def mended(walk: Walk) -> None:
    quiet(walk)
    walk.wait(seconds=31)


def asked(walk: Walk) -> None:
    """Before handing over, there are things to ask."""
    walk.choose("prompts")
    walk.choose("foreign")
    walk.choose("questions")


def begun(walk: Walk) -> None:
    """The first step."""


STEPS: dict[str, tuple[str, str, Callable[[Walk], None]]] = {
    "actions": ("step:provision vendor:snom", FIX, begun),
    "keys": ("vendor:yealink verdict:ok model:T46S", FIX, registered),
    "quiet": ("vendor:snom verdict:ok", FIX, quiet),
    "overdue": ("vendor:snom verdict:ok", FIX, overdue),
    "choices": ("vendor:snom verdict:ok", TRIAGE, begun),
    "questions": ("vendor:snom verdict:ok", TRIAGE, asked),
    "end": ("vendor:snom verdict:ok", FIX, mended),
}
"""A search for the phone, the walkthrough, and what happens before the picture is taken."""


def stands(desk: Helpdesk, step: str) -> tuple[Phone, str]:
    """The phone and the walkthrough, gone on with up to this kind of step."""
    query, walkthrough, lead = STEPS[step]
    phone = first_phone(desk, query)
    walk = Walk(desk, phone, walkthrough, desk.clock)  # type: ignore[arg-type]
    desk.walkthroughs.speak(walk.run, desk.environment.operator_language)
    lead(walk)
    return desk.phones.get(phone.id), walkthrough


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_step(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int], step: str) -> None:
    phone, walkthrough = stands(desk, step)
    app = app_showing(desk, lambda session: WalkthroughScreen(session, phone.id, walkthrough))
    assert snap_compare(app, terminal_size=size, run_before=settled)
