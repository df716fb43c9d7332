"""What became of a choice of firmware."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.firmware_progress import (
    PATIENCE,
    Alike,
    Progress,
    progress_of,
    progress_text,
    rollouts,
    same_version,
)
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.verdict import NextAction, VerdictKind, judge
from tests.backend.model.phones_for_tests import NOW, phone

OLD, NEW = "10.1.184.15", "10.1.198.19"


@pytest.mark.parametrize(
    ("installed", "selected", "fetches", "progress", "words"),
    [
        (OLD, None, 0, Progress.NOTHING_SELECTED, "keeps what it has"),
        (OLD, None, 9, Progress.NOTHING_SELECTED, "keeps what it has"),
        (NEW, NEW, 0, Progress.INSTALLED, f"{NEW} is installed"),
        (NEW, NEW, 9, Progress.INSTALLED, f"{NEW} is installed"),
        ("V10.1.198.19", NEW, 9, Progress.INSTALLED, "is installed"),
        (OLD, NEW, 0, Progress.WAITING, "Selected but not yet installed"),
        (OLD, NEW, PATIENCE - 1, Progress.WAITING, "next check"),
        (OLD, NEW, PATIENCE, Progress.REFUSED, f"with 3 fetches of the settings, but the phone still runs {OLD}"),
        (None, NEW, 0, Progress.WAITING, "not yet installed"),
        ("garbage", NEW, 5, Progress.REFUSED, "still runs garbage"),
    ],
)
def test_how_far_a_phone_is(
    installed: str | None, selected: str | None, fetches: int, progress: Progress, words: str
) -> None:
    subject = phone(
        Step.DISABLED, firmware_installed=installed, firmware_selected=selected, firmware_fetches=fetches, last_seen=NOW
    )
    assert progress_of(subject) is progress
    assert words in progress_text(subject)
    verdict = judge(subject, NOW)
    refused = progress is Progress.REFUSED
    assert (verdict.kind, verdict.action) == (
        (VerdictKind.ATTENTION, NextAction.FIRMWARE) if refused else (VerdictKind.OK, NextAction.NOTHING)
    )


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("873_19_20130321", "8.7.3.19", True),
        ("66.86.188.2", "66.86.0.2", False),
        ("66.86.188.2", "65.86.188.2", False),
        ("garbage", "garbage", True),
        (None, None, False),
        (None, NEW, False),
    ],
)
def test_the_same_version_however_it_is_written(a: str | None, b: str | None, same: bool) -> None:
    assert same_version(a, b) is same
    assert same_version(b, a) is same


versions = st.sampled_from([None, OLD, NEW])
groups = st.lists(
    st.builds(Alike, st.sampled_from(["D735", "T46S"]), versions, versions, st.integers(0, 9), st.integers(1, 99))
)


@given(groups)
def test_a_rollout_counts_every_phone_once_and_failures_come_first(found: list[Alike]) -> None:
    added_up = rollouts(found)
    assert {each.model for each in added_up} == {group.model for group in found}
    assert sum(each.phones for each in added_up) == sum(group.number for group in found)
    for each in added_up:
        assert each.selected == sum(
            group.number for group in found if group.model == each.model and group.firmware_selected
        )
    refused = [each.counts[Progress.REFUSED] for each in added_up]
    assert refused == sorted(refused, reverse=True)
