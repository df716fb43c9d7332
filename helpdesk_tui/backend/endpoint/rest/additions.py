"""Our own additions, under names that cannot be taken for those of Compass. Plain JSON, phones by MAC."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from helpdesk_tui.backend.endpoint.rest.described import errors
from helpdesk_tui.backend.endpoint.rest.errors import ApiError
from helpdesk_tui.backend.endpoint.rest.visit import Visit, Visiting
from helpdesk_tui.backend.errors import NeedsConsent, Refused
from helpdesk_tui.backend.model.mac import find_mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import parse_query
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.use_cases.documents import event_document, phone_document
from helpdesk_tui.backend.use_cases.firmware import Option

PREFIX = "/helpdesk/v1"

router = APIRouter(prefix=PREFIX, tags=["Helpdesk TUI"], default_response_class=JSONResponse)

MacInPath = Annotated[str, Path(description="In any notation.", examples=["00:04:13:aa:bb:cc"])]
Cursor = Annotated[str, Query(description="`next_cursor` of the page before; empty: the first page.", max_length=40)]


class PhonePage(BaseModel):
    """Some phones, by MAC."""

    phones: list[dict[str, Any]] = Field(description="As `phone show --json` prints them, and `resource`, their URL.")
    next_cursor: str | None = Field(description="Null: this was the last page.")


@router.get("/phones", response_model=PhonePage, responses=errors(400, 401, 406))
def phones(
    visit: Visiting,
    query: Annotated[str, Query(description="As in the search field of the screens.", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = "",
) -> Response:
    """The phones that you may see and that fit a query."""
    after = find_mac(cursor) if cursor else None
    if cursor and after is None:
        raise ApiError(400, "cursor: this is none of ours: leave it out to begin with the first page.")
    readable = visit.user.organisations_with(Right.READ)
    found = visit.desk.store.phones.after(parse_query(query), after, limit + 1, readable)
    page, more = found[:limit], len(found) > limit
    documents = [_document(visit, phone) for phone in page]
    return JSONResponse({"phones": documents, "next_cursor": page[-1].mac.hex if more else None})


@router.get("/phones/{mac}", response_model=dict[str, Any], responses=errors(401, 404, 406))
def phone(visit: Visiting, mac: MacInPath) -> Response:
    """A phone as `phone show --json` prints it, and `resource`, its URL in the part of Compass."""
    return JSONResponse(_document(visit, visit.phone_by_mac(mac, Right.READ)))


class StepNow(BaseModel):
    """Provisioning by manufacturer."""

    mac: str
    step: str = Field(description="active, disabled, provision or deprovision.")
    step_since: str
    deadline: str | None
    reason: str | None
    reason_text: str | None
    pending: dict[str, Any] | None
    verdict: str
    verdict_text: str
    next_action: str


@router.get("/phones/{mac}/step", response_model=StepNow, responses=errors(401, 404, 406))
def step(visit: Visiting, mac: MacInPath) -> Response:
    """The step of *Provisioning by manufacturer*, whether that is right, and what to do next."""
    document = _document(visit, visit.phone_by_mac(mac, Right.READ))
    return JSONResponse({name: document[name] for name in StepNow.model_fields})


class Activated(BaseModel):
    """A registration that the manufacturer has accepted."""

    sentence: str
    phone: dict[str, Any]


@router.post("/phones/{mac}/activate", response_model=Activated, responses=errors(401, 403, 404, 406, 409, 502))
async def activate(visit: Visiting, mac: MacInPath) -> Response:
    """Activate provisioning by manufacturer, and wait for the manufacturer's answer.

    When that fails, the phone's step and reason say so afterwards, and what can be tried again by itself is queued.
    """
    return await asyncio.get_running_loop().run_in_executor(visit.callers, _activate, visit, mac)


def _activate(visit: Visit, mac: str) -> Response:
    attempt = visit.acting().registration.activate(visit.phone_by_mac(mac, Right.WRITE))
    if attempt.failure is not None:
        raise ApiError(502, attempt.sentence, attempt.failure.reason.value)
    document = _document(visit, attempt.phone) if attempt.phone else None
    return JSONResponse({"sentence": attempt.sentence, "phone": document})


class SettingsText(BaseModel):
    """A settings file."""

    mac: str
    masked: bool
    text: str
    warnings: list[str]


@router.get("/phones/{mac}/settings-file", response_model=SettingsText, responses=errors(400, 401, 403, 404, 406, 409))
def settings_file(
    visit: Visiting,
    mac: MacInPath,
    reveal: Annotated[bool, Query(description="Show secrets: needs write, and is recorded.")] = False,
) -> Response:
    """The settings file that the phone gets now, with its secrets masked."""
    from helpdesk_tui.backend.settings_file import masked, render

    phone = visit.phone_by_mac(mac, Right.WRITE if reveal else Right.READ)
    file = visit.desk.settings.file(phone)
    if reveal:
        visit.acting().settings.reveal(phone)
    text = render(file if reveal else masked(file)).decode()
    document = {"mac": phone.mac.colons, "masked": not reveal, "text": text, "warnings": list(file.warnings)}
    return JSONResponse(document)


class FirmwareNow(BaseModel):
    """What a phone runs, and what it is told to run."""

    mac: str
    installed: str | None
    selected: str | None = Field(description="Null: use installed firmware.")
    progress: str
    options: list[dict[str, Any]] = Field(description="The certified firmware of this model, newest first.")


@router.get("/phones/{mac}/firmware", response_model=FirmwareNow, responses=errors(401, 404, 406))
def firmware(visit: Visiting, mac: MacInPath) -> Response:
    """The firmware of a phone, and what could be selected."""
    return JSONResponse(_firmware(visit, visit.phone_by_mac(mac, Right.READ)))


class FirmwareChoice(BaseModel):
    """What a phone shall run."""

    version: str | None = Field(description="Null: use installed firmware.", max_length=60)
    agree: bool = Field(default=False, description="Do it although there is a warning (`needs_consent`).")


@router.put(
    "/phones/{mac}/firmware",
    response_model=FirmwareNow,
    responses=errors(400, 401, 403, 404, 406, 409, 413, 415),
)
def select_firmware(visit: Visiting, mac: MacInPath, choice: FirmwareChoice) -> Response:
    """Select the firmware that the phone is told to install."""
    phone = visit.phone_by_mac(mac, Right.WRITE)
    choices = visit.acting().firmware
    plan = choices.plan([phone], choice.version)
    for _, sentence in plan.refused:
        raise Refused(sentence)
    for _, sentence in plan.asked:
        if not choice.agree:
            raise NeedsConsent(sentence)
    if plan.changing:
        choices.carry_out(plan)
    return JSONResponse(_firmware(visit, visit.desk.phones.get(phone.id)))


class History(BaseModel):
    """What happened to a phone, newest first."""

    events: list[dict[str, Any]] = Field(description="As `phone history --json` prints them.")
    next_cursor: str | None


@router.get("/phones/{mac}/history", response_model=History, responses=errors(400, 401, 404, 406))
def history(
    visit: Visiting, mac: MacInPath, limit: Annotated[int, Query(ge=1, le=500)] = 100, cursor: Cursor = ""
) -> Response:
    """What happened to a phone, as far as it happened in organisations that you may see."""
    phone = visit.phone_by_mac(mac, Right.READ)
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise ApiError(400, "cursor: this is none of ours: leave it out to begin with the latest event.")
    events = visit.desk.phones.history(phone.mac, limit, int(cursor) if cursor else None)
    names = _readable_names(visit)
    shown = [event_document(event) for event in events if names is None or event.organisation in names]
    return JSONResponse({"events": shown, "next_cursor": str(events[-1].id) if len(events) == limit else None})


def _readable_names(visit: Visit) -> frozenset[str] | None:
    """Where the user may look, and nowhere in particular: a phone that was moved leaves its past behind. None: all."""
    readable = visit.user.organisations_with(Right.READ)
    if readable is None:
        return None
    found = (visit.desk.store.directory.organisation(each) for each in readable)
    return frozenset({"", *(organisation.name for organisation in found if organisation)})


def _document(visit: Visit, phone: Phone) -> dict[str, Any]:
    document = phone_document(phone, visit.desk.phones.verdict(phone))
    return {**document, "resource": visit.urls.phone(phone.id)}


def _firmware(visit: Visit, phone: Phone) -> dict[str, Any]:
    document = _document(visit, phone)
    return {
        "mac": document["mac"],
        "installed": document["firmware_installed"],
        "selected": document["firmware_selected"],
        "progress": document["firmware_progress"],
        "options": [_option(option) for option in visit.desk.firmware.options(phone)],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "version": option.entry.version,
        "judgement": option.judgement.kind.value,
        "sentences": list(option.judgement.sentences),
    }
