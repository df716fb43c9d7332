"""Whoever is before a phone of the demo: does what they are told, or calls for a practice and answers each step.

Their phones boot over real HTTP on this machine.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.errors import HelpdeskError, NotFound, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.failures import address_subject
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import parse_query
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.fetching import PLATFORM
from helpdesk_tui.backend.use_cases.walkthroughs import View
from helpdesk_tui.backend.virtual_phone.handset import Condition, Glance, Handset
from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone
from helpdesk_tui.backend.virtual_phone.practice import Deed, Practice, Practices, Scenario, read_practices
from helpdesk_tui.backend.virtual_phone.reading import Settings, read_snom, read_yealink
from helpdesk_tui.backend.walkthroughs.checks import STILL_FETCHING

SETTINGS_URL = {Vendor.SNOM: "setting_server", Vendor.YEALINK: "static.auto_provision.server.url"}
"""The setting that tells a phone where it fetches its settings."""

SILENT_FOR = STILL_FETCHING + timedelta(days=1)


class Caller:
    """Somebody with the phones of one environment before them. Needs simulated manufacturers."""

    def __init__(self, desk: Helpdesk, pause: Callable[[float], object] | None = None) -> None:
        """`pause` is called with the seconds that a real phone would take; left out, it takes them."""
        self._desk = desk
        self._hung_up = threading.Event()
        self._pause = pause or self._hung_up.wait
        self._running = ExitStack()
        self._endpoint = ""
        self._handsets: dict[Mac, Handset] = {}
        """The phones that something was done to, by the MAC on record: the one in the caller's hand may be another."""
        self._mac: Mac | None = None
        self.practice: Practice | None = None
        """What is under way; None: nobody is on the line."""
        self.words = ""
        """What the caller said last."""
        self.over = ""
        """At the end of a practice: what was really wrong, and whether the operator found it."""

    @cached_property
    def practices(self) -> Practices:
        """All callers that there are."""
        return read_practices(asset("practice.toml").read_text(encoding="utf-8"))

    def phone_for(self, scenario: Scenario) -> Phone:
        """Some phone that this scenario fits. Raises NotFound."""
        busy = {run.mac for run in self._desk.walkthroughs.open_runs()}
        slow = self._desk.store.failures.throttled(self._desk.clock())
        found = self._desk.phones.all(parse_query(scenario.phone))
        fitting = [each for each in found if each.mac not in busy and address_subject(each.last_address) not in slow]
        if not fitting:
            raise NotFound("No phone here fits this caller any more: choose another one.")
        return random.choice(fitting)

    # -- without a practice -------------------------------------------------------------------------------------------

    def play(self, phone: Phone, deed: Deed) -> None:
        """Do this to the phone, which is watched with `glance`. Raises Refused while something is done to it."""
        handset = self._handsets.get(phone.mac)
        if handset is None:
            handset = self._take(phone, phone.mac, self._kept(phone))
        if handset.busy:
            raise Refused("The phone is still starting: let it, and see how that ends.")
        self.over = ""
        handset.do(partial(self._act, handset, phone.mac, deed))

    def glance(self, mac: Mac) -> Glance | None:
        """What is seen of this phone; None: nothing was done to it yet."""
        handset = self._handsets.get(mac)
        if handset is None or not self.is_about(mac):
            return handset.glance if handset else None
        # No more than the step: what fails there would give away what is wrong.
        seen = handset.glance
        return Glance(seen.condition, seen.step) if seen and seen.condition is Condition.STARTING else None

    # -- a practice ---------------------------------------------------------------------------------------------------

    def call(self, scenario: Scenario, phone: Phone) -> None:
        """Call about this phone: a practice begins. Raises Refused for a real service."""
        held = Mac(f"{phone.mac.hex[:6]}{int(phone.mac.hex[6:], 16) ^ 1:06x}") if scenario.other_phone else phone.mac
        self._take(phone, held, {} if scenario.forgetful else self._kept(phone))
        self._fall_silent(scenario, phone)
        self._mac, self.practice = phone.mac, Practice(scenario)
        self.words, self.over = "", ""

    def _take(self, phone: Phone, held: Mac, settings: Settings) -> Handset:
        """A phone with this MAC and these settings, as far as anybody knows the one on record."""
        service = self._desk.services.of(phone.vendor)
        if not isinstance(service, SimulatedService):
            raise Refused(f"{service.label} is a real service: a practice never asks it.")
        device = VirtualPhone(
            held,
            self._desk.catalogue.get(phone.model),
            service.phone_asks,
            firmware=phone.firmware_installed or "",
            reach=(self._desk.environment.provisioning_url, self._serve()),
            pause=self._pause,
        )
        device.settings = settings
        if before := self._handsets.get(phone.mac):
            before.stop()
        self._handsets[phone.mac] = Handset(device)
        return self._handsets[phone.mac]

    def _kept(self, phone: Phone) -> Settings:
        """What a phone has of its settings that has fetched them."""
        from helpdesk_tui.backend.settings_file import render  # late: the demo starts without it

        if phone.last_seen is None:
            return {}
        held = replace(phone, secret=phone.previous_secret or phone.secret)  # it knows no newer one before it comes by
        try:
            file = render(self._desk.settings.file(held))
        except HelpdeskError:  # a model whose settings nobody knows how to write
            return {SETTINGS_URL[phone.vendor]: self._desk.settings.urls(held)[0]}
        return read_snom(file) if phone.vendor is Vendor.SNOM else read_yealink(file)

    def is_about(self, mac: Mac) -> bool:
        """Whether a practice with this phone is under way."""
        return self.practice is not None and self._mac == mac

    def verdict_on(self, mac: Mac) -> str:
        """What was really wrong with this phone; empty unless the last practice was about it, and is over."""
        return self.over if self._mac == mac else ""

    def follow(self, view: View) -> None:
        """Hear where the run stands now: answer, and do what that step asked which has been done."""
        if self.practice is None or view.phone.mac != self._mac:
            return
        standing = view.standing
        place = standing.step or standing.end
        if place is None:
            return  # another walkthrough is about to go on
        self.practice, deeds = self.practice.follow(view.walkthrough.id, place.id, standing.progress.trail)
        if standing.end or self.practice.over:
            self.end()
            return
        self.words = self.practice.words(view.language)
        self.do(*deeds)

    def end(self) -> None:
        """The practice is over: `over` says what was really wrong."""
        if self.practice and self._mac:
            self.over = self.practices.verdict(self.practice, self._desk.walkthroughs.language)
            if self.practice.scenario.other_phone:
                self._handsets.pop(self._mac).stop()
            self.practice, self.words = None, ""

    def obey(self) -> str:
        """Do now what the step asks; what there is to say to that, empty where it is seen."""
        if self.practice is None:
            return ""
        told = self.practice.told
        self.practice, deeds = self.practice.obey()
        self.do(*deeds)
        return told

    def do(self, *deeds: Deed) -> None:
        """Do this to the phone of the practice, one after the other."""
        for deed in deeds:
            if self._mac is not None:
                handset = self._handsets[self._mac]
                handset.do(partial(self._act, handset, self._mac, deed))

    def settle(self) -> None:
        """Wait until no phone does anything any more."""
        for handset in tuple(self._handsets.values()):
            handset.settle()

    # -- what the caller does -----------------------------------------------------------------------------------------

    def _act(self, handset: Handset, mac: Mac, deed: Deed) -> None:
        if self._hung_up.is_set():
            return
        if deed is Deed.LOGIN:
            self._log_in(mac)
            return
        if deed is Deed.RESET:
            handset.device.factory_reset()
        handset.device.faults = self.practice.faults if self.practice and self.is_about(mac) else frozenset()
        self._lay_out_firmware(mac)
        handset.device.boot()

    def _log_in(self, mac: Mac) -> None:
        phone = self._desk.phones.find(mac.colons)
        users = self._desk.store.directory.users(phone.organisation_id)
        if users:
            self._desk.phones.log_in(phone, users[0].extension)

    def _lay_out_firmware(self, mac: Mac) -> None:
        """The demo has no images: put something where the selected one is to be, and what a Snom may load before it."""
        phone = self._desk.store.phones.by_mac(mac)
        if phone is None or not phone.firmware_selected:
            return
        images, model = self._desk.environment.images, self._desk.catalogue.get(phone.model)
        images.mkdir(parents=True, exist_ok=True)
        files = [entry.file for entry in self._desk.firmware.named(phone.firmware_selected)]
        for file in (*files, f"{model.firmware_image}{CHAINED_UPDATE}"):
            if not (images / file).exists():
                (images / file).write_bytes(b"an image for practice")

    def _fall_silent(self, scenario: Scenario, phone: Phone) -> None:
        """What is wrong has been wrong for days."""
        of_site = self._desk.store.phones.at_address(phone.last_address) if scenario.silent == "site" else ()
        silent = {each.id for each in (phone, *of_site)} if scenario.silent else set()
        with self._desk.context.write():
            for phone_id in silent:
                last_seen = self._desk.clock() - SILENT_FOR
                self._desk.store.phones.update(phone_id, {"last_seen": last_seen})

    def _serve(self) -> str:
        """The base URL of an endpoint of our own."""
        from helpdesk_tui.backend.endpoint.server import in_background  # late: a web server, for one key of the demo

        if not self._endpoint:
            self._endpoint = self._running.enter_context(
                in_background(self._desk.acting_as(PLATFORM, Role.ADMINISTRATOR))
            )
        return self._endpoint

    def close(self) -> None:
        """The caller hangs up."""
        self._hung_up.set()
        for handset in self._handsets.values():
            handset.close()
        self._running.close()
