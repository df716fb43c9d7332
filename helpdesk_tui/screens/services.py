"""The manufacturers' services: are they reachable, what is waiting for them, and when the weekly deadline is."""

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
from helpdesk_tui.backend import Field, Job, Query, Queue, ServiceReport, Step, Vendor
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import ago, countdown, short_span


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the database says of the services."""

    queues: tuple[Queue, ...]
    registered: int
    """Phones whose registration the next deadline ends, unless they come by."""
    deadline: datetime
    throttled: tuple[str, ...]
    """Addresses and MACs whose failures are answered slowly now."""

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

    def compose(self) -> ComposeResult:
        yield from self.header("Manufacturers' services")
        yield Static(id="services", markup=False)
        yield RuleLine()
        yield Static(id="queue-head", markup=False)
        yield OptionList(compact=True)
        yield Static(id="reason", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.action_check()
        self.set_interval(GROW_OLD, self._show_all)

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        def read() -> Waiting:
            queues = tuple(self.desk.manufacturers.queue(vendor) for vendor in Vendor)
            active = self.desk.phones.page(Query().with_term(Field.STEP, Step.ACTIVE.value), 0, 0).total
            deadline = self.desk.environment.weekly_deadline.after(self.desk.clock())
            return Waiting(queues, active, deadline, tuple(self.desk.fetching.throttled()))

        self.in_background("queue", read, self._take)

    def _take(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._show_all()
        self._show_jobs(waiting.jobs)
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
        if self._waiting.throttled:
            some = ", ".join(safe(subject) for subject in self._waiting.throttled[:3])
            lines.append(
                Content.assemble(
                    (f"{symbols().attention} {len(self._waiting.throttled)} slowed down", "bold $attention"),
                    f"  {some}  ",
                    ("L", "bold $key"),
                    "  sites",
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

    def _show_jobs(self, jobs: Sequence[Job]) -> None:
        head = self.query_one("#queue-head", Static)
        table = self.query_one(OptionList)
        highlighted = table.highlighted
        table.clear_options()
        self._show_reason()
        if not jobs:
            head.update(Content.styled("No call is waiting: everything that was asked for has been done.", "$quiet"))
            return
        head.update(
            Content.styled(f"  {'Phone':17}  {'Call':11}{'Waits':>6}  {'Tries':>5}  Next try  Reason", "$quiet")
        )
        now = self.desk.clock()
        table.add_options([Option(Content(_job_line(job, now)), id=job.mac.hex) for job in jobs])
        table.highlighted = min(highlighted or 0, len(jobs) - 1)

    @on(OptionList.OptionHighlighted)
    def _show_reason(self) -> None:
        """Why the highlighted call is waiting: in its row there is no room for whole sentences."""
        job = self._highlighted()
        self.query_one("#reason", Static).update(Content(safe(self.desk.manufacturers.why(job)) if job else ""))

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if command_id in ("retry_now", "retry_all", "open_waiting") and not (self._waiting and self._waiting.jobs):
            return "No call is waiting."
        return super().why_not(command_id)

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

    def _highlighted(self) -> Job | None:
        number = self.query_one(OptionList).highlighted
        jobs = self._waiting.jobs if self._waiting else ()
        return jobs[number] if number is not None and number < len(jobs) else None

    async def action_retry_now(self) -> None:
        """Make the highlighted call now."""
        job = self._highlighted()
        if job:
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
        """Open the phone of the highlighted call."""
        job = self._highlighted()
        if job is None:
            return
        if job.phone_id is None:
            self.say("This phone was removed: only its registration is still to be ended.")
            return
        from helpdesk_tui.screens.phone import PhoneScreen

        self.app.push_screen(PhoneScreen(self.session, job.phone_id))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.run_command("open_waiting")


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
