"""Moving phones to another organisation: both ways of the document beside each other, and what the first one does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import BY_HAND, HelpdeskError, MovePlan, NotFound, Organisation, Phone
from helpdesk_tui.commands import BY_ID, Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.comparison import ComparisonScreen, phones
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

PLACES = (RowColumn("Organisation", 24, grows=1), RowColumn("Short name", 16), RowColumn("Phones", 7, right=True))
OUTCOMES = (RowColumn("Phone", 17), RowColumn("What became of it", 40, grows=1))

# provisioning.txt, "Moving phones between organisations on the same environment": advantages (+) and caveats (-).
AT_ONCE = (
    "+ nearly instant, settings are kept",
    "+ no provisioning by manufacturer",
    "+ no factory reset",
    "+ can be scripted: phone move",
)
BY_HAND_SAYS = (
    "+ as in Compass Studio: no API needed",
    "- settings are lost at the removal",
    "- it is registered and reset again",
    "  MAC noted, removed, added, reset",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The phones, and where they can go, read at one moment."""

    phones: tuple[Phone, ...]
    places: tuple[tuple[Organisation, int], ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move to the highlighted organisation would do."""

    sentences: tuple[str, ...]
    problem: str = ""
    plan: MovePlan | None = None
    """Of one phone; None: there are several."""


class MoveScreen(LiveScreen):
    """One phone, or all that were marked; nothing moves before the operator has said so."""

    PLACE = Place.MOVE
    CSS_PATH = asset("styles/move.tcss")
    AUTO_FOCUS = "#places"

    def __init__(self, session: Session, phone_ids: tuple[int, ...]) -> None:
        super().__init__(session)
        self._phone_ids = phone_ids
        self._search = SearchField(placeholder="organisation")
        self._seen: Seen | None = None
        self._shown: tuple[tuple[Organisation, int], ...] = ()
        self._effect: Effect | None = None

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield Static(id="what", markup=False)
        with Horizontal(id="ways"):
            yield from _way(("move_here", "compare_move"), "at once", AT_ONCE)
            yield from _way(("by_hand",), "with the caller", BY_HAND_SAYS)
        yield RuleLine()
        yield RowList(PLACES, id="places")
        yield RowList(OUTCOMES, id="outcomes")
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with VerticalScroll(id="effect", can_focus=False):
            yield Static(id="sentences", markup=False)
        yield from self.footer()

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Show where the phones are now, and where they can go; what was done stays as it is told."""

        def read() -> Seen | HelpdeskError:
            found = self.desk.firmware.phones(self._phone_ids)
            if not found:
                return NotFound("The phone has been removed in the meantime: go back to the list.")
            return Seen(found, self.desk.moves.destinations(found))

        if not self.has_class("-done"):
            self.in_background("places", read, self._take)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        if self.has_class("-done"):  # what was read before the move ended is late
            return
        if isinstance(answer, HelpdeskError):
            self._seen = None
            self._say_nothing(str(answer))
            self.query_one("#what", Static).update(Content(""))
        elif answer != self._seen:
            self._seen = answer
            self.query_one("#what", Static).update(Content(safe(_title(answer.phones))))
        self._filter()

    def _filter(self) -> None:
        """Show the organisations that fit the search."""
        words = self._search.value.casefold().split()
        places = self._seen.places if self._seen else ()
        self._shown = tuple(place for place in places if all(word in _text(place[0]) for word in words))
        if self._seen:
            searched = f"No other organisation fits {self._search.value!r}." if words else NOWHERE
            self._say_nothing("" if self._shown else searched)
        self.query_one("#places", RowList).show([_row(*place) for place in self._shown])
        total = f"{len(self._shown):,} of " if words else ""
        self.query_one(HeaderLine).show_count(f"{total}{len(places):,} organisation{'' if len(places) == 1 else 's'}")
        self._foresee()

    def _say_nothing(self, why: str) -> None:
        self.set_class(bool(why), "-nothing")
        self.query_one("#empty", Static).update(Content(safe(why)))

    def _foresee(self) -> None:
        """Say what a move to the highlighted organisation would do."""
        self._effect = None
        self._show_effect(None)
        seen, place = self._seen, self.highlighted
        if seen is None or place is None:
            return

        def foresee() -> Effect:
            if len(seen.phones) > 1:
                return Effect(self.desk.moves.outline(seen.phones, place))
            plan = self.desk.moves.plan(seen.phones[0], place)
            return Effect((*plan.changes, *plan.kept), plan.problem, plan)

        self.in_background("effect", foresee, self._show_effect)

    def _show_effect(self, effect: Effect | None) -> None:
        self._effect = effect
        lines: list[Content] = []
        if effect is not None and effect.problem:
            lines = [Content.styled(f"{symbols().attention} {safe(effect.problem)}", "$attention")]
        elif effect is not None:
            lines = [Content(safe(sentence)) for sentence in effect.sentences]
        self.query_one("#sentences", Static).update(Content("\n").join(lines))
        for button in self.query(KeyButton):
            button.show(BY_ID[button.command].title, available=self.reason_against(button.command) is None)
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> Organisation | None:
        """The organisation under the cursor."""
        cursor = self.query_one("#places", RowList).cursor
        return self._shown[cursor][0] if cursor < len(self._shown) else None

    def why_not(self, command_id: str) -> str | None:
        if self.has_class("-done") and command_id in COMMANDS:
            return "These phones have been dealt with: go back to the list."
        if self._seen is None and command_id in COMMANDS:
            return "There is no phone to move."
        several = self._seen is not None and len(self._seen.phones) > 1
        if several and command_id in ("compare_move", "by_hand"):
            return "One phone at a time: mark no others."
        if command_id in ("move_here", "compare_move") and self.highlighted is None:
            return "Choose an organisation first."
        if command_id == "move_here" and self._effect and self._effect.problem:
            return self._effect.problem
        if command_id == "compare_move":
            comparison = self._effect.plan.comparison if self._effect and self._effect.plan else None
            return None if comparison else "There is nothing to compare here."
        return super().why_not(command_id)

    def action_find_organisation(self) -> None:
        """Type a part of a name."""
        self.set_focus(self._search)

    async def action_move_here(self) -> None:
        """Move to the highlighted organisation, once the operator has agreed."""
        seen, place = self._seen, self.highlighted
        if seen is None or place is None:
            return
        what = seen.phones[0].mac.colons if len(seen.phones) == 1 else phones(len(seen.phones))
        users = [phone.user for phone in seen.phones if phone.user_id is not None]
        who = users[0] if len(users) == 1 else f"{len(users)} users"
        consequence = "Its settings are kept." if len(seen.phones) == 1 else "Their settings are kept."
        if users:
            consequence += f" {who} will be logged out."
        if await self.ask(f"Move {what} to {place.name}?", consequence=consequence, yes="Yes, move"):
            await self._move(seen.phones, place)

    async def _move(self, chosen: Sequence[Phone], place: Organisation) -> None:
        outcomes = self.desk.moves.move_all(chosen, place)
        rows: list[Row] = []
        for number, phone in enumerate(chosen, start=1):
            self.query_one(HeaderLine).show_count(f"moving {number} of {len(chosen)}{symbols().ellipsis}")
            outcome = await asyncio.to_thread(next, outcomes)
            if len(chosen) == 1:
                self._one_done(outcome, place)
                return
            rows.append(_outcome(phone, outcome))
        self._all_done(rows, place)

    def _one_done(self, outcome: Phone | HelpdeskError, place: Organisation) -> None:
        if isinstance(outcome, HelpdeskError):
            self.show_error(outcome)
            self.read()
            return
        self.say(f"{outcome.mac} is in {place.name} now: it gets its new settings at its next check or restart.")
        self.action_back()

    def _all_done(self, rows: Sequence[Row], place: Organisation) -> None:
        failed = sum(row.look == "attention" for row in rows)
        self.set_class(True, "-done")
        self.query_one("#what", Static).update(Content(safe(f"Moved to {place.name}")))
        self.query_one(HeaderLine).show_count(f"{len(rows) - failed} of {phones(len(rows))} moved")
        outcomes = self.query_one("#outcomes", RowList)
        outcomes.show(sorted(rows, key=lambda row: row.look != "attention"))
        outcomes.focus()
        self.show_commands()

    def action_compare_move(self) -> None:
        """Show the settings file before and after."""
        plan = self._effect.plan if self._effect else None
        if plan and plan.comparison:
            title = f"{plan.phone.mac} in {plan.organisation.name} instead of {plan.phone.organisation}"
            self.app.push_screen(ComparisonScreen(self.session, title, plan.comparison))

    def action_by_hand(self) -> None:
        """Go the other way, step by step."""
        from helpdesk_tui.screens.walkthrough import WalkthroughScreen

        if self._seen:
            self.app.switch_screen(WalkthroughScreen(self.session, self._seen.phones[0].id, BY_HAND))

    # Events ---------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self._filter()

    @on(Input.Submitted)
    @on(RowList.Opened)
    def _chosen(self) -> None:
        self.run_command("move_here")

    @on(RowList.Highlighted)
    def _another_place(self) -> None:
        if not self.has_class("-done"):
            self._foresee()

    @on(KeyButton.Pressed)
    def _button_pressed(self, pressed: KeyButton.Pressed) -> None:
        if pressed.command in COMMANDS:
            self.run_command(pressed.command)


COMMANDS = frozenset({"move_here", "compare_move", "by_hand", "find_organisation"})

NOWHERE = "There is no other organisation in this environment: import it first."


def _way(commands: Sequence[str], words: str, says: Sequence[str]) -> ComposeResult:
    with Vertical(classes="way"):
        with Horizontal():
            for command_id in commands:
                yield KeyButton(command_id, BY_ID[command_id].key, BY_ID[command_id].title)
            yield Static(Content.styled(words, "$quiet"))
        yield Static(Content("\n".join(says)))


def _title(chosen: Sequence[Phone]) -> str:
    if len(chosen) > 1:
        return f"Move {phones(len(chosen))} to another organisation"
    phone = chosen[0]
    return f"Move {phone.mac} {phone.model} {phone.name} out of {phone.organisation}".replace("  ", " ")


def _text(organisation: Organisation) -> str:
    return f"{organisation.name} {organisation.short_name}".casefold()


def _row(organisation: Organisation, count: int) -> Row:
    return Row((organisation.name, organisation.short_name, f"{count:,}"))


def _outcome(phone: Phone, outcome: Phone | HelpdeskError) -> Row:
    if isinstance(outcome, HelpdeskError):
        return Row((phone.mac.colons, str(outcome)), "attention")
    return Row((phone.mac.colons, f"moved; {phone.user} was logged out" if phone.user else "moved"))
