"""Importing organisations, users and phones: all rows or none, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User, short_name_for
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.validation import ORGANISATION, PHONE, USER, Parser, not_empty
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.firmware import Firmware
from helpdesk_tui.backend.use_cases.phones import NewPhone, Phones
from helpdesk_tui.backend.use_cases.tables import FaultyFile, TableRow, read_table

ORGANISATION_COLUMNS = tuple(ORGANISATION)
USER_COLUMNS = tuple(USER)
PHONE_COLUMNS = (
    *("mac", "model", "organisation", "name", "serial", "pin", "vlan", "firmware", "user", "sip_username"),
    "sip_password",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do."""

    added: int
    changed: int
    unchanged: int
    new_phones: tuple[Phone, ...] = ()
    """Phones that are to be registered now."""


Value = TypeVar("Value")


class _DryRun(Exception):
    def __init__(self, imported: Imported) -> None:
        self.imported = imported


class Imports:
    """Imports into one environment."""

    def __init__(self, context: Context, phones: Phones, firmware: Firmware) -> None:
        self._context = context
        self._store = context.store
        self._phones = phones
        self._firmware = firmware

    def organisations(self, path: Path) -> Imported:
        """Import organisations. Raises FaultyFile; then nothing is changed."""
        return self._all_or_none(lambda: _Organisations(self._context, path).run())

    def users(self, path: Path) -> Imported:
        """Import users with their identities. Raises FaultyFile; then nothing is changed."""
        return self._all_or_none(lambda: _Users(self._context, path).run())

    def phones(self, path: Path) -> Imported:
        """Import phones; the new ones are still to be registered. Raises FaultyFile; then nothing is changed."""
        return self._all_or_none(lambda: _PhoneRows(self._context, path, self._phones, self._firmware).run())

    def try_out(self, run: Callable[[Path], Imported], path: Path) -> Imported:
        """What one of these imports would do; nothing is changed."""
        try:
            with self._context.write(Role.ADMINISTRATOR):
                raise _DryRun(run(path))
        except _DryRun as dry:
            return dry.imported

    def _all_or_none(self, run: Callable[[], Imported]) -> Imported:
        with self._context.write(Role.ADMINISTRATOR):
            return run()


class _Rows:
    """What the three kinds of import share: cells are parsed, errors collected by line, changes counted."""

    def __init__(self, context: Context, path: Path, columns: Iterable[str]) -> None:
        self.context = context
        self.store = context.store
        self.name = path.name
        self.rows = read_table(path, tuple(columns))
        self.errors: list[tuple[int, str]] = []
        """Line and sentence."""
        self.added = self.changed = self.unchanged = 0

    def fault(self, row: TableRow, text: object) -> None:
        self.errors.append((row.line, f"{self.name}:{row.line}: {text}"))

    def parsed(self, row: TableRow, parsers: Mapping[str, Parser], columns: Iterable[str]) -> dict[str, object]:
        """The cells of these columns that are given and good."""
        values: dict[str, object] = {}
        for column in columns:
            if column in row.cells:
                try:
                    values[column] = parsers[column](row.cells[column])
                except BadInput as error:
                    self.fault(row, error)
        return values

    def needed(self, row: TableRow, *columns: str) -> bool:
        missing = [column for column in columns if column not in row.cells]
        for column in missing:
            self.fault(row, f"{column}: it must be given.")
        return not missing

    def note(self, text: str, organisation: str) -> None:
        self.store.events.add(self.context.operator, EventKind.IMPORTED, text, None, organisation)

    def result(self, new_phones: tuple[Phone, ...] = ()) -> Imported:
        if self.errors:
            raise FaultyFile([text for _, text in sorted(self.errors, key=itemgetter(0))])
        return Imported(self.added, self.changed, self.unchanged, new_phones)


