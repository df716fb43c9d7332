"""The lives of the demo's phones: what happens to each, and when.

Nothing is faked: lives are played through the use cases against simulated services, on a clock that is set from moment
to moment. So history, steps and verdicts agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.service import Failure
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import RETRIED_BY_THE_QUEUE, Reason
from helpdesk_tui.backend.model.recheck import SHORTEST_RECHECK
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.access import settings_file_name
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Sent
from helpdesk_tui.backend.use_cases.firmware import Firmware
from helpdesk_tui.backend.use_cases.phones import NewPhone, Phones
from helpdesk_tui.backend.use_cases.registration import Registration
from helpdesk_tui.backend.use_cases.walkthroughs import FIX, Walkthroughs
from helpdesk_tui.backend.walkthroughs.actions import Action

OPERATORS = ("s.bakker", "n.peeters", "m.aydin")
PLATFORM = "platform"
"""Who did what no person did: phones that fetched, the queue, the weekly deadline."""

# What the manufacturers say in the demo; nothing for those that say nothing.
WORDS: dict[Reason, str] = {
    Reason.OWNED_ELSEWHERE: "MAC belongs to another company",
    Reason.BAD_MAC: "Invalid MAC address",
    Reason.BAD_URL: "Malformed setting server",
    Reason.NEEDS_SERIAL: "Machine id (SN) is required for this device",
    Reason.AUTH_FAILED: "401 Unauthorized",
    Reason.FORBIDDEN: "403 Forbidden",
    Reason.CLOCK_SKEW: "Stale timestamp",
    Reason.RATE_LIMITED: "429 Too Many Requests",
    Reason.UNREACHABLE: "connection refused",
}
RETRIES = (1, 3, 7, 15, 31, 63)
"""Minutes after the first try."""


CUSTOM: dict[Vendor, tuple[tuple[CustomSetting, ...], tuple[CustomSetting, ...]]] = {
    Vendor.SNOM: (
        (CustomSetting("backlight_idle", "3", Scope.PHONE), CustomSetting("ringer_volume!", "9", Scope.PHONE)),
        (CustomSetting("backlight_idle", "5", Scope.MODEL), CustomSetting("screen_saver_timeout", "600", Scope.MODEL)),
    ),
    Vendor.YEALINK: (
        (CustomSetting("phone_setting.backlight_time", "60", Scope.PHONE),),
        (
            CustomSetting("phone_setting.backlight_time", "120", Scope.MODEL),
            CustomSetting("screensaver.wait_time", "600", Scope.MODEL),
        ),
    ),
}
"""Custom settings of a phone, and of all phones of its model."""


@dataclass
class Clock:
    """Shows the moment that is being played."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


class Person:
    """The use cases as one operator has them."""

    def __init__(self, desk: Helpdesk, operator: str) -> None:
        context = replace(desk.context, operator=operator)
        self.registration = Registration(context)
        self.phones = Phones(context, self.registration)
        self.firmware = Firmware(context)
        self.walkthroughs = Walkthroughs(context, self.phones, self.registration)


@dataclass(frozen=True, slots=True)
class Role:
    """A phone of assets/demo.toml, and what its life needs to know."""

    mac: Mac
    model: PhoneModel
    organisation: Organisation
    address: str
    """Public address of the site."""
    life: str
    user: User | None
    values: dict[str, object]
    """What is entered when it is added: name, serial, vlan."""
    installed: str
    before: str
    select: str | None
    reason: Reason | None
    odd: str
    """Another User-Agent than expected, in its last request."""


