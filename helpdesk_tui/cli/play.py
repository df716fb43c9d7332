"""A walkthrough played line by line, with choices by number: the same runs, steps and evidence as on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import click

from helpdesk_tui.backend import Action, Helpdesk, HelpdeskError, Run, View
from helpdesk_tui.cli import plain

if TYPE_CHECKING:
    from helpdesk_tui.backend.walkthroughs.definition import Choice

LOOK_AGAIN = 0.5
"""Seconds between two looks, while news are waited for."""
PATIENCE = 60.0
"""Seconds after which somebody is asked again what to do."""
LOST = "Its name, VLAN, user log-in, function keys, custom settings, firmware choice and own SIP account are lost."
ACTIONS = {
    Action.ACTIVATE: "Register the phone at its manufacturer",
    Action.ADD_AGAIN: "Remove the phone and add it again",
    Action.ADD_ELSEWHERE: "Remove the phone and add it to another organisation",
    Action.RETRY: "Make the call that waits for the manufacturer now",
    Action.ASK: "Ask the manufacturer what it knows of the phone",
}
ELSEWHERE = {Action.MOVE: "helpdesk-tui phone move", Action.FIRMWARE: "helpdesk-tui phone firmware"}
Offer = tuple[str, Callable[[], View | None]]


class Left(Exception):
    """The operator leaves; the run keeps its place."""


class Player:
    """Plays one run until its end, or until the operator leaves."""

    def __init__(self, desk: Helpdesk, run: Run) -> None:
        self._desk = desk
        self._run = run
        self._told: list[str] = []
        """What was printed of the step that the run stands at."""
        self._step: object = None

    def play(self) -> None:
        """Play."""
        view = self._desk.walkthroughs.advance(self._run)
        self._print([plain.heading(view, self._desk.walkthroughs.language)])
        while True:
            self._tell(view)
            if view.standing.over:
                self._print([f"The summary for the ticket: helpdesk-tui walkthrough summary {self._run.id}"])
                return
            try:
                view = self._ask(view)
            except (Left, click.Abort):
                click.echo("The walkthrough keeps its place.")
                return
            except HelpdeskError as refused:
                self._print([str(refused)])
                view = self._desk.walkthroughs.advance(self._run)

    def _tell(self, view: View) -> None:
        """Print what was not yet told."""
        standing = view.standing
        place = (standing.step.id if standing.step else None, len(standing.progress.trail))
        if place != self._step:
            self._step, self._told = place, []
            self._print(plain.step_sentences(view, self._desk.walkthroughs.language))
        for sentence in plain.evidence_sentences(self._desk, view):
            if sentence not in self._told:
                self._told.append(sentence)
                self._print([sentence])

    def _ask(self, view: View) -> View:
        """Offer everything that can be done, and do what is chosen."""
        offers = list(self._offers(view))
        for number, (words, _) in enumerate(offers, 1):
            self._print([f"{number}: {words}"])
        chosen = click.prompt("Number", type=click.IntRange(1, len(offers)), prompt_suffix=": ")
        after = offers[chosen - 1][1]()
        return after or self._desk.walkthroughs.advance(self._run)

    def _offers(self, view: View) -> Iterable[Offer]:
        if view.run.operator == self._desk.operator:
            yield from self._steps(view)
        else:
            name = view.run.operator
            yield f"Take over from {name}.", lambda: self._desk.walkthroughs.take_over(self._run)
        yield f"Wait for news, {int(PATIENCE)} seconds at most.", lambda: self._wait(view)
        yield "Leave; the walkthrough keeps its place.", self._leave

    def _steps(self, view: View) -> Iterable[Offer]:
        """What can be done at the step."""
        step, standing, runs = view.standing.step, view.standing, self._desk.walkthroughs
        assert step is not None
        if standing.may_confirm:
            yield (
                f"Done: {plain.ended(view.tell(step.confirm, runs.language))}",
                lambda: runs.confirm(self._run, step.id),
            )
        for choice in standing.choices:
            yield plain.ended(view.tell(choice.label, runs.language)), partial(self._choose, view, choice)
        for action in map(Action, step.actions):
            words = ACTIONS.get(action) or f"Tell how: {ELSEWHERE[action]}"
            yield f"{words}.", partial(self._act, view, action)
        if step.questions:
            yield "Note what the caller answers.", lambda: self._note(view)
        if step.next and step.may_skip:
            yield "Go on without this step.", lambda: runs.skip(self._run, step.id, click.prompt("Why"))

    def _choose(self, view: View, choice: Choice) -> View | None:
        runs, step = self._desk.walkthroughs, view.standing.step
        if step is None or not self._agreed(view.tell(choice.consequence, runs.language)):
            return None
        return runs.choose(self._run, step.id, choice)

    def _act(self, view: View, action: Action) -> None:
        if action in ELSEWHERE:
            self._print([f"Do it in another terminal with: {ELSEWHERE[action]} {view.phone.mac}"])
            return
        target: int | None = None
        if action is Action.ADD_ELSEWHERE:
            found = self._desk.walkthroughs.other_organisations(view.phone)
            for number, organisation in enumerate(found, 1):
                self._print([f"{number}: {organisation.name}"])
            target = found[click.prompt("Number", type=click.IntRange(1, len(found)), prompt_suffix=": ") - 1].id
        if action in (Action.ADD_AGAIN, Action.ADD_ELSEWHERE) and not self._agreed(LOST):
            return
        self._desk.services.renew()
        if action is Action.ASK:
            self._print([self._desk.manufacturers.ask(view.phone).sentence])
            return
        self._print(["Talking to the manufacturer."])
        self._print([self._desk.walkthroughs.act(self._run, action, target).sentence])

    def _note(self, view: View) -> None:
        step, runs = view.standing.step, self._desk.walkthroughs
        for question in step.questions if step else ():
            before = view.standing.progress.answers.get(question.id, "")
            said = click.prompt(plain.plain(view.tell(question.label, runs.language)), default=before)
            runs.answer(self._run, question.id, said)

    def _wait(self, view: View) -> View:
        """Look until something happened, or for a minute; Ctrl-C ends the waiting."""
        end = time.monotonic() + PATIENCE
        known = list(plain.evidence_sentences(self._desk, view))
        try:
            while time.monotonic() < end:
                time.sleep(LOOK_AGAIN)
                now = self._desk.walkthroughs.advance(self._run)
                moved = now.standing.progress != view.standing.progress
                if moved or now.standing.may_confirm != view.standing.may_confirm:
                    return now
                if [each for each in plain.evidence_sentences(self._desk, now) if each not in known]:
                    return now
        except KeyboardInterrupt:
            pass
        return self._desk.walkthroughs.advance(self._run)

    def _leave(self) -> None:
        raise Left

    def _agreed(self, consequence: str) -> bool:
        return not consequence or click.confirm(plain.plain(f"{consequence} Go on?"))

    def _print(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            click.echo(plain.plain(sentence))
