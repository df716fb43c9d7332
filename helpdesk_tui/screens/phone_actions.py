"""What can be done with the phones that are chosen: on the list and on the phone's own screen alike."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpdesk_tui.backend import FIX, RESET, Attempt, Phone, Refused, VerdictKind
from helpdesk_tui.commands import press
from helpdesk_tui.screens.environments import SWITCH, EnvironmentActions
from helpdesk_tui.themes import symbols

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk


class PhoneActions(EnvironmentActions):
    """Activate, fix, reset, settings file, firmware and copy, for `chosen()`."""

    _stopping = False
    """Somebody wants to stop an activation of several phones."""

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def chosen(self) -> tuple[Phone, ...]:
        """The phones that a command is for."""
        raise NotImplementedError

    async def action_activate(self) -> None:
        """Register the chosen phones at their manufacturers."""
        phones = self.chosen()
        if len(phones) > 1:
            title, consequence = f"Activate {len(phones)} phones?", "Each is registered at its manufacturer."
            shared = await asyncio.to_thread(lambda: sum(bool(self.elsewhere(phone)) for phone in phones))
            if shared:
                consequence += f" {shared} of them another environment has too: after a reset they come here."
        elif elsewhere := await asyncio.to_thread(self.elsewhere, phones[0]):
            title = f"Activate {phones[0].mac} in {self.session.environment}?"
            consequence = " ".join(other.sentence for other in elsewhere)
        elif self.desk.phones.verdict(phones[0]).kind is VerdictKind.OK:
            title = f"Activate {phones[0].mac}, which is in normal operation?"
            consequence = "Only needed before a factory reset; it stays registered until the phone calls in."
        else:
            title = consequence = ""
        if title and not await self.ask(title, consequence=consequence, yes="Yes, activate", no="No, leave it"):
            return
        await self._activate(phones)

    async def _activate(self, phones: Sequence[Phone]) -> None:
        """One after the other, with progress; escape stops between two phones."""
        self.desk.services.renew()
        self._stopping = False
        attempts = self.desk.registration.activate_many(phones, lambda: self._stopping)
        failures: list[str] = []
        done = 0
        for number, phone in enumerate(phones, start=1):
            count = f" {number} of {len(phones)}, {press('back')} stops" if len(phones) > 1 else ""
            self.progress(f"registering {phone.mac}{symbols().ellipsis}{count}")
            try:
                attempt = await asyncio.to_thread(next, attempts, None)
            finally:
                self.progress("")
            if attempt is None:
                break
            done += 1
            if isinstance(attempt, Refused):
                failures.append(str(attempt))
            elif not attempt.ok:
                failures.append(_sentence(attempt))
            elif len(phones) == 1:
                self.say(_sentence(attempt))
        if len(phones) > 1:
            stopped = f" Stopped: {len(phones) - done} were left alone." if done < len(phones) else ""
            self.say(f"{done - len(failures)} of {len(phones)} phones are active.{stopped}")
        for sentence in failures[:3]:
            self.say(sentence, "error")
        self.acted()

    def stop_activating(self) -> bool:
        """Stop after the phone that is being registered; False when nothing is under way."""
        under_way = any(worker.name == "activate" and not worker.is_finished for worker in self.workers)
        self._stopping = self._stopping or under_way
        return under_way

    def progress(self, text: str) -> None:
        """Show that something is under way; empty: it is over."""

    def acted(self) -> None:
        """Something was changed: read it again."""

    def action_fix(self) -> None:
        """Lead out of a suboptimal state."""
        self._walk(FIX)

    def action_reset(self) -> None:
        """Lead through a factory reset."""
        self._walk(f"{RESET}-{self.chosen()[0].vendor.value}")

    async def action_walkthroughs(self) -> None:
        """Choose a walkthrough for this phone; those under way say who has them."""
        phone, walkthroughs = self.chosen()[0], self.desk.walkthroughs
        offered = await asyncio.to_thread(walkthroughs.offered, phone)
        under_way = {run.walkthrough: run.operator for run in walkthroughs.runs_of(phone) if run.ended_at is None}
        options = [
            (each.id, each.title.shown(walkthroughs.language) + _had_by(under_way.get(each.id))) for each in offered
        ]
        if chosen := await self.choose(f"Which walkthrough for {phone.mac}?", options):
            self._walk(chosen)

    def _walk(self, walkthrough: str) -> None:
        from helpdesk_tui.screens.walkthrough import WalkthroughScreen

        self.app.push_screen(WalkthroughScreen(self.session, self.chosen()[0].id, walkthrough))

    def action_switch_here(self) -> None:
        """Bring the phone to this environment."""
        self._walk(SWITCH)

    def action_open_walkthroughs(self) -> None:
        """Show what is under way."""
        from helpdesk_tui.screens.walkthroughs import WalkthroughsScreen

        self.app.push_screen(WalkthroughsScreen(self.session))

    def action_settings_file(self) -> None:
        """Show what the phone gets."""
        from helpdesk_tui.screens.settings_file import SettingsFileScreen

        self.app.push_screen(SettingsFileScreen(self.session, self.chosen()[0].id))

    def action_firmware(self) -> None:
        """Choose the firmware."""
        from helpdesk_tui.screens.firmware import FirmwareScreen

        self.app.push_screen(FirmwareScreen(self.session, tuple(phone.id for phone in self.chosen())))

    def action_move(self) -> None:
        """Choose another organisation."""
        from helpdesk_tui.screens.move import MoveScreen

        self.app.push_screen(MoveScreen(self.session, tuple(phone.id for phone in self.chosen())))

    def action_rollout(self) -> None:
        """Show how far the phones of each model are."""
        from helpdesk_tui.screens.rollout import RolloutScreen

        self.app.push_screen(RolloutScreen(self.session))

    def action_organisation(self) -> None:
        """Show the common settings of the phone's organisation."""
        from helpdesk_tui.screens.organisation import OrganisationScreen

        self.app.push_screen(OrganisationScreen(self.session, self.chosen()[0].organisation_id))

    def action_organisations(self) -> None:
        """Show all organisations, beginning at that of the phone."""
        from helpdesk_tui.screens.organisations import OrganisationsScreen

        phone = next(iter(self.chosen()), None)
        self.app.push_screen(OrganisationsScreen(self.session, begin_at=phone.organisation_id if phone else 0))

    def action_activity(self) -> None:
        """Show what happened to all phones."""
        from helpdesk_tui.screens.activity import ActivityScreen

        self.app.push_screen(ActivityScreen(self.session))

    def action_services(self) -> None:
        """Show the manufacturers' services."""
        from helpdesk_tui.screens.services import ServicesScreen

        self.app.push_screen(ServicesScreen(self.session))

    def action_sites(self) -> None:
        """Show where phones fetch from."""
        from helpdesk_tui.screens.sites import SitesScreen

        self.app.push_screen(SitesScreen(self.session))

    def action_copy(self) -> None:
        """Send the MAC to the clipboard."""
        macs = "\n".join(phone.mac.colons for phone in self.chosen())
        self.copy(macs, macs if "\n" not in macs else f"{len(self.chosen())} MAC addresses")


def _sentence(attempt: Attempt) -> str:
    return f"{attempt.mac}: {attempt.sentence}"


def _had_by(operator: str | None) -> str:
    return f"  (under way: {operator})" if operator else ""
