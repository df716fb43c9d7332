"""What each role may do, cell by cell: the backend refuses, whatever a screen offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.organisation import Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.custom import Owner
from tests.backend.offices import add_organisation, add_phone, add_user, new_phone

VERSION = "10.1.184.15"


@dataclass
class Office:
    """One customer with one phone, and another customer; `desk` is that of whoever acts."""

    desk: Helpdesk
    phone: Phone
    folder: Path

    @property
    def organisation(self) -> Organisation:
        return self.desk.organisations.get(self.phone.organisation_id)

    @property
    def other(self) -> Organisation:
        return next(o for o, _ in self.desk.organisations.all() if o.id != self.phone.organisation_id)

    @property
    def user(self) -> User:
        return self.desk.users.with_extension(self.organisation, "201")

    def owner(self, scope: Scope) -> Owner:
        return next(owner for owner in self.desk.custom.owners(self.phone) if owner.scope is scope)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path


ENTRY = FirmwareEntry(0, Vendor.SNOM, VERSION, ("D735",), f"snomD735-{VERSION}-SIP-r.bin")
CUSTOM = CustomSetting("ringer_volume", "9")


def a_key(scope: Scope) -> Callable[[Office], object]:
    return lambda office: office.desk.custom.set_key(office.owner(scope), FunctionKey(1, KeyFunction.DND))


def a_setting(scope: Scope) -> Callable[[Office], object]:
    return lambda office: office.desk.custom.save_settings(office.owner(scope), [CUSTOM])


ACTIONS: dict[str, tuple[Role, Callable[[Office], object]]] = {
    "list": (Role.VIEWER, lambda o: o.desk.phones.page(Query(), 0, 10)),
    "verdict": (Role.VIEWER, lambda o: o.desk.phones.verdict(o.phone)),
    "history": (Role.VIEWER, lambda o: o.desk.phones.history(o.phone.mac)),
    "settings file": (Role.VIEWER, lambda o: o.desk.settings.file(o.phone)),
    "ask the manufacturer": (Role.VIEWER, lambda o: o.desk.manufacturers.ask(o.phone)),
    "effect of a change": (Role.VIEWER, lambda o: o.desk.organisations.effect(o.organisation, "language", "en")),
    "activate": (Role.OPERATOR, lambda o: o.desk.registration.activate(o.phone)),
    "add phone": (Role.OPERATOR, lambda o: o.desk.phones.add(new_phone(o.desk, "00:04:13:00:00:99"))),
    "remove phone": (Role.OPERATOR, lambda o: o.desk.phones.remove(o.phone)),
    "remove phone anyway": (Role.OPERATOR, lambda o: o.desk.phones.remove_anyway(o.phone)),
    "name": (Role.OPERATOR, lambda o: o.desk.phones.set_text(o.phone, "name", "Reception")),
    "model": (Role.OPERATOR, lambda o: o.desk.phones.set_model(o.phone, "D785")),
    "log in": (Role.OPERATOR, lambda o: o.desk.phones.log_in(o.phone, "201")),
    "move": (Role.OPERATOR, lambda o: o.desk.moves.move(o.phone, o.other)),
    "firmware": (Role.OPERATOR, lambda o: o.desk.firmware.carry_out(o.desk.firmware.plan([o.phone], None))),
    "reveal": (Role.OPERATOR, lambda o: o.desk.settings.reveal(o.phone)),
    "key of the phone": (Role.OPERATOR, a_key(Scope.PHONE)),
    "setting of the phone": (Role.OPERATOR, a_setting(Scope.PHONE)),
    "expansion modules": (Role.OPERATOR, lambda o: o.desk.custom.set_modules(o.phone, "1")),
    "key of the model": (Role.ADMINISTRATOR, a_key(Scope.MODEL)),
    "setting of the model": (Role.ADMINISTRATOR, a_setting(Scope.MODEL)),
    "common setting": (Role.ADMINISTRATOR, lambda o: o.desk.organisations.change(o.organisation, "language", "en")),
    "add organisation": (
        Role.ADMINISTRATOR,
        lambda o: o.desk.organisations.add({"organisation": "New", "short_name": "new", "sip_host": "sip.example.net"}),
    ),
    "remove organisation": (Role.ADMINISTRATOR, lambda o: o.desk.organisations.remove(o.other)),
    "add user": (
        Role.ADMINISTRATOR,
        lambda o: o.desk.users.add(
            o.organisation, {"extension": "202", "name": "Piet", "sip_username": "202", "sip_password": "s3cret"}
        ),
    ),
    "change user": (Role.ADMINISTRATOR, lambda o: o.desk.users.change(o.user, "name", "Anne Jansen")),
    "remove user": (Role.ADMINISTRATOR, lambda o: o.desk.users.remove(o.user)),
    "reveal the passwords of a user": (Role.OPERATOR, lambda o: o.desk.users.reveal(o.user)),
    "import": (Role.ADMINISTRATOR, lambda o: o.desk.imports.organisations(
        o.file("organisations.csv", "organisation,short_name,sip_host\nNew,new,sip.example.net\n"))),
    "try an import": (Role.ADMINISTRATOR, lambda o: o.desk.imports.try_out(o.desk.imports.organisations,
        o.file("organisations.csv", "organisation,short_name,sip_host\nNew,new,sip.example.net\n"))),
    "add firmware": (Role.ADMINISTRATOR, lambda o: o.desk.firmware.add(ENTRY)),
}  # fmt: skip


@pytest.fixture
def office(desk: Helpdesk, tmp_path: Path) -> Office:
    phone = add_phone(desk)
    add_user(desk, phone.organisation_id, "201", "Anna Jansen")
    add_organisation(desk, "Slagerij Bakker", "bakker")
    return Office(desk, phone, tmp_path)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_may_do_this_or_is_refused_and_changes_nothing(office: Office, role: Role, action: str) -> None:
    needed, act = ACTIONS[action]
    acting = Office(office.desk.acting_as("piet", role), office.phone, office.folder)
    before = b"\n".join(line.encode() for line in dump(office.desk))
    if role.may(needed):
        act(acting)
        return
    with pytest.raises(Refused, match=f"Your role is {role.value}: ask an? .* to do this"):
        act(acting)
    assert b"\n".join(line.encode() for line in dump(office.desk)) == before


def dump(desk: Helpdesk) -> list[str]:
    """The whole database as text."""
    with desk.store.database.read() as connection:
        return list(connection.iterdump())


@given(st.sampled_from(Role), st.sampled_from(Role), st.sampled_from(Role))
def test_roles_are_ordered(one: Role, two: Role, three: Role) -> None:
    assert one.may(one)
    assert one.may(two) or two.may(one)
    if one.may(two) and two.may(three):
        assert one.may(three)


def test_the_history_names_whoever_acts(office: Office) -> None:
    office.desk.acting_as("piet", Role.OPERATOR).phones.set_text(office.phone, "name", "Reception")
    assert office.desk.phones.history(office.phone.mac)[0].operator == "piet"


def test_a_viewer_reads_a_walkthrough_that_is_not_stored(office: Office) -> None:
    viewer = office.desk.acting_as("piet", Role.VIEWER)
    run = viewer.walkthroughs.resume_or_start(office.phone, "fix-suboptimal-state")
    assert viewer.walkthroughs.advance(run).standing is not None
    assert run.id == 0
    assert office.desk.walkthroughs.runs_of(office.phone) == ()
