"""Firmware: what runs on a phone or on several, and what they may be told to run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    USE_INSTALLED,
    Comparison,
    FirmwareEntry,
    FirmwareVersion,
    HelpdeskError,
    NotFound,
    Option,
    Phone,
    Plan,
    Relation,
    explain,
)
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.phones import LOOK_AGAIN
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.firmware_list import FirmwareList, FirmwareRow
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact, short_ago

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

MOST_REASONS = 3
"""Different reasons that a question names; more of them nobody reads aloud."""


@dataclass(frozen=True, slots=True)
class Line:
    """One choice, with what there is to say about it."""

    version: str | None
    """None: use installed firmware."""
    plan: Plan
    comparison: Comparison | None
    about: tuple[str, ...]
    """Sentences about the version itself."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phones: tuple[Phone, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was selected last, and what each phone had before."""

    version: str | None
    before: tuple[tuple[int, str | None], ...]
    """Id of a phone, and its earlier choice."""


class FirmwareScreen(HelpdeskScreen):
    """Choose the firmware of one phone, or of several marked ones."""

    PLACE = Place.FIRMWARE
    CSS_PATH = asset("styles/firmware.tcss")
    AUTO_FOCUS = "FirmwareList"

    def __init__(self, session: Session, phone_ids: tuple[int, ...]) -> None:
        super().__init__(session)
        self._phone_ids = phone_ids
        self._seen: Seen | None = None
        self._last: Choice | None = None
        self._seen_version = 0

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def compose(self) -> ComposeResult:
        yield from self.header("Firmware")
        yield Static(id="facts", markup=False)
        yield RuleLine()
        yield FirmwareList()
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with VerticalScroll(id="explanation", can_focus=False):
            yield Static(id="about", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        self._read()
        self.set_interval(LOOK_AGAIN, self.look_again)

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        def read() -> Seen | HelpdeskError:
            try:
                return self._read_all()
            except HelpdeskError as error:
                return error

        self.in_background("options", read, self._take)

    def _read_all(self) -> Seen:
        phones = self._phones()
        one_of_each_model = {phone.model: phone for phone in reversed(phones)}
        options: dict[str, tuple[Option, Phone]] = {}
        for phone in one_of_each_model.values():
            for option in self.desk.firmware.options(phone):
                options.setdefault(option.entry.version, (option, phone))
        lines = [Line(None, self.desk.firmware.plan(phones, None), None, (KEEPS,))]
        # Newest first, one manufacturer after the other.
        newest = sorted(options, key=lambda version: FirmwareVersion.parse(version).rank, reverse=True)
        for version in sorted(newest, key=lambda version: options[version][0].entry.vendor):
            option, phone = options[version]
            about = (*self._about(option.entry, phone, alone=len(phones) == 1), *_notes(option.entry))
            comparison = option.comparison if len(phones) == 1 else None
            lines.append(Line(version, self.desk.firmware.plan(phones, version), comparison, about))
        return Seen(phones, tuple(lines))

    def _phones(self) -> tuple[Phone, ...]:
        """The phones as they are now, without those that were removed. Raises NotFound when none is left."""
        phones: list[Phone] = []
        for phone_id in self._phone_ids:
            try:
                phones.append(self.desk.phones.get(phone_id))
            except NotFound:
                if len(self._phone_ids) == 1:
                    raise
        if not phones:
            raise NotFound("These phones have been removed in the meantime: go back to the list.")
        return tuple(phones)

    def _about(self, entry: FirmwareEntry, phone: Phone, *, alone: bool) -> tuple[str, ...]:
        model = self.desk.catalogue.get(phone.model) if alone else None
        return (explain(entry.version, model, self.desk.catalogue).text,)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            self._seen = None
            self.set_class(True, "-nothing")
            sign = (f"{symbols().attention} ", "bold $attention")
            self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(answer))))
        elif answer != self._seen:
            self._seen = answer
            self.set_class(False, "-nothing")
            self._show(answer)
        self._show_about()
        self.show_commands()

    def look_again(self) -> None:
        """Show what another process has changed."""
        version = self.desk.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._read()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self, seen: Seen) -> None:
        several = len(seen.phones) > 1
        header = self.query_one(HeaderLine)
        header.show_title(_title(seen.phones))
        versions = len(seen.lines) - 1
        header.show_count(f"{versions} version{'' if versions == 1 else 's'}")
        facts = self._facts_of_several(seen.phones) if several else self._facts(seen.phones[0])
        self.query_one("#facts", Static).update(
            Content("\n").join([Content.assemble((f"{label:<11}", "$quiet"), safe(text)) for label, text in facts])
        )
        self.query_one(FirmwareList).show([_row(line, several=several) for line in seen.lines])

    def _facts(self, phone: Phone) -> tuple[tuple[str, str], ...]:
        learned = phone.firmware_learned_at
        when = f", learned {exact(learned)} ({short_ago(learned, self.desk.clock())} ago)" if learned else ""
        since = f", since {exact(phone.firmware_selected_at)}" if phone.firmware_selected_at else ""
        return (
            ("Installed", (phone.firmware_installed or "not known yet: the phone has not told") + when),
            ("Selected", (phone.firmware_selected or USE_INSTALLED) + since),
        )

    def _facts_of_several(self, phones: Sequence[Phone]) -> tuple[tuple[str, str], ...]:
        return (
            ("Installed", _counted(phone.firmware_installed or "not known" for phone in phones)),
            ("Selected", _counted(phone.firmware_selected or USE_INSTALLED for phone in phones)),
        )

    def _show_about(self) -> None:
        """What there is to say about the highlighted line."""
        line = self.highlighted
        text = Content("")
        if line is not None:
            parts: list[Content] = []
            for sentence, look in _sentences(line, several=self._seen is not None and len(self._seen.phones) > 1):
                sign = f"{symbols().attention} " if look else ""
                parts.append(Content.assemble((f"{sign}{safe(sentence)}", look)))
            text = Content("\n").join(parts)
        self.query_one("#about", Static).update(text)

    @property
    def highlighted(self) -> Line | None:
        """The line under the cursor."""
        cursor = self.query_one(FirmwareList).cursor
        return self._seen.lines[cursor] if self._seen and cursor < len(self._seen.lines) else None

    @on(FirmwareList.Highlighted)
    def _another_line(self) -> None:
        self._show_about()

    @on(FirmwareList.Opened)
    def _opened(self) -> None:
        self.run_command("select")

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if command_id == "select" and self._seen is None:
            return "There is no firmware to select."
        if command_id == "undo" and self._last is None:
            return "Nothing was selected on this screen yet."
        return None

    async def action_select(self) -> None:
        """Select the highlighted firmware."""
        line = self.highlighted
        if line is None or self._seen is None:
            return
        changed = await self._choose([phone.id for phone in self._seen.phones], line.version)
        if changed:
            self._last = Choice(line.version, tuple((phone.id, phone.firmware_selected) for phone in changed))
            self.say(_done(line.version, len(changed), len(line.plan.refused)))
        self._read()

    async def action_undo(self) -> None:
        """Give the phones of the last choice what they had before, unless a colleague has chosen since."""
        last = self._last
        if last is None:
            return
        taken_back = 0
        for version in dict.fromkeys(before for _, before in last.before):
            ids = [phone_id for phone_id, before in last.before if before == version]
            taken_back += len(await self._choose(ids, version, only_with=last))
        if taken_back:
            self._last = None
            what = last.version or USE_INSTALLED
            phones = f" for {taken_back} phones" if len(last.before) > 1 else ""
            self.say(f"Taken back{phones}: {what}. What a phone has begun to install by then, it finishes.")
        self._read()

    async def _choose(
        self, phone_ids: Sequence[int], version: str | None, *, only_with: Choice | None = None
    ) -> tuple[Phone, ...]:
        """Plan, ask where it must be asked, carry out; the phones that changed, as they were before."""

        def make_plan() -> Plan:
            phones = [phone for phone in self._phones() if phone.id in set(phone_ids)]
            if only_with is not None:
                phones = [phone for phone in phones if phone.firmware_selected == only_with.version]
            return self.desk.firmware.plan(phones, version)

        plan = await asyncio.to_thread(make_plan)
        changing = (*plan.allowed, *(phone for phone, _ in plan.asked))
        if not changing:
            self.say(_nothing_to_do(plan), "warning")
            return ()
        if plan.asked or len(phone_ids) > 1:
            whose = changing[0].mac.colons if len(phone_ids) == 1 else _phones(len(changing))
            title = f"Select {version or USE_INSTALLED} for {whose}?"
            if not await self.ask(title, consequence=_consequence(plan), yes="Yes, select it"):
                return ()
        await asyncio.to_thread(self.desk.firmware.carry_out, plan)
        return changing


