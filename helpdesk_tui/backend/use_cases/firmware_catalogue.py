"""The firmware catalogue: which images there are, and which of them is certified."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware import FirmwareVersion, find_version, misfit
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE, check_name, read_name
from helpdesk_tui.backend.model.firmware_rules import needs_chained_update
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.tables import FaultyFile, TableRow, read_table

USE_INSTALLED = "Use installed firmware"
"""The default choice: nothing about firmware is sent."""

COLUMNS = (
    *("vendor", "version", "models", "file", "size", "sha256", "certified_on", "certified_by", "notes"),
    "known_problems",
)
"""The columns of a list of firmware. Who certified what in such a list is not taken over: a person does that here."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A file as it is on the disk."""

    size: int
    """Bytes."""
    sha256: str


class FirmwareCatalogue:
    """The catalogue of one environment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def entries(self) -> tuple[FirmwareEntry, ...]:
        """The whole catalogue."""
        return self._store.firmware.all()

    def missing(self, entry: FirmwareEntry) -> tuple[str, ...]:
        """The files that phones need for this firmware and that are not in the folder, so that none can fetch them."""
        names = [entry.file]
        for model in (self._context.catalogue.get(name) for name in entry.models):
            if needs_chained_update(model, entry.version):
                names.append(f"{model.firmware_image}{CHAINED_UPDATE}")
        return tuple(name for name in names if not (self._context.environment.images / name).is_file())

    # -- added --------------------------------------------------------------------------------------------------------

    def add(self, entry: FirmwareEntry) -> FirmwareEntry:
        """Add a firmware. Raises BadInput when version, file and models do not agree or it is known already."""
        entry = self._checked(entry)
        if any(name in other.models for other in self._known(entry) for name in entry.models):
            models = ", ".join(entry.models)
            raise BadInput(f"Firmware {entry.version} for {models} is in the catalogue already.")
        with self._context.write(Role.ADMINISTRATOR):
            entry = replace(entry, id=self._store.firmware.save(entry))
            text = f"Added firmware {entry.version} for {', '.join(entry.models)}."
            self._store.events.add(self._context.operator, EventKind.FIRMWARE, text)
        return entry

    def _checked(self, entry: FirmwareEntry) -> FirmwareEntry:
        """The entry as the catalogue spells it."""
        version = FirmwareVersion.parse(entry.version)
        models = tuple(dict.fromkeys(self._context.catalogue.get(name) for name in entry.models))
        if not models:
            raise BadInput(f"{entry.version}: name at least one model that this firmware is for.")
        for model in models:
            problem = misfit(version, model, self._context.catalogue)
            if problem:
                raise BadInput(problem)
        check_name(entry.file, version, models, self._context.catalogue)
        names = tuple(model.name for model in models)
        return replace(entry, vendor=models[0].vendor, version=version.text, models=names)

    def _known(self, entry: FirmwareEntry) -> tuple[FirmwareEntry, ...]:
        named = self._store.firmware.named(entry.version)
        return tuple(other for other in named if other.vendor is entry.vendor)

    def add_file(self, path: Path, entry: FirmwareEntry) -> FirmwareEntry:
        """Add the firmware in this file, and copy it into the folder that phones fetch from when it lies elsewhere.

        `entry.sha256` is checked when it is given; version and models are taken from the file's name when they are
        not. An entry of the catalogue that has no image yet gets this one. Raises BadInput; then nothing was added or
        copied.
        """
        said = read_name(path.name, self._context.catalogue)
        entry = replace(entry, file=path.name, version=entry.version.strip() or said.version)
        entry = replace(entry, models=entry.models or said.models)
        if not entry.version or not entry.models:
            raise BadInput(f"{path.name} does not say its version and its models: give --version and --models.")
        entry = self._checked(entry)
        measure = _measure(path)
        if entry.sha256 and entry.sha256.lower() != measure.sha256:
            raise BadInput(
                f"{path.name}: its sha256 is {measure.sha256}, not the one that was given: fetch the file again."
            )
        entry = replace(entry, size=measure.size, sha256=measure.sha256)
        place = self._context.environment.images / path.name
        with self._context.write(Role.ADMINISTRATOR):
            awaiting = self._awaiting(entry)
            entry = self._complete(awaiting, entry) if awaiting else self.add(entry)
            _copy(path, place, measure)
        return entry

    def _awaiting(self, entry: FirmwareEntry) -> FirmwareEntry | None:
        """The entry of the catalogue that has no image yet, and gets this one. Raises BadInput when it is to get
        another."""
        folder = self._context.environment.images
        for known in self._known(entry):
            if not set(entry.models) <= set(known.models) or (known.sha256 and (folder / known.file).is_file()):
                continue
            if known.file != entry.file:
                raise BadInput(f"{entry.file}: the catalogue has {known.file} for {known.version}: name the file so.")
            if known.sha256 not in ("", entry.sha256) or known.size not in (None, entry.size):
                raise BadInput(f"{entry.file} is not the file that the catalogue describes: fetch it again.")
            return known
        return None

    def _complete(self, known: FirmwareEntry, found: FirmwareEntry) -> FirmwareEntry:
        known = replace(
            known,
            size=found.size,
            sha256=found.sha256,
            notes=found.notes or known.notes,
            known_problems=found.known_problems or known.known_problems,
        )
        self._store.firmware.save(known)
        self._note(f"Added the image of firmware {known.version} for {', '.join(known.models)}.")
        return known

    def load(self, path: Path, remark: str = "") -> tuple[int, int]:
        """Add all firmware of a list (see COLUMNS), uncertified, and `remark` before its notes: all of it or nothing.

        Returns how many were added and how many were known already. Raises FaultyFile.
        """
        errors: list[str] = []
        added = known = 0
        with self._context.write(Role.ADMINISTRATOR):
            for row in read_table(path, COLUMNS):
                try:
                    entry = self._checked(_entry(row, remark))
                    if any(other.file == entry.file for other in self._known(entry)):
                        known += 1
                    else:
                        self.add(entry)
                        added += 1
                except BadInput as error:
                    errors.append(f"{path.name}:{row.line}: {error}")
            if errors:
                raise FaultyFile(errors)
        return added, known

    # -- certified and withdrawn --------------------------------------------------------------------------------------

    def certify(self, version: str) -> tuple[FirmwareEntry, ...]:
        """Make a version available for selection. Raises Refused when a file is not the one that was added."""
        now = self._context.clock()
        entries = [self._as_on_disk(entry) for entry in self.named(version)]
        with self._context.write(Role.ADMINISTRATOR):
            for entry in entries:
                certified = replace(entry, certified_on=now, certified_by=self._context.operator, withdrawn_on=None)
                self._store.firmware.save(certified)
            self._note(f"Certified firmware {entries[0].version}.")
        return self.named(version)

    def affected(self, version: str) -> tuple[Phone, ...]:
        """The phones for which this version is selected, by MAC."""
        return self._store.phones.by_ids(self._store.firmware.selected_on(_spelled(version)))

    def withdraw(self, version: str) -> tuple[Phone, ...]:
        """Make a version unavailable. The phones for which it was selected, which are returned, go back to using what
        is installed: they are told nothing about firmware any more."""
        entries, now = self.named(version), self._context.clock()
        version = entries[0].version
        with self._context.write(Role.ADMINISTRATOR):
            for entry in entries:
                self._store.firmware.save(replace(entry, withdrawn_on=now))
            self._note(f"Withdrew firmware {version}.")
            phones = self.affected(version)
            why = f"Firmware {version} was withdrawn; selected again: '{USE_INSTALLED}'."
            self._select(phones, None, [why] * len(phones))
        return phones

    def _select(self, phones: Sequence[Phone], version: str | None, texts: Sequence[str]) -> None:
        """Let this be selected for these phones, with an event for each; call it inside a transaction."""
        now = self._context.clock()
        values = {
            "firmware_selected": version,
            "firmware_selected_at": now,
            "firmware_fetches": 0,
            "changed_at": now,
        }
        self._store.phones.update_many([phone.id for phone in phones], values)
        self._store.events.add_many(
            (self._context.operator, EventKind.FIRMWARE, text, phone.mac, phone.organisation)
            for phone, text in zip(phones, texts, strict=True)
        )

    def named(self, version: str) -> tuple[FirmwareEntry, ...]:
        """The entries of this version: one, or one for each model's file. Raises NotFound."""
        entries = self._store.firmware.named(_spelled(version))
        if not entries:
            raise NotFound(f"Firmware {version.strip()[:40]!r} is not in the catalogue: add it first.")
        return entries

    def _as_on_disk(self, entry: FirmwareEntry) -> FirmwareEntry:
        """With the measure of its file, where there is one."""
        path = self._context.environment.images / entry.file
        if not path.is_file():
            return entry
        measure = _measure(path)
        if entry.sha256 and entry.sha256 != measure.sha256:
            raise Refused(f"{path} is not the file that was added (its sha256 is {measure.sha256}): put that back.")
        return replace(entry, size=measure.size, sha256=measure.sha256)

    def _note(self, text: str) -> None:
        self._store.events.add(self._context.operator, EventKind.FIRMWARE, text)


