"""When a failed call is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.retry import retry_delay

MINUTE = timedelta(minutes=1)
RETRIED = (Reason.UNREACHABLE, Reason.RATE_LIMITED, Reason.UNKNOWN_ANSWER, Reason.CLOCK_SKEW)


@pytest.mark.parametrize("reason", Reason)
def test_which_reasons_are_retried(reason: Reason) -> None:
    assert (retry_delay(reason, 1, 0.5) is not None) is (reason in RETRIED)


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (11, 360), (10_000, 360)])
def test_doubles_up_to_six_hours(tries: int, minutes: int) -> None:
    assert retry_delay(Reason.UNREACHABLE, tries, 0.5) == minutes * MINUTE


@given(st.integers(1, 100), st.floats(0, 1))
def test_spread_by_a_fifth(tries: int, chance: float) -> None:
    middle, delay = retry_delay(Reason.UNREACHABLE, tries, 0.5), retry_delay(Reason.UNREACHABLE, tries, chance)
    assert middle is not None and delay is not None
    assert 0.8 * middle - timedelta(seconds=1) <= delay <= 1.2 * middle + timedelta(seconds=1)


@given(st.integers(1, 100), st.floats(0, 1), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_what_the_service_asked_for_is_never_undercut(tries: int, chance: float, asked: timedelta) -> None:
    delay = retry_delay(Reason.RATE_LIMITED, tries, chance, asked)
    plain = retry_delay(Reason.RATE_LIMITED, tries, chance)
    assert delay is not None and plain is not None
    assert delay == max(asked, plain)


def test_asking_to_wait_does_not_make_a_refusal_retried() -> None:
    assert retry_delay(Reason.AUTH_FAILED, 1, 0.5, MINUTE) is None
