"""The manufacturers' services as a process of their own, and the program configured for them."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

from helpdesk_tui.backend.manufacturers.simulator.sraps import PREFIX as SRAPS_PREFIX
from helpdesk_tui.backend.manufacturers.simulator.state import TENANTS
from tests.cli.conftest import CHECKOUT, Program

OURS = TENANTS[0]
PROVISIONING_URL = "https://provisioning.example.net"

SIMULATE = (sys.executable, "-m", "helpdesk_tui", "simulate", "manufacturers", "--port", "0")


@dataclass(frozen=True)
class Simulator:
    """A running simulator, directed over HTTP."""

    url: str

    def direct(self, method: str, path: str, **body: Any) -> Any:
        """One of the director's requests."""
        data = json.dumps(body).encode() if body else None
        with urlopen(Request(f"{self.url}/{path}", data, method=method), timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def fail(self, fault: str, **more: Any) -> None:
        self.direct("POST", "_faults", fault=fault, **more)

    def recover(self) -> None:
        self.direct("DELETE", "_faults")

    def switch(self, **switches: Any) -> None:
        self.direct("POST", "_switches", **switches)

    def give_to_other(self, vendor: str, mac: str) -> None:
        """Let this phone belong to another account."""
        self.direct("POST", "_registrations", vendor=vendor, tenant="other", mac=mac, url="https://other.example/")

    def registered(self, vendor: str) -> dict[str, str]:
        """The URL of every phone of our account, by bare MAC."""
        entries = self.direct("GET", "_registrations")[vendor]
        return {entry["mac"]: entry["url"] for entry in entries if entry["tenant"] == "ours"}

    def requests(self, wire: str) -> list[tuple[str, str, int]]:
        """Method, target and status of every request of this wire so far."""
        return [(method, target, status) for w, method, target, status in self.direct("GET", "_requests") if w == wire]


@contextmanager
def simulating() -> Iterator[Simulator]:
    """A simulator in a process of its own, with nobody registered."""
    with subprocess.Popen(SIMULATE, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            simulator = Simulator(re.findall(r"http://\S+", process.stdout.readline())[0])
            simulator.switch(requests_per_second=10_000)
            yield simulator
        finally:
            process.kill()


def _of_xmlrpc(method: str) -> Callable[[str], str]:
    return lambda mac: xmlrpc.client.dumps((mac,), method).partition(mac)[0].partition("<methodCall>")[2] + mac


@dataclass(frozen=True)
class Wire:
    """One of the four, as the configuration and the simulator know it."""

    name: str
    """As the simulator calls it."""
    vendor: str
    model: str
    keys: str
    """Of the configuration; `{url}` and `{secret}` are filled in."""
    secret: str
    change: Callable[[str], str]
    """What stands in the request that registers this phone, and in no other."""
    prefix: str = "000413"
    upper: bool = False
    """Whether MACs are sent in upper case."""
    knows_time: bool = False
    """Whether the service looks at the time of requests."""

    def mac(self, number: int) -> str:
        """A MAC of this vendor, as it stands in requests of this wire."""
        mac = f"{self.prefix}{number:06x}"
        return mac.upper() if self.upper else mac


SRAPS = Wire(
    name="sraps",
    vendor="snom",
    model="D735",
    keys=f'service = "sraps"\nurl = "{{url}}/snom/api/v1/"\nkey_id = "{OURS.key_id}"\nkey_secret = "{{secret}}"\n',
    secret=OURS.key_secret,
    change=lambda mac: f"PUT {SRAPS_PREFIX}companies/{OURS.company}/endpoints/{mac}",
    knows_time=True,
)
SNOM_XMLRPC = Wire(
    name="snom-xmlrpc",
    vendor="snom",
    model="D785",
    keys='service = "xmlrpc"\nurl = "{url}/snom/xmlrpc/"\nusername = "ours"\npassword = "{secret}"\n',
    secret=OURS.password,
    change=_of_xmlrpc("redirect.registerPhone"),
    upper=True,
)
YMCS = Wire(
    name="ymcs",
    vendor="yealink",
    model="T54W",
    keys=f'service = "ymcs"\nurl = "{{url}}/yealink/"\nclient_id = "{OURS.client_id}"\nclient_secret = "{{secret}}"\n',
    secret=OURS.client_secret,
    change=lambda mac: f'addDevicesByMac\n[{{"mac": "{mac}"',
    prefix="805ec0",
    knows_time=True,
)
YEALINK_XMLRPC = Wire(
    name="yealink-xmlrpc",
    vendor="yealink",
    model="T46S",
    keys='service = "xmlrpc"\nurl = "{url}/yealink/xmlrpc"\nusername = "ours"\npassword = "{secret}"\n'
    'server_name = "compass"\n',
    secret=OURS.password,
    change=_of_xmlrpc("redirect.registerDeviceWithUniqueUrl"),
    prefix="805ec0",
)
WIRES = (SRAPS, SNOM_XMLRPC, YMCS, YEALINK_XMLRPC)
BESIDE = {SRAPS: YEALINK_XMLRPC, SNOM_XMLRPC: YMCS, YMCS: SNOM_XMLRPC, YEALINK_XMLRPC: SRAPS}
"""The other manufacturer's wire in the same configuration: kinds may be mixed."""


@dataclass
class Office:
    """The program on a database of its own, as the operators of one environment run it."""

    program: Program
    simulator: Simulator
    wire: Wire
    printed: list[str] = field(default_factory=list)
    """All that any command wrote."""
    secrets: set[str] = field(default_factory=set)
    """Everything that nobody may read, as it was after any command."""

    def configure(self, *, url: str = "", secret: str = "", more: str = "") -> None:
        """Write the configuration: of the simulator, unless another URL or secret is given."""
        # Never near, whenever the tests run: a registration that is about to end wants attention.
        weekday = f"{datetime.now(UTC) + timedelta(days=3):%A}".lower()
        text = f'[environments.production]\nprovisioning_url = "{PROVISIONING_URL}"\n'
        text += f'weekly_deadline = "{weekday} 00:00 Europe/Amsterdam"\n'
        for wire in (self.wire, BESIDE[self.wire]):
            keys = wire.keys.format(url=url or self.simulator.url, secret=secret or wire.secret)
            text += f"[environments.production.manufacturers.{wire.vendor}]\n{keys}{more}"
        (self.program.folder / "config.toml").write_text(text, encoding="utf-8")

    def without_processes(self) -> Office:
        """The same, its commands called in this process: faster, where a test has many of them."""
        return replace(self, program=self.program.inside())

    def __call__(self, *args: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command that ends with this status."""
        ended = self.program(*args)
        self.printed += [ended.stdout, ended.stderr]
        self._learn_secrets()
        assert ended.returncode == status, (ended.stdout, ended.stderr)
        return ended

    def json(self, *args: str, status: int = 0) -> Any:
        return json.loads(self(*args, "--json", status=status).stdout)

    def read(self, *args: str) -> Any:
        """What a command prints that only looks: no process is started for it."""
        ended = self.program.inside()(*args, "--json")
        assert (ended.returncode, ended.stderr) == (0, ""), ended
        self.printed += [ended.stdout, ended.stderr]
        return json.loads(ended.stdout)

    def phones(self) -> dict[str, dict[str, Any]]:
        """All phones as JSON, by MAC as it stands in requests of the wire."""
        found = {phone["mac"].replace(":", ""): phone for phone in self.read("phone", "list")}
        return {mac.upper() if self.wire.upper else mac: phone for mac, phone in found.items()}

    def history(self, mac: str) -> list[str]:
        """What happened to a phone, oldest first."""
        return [event["kind"] for event in reversed(self.read("phone", "history", mac))]

    def add(self, mac: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        model = self.wire.model
        return self("phone", "add", mac, "--model", model, "--organisation", "Bakkerij Jansen", status=status)

    def bring_phones(self, macs: list[str], *options: str, status: int = 0) -> None:
        """Import these phones."""
        self.write_phones(macs)
        self("import", "phones", "phones.csv", *options, status=status)

    def write_phones(self, macs: list[str]) -> None:
        """Write a file to import them from."""
        rows = "".join(f"{mac},{self.wire.model},Bakkerij Jansen\n" for mac in macs)
        (self.program.folder / "phones.csv").write_text(f"mac,model,organisation\n{rows}", encoding="utf-8")

    def registered(self) -> dict[str, str]:
        """What the manufacturer holds for our account."""
        found = self.simulator.registered(self.wire.vendor)
        return {mac.upper() if self.wire.upper else mac: url for mac, url in found.items()}

    def _learn_secrets(self) -> None:
        who = (OURS.username, OURS.password)
        with sqlite3.connect(self.program.folder / "office.db") as connection:
            rows = connection.execute("SELECT secret, previous_secret, token, sip_password, web_password FROM phones")
            found = {text for row in rows for text in row if text}
        urls = {url.split("/")[4] for url in self.registered().values() if url.startswith(PROVISIONING_URL)}
        self.secrets |= found | urls | {self.wire.secret, base64.b64encode(":".join(who).encode()).decode()}

    def keeps_its_secrets(self) -> bool:
        """Whether nothing that was written holds a secret."""
        everything = "\n".join(self.printed)
        return len(self.secrets) > 5 and not [secret for secret in self.secrets if secret in everything]