def _spelled(version: str) -> str:
    """A version as the catalogue spells it."""
    found = find_version(version)
    return found.text if found else version.strip()


def _entry(row: TableRow, remark: str) -> FirmwareEntry:
    missing = [column for column in ("version", "models", "file") if column not in row.cells]
    if missing:
        raise BadInput(f"{missing[0]}: it must be given.")
    size = row.cells.get("size", "").strip()
    if size and not (size.isascii() and size.isdigit()):
        raise BadInput(f"size: {size[:20]!r} is not a number of bytes.")
    models = row.cells["models"].replace(",", ";").split(";")
    return FirmwareEntry(
        id=0,
        vendor=Vendor.SNOM,  # the models decide
        version=row.cells["version"],
        models=tuple(name.strip() for name in models if name.strip()),
        file=row.cells["file"].strip(),
        size=int(size) if size else None,
        sha256=row.cells.get("sha256", "").strip().lower(),
        notes=" ".join(part for part in (remark, row.cells.get("notes", "").strip()) if part),
        known_problems=row.cells.get("known_problems", "").strip(),
    )


def _measure(path: Path) -> Measure:
    """Raises BadInput for what is no file with something in it."""
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file.")
    try:
        with path.open("rb") as file:
            measure = Measure(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    if measure.size == 0:
        raise BadInput(f"{path} is empty: fetch the file again.")
    return measure


def _copy(path: Path, place: Path, measure: Measure) -> None:
    """Put the file into its place, whole or not at all. Raises BadInput."""
    if place.is_file():
        if _measure(place) != measure:
            raise BadInput(f"{place} is another file of that name: move it away first.")
        return
    partial = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=".", dir=place.parent)
        os.close(descriptor)
        shutil.copyfile(path, partial)
        if _measure(Path(partial)) != measure:
            raise BadInput(f"{path} was changed while it was copied: add it again.")
        Path(partial).chmod(0o644)
        Path(partial).replace(place)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be copied to {place.parent}: {error.strerror}.") from error
    finally:
        if partial:
            Path(partial).unlink(missing_ok=True)
