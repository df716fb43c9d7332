"""Every walkthrough with a way to each of its ends, and the world in which it is gone: a caller whose phone boots over
real HTTP, a manufacturer who refuses, a clock that goes on. Hands that go it are the facade's or the screen's.

A way is a sentence of moves: `activate`, `again`, `elsewhere`, `retry`, `done`, `skip`, `>place` (the choice that leads
there); and what happens meanwhile, which stands in `World.MOVES`. What stands before a bar happened before it is begun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Protocol

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.fetching import Miss
from helpdesk_tui.backend.use_cases.walkthroughs import FIX
from helpdesk_tui.backend.virtual_phone.caller import Caller
from helpdesk_tui.backend.virtual_phone.practice import Deed
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_user, new_phone, open_desk, run_due, service
from tests.frozen_clock import FrozenClock

TRIAGE = "still-does-not-work"
TO_TRIAGE = f"walkthrough:{TRIAGE}"
TO_FIX = f"walkthrough:{FIX}"
TO_FIRMWARE = "walkthrough:change-firmware"

VENDORS: Mapping[Vendor, tuple[str, str, str, str]] = {
    Vendor.SNOM: (SNOM, "D735", "10.1.175.16", "10.1.198.19"),
    Vendor.YEALINK: (YEALINK, "T46S", "66.86.0.15", "66.86.0.16"),
}
"""A MAC, a model, the firmware that it has, and another one."""

SEARCH = "silent | done >address >clock >reach"
"""The beginning of the search for a cause that the platform does not see."""

MENDED = "activate done reset quiet"

# (walkthrough, vendor or None for both): ways, each with the end or the other walkthrough that it leads to.
WAYS: Mapping[tuple[str, Vendor | None], tuple[tuple[str, str], ...]] = {
    (FIX, None): (
        (MENDED, "mended"),
        ("again done reset quiet", "mended"),
        ("activate >other-way done reset quiet", "mended"),
        ("refused activate >not-registered", "not-registered"),
        ("activate >other-way >not-reset", "not-reset"),
        (f"activate done late >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("factory-reset-snom", Vendor.SNOM): (
        ("activate >restart done done reset quiet", "mended"),
        ("activate >power-on done done reset quiet", "mended"),
        ("keyless | activate done reset quiet", "mended"),
        ("refused activate >not-registered", "not-registered"),
        ("activate >restart done >other-way >not-reset", "not-reset"),
        (f"activate >power-on >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("factory-reset-yealink", Vendor.YEALINK): (
        ("activate done done reset quiet", "mended"),
        ("refused activate >not-registered", "not-registered"),
        ("activate done >other-way >not-reset", "not-reset"),
        (f"activate >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("first-start", None): (
        ("activate done >plug done reset quiet done", "mended"),
        ("activate done >plug done reset quiet login", "mended"),
        ("activate done >reset done reset quiet done", "mended"),
        ("activate >wrong-phone", "wrong-phone"),
        ("refused activate >not-registered", "not-registered"),
        ("activate done >reset >other-way >not-reset", "not-reset"),
        (f"activate done >plug >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("switch-environment", None): (
        ("done activate done reset quiet", "switched"),
        (">elsewhere", "elsewhere"),
        ("done refused activate >not-registered", "not-registered"),
        ("done activate >other-way >not-reset", "not-reset"),
        (f"done activate done late >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("move-by-hand", None): (
        (">note-mac done elsewhere done reset quiet", "moved"),
        (">by-api move", "moved"),
        (">note-mac >wrong-phone", "wrong-phone"),
        (">note-mac done refused elsewhere >not-registered", "not-registered"),
        (">note-mac done elsewhere >other-way >not-reset", "not-reset"),
        (f">note-mac done elsewhere done late >{TO_TRIAGE}", TO_TRIAGE),
    ),
    ("change-firmware", None): (
        ("select done done start", "changed"),
        ("select >reselect done done start", "changed"),
        (">kept", "kept"),
        ("select >waits", "waits"),
        ("select done done late >refused", "refused"),
        ("select done done >bricked", "bricked"),
        (f"select done late >{TO_TRIAGE}", TO_TRIAGE),
    ),
    (TRIAGE, None): (
        ("silent | done >address >clock >ntp >restart done start >mended", "mended"),
        (">login login >mended", "mended"),
        (">sound >mended", "mended"),
        (">sip >watch start >mended", "mended"),
        (">odd-setting >restart done start >mended", "mended"),
        ("unremoved | retry >mended", "mended"),
        ("silent slowed | done done start >mended", "mended"),
        ("silent | done >address >no-address >vlan >restart done start >mended", "mended"),
        ("deserted | >firewall >restart done start >mended", "mended"),
        ("unregistered | >not-registered", "not-registered"),
        ("silent | stranger >wrong-phone", "wrong-phone"),
        ("silent | done >dark >questions done", "handed-over"),
        ("silent | done >recovery >watch late >questions done", "handed-over"),
        (f"{SEARCH} >dns >questions done", "handed-over"),
        (f"{SEARCH} >tls >prompts >one-or-all >site >questions done", "handed-over"),
        (f"{SEARCH} >tls >prompts >password >reset-it >{TO_FIX}", TO_FIX),
        (f"{SEARCH} >tls >prompts >foreign >reset-it >{TO_FIX}", TO_FIX),
        (f"used | >{TO_FIX}", TO_FIX),
        (f"{SEARCH} >tls >{TO_FIRMWARE}", TO_FIRMWARE),
    ),
}

ONLY: Mapping[Vendor, Mapping[str, tuple[tuple[str, str], ...]]] = {
    Vendor.SNOM: {},
    Vendor.YEALINK: {TRIAGE: ((f"{SEARCH} >tls >prompts >code >questions done", "handed-over"),)},
}
"""Ways that only phones of one vendor have."""


def ways_of(walkthrough: str, vendor: Vendor) -> tuple[tuple[str, str], ...]:
    """All ways of this walkthrough for this vendor; none where it is not meant for it."""
    both = WAYS.get((walkthrough, None), ()) or WAYS.get((walkthrough, vendor), ())
    return both + ONLY[vendor].get(walkthrough, ())


PLAYED = [(name, each) for name, vendor in WAYS for each in ([vendor] if vendor else Vendor)]
"""Every walkthrough with every vendor that it is meant for."""


class Hands(Protocol):
    """Goes a way, by the facade or by the keys of the screen."""

    async def go(self, move: str) -> None:
        """Make this move of the operator's."""

    async def look(self) -> None:
        """See what the world has become."""


