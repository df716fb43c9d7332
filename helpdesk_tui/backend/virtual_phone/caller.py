"""The caller of a practice: answers each step, and has a phone that boots over real HTTP on this machine."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import cached_property

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.errors import NotFound, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.failures import address_subject
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import parse_query
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.walkthroughs import View
from helpdesk_tui.backend.virtual_phone.boot import Progress
from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone
from helpdesk_tui.backend.virtual_phone.practice import Deed, Practice, Practices, Scenario, read_practices
from helpdesk_tui.backend.walkthroughs.checks import STILL_FETCHING

SETTINGS_URL = {Vendor.SNOM: "setting_server", Vendor.YEALINK: "static.auto_provision.server.url"}
"""The setting that tells a phone where it fetches its settings."""

SILENT_FOR = STILL_FETCHING + timedelta(days=1)


class Caller:
    """Somebody on the line, with a phone of one environment before them. Needs simulated manufacturers."""

    def __init__(self, desk: Helpdesk, pause: Callable[[float], object] | None = None) -> None:
        """`pause` is called with the seconds that a real phone would take; left out, it takes them."""
        self._desk = desk
        self._hung_up = threading.Event()
        self._pause = pause or self._hung_up.wait
        self._running = ExitStack()
        self._deeds = ThreadPoolExecutor(1, thread_name_prefix="caller")
        self._under_way: Future[None] | None = None
        self._endpoint = ""
        self._phone: VirtualPhone | None = None
        self._mac: Mac | None = None
        self.practice: Practice | None = None
        """What is under way; None: nobody is on the line."""
        self.words = ""
        """What the caller said last."""
        self.sees = ""
        """What the phone shows while it starts; empty: it does nothing."""
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

    # -- a practice ---------------------------------------------------------------------------------------------------

    def call(self, scenario: Scenario, phone: Phone) -> None:
        """Call about this phone: a practice begins. Raises Refused for a real service."""
        service = self._desk.services.of(phone.vendor)
        if not isinstance(service, SimulatedService):
            raise Refused(f"{service.label} is a real service: a practice never asks it.")
        self._fall_silent(scenario, phone)
        held = Mac(f"{phone.mac.hex[:6]}{int(phone.mac.hex[6:], 16) ^ 1:06x}") if scenario.other_phone else phone.mac
        self._phone = VirtualPhone(
            held,
            self._desk.catalogue.get(phone.model),
            service.phone_asks,
            firmware=phone.firmware_installed or "",
            reach=(self._desk.environment.provisioning_url, self._serve()),
            progress=self._see,
            pause=self._pause,
        )
        if phone.last_seen and not scenario.forgetful:
            self._phone.settings = {SETTINGS_URL[phone.vendor]: self._desk.settings.urls(phone)[0]}
        self._mac, self.practice = phone.mac, Practice(scenario)
        self.words, self.over = "", ""

    def is_about(self, mac: Mac) -> bool:
        """Whether a practice with this phone is under way."""
        return self.practice is not None and self._mac == mac

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
        if self.practice:
            self.over = self.practices.verdict(self.practice, self._desk.walkthroughs.language)
            self.practice, self.words = None, ""

    def obey(self) -> None:
        """Do now what the step asks."""
        if self.practice:
            self.practice, deeds = self.practice.obey()
            self.do(*deeds)

    def do(self, *deeds: Deed) -> None:
        """Do this, one after the other, in a thread of the caller's own."""
        for deed in deeds:
            self._under_way = self._deeds.submit(self._act, deed)

    def settle(self) -> None:
        """Wait until the phone does nothing any more."""
        if self._under_way:
            self._under_way.result()

    # -- what the caller does -----------------------------------------------------------------------------------------

    def _act(self, deed: Deed) -> None:
        phone, practice = self._phone, self.practice
        if phone is None or practice is None or self._hung_up.is_set():
            return
        try:
            if deed is Deed.LOGIN:
                self._log_in()
                return
            if deed is Deed.RESET:
                phone.factory_reset()
            phone.faults = practice.faults
            self._lay_out_firmware()
            phone.boot()
        finally:
            self.sees = ""

    def _see(self, seen: Progress) -> None:
        self.sees = seen.step.value  # no more than that: what fails there would give away what is wrong

    def _log_in(self) -> None:
        assert self._mac is not None
        phone = self._desk.phones.find(self._mac.colons)
        users = self._desk.store.directory.users(phone.organisation_id)
        if users:
            self._desk.phones.log_in(phone, users[0].extension)

    def _lay_out_firmware(self) -> None:
        """The demo has no images: put something where the selected one is to be, and what a Snom may load before it."""
        assert self._mac is not None
        phone = self._desk.store.phones.by_mac(self._mac)
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
            self._endpoint = self._running.enter_context(in_background(self._desk))
        return self._endpoint

    def close(self) -> None:
        """The caller hangs up."""
        self._hung_up.set()
        self._deeds.shutdown(cancel_futures=True)
        self._running.close()
