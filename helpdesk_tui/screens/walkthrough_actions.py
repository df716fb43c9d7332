"""What an operator does in a walkthrough: tick off, choose, skip, note, hand over, and what its steps ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk_tui.backend import Action, Attempt, Phone, Refused, View, check_note
from helpdesk_tui.screens.base import HelpdeskScreen
from helpdesk_tui.screens.walkthrough_texts import LOST
from helpdesk_tui.themes import symbols

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk


class WalkthroughActions(HelpdeskScreen):
    """The commands of a walkthrough, for the run that `view` shows."""

    view: View | None = None
    """What is shown; None: nothing yet, or there is no such walkthrough."""
    under_way = ""
    """What is being waited for; empty: nothing."""

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def read(self) -> None:
        """Read the run again, and show what changed."""
        raise NotImplementedError

    def show_evidence(self) -> None:
        """Show what is known, and what is being waited for."""
        raise NotImplementedError

    async def action_done(self) -> None:
        """Tick the current step off."""
        if self.view and self.view.standing.step:
            view, step = self.view, self.view.standing.step
            await self._do(lambda: self.desk.walkthroughs.confirm(view.run, step.id))

    async def _do(self, change: Callable[[], object]) -> None:
        """Make a change in the background and show what came of it, also where it was refused."""
        try:
            await asyncio.to_thread(change)
        finally:
            self.read()

    def action_choose(self) -> None:
        """The first way that is offered."""
        self.action_choose_number(1)

    def action_choose_number(self, number: int) -> None:
        """Go the way of this number."""
        reason = self.reason_against("choose")
        if reason or self.view is None:
            self.say(reason or "There is no walkthrough here.", "warning")
        elif number <= len(self.view.standing.choices):
            self.run_worker(self._choose(self.view, number), name="choose", group="choose", exit_on_error=False)

    async def _choose(self, view: View, number: int) -> None:
        step, choice = view.standing.step, view.standing.choices[number - 1]
        language = self.desk.walkthroughs.language
        if step is None:
            return
        consequence = view.tell(choice.consequence, language)
        title = f"{view.tell(choice.label, language)}?"
        if not consequence or await self.ask(title, consequence=consequence, yes="Yes, go this way"):
            await self._do(lambda: self.desk.walkthroughs.choose(view.run, step.id, choice))

    async def action_skip(self) -> None:
        """Go on without this step."""
        if self.view and (step := self.view.standing.step):
            run = self.view.run
            reason = await self.ask_text("Why is this step skipped?", check=check_note)
            if reason is not None:
                await self._do(lambda: self.desk.walkthroughs.skip(run, step.id, reason))

    async def action_ask_caller(self) -> None:
        """The questions of this step, one by one; escape leaves the rest."""
        view = self.view
        if view is None or view.standing.step is None:
            return
        for question in view.standing.step.questions:
            title = f"{view.tell(question.label, self.desk.walkthroughs.language)}  {view.say(question.label)}"
            said = await self.ask_text(title, value=view.standing.progress.answers.get(question.id, ""))
            if said is None:
                break
            await asyncio.to_thread(self.desk.walkthroughs.answer, view.run, question.id, said)
        self.read()

    async def action_language(self) -> None:
        """The next language that the walkthrough is written in."""
        if self.view:
            view, languages = self.view, self.view.walkthrough.languages
            following = languages[(languages.index(view.language) + 1) % len(languages)]
            await self._do(lambda: self.desk.walkthroughs.speak(view.run, following))

    async def action_take_over(self) -> None:
        """Go on with a colleague's run."""
        if self.view:
            run = self.view.run
            self.app.clear_notifications()  # what was refused before is allowed from now on
            await self._do(lambda: self.desk.walkthroughs.take_over(run))

    async def action_abandon(self) -> None:
        """End the run before its end, and leave the screen."""
        if self.view:
            run = self.view.run
            reason = await self.ask_text("Why is this walkthrough given up?", check=check_note)
            if reason is not None:
                await asyncio.to_thread(self.desk.walkthroughs.abandon, run, reason)
                if (caller := self.session.caller) and caller.is_about(run.mac):
                    caller.end()
                    self.say(caller.over)
                self.action_back()

    # What a step asks for ---------------------------------------------------------------------------------------------

    async def action_activate(self) -> None:
        """Register the phone."""
        self.desk.services.renew()
        await self._act(Action.ACTIVATE)

    async def action_retry(self) -> None:
        """Make the waiting call now."""
        self.desk.services.renew()
        await self._act(Action.RETRY)

    async def action_add_again(self) -> None:
        """Remove the phone and add it again."""
        if self.view and await self._agreed(self.view.phone, "and add it again"):
            await self._act(Action.ADD_AGAIN)

    async def action_add_elsewhere(self) -> None:
        """Remove the phone and add it to another organisation."""
        if self.view is None:
            return
        phone = self.view.phone
        found = await asyncio.to_thread(self.desk.walkthroughs.other_organisations, phone)
        chosen = await self.choose("To which organisation?", [(each.id, each.name) for each in found])
        name = next((each.name for each in found if each.id == chosen), "")
        if chosen is not None and await self._agreed(phone, f"and add it to {name}"):
            await self._act(Action.ADD_ELSEWHERE, chosen)

    async def _agreed(self, phone: Phone, what: str) -> bool:
        return await self.ask(f"Remove {phone.mac} {what}?", consequence=LOST, yes=f"Yes, remove {what}")

    async def _act(self, action: Action, organisation_id: int | None = None) -> None:
        view = self.view
        if view is None:
            return
        talking = self.desk.walkthroughs.sentence(f"Talking to {view.phone.vendor.service_label}")
        self.under_way = f"{talking}{symbols().ellipsis}"
        self.show_evidence()

        def act() -> Attempt:
            if self.desk.walkthroughs.get(view.run.id).ended_at:
                raise Refused("A colleague has ended this walkthrough in the meantime: start over.")
            return self.desk.walkthroughs.act(view.run, action, organisation_id)

        try:
            attempt = await asyncio.to_thread(act)
            if not attempt.ok:  # else it is seen among the evidence
                self.say(self.desk.walkthroughs.sentence(attempt.sentence), "error")
        finally:
            self.under_way = ""
            self.show_evidence()
            self.read()

    async def action_ask_manufacturer(self) -> None:
        """Say what the manufacturer knows."""
        if self.view:
            asked = await asyncio.to_thread(self.desk.manufacturers.ask, self.view.phone)
            self.say(asked.sentence)
            self.read()

    def action_move(self) -> None:
        """Move the phone on its own screen, which says what is kept."""
        from helpdesk_tui.screens.move import MoveScreen

        if self.view:
            self.app.push_screen(MoveScreen(self.session, (self.view.phone.id,)))

    def action_firmware(self) -> None:
        """Choose the firmware on its own screen."""
        from helpdesk_tui.screens.firmware import FirmwareScreen

        if self.view:
            self.app.push_screen(FirmwareScreen(self.session, (self.view.phone.id,)))

    async def action_play_caller(self) -> None:
        """In a practice: the caller does what the step says. Else: whoever has the phone does something to it."""
        caller, view = self.session.caller, self.view
        if caller is None or view is None:
            return
        if caller.is_about(view.phone.mac):
            if told := caller.obey():
                self.say(self.desk.walkthroughs.sentence(told))
        else:
            from helpdesk_tui.screens.practice import play_caller

            await play_caller(self, view.phone, view.run.walkthrough)
        self.read()

    # Told -----------------------------------------------------------------------------------------------------------

    async def action_copy(self) -> None:
        """Send a summary for the ticket to the clipboard."""
        if self.view:
            text = await asyncio.to_thread(self.desk.walkthroughs.summary, self.view.run)
            self.copy(text, f"a summary of the walkthrough of {self.view.phone.mac}")

    async def action_save_summary(self) -> None:
        """Write the summary to a file; one that ends in .md becomes Markdown."""
        if self.view is None:
            return
        name = f"walkthrough-{self.view.phone.mac.hex}.txt"
        chosen = await self.ask_text("Save the summary as (.md: Markdown):", value=name, check=_check_file)
        if chosen:
            path, run = Path(chosen).expanduser(), self.view.run
            summary = self.desk.walkthroughs.summary
            text = await asyncio.to_thread(lambda: summary(run, markdown=path.suffix == ".md"))
            await asyncio.to_thread(path.write_text, text, encoding="utf-8")
            self.say(f"Saved: {path}")


def _check_file(name: str) -> None:
    """Raises Refused where no new file can be made."""
    path = Path(name).expanduser()
    if not name.strip() or path.exists() or not path.parent.is_dir():
        raise Refused("Name a new file in a folder that exists.")