class Stage:
    """Collects what happens to whom and when, then lets it happen in order of time."""

    def __init__(self, desk: Helpdesk, clock: Clock, random: Random) -> None:
        self.desk, self.clock, self.random, self.now = desk, clock, random, clock.moment
        self.store = desk.store
        self.last_deadline = min(
            desk.environment.weekly_deadline.after(self.now - timedelta(days=7)), self.now - timedelta(minutes=30)
        )
        self.platform = Person(desk, PLATFORM)
        self.people = [Person(desk, name) for name in OPERATORS]
        self.scenes: list[tuple[datetime, int, Callable[[], object]]] = []

    def at(self, moment: datetime, happen: Callable[[], object]) -> None:
        """Let this happen at this moment, which lies in the past."""
        self.scenes.append((min(moment, self.now), len(self.scenes), happen))

    def play(self) -> None:
        """Let everything happen that was collected, and come back to the present."""
        for moment, _, happen in sorted(self.scenes, key=lambda scene: scene[:2]):
            self.clock.moment = moment
            happen()
        self.clock.moment = self.now

    # -- moments ------------------------------------------------------------------------------------------------------

    def working_day(self, fewest: int, most: int) -> datetime:
        """Some moment in office hours, this many days ago."""
        day = self.now.astimezone(UTC) - timedelta(days=self.random.randint(fewest, most))
        return day.replace(hour=self.random.randint(8, 14), minute=self.random.randrange(60), second=0, microsecond=0)

    def this_week(self) -> datetime:
        """Some moment since the last weekly deadline."""
        return self.last_deadline + (self.now - self.last_deadline) * self.random.uniform(0.3, 0.8)

    def minutes(self, fewest: float, most: float) -> timedelta:
        """Some minutes."""
        return timedelta(minutes=self.random.uniform(fewest, most))

    def someone(self) -> Person:
        """One of the operators."""
        return self.random.choice(self.people)

    # -- what happens to a phone --------------------------------------------------------------------------------------

    def phone(self, role: Role) -> Phone:
        """The phone as it is at the moment that is played."""
        phone = self.store.phones.by_mac(role.mac)
        assert phone is not None
        return phone

    def expect(self, role: Role, reason: Reason | None) -> None:
        """Let the next call for this phone's vendor fail for this reason; None: let it succeed."""
        service = self.desk.services.of(role.model.vendor)
        assert isinstance(service, SimulatedService)
        if reason:
            service.fail_next(Failure(reason, WORDS.get(reason)), times=1)

    def add(self, role: Role, person: Person, reason: Reason | None = None) -> None:
        """Somebody adds the phone, which registers it."""
        self.expect(role, reason)
        person.phones.add(NewPhone(role.mac, role.model, role.organisation.id, role.values))

    def activate(self, role: Role, person: Person, reason: Reason | None = None) -> None:
        """Somebody presses Activate."""
        self.expect(role, reason)
        person.registration.activate(self.phone(role))

    def retry(self, role: Role, reason: Reason) -> None:
        """The queue tries again, in vain."""
        self.expect(role, reason)
        self.platform.registration.retry(role.mac)

    def log_in(self, role: Role, moment: datetime) -> None:
        """The phone's user logs in."""
        user = role.user
        if user:
            self.at(moment, lambda: self.platform.phones.log_in(self.phone(role), user.extension))

    def boot(self, role: Role, moment: datetime, reason: Reason | None = None) -> None:
        """The phone starts after a reset: the manufacturer sends it to us, and it comes back by its own address.

        `reason`: why ending its registration fails then.
        """
        contact = "The phone came by the temporary address for the first time."
        fetched = "The phone fetched its settings by its own address."
        back = moment + self.minutes(1, 2)
        self.at(moment, partial(self.fetch, role, Via.TEMPORARY, role.before))
        self.at(moment, lambda: self.note(self.phone(role), EventKind.FIRST_CONTACT, contact))
        self.at(moment + timedelta(seconds=1), partial(self.end_registration, role, reason))
        self.at(back, partial(self.fetch, role, Via.DEFINITIVE, role.before))
        self.at(back, lambda: self.note(self.phone(role), EventKind.FETCHED, fetched))

    def end_registration(self, role: Role, reason: Reason | None) -> None:
        """What the platform does when a registered phone has fetched its settings."""
        self.expect(role, reason)
        if self.platform.registration.phone_fetched(self.phone(role)):
            self.platform.registration.retry(role.mac)

    def fetch(self, role: Role, via: Via, firmware: str, odd: str = "") -> None:
        """The phone asks for its settings file, with an odd User-Agent or with its usual one."""
        phone, now = self.phone(role), self.clock()
        values: dict[str, object] = {"last_seen": now, "last_address": role.address}
        values |= {"firmware_installed": firmware, "firmware_learned_at": now}
        values |= {"token_used_at": now} if via is Via.TEMPORARY else {"token_used_at": None, "previous_secret": ""}
        self.store.phones.update(phone.id, values)
        file = settings_file_name(phone.vendor, phone.model, phone.mac)
        size, note = self.random.randint(9_000, 30_000), f"it calls itself a T42G, not a {phone.model}" if odd else ""
        agent = odd or _user_agent(role, firmware)
        self.store.requests.add_many([Request(0, now, phone.id, role.address, file, via, 200, size, agent, note)])
        if phone.firmware_installed not in (None, firmware):
            text = f"The phone reports firmware {firmware}; before: {phone.firmware_installed}."
            self.note(phone, EventKind.FIRMWARE_INSTALLED, text)

    def remember(self, role: Role) -> None:
        """Keep what the phone has just fetched, so that it can be compared with what it gets now."""
        phone, now = self.phone(role), self.clock()
        try:
            file = self.desk.settings.file(phone)
        except BadInput:
            return  # a model that has no settings file
        sent = Sent.of(f"demo-{phone.id}", file)
        name = settings_file_name(phone.vendor, phone.model, phone.mac)
        fetch = Fetch(now, phone.id, Key.SECRET, role.address, name, 200, 20_000, "", settled=True, sent=sent)
        self.desk.fetching.remember([fetch])

    def note(self, phone: Phone, kind: EventKind, text: str) -> None:
        """Write an event of the platform's."""
        self.store.events.add(PLATFORM, kind, text, phone.mac, phone.organisation)

    def select(self, role: Role, version: str, person: Person) -> None:
        """Somebody selects a firmware."""
        person.firmware.carry_out(person.firmware.plan([self.phone(role)], version))

    def set_keys(self, role: Role, colleagues: Sequence[str]) -> None:
        """Function keys of the phone, its model and its user, and custom settings of the phone and its model."""
        phone = self.phone(role)
        taken = [role.user.extension] if role.user else []
        others = [extension for extension in colleagues if extension not in taken]
        lamps = tuple(FunctionKey(3 + i, KeyFunction.STATUS, number, number) for i, number in enumerate(others[:4]))
        own = (FunctionKey(1, KeyFunction.LINE, "1", "Lijn 1"), FunctionKey(2, KeyFunction.DND, "", "Niet storen"))
        self.store.custom.set_function_keys(Scope.PHONE, {"phone_id": phone.id}, (*own, *lamps))
        owner: dict[str, int | str] = {"organisation_id": phone.organisation_id, "model": phone.model}
        model_keys = (FunctionKey(8, KeyFunction.SPEED_DIAL, "112", "Alarm 112"),)
        self.store.custom.set_function_keys(Scope.MODEL, owner, model_keys)
        if role.user:
            keys = (FunctionKey(9, KeyFunction.TRANSFER, others[0], "Doorverbinden"),)
            self.store.custom.set_function_keys(Scope.USER, {"user_id": role.user.id}, keys)
        of_phone, of_model = CUSTOM[phone.vendor]
        self.store.custom.set_custom_settings(Scope.PHONE, {"phone_id": phone.id}, of_phone)
        self.store.custom.set_custom_settings(Scope.MODEL, owner, of_model)
        self.store.phones.update(phone.id, {"changed_at": self.clock()})
        self.note(phone, EventKind.CHANGED, "Changed function keys and custom settings.")

    # -- stretches of a life ------------------------------------------------------------------------------------------

    def settle(self, role: Role, last_seen: datetime) -> None:
        """The phone was added long ago, came into normal operation, and fetches daily until `last_seen`."""
        person, added = self.someone(), self.working_day(60, 400)
        started = added + self.minutes(20, 90)
        self.at(added, partial(self.add, role, person))
        self.boot(role, started)
        self.log_in(role, started + self.minutes(5, 60))
        for days in range(5, -1, -1):
            moment = last_seen - timedelta(days=days, seconds=self.random.randrange(60) if days else 0)
            firmware = role.installed if days < 3 else role.before
            odd = "" if days else role.odd
            self.at(moment, partial(self.fetch, role, Via.DEFINITIVE, firmware, odd))
        self.at(last_seen, partial(self.remember, role))
        if role.before != role.installed:
            self.at(last_seen - timedelta(days=3, hours=-1), partial(self.select, role, role.installed, person))
        if role.select:
            version = role.select
            self.at(self.now - timedelta(hours=1), partial(self.select, role, version, person))

    def fail(self, role: Role, moment: datetime, reason: Reason, first: Callable[[], None]) -> None:
        """A call fails, and so do the queue's next tries where it makes any."""
        self.at(moment, first)
        if reason in RETRIED_BY_THE_QUEUE:
            for minutes in RETRIES:
                again = moment + timedelta(minutes=minutes)
                if again < self.now:
                    self.at(again, partial(self.retry, role, reason))