class _Organisations(_Rows):
    def __init__(self, context: Context, path: Path) -> None:
        super().__init__(context, path, ORGANISATION_COLUMNS)
        self.known = {o.name.casefold(): o for o in self.store.directory.organisations()}
        self.short_names = {o.short_name: o.name.casefold() for o in self.known.values()}
        self.lines: dict[str, int] = {}

    def run(self) -> Imported:
        for row in self.rows:
            if not self.needed(row, "organisation"):
                continue
            values = self.parsed(row, ORGANISATION, ORGANISATION_COLUMNS)
            if "organisation" not in values:
                continue
            name = str(values.pop("organisation"))
            key = name.casefold()
            if key in self.lines:
                self.fault(row, f"organisation: {name!r} stands on line {self.lines[key]} already.")
                continue
            self.lines[key] = row.line
            self._save(row, key, name, values)
        return self.result()

    def _save(self, row: TableRow, key: str, name: str, values: dict[str, object]) -> None:
        old = self.known.get(key)
        short = str(values.get("short_name") or (old.short_name if old else short_name_for(name, self.short_names)))
        owner = self.short_names.get(short)
        if owner not in (None, key):
            self.fault(row, f"short_name: {short!r} belongs to another organisation.")
            return
        self.short_names[short] = key
        values["short_name"] = short
        if old:
            new = replace(old, name=name, **values)  # type: ignore[arg-type]
        else:
            values.setdefault("sip_host", f"sip.{self.context.environment.base_domain}")
            new = Organisation(id=0, name=name, **values)  # type: ignore[arg-type]
        if new == old:
            self.unchanged += 1
            return
        organisation_id = self.store.directory.save_organisation(new)
        if old:
            self.changed += 1
            self.store.phones.touch("organisation_id", organisation_id, self.context.clock())
            names = [f.name for f in fields(Organisation) if getattr(old, f.name) != getattr(new, f.name)]
            self.note(f"Import changed {', '.join(names)}.", name)
        else:
            self.added += 1
            self.note("Import added the organisation.", name)


class _Users(_Rows):
    SHARED = ("name", "voicemail", "ring_internal", "ring_external", "pin")

    def __init__(self, context: Context, path: Path) -> None:
        super().__init__(context, path, USER_COLUMNS)
        self.organisations = {o.name.casefold(): o for o in self.store.directory.organisations()}

    def run(self) -> Imported:
        people: dict[tuple[int, str], list[tuple[TableRow, dict[str, object]]]] = {}
        for row in self.rows:
            if not self.needed(row, "organisation", "extension"):
                continue
            organisation = self.organisations.get(row.cells["organisation"].strip().casefold())
            if organisation is None:
                self.fault(
                    row, f"organisation: {row.cells['organisation'].strip()[:60]!r} is unknown: import it first."
                )
            values = self.parsed(row, USER, USER_COLUMNS)
            if organisation and "extension" in values:
                people.setdefault((organisation.id, str(values["extension"])), []).append((row, values))
        for (organisation_id, extension), rows in people.items():
            self._save(organisation_id, extension, rows)
        return self.result()

    def _save(self, organisation_id: int, extension: str, rows: list[tuple[TableRow, dict[str, object]]]) -> None:
        old = self.store.directory.user_by_extension(organisation_id, extension)
        shared = self._shared(rows)
        identities = self._identities(rows, old)
        if identities is None:
            return
        if old:
            new = replace(old, identities=identities or old.identities, **shared)  # type: ignore[arg-type]
        else:
            if not identities:
                self.fault(rows[0][0], "sip_username: a new user needs one, with its sip_password.")
                return
            shared.setdefault("name", extension)
            new = User(0, organisation_id, extension, identities=identities, **shared)  # type: ignore[arg-type]
        if new == old:
            self.unchanged += 1
            return
        user_id = self.store.directory.save_user(new)
        organisation = next(o.name for o in self.organisations.values() if o.id == organisation_id)
        if old:
            self.changed += 1
            self.store.phones.touch("user_id", user_id, self.context.clock())
            self.note(f"Import changed the user {new.name} ({extension}).", organisation)
        else:
            self.added += 1
            self.note(f"Import added the user {new.name} ({extension}).", organisation)

    def _shared(self, rows: list[tuple[TableRow, dict[str, object]]]) -> dict[str, object]:
        """What all rows of one person must agree on."""
        shared: dict[str, object] = {}
        for row, values in rows:
            for column in self.SHARED:
                if column in values and shared.setdefault(column, values[column]) != values[column]:
                    self.fault(row, f"{column}: it differs from an earlier row of the same user.")
        return shared

    def _identities(
        self, rows: list[tuple[TableRow, dict[str, object]]], old: User | None
    ) -> tuple[Identity, ...] | None:
        """The identities in file order; empty when the file names none; None after an error."""
        before = {identity.sip_username: identity for identity in old.identities} if old else {}
        found: dict[str, Identity] = {}
        for row, values in rows:
            username = values.get("sip_username")
            if username is None:
                if "sip_username" in row.cells:
                    return None
                continue
            username = str(username)
            if username in found:
                self.fault(row, f"sip_username: {username!r} stands there twice for this user.")
                return None
            known = before.get(username)
            password = values.get("sip_password") or (known.sip_password if known else None)
            if password is None:
                if "sip_password" not in row.cells:
                    self.fault(row, "sip_password: it must be given for a new identity.")
                return None
            display = values.get("display_name", known.display_name if known else "")
            found[username] = Identity(username, str(password), str(display))
        return tuple(found.values())