class World:
    """One customer with phones of both vendors, as everybody but the operator sees it: the platform's own process."""

    def __init__(self, folder: Path, clock: FrozenClock) -> None:
        self.folder, self.clock = folder, clock
        self.desk = open_desk(folder, clock, operator="platform")
        self.caller = Caller(self.desk, pause=lambda seconds: None)
        self.mac = Mac.parse(SNOM)
        self.vendor = Vendor.SNOM
        self._phones = 0
        organisation = add_organisation(self.desk)
        add_user(self.desk, organisation, "201", "Anna Jansen")
        add_organisation(self.desk, "Fietsen De Vries", "devries")
        for vendor, (_, model, _, version) in VENDORS.items():
            file = f"snom{model}-{version}-SIP-r.bin" if vendor is Vendor.SNOM else f"{model}-{version}.rom"
            self.desk.firmware.add(FirmwareEntry(0, vendor, version, (model,), file))
            self.desk.firmware.certify(version)

    def close(self) -> None:
        self.caller.close()
        self.desk.close()

    @property
    def phone(self) -> Phone:
        return self.desk.phones.find(self.mac.colons)

    def new_phone(self, vendor: Vendor, before: str = "") -> Phone:
        """One more phone that runs on the platform, at a site of its own; `before` has happened to it."""
        mac, model, firmware, _ = VENDORS[vendor]
        self._phones += 1
        self.clock.advance(timedelta(seconds=1))
        known = {"last_seen": self.clock(), "last_address": f"198.51.100.{self._phones}"}
        first = int(Mac.parse(mac).hex, 16) + 256 * self._phones
        self.vendor, self.mac = vendor, Mac(f"{first:012x}")
        self._insert(self.mac, model, {**known, "firmware_installed": firmware})
        self.service.recover()
        for move in before.split():
            self.happen(move)
        self.clock.advance(timedelta(minutes=1))
        return self.phone

    def _insert(self, mac: Mac, model: str, known: dict[str, object]) -> Phone:
        with self.desk.context.write():
            phone = self.desk.phones.insert(new_phone(self.desk, mac.colons, model), EventKind.IMPORTED, "Imported.")
            self.desk.store.phones.update(phone.id, known)
        return self.desk.phones.get(phone.id)

    @property
    def service(self) -> SimulatedService:
        return service(self.desk, self.vendor)

    def operator_desk(self) -> Helpdesk:
        """The same environment in the operator's process; the manufacturers are the same everywhere."""
        desk = open_desk(self.folder, self.clock)
        for vendor in Vendor:
            desk.services.put(self.desk.services.of(vendor))
        return desk

    # -- what happens, by name ----------------------------------------------------------------------------------------

    def happen(self, move: str) -> bool:
        """Let this happen; False when it is the operator's to do."""
        self.clock.advance(timedelta(seconds=1))
        if move in self.MOVES:
            self.MOVES[move](self)
        return move in self.MOVES

    def _boot(self, deed: Deed) -> None:
        """The phone starts over real HTTP, and the platform has written down what it fetched."""
        before = self.phone
        self.caller.call(self.caller.practices.scenarios[0], before)
        self.caller.do(deed)
        self.caller.settle()
        until(lambda: self.phone.last_seen == self.clock() and self.phone.pending is None)
        if before.step is Step.ACTIVE:
            until(lambda: self.phone.step is Step.DISABLED)
        if before.firmware_selected:
            until(lambda: self.phone.firmware_installed == before.firmware_selected)

    def _reset(self) -> None:
        self._boot(Deed.RESET)

    def _start(self) -> None:
        self._boot(Deed.START)

    def _update(self, **values: object) -> None:
        with self.desk.context.write():
            self.desk.store.phones.update(self.phone.id, values)

    def _silent(self) -> None:
        self._update(last_seen=self.clock() - timedelta(days=3))

    def _keyless(self) -> None:
        """It is a model without a key for the reset."""
        self._update(model="D865")

    def _deserted(self) -> None:
        """Nor is anybody else of its site heard of."""
        self._silent()
        known = {"last_seen": self.clock() - timedelta(days=3), "last_address": self.phone.last_address}
        self._insert(Mac(f"{int(self.mac.hex, 16) + 1:012x}"), VENDORS[self.vendor][1], known)

    def _used(self) -> None:
        self.desk.registration.activate(self.phone)
        self.clock.advance(timedelta(seconds=1))
        self._update(last_seen=self.clock())

    def _unregistered(self) -> None:
        self.service.fail_next(Reason.BAD_MAC, times=1)
        self.desk.registration.activate(self.phone)

    def _unremoved(self) -> None:
        self.desk.registration.activate(self.phone)
        self.clock.advance(timedelta(seconds=1))
        self.service.fail_next(Reason.UNREACHABLE)
        self._update(last_seen=self.clock())
        self.desk.registration.phone_fetched(self.phone)
        run_due(self.desk)
        self.service.recover()
        assert self.phone.step is Step.DEPROVISION

    def _slowed(self) -> None:
        self.desk.fetching.note_misses([Miss(self.clock(), self.phone.last_address, "f", None)] * 40)

    def _stranger(self) -> None:
        """A phone of another model comes by with what was meant for this one."""
        model = {Vendor.SNOM: "D785", Vendor.YEALINK: "T42S"}[self.vendor]
        self.caller.call(self.caller.practices.scenarios[0], replace(self.phone, model=model))
        self.caller.do(Deed.START)
        self.caller.settle()
        until(lambda: any(each.note for each in self.desk.phones.requests(self.phone)))

    def _log_in(self) -> None:
        self.desk.phones.log_in(self.phone, "201")

    def _select(self) -> None:
        version = VENDORS[self.vendor][3]
        self.desk.firmware.carry_out(self.desk.firmware.plan([self.phone], version))

    def _refuse(self) -> None:
        self.service.fail_next(Reason.OWNED_ELSEWHERE, times=1)

    def _move(self) -> None:
        target = next(each for each, _ in self.desk.moves.destinations([self.phone]))
        self.desk.moves.move(self.phone, target)

    MOVES: ClassVar[Mapping[str, Callable[[World], None]]] = {
        "reset": _reset,
        "start": _start,
        "quiet": lambda world: world._wait(31),
        "late": lambda world: world._wait(20 * 60),
        "silent": _silent,
        "keyless": _keyless,
        "deserted": _deserted,
        "used": _used,
        "unregistered": _unregistered,
        "unremoved": _unremoved,
        "slowed": _slowed,
        "stranger": _stranger,
        "refused": _refuse,
        "login": _log_in,
        "select": _select,
        "move": _move,
    }

    def _wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))


def parted(way: str) -> tuple[str, str]:
    """What happened before, and the way itself."""
    before, _, after = way.rpartition("|")
    return before, after


async def go(world: World, hands: Hands, way: str) -> None:
    """Go this way."""
    for move in way.split():
        if world.happen(move):
            await hands.look()
        else:
            await hands.go(move)
