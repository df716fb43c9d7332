"""The paths of Compass that are documented (compass.md, section 1.6), and no others."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from helpdesk_tui.backend.endpoint.rest import objects
from helpdesk_tui.backend.endpoint.rest.described import errors
from helpdesk_tui.backend.endpoint.rest.errors import ApiError, Forbidden
from helpdesk_tui.backend.endpoint.rest.media import COMPASS_V3
from helpdesk_tui.backend.endpoint.rest.urls import number
from helpdesk_tui.backend.endpoint.rest.visit import Visit, Visiting
from helpdesk_tui.backend.model.rights import ApiUser, Right

RESOURCE_TYPES = (
    *("conference", "extension", "forward", "ivr", "musiconhold", "nameprefix", "phone", "voicemail", "dpswitch"),
    *("externalNumber", "input", "queue"),
)
"""Those of Compass; only phones exist here."""


class CompassResponse(JSONResponse):
    """Its media type tells the version."""

    media_type = COMPASS_V3


router = APIRouter(tags=["Compass"], default_response_class=CompassResponse)

NoRedirect = Annotated[
    str | None, Header(alias="X-No-Redirect", description="`true`: answer with the object itself instead of 303.")
]
CompanyId = Annotated[str, Path(description="The number at the end of the URL of a company.", examples=["12"])]
UserId = Annotated[str, Path(description="The number at the end of the URL of a user.", examples=["34"])]
PhoneId = Annotated[str, Path(description="The resource ID: the number at the end of a phone's URL.", examples=["56"])]

SEE_OTHER: dict[int | str, dict[str, Any]] = {303: {"description": "Its URL is in `Location`."}}


@router.get("/user", response_model=objects.User, responses={**SEE_OTHER, **errors(401, 406)})
def own_user(visit: Visiting, no_redirect: NoRedirect = None) -> Response:
    """Your own user."""
    if _stays(no_redirect):
        return CompassResponse(objects.api_user(visit.user, visit.urls))
    return _see_other(visit.urls.user(visit.user.id))


@router.get("/company", response_model=objects.Company, responses={**SEE_OTHER, **errors(401, 404, 406)})
def own_company(visit: Visiting, no_redirect: NoRedirect = None) -> Response:
    """Your own company: the home organisation of your user."""
    if visit.user.organisation_id is None:
        raise ApiError(404, "Your home organisation was removed: an administrator can add you anew.")
    if _stays(no_redirect):
        return CompassResponse(objects.company(visit.company(str(visit.user.organisation_id)), visit.urls))
    return _see_other(visit.urls.company(visit.user.organisation_id))


@router.get("/company/{id}", response_model=objects.Company, responses=errors(401, 403, 404, 406))
def company(visit: Visiting, id: CompanyId) -> Response:
    """A company. Its property `self` is the resource URL that points to it. Your own can always be read."""
    found = visit.company(id)
    if found.id != visit.user.organisation_id:
        visit.need(Right.READ, found.id, "this company")
    return CompassResponse(objects.company(found, visit.urls))


@router.get("/company/{id}/users", response_model=list[objects.User], responses=errors(401, 403, 404, 406))
def company_users(visit: Visiting, id: CompanyId) -> Response:
    """The users of a company: the people who log in on its phones, and the users of this API whose home it is."""
    found = visit.company(id)
    visit.need(Right.READ, found.id, "this company")
    people = [objects.person(user, found, visit.urls) for user in visit.desk.organisations.users(found.id)]
    users = [objects.api_user(user, visit.urls) for user in visit.desk.store.api_users.of_organisation(found.id)]
    return CompassResponse([*people, *users])


@router.get(
    "/company/{id}/resourcesFiltered",
    response_model=list[objects.Resource],
    responses=errors(400, 401, 403, 404, 406),
)
def company_resources(
    visit: Visiting,
    id: CompanyId,
    filter: Annotated[str, Query(description="The type of resource, such as `phone`.", examples=["phone"])],
) -> Response:
    """The base information of a company's resources of one type. Types other than `phone` have none here."""
    found = visit.company(id)
    visit.need(Right.READ, found.id, "this company")
    wanted = filter.casefold()
    if wanted not in {name.casefold() for name in RESOURCE_TYPES}:
        raise ApiError(400, f"filter: this type of resource is unknown: one of {', '.join(RESOURCE_TYPES)}.")
    phones = visit.desk.store.phones.of_organisation(found.id) if wanted == "phone" else ()
    return CompassResponse([objects.resource(phone, visit.urls) for phone in phones])


@router.get("/user/{id}", response_model=objects.User, responses=errors(401, 403, 404, 406))
def user(visit: Visiting, id: UserId) -> Response:
    """A user. Your own can always be read."""
    user_id = number(id)
    api_user = visit.desk.store.api_users.by_id(user_id) if user_id else None
    if api_user is not None:
        if api_user.id != visit.user.id:
            _need_home(visit, api_user)
        return CompassResponse(objects.api_user(api_user, visit.urls))
    person = visit.desk.store.directory.user(user_id) if user_id else None
    if person is None:
        raise ApiError(404, "There is no such user.")
    visit.need(Right.READ, person.organisation_id, "the organisation of this user")
    return CompassResponse(objects.person(person, visit.company(str(person.organisation_id)), visit.urls))


def _need_home(visit: Visit, user: ApiUser) -> None:
    if user.organisation_id is not None:
        visit.need(Right.READ, user.organisation_id, "the organisation of this user")
    elif not visit.user.everywhere.includes(Right.READ):
        raise Forbidden("This user has no organisation any more: you need the right read on all organisations.")


@router.get("/phone/{id}", response_model=objects.Phone, responses=errors(401, 403, 404, 406))
def phone(visit: Visiting, id: PhoneId) -> Response:
    """A phone. Which keys Compass uses for MAC, model, step and firmware is not public: those here are our own."""
    return CompassResponse(objects.phone(visit.phone(id, Right.READ), visit.urls))


@router.get("/phone/{id}/phoneStatus", response_model=objects.PhoneStatus, responses=errors(401, 403, 404, 406))
def phone_status(visit: Visiting, id: PhoneId) -> Response:
    """The addresses of a phone, as far as they are known here."""
    return CompassResponse(objects.phone_status(visit.phone(id, Right.READ)))


class Migration(BaseModel):
    """Where a phone shall go."""

    new_company: str = Field(
        alias="newCompany",
        max_length=2000,
        description="The absolute resource URL of the company, as its property `self` shows it.",
    )


EMPTY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Done; the body is empty.",
        "content": {COMPASS_V3: {"schema": {"type": "string", "maxLength": 0}}},
    }
}


@router.post(
    "/phone/{id}/migrateToCompany",
    response_class=Response,
    responses={**EMPTY, **errors(400, 401, 403, 404, 406, 409, 413, 415)},
)
def migrate_to_company(
    visit: Visiting, id: PhoneId, migration: Annotated[Migration, Body(media_type=COMPASS_V3)]
) -> Response:
    """Move a phone to another company at once, with its settings kept and without a reset.

    It needs write permissions on the company it leaves and on the one it joins. Moving it to where it is changes
    nothing.
    """
    phone = visit.phone(id, Right.WRITE)
    target = visit.company(str(visit.urls.company_id(migration.new_company)))
    visit.need(Right.WRITE, target.id, "the new company")
    if phone.organisation_id != target.id:
        visit.acting().moves.move(phone, target)
    return Response(status_code=200)


def _stays(no_redirect: str | None) -> bool:
    return (no_redirect or "").strip().casefold() == "true"


def _see_other(url: str) -> Response:
    return Response(status_code=303, headers={"Location": url})
