"""A manufacturer's service inside the process: for demonstrations, training and tests. Nothing leaves the machine."""

from __future__ import annotations

import os
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Probe, Standing
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor


def utc_now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the service remembers of one registered phone."""

    url: str = field(repr=False)
    last_contact: datetime | None = None


@dataclass(slots=True)
class _Fault:
    """A failure that the coming calls meet."""

    failure: Failure
    times: int | None
    after_the_change: bool


class SimulatedService:
    """One manufacturer's service with its state in memory.

    A phone that it never saw is simply not registered. Failures are switched with `fail_next`; the phones in
    `owned_elsewhere` belong to another account.
    """

    def __init__(
        self,
        vendor: Vendor,
        *,
        label: str = "",
        owned_elsewhere: Iterable[Mac] = (),
        delay: Callable[[], None] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`delay` is called at the start of each call: sleep in it for a slow service."""
        self._vendor = vendor
        self._label = f"{label or vendor.service_label} (simulated)"
        self._now = now
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._fault: _Fault | None = None
        self.owned_elsewhere: set[Mac] = set(owned_elsewhere)
        self.delay = delay

    @property
    def vendor(self) -> Vendor:
        return self._vendor

    @property
    def label(self) -> str:
        return self._label

    def fail_next(self, failure: Reason | Failure, times: int | None = None, *, after_the_change: bool = False) -> None:
        """Let the next calls fail: as many as `times`, or all until `recover()`.

        `after_the_change` makes the change before it fails, as a connection that is cut too late does.
        """
        if isinstance(failure, Reason):
            failure = Failure(failure, words="switched on in the simulation")
        with self._lock:
            self._fault = _Fault(failure, times, after_the_change)

    def recover(self) -> None:
        """Let calls succeed again."""
        with self._lock:
            self._fault = None

    def phone_asks(self, mac: Mac) -> str | None:
        """A phone that starts asks the manufacturer where to go: the URL, or None when it is not registered."""
        with self._lock:
            entry = self._entries.get(mac.hex)
            if entry is None:
                return None
            self._entries = self._entries | {mac.hex: replace(entry, last_contact=self._now())}
            return entry.url

    def registrations(self) -> dict[Mac, str]:
        """The URL of every registered phone. The URLs are secret."""
        with self._lock:
            return {Mac(mac): entry.url for mac, entry in self._entries.items()}

    def register(self, device: Device, url: str) -> Failure | None:
        return self._change(device, url)

    def deregister(self, device: Device) -> Failure | None:
        return self._change(device, None)

    def check(self, device: Device, url: str | None = None) -> Standing | Failure:
        found = self._read(device)
        if isinstance(found, Lookup) and found.standing is Standing.OURS and url not in (None, found.url):
            return Standing.OURS_OTHER_URL
        return found if isinstance(found, Failure) else found.standing

    def lookup(self, device: Device) -> Lookup | Failure:
        return self._read(device)

    def probe(self) -> Probe:
        self._wait()
        with self._lock:
            fault = self._take_fault()
        return Probe(fault.failure if fault else None, account="simulation")

    def renew(self) -> None:
        """Nothing is remembered of refusals."""

    def close(self) -> None:
        """Nothing to give back."""

    def _change(self, device: Device, url: str | None) -> Failure | None:
        """Register (a URL) or forget (None) a phone."""
        self._wait()
        with self._lock:
            fault = self._take_fault()
            if fault and not fault.after_the_change:
                return fault.failure
            if device.mac in self.owned_elsewhere:
                return Failure(Reason.OWNED_ELSEWHERE, words="the MAC belongs to another account")
            entries = dict(self._entries)
            entry = entries.pop(device.mac.hex, _Entry(""))
            if url is not None:
                entries[device.mac.hex] = replace(entry, url=url)
            self._entries = entries
            return fault.failure if fault else None

    def _read(self, device: Device) -> Lookup | Failure:
        self._wait()
        with self._lock:
            if fault := self._take_fault():
                return fault.failure
            if device.mac in self.owned_elsewhere:
                return Lookup(Standing.ELSEWHERE, owner="another account")
            entry = self._entries.get(device.mac.hex)
        if entry is None:
            return Lookup(Standing.NOT_REGISTERED)
        pin = _pin(device.mac) if self._vendor is Vendor.YEALINK else None
        return Lookup(Standing.OURS, entry.url, "our account", entry.last_contact, pin)

    def _wait(self) -> None:
        if self.delay is not None:
            self.delay()

    def _take_fault(self) -> _Fault | None:
        fault = self._fault
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._fault = None
        return fault


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone: another process sees the old text or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _pin(mac: Mac) -> str:
    """Five digits that stay the same for a phone (reference manufacturer_services.md, section 5.4)."""
    return f"{zlib.crc32(mac.hex.encode()) % 100_000:05d}"
