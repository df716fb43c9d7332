"""Logins to the REST API: right ones at once, wrong ones slowly, and too many not at all for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.failures import LIMITS, LONGEST_LOGIN_DELAY, SubjectKind
from helpdesk_tui.backend.model.rights import ApiUser
from helpdesk_tui.backend.use_cases import logins as logins_module
from helpdesk_tui.backend.use_cases import passwords
from helpdesk_tui.backend.use_cases.api_users import NewApiUser
from helpdesk_tui.backend.use_cases.logins import REMEMBERED, Credentials, Logins, TooManyLogins, WrongCredentials
from tests.backend.endpoint.served import failures_of
from tests.backend.offices import add_organisation
from tests.frozen_clock import FrozenClock

PASSWORD = "correct horse battery"
HOME, OFFICE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def anna(desk: Helpdesk) -> ApiUser:
    """A user of the API."""
    organisation = desk.store.directory.organisation(add_organisation(desk))
    assert organisation
    return desk.api_users.add(NewApiUser("anna", organisation), PASSWORD)


def right(address: str = HOME, password: str = PASSWORD) -> Credentials:
    return Credentials("anna", password, address)


@contextmanager
def counting_checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """The hashes that passwords are compared with."""
    seen: list[str | None] = []
    real = passwords.is_password

    def noted(password_hash: str | None, password: str) -> bool:
        seen.append(password_hash)
        return real(password_hash, password)

    monkeypatch.setattr(logins_module, "is_password", noted)
    yield seen


def test_right_credentials_are_checked_once_and_then_remembered_for_a_while(desk: Helpdesk, anna: ApiUser) -> None:
    now = 1000.0
    logins = Logins(desk.context, lambda: now)
    assert logins.known(right()) is None
    found = logins.check(right())
    assert isinstance(found, ApiUser)
    assert (found.username, found.id) == ("anna", anna.id)
    now += REMEMBERED - 1
    assert logins.known(Credentials("ANNA", PASSWORD, OFFICE))
    now += REMEMBERED - 1
    assert logins.known(right())
    assert logins.known(right(password=PASSWORD + "!")) is None
    now += REMEMBERED + 1
    assert logins.known(right()) is None
    assert PASSWORD.encode() not in repr(vars(logins)).encode()


def test_a_new_password_ends_what_was_remembered(desk: Helpdesk, anna: ApiUser) -> None:
    assert isinstance(desk.logins.check(right()), ApiUser)
    desk.api_users.set_password("anna", "another password")
    assert desk.logins.known(right()) is None
    assert isinstance(desk.logins.check(right()), WrongCredentials)
    assert isinstance(desk.logins.check(right(password="another password")), ApiUser)
    desk.api_users.remove("anna")
    assert desk.logins.known(right(password="another password")) is None


def test_a_password_is_compared_also_when_nobody_has_that_name(
    desk: Helpdesk, anna: ApiUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counting_checks(monkeypatch) as seen:
        for name in ("anna", "nobody", "", "an\nna", "x" * 500, "a\ud800"):
            assert isinstance(desk.logins.check(Credentials(name, "wrong password", HOME)), WrongCredentials)
    assert [password_hash is None for password_hash in seen] == [False, True, True, True, True, True]


def test_answers_to_wrong_logins_are_held_back_longer_and_longer(desk: Helpdesk, anna: ApiUser) -> None:
    delays = []
    for _ in range(7):
        found = desk.logins.check(right(password="wrong password"))
        assert isinstance(found, WrongCredentials)
        delays.append(found.delay)
    assert delays == sorted(delays)
    assert delays[1] == 2 * delays[0]
    assert delays[-1] == LONGEST_LOGIN_DELAY


def test_an_address_that_guesses_is_shut_out_and_others_are_not(
    desk: Helpdesk, anna: ApiUser, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(desk.logins.check(right(OFFICE)), ApiUser)
    for number in range(LIMITS[SubjectKind.LOGIN_ADDRESS]):
        desk.logins.check(Credentials(f"guess{number}", "wrong password", HOME))
    with counting_checks(monkeypatch) as seen, pytest.raises(TooManyLogins) as refused:
        desk.logins.check(right(HOME))
    assert (seen, refused.value.seconds) == ([], 600)
    assert isinstance(desk.logins.check(right(OFFICE)), ApiUser)
    clock.advance(timedelta(minutes=10, seconds=1))
    assert isinstance(desk.logins.check(right(HOME)), ApiUser)


def test_a_name_that_is_guessed_from_everywhere_stays_open_where_its_owner_is(desk: Helpdesk, anna: ApiUser) -> None:
    assert isinstance(desk.logins.check(right(OFFICE)), ApiUser)
    for number in range(LIMITS[SubjectKind.LOGIN_NAME]):
        desk.logins.check(right(f"203.0.113.{number}", "wrong password"))
    with pytest.raises(TooManyLogins):
        desk.logins.check(right("203.0.113.200"))
    assert desk.logins.known(right("203.0.113.200")), "this process has seen these credentials to be right"
    assert isinstance(Logins(desk.context).check(right(OFFICE)), ApiUser)
    for number in range(LIMITS[SubjectKind.LOGIN_NAME]):
        desk.logins.check(Credentials("nobody", "wrong password", f"203.0.113.{100 + number}"))
    with pytest.raises(TooManyLogins):  # a name that nobody has answers the same
        desk.logins.check(Credentials("nobody", "wrong password", "203.0.113.250"))


def test_operators_see_who_is_shut_out_and_release_them(desk: Helpdesk, anna: ApiUser) -> None:
    for _ in range(LIMITS[SubjectKind.LOGIN_NAME]):
        desk.logins.check(right(password="wrong password"))
    shown = {each.subject: each for each in failures_of(desk)}
    assert set(shown) == {f"API login from {HOME}", "API user anna"}
    assert "10 failed logins under this name to the REST API" in shown["API user anna"].reason
    assert shown["API user anna"].throttled(desk.clock())
    with pytest.raises(TooManyLogins):
        desk.logins.check(right())
    desk.fetching.release("API user anna")
    assert isinstance(desk.logins.check(right()), ApiUser)


def test_failed_logins_are_in_the_history_without_what_was_typed(desk: Helpdesk, anna: ApiUser) -> None:
    desk.logins.check(right(password="hunter2hunter2"))
    desk.logins.check(Credentials("my-secret-password", "hunter2hunter2", OFFICE))
    texts = [event.text for event in desk.store.events.latest() if event.kind is EventKind.API_USER]
    assert texts[:2] == [
        f"A login to the REST API as somebody unknown from {OFFICE} failed.",
        f"A login to the REST API as anna from {HOME} failed.",
    ]
    everything = b"".join(path.read_bytes() for path in desk.environment.database.parent.glob("test.db*"))
    assert b"hunter2" not in everything
    assert b"my-secret-password" not in everything
    assert PASSWORD.encode() not in everything
