"""Two operators at one phone: one wins, the other is told who that was and when, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.offices import add_organisation, add_phone, add_user, in_service, open_desk, service
from tests.frozen_clock import FrozenClock

FIRMWARE = {"anna": "10.1.184.15", "bert": "10.1.198.19"}
EXTENSION = {"anna": "201", "bert": "202"}
MODEL = {"anna": "D785", "bert": "D765"}
PLACE = {"anna": "Garage Smit", "bert": "Fietsen De Vries"}


def place(desk: Helpdesk) -> Organisation:
    return desk.phones.organisation_named(PLACE[desk.operator])


def rename(desk: Helpdesk, phone: Phone) -> None:
    desk.phones.set_text(phone, "name", f"named by {desk.operator}")


def log_in(desk: Helpdesk, phone: Phone) -> None:
    desk.phones.log_in(phone, EXTENSION[desk.operator])


def log_out(desk: Helpdesk, phone: Phone) -> None:
    desk.phones.log_out(phone)


def correct_model(desk: Helpdesk, phone: Phone) -> None:
    desk.phones.set_model(phone, MODEL[desk.operator])


def choose_firmware(desk: Helpdesk, phone: Phone) -> None:
    desk.firmware.carry_out(desk.firmware.plan([phone], FIRMWARE[desk.operator]))


def move(desk: Helpdesk, phone: Phone) -> None:
    desk.moves.move(phone, place(desk))


def remove(desk: Helpdesk, phone: Phone) -> None:
    desk.phones.remove(phone)


def activate(desk: Helpdesk, phone: Phone) -> None:
    assert desk.registration.activate(phone).ok


Act = Callable[[Helpdesk, Phone], None]

# Who did the first of these is in the way of whoever does one of the second; all other pairs go together.
IN_THE_WAY: dict[Act, set[Act]] = {
    rename: {rename, remove},
    log_in: {log_in, log_out, move, remove},
    log_out: {log_in, move, remove},
    correct_model: {correct_model, choose_firmware, remove},
    choose_firmware: {choose_firmware, remove},
    move: {move, log_in, remove},
    remove: {rename, log_in, log_out, correct_model, choose_firmware, move, remove, activate},
    activate: {activate, remove},
}

# What stands in the phone when somebody has done it.
DONE: dict[Act, Callable[[Helpdesk, Phone | None], bool]] = {
    rename: lambda desk, phone: phone is not None and phone.name == f"named by {desk.operator}",
    log_in: lambda desk, phone: phone is not None and phone.user_extension == EXTENSION[desk.operator],
    log_out: lambda desk, phone: phone is not None and phone.user_id is None,
    correct_model: lambda desk, phone: phone is not None and phone.model == MODEL[desk.operator],
    choose_firmware: lambda desk, phone: phone is not None and phone.firmware_selected == FIRMWARE[desk.operator],
    move: lambda desk, phone: phone is not None and phone.organisation == PLACE[desk.operator],
    remove: lambda desk, phone: phone is None,
    activate: lambda desk, phone: phone is not None and phone.step is Step.ACTIVE,
}


@pytest.fixture
def phone(desk: Helpdesk) -> Phone:
    """A phone that works, with somebody logged in."""
    home = add_organisation(desk)
    for number, name in enumerate(PLACE.values()):
        add_organisation(desk, name, f"other{number}")
    people = [add_user(desk, home, extension, f"User {extension}") for extension in ("200", "201", "202")]
    for version in FIRMWARE.values():
        desk.firmware.add(FirmwareEntry(0, Vendor.SNOM, version, ("D735",), f"D735-{version}.bin"))
        desk.firmware.certify(version)
    return in_service(desk, user_id=people[0], firmware_installed="10.1.175.16")


PAIRS = [(first, second) for first in IN_THE_WAY for second in IN_THE_WAY]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[f"{a.__name__}-{b.__name__}" for a, b in PAIRS])
def test_of_two_one_wins_and_the_other_is_told(
    desk: Helpdesk, colleague: Helpdesk, phone: Phone, first: Act, second: Act
) -> None:
    first(colleague, phone)
    between, events = desk.store.phones.by_mac(phone.mac), desk.phones.history(phone.mac)
    if second in IN_THE_WAY[first]:
        with pytest.raises(Refused, match=r"by bert \(02 Mar 09:00\)|bert was quicker \(02 Mar 09:00: “") as told:
            second(desk, phone)
        assert str(told.value).startswith(phone.mac.colons)
        assert desk.store.phones.by_mac(phone.mac) == between
        assert desk.phones.history(phone.mac) == events
    else:
        second(desk, phone)
        now = desk.store.phones.by_mac(phone.mac)
        assert DONE[second](desk, now)
        assert DONE[first](colleague, now)


@pytest.mark.parametrize("act", [rename, choose_firmware, move, remove, activate])
def test_after_another_look_it_is_done(desk: Helpdesk, colleague: Helpdesk, phone: Phone, act: Act) -> None:
    activate(colleague, phone)
    rename(colleague, phone)
    choose_firmware(colleague, phone)
    move(colleague, phone)
    act(desk, desk.phones.get(phone.id))
    assert DONE[act](desk, desk.store.phones.by_mac(phone.mac))


def test_the_same_change_is_no_quarrel(desk: Helpdesk, colleague: Helpdesk, phone: Phone) -> None:
    for each in (colleague, desk):
        assert each.phones.set_text(phone, "name", "Balie").name == "Balie"
        assert each.phones.log_in(phone, "201").user_extension == "201"
    assert [event.operator for event in desk.phones.history(phone.mac)] == ["bert", "bert", "anna"]


def test_the_event_that_changed_this_is_named_and_not_a_later_one(
    desk: Helpdesk, colleague: Helpdesk, phone: Phone
) -> None:
    rename(colleague, phone)
    for number in range(3):
        colleague.phones.set_text(colleague.phones.get(phone.id), "serial", f"S-{number}")
    with pytest.raises(Refused, match="“Changed name to named by bert”"):
        rename(desk, phone)


def test_somebody_with_two_windows_is_told_that_it_was_them(desk: Helpdesk, phone: Phone) -> None:
    rename(desk, phone)
    with pytest.raises(Refused, match=r"you yourself were quicker \(02 Mar 09:00: “Changed name"):
        desk.phones.set_text(phone, "name", "Balie")


def test_moved_while_the_manufacturer_is_told_of_the_removal(
    desk: Helpdesk, colleague: Helpdesk, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate(desk, phone)
    real = desk.registration.deregister

    def then_a_colleague_moves(subject: Phone) -> object:
        attempt = real(subject)
        move(colleague, colleague.phones.get(subject.id))
        return attempt

    monkeypatch.setattr(desk.registration, "deregister", then_a_colleague_moves)
    with pytest.raises(Refused, match=r"bert was quicker .*it was not removed, but its registration was ended"):
        remove(desk, desk.phones.get(phone.id))
    now = desk.phones.get(phone.id)
    assert (now.organisation, now.step, now.pending) == (PLACE["bert"], Step.DISABLED, None)
    assert service(desk).registrations() == {}


def test_of_many_phones_none_gets_the_firmware_when_one_has_got_another(
    desk: Helpdesk, colleague: Helpdesk, phone: Phone
) -> None:
    others = [in_service(desk, f"00:04:13:00:00:{number:02x}", "D735") for number in range(3)]
    plan = desk.firmware.plan([phone, *others], FIRMWARE["anna"])
    choose_firmware(colleague, others[2])
    with pytest.raises(Refused, match=f"{others[2].mac}: bert was quicker"):
        desk.firmware.carry_out(plan)
    assert {found.firmware_selected for found in desk.firmware.phones([phone.id, others[0].id])} == {None}


def test_removed_and_added_again_is_another_phone(desk: Helpdesk, colleague: Helpdesk, phone: Phone) -> None:
    remove(colleague, phone)
    add_phone(colleague)
    with pytest.raises(Refused, match=r"removed by bert .* and added again in the meantime"):
        rename(desk, phone)
    remove(colleague, colleague.phones.find(phone.mac.colons))
    other = in_service(colleague, "00:04:13:00:00:01", "D735")
    with pytest.raises(Refused, match=f"{phone.mac} has been removed by bert"):
        rename(desk, phone)
    assert colleague.phones.get(other.id) == other  # what took its place in the database is left alone


# -- at the very same moment -------------------------------------------------------------------------------------------


@pytest.fixture
def both(tmp_path: Path, clock: FrozenClock, phone: Phone) -> Iterator[tuple[Helpdesk, Helpdesk]]:
    opened = open_desk(tmp_path, clock), open_desk(tmp_path, clock, operator="bert")
    yield opened
    for each in opened:
        each.close()


def race(both: tuple[Helpdesk, Helpdesk], acts: tuple[Act, Act], phone: Phone) -> list[Refused | None]:
    """Let both begin together; how each ended."""
    gate = Barrier(2)

    def run(desk: Helpdesk, act: Act) -> Refused | None:
        gate.wait(10)
        try:
            act(desk, phone)
        except Refused as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, both, acts))


ROUNDS = 6


def test_activate_and_move_race(desk: Helpdesk, both: tuple[Helpdesk, Helpdesk], phone: Phone) -> None:
    """They go together, whoever is first."""
    for number in range(ROUNDS):
        subject = in_service(desk, f"00:04:13:00:00:{number:02x}", "D735")
        assert race(both, (activate, move), subject) == [None, None]
        now = desk.phones.get(subject.id)
        assert (now.step, now.organisation, now.pending) == (Step.ACTIVE, PLACE["bert"], None)
        assert subject.mac in service(desk).registrations()


def test_activate_and_remove_race(desk: Helpdesk, both: tuple[Helpdesk, Helpdesk], phone: Phone) -> None:
    """The manufacturer sends exactly those phones here that are here."""
    for number in range(ROUNDS):
        subject = in_service(desk, f"00:04:13:00:00:{number:02x}", "D735")
        activated, removed = race(both, (activate, remove), subject)
        assert (activated is None) is not (removed is None), (activated, removed)
        now = desk.store.phones.by_mac(subject.mac)
        assert (now is None) is (removed is None)
        assert (subject.mac in service(desk).registrations()) is (now is not None and now.step is Step.ACTIVE)


def test_two_moves_race(desk: Helpdesk, both: tuple[Helpdesk, Helpdesk], phone: Phone) -> None:
    for number in range(ROUNDS):
        subject = in_service(desk, f"00:04:13:00:00:{number:02x}", "D735")
        outcomes = race(both, (move, move), subject)
        (loser,) = [outcome for outcome in outcomes if outcome]
        winner = both[outcomes.index(None)]
        assert f"{winner.operator} was quicker" in str(loser)
        assert desk.phones.get(subject.id).organisation == PLACE[winner.operator]
        assert [event.operator for event in desk.phones.history(subject.mac)][:2] == [winner.operator] * 2
