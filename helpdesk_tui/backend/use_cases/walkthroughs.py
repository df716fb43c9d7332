"""Runs of walkthroughs: begun, resumed, gone on with, handed over, and left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.failures import address_subject
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.phones import NewPhone, Phones
from helpdesk_tui.backend.use_cases.registration import Attempt, Registration
from helpdesk_tui.backend.use_cases.walkthrough_files import library_with, problems_with
from helpdesk_tui.backend.walkthroughs import engine
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.checks import Evidence
from helpdesk_tui.backend.walkthroughs.definition import LANGUAGES, Choice, Text, Walkthrough
from helpdesk_tui.backend.walkthroughs.engine import Case, Standing
from helpdesk_tui.backend.walkthroughs.library import Library
from helpdesk_tui.backend.walkthroughs.progress import Progress
from helpdesk_tui.backend.walkthroughs.reader import Problem
from helpdesk_tui.backend.walkthroughs.summary import result, summary
from helpdesk_tui.backend.walkthroughs.words import filled, words_of

if TYPE_CHECKING:
    from helpdesk_tui.backend.model.catalogue import PhoneModel
    from helpdesk_tui.backend.model.organisation import Organisation

FIX = "fix-suboptimal-state"
RESET = "factory-reset"
"""Walkthroughs that have a key of their own; those of resets are named after the manufacturer too."""

LONGEST_NOTE = 300
"""Characters of a reason or an answer."""

PROOFS = frozenset(
    {
        *(EventKind.REGISTERED, EventKind.REGISTER_FAILED, EventKind.DEREGISTERED, EventKind.DEREGISTER_FAILED),
        *(EventKind.EXPIRED, EventKind.FIRST_CONTACT, EventKind.FETCHED, EventKind.FIRMWARE_INSTALLED),
        *(EventKind.ADDED, EventKind.MOVED, EventKind.FIRMWARE, EventKind.LOGIN, EventKind.LOGOUT),
    }
)
"""Events that are evidence."""


@dataclass(frozen=True, slots=True)
class View:
    """One run, read at one moment."""

    run: Run
    walkthrough: Walkthrough
    phone: Phone
    evidence: Evidence
    standing: Standing
    language: str
    """Spoken with the caller."""
    words: dict[str, str]
    """What the placeholders of its texts stand for."""

    def say(self, text: Text) -> str:
        """A text for the caller."""
        return filled(text.shown(self.language), self.words)

    def tell(self, text: Text, language: str) -> str:
        """A text for the operator, in their language."""
        return filled(text.shown(language), self.words)


class Walkthroughs:
    """The walkthroughs of one environment's phones; stored after every action, so that they survive a lost line."""

    def __init__(self, context: Context, phones: Phones, registration: Registration) -> None:
        self._context = context
        self._store = context.store
        self._phones = phones
        self._registration = registration

    # -- what there is ------------------------------------------------------------------------------------------------

    @cached_property
    def library(self) -> Library:
        """All walkthroughs, and what is wrong with their files."""
        return library_with(self._context.environment.walkthrough_folder, self._families)

    @property
    def _families(self) -> frozenset[str]:
        return frozenset(model.family for model in self._context.catalogue.models)

    @property
    def language(self) -> str:
        """The operators' own language."""
        return self._context.environment.operator_language

    def sentence(self, english: str) -> str:
        """What the program says of its own accord, in the operators' language."""
        return self.library.sentences.shown(english, self.language)

    def offered(self, phone: Phone) -> tuple[Walkthrough, ...]:
        """The walkthroughs that are meant for this phone."""
        return self.library.offered(self._model(phone))

    def check(self, path: Path | None = None) -> tuple[Problem, ...]:
        """What is wrong with the files in force or, with a path, with that file or folder over the shipped ones."""
        return problems_with(path, self._families) if path else self.library.problems

    def open_runs(self) -> tuple[Run, ...]:
        """The runs that nobody has ended, the latest first."""
        return self._store.runs.open_runs()

    def runs_of(self, phone: Phone) -> tuple[Run, ...]:
        """All runs of this phone, the latest first."""
        return self._store.runs.of_phone(phone.mac)

    # -- begun and resumed --------------------------------------------------------------------------------------------

    def resume_or_start(self, phone: Phone, walkthrough_id: str) -> Run:
        """The open run, or a new one; for whoever only looks, one that is not stored. Raises NotFound."""
        walkthrough = self._walkthrough(walkthrough_id)
        run = self._store.runs.open_run(phone.mac, walkthrough_id)
        if run:
            return run
        if self._context.looks_only:
            now = self._context.clock()
            return Run(0, phone.mac, walkthrough_id, self._context.operator, now, now, None, "", {})
        with self._context.write():
            run = self._store.runs.open_run(phone.mac, walkthrough_id)  # a colleague may have been quicker
            if run:
                return run
            run_id = self._store.runs.start(phone.mac, walkthrough_id, self._context.operator)
            self._note(phone, f"Began the walkthrough “{walkthrough.title.shown(self.language)}”.")
            return self.get(run_id)

    def get(self, run_id: int) -> Run:
        """The run as it is now, with what a colleague may have added. Raises NotFound."""
        run = self._store.runs.get(run_id)
        if run is None:
            raise NotFound("This walkthrough does not exist any more: start it again.")
        return run

    def look(self, run: Run) -> View:
        """Where this run stands now. Raises NotFound when its phone or its walkthrough is gone."""
        if run.id:
            run = self.get(run.id)
        walkthrough = self._walkthrough(run.walkthrough)
        phone = self._phones.find(run.mac.colons)
        evidence = self._evidence(run, phone)
        progress = Progress.from_json(run.progress)
        standing = self._standing(run, walkthrough, phone, evidence, progress)
        organisation = self._store.directory.organisation(phone.organisation_id)
        language = progress.language or _language_of(organisation, walkthrough)
        return View(
            run,
            walkthrough,
            phone,
            evidence,
            standing,
            language,
            words_of(phone, self._context.environment, organisation),
        )

    def again(self, view: View) -> View:
        """The same evidence at a later moment: what time alone changes. Reads nothing."""
        progress = Progress.from_json(view.run.progress)
        return replace(view, standing=self._standing(view.run, view.walkthrough, view.phone, view.evidence, progress))

    def advance(self, run: Run) -> View:
        """Write down what evidence has proven; of a run that a colleague has, nothing is written."""
        view = self.look(run)
        if self._context.looks_only or view.run.ended_at or view.run.operator != self._context.operator:
            return view
        if view.standing.progress == Progress.from_json(view.run.progress) and not view.standing.over:
            return view
        with self._context.write():
            view = self.look(run)
            if not view.run.ended_at and view.run.operator == self._context.operator:
                self._save(view, view.standing.progress)
        return self.look(run)

    # -- what an operator does ----------------------------------------------------------------------------------------

    def confirm(self, run: Run, step_id: str) -> View:
        """The operator says that this step is done. Raises Refused when it is not its turn."""
        return self._change(run, step_id, lambda case, standing: engine.confirm(case, standing, self._operator))

    def choose(self, run: Run, step_id: str, choice: Choice) -> View:
        """Go one of the ways that the step offers. Raises Refused when it is not offered any more."""
        return self._change(run, step_id, lambda case, standing: engine.choose(case, standing, choice, self._operator))

    def skip(self, run: Run, step_id: str, reason: str) -> View:
        """Go on without this step; the reason is recorded. Raises Refused where what follows needs it, or BadInput."""
        reason = check_note(reason)
        return self._change(run, step_id, lambda case, standing: engine.skip(case, standing, reason, self._operator))

    def answer(self, run: Run, question_id: str, text: str) -> View:
        """Write down what the caller said; empty text takes it away."""
        text = " ".join(text.split())[:LONGEST_NOTE]
        with self._context.write():
            view = self._mine(run)
            progress = Progress.from_json(view.run.progress)
            answers = {name: said for name, said in progress.answers.items() if name != question_id}
            self._save(view, replace(progress, answers=answers | ({question_id: text} if text else {})))
        return self.advance(run)

    def speak(self, run: Run, language: str) -> View:
        """Speak this language with the caller from now on."""
        with self._context.write():
            view = self._mine(run)
            self._save(view, replace(Progress.from_json(view.run.progress), language=language))
        return self.look(run)

    def take_over(self, run: Run) -> View:
        """Go on with a colleague's run; both names are recorded."""
        with self._context.write():
            view = self.look(run)
            if view.run.ended_at:
                raise Refused("This walkthrough has been ended in the meantime: start it again.")
            if view.run.operator != self._operator:
                self._note(view.phone, f"Took over the walkthrough “{self.title(view.run)}” from {view.run.operator}.")
                self._store.runs.save(view.run.id, self._operator, view.run.progress)
        return self.advance(run)

    def abandon(self, run: Run, reason: str) -> None:
        """Leave a run for good; why is recorded. A run whose phone or file is gone can be left too."""
        reason = check_note(reason)
        with self._context.write():
            run = self.get(run.id)
            if run.ended_at:
                raise Refused("This walkthrough has been ended in the meantime.")
            self._store.runs.end(run.id, f"left: {reason}")
            text = f"Left the walkthrough “{self.title(run)}”: {reason}"
            phone = self._store.phones.by_mac(run.mac)
            organisation = phone.organisation if phone else ""
            self._store.events.add(self._operator, EventKind.WALKTHROUGH, text, run.mac, organisation)

    def start_over(self, run: Run) -> Run:
        """Begin the same walkthrough anew, from its first step."""
        with self._context.write():
            run = self.get(run.id)
            phone = self._phones.find(run.mac.colons)
            if run.ended_at is None:
                self._mine(run)
                self._store.runs.end(run.id, "started over")
            return self.resume_or_start(phone, run.walkthrough)

    def act(self, run: Run, action: Action, organisation_id: int | None = None) -> Attempt:
        """Do what the step says, right here. Raises Refused when the step does not say it."""
        view = self._mine(run)
        step = view.standing.step
        if step is None or action.value not in step.actions:
            raise Refused("This step does not ask for that: look at what it says now.")
        phone = view.phone
        match action:
            case Action.ACTIVATE:
                return self._registration.activate(phone)
            case Action.ADD_AGAIN:
                return self._add_again(phone, phone.organisation_id)
            case Action.ADD_ELSEWHERE if organisation_id is not None:
                return self._add_again(phone, organisation_id)
            case Action.RETRY:
                attempt = self._registration.retry(phone.mac)
                if attempt is None:
                    raise Refused("No call is waiting for this phone, or another process makes it: look again.")
                return attempt
        raise Refused("This is not done here: it has a screen of its own.")

    def _add_again(self, phone: Phone, organisation_id: int) -> Attempt:
        """Remove a phone and add it anew. Its settings are lost; serial number and PIN are kept."""
        values: dict[str, object] = {"serial": phone.serial, "pin": phone.pin}
        new = NewPhone(phone.mac, self._context.catalogue.get(phone.model), organisation_id, values)
        self._phones.remove(phone)
        return self._phones.add(new)

    def other_organisations(self, phone: Phone) -> tuple[Organisation, ...]:
        """Where a phone can be moved to."""
        return tuple(each for each in self._store.directory.organisations() if each.id != phone.organisation_id)

    # -- told ---------------------------------------------------------------------------------------------------------

    def summary(self, run: Run, *, markdown: bool = False) -> str:
        """The run for a ticket, without secrets."""
        view = self.look(run)
        events = [event for event in view.evidence.events if event.kind in PROOFS]
        return summary(
            view.walkthrough, view.run, view.phone, view.standing, events,
            environment=self._context.environment.name, language=self.language, say=self.sentence,
            now=self._context.clock(), markdown=markdown,
        )  # fmt: skip

    def title(self, run: Run) -> str:
        """What a run is called; its id where its file is gone."""
        known = self.library.walkthroughs.get(run.walkthrough)
        return known.title.shown(self.language) if known else run.walkthrough

    def where(self, run: Run) -> str:
        """Where a run stands, in a few words; also of one whose phone or file is gone."""
        try:
            view = self.look(run)
        except NotFound:
            return self.sentence(run.outcome or "its phone or its walkthrough is gone")
        step = view.standing.step
        if step and view.run.ended_at is None:
            return view.tell(step.title, self.language)
        return result(view.run, view.standing, self.language, self.sentence)

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _operator(self) -> str:
        return self._context.operator

    def _walkthrough(self, walkthrough_id: str) -> Walkthrough:
        found = self.library.walkthroughs.get(walkthrough_id)
        if found is None:
            raise NotFound(f"There is no walkthrough {walkthrough_id!r}: see `helpdesk-tui walkthrough check`.")
        return found

    def _model(self, phone: Phone) -> PhoneModel:
        return self._context.catalogue.get(phone.model)

    def _mine(self, run: Run) -> View:
        """The run as it stands inside this transaction. Raises Refused when it is ended or a colleague's."""
        view = self.look(run)
        if view.run.ended_at:
            raise Refused("Somebody has ended this walkthrough in the meantime: open it again.")
        if view.run.operator != self._operator:
            raise Refused(f"{view.run.operator} has this walkthrough: take it over first.")
        return view

    def _change(self, run: Run, step_id: str, change: Callable[[Case, Standing], Progress]) -> View:
        with self._context.write():
            view = self._mine(run)
            if view.standing.step is None or view.standing.step.id != step_id:
                raise Refused("Another step comes first: do the one that is marked.")
            case = self._case(view.run, view.walkthrough, view.phone, view.evidence)
            progress = change(case, view.standing)
            latest = progress.trail[-1]
            title = view.standing.step.title.find("en")[0]
            self._note(view.phone, f"{title}: {latest.how.value}: {latest.note}")
            self._save(view, progress)
        return self.advance(run)

    def _save(self, view: View, progress: Progress) -> None:
        """Store the trail; a run that has come to an end is ended."""
        self._store.runs.save(view.run.id, self._operator, progress.to_json())
        standing = self._standing(view.run, view.walkthrough, view.phone, view.evidence, progress)
        if standing.end:
            self._store.runs.end(view.run.id, standing.end.id)
            ended = standing.end.title.shown(self.language)
            self._note(view.phone, f"Ended the walkthrough “{self.title(view.run)}”: {ended}")
        elif standing.leads_to:
            self._store.runs.end(view.run.id, f"went on with {standing.leads_to}")

    def _case(self, run: Run, walkthrough: Walkthrough, phone: Phone, evidence: Evidence) -> Case:
        return Case(walkthrough, self._model(phone), evidence, run.started_at, self._context.clock())

    def _standing(
        self, run: Run, walkthrough: Walkthrough, phone: Phone, evidence: Evidence, progress: Progress
    ) -> Standing:
        return engine.follow(self._case(run, walkthrough, phone, evidence), progress)

    def _evidence(self, run: Run, phone: Phone) -> Evidence:
        since = run.started_at
        throttled, refused = self._store.failures.throttled(self._context.clock()), self._phones.refused(phone)
        subjects = {phone.mac.colons, *([address_subject(phone.last_address)] if phone.last_address else [])}
        if phone.last_address:
            near: Iterable[Phone] = self._store.phones.at_address(phone.last_address)
        else:
            near = self._store.phones.of_organisation(phone.organisation_id)[:20]
        return Evidence(
            phone,
            tuple(event for event in self._phones.history(phone.mac) if event.at >= since),
            tuple(request for request in self._phones.requests(phone) if request.at >= since),
            tuple(other for other in near if other.id != phone.id),
            bool(subjects & throttled.keys()),
            refused.count if refused and refused.last_at >= since else 0,
        )

    def _note(self, phone: Phone, text: str) -> None:
        self._store.events.add(self._operator, EventKind.WALKTHROUGH, text, phone.mac, phone.organisation)


def _language_of(organisation: Organisation | None, walkthrough: Walkthrough) -> str:
    wanted = organisation.language if organisation else LANGUAGES[0]
    return wanted if wanted in walkthrough.languages else LANGUAGES[0]


def check_note(text: str) -> str:
    """A reason in a few words. Raises BadInput when there is none."""
    note = " ".join(text.split())
    if len(note) < 3:
        raise BadInput("Say why in a few words: colleagues read it in the summary.")
    return note[:LONGEST_NOTE]
