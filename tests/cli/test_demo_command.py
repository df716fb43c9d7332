"""`helpdesk-tui demo --create` and the data it makes."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from helpdesk_tui.backend import Helpdesk, Query, Reason, Step, VerdictKind
from helpdesk_tui.backend.demo import create_demo, demo_environment
from helpdesk_tui.backend.settings_file import render
from tests.cli.conftest import Program
from tests.frozen_clock import FrozenClock


def test_the_demo_is_written_to_a_new_file_that_can_be_opened_like_any_other(run: Program) -> None:
    ended = run("demo", "--create", "demo.db")
    assert (ended.returncode, ended.stderr) == (0, "")
    (path,) = run.folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    phones = run.with_options("--database", "demo.db").json("phone", "list")
    now = datetime.now(UTC)
    assert max(phone["last_seen"] or "" for phone in phones) > (now - timedelta(hours=6)).isoformat()
    before = path.read_bytes()
    assert "exists already" in run.refused("demo", "--create", "demo.db")
    assert path.read_bytes() == before
    assert "does not exist" in run.refused("demo", "--create", "nowhere/demo.db")


@pytest.fixture(scope="module")
def demo_desk(tmp_path_factory: pytest.TempPathFactory) -> Helpdesk:
    clock = FrozenClock()
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    create_demo(path, clock())
    return Helpdesk(demo_environment(path), "tester", clock=clock)


def test_the_demo_has_every_step_verdict_and_reason(demo_desk: Helpdesk) -> None:
    phones = demo_desk.phones.all(Query())
    assert len(phones) == 60
    assert len({phone.organisation for phone in phones}) == 6
    assert {phone.step for phone in phones} == set(Step)
    assert {demo_desk.phones.verdict(phone).kind for phone in phones} == set(VerdictKind)
    assert {phone.reason for phone in phones if phone.reason} == set(Reason)
    calm = Counter(phone.vendor for phone in phones if phone.step in (Step.DISABLED, Step.PROVISION))
    assert min(calm.values()) >= 12
    assert len(calm) == 2
    assert {bool(phone.serial) for phone in phones} == {True, False}


def test_the_stored_verdicts_of_the_demo_are_those_of_its_moment(demo_desk: Helpdesk) -> None:
    judged = Counter(demo_desk.phones.verdict(phone).kind for phone in demo_desk.phones.all(Query()))
    assert demo_desk.phones.counts(Query()) == judged


def test_several_models_of_the_demo_have_a_newer_certified_firmware(demo_desk: Helpdesk) -> None:
    upgradable = {
        phone.model
        for phone in demo_desk.phones.all(Query())
        if phone.firmware_installed and not phone.firmware_selected
        for option in demo_desk.firmware.options(phone)
        if option.comparison and option.comparison.relation == "newer"
    }
    assert len(upgradable) >= 6
    assert any(phone.firmware_selected for phone in demo_desk.phones.all(Query()))


def test_the_histories_of_the_demo_lie_in_the_past_in_order(demo_desk: Helpdesk) -> None:
    for phone in demo_desk.phones.all(Query()):
        events = demo_desk.phones.history(phone.mac)
        assert all(newer.at >= older.at for newer, older in pairwise(events))
        assert events[0].at <= demo_desk.clock()
        assert events[-1].at == phone.added_at
        requests = demo_desk.phones.requests(phone)
        assert (requests[0].at if requests else None) == phone.last_seen


def test_every_phone_of_the_demo_gets_a_settings_file(demo_desk: Helpdesk) -> None:
    for phone in demo_desk.phones.all(Query()):
        assert len(render(demo_desk.settings.file(phone))) > 3000


def dump(path: Path) -> list[str]:
    """All data, without what belongs to the file: when it was made, and the key of its endpoint."""
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    return [line for line in lines if "_sqlite_migrations" not in line and "endpoint_key" not in line]


def test_moment_and_seed_decide_everything_in_the_demo(tmp_path: Path, clock: FrozenClock) -> None:
    first, same, other = (tmp_path / name for name in ("first.db", "same.db", "other.db"))
    create_demo(first, clock())
    create_demo(same, clock())
    create_demo(other, clock(), seed=2)
    assert dump(first) == dump(same)
    assert dump(first) != dump(other)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 3, 22, 30, tzinfo=UTC),  # half an hour before a deadline
        datetime(2026, 3, 3, 23, 1, tzinfo=UTC),  # a minute after it
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # clocks go forward
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # clocks go back
        datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    ],
)
def test_the_demo_can_be_made_at_any_moment(tmp_path: Path, moment: datetime) -> None:
    create_demo(tmp_path / "demo.db", moment)
    desk = Helpdesk(demo_environment(tmp_path / "demo.db"), "tester", clock=FrozenClock(moment))
    steps = Counter(phone.step for phone in desk.phones.all(Query()))
    desk.close()
    assert steps[Step.ACTIVE] >= 9
    assert steps[Step.PROVISION] == 10
    assert steps[Step.DEPROVISION] == 5
