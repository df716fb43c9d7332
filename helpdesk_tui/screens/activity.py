"""What happened across all phones, newest first; searched, growing by itself, and written to a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Event, EventKind, EventPage, EventQuery, Form, HelpdeskError
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

PAGE = 200
"""Events that are read at once."""

COLUMNS = (
    RowColumn("When", 12),
    RowColumn("Who", 9),
    RowColumn("Phone", 17),
    RowColumn("What", 20, grows=4),
)
WIDE_COLUMNS = (*COLUMNS, RowColumn("Organisation", 16, grows=1))
ROOMY = 120
"""Cells from which on there is room for the organisation."""

FAILED = frozenset({EventKind.REGISTER_FAILED, EventKind.DEREGISTER_FAILED})


class ActivityScreen(LiveScreen):
    """The history, as far back as somebody scrolls."""

    PLACE = Place.ACTIVITY
    CSS_PATH = asset("styles/activity.tcss")
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session, *, search: str = "") -> None:
        """`search` stands in the search field at first."""
        super().__init__(session)
        self._search = SearchField(search, placeholder="words, MAC, by: org: kind: since: until:")
        self._begin_with = search
        self._query = EventQuery()
        self._events: list[Event] = []
        self._newest: int | None = None
        """All events up to this id have been looked at; None: the first are still being read."""
        self._older: int | None = None
        """Where older events begin; None: there are none, or the first are still being read."""
        self._reading = True
        self._columns: Sequence[RowColumn] = COLUMNS

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield Static(id="problem", markup=False)
        yield RowList(self._columns)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        yield Static(id="head", markup=False)
        yield Static(id="event", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._search_again()

    # Reading --------------------------------------------------------------------------------------------------------

    def _search_again(self) -> None:
        """Show what fits what is typed now, from the newest on."""
        self._query = self.desk.activity.query(self._search.value)
        self._events, self._older, self._newest = [], None, None
        self.query_one(RowList).move_to(0)
        self._read_from(None)

    def _read_from(self, before: int | None) -> None:
        query = self._query
        self._reading = True
        self._show_count()

        def read() -> tuple[EventPage, str]:
            page = self.desk.activity.page(query, before, PAGE)
            nothing = not (page.events or page.older or before)
            return page, self.desk.activity.unknown(query) if nothing else ""

        self.in_background("events", read, lambda found: self._append(query, *found))

    def _append(self, query: EventQuery, page: EventPage, unknown: str) -> None:
        if query is not self._query:
            return  # something else is searched by now
        self._reading = False
        self._events += page.events
        self._older = page.older
        self._show(unknown)
        self._read_on()
        if self._newest is None:
            self._newest = page.newest
            self.read()  # what has happened while the first were read

    def _read_on(self) -> None:
        """Read older ones before somebody gets there."""
        if self._older is not None and not self._reading and self._cursor + PAGE // 2 >= len(self._events):
            self._read_from(self._older)

    def read(self) -> None:
        """Show what has happened since."""
        query, newest = self._query, self._newest
        if newest is not None:
            self.in_background(
                "newest",
                lambda: self.desk.activity.newer(query, newest, PAGE),
                lambda page: self._prepend(query, newest, page),
            )

    def _prepend(self, query: EventQuery, newest: int, page: EventPage) -> None:
        if query is not self._query or newest != self._newest:
            return
        if page.older is not None:  # more than a page: what lies between is not read
            self._search_again()
            return
        self._newest = page.newest
        new = page.events
        if not new:
            return
        at_top = self._cursor == 0
        self._events[:0] = new
        self._show("")
        if not at_top:
            self.query_one(RowList).move_to(self._cursor + len(new))

    # Showing --------------------------------------------------------------------------------------------------------

    @property
    def _cursor(self) -> int:
        return self.query_one(RowList).cursor

    def _show(self, unknown: str) -> None:
        now = self.desk.clock()
        self.query_one(RowList).show([self._row(event, now) for event in self._events])
        nothing = not self._events and self._older is None
        self.set_class(nothing, "-nothing")
        self.query_one("#empty", Static).update(Content(safe(unknown or NOTHING) if nothing else ""))
        problem = self.query_one("#problem", Static)
        problem.display = bool(self._query.problem)
        problem.update(Content(safe(self._query.problem)))
        self._show_count()
        self._show_event()

    def _row(self, event: Event, now: datetime) -> Row:
        which = event.mac.colons if event.mac else symbols().none
        cells = (exact(event.at, now), event.operator, which, f"{event.kind.value}: {event.text}", event.organisation)
        return Row(cells[: len(self._columns)], "attention" if event.kind in FAILED else "")

    def _show_count(self) -> None:
        count = f"{len(self._events):,}{'+' if self._older is not None else ''} event"
        plural = "" if len(self._events) == 1 and self._older is None else "s"
        searching = f"searching{symbols().ellipsis} " if self._reading else ""
        self.query_one(HeaderLine).show_count(f"{searching}{count}{plural}")

    def _show_event(self) -> None:
        """The whole of the highlighted event."""
        event = self.highlighted
        head = text = ""
        if event is not None:
            there = event.at.astimezone()
            head = f"{there:%a %d %b %Y %H:%M:%S %Z}  {event.kind.value}  {event.operator}  {event.organisation}"
            text = event.text
        self.query_one("#head", Static).update(Content(safe(head)))
        self.query_one("#event", Static).update(Content(safe(text)))
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> Event | None:
        """The event under the cursor."""
        return self._events[self._cursor] if self._cursor < len(self._events) else None

    def why_not(self, command_id: str) -> str | None:
        if command_id == "open_event" and (self.highlighted is None or self.highlighted.mac is None):
            return "This event is about no single phone." if self.highlighted else "There is no event here."
        if command_id == "export" and not self._events:
            return "There is no event here."
        return super().why_not(command_id)

    def action_find_event(self) -> None:
        """Type a search."""
        self.set_focus(self._search)

    async def action_open_event(self) -> None:
        """Open the phone that it is about."""
        from helpdesk_tui.screens.phone import PhoneScreen

        event = self.highlighted
        if event is not None and event.mac is not None:
            phone = await asyncio.to_thread(self.desk.phones.find, event.mac.colons)
            self.app.push_screen(PhoneScreen(self.session, phone.id))

    async def action_export(self) -> None:
        """Write everything that fits to a file."""
        from helpdesk_tui.screens.settings_file import new_file

        query = self._query
        form = await self.choose("Write what fits, newest first, as:", FORMS)
        if form is None:
            return
        answer = await self.ask_text("To which file?", value=f"activity.{form.value}", check=new_file)
        if answer is None:
            return
        path = new_file(answer)
        self.query_one(HeaderLine).show_count(f"writing{symbols().ellipsis}")
        try:
            count = await asyncio.to_thread(self._write, path, query, form)
        finally:
            self._show_count()
        self.say(f"Wrote {count:,} event{'' if count == 1 else 's'} to {path}: only you can read it.")

    def _write(self, path: Path, query: EventQuery, form: Form) -> int:
        """Write a new file that only its owner can read. Raises HelpdeskError; then there is no file."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                return self.desk.activity.export(query, form, file.write)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise HelpdeskError(f"{path} cannot be written ({error.strerror}): choose another place.") from error

    def action_back(self) -> None:
        """Escape takes back what was searched since the screen was opened, and then leaves it."""
        if self._search.value != self._begin_with:
            self._search.value = self._begin_with
        else:
            super().action_back()

    def on_resize(self, event: events.Resize) -> None:
        columns = WIDE_COLUMNS if event.size.width >= ROOMY else COLUMNS
        if columns != self._columns:
            self._columns = columns
            self.query_one(RowList).set_columns(columns)
            self._show("")

    # Events ---------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self._search_again()

    @on(Input.Submitted)
    def _search_submitted(self) -> None:
        self.query_one(RowList).focus()

    @on(RowList.Highlighted)
    def _another_event(self) -> None:
        self._show_event()
        self._read_on()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("open_event")


FORMS = ((Form.CSV, "CSV: a table for spreadsheets (cells that look like formulas are made harmless)"),
         (Form.JSON, "JSON: for programs"))  # fmt: skip

NOTHING = """\
Nothing in the history fits.

Words are looked for in what happened; a MAC or a part of it finds a phone.
   by:anna   org:bakkerij   kind:moved,firmware   since:2d   until:2026-11-24   !by:platform"""
