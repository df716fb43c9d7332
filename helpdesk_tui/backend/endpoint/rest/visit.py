"""One request of a user of the API: who asks, and what they may reach."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from helpdesk_tui.backend.endpoint.rest.errors import ApiError, Forbidden
from helpdesk_tui.backend.endpoint.rest.urls import Urls, number
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.mac import find_mac
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.rights import ApiUser, Right
from helpdesk_tui.backend.model.role import Role


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks. What exists and may not be seen is 403, as in Compass; by MAC it is 404, since MACs tell something."""

    desk: Helpdesk
    user: ApiUser
    urls: Urls
    callers: Executor
    """Threads that may wait for manufacturers, so that other requests need not."""

    def acting(self) -> Helpdesk:
        """The environment as this user changes it: the history names them."""
        return self.desk.acting_as(f"{self.user.username} (API)", Role.OPERATOR)

    def need(self, right: Right, organisation_id: int, what: str) -> None:
        """Raises Forbidden without this right on the organisation that `what` belongs to or is."""
        if not self.user.may(right, organisation_id):
            raise Forbidden(f"You need the right {right} on {what}: an administrator can grant it.")

    def phone(self, text: str, right: Right) -> Phone:
        """The phone of this id. Raises ApiError."""
        phone_id = number(text)
        phone = self.desk.store.phones.by_id(phone_id) if phone_id else None
        if phone is None:
            raise ApiError(404, "There is no such phone.")
        self.need(right, phone.organisation_id, "the organisation of this phone")
        return phone

    def phone_by_mac(self, text: str, right: Right) -> Phone:
        """The phone of this MAC, in any notation. Raises ApiError."""
        mac = find_mac(text)
        phone = self.desk.store.phones.by_mac(mac) if mac else None
        if phone is None or not self.user.may(Right.READ, phone.organisation_id):
            raise ApiError(404, "There is no phone with this MAC that you may see.")
        self.need(right, phone.organisation_id, "the organisation of this phone")
        return phone

    def company(self, text: str) -> Organisation:
        """The organisation of this id, whoever may see it. Raises ApiError."""
        organisation_id = number(text)
        organisation = self.desk.store.directory.organisation(organisation_id) if organisation_id else None
        if organisation is None:
            raise ApiError(404, "There is no such company.")
        return organisation


async def _visit(request: Request) -> Visit:
    found = request.scope["visit"]
    assert isinstance(found, Visit)
    return found


Visiting = Annotated[Visit, Depends(_visit)]
"""A parameter of every handler."""
