"""What every use case works with: one environment, its store and services, the clock and the person."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from sqlite3 import Connection

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.manufacturers.service import Device, ManufacturerService
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.environment import Environment, ServiceKind
from helpdesk_tui.backend.model.query import Field, Query
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store import Clock, Store, utc_now
from helpdesk_tui.backend.use_cases.access import temporary_url


@dataclass
class Services:
    """The clients of the manufacturers, each opened when first used and then kept."""

    environment: Environment
    clock: Clock
    store: Store
    _opened: dict[Vendor, ManufacturerService] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, vendor: Vendor) -> ManufacturerService:
        """The service of this manufacturer. Raises ConfigurationProblem."""
        from helpdesk_tui.backend.manufacturers.factory import open_service  # late: the list of phones asks nobody

        with self._lock:
            if vendor not in self._opened:
                # Real services compare our signatures with the true time, whatever moment we play.
                simulated = self.simulated(vendor)
                service = open_service(self.environment.accounts[vendor], now=self.clock if simulated else utc_now)
                if simulated:
                    self._remind(service)
                self._opened[vendor] = service
            return self._opened[vendor]

    def _remind(self, service: ManufacturerService) -> None:
        """A simulated service begins with the registrations that the database knows: its own memory ends with us."""
        for step in (Step.ACTIVE, Step.DEPROVISION):
            for phone in self.store.phones.all(Query().with_term(Field.STEP, step.value)):
                if phone.vendor is service.vendor:
                    device = Device(phone.mac, phone.model, phone.serial)
                    service.register(device, temporary_url(self.environment, phone))

    def renew(self) -> None:
        """Begin anew with every service: one that refused our credentials is asked again, because a person wants it."""
        with self._lock:
            for service in self._opened.values():
                service.renew()

    def put(self, service: ManufacturerService) -> None:
        """Use this service for its vendor."""
        with self._lock:
            self._opened[service.vendor] = service

    def simulated(self, vendor: Vendor) -> bool:
        """Whether this manufacturer's service is only simulated."""
        return self.environment.accounts[vendor].kind is ServiceKind.SIMULATED

    def close(self) -> None:
        """Give back connections."""
        for service in self._opened.values():
            service.close()


def random_secret(length: int) -> str:
    """Hexadecimal digits from the system's source of randomness."""
    return secrets.token_hex((length + 1) // 2)[:length]


@dataclass(frozen=True)
class Context:
    """One opened environment, seen by one operator."""

    environment: Environment
    store: Store
    catalogue: Catalogue
    services: Services
    clock: Clock
    operator: str
    read_only: bool = False
    random: Callable[[int], str] = random_secret
    """Makes secrets of a length in hexadecimal digits; replaced only to make example data reproducible."""
    role: Role = Role.ADMINISTRATOR
    """What the operator may do."""

    def write(self, needed: Role = Role.OPERATOR) -> AbstractContextManager[Connection]:
        """A transaction. Raises Refused when this was opened for reading only or the operator's role is too low."""
        self.must_be(needed)
        return self.store.write()

    @property
    def looks_only(self) -> bool:
        """Whether nothing can be changed by this operator."""
        return self.read_only or not self.role.may(Role.OPERATOR)

    def must_be(self, needed: Role) -> None:
        """Raises Refused when this was opened for reading only or the operator's role is too low."""
        if self.read_only:
            raise Refused("This was opened read-only: start without --read-only to change something.")
        if not self.role.may(needed):
            raise Refused(self.role.refusal(needed))
