"""Reads the platform's JSON into frozen values. Pure. Whatever stands there, nothing fails: what is no such fact is
unknown, and unknown keys mean nothing ("extra properties may appear at any time", developers manual)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from helpdesk_tui.backend.compass.environment import FACTS_OF_PHONE, Fact
from helpdesk_tui.backend.model.mac import Mac, find_mac
from helpdesk_tui.backend.model.step import Step

LONGEST = 200
"""Characters of one value that are kept."""

MOST_KEYS = 60
"""Names of keys that are kept of one answer."""


@dataclass(frozen=True, slots=True)
class RemotePhone:
    """A phone as far as the platform tells. None: it did not say."""

    url: str
    """Its `self`, which is also what it is known by."""
    id: str
    """The end of its address, for people; officially opaque."""
    organisation_url: str
    """Of the organisation that listed it."""
    name: str | None = None
    mac: Mac | None = None
    model: str | None = None
    step: Step | None = None
    firmware: str | None = None
    unreadable: tuple[tuple[Fact, str], ...] = ()
    """What the platform said where another kind of value was expected."""
    keys: tuple[str, ...] = ()
    """The names of what its own answer held, for whoever writes the field map; never the values."""
    complete: bool = False
    """Whether everything that the field map names was looked for in the right place."""
    read_at: datetime | None = None
    problem: str | None = None
    """Why it could not be read, in one sentence."""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or (self.mac.colons if self.mac else f"phone {self.id}")

    def value(self, fact: Fact) -> str | None:
        """The fact as text; None: it is not known."""
        known: Mapping[Fact, object] = {
            Fact.MAC: self.mac,
            Fact.MODEL: self.model,
            Fact.STEP: self.step,
            Fact.FIRMWARE: self.firmware,
        }
        found = known.get(fact)
        return None if found is None else str(found)

    def oddity(self, fact: Fact) -> str | None:
        """What the platform said instead of this fact; None: nothing else."""
        said = dict(self.unreadable).get(fact)
        return f'"{said}" is no {fact.label}' if said else None


@dataclass(frozen=True, slots=True)
class RemoteOrganisation:
    """An organisation: what the API calls a company."""

    url: str
    id: str
    name: str | None = None
    short_name: str | None = None
    own: bool = False
    """The login belongs to it."""
    read_at: datetime | None = None
    problem: str | None = None
    """Why it, or its phones, could not be read."""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.short_name or f"organisation {self.id}"


@dataclass(frozen=True, slots=True)
class RemoteUser:
    """Somebody of an organisation."""

    url: str
    name: str | None
    username: str | None
    contact: str | None
    """An e-mail address."""


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """What derives from a phone's registration for calls (SIP)."""

    read_at: datetime
    online: str | None = None
    private_address: str | None = None
    public_address: str | None = None
    keys: tuple[str, ...] = ()


def listed_phone(
    document: Mapping[str, object], organisation_url: str, fields: Mapping[Fact, str], moment: datetime
) -> RemotePhone | None:
    """A phone of a list, which holds base information only; None when it is no phone or has no address.

    It is complete when the list happens to tell already what the field map names.
    """
    url, kind = address(document), text(document.get("theType"))
    if url is None or (kind is not None and kind.lower() != "phone"):
        return None
    mapped = [path for fact, path in fields.items() if fact in FACTS_OF_PHONE]
    complete = "name" in document and all(_at(document, path) is not _MISSING for path in mapped)
    return _phone(document, url, organisation_url, fields, moment, complete)


def whole_phone(
    document: Mapping[str, object], known: RemotePhone, fields: Mapping[Fact, str], moment: datetime
) -> RemotePhone:
    """A phone by the answer for it alone. Whose it is, and perhaps its name, only the list told."""
    read = _phone(document, known.url, known.organisation_url, fields, moment, True)
    return read if read.name else replace(read, name=known.name)


def _phone(
    document: Mapping[str, object],
    url: str,
    organisation_url: str,
    fields: Mapping[Fact, str],
    moment: datetime,
    complete: bool,
) -> RemotePhone:
    said = {fact: text(_at(document, fields[fact])) for fact in FACTS_OF_PHONE if fact in fields}
    mac, step = find_mac(said.get(Fact.MAC) or ""), _step(said.get(Fact.STEP))
    read = ((Fact.MAC, mac), (Fact.STEP, step))
    odd = tuple((fact, words) for fact, value in read if not value and (words := said.get(fact)))
    return RemotePhone(
        url=url,
        id=id_of(url),
        organisation_url=organisation_url,
        name=text(document.get("name")),
        mac=mac,
        model=said.get(Fact.MODEL),
        step=step,
        firmware=said.get(Fact.FIRMWARE),
        unreadable=odd,
        keys=_keys(document),
        complete=complete,
        read_at=moment,
    )


def organisation(
    document: Mapping[str, object], url: str, moment: datetime, *, own: bool = False
) -> RemoteOrganisation:
    """A company. `shortname` is documented (migration guide); `name` is what every other object has."""
    return RemoteOrganisation(url, id_of(url), text(document.get("name")), text(document.get("shortname")), own, moment)


def user(document: Mapping[str, object]) -> RemoteUser | None:
    """A user of a list; None when it has no address."""
    url = address(document)
    if url is None:
        return None
    name, username, contact = (text(document.get(key)) for key in ("name", "username", "contact"))
    return RemoteUser(url, name, username, contact)


def status(document: Mapping[str, object], fields: Mapping[Fact, str], moment: datetime) -> RemoteStatus:
    """A phone's status. `privateIP` and `publicIP` were seen in published client code, not in the documentation."""
    online = text(_at(document, fields[Fact.ONLINE])) if Fact.ONLINE in fields else None
    private, public = text(document.get("privateIP")), text(document.get("publicIP"))
    return RemoteStatus(moment, online, private, public, _keys(document))


# Single values ------------------------------------------------------------------------------------------------------

_MISSING = object()


def _at(document: Mapping[str, object], path: str) -> object:
    """What stands at a dotted path. A key that has a dot of its own is found too."""
    if path in document:
        return document[path]
    found: object = document
    for key in path.split("."):
        if not isinstance(found, Mapping) or key not in found:
            return _MISSING
        found = found[key]
    return found


def text(value: object) -> str | None:
    """A JSON value as one line of at most 200 characters; None for null, nothing, and what is no single value."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            line = " ".join(value[:10_000].encode("utf-8", "replace").decode().split())
        case int() | float():
            line = str(value)
        case _:
            return None
    return line[:LONGEST] or None


def _step(said: str | None) -> Step | None:
    try:
        return Step((said or "").lower())
    except ValueError:
        return None


def _keys(document: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(filter(None, (text(key) for key in list(document)[:MOST_KEYS])))


def address(document: Mapping[str, object]) -> str | None:
    """An object's own address, as every returned object has it; None when it is none that could be followed."""
    value = document.get("self")
    return value if isinstance(value, str) and is_plain_address(value) else None


def is_plain_address(url: str) -> bool:
    """Whether this is an absolute address without anything that could make it mean another."""
    if len(url) > 1000 or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>?#'):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    segments = {unquote(segment) for segment in parts.path.split("/")}
    return bool(parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc) and not (
        segments & {".", ".."}
    )


def id_of(url: str) -> str:
    """The last part of an address, as people read it (returned addresses are percent-encoded)."""
    return text(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])) or "?"
