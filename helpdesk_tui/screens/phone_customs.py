"""What is configured on a phone itself: who is logged in, its function keys, its custom settings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from helpdesk_tui.backend import BadInput, FileComparison, HelpdeskError, Phone, Refused, User
from helpdesk_tui.screens.comparison import AsksFirst

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

MOST_TO_CHOOSE_FROM = 40
"""People that a list shows at once; of more, a part of the name or extension is asked first."""


class PhoneCustoms(AsksFirst):
    """Log in and out, function keys and custom settings, for the phone that is shown."""

    if TYPE_CHECKING:  # what the phone's screen has

        @property
        def desk(self) -> Helpdesk: ...

        def chosen(self) -> tuple[Phone, ...]: ...

        def acted(self) -> None: ...

    def action_function_keys(self) -> None:
        """Open its function keys."""
        from helpdesk_tui.screens.function_keys import FunctionKeysScreen

        self.app.push_screen(FunctionKeysScreen(self.session, self.chosen()[0].id))

    def action_custom_settings(self) -> None:
        """Open its custom settings."""
        from helpdesk_tui.screens.custom_settings import CustomSettingsScreen

        self.app.push_screen(CustomSettingsScreen(self.session, self.chosen()[0].id))

    async def action_login(self) -> None:
        """Log somebody in, or out: the *1 of a caller who is at the phone."""
        phone = self.chosen()[0]
        people = await asyncio.to_thread(self.desk.organisations.users, phone.organisation_id)
        others = [user for user in people if user.id != phone.user_id]
        if not others and phone.user_id is None:
            raise Refused(f"{phone.organisation} has no users: import them first.")
        if len(others) > MOST_TO_CHOOSE_FROM:
            others = await self._ask_whom(others)
        options: list[tuple[str, str]] = [(user.extension, _line(user)) for user in others]
        if phone.user_id is not None:
            options.insert(0, ("", f"Log out {phone.user}"))
        extension = await self.choose(f"Who is to be logged in on {phone.mac}?", options) if options else None
        if extension is None:
            return
        user = next((user for user in others if user.extension == extension), None)
        if await self._agreed(phone, user):
            if user is None:
                await asyncio.to_thread(self.desk.phones.log_out, phone)
            else:
                await asyncio.to_thread(self.desk.phones.log_in, phone, extension)
            self.say("Done: the phone gets it at its next check or restart.")
            self.acted()

    async def _ask_whom(self, people: list[User]) -> list[User]:
        def found(text: str) -> list[User]:
            words = text.casefold().split()
            matches = [user for user in people if all(word in _line(user).casefold() for word in words)]
            if not 0 < len(matches) <= MOST_TO_CHOOSE_FROM:
                raise BadInput(f"{len(matches):,} people fit: type another part of the name or extension.")
            return matches

        text = await self.ask_text("Part of the name or extension:", check=found)
        return [] if text is None else found(text)

    async def _agreed(self, phone: Phone, user: User | None) -> bool:
        comparison: FileComparison | None = None
        try:
            comparison = await asyncio.to_thread(self.desk.settings.with_user, phone, user.id if user else None)
            detail = f"Settings: {comparison.summary}."
        except HelpdeskError as error:
            detail = str(error)
        if user is None:
            title, yes = f"Log out {phone.user} from {phone.mac}?", "Yes, log out"
            detail += " Only *1 and emergency calls remain."
        else:
            title, yes = f"Log in {user.name} {user.extension} on {phone.mac}?", "Yes, log in"
            detail += f" {phone.user} is logged out." if phone.user else ""
        return await self.agree(title, detail, comparison, yes=yes)


def _line(user: User) -> str:
    return f"{user.extension:>6}  {user.name}"
