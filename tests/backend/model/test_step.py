"""Every row of the table of steps."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend.model.step import Call, Happening, Outcome, Step, call_for, next_step

ACTIVE, DISABLED, PROVISION, DEPROVISION = Step.ACTIVE, Step.DISABLED, Step.PROVISION, Step.DEPROVISION
NOTHING = None

# (now, what happens) -> the step after success, the step after failure; NOTHING: no call, the step stays.
ROWS: dict[tuple[Step, Happening], tuple[Step, Step] | None] = {
    (ACTIVE, Happening.ACTIVATE): (ACTIVE, PROVISION),
    (DISABLED, Happening.ACTIVATE): (ACTIVE, PROVISION),
    (PROVISION, Happening.ACTIVATE): (ACTIVE, PROVISION),
    (DEPROVISION, Happening.ACTIVATE): (ACTIVE, PROVISION),
    (ACTIVE, Happening.FETCHED): (DISABLED, DEPROVISION),
    (DISABLED, Happening.FETCHED): NOTHING,
    (PROVISION, Happening.FETCHED): (DISABLED, DEPROVISION),
    (DEPROVISION, Happening.FETCHED): NOTHING,
    (ACTIVE, Happening.DEADLINE): (DISABLED, DEPROVISION),
    (DISABLED, Happening.DEADLINE): NOTHING,
    (PROVISION, Happening.DEADLINE): NOTHING,
    (DEPROVISION, Happening.DEADLINE): NOTHING,
    (ACTIVE, Happening.RETRY): NOTHING,
    (DISABLED, Happening.RETRY): NOTHING,
    (PROVISION, Happening.RETRY): (ACTIVE, PROVISION),
    (DEPROVISION, Happening.RETRY): (DISABLED, DEPROVISION),
    (ACTIVE, Happening.MIGRATED): NOTHING,
    (DISABLED, Happening.MIGRATED): NOTHING,
    (PROVISION, Happening.MIGRATED): NOTHING,
    (DEPROVISION, Happening.MIGRATED): NOTHING,
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("happening", Happening)
def test_every_row(step: Step, happening: Happening) -> None:
    call = call_for(step, happening)
    expected = ROWS[step, happening]
    found = call and (next_step(call, Outcome.DONE), next_step(call, Outcome.FAILED))
    assert found == expected


@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_leads_somewhere(call: Call, outcome: Outcome) -> None:
    assert next_step(call, outcome) in Step


@pytest.mark.parametrize("step", Step)
def test_every_step_is_explained(step: Step) -> None:
    assert step.meaning
    assert step.value not in step.meaning.split()