# -- the lives: what becomes of a phone -----------------------------------------------------------------------------


def _in_service(stage: Stage, role: Role) -> None:
    stage.settle(role, stage.now - stage.minutes(5, SHORTEST_RECHECK))


def _cut_off(stage: Stage, role: Role) -> None:
    """In service, as the others at its office, until nobody there could fetch any more."""
    stage.settle(role, stage.now - timedelta(hours=5) - stage.minutes(2, 230))


def _silent(stage: Stage, role: Role) -> None:
    stage.settle(role, stage.now - stage.minutes(9 * 1440, 30 * 1440))


def _never_seen(stage: Stage, role: Role) -> None:
    """Nobody reset the phone before the weekly deadline ended its registration."""
    person, added = stage.someone(), stage.working_day(16, 40)
    stage.at(added, partial(stage.add, role, person))
    deadline = stage.desk.environment.weekly_deadline.after(added)
    stage.at(deadline + timedelta(minutes=1), lambda: list(stage.platform.registration.run_deadline()))


def _waiting(stage: Stage, role: Role) -> None:
    person, added = stage.someone(), stage.this_week()
    stage.at(added, partial(stage.add, role, person))
    stage.log_in(role, added + timedelta(minutes=2))


def _activated_again(stage: Stage, role: Role) -> None:
    """Activated for a reset that has not happened yet; a colleague's walkthrough is open."""
    person, moment = stage.someone(), stage.this_week()
    stage.settle(role, moment - stage.minutes(60, 600))

    def begin() -> None:
        run = person.walkthroughs.resume_or_start(stage.phone(role), FIX)
        person.walkthroughs.act(run, Action.ACTIVATE)
        person.walkthroughs.advance(run)

    stage.at(moment, begin)


