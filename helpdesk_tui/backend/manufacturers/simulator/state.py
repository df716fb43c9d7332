"""What the simulated services know: tenants, registered phones, named servers, and how strict they are today."""

from __future__ import annotations

import json
import re
import threading
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers.simulated import write_private
from helpdesk_tui.backend.model.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Tenant:
    """An account at both manufacturers."""

    name: str
    company: str
    """SRAPS: 32 hexadecimal digits (section 1.2)."""
    key_id: str
    key_secret: str
    client_id: str
    client_secret: str
    username: str
    password: str


TENANTS = (
    Tenant(
        "ours",
        company="0123456789abcdef0123456789abcdef",
        key_id="ck_0000000000000000000000000000ca11",
        key_secret="simulated-sraps-secret-of-ours",
        client_id="simulated-ymcs-ours",
        client_secret="simulated-ymcs-secret-of-ours",
        username="ours",
        password="simulated-password-of-ours",
    ),
    Tenant(
        "other",
        company="fedcba9876543210fedcba9876543210",
        key_id="ck_00000000000000000000000000000b0b",
        key_secret="simulated-sraps-secret-of-other",
        client_id="simulated-ymcs-other",
        client_secret="simulated-ymcs-secret-of-other",
        username="other",
        password="simulated-password-of-other",
    ),
)


@dataclass(slots=True)
class Switches:
    """What can be changed while the services run."""

    clock_offset: float = 0.0
    """Seconds that the services' clocks are ahead of ours."""
    requests_per_second: int = 50
    """For each tenant and wire. Only YMCS documents a limit (section 5.1)."""
    roleless: list[str] = field(default_factory=list)
    """Tenants whose SRAPS key has the role "None": they may read, not write (section 1.2)."""
    add_by_mac: bool = True
    """YMCS: whether phones may be added without a serial number, as ordinary accounts may not (section 5.2)."""
    token_seconds: int = 3600
    """YMCS: how long an access token is good."""
    override_seizes: bool = False
    """Yealink XML-RPC: whether an override takes a phone from another account (section 3: contradictory)."""
    yealink_sends_file: bool = False
    """Yealink's phones get a file with the address instead of a redirect (section 7.2)."""


@dataclass(slots=True)
class Registration:
    """One phone that is registered at a manufacturer."""

    mac: str
    """Twelve lower-case hexadecimal digits."""
    tenant: str
    url: str
    """Empty: registered, but sent nowhere."""
    created: int
    """Milliseconds since 1970, as are all times here."""
    last_contact: int | None = None
    address: str | None = None
    """Of the phone, when it last asked."""
    serial: str | None = None
    entry: dict[str, Any] = field(default_factory=dict)
    """SRAPS: the object as it was put."""

    @property
    def id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.mac).hex

    @property
    def pin(self) -> str:
        """What a technician reads out (section 5.4); the number of digits is a guess."""
        return f"{zlib.crc32(self.mac.encode()) % 100_000:05d}"


class State:
    """The registries of both manufacturers, in memory or in a JSON file. `lock` must be held around its use."""

    def __init__(self, now: Callable[[], float], file: Path | None = None) -> None:
        """`now` tells seconds since 1970. The folder of `file` must exist.

        Raises ConfigurationProblem when the file is there and not ours.
        """
        self.lock = threading.RLock()
        self.switches = Switches()
        self.registries: dict[Vendor, dict[str, Registration]] = {vendor: {} for vendor in Vendor}
        self.servers: dict[str, dict[str, str]] = {tenant.name: {} for tenant in TENANTS}
        """Yealink's named servers of each tenant, by name (section 3)."""
        self._now = now
        self._file = file
        if file is not None and file.exists():
            self._load(file)

    def now(self) -> float:
        """The services' clock: seconds since 1970."""
        return self._now() + self.switches.clock_offset

    def put(self, vendor: Vendor, tenant: str, mac: str, url: str, **more: Any) -> Registration:
        """Register a phone, or change the registration that it has."""
        before = self.registries[vendor].get(mac)
        created = before.created if before else int(self.now() * 1000)
        contact = (before.last_contact, before.address) if before else (None, None)
        registration = Registration(mac, tenant, url, created, *contact, **more)
        self.registries[vendor][mac] = registration
        self.save()
        return registration

    def remove(self, vendor: Vendor, mac: str) -> None:
        self.registries[vendor].pop(mac, None)
        self.save()

    def contact(self, vendor: Vendor, mac: str, address: str) -> Registration | None:
        """A phone asks where to go: its registration, with this contact noted."""
        registration = self.registries[vendor].get(mac)
        if registration is not None:
            registration.last_contact = int(self.now() * 1000)
            registration.address = address
            self.save()
        return registration

    def of(self, vendor: Vendor, tenant: Tenant) -> Iterator[Registration]:
        """The phones of one account."""
        return (entry for entry in self.registries[vendor].values() if entry.tenant == tenant.name)

    def save(self) -> None:
        if self._file is None:
            return
        content = {vendor.value: [asdict(entry) for entry in all_.values()] for vendor, all_ in self.registries.items()}
        write_private(self._file, json.dumps(content | {"servers": self.servers}, indent=1))

    def _load(self, file: Path) -> None:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            for vendor in Vendor:
                self.registries[vendor] = {row["mac"]: Registration(**row) for row in content[vendor.value]}
            self.servers |= content["servers"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationProblem(f"{file} holds no state of the simulator: name another file.") from error


def hex_mac(text: object) -> str | None:
    """Twelve lower-case digits from any notation with or without separators; None when it is no MAC."""
    bare = re.sub(r"[\s:.-]", "", str(text)).lower()
    return bare if re.fullmatch(r"[0-9a-f]{12}", bare, re.ASCII) else None


def is_url(text: object) -> bool:
    """Whether Yealink would take it as an address (section 3); that Snom judges alike is a guess."""
    return isinstance(text, str) and bool(re.match(r"(https?|t?ftp)://[^/\s]+", text))
