"""A phone as the platform knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Pending:
    """A call to the manufacturer that is intended, under way, or waiting for its next try."""

    call: Call
    tries: int
    next_try: datetime | None
    """None: under way now, or waiting for a person because trying again by itself is of no use."""
    leased_until: datetime | None = None
    """While the call is under way: until when whoever makes it has it for themselves. None: not under way."""

    @property
    def under_way(self) -> bool:
        """Whether the call was begun and its outcome is not written down yet."""
        return self.leased_until is not None


@dataclass(frozen=True, slots=True)
class Phone:
    """A device by MAC, with what is known of its registration and of its visits. Times are in UTC."""

    id: int
    mac: Mac
    vendor: Vendor
    model: str
    organisation_id: int
    organisation: str
    step: Step
    step_since: datetime
    added_at: datetime
    name: str = ""
    serial: str = ""
    pin: str = ""
    """What the phone asks for at first start where Yealink's service protects it."""
    vlan: int | None = None
    modules: int = 0
    user_id: int | None = None
    user_name: str = ""
    user_extension: str = ""
    sip_username: str = ""
    sip_password: str = field(default="", repr=False)
    web_password: str = field(default="", repr=False)
    deadline: datetime | None = None
    """When this registration ends; only while `active`."""
    reason: Reason | None = None
    reason_text: str | None = None
    """The manufacturer's own words."""
    pending: Pending | None = None
    firmware_installed: str | None = None
    firmware_learned_at: datetime | None = None
    firmware_selected: str | None = None
    """None: use installed firmware."""
    firmware_selected_at: datetime | None = None
    firmware_fetches: int = 0
    """How often it fetched the settings file that names the selected firmware, while reporting another."""
    last_seen: datetime | None = None
    """When it last fetched its settings from us."""
    changed_at: datetime | None = None
    """When something was last changed that is part of its settings file."""
    secret: str = field(default="", repr=False)
    """The path segment of its definitive URL."""
    previous_secret: str = field(default="", repr=False)
    """The one before: still good until the new one is used, so that a phone in use is not stranded."""
    token: str = field(default="", repr=False)
    """The path segment of the temporary URL that the manufacturer was given; empty: none."""
    token_used_at: datetime | None = None
    secret_sent_at: datetime | None = None
    """When the phone was first told the secret in force; None: it does not know it yet."""
    last_address: str = ""
    """The public address that it last fetched from."""

    @property
    def user(self) -> str:
        """`Anna Jansen 201`, or empty when nobody is logged in."""
        return f"{self.user_name} {self.user_extension}".strip()


class Provisioned(Protocol):
    """As much of a phone as its settings file is made of; a `Phone` is one."""

    @property
    def id(self) -> int: ...

    @property
    def mac(self) -> Mac: ...

    @property
    def vendor(self) -> Vendor: ...

    @property
    def model(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def vlan(self) -> int | None: ...

    @property
    def modules(self) -> int: ...

    @property
    def organisation_id(self) -> int: ...

    @property
    def user_id(self) -> int | None: ...

    @property
    def sip_username(self) -> str: ...

    @property
    def sip_password(self) -> str: ...

    @property
    def web_password(self) -> str: ...

    @property
    def firmware_installed(self) -> str | None: ...

    @property
    def firmware_selected(self) -> str | None: ...

    @property
    def secret(self) -> str: ...
