"""A phone of either vendor: starts, finds its settings, applies them, remembers them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.manufacturers.simulated import write_private
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.virtual_phone.boot import BootStep, BootTrouble, Progress, Trouble
from helpdesk_tui.backend.virtual_phone.faults import Fault, Talk, in_the_way
from helpdesk_tui.backend.virtual_phone.manufacturer import Ask
from helpdesk_tui.backend.virtual_phone.reading import (
    Received,
    Settings,
    read_snom,
    read_snom_firmware,
    read_yealink,
    read_yealink_boot,
)
from helpdesk_tui.backend.virtual_phone.web import Web

MOST_STARTS = 6
"""Starts in a row before the phone gives up; a real one would go on."""

FACTORY_FIRMWARE = {Vendor.SNOM: "10.1.46.16", Vendor.YEALINK: "66.84.0.125"}
"""Where the catalogue does not know an old version of the model."""

_SERVER = ("setting_server", "static.auto_provision.server.url", "auto_provision.server.url")
_USERNAME = ("http_client_user", "static.auto_provision.server.username", "auto_provision.server.username")
_PASSWORD = ("http_client_pass", "static.auto_provision.server.password", "auto_provision.server.password")
_FIRMWARE = ("firmware_status", "static.firmware.url", "firmware.url")
_ZONE = ("timezone", "local_time.time_zone_name", "local_time.time_zone")
_ACCOUNT = ("user_name[1]", "account.1.user_name")
_SIP_SERVER = ("user_host[1]", "account.1.sip_server.1.address", "account.1.sip_server_host")
_PROXY = ("user_outbound[1]", "account.1.outbound_proxy.1.address", "account.1.outbound_host")
_TRANSPORT = ("account.1.sip_server.1.transport_type", "account.1.transport")
_TIME_SERVER = ("ntp_server", "local_time.ntp_server1")
FACTORY_TIME_SERVER = "the time server"
YEALINK_TLS = "2"
_VERSION = re.compile(r"\d+(?:\.\d+){3,4}")


class VirtualPhone:
    """One device. `boot` it; its state stays in memory, or in a JSON file that holds its secrets."""

    def __init__(
        self,
        mac: Mac,
        model: PhoneModel,
        ask: Ask,
        *,
        firmware: str = "",
        state_file: Path | None = None,
        faults: Collection[Fault] = (),
        reach: tuple[str, str] | None = None,
        verify: bool | str = True,
        progress: Callable[[Progress], None] = lambda _: None,
        pause: Callable[[float], object] = lambda _: None,
    ) -> None:
        """`ask` is the manufacturer's service. `reach`: what begins with the first root is fetched from the second.

        `verify`: whether certificates are checked, or the file of the authority that is trusted. `pause` is called
        with seconds where a real phone takes its time.
        """
        self.mac = mac
        self.model = model
        self.firmware = firmware or model.oldest_firmware or FACTORY_FIRMWARE[model.vendor]
        self.settings: Settings = {}
        self.registered = False
        self.trouble: Trouble | None = None
        """What went wrong first in the last start; None: nothing did."""
        self._fetched = False
        self._ask = ask
        self.faults = frozenset(faults)
        self._state_file = state_file
        self._reach, self._verify = reach, verify
        self.progress = progress
        """Who watches."""
        self._pause = pause
        self._remember(state_file, firmware)

    def __repr__(self) -> str:
        return f"VirtualPhone({self.mac}, {self.model.name}, {self.firmware})"

    # -- what a person does -------------------------------------------------------------------------------------------

    def factory_reset(self) -> None:
        """Forget all settings; the firmware stays."""
        self.settings = {}
        self.registered = False
        self._save()

    def boot(self) -> bool:
        """Start, several times if settings ask for it; True when it is registered at the end. Raises BadInput."""
        web = Web(self.faults, self._reach, self._verify)
        try:
            for _ in range(MOST_STARTS):
                if not self._start(web):
                    return self.registered
                self._say(BootStep.REBOOT, "restarts to process what has changed", 1.0)
            again = Trouble("it restarts again and again", "look at its settings file")
            self._fail(BootStep.IDLE, again, "restarts again and again: it was stopped")
            return False
        finally:
            web.close()

    @property
    def ending(self) -> str:
        """What the last boot makes of the phone, with what went wrong first and what to do: `cannot make calls: …`."""
        if not self.registered:
            return f"cannot make calls: {self.trouble}."
        if self.trouble is None:
            return "is ready to make calls."
        but = "but not all went well" if self._fetched else "but with the settings that it had"
        return f"is ready to make calls, {but}: {self.trouble}."

    # -- one start ----------------------------------------------------------------------------------------------------

    def _start(self, web: Web) -> bool:
        """One start to the idle screen; True when the phone must start anew."""
        self.registered, self.trouble, self._fetched = False, None, False
        self._say(BootStep.SOFTWARE, f"{self.model.label}, firmware {self.firmware}: the image is valid", 0.5)
        self._say(BootStep.LIGHTS, "all lights on", 0.5)
        vlan = self._first("vlan_id", "static.network.vlan.internet_port_vid", "network.vlan.internet_port_vid")
        self._say(BootStep.NETWORK, f"VLAN {vlan}" if vlan else "no VLAN", 0.2)
        again = self._join_network() and self._provision(web)
        if not again:
            self._finish()
        return again

    def _join_network(self) -> bool:
        """Get an address and the time; whether there is a network at all."""
        if no_link := in_the_way(self.faults & {Fault.NO_LINK}, "", Talk.TIME):
            self._fail(BootStep.ADDRESS, no_link, "no address: there is no link")
            return False
        self._say(BootStep.ADDRESS, "address by DHCP", 0.3)
        server = self._first(*_TIME_SERVER) or FACTORY_TIME_SERVER
        clock = in_the_way(self.faults, server, Talk.TIME) is None
        time = "time synchronised" if clock else "no answer: the clock says 1970-01-01"
        self._say(BootStep.TIME, time, 0.3, ok=clock)
        return True

    def _provision(self, web: Web) -> bool:
        """Fetch and apply settings; True when the phone must start anew. Trouble is said, and the phone goes on."""
        step = BootStep.MANUFACTURER
        try:
            url = self._first(*_SERVER)
            if not url:
                found = self._ask_manufacturer(web)
                if found is None:
                    return False
                url = found
            step = BootStep.ENDPOINT
            received = self._fetch(web, url)
            step = BootStep.APPLY
            self._apply(received)
            return self._change_firmware(web) or self._first(*_SERVER) != url
        except BootTrouble as error:
            self._fail(step, error.trouble)
            return False

    def _ask_manufacturer(self, web: Web) -> str | None:
        self._say(BootStep.MANUFACTURER, f"factory settings: asks {self.model.vendor.service_label}", 0.5)
        web.check("https://" + {Vendor.SNOM: "secure-provisioning.snom.com"}.get(self.model.vendor, "rps.yealink.com"))
        url = self._ask(self.mac)
        if url is None:
            unknown = Trouble(
                f"{self.model.vendor.service_label} does not know it, so it can only be configured by hand",
                "activate it, and let it start again",
            )
            self._fail(BootStep.MANUFACTURER, unknown, "is not known there: it can only be configured by hand")
            return None
        self._say(BootStep.MANUFACTURER, f"is referred to {urlsplit(url).netloc}", 0.2)
        return url

    def _fetch(self, web: Web, url: str) -> Received:
        """All files of one contact. Raises BootTrouble."""
        received = Received()
        for address in self._addresses(web, url, received):
            body = self._get(web, address)
            if body is not None:
                reader = read_snom if self.model.vendor is Vendor.SNOM else read_yealink
                received.settings |= reader(body)
        if not received.settings:
            remedy = "see whether it is still added there, then activate and reset it"
            raise BootTrouble(f"{urlsplit(url).netloc} has no settings for it", remedy)
        self._say(BootStep.CHECK, f"{len(received.settings)} settings, and the file is valid", 0.2)
        return received

    def _addresses(self, web: Web, url: str, received: Received) -> Iterator[str]:
        """The files that this phone asks for, in its order (phone_formats.md, section 3.1)."""
        url = url.replace("{mac}", self.mac.upper).replace("$MAC", self.mac.hex)
        if not url.endswith("/"):
            yield url
        elif self.model.vendor is Vendor.SNOM:
            yield f"{url}snom{self.model.name}.htm"
            yield f"{url}snom{self.model.name}-{self.mac.upper}.htm"
        else:
            boot = self._boot_file(web, url)
            if boot is not None:
                received.overwrite = boot[1]
                yield from (urljoin(url, name) for name in boot[0])
            else:
                yield f"{url}y{self.model.common_file or '000000000000'}.cfg"
                yield f"{url}{self.mac.hex}.cfg"

    def _boot_file(self, web: Web, url: str) -> tuple[tuple[str, ...], bool] | None:
        """What the boot file lists, and whether it overwrites; None without one. Known from V81 on (section 2.2)."""
        if int(self.firmware.split(".")[1]) < 81:
            return None
        for name in (f"{self.mac.hex}.boot", "y000000000000.boot"):
            body = self._get(web, url + name)
            if body is not None:
                boot = read_yealink_boot(body)
                return boot.includes, boot.overwrite
        return None

    def _get(self, web: Web, url: str) -> bytes | None:
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        body = web.get(url, self.user_agent, self._first(*_USERNAME), self._first(*_PASSWORD))
        if body is None:
            self._say(BootStep.ENDPOINT, f"{name or 'the folder'}: there is no such file", 0.1)
        else:
            self._say(BootStep.ENDPOINT, f"{name or 'the folder'}: {len(body):,} bytes", 0.3)
        return body

    @property
    def user_agent(self) -> str:
        """As phones write it (section 3.2); a Yealink with factory settings leaves its MAC out."""
        if self.model.vendor is Vendor.SNOM:
            old = self.firmware.startswith("8.")
            loader = "1.1.5-IFX-05.01.12" if old else "2010.12-00004-g9ba52f5"
            modules = "" if old else " SXM:0 UXM:0"
            software = f"snom{self.model.name}-SIP {self.firmware} {loader} {self.mac.upper}{modules}"
            return f"Mozilla/4.0 (compatible; {software})"
        return f"Yealink SIP-{self.model.name} {self.firmware}" + (f" {self.mac}" if self.settings else "")

    def _apply(self, received: Received) -> None:
        """One by one, as the document says."""
        self._fetched = True
        if received.overwrite:
            self.settings = {name: value for name, value in self.settings.items() if name in received.settings}
        for name, value in received.settings.items():
            if value == "%NULL%":
                self.settings.pop(name, None)
            else:
                self.settings[name] = value
            self._say(BootStep.APPLY, name)
        self._save()

    def _change_firmware(self, web: Web) -> bool:
        """True when the phone must start anew, with other firmware; trouble is said, and it goes on with its own."""
        try:
            return self._load_firmware(web)
        except BootTrouble as error:
            self._fail(BootStep.FIRMWARE, error.trouble, f"{error}: goes on with the firmware that it has")
            return False

    def _load_firmware(self, web: Web) -> bool:
        """Load the firmware that the settings name, when it is another one; whether it was. Raises BootTrouble."""
        url = self._first(*_FIRMWARE)
        if not url or self.settings.get("update_policy", "auto_update") != "auto_update":
            return False
        if self.model.vendor is Vendor.SNOM:
            body = self._get(web, url)
            url = read_snom_firmware(body) if body else ""
        chained = parse_qs(urlsplit(url).query).get("chained_url", [])
        version = _VERSION.search(unquote((chained[0] if chained else url).rpartition("/")[2]))
        if not version or version[0] == self.firmware:
            return False
        missing = [image for image in (url, *chained) if self._get(web, image) is None]
        if missing:
            name = unquote(urlsplit(missing[0]).path.rpartition("/")[2])
            raise BootTrouble(f"there is no {name} at the endpoint", "put it into the folder of the firmware files")
        self._say(BootStep.FIRMWARE, f"{self.firmware} is replaced by {version[0]}", 2.0)
        self.firmware = version[0]
        self._save()
        return True

    def _finish(self) -> None:
        zone = self._first(*_ZONE)
        if zone:
            self._say(BootStep.TIME_ZONE, zone, 0.1)
        account, server = self._first(*_ACCOUNT), self._first(*_SIP_SERVER)
        if not account or not server:
            none = Trouble("its settings hold no SIP account", "look at its settings file")
            self._fail(BootStep.IDLE, none, "no account: it cannot make calls")
        elif trouble := self._in_the_way_of_calls():
            self._fail(BootStep.REGISTER, trouble)
            self._say(BootStep.IDLE, "not registered: it cannot make calls", ok=False)
        else:
            self.registered = True
            self._say(BootStep.REGISTER, f"{account} at {server}", 0.3)
            self._say(BootStep.IDLE, "ready to make calls")

    def _in_the_way_of_calls(self) -> Trouble | None:
        way = self._first(*_PROXY) or self._first(*_SIP_SERVER)
        host = urlsplit(f"//{way.partition(';')[0]}").hostname or way
        secure = "transport=tls" in way or self._first(*_TRANSPORT) == YEALINK_TLS
        return in_the_way(self.faults, host, Talk.SECURE_CALLS if secure else Talk.CALLS)

    # -- small things -------------------------------------------------------------------------------------------------

    def _first(self, *names: str) -> str:
        return next((self.settings[name] for name in names if self.settings.get(name)), "")

    def _say(self, step: BootStep, text: str, seconds: float = 0.0, *, ok: bool = True) -> None:
        self.progress(Progress(step, text, ok))
        if seconds:
            self._pause(seconds)

    def _fail(self, step: BootStep, trouble: Trouble, text: str = "") -> None:
        """Say what did not succeed; the first of a start is remembered."""
        self.trouble = self.trouble or trouble
        self._say(step, text or trouble.cause, 0.2, ok=False)

    def _remember(self, state_file: Path | None, firmware: str) -> None:
        if state_file is None or not state_file.exists():
            return
        try:
            state = json.loads(state_file.read_text(encoding="utf-8"))
            self.settings, self.firmware = dict(state["settings"]), firmware or state["firmware"]
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{state_file} holds no virtual phone: remove it, or name another one."
            raise BadInput(problem) from error

    def _save(self) -> None:
        if self._state_file is not None:
            state = {"mac": self.mac.hex, "firmware": self.firmware, "settings": self.settings}
            write_private(self._state_file, json.dumps(state, indent=1))
