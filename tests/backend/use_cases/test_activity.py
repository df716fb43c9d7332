"""The history across all phones: found, read page by page, handed out, and never rewritten."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from helpdesk_tui.backend.errors import DatabaseProblem
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.store import event_search
from helpdesk_tui.backend.store.events import EventPage
from helpdesk_tui.backend.use_cases.activity import Form, harmless
from tests.backend.offices import SNOM, YEALINK, add_organisation, in_service
from tests.frozen_clock import FrozenClock

FIRST, SECOND = Mac.parse(SNOM), Mac.parse(YEALINK)

# Who, what, sentence, which phone, whose: one an hour, the last one now.
STORY: list[tuple[str, EventKind, str, Mac | None, str]] = [
    ("anna", EventKind.ADDED, "Added to Bakkerij Jansen.", FIRST, "Bakkerij Jansen"),
    ("platform", EventKind.FETCHED, "The phone fetched its settings.", FIRST, "Bakkerij Jansen"),
    ("anna", EventKind.CHANGED, "Changed name to Élan.", FIRST, "Bakkerij Jansen"),
    ("bert", EventKind.ADDED, "Added to Fietsen De Vries.", SECOND, "Fietsen De Vries"),
    ("bert", EventKind.MOVED, "Moved to Bakkerij Jansen.", SECOND, "Fietsen De Vries"),
    ("bert", EventKind.MOVED, "Moved here from Fietsen De Vries.", SECOND, "Bakkerij Jansen"),
    ("platform", EventKind.FETCHED, "The phone fetched its settings.", SECOND, "Bakkerij Jansen"),
    ("anna", EventKind.FIRMWARE, "Certified 10.1.184.15.", None, ""),
    ("anna.smit", EventKind.REGISTER_FAILED, "Snom SRAPS cannot be reached.", FIRST, "Bakkerij Jansen"),
]


@pytest.fixture
def story(desk: Helpdesk, clock: FrozenClock) -> list[str]:
    """Its sentences, newest first."""
    for row in STORY:
        clock.advance(timedelta(hours=1))
        desk.store.events.add_many([row])
    return [text for _, _, text, _, _ in reversed(STORY)]


def found(desk: Helpdesk, text: str) -> list[int]:
    """The numbers in STORY of what a search finds, in the order of the story."""
    events = list(desk.activity.events(desk.activity.query(text)))
    assert [event.id for event in events] == sorted((event.id for event in events), reverse=True)
    return [event.id - 1 for event in reversed(events)]


SEARCHES: list[tuple[str, Callable[[tuple[str, EventKind, str, Mac | None, str]], bool]]] = [
    ("", lambda row: True),
    ("by:anna", lambda row: row[0] == "anna"),
    ("by:smi", lambda row: row[0] == "anna.smit"),
    ("by:nobody", lambda row: False),
    ("!by:platform", lambda row: row[0] != "platform"),
    ("org:bakkerij", lambda row: row[4] == "Bakkerij Jansen"),
    ('org:"fietsen de vries"', lambda row: row[4] == "Fietsen De Vries"),
    ("!org:bakkerij", lambda row: row[4] != "Bakkerij Jansen"),
    ("kind:moved", lambda row: row[1] is EventKind.MOVED),
    ("kind:added,moved", lambda row: row[1] in (EventKind.ADDED, EventKind.MOVED)),
    ("!kind:fetched", lambda row: row[1] is not EventKind.FETCHED),
    ("kind:nonsense", lambda row: False),
    (SNOM, lambda row: row[3] == FIRST),
    (f"!mac:{SNOM}", lambda row: row[3] != FIRST),
    ("mac:11:22:33", lambda row: row[3] == SECOND),
    ("112233", lambda row: row[3] == SECOND),
    ("mac:xyz", lambda row: False),
    ("élan", lambda row: "Élan" in row[2]),
    ("fetched !anna", lambda row: "fetched" in row[2]),
    ("by:bert org:bakkerij kind:moved", lambda row: row == STORY[5]),
    ("by:anna by:bert", lambda row: False),
    ("since:3h", lambda row: STORY.index(row) >= 5),
    ("until:3h", lambda row: STORY.index(row) <= 5),
    ("since:6h until:3h by:bert", lambda row: STORY.index(row) in (3, 4, 5)),
    ("since:2030-01-01", lambda row: False),
    ("until:2001-01-01", lambda row: False),
]


@pytest.mark.parametrize(("text", "wanted"), SEARCHES, ids=[text or "everything" for text, _ in SEARCHES])
@pytest.mark.parametrize("stretch", [2, 1000])
def test_searches(
    desk: Helpdesk,
    story: list[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    wanted: Callable[[tuple[str, EventKind, str, Mac | None, str]], bool],
    stretch: int,
) -> None:
    monkeypatch.setattr(event_search, "STRETCH", stretch)
    assert found(desk, text) == [number for number, row in enumerate(STORY) if wanted(row)]


def test_both_organisations_find_a_move(desk: Helpdesk) -> None:
    add_organisation(desk)
    other = desk.organisations.get(add_organisation(desk, "Fietsen De Vries", "devries"))
    desk.moves.move(in_service(desk), other)
    for name in ("jansen", "vries"):
        assert len(found(desk, f"kind:moved org:{name}")) == 1


def test_pages_follow_each_other_without_gap_or_repetition(
    desk: Helpdesk, story: list[str], clock: FrozenClock
) -> None:
    for text in ("", "!by:nobody", "kind:added,moved,fetched,changed", "e"):
        query, before, texts = desk.activity.query(text), None, list[str]()
        while True:
            page = desk.activity.page(query, before, limit=2)
            assert len(page.events) <= 2
            texts += [event.text for event in page.events]
            desk.store.events.add("anna", EventKind.ASKED, "Newer than the page.")  # nothing shifts
            before = page.older
            if before is None:
                break
        whole = [event.text for event in desk.activity.events(query) if event.kind is not EventKind.ASKED]
        assert [text for text in texts if text != "Newer than the page."] == whole


def test_a_page_of_a_long_history_ends_also_when_little_fits(desk: Helpdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_search, "STRETCH", 10)
    desk.store.events.add("anna", EventKind.CHANGED, "needle")
    desk.store.events.add_many(("anna", EventKind.CHANGED, "hay", None, "") for _ in range(35))
    query, before, pages = desk.activity.query("needle"), None, list[tuple[Event, ...]]()
    while not pages or before is not None:
        page = desk.activity.page(query, before)
        pages.append(page.events)
        before = page.older
    assert [len(page) for page in pages] == [0, 0, 0, 1]


def test_what_is_newer_is_looked_at_alone(desk: Helpdesk, story: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_search, "STRETCH", 5)
    for text in ("", "needle", "by:anna"):
        query = desk.activity.query(text)
        newest = desk.activity.page(query).newest
        assert desk.activity.newer(query, newest) == EventPage((), None, newest)
        desk.store.events.add("anna", EventKind.CHANGED, "needle")
        page = desk.activity.newer(query, newest)
        assert ([event.text for event in page.events], page.older, page.newest) == (["needle"], None, newest + 1)
        desk.store.events.add_many(("anna", EventKind.CHANGED, "needle", None, "") for _ in range(9))
        assert desk.activity.newer(query, newest, limit=3).older is not None


def test_an_index_leads_wherever_it_can(desk: Helpdesk, story: list[str]) -> None:
    """No search but one for words walks the whole history."""
    plans: list[str] = []
    with desk.store.database.read() as connection:

        def remember(statement: str) -> None:
            if "FROM events WHERE" in statement and "ORDER BY id DESC" in statement:
                plans.append(statement)

        connection.set_trace_callback(remember)
        for text in ("by:anna", "org:vries", "kind:moved", SNOM, "by:anna kind:added since:2d"):
            found(desk, text)
        connection.set_trace_callback(None)
        for statement in plans:
            told = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
            assert "USING INDEX events_" in told, told
            assert "USE TEMP B-TREE" not in told.partition("UNION ALL")[0] or "CO-ROUTINE" in told
    assert len(plans) >= 5


def test_names(desk: Helpdesk, story: list[str]) -> None:
    assert desk.activity.operators() == ("anna", "anna.smit", "bert", "platform")
    assert desk.activity.organisations() == ("Bakkerij Jansen", "Fietsen De Vries")


# -- handed out --------------------------------------------------------------------------------------------------------


def exported(desk: Helpdesk, text: str, form: Form, limit: int | None = None) -> str:
    parts: list[str] = []
    count = desk.activity.export(desk.activity.query(text), form, parts.append, limit)
    whole = "".join(parts)
    assert count == (len(json.loads(whole)) if form is Form.JSON else len(list(csv.reader(io.StringIO(whole)))) - 1)
    return whole


def test_as_json_and_as_csv(desk: Helpdesk, story: list[str]) -> None:
    documents = json.loads(exported(desk, "", Form.JSON))
    assert [document["text"] for document in documents] == story
    assert documents[0] == {
        "at": "2026-03-02T18:00:00+00:00",
        "operator": "anna.smit",
        "kind": "register failed",
        "mac": SNOM,
        "organisation": "Bakkerij Jansen",
        "text": "Snom SRAPS cannot be reached.",
    }
    rows = list(csv.DictReader(io.StringIO(exported(desk, "", Form.CSV))))
    assert rows == [{name: value or "" for name, value in document.items()} for document in documents]
    assert exported(desk, "by:nobody", Form.JSON) == "[]\n"
    assert exported(desk, "by:nobody", Form.CSV) == "at,operator,kind,mac,organisation,text\n"
    assert len(json.loads(exported(desk, "", Form.JSON, limit=3))) == 3


@pytest.mark.parametrize("cell", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A0', "x=1", "Anna"])
def test_no_cell_is_a_formula(desk: Helpdesk, cell: str) -> None:
    desk.store.events.add(cell, EventKind.CHANGED, cell, None, cell)
    (row,) = csv.DictReader(io.StringIO(exported(desk, "", Form.CSV)))
    for name in ("operator", "text", "organisation"):
        assert row[name] == harmless(cell)
        assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert (harmless(cell) == cell) is (cell in ("x=1", "Anna"))


def test_what_acts_on_a_terminal_is_taken_out_of_a_table(desk: Helpdesk) -> None:
    desk.store.events.add("anna", EventKind.CHANGED, "red \x1b[31m and\nmore")
    assert "\x1b" not in exported(desk, "", Form.CSV)


# -- never rewritten ---------------------------------------------------------------------------------------------------

ROW = "'2026-03-02', 'mallory', 'changed', NULL, '', 'forged'"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = 'forged'",
        "UPDATE OR REPLACE events SET id = 2 WHERE id = 1",
        "DELETE FROM events",
        f"INSERT OR REPLACE INTO events VALUES (1, {ROW})",
        f"REPLACE INTO events VALUES (9, {ROW})",
        f"INSERT INTO events VALUES (1, {ROW})",
        f"INSERT INTO events VALUES (1, {ROW}) ON CONFLICT (id) DO UPDATE SET text = excluded.text",
        f"INSERT INTO events VALUES (-1, {ROW})",
        f"INSERT OR REPLACE INTO events VALUES (0, {ROW})",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_history_is_only_ever_added_to(desk: Helpdesk, story: list[str], statement: str, recursive: str) -> None:
    before = list(desk.activity.events(desk.activity.query("")))
    with sqlite3.connect(desk.environment.database, isolation_level=None) as other:
        other.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    with pytest.raises(DatabaseProblem, match="append-only"), desk.store.write() as connection:
        connection.execute(statement)
    assert list(desk.activity.events(desk.activity.query(""))) == before
    desk.store.events.add("anna", EventKind.CHANGED, "goes on")
    assert next(desk.activity.events(desk.activity.query(""))).text == "goes on"
