"""One setting, where it comes from, and all that a settings file is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User


class Origin(StrEnum):
    """Where the value of a setting comes from, and so where it can be changed."""

    ORGANISATION = "organisation"
    PHONE = "phone"
    MODEL = "model"
    USER = "user"
    FUNCTION_KEY = "function key"
    FIRMWARE = "firmware"
    CUSTOM = "custom"
    REGISTRATION = "registration"
    """How the phone finds us again: addresses and credentials of the endpoint."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of a settings file, vendor-neutral enough to be explained, masked and compared."""

    name: str
    """Snom: the tag. Yealink: the key."""
    value: str = field(repr=False)
    origin: Origin
    secret: bool = False
    """True for passwords, PINs and URLs with a secret part."""
    index: int | None = None
    """Snom: the `idx` attribute. None elsewhere."""
    permission: str | None = None
    """Snom: the `perm` attribute. None elsewhere."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Further XML attributes (Snom function keys)."""
    section: str = ""
    """Snom: the element that holds it (`phone-settings`, `functionKeys`, `dialplan`). Yealink: the comment above it."""
    explanation: str = ""
    """What this setting does, in one sentence."""
    overrides: Setting | None = None
    """For a custom setting: the managed setting that it replaces."""


@dataclass(frozen=True, slots=True)
class FirmwareChoice:
    """The firmware that was selected for a phone, and where our web server offers it."""

    version: str
    url: str
    """The image file itself."""
    settings_url: str = ""
    """Snom: the URL of the firmware settings file that points at the image."""
    chained_url: str = ""
    """Snom: the intermediate image to go through first, with the real one in its query; empty: none."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How the phone reaches us from now on."""

    settings_url: str = field(repr=False)
    """The phone's definitive, secret URL (a file)."""
    folder_url: str = field(repr=False)
    """The secret folder it lies in, ending in a slash (Yealink asks for files in a folder)."""
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Everything a settings file is made of. The same source gives the same bytes, always."""

    mac: Mac
    model: PhoneModel
    phone_name: str
    vlan: int | None
    """1 to 4094; 0: take the VLAN away; None: say nothing about it."""
    account: Identity
    """The phone's own SIP account, used when nobody is logged in."""
    web_password: str = field(repr=False)
    organisation: Organisation
    user: User | None
    endpoint: Endpoint
    firmware: FirmwareChoice | None
    """None: use installed firmware."""
    firmware_installed: str | None
    """What the phone last reported; decides the generation, with `firmware` and the model."""
    function_keys: tuple[FunctionKey, ...] = ()
    """All scopes together."""
    custom: tuple[CustomSetting, ...] = ()
    """All scopes together."""
    modules: int = 0
    """Expansion modules attached."""
