"""The list of phones: search, see what needs attention, and go to work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Field, HelpdeskError, Page, Phone, Query, VerdictKind, parse_query
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.first_steps import first_steps
from helpdesk_tui.screens.live import LOOK_AGAIN
from helpdesk_tui.screens.phone_actions import PhoneActions
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.footer import Offer
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.phone_table import WINDOW, PhoneRow, PhoneTable
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import short_ago
from helpdesk_tui.widgets.verdict_line import VerdictLine

GROW_OLD = 60.0
"""Seconds after which relative times are worth another look."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found."""

    query: Query
    page: Page
    all_phones: int


class PhonesScreen(PhoneActions, HelpdeskScreen):
    """Home."""

    PLACE = Place.PHONES
    CSS_PATH = asset("styles/phones.tcss")
    AUTO_FOCUS = "PhoneTable"

    NEEDS_PHONE: ClassVar[frozenset[str]] = frozenset(
        {
            "open",
            "activate",
            "fix",
            "reset",
            "settings_file",
            "firmware",
            "move",
            "copy",
            "mark",
            "organisation",
            "walkthroughs",
        }
    )

    def __init__(self, session: Session, *, search: str = "") -> None:
        """`search`: what is searched at first; escape comes back to it, and then leaves."""
        super().__init__(session)
        self._first_search = search
        self._search = SearchField(search, placeholder="MAC, name, extension, org: step: model: user:")
        self._only_attention = False
        self._phones: dict[str, Phone] = {}
        self._total: int | None = None
        self._seen_version = 0
        self._searching = False
        """A search is under way, so that the list does not show yet what was asked for."""
        self._open_when_found = False
        self._count = ""

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield PhoneTable()
        yield Static(id="empty", markup=False)
        yield RuleLine(id="verdict-rule")
        yield VerdictLine()
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        try:
            # At once and not in the background: it takes some milliseconds, and the first frame has its phones.
            self._start(0, self._read(self._query(), 0, WINDOW))
        except HelpdeskError as error:
            self.show_error(error)
        self.set_interval(LOOK_AGAIN, self._look_again)
        self.set_interval(GROW_OLD, self._refresh)

    # Reading --------------------------------------------------------------------------------------------------------

    def _query(self) -> Query:
        query = parse_query(self._search.value)
        return query.with_term(Field.VERDICT, VerdictKind.ATTENTION.value) if self._only_attention else query

    def _load(self, offset: int, then: Callable[[int, Answer], None], limit: int = WINDOW) -> None:
        query = self._query()
        self.in_background("list", lambda: self._read(query, offset, limit), lambda answer: then(offset, answer))

    def _read(self, query: Query, offset: int, limit: int) -> Answer:
        page = self.desk.phones.page(query, offset, limit)
        everything = page.total if not query.terms else self.desk.phones.page(Query(), 0, 0).total
        return Answer(query, page, everything)

    def _search_again(self) -> None:
        """Show what fits now, from the top."""
        self._searching = True
        self._load(0, self._start)

    def _start(self, offset: int, answer: Answer) -> None:
        self._searching = False
        self._take(answer)
        self.query_one(PhoneTable).start(self._rows(answer.page.phones), answer.page.total)
        if self._open_when_found:
            self._open_when_found = False
            self.action_open()

    def _window(self, offset: int, answer: Answer) -> None:
        self._take(answer)
        self.query_one(PhoneTable).set_window(offset, self._rows(answer.page.phones), answer.page.total)
        self._show_verdict()

    def _take(self, answer: Answer) -> None:
        self._phones = {phone.mac.hex: phone for phone in answer.page.phones}
        self._total = answer.page.total
        everything = answer.all_phones
        some = f"{answer.page.total:,} of " if answer.query.terms else ""
        self._count = f"{some}{everything:,} phone{'s' if everything != 1 else ''}"
        self._show_count()
        self._show_empty(everything)

    def _show_count(self) -> None:
        self.query_one(HeaderLine).show_count(self._count)

    def _rows(self, phones: Sequence[Phone]) -> list[PhoneRow]:
        now = self.desk.clock()
        return [
            PhoneRow(
                key=phone.mac.hex,
                verdict=self.desk.phones.verdict(phone).kind.value,
                mac=phone.mac.colons,
                model=phone.model,
                user=phone.user or symbols().none,
                organisation=phone.organisation,
                seen=short_ago(phone.last_seen, now),
                name=phone.name,
                step=phone.step.value,
                firmware=phone.firmware_installed or "",
            )
            for phone in phones
        ]

    def _look_again(self) -> None:
        version = self.desk.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._refresh()

    def _refresh(self) -> None:
        offset, limit = self.query_one(PhoneTable).window
        self._load(offset, self._window, limit)

    # Showing --------------------------------------------------------------------------------------------------------

    def _show_empty(self, everything: int) -> None:
        """An empty list says why, and what to do."""
        empty = self.query_one("#empty", Static)
        nothing = self._total == 0
        empty.display = nothing
        self.query_one(PhoneTable).display = not nothing
        self.set_class(everything == 0, "-first")
        if not nothing:
            return
        if everything == 0:
            empty.update(first_steps(self.session.started, self.desk.environment))
        elif self._only_attention and not self._search.value:
            empty.update(Content(f"No phone needs attention. Press {press('attention_only')} to see all phones."))
        else:
            searched = safe(self._search.value)
            empty.update(
                Content(f"No phone fits {searched!r}.\nSearch by any part of a MAC, name, extension or model.")
            )

    def _show_verdict(self) -> None:
        phone = self.highlighted
        self.query_one(VerdictLine).show(self.desk.phones.verdict(phone) if phone else None)
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> Phone | None:
        """The phone under the cursor."""
        row = self.query_one(PhoneTable).highlighted
        return self._phones.get(row.key) if row else None

    def chosen(self) -> tuple[Phone, ...]:
        marked = self.query_one(PhoneTable).marked
        if marked:
            # Marked phones may have left the window: they are found by MAC.
            return tuple(self._phones.get(key) or self.desk.phones.find(key) for key in sorted(marked))
        phone = self.highlighted
        return (phone,) if phone else ()

    def why_not(self, command_id: str) -> str | None:
        if command_id in self.NEEDS_PHONE and self.highlighted is None:
            return "There is no phone here: search for one first."
        if command_id in ("fix", "reset") and len(self.query_one(PhoneTable).marked) > 1:
            return "One phone at a time: unmark the others with space."
        return super().why_not(command_id)

    def action_search(self) -> None:
        """Type a search."""
        # At once, and not with the next refresh: over a slow line the letters arrive together with the slash.
        self.set_focus(self._search)

    def action_attention_only(self) -> None:
        """Show only what needs attention, or everything again."""
        self._only_attention = not self._only_attention
        self._search_again()
        self.say("Only what needs attention." if self._only_attention else "All phones.")

    def action_mark(self) -> None:
        """Mark the highlighted phone."""
        self.query_one(PhoneTable).action_mark()

    def action_open(self) -> None:
        """Open the highlighted phone."""
        phone = self.highlighted
        if phone:
            self.open_phone(phone)

    def offers(self) -> Sequence[Offer]:
        """Back is offered where there is something to go back to."""
        narrowed = self._search.value != self._first_search or self._only_attention
        if narrowed or self.query_one(PhoneTable).marked or len(self.app.screen_stack) > 2:
            return super().offers()
        return [offer for offer in super().offers() if offer[0].id != "back"]

    def action_back(self) -> None:
        """Escape takes back what narrows the list: first the search, then the attention filter, then the marks."""
        table = self.query_one(PhoneTable)
        if self.stop_activating():
            return
        if self._search.value != self._first_search:
            self._search.value = self._first_search
        elif self._only_attention:
            self.action_attention_only()
        elif table.marked:
            table.clear_marks()
        else:
            super().action_back()

    def progress(self, text: str) -> None:
        if text:
            self.query_one(HeaderLine).show_count(text)
        else:
            self._show_count()

    def acted(self) -> None:
        self._refresh()

    def open_phone(self, phone: Phone) -> None:
        """Show everything about this phone."""
        from helpdesk_tui.screens.phone import PhoneScreen

        self.app.push_screen(PhoneScreen(self.session, phone.id))

    # Events ---------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self._search_again()

    @on(Input.Submitted)
    def _search_submitted(self) -> None:
        # Never a phone of an older search: what enter opens is what was asked for.
        if self._searching:
            self._open_when_found = True
        else:
            self.action_open()

    @on(PhoneTable.WindowWanted)
    def _window_wanted(self, wanted: PhoneTable.WindowWanted) -> None:
        self._load(wanted.offset, self._window, wanted.limit)

    @on(PhoneTable.Highlighted)
    def _another_phone(self) -> None:
        self._show_verdict()

    @on(PhoneTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    @on(PhoneTable.Marked)
    def _marked(self, marked: PhoneTable.Marked) -> None:
        self.show_commands()

    def on_screen_resume(self) -> None:
        if self._total is not None:
            self._look_again()
