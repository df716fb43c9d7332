"""Runs of walkthroughs for tests: opened on a desk, shown where they stand, and moved."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.use_cases.walkthroughs import View
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.progress import How
from tests.frozen_clock import FrozenClock

SECOND = timedelta(seconds=1)


class Walk:
    """One run, as an operator and a caller go through it."""

    def __init__(self, desk: Helpdesk, phone: Phone, walkthrough: str, clock: FrozenClock) -> None:
        self.desk, self.clock, self.mac = desk, clock, phone.mac
        self.run = desk.walkthroughs.resume_or_start(phone, walkthrough)
        self.view = desk.walkthroughs.advance(self.run)

    @property
    def phone(self) -> Phone:
        return self.desk.phones.find(self.mac.colons)

    @property
    def at(self) -> str:
        """The id of the step or end where it stands now."""
        self.look()
        standing = self.view.standing
        if standing.step:
            return standing.step.id
        return standing.end.id if standing.end else f"walkthrough:{standing.leads_to}"

    def look(self) -> View:
        self.view = self.desk.walkthroughs.advance(self.run)
        return self.view

    def confirm(self) -> None:
        self._pass()
        self.view = self.desk.walkthroughs.confirm(self.run, self.at)

    def choose(self, go: str) -> None:
        """Go the offered way that leads there."""
        self._pass()
        at = self.at
        choice = next(choice for choice in self.view.standing.choices if choice.go == go)
        self.view = self.desk.walkthroughs.choose(self.run, at, choice)

    def skip(self, reason: str = "the caller did it before") -> None:
        self._pass()
        self.view = self.desk.walkthroughs.skip(self.run, self.at, reason)

    def act(self, action: Action, organisation_id: int | None = None) -> None:
        self._pass()
        self.desk.walkthroughs.act(self.run, action, organisation_id)
        self.look()

    def how(self, step_id: str) -> How:
        """How this step was left last."""
        trail = self.view.standing.progress.trail
        return next(passage.how for passage in reversed(trail) if passage.step == step_id)

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def _pass(self) -> None:
        self.clock.advance(SECOND)

    # -- what the phone does ------------------------------------------------------------------------------------------

    def first_boot(self) -> None:
        """After a reset: sent here by the manufacturer, then by its own address, and removed there."""
        self._pass()
        phone, now = self.phone, self.clock()
        text = "The phone came by the temporary address."
        self.desk.store.events.add("platform", EventKind.FIRST_CONTACT, text, self.mac)
        self._request(phone, Via.TEMPORARY)
        self.desk.store.phones.update(phone.id, {"token_used_at": now, "last_seen": now})
        self._pass()
        self.fetches()

    def fetches(self, firmware: str | None = None, note: str = "") -> None:
        """It fetches its settings by its own address."""
        self._pass()
        phone, now = self.phone, self.clock()
        self._request(phone, Via.DEFINITIVE, note)
        values: dict[str, object] = {"last_seen": now, "token_used_at": None, "last_address": "198.51.100.7"}
        if firmware:
            values |= {"firmware_installed": firmware, "firmware_learned_at": now}
        self.desk.store.phones.update(phone.id, values)
        if self.desk.registration.phone_fetched(self.phone):
            list(self.desk.registration.run_due())

    def _request(self, phone: Phone, via: Via, note: str = "") -> None:
        request = Request(0, self.clock(), phone.id, "198.51.100.7", "settings", via, 200, 900, "agent", note)
        self.desk.store.requests.add_many([request])
