"""Every right on every path, cell by cell (compass.md, section 1.4; what is 403 and what 404: docs/rest-api.md)."""

from __future__ import annotations

from itertools import product

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.rights import Right
from tests.backend.offices import SNOM, YEALINK
from tests.backend.rest.calling import Caller, add_api_user, api
from tests.backend.rest.conftest import Places

NONE, READ, WRITE = Right

# Method and path, then the status with each right. Own user and own company are for everybody; other organisations'
# are for whoever has a right there. {org}, {phone}, {person}, {mac} stand for the things of the organisation.
PATHS = [
    ("GET /company/{org}", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /company/{org}/users", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /company/{org}/resourcesFiltered?filter=phone", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /user/{person}", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /phone/{phone}", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /phone/{phone}/phoneStatus", {NONE: 403, READ: 200, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}", {NONE: 404, READ: 200, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}/step", {NONE: 404, READ: 200, WRITE: 200}),
    ("POST /helpdesk/v1/phones/{mac}/activate", {NONE: 404, READ: 403, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}/settings-file", {NONE: 404, READ: 200, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}/settings-file?reveal=true", {NONE: 404, READ: 403, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}/firmware", {NONE: 404, READ: 200, WRITE: 200}),
    ("PUT /helpdesk/v1/phones/{mac}/firmware", {NONE: 404, READ: 403, WRITE: 200}),
    ("GET /helpdesk/v1/phones/{mac}/history", {NONE: 404, READ: 200, WRITE: 200}),
]


def ask(caller: Caller, line: str, body: object = None) -> int:
    """The status of one request; errors must have our shape."""
    method, path = line.split(" ", 1)
    if path.startswith("/helpdesk"):
        caller = caller.having(accept="application/json", content_type="application/json")
    answer = caller(method, path, body if method == "PUT" else None)
    if answer.status_code >= 400:
        caller.error(answer)
    return answer.status_code


def test_every_path_with_every_right_at_home_elsewhere_and_everywhere(
    desk: Helpdesk, places: Places, call: Caller
) -> None:
    """One server for all cells: home or other organisation, right there, right everywhere."""
    wrong = []
    for right, everywhere in product(Right, Right):
        name = f"{right}-{everywhere}"
        add_api_user(desk, name, places.here, everywhere, {places.here: right, places.there: right})
        caller = call.user(name)
        effective = max(right, everywhere, key=[NONE, READ, WRITE].index)
        things = (
            {"org": places.here, "phone": places.phone, "person": places.person, "mac": SNOM},
            {"org": places.there, "phone": places.other_phone, "person": places.other_person, "mac": YEALINK},
        )
        for (line, expected), thing in product(PATHS, things):
            status = expected[effective]
            if line == "GET /company/{org}" and thing["org"] == places.here:
                status = 200  # one's own company
            found = ask(caller, line.format(**thing), {"version": None})
            if found != status:
                wrong.append(f"{name} {line.format(**thing)}: {found}, not {status}")
        for path in ("/user", "/company"):
            if caller.get(path).status_code != 303:
                wrong.append(f"{name} {path}")
    assert wrong == []


def test_a_right_on_one_organisation_says_nothing_of_another(desk: Helpdesk, places: Places, call: Caller) -> None:
    add_api_user(desk, "here", places.here, NONE, {places.here: WRITE})
    add_api_user(desk, "there", places.here, NONE, {places.there: WRITE})
    here, there = call.user("here"), call.user("there")
    assert ask(here, f"GET /phone/{places.phone}") == 200
    assert ask(here, f"GET /phone/{places.other_phone}") == 403
    assert ask(there, f"GET /phone/{places.phone}") == 403, "being at home somewhere gives no right there"
    assert ask(there, f"GET /phone/{places.other_phone}") == 200
    for caller, macs in ((here, [SNOM]), (there, [YEALINK])):
        page = caller.having(accept="application/json").get("/helpdesk/v1/phones").json()
        assert [phone["mac"] for phone in page["phones"]] == macs


@pytest.mark.parametrize("everywhere", Right)
def test_a_move_needs_write_on_both_organisations(
    desk: Helpdesk, places: Places, call: Caller, everywhere: Right
) -> None:
    for source, target in product(Right, Right):
        name = f"{source}-{target}"
        add_api_user(desk, name, places.here, everywhere, {places.here: source, places.there: target})
        body = {"newCompany": f"{call.base}/company/{places.there}"}
        answer = call.user(name)("POST", f"/phone/{places.phone}/migrateToCompany", body)
        allowed = everywhere is WRITE or (source is WRITE and target is WRITE)
        assert answer.status_code == (200 if allowed else 403), (source, target, everywhere)
        moved = desk.phones.get(places.phone).organisation_id == places.there
        assert moved is allowed
        if moved:
            desk.moves.move(desk.phones.get(places.phone), desk.organisations.get(places.here))


def test_users_of_the_api_are_seen_with_read_on_their_home_and_by_themselves(
    desk: Helpdesk, places: Places, call: Caller
) -> None:
    anna = add_api_user(desk, "anna", places.here)
    add_api_user(desk, "reader", places.there, NONE, {places.here: READ})
    add_api_user(desk, "stranger", places.here, NONE, {places.there: WRITE})
    path = f"GET /user/{anna.id}"
    assert [ask(call.user(name), path) for name in ("anna", "reader", "stranger")] == [200, 200, 403]


def test_a_right_that_is_taken_away_is_gone_with_the_next_request(desk: Helpdesk, places: Places, call: Caller) -> None:
    add_api_user(desk, "anna", places.here, NONE, {places.there: READ})
    anna = call.user("anna")
    path = f"GET /phone/{places.other_phone}"
    assert ask(anna, path) == 200
    desk.api_users.grant("anna", desk.organisations.get(places.there), NONE)
    assert ask(anna, path) == 403
    desk.api_users.grant_everywhere("anna", READ)
    assert ask(anna, path) == 200
    desk.api_users.remove("anna")
    assert ask(anna, path) == 401


def test_a_phone_leaves_its_past_behind(desk: Helpdesk, places: Places, call: Caller) -> None:
    """Whoever sees the phone in its new organisation does not read what happened in the old one."""
    desk.phones.log_in(desk.phones.get(places.phone), "201")
    desk.moves.move(desk.phones.get(places.phone), desk.organisations.get(places.there))
    add_api_user(desk, "there", places.there, NONE, {places.there: READ})
    add_api_user(desk, "both", places.there, READ)
    path = f"/helpdesk/v1/phones/{SNOM}/history"
    json = call.having(accept="application/json")
    seen = json.user("there").get(path).json()["events"]
    assert {event["organisation"] for event in seen} == {"Garage De Wit"}
    everything = json.user("both").get(path).json()["events"]
    assert "Anna Jansen" in str(everything) and "Anna Jansen" not in str(seen)


def test_what_a_user_does_is_in_the_history_under_their_name(desk: Helpdesk, places: Places) -> None:
    add_api_user(desk, "anna", places.here, WRITE)
    with api(desk) as call:
        for line in ("POST /helpdesk/v1/phones/{}/activate", "GET /helpdesk/v1/phones/{}/settings-file?reveal=true"):
            assert ask(call.user("anna"), line.format(SNOM)) == 200
    events = {event.kind: event.operator for event in desk.phones.history(desk.phones.get(places.phone).mac)}
    assert events[EventKind.ACTIVATION] == events[EventKind.REVEALED] == "anna (API)"
