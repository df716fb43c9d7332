"""Runs of the checklist that mends a suboptimal state."""

from __future__ import annotations

from math import ceil

from helpdesk_tui.backend.errors import NotFound, Refused
from helpdesk_tui.backend.model.checklist import Item, ItemState, State, item_states
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.store.database import stamp
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.phones import NewPhone, Phones
from helpdesk_tui.backend.use_cases.registration import Attempt, Registration

FIX = "fix-suboptimal-state"

TICKED = {Item.RESET: "Checklist: the caller resets the phone.", Item.START: "Checklist: the display is idle."}


class Checklist:
    """The checklist of one environment's phones; stored at every step, so that it resumes after a lost line."""

    def __init__(self, context: Context, phones: Phones, registration: Registration) -> None:
        self._context = context
        self._store = context.store
        self._phones = phones
        self._registration = registration

    def resume_or_start(self, phone: Phone) -> Run:
        """The open run of this phone, or a new one. Opened read-only, a run that is not stored."""
        run = self._store.runs.open_run(phone.mac, FIX)
        if run:
            return run
        if self._context.read_only:
            now = self._context.clock()
            return Run(0, phone.mac, FIX, self._context.operator, now, now, None, "", {})
        with self._context.write():
            run = self._store.runs.open_run(phone.mac, FIX)  # a colleague may have been quicker
            if run:
                return run
            run_id = self._store.runs.start(phone.mac, FIX, self._context.operator)
            self._note(phone, "Started the checklist for a suboptimal state.")
            return self.get(run_id)

    def get(self, run_id: int) -> Run:
        """The run as it is now, with what a colleague may have added."""
        run = self._store.runs.get(run_id)
        if run is None:
            raise NotFound("This checklist does not exist any more: start it again.")
        return run

    def states(self, run: Run, phone: Phone) -> tuple[ItemState, ...]:
        """The steps as they stand now."""
        return item_states(run, phone, self._context.clock())

    def activate(self, run: Run, phone: Phone) -> Attempt:
        """The first step, one way: Activate."""
        attempt = self._registration.activate(phone)
        if attempt.ok and attempt.phone:
            self._tick(run, attempt.phone, Item.PREPARE, "Checklist: registered by Activate.")
        return attempt

    def add_again(self, run: Run, phone: Phone) -> Attempt:
        """The first step, the other way: remove the phone and add it again. Its settings are lost."""
        values: dict[str, object] = {"serial": phone.serial, "pin": phone.pin}
        new = NewPhone(phone.mac, self._context.catalogue.get(phone.model), phone.organisation_id, values)
        self._phones.remove(phone)
        attempt = self._phones.add(new)
        if attempt.ok and attempt.phone:
            self._tick(run, attempt.phone, Item.PREPARE, "Checklist: removed and added again.")
        return attempt

    def tick(self, run: Run, phone: Phone, item: Item) -> Run:
        """The operator says that this step is done. Raises Refused when it is not its turn."""
        with self._context.write():
            phone = self._phones.get(phone.id)
            now_at = next((state for state in self.states(self._open(run), phone) if state.state is State.NOW), None)
            if now_at is None or now_at.item is not item:
                raise Refused("Another step comes first: do the one that is marked.")
            if now_at.blocked:
                raise Refused(now_at.blocked)
            if now_at.quiet_left:
                seconds = ceil(now_at.quiet_left.total_seconds())
                raise Refused(f"The phone must be left alone for another {seconds} seconds: wait.")
            return self._tick(run, phone, item, TICKED.get(item, f"Checklist: {item.value} done."))

    def finish(self, run: Run, phone: Phone) -> None:
        """End a run whose last step is proven. Raises Refused when it is not."""
        with self._context.write():
            states = self.states(self._open(run), self._phones.get(phone.id))
            if any(state.state is not State.DONE for state in states):
                raise Refused("The phone is not in normal operation yet: go on with the checklist, or start over.")
            self._store.runs.end(run.id, "mended")
            self._note(phone, "Checklist ended: the phone is in normal operation.")

    def start_over(self, run: Run, phone: Phone) -> Run:
        """Give up this run and begin anew."""
        with self._context.write():
            self._store.runs.end(run.id, "started over")
            self._note(phone, "Checklist started over.")
        return self.resume_or_start(phone)

    def _open(self, run: Run) -> Run:
        """The run as it stands inside this transaction. Raises Refused when somebody has ended it."""
        current = self.get(run.id)
        if current.ended_at:
            raise Refused("Somebody has ended this checklist in the meantime: open it again.")
        return current

    def _tick(self, run: Run, phone: Phone, item: Item, text: str) -> Run:
        with self._context.write():
            progress = {**self._open(run).progress, item.value: stamp(self._context.clock())}
            self._store.runs.save(run.id, self._context.operator, progress)
            self._note(phone, text)
        return self.get(run.id)

    def _note(self, phone: Phone, text: str) -> None:
        self._store.events.add(self._context.operator, EventKind.WALKTHROUGH, text, phone.mac, phone.organisation)
