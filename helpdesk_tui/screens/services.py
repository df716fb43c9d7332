"""The manufacturers' services: are they reachable, what is waiting for them, when the weekly deadline is, and who is
answered slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Field, Job, Phone, Query, Queue, ServiceReport, Step, Vendor, Whereabouts
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.screens.site_actions import open_place, release
from helpdesk_tui.screens.site_words import behind, phone_lines, whose, why
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import ago, countdown, short_span, when

MOST_SLOWED = 4
"""Of who is answered slowly, so many are listed above the calls; the screen of sites has the others too."""

LAST_PHONES = 3
"""Phones that are named of those behind an address."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the database says of the services."""

    queues: tuple[Queue, ...]
    registered: int
    """Phones whose registration the next deadline ends, unless they come by."""
    deadline: datetime
    slowed: tuple[Whereabouts, ...]
    """The first of those who are answered slowly."""
    all_slowed: int
    """How many they are."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The waiting calls of all services, the longest waiting first."""
        jobs = [job for queue in self.queues for job in queue.jobs]
        return tuple(sorted(jobs, key=lambda job: job.intended_at))


class ServicesScreen(LiveScreen):
    """Services, the calls that wait for them, and the deadline."""

    PLACE = Place.SERVICES
    CSS_PATH = asset("styles/services.tcss")
    AUTO_FOCUS = "OptionList"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._reports: dict[Vendor, ServiceReport] = {}
        self._waiting: Waiting | None = None
        self._rows: dict[str, Job | Whereabouts] = {}
        """What can be highlighted, by the ids of the options."""

    def compose(self) -> ComposeResult:
        yield from self.header("Manufacturers' services")
        yield Static(id="services", markup=False)
        yield RuleLine()
        yield OptionList(compact=True)
        yield Static(id="reason", markup=False)
        yield Static(id="behind", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.action_check()
        self.set_interval(GROW_OLD, self.read)

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        def read() -> Waiting:
            queues = tuple(self.desk.manufacturers.queue(vendor) for vendor in Vendor)
            active = self.desk.phones.page(Query().with_term(Field.STEP, Step.ACTIVE.value), 0, 0).total
            deadline = self.desk.environment.weekly_deadline.after(self.desk.clock())
            throttled = len(self.desk.fetching.throttled())
            return Waiting(queues, active, deadline, self.desk.sites.slowed_down(MOST_SLOWED), throttled)

        self.in_background("queue", read, self._take)

    def _take(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._show_all()
        self._show_waiting(waiting)
        self.show_commands()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        if self._waiting is None:
            return
        now = self.desk.clock()
        lines = [line for queue in self._waiting.queues for line in self._service_lines(queue, now)]
        there = self._waiting.deadline.astimezone(self.desk.environment.weekly_deadline.zone)
        phones = self._waiting.registered
        lines.append(
            Content.assemble(
                ("Weekly deadline  ", "bold"),
                f"{there:%a %d %b %H:%M %Z}, {countdown(self._waiting.deadline - now)} left: ",
                f"ends {phones:,} registration{'s' if phones != 1 else ''}",
            )
        )
        self.query_one("#services", Static).update(Content("\n").join(lines))

    def _service_lines(self, queue: Queue, now: datetime) -> list[Content]:
        report = self._reports.get(queue.vendor)
        success = f"last success {ago(queue.last_success, now)}" if queue.last_success else "no success yet"
        if report is None:
            checking = Content.styled(f"{queue.vendor.service_label}: checking{symbols().ellipsis}", "$quiet")
            return [checking, Content(""), Content("")]
        kind = "ok" if report.ok else "attention"
        first = Content.assemble(
            (f"{symbols().verdict(kind)} {safe(report.label)}", f"bold ${kind}"),
            f"  account {safe(report.account) or symbols().none}, {success}",
        )
        if not report.ok:
            return [first, Content(f"  {safe(' '.join(report.problems))}"), Content("")]
        facts = ["credentials accepted"]
        if report.reach and report.reach.certificate_ends:
            facts.append(f"certificate until {report.reach.certificate_ends:%d %b %Y}")
        if report.clock_difference is not None:
            facts.append(f"clocks differ by {abs(report.clock_difference.total_seconds()):.0f} s")
        return [first, Content.styled(f"  {', '.join(facts)}", "$quiet"), Content("")]

    def _show_waiting(self, waiting: Waiting) -> None:
        """Who is answered slowly, then the calls that wait; the highlight stays, or goes to the nearest row."""
        table, now = self.query_one(OptionList), self.desk.clock()
        before, number = self._highlighted_id(), table.highlighted or 0
        self._rows = {f"slowed {place.subject}": place for place in waiting.slowed}
        self._rows |= {f"call {job.mac.hex}": job for job in waiting.jobs}
        slowed = [Option(Content(_slowed_line(p, now)), id=f"slowed {p.subject}") for p in waiting.slowed]
        calls = [Option(Content(_job_line(job, now)), id=f"call {job.mac.hex}") for job in waiting.jobs]
        head = Option(Content.styled(CALLS if calls else NO_CALLS, "$quiet"), disabled=True)
        title = [Option(_slowed_title(waiting), disabled=True)] if slowed else []
        table.clear_options()
        table.add_options([*title, *slowed, head, *calls])
        if before in self._rows:
            table.highlighted = table.get_option_index(before)
        elif self._rows:
            there = [place for place, option in enumerate(table.options) if not option.disabled]
            table.highlighted = min(there, key=lambda place: abs(place - number))
        else:
            self._show_reason()

    @on(OptionList.OptionHighlighted)
    def _show_reason(self) -> None:
        """Why the highlighted call waits or the address is slowed down: in its row there is no room for sentences."""
        chosen = self._highlighted()
        if isinstance(chosen, Whereabouts):
            self.in_background("behind", partial(self._behind, chosen), partial(self._show_behind, chosen))
        else:
            self._tell(Content(safe(self.desk.manufacturers.why(chosen)) if chosen else ""))
        self.show_commands()

    def _behind(self, place: Whereabouts) -> tuple[Phone, ...]:
        """The last phones behind an address."""
        if place.site:
            return self.desk.sites.phones_at(place.subject, LAST_PHONES)
        return (place.phone,) if place.phone else ()

    def _show_behind(self, place: Whereabouts, phones: Sequence[Phone]) -> None:
        if self._highlighted() is place:
            now = self.desk.clock()
            self._tell(why(place, now), phone_lines(phones, now) or [Content(behind(place))])

    def _tell(self, reason: Content, phones: Sequence[Content] = ()) -> None:
        self.query_one("#reason", Static).update(reason)
        below = self.query_one("#behind", Static)
        below.update(Content("\n").join(phones))
        below.display = bool(phones)

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        chosen = self._highlighted()
        if command_id in ("retry_now", "retry_all") and not (self._waiting and self._waiting.jobs):
            return "No call is waiting."
        if command_id == "retry_now" and not isinstance(chosen, Job):
            return "Highlight the call that is to be made."
        if command_id == "release" and not isinstance(chosen, Whereabouts):
            return "Highlight the address that is to be released; there is none where nobody is slowed down."
        if command_id == "open_waiting":
            return self._why_not_open(chosen)
        return super().why_not(command_id)

    def _why_not_open(self, chosen: Job | Whereabouts | None) -> str | None:
        if chosen is None:
            return "No call is waiting."
        if isinstance(chosen, Whereabouts) and not (chosen.site or chosen.phone):
            return "No phone of ours has fetched from there."
        if isinstance(chosen, Job) and chosen.phone_id is None:
            return "This phone was removed: only its registration is still to be ended."
        return None

    def action_sites(self) -> None:
        """Show where phones fetch from, and which addresses are answered slowly."""
        from helpdesk_tui.screens.sites import SitesScreen

        self.app.push_screen(SitesScreen(self.session))

    def action_check(self) -> None:
        """Try the services again."""
        self._reports.clear()
        self.desk.services.renew()
        self._show_all()
        for vendor in Vendor:
            work = partial(self.desk.manufacturers.report, vendor)
            self.in_background(f"check {vendor.value}", work, self._report)

    def _report(self, report: ServiceReport) -> None:
        self._reports[report.vendor] = report
        self._show_all()

    def _highlighted_id(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return option.id or "" if option else ""

    def _highlighted(self) -> Job | Whereabouts | None:
        return self._rows.get(self._highlighted_id())

    async def action_release(self) -> None:
        """Forget the failures of the highlighted address."""
        place = self._highlighted()
        if isinstance(place, Whereabouts) and place.failures and await release(self, place.failures):
            self.read()

    async def action_retry_now(self) -> None:
        """Make the highlighted call now."""
        job = self._highlighted()
        if isinstance(job, Job):
            await self._retry([job])

    async def action_retry_all(self) -> None:
        """Make all waiting calls now."""
        await self._retry(self._waiting.jobs if self._waiting else ())

    async def _retry(self, jobs: Sequence[Job]) -> None:
        header = self.query_one(HeaderLine)
        self.desk.services.renew()
        attempts = self.desk.manufacturers.retry(jobs)
        done = failed = 0
        last = ""
        for number in range(1, len(jobs) + 1):
            header.show_count(f"trying {number} of {len(jobs)}{symbols().ellipsis}")
            attempt = await asyncio.to_thread(next, attempts)
            if attempt:
                done, failed, last = done + attempt.ok, failed + (not attempt.ok), attempt.sentence
        header.show_count("")
        if len(jobs) == 1:
            self.say(last or "Another process is at it, or has done it already.", "error" if failed else "information")
        else:
            self.say(f"{done} done, {failed} failed again.", "warning" if failed else "information")
        self.read()

    def action_open_waiting(self) -> None:
        """Open the phone of the highlighted call, or the phones behind the address."""
        chosen = self._highlighted()
        if isinstance(chosen, Whereabouts):
            open_place(self, chosen)
        elif chosen and chosen.phone_id is not None:
            from helpdesk_tui.screens.phone import PhoneScreen

            self.app.push_screen(PhoneScreen(self.session, chosen.phone_id))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.run_command("open_waiting")


CALLS = f"  {'Phone':17}  {'Call':11}{'Waits':>6}  {'Tries':>5}  Next try  Reason"
NO_CALLS = "No call is waiting: everything that was asked for has been done."


def _slowed_title(waiting: Waiting) -> Content:
    """How many are answered slowly; where the others are that have no room here."""
    more = waiting.all_slowed - len(waiting.slowed)
    return Content.assemble(
        (f"{symbols().attention} {waiting.all_slowed:,} slowed down", "bold $attention"),
        (f", {more:,} more: {press('sites')}" if more > 0 else "", "$quiet"),
    )


def _slowed_line(place: Whereabouts, now: datetime) -> str:
    failures = place.failures
    until = when(failures.throttled_until, now) if failures and failures.throttled_until else symbols().none
    who = behind(place) if place.site else safe(str(whose(place)))
    return f"  {fit(place.subject, 24)}  until {until}  {who}"


def _job_line(job: Job, now: datetime) -> str:
    if job.leased_until and job.leased_until > now:
        next_try = "now"
    elif job.next_try:
        next_try = "due" if job.next_try <= now else short_span(job.next_try - now)
    else:
        next_try = "by hand"
    reason = safe(job.reason_text or "") or (job.reason.value.replace("_", " ") if job.reason else "not tried yet")
    age = short_span(now - job.intended_at)
    return f"  {job.mac}  {fit(job.call.value, 11)}{age:>6}  {job.tries:>5}  {fit(next_try, 8)}  {reason}"