def _active_and_fetching(stage: Stage, role: Role) -> None:
    """Activated five days ago and not reset: the phone goes on as before."""
    person = stage.someone()
    stage.settle(role, stage.now - stage.minutes(30, SHORTEST_RECHECK))
    stage.at(stage.now - timedelta(days=5, hours=1), partial(stage.activate, role, person))


def _past_the_deadline(stage: Stage, role: Role) -> None:
    """The weekly round has not ended this registration."""
    person = stage.someone()
    stage.at(stage.last_deadline - stage.minutes(1440, 3000), partial(stage.add, role, person))


def _queued(stage: Stage, role: Role) -> None:
    """Imported, and the registering was interrupted."""
    person = stage.someone()

    def put_in() -> None:
        new = NewPhone(role.mac, role.model, role.organisation.id, role.values)
        phone = person.phones.insert(new, EventKind.IMPORTED, "Import added the phone to {organisation}.")
        person.registration.queue_activation([phone])

    stage.at(stage.now - timedelta(minutes=12), put_in)


def _provision(stage: Stage, role: Role) -> None:
    """Registering fails: an hour ago where the queue tries again, else some days ago, and again by a person."""
    person, reason = stage.someone(), role.reason
    assert reason
    if reason in RETRIED_BY_THE_QUEUE:
        stage.fail(role, stage.now - stage.minutes(40, 100), reason, partial(stage.add, role, person, reason))
        return
    added = stage.working_day(2, 6)
    stage.at(added, partial(stage.add, role, person, reason))
    stage.at(added + stage.minutes(120, 600), partial(stage.activate, role, stage.someone(), reason))


def _deprovision(stage: Stage, role: Role) -> None:
    """Activated and reset; then the registration could not be ended."""
    person, reason, moment = stage.someone(), role.reason, stage.now - stage.minutes(50, 110)
    assert reason
    stage.settle(role, moment - timedelta(hours=3))
    stage.at(moment - timedelta(minutes=20), partial(stage.activate, role, person))
    stage.boot(role, moment, reason)
    stage.fail(role, moment + timedelta(seconds=90), reason, lambda: None)


LIVES: dict[str, Callable[[Stage, Role], None]] = {
    "in service": _in_service,
    "cut off": _cut_off,
    "silent": _silent,
    "never seen": _never_seen,
    "waiting": _waiting,
    "activated again": _activated_again,
    "active and fetching": _active_and_fetching,
    "past the deadline": _past_the_deadline,
    "queued": _queued,
    "provision": _provision,
    "deprovision": _deprovision,
}


def _user_agent(role: Role, firmware: str) -> str:
    """What a phone of this model says of itself (phone_formats.md, section 5)."""
    name = role.model.name
    if role.model.vendor is Vendor.YEALINK:
        return f"Yealink {'' if name.startswith('CP') else 'SIP-'}{name} {firmware} {role.mac.colons}"
    return f"Mozilla/4.0 (compatible; snom{name}-SIP {firmware} 2010.12-00001-gd311851f1 {role.mac.upper} SXM:0 UXM:0)"