KEEPS = "Nothing about firmware is sent: the phone keeps what it has, and an earlier choice is taken back."
GETS_IT = "Phones get it at their next check or restart."


def _title(phones: Sequence[Phone]) -> str:
    if len(phones) == 1:
        return f"Firmware of {phones[0].mac}  {phones[0].model}"
    return f"Firmware of {len(phones)} phones: {_counted(phone.model for phone in phones)}"


def _counted(values: Iterable[str]) -> str:
    """`D735 (3), T46S (2)`, the most frequent first."""
    return ", ".join(f"{value} ({number})" for value, number in Counter(values).most_common())


def _phones(number: int) -> str:
    return f"{number} phone{'' if number == 1 else 's'}"


def _notes(entry: FirmwareEntry) -> tuple[str, ...]:
    return (f"Notes: {entry.notes}",) if entry.notes.strip() else ()


def _row(line: Line, *, several: bool) -> FirmwareRow:
    plan = line.plan
    selected = not (plan.allowed or plan.asked or plan.refused)
    label = line.version or USE_INSTALLED
    if several:
        look = "attention" if plan.asked else "" if plan.allowed or plan.unchanged else "quiet"
        return FirmwareRow(label, "", "selected now" if selected else _numbers(plan), look, selected)
    if plan.refused:
        return FirmwareRow(label, _short(line), "refused", "quiet")
    if plan.asked:
        return FirmwareRow(label, _short(line), "asks first", "attention")
    return FirmwareRow(label, _short(line), "selected now" if selected else "", "", selected)


