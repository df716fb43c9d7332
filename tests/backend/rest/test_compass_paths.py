"""The documented paths of Compass: what they answer, and in which form."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend.endpoint.rest.media import COMPASS_V3
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.rights import Right
from tests.backend.rest.calling import Caller, add_api_user
from tests.backend.rest.conftest import Places


@pytest.fixture
def anna(desk: Helpdesk, places: Places, call: Caller) -> Caller:
    """Somebody who may do everything."""
    add_api_user(desk, "anna", places.here, Right.WRITE)
    return call.user("anna")


@pytest.mark.parametrize("path", ["/user", "/company"])
def test_own_user_and_company_are_found_by_redirection_or_at_once(anna: Caller, path: str) -> None:
    redirected = anna.get(path)
    assert (redirected.status_code, redirected.content) == (303, b"")
    location = redirected.headers["location"]
    assert location.startswith(f"{anna.base}{path}/")
    followed = anna.get(location.removeprefix(anna.base))
    at_once = anna.having(X_No_Redirect="true").get(path)
    assert (at_once.status_code, at_once.json()) == (200, followed.json())
    assert at_once.json()["self"] == location
    assert anna.having(X_No_Redirect="false").get(path).status_code == 303


def test_a_company(anna: Caller, places: Places) -> None:
    answer = anna.get(f"/company/{places.there}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == COMPASS_V3
    assert answer.json() == {
        "self": f"{anna.base}/company/{places.there}",
        "theType": "company",
        "entityId": places.there,
        "name": "Garage De Wit",
        "shortname": "dewit",
    }


def test_users_are_people_at_phones_and_users_of_the_api(anna: Caller, desk: Helpdesk, places: Places) -> None:
    person, user = anna.get(f"/company/{places.here}/users").json()
    assert person == {
        "self": f"{anna.base}/user/{places.person}",
        "theType": "user",
        "entityId": places.person,
        "name": "Anna Jansen",
        "username": None,
        "contact": None,
        "theLanguage": "nl",
        "company": f"{anna.base}/company/{places.here}",
        "extension": "201",
    }
    assert (user["username"], user["name"], user["extension"]) == ("anna", "anna", None)
    assert user["entityId"] == desk.api_users.named("anna").id
    for shown in (person, user):
        assert anna.get(shown["self"].removeprefix(anna.base)).json() == shown


def test_phones_are_listed_with_their_base_information_only(anna: Caller, places: Places) -> None:
    (phone,) = anna.get(f"/company/{places.there}/resourcesFiltered?filter=phone").json()
    assert phone == {
        "self": f"{anna.base}/phone/{places.other_phone}",
        "theType": "phone",
        "resourceId": places.other_phone,
        "name": "Workshop",
    }
    assert anna.get(f"/company/{places.there}/resourcesFiltered?filter=queue").json() == []
    assert anna.error(anna.get(f"/company/{places.there}/resourcesFiltered?filter=fax")) == (400, "invalid_request")
    assert anna.error(anna.get(f"/company/{places.there}/resourcesFiltered")) == (400, "invalid_request")


def test_a_phone_and_its_status(anna: Caller, desk: Helpdesk, places: Places) -> None:
    desk.phones.log_in(desk.phones.get(places.other_phone), "301")
    assert anna.get(f"/phone/{places.other_phone}").json() == {
        "self": f"{anna.base}/phone/{places.other_phone}",
        "theType": "phone",
        "resourceId": places.other_phone,
        "name": "Workshop",
        "macAddress": "80:5e:c0:11:22:33",
        "model": "T46S",
        "provisioningByManufacturer": "disabled",
        "firmwareVersion": None,
        "company": f"{anna.base}/company/{places.there}",
        "user": f"{anna.base}/user/{places.other_person}",
    }
    status = anna.get(f"/phone/{places.other_phone}/phoneStatus").json()
    assert status == {"privateIP": None, "publicIP": "198.51.100.7"}
    assert anna.get(f"/phone/{places.phone}/phoneStatus").json() == {"privateIP": None, "publicIP": None}


@pytest.mark.parametrize("content_type", [COMPASS_V3, "application/json", f"{COMPASS_V3}; charset=utf-8"])
def test_a_phone_is_moved(anna: Caller, desk: Helpdesk, places: Places, content_type: str) -> None:
    body = {"newCompany": f"{anna.base}/company/{places.there}", "unknown": ["ignored"]}
    answer = anna.having(content_type=content_type)("POST", f"/phone/{places.phone}/migrateToCompany", body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "0"
    moved = desk.phones.get(places.phone)
    assert moved.organisation_id == places.there
    event = desk.phones.history(moved.mac)[0]
    assert (event.kind, event.operator) == (EventKind.MOVED, "anna (API)")
    again = anna("POST", f"/phone/{places.phone}/migrateToCompany", body)
    assert (again.status_code, again.content) == (200, b""), "a lost answer may be asked for again"
    assert desk.phones.history(moved.mac)[0] == event


def test_the_canonical_url_of_a_company_is_understood_whatever_host_is_asked(
    anna: Caller, desk: Helpdesk, places: Places
) -> None:
    url = f"https://rest.pbx.example.net/company/{places.there}"
    assert anna("POST", f"/phone/{places.phone}/migrateToCompany", {"newCompany": url}).status_code == 200
    assert desk.phones.get(places.phone).organisation_id == places.there


REFUSED = (
    "/company/{there}",
    "company/{there}",
    "{there}",
    "",
    "https://rest.other.example/company/{there}",
    "https://rest.pbx.example.net.evil.example/company/{there}",
    "https://rest.pbx.example.net@evil.example/company/{there}",
    "https://user@rest.pbx.example.net/company/{there}",
    "https://rest.pbx.example.net:8443/company/{there}",
    "http://rest.pbx.example.net/company/{there}",
    "https://rest.pbx.example.net:port/company/{there}",
    "https://[rest/company/{there}",
    "{base}/user/{there}",
    "{base}/company/{there}/",
    "{base}/company/{there}?x=1",
    "{base}/company/0{there}",
    "{base}/company/",
    "//{there}",
)


def test_only_the_absolute_url_of_a_company_of_ours_is_taken(anna: Caller, desk: Helpdesk, places: Places) -> None:
    for url in REFUSED:
        body = {"newCompany": url.format(there=places.there, base=anna.base)}
        answer = anna("POST", f"/phone/{places.phone}/migrateToCompany", body)
        assert anna.error(answer) == (400, "invalid_request"), url
    assert desk.phones.get(places.phone).organisation_id == places.here


def test_bodies_that_say_nothing(anna: Caller, places: Places) -> None:
    bodies: list[object] = [{}, [], "text", 5, {"newCompany": 5}, {"newCompany": None}, {"newcompany": "x"}]
    for body in bodies:
        answer = anna("POST", f"/phone/{places.phone}/migrateToCompany", body)
        assert anna.error(answer) == (400, "invalid_request"), body


def test_what_does_not_exist(anna: Caller, places: Places) -> None:
    for path in ("/company/999", "/user/999", "/phone/999", "/phone/x", "/phone/-1", f"/phone/0{places.phone}"):
        assert anna.error(anna.get(path)) == (404, "not_found"), path
    for path in (f"/phone/{'9' * 30}", "/phone/", "/company/1/2", "/user/1/identities", "/company/1/queues"):
        assert anna.error(anna.get(path)) == (404, "not_found"), path
    body = {"newCompany": f"{anna.base}/company/999"}
    assert anna.error(anna("POST", f"/phone/{places.phone}/migrateToCompany", body)) == (404, "not_found")
    body = {"newCompany": f"{anna.base}/company/{places.there}"}
    assert anna.error(anna("POST", "/phone/999/migrateToCompany", body)) == (404, "not_found")
    assert anna.error(anna("POST", "/phone/999/phoneStatus")) == (405, "method_not_allowed")


def test_a_home_that_was_removed(anna: Caller, desk: Helpdesk, places: Places) -> None:
    gone = add_api_user(desk, "gone", places.here, Right.READ)
    with desk.store.database.write() as connection:
        connection.execute("UPDATE api_users SET organisation_id = NULL WHERE id = ?", [gone.id])
    assert anna.error(anna.user("gone").get("/company")) == (404, "not_found")
    assert anna.user("gone").having(X_No_Redirect="true").get("/user").json()["company"] is None
    assert anna.get(f"/user/{gone.id}").status_code == 200
