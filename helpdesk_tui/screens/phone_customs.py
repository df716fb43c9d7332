"""What is configured on a phone itself: its name and the like, who is logged in, function keys, custom settings."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from helpdesk_tui.backend import BadInput, FileComparison, HelpdeskError, Phone, Refused, User, check_phone_text
from helpdesk_tui.commands import press
from helpdesk_tui.screens.comparison import AsksFirst

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

MOST_TO_CHOOSE_FROM = 40
"""People that a list shows at once; of more, a part of the name or extension is asked first."""


EDITABLE = (
    ("name", "Name", "where the phone stands; empty: none"),
    ("vlan", "VLAN", "1 to 4094; 0 takes it away from the phone; empty: nothing is sent"),
    ("pin", "PIN", "letters and digits that Yealink's service asks for at first start; empty: none"),
)
MODEL = "model"


class PhoneCustoms(AsksFirst):
    """Edit, log in and out, function keys and custom settings, for the phone that is shown."""

    if TYPE_CHECKING:  # what the phone's screen has

        @property
        def desk(self) -> Helpdesk: ...

        def chosen(self) -> tuple[Phone, ...]: ...

        def acted(self) -> None: ...

    async def action_edit(self) -> None:
        """Change the name, VLAN, PIN or model."""
        phone = self.chosen()[0]
        values = {column: getattr(phone, column) for column, _, _ in EDITABLE}
        options = [(column, f"{title:<6} {_shown(values[column])}") for column, title, _ in EDITABLE]
        options.append((MODEL, f"Model  {phone.model}"))
        chosen = await self.choose(f"What of {phone.mac} is to be changed?", options)
        if chosen == MODEL:
            await self._edit_model(phone)
        for column, title, meaning in EDITABLE:
            if column == chosen:
                await self._edit_text(phone, column, f"{title} of {phone.mac}, {meaning}:")

    async def _edit_text(self, phone: Phone, column: str, title: str) -> None:
        value = getattr(phone, column)
        before = "" if value is None else str(value)
        text = await self.ask_text(title, value=before, check=partial(check_phone_text, column))
        if text is not None and text.strip() != before:
            await asyncio.to_thread(self.desk.phones.set_text, phone, column, text)
            self._edited()

    async def _edit_model(self, phone: Phone) -> None:
        """A wrong model gets a wrong settings file: only models of the same manufacturer can be meant."""
        models = [model.name for model in self.desk.catalogue.models if model.vendor is phone.vendor]
        title = f"Which model is {phone.mac}, by its sticker?"
        model = await self.choose(title, [(name, name) for name in models], first=phone.model)
        if model is not None and model != phone.model:
            await asyncio.to_thread(self.desk.phones.set_model, phone, model)
            self._edited()

    def _edited(self) -> None:
        self.say("Done: what its settings file holds of it, the phone gets at its next check or restart.")
        self.acted()

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
            raise Refused(f"{phone.organisation} has no users: add one ({press('organisations')}), or import them.")
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


def _shown(value: object) -> str:
    return str(value) if value not in ("", None) else "(none)"
