"""One installation: its database, its addresses and its accounts at the manufacturers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from helpdesk_tui.backend.model.deadline import WeeklyDeadline
from helpdesk_tui.backend.model.vendor import Vendor


class ServiceKind(StrEnum):
    """The wire that a manufacturer's service speaks."""

    SRAPS = "sraps"
    YMCS = "ymcs"
    XMLRPC = "xmlrpc"
    SIMULATED = "simulated"


class EndpointCredentials(StrEnum):
    """What a phone must present on top of its secret URL."""

    NONE = "none"
    DIGEST = "digest"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Our account at one manufacturer's service. Secrets stay out of its repr."""

    vendor: Vendor
    kind: ServiceKind
    url: str = ""
    identity: str = ""
    """key_id, client_id or username, by kind."""
    secret: str = field(default="", repr=False)
    """key_secret, client_secret or password, by kind."""
    server_name: str = ""
    """The named server of Yealink's XML-RPC."""
    label: str = ""
    """How operators see it, when the vendor's own name would mislead (a distributor's instance)."""
    connect_timeout: float = 5.0
    """Seconds."""
    read_timeout: float = 10.0
    """Seconds."""
    requests_per_second: float = 20.0


@dataclass(frozen=True, slots=True)
class Environment:
    """One installation with its own database and base domain; a MAC occurs in it once."""

    name: str
    database: Path
    base_domain: str
    provisioning_url: str
    """The root that phones fetch from, without a trailing slash."""
    weekly_deadline: WeeklyDeadline
    accounts: dict[Vendor, ServiceAccount]
    endpoint_credentials: EndpointCredentials = EndpointCredentials.NONE
    trusted_proxies: tuple[str, ...] = ()
    """Networks of the proxies whose forwarded address and client certificate are believed."""
    firmware_folder: Path | None = None
    """Where firmware files lie; None: a folder `firmware` beside the database."""
    walkthrough_folder: Path | None = None
    """Walkthroughs of one's own, over those that travel with the program; None: there are none."""
    operator_language: str = "en"
    """What operators read in walkthroughs; callers are spoken to in the language of their organisation."""
    request_log_days: int = 90
    request_log_rows: int = 1_000_000

    @property
    def images(self) -> Path:
        """The folder in which firmware files lie."""
        return self.firmware_folder or self.database.parent / "firmware"