def _numbers(plan: Plan) -> str:
    """`8 at once, 3 ask first, 1 refused`."""
    counts = (
        (plan.allowed, "at once"),
        (plan.asked, "ask first"),
        (plan.unchanged, "unchanged"),
        (plan.refused, "refused"),
    )
    return ", ".join(f"{len(phones)} {words}" for phones, words in counts if phones)


def _short(line: Line) -> str:
    """How the version stands to the installed one, in a few words."""
    if line.version is None:
        return ""
    if line.comparison is None:
        return "the installed version is not known"
    relation, difference = line.comparison.relation, line.comparison.difference
    if relation is Relation.SAME:
        return "installed now"
    if relation is Relation.INCOMPARABLE:
        return f"of another {'family' if difference == 'family' else 'maker'}: not comparable"
    if difference == "branch":
        return f"{relation.value}, of another maker"
    return f"{relation.value} by a {difference} version"


def _sentences(line: Line, *, several: bool) -> Iterable[tuple[str, str]]:
    """What there is to say about a line, each with its look; the reasons come first."""
    plan = line.plan
    for phones, look in ((plan.refused, "bold $attention"), (plan.asked, "$attention")):
        for reason in _reasons(phones, several=several):
            yield reason, look
    if line.comparison is not None:
        yield line.comparison.text, ""
    for sentence in line.about:
        yield sentence, ""


def _reasons(phones: Sequence[tuple[Phone, str]], *, several: bool) -> list[str]:
    """Each different reason once; for several phones with their number or, when it is one, its MAC."""
    by_reason: dict[str, list[Phone]] = {}
    for phone, reason in phones:
        by_reason.setdefault(reason, []).append(phone)
    if not several:
        return list(by_reason)
    return [
        f"{some[0].mac.colons if len(some) == 1 else _phones(len(some))}: {reason}"
        for reason, some in by_reason.items()
    ]


def _consequence(plan: Plan) -> str:
    several = len(plan.allowed) + len(plan.asked) + len(plan.refused) > 1
    parts = _reasons(plan.asked, several=several)[:MOST_REASONS]
    if plan.refused:
        left_out = _reasons(plan.refused, several=True)
        more = f" And {len(left_out) - MOST_REASONS} more reasons." if len(left_out) > MOST_REASONS else ""
        parts.append(f"Left out: {_phones(len(plan.refused))}. {' '.join(left_out[:MOST_REASONS])}{more}")
    return " ".join(parts or [GETS_IT if plan.version else KEEPS])


def _nothing_to_do(plan: Plan) -> str:
    if plan.refused:
        reasons = _reasons(plan.refused, several=len(plan.refused) > 1)
        return " ".join(reasons[:MOST_REASONS])
    if plan.unchanged:
        return f"{plan.version or USE_INSTALLED} is selected already."
    return "A colleague has selected something else since: nothing was changed."


def _done(version: str | None, changed: int, left_out: int) -> str:
    more = f" {left_out} left out." if left_out else ""
    whose = f" for {changed} phones" if changed > 1 else ""
    if version is None:
        return f"{USE_INSTALLED}: nothing about firmware is sent any more{whose}.{more}"
    gets = "each phone gets" if changed > 1 else "the phone gets"
    return f"Selected {version}{whose}: {gets} it at its next check or restart.{more}"
