"""What the program says of its own accord follows the operators' language, and falls back where everybody sees it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk_tui.backend.demo import create_demo, demo_environment
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.use_cases.walkthroughs import FIX, PROOFS
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.checks import CHECKS, Evidence, Moment
from helpdesk_tui.backend.walkthroughs.sentences import Sentences
from tests.backend.model.phones_for_tests import NOW, phone
from tests.backend.offices import in_service
from tests.backend.walkthroughs.runs import Walk
from tests.backend.walkthroughs.test_reader import GOOD, read
from tests.backend.walkthroughs.test_shipped_walkthroughs import LIBRARY
from tests.frozen_clock import FrozenClock

HOUR = timedelta(hours=1)
DUTCH = LIBRARY.sentences


def evidences() -> Iterator[Evidence]:
    """Phones of which everything is known, and nothing, in every step and for every reason."""
    events = tuple(Event(1, NOW, "platform", kind, "") for kind in EventKind)
    visits = tuple(Request(1, NOW, 1, "198.51.100.7", "f", via, 200, 1, "agent", "it is a T42G") for via in Via)
    selected: tuple[tuple[str | None, str | None], ...] = ((None, None), ("1", "2"), ("1", "1"))
    for step, reason, (select, installed) in itertools.product(Step, (None, *Reason), selected):
        bare = phone(step)
        deadline = NOW + 3 * HOUR if step is Step.ACTIVE else None
        bare = replace(bare, reason=reason, firmware_selected=select, firmware_installed=installed, deadline=deadline)
        yield Evidence(replace(bare, last_seen=None, token_used_at=None), (), ())
        yield Evidence(replace(bare, step_since=NOW - 99 * HOUR, last_seen=NOW - 99 * HOUR, user_name=""), (), ())
        known = replace(bare, last_seen=NOW, token_used_at=NOW, user_name="Anna Jansen", added_at=NOW)
        yield Evidence(known, events, visits, (known,), throttled=True)
        yield Evidence(replace(known, deadline=NOW), events, visits, (known,))


def said() -> set[str]:
    """Every sentence that the checks have found."""
    moments = (Moment(NOW, NOW - HOUR, NOW - HOUR, NOW - HOUR), Moment(NOW + HOUR, NOW, NOW, NOW))
    proofs = [check(e, m) for check in CHECKS.values() for e in evidences() for m in moments]
    return {text for proof in proofs for text in (proof.sentence, proof.advice) if text}


def test_every_sentence_of_the_checks_is_translated() -> None:
    found = said()
    assert len(found) > 60
    assert [text for text in found if "[en]" in DUTCH.shown(text, "nl")] == []
    assert all(DUTCH.shown(text, "en") == text for text in found)


def test_every_event_that_is_evidence_is_translated(tmp_path: Path, clock: FrozenClock) -> None:
    path = tmp_path / "demo.db"
    create_demo(path, clock())
    desk = Helpdesk(demo_environment(path), "tester", clock=clock)
    texts = {e.text for p in desk.phones.all(Query()) for e in desk.phones.history(p.mac) if e.kind in PROOFS}
    desk.close()
    assert len(texts) > 30
    assert [text for text in texts if "[en]" in DUTCH.shown(text, "nl")] == []


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("never", "nooit"),
        ("The phone does not fetch its settings: never.", "Het toestel haalt zijn instellingen niet op: nooit."),
        ("Registering failed. Nobody knows why.", "Aanmelden is mislukt. [en] Nobody knows why."),
        ("Nobody knows why.", "[en] Nobody knows why."),
        ("Logged in: {mac} never (.*).", "Ingelogd: {mac} never (.*)."),
        ("", ""),
    ],
)
def test_what_is_said_in_dutch(english: str, dutch: str) -> None:
    assert DUTCH.shown(english, "nl") == dutch


def test_own_sentences_win_and_another_language_can_be_added() -> None:
    own = Sentences({"nl": {"never": "geen enkele keer"}, "de": {"never": "nie"}})
    both = DUTCH.under(own)
    assert [both.shown("never", language) for language in ("nl", "de", "en")] == ["geen enkele keer", "nie", "never"]
    assert both.shown("not known", "nl") == "onbekend" and both.shown("not known", "de") == "[en] not known"


def test_faulty_sentences_are_told_with_their_line() -> None:
    text = '[nl]\n"Hello. {who}" = "Dag. {wie}"\n"{a} and {a}" = "{a}"\n"x" = 5\n'
    library = read(GOOD, sentences=text)
    assert [(p.file, p.line) for p in library.problems] == [("sentences.toml", line) for line in (2, 3, 4)]
    assert "{wie} does not stand in the English sentence" in library.problems[0].reason
    assert library.sentences.shown("x", "nl") == "[en] x"


def test_the_summary_follows_the_operators_language(desk: Helpdesk, clock: FrozenClock) -> None:
    object.__setattr__(desk.environment, "operator_language", "nl")
    walk = Walk(desk, in_service(desk), FIX, clock)
    walk.act(Action.ACTIVATE)
    walk.confirm()
    walk.first_boot()
    walk.wait(seconds=31)
    text = desk.walkthroughs.summary(walk.run)
    assert "Resultaat: Klaar" in text and "Fabrieksreset: bevestigd door anna: De beller bevestigt de reset" in text
    assert "Aangemeld bij" in text and "[en]" not in text