class _PhoneRows(_Rows):
    TEXTS = ("name", "serial", "pin", "vlan", "sip_username", "sip_password")

    def __init__(self, context: Context, path: Path, phones: Phones, firmware: Firmware) -> None:
        super().__init__(context, path, PHONE_COLUMNS)
        self.phones = phones
        self.firmware = firmware
        self.organisations = {o.name.casefold(): o for o in self.store.directory.organisations()}
        self.known = self.store.phones.macs()
        self.users: dict[int, dict[str, int]] = {}
        self.lines: dict[Mac, int] = {}
        self.new: list[tuple[TableRow, NewPhone]] = []

    def run(self) -> Imported:
        for row in self.rows:
            if self.needed(row, "mac"):
                self._row(row)
        return self.result(self._add())

    def _add(self) -> tuple[Phone, ...]:
        """Write the new phones down, all at once: far faster than one by one."""
        text = "Import added the phone to {organisation}."
        phones = self.phones.insert_many([new for _, new in self.new], EventKind.ADDED, text)
        self.added += len(phones)
        for (row, _), phone in zip(self.new, phones, strict=True):
            self._firmware(row, phone)
        return phones

    def _row(self, row: TableRow) -> None:
        before = len(self.errors)
        values = self.parsed(row, PHONE, self.TEXTS)
        mac = self._cell(row, "mac", Mac.parse)
        if mac is None:
            return
        if mac in self.lines:
            self.fault(row, f"mac: {mac} stands on line {self.lines[mac]} already.")
            return
        self.lines[mac] = row.line
        old = self.store.phones.by_mac(mac) if mac.hex in self.known else None
        model = self._cell(row, "model", self.context.catalogue.get)
        organisation = self._cell(row, "organisation", self._organisation)
        if old is None and not self.needed(row, "model", "organisation"):
            return
        if model:
            try:
                self.phones.check_vendor(mac, model)
            except BadInput as error:
                self.fault(row, f"model: {error}")
        organisation_id = organisation.id if organisation else (old.organisation_id if old else 0)
        if old and organisation and organisation.id != old.organisation_id:
            self.fault(row, f"organisation: {mac} is in {old.organisation}: move it, an import does not.")
        if "user" in row.cells and organisation_id:
            values["user_id"] = self._cell(row, "user", lambda text: self._user(organisation_id, text))
        if len(self.errors) > before:
            return
        if old is None:
            assert model is not None
            self.new.append((row, NewPhone(mac, model, organisation_id, values)))
        else:
            if model:
                values["model"] = model.name
            self._change(row, old, values)

    def _change(self, row: TableRow, old: Phone, values: dict[str, object]) -> None:
        phone = self.phones.change(old, values)
        changed = phone != old
        changed |= self._firmware(row, phone)
        if changed:
            self.changed += 1
        else:
            self.unchanged += 1

    def _firmware(self, row: TableRow, phone: Phone) -> bool:
        """Select the firmware of this row; True when that changed something."""
        if "firmware" not in row.cells:
            return False
        plan = self.firmware.plan([phone], row.cells["firmware"])
        for _, sentence in plan.refused:
            self.fault(row, f"firmware: {sentence}")
        return bool(self.firmware.carry_out(plan)) if not plan.refused else False

    def _cell(self, row: TableRow, column: str, parse: Callable[[str], Value]) -> Value | None:
        if column not in row.cells:
            return None
        try:
            return parse(row.cells[column])
        except BadInput as error:
            self.fault(row, f"{column}: {error}")
            return None

    def _organisation(self, text: str) -> Organisation:
        name = not_empty("organisation", text)
        organisation = self.organisations.get(name.casefold())
        if organisation is None:
            raise BadInput(f"{name!r} is unknown: import it first.")
        return organisation

    def _user(self, organisation_id: int, text: str) -> int:
        if organisation_id not in self.users:
            people = self.store.directory.users(organisation_id)
            self.users[organisation_id] = {user.extension: user.id for user in people}
        found = self.users[organisation_id].get(text.strip())
        if found is None:
            raise BadInput(f"no user of this organisation has the extension {text.strip()[:20]!r}: import users first.")
        return found
