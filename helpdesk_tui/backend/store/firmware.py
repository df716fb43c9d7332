"""The firmware catalogue."""

from __future__ import annotations

from sqlite3 import Row

from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_progress import Alike
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store.database import Database, moment, stamp


class FirmwareTable:
    """Which firmware there is, and which of it is certified."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[FirmwareEntry, ...]:
        """All entries by vendor, models and version as written."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM firmware ORDER BY vendor, models, version")
            return tuple(_entry(row) for row in rows)

    def named(self, version: str) -> tuple[FirmwareEntry, ...]:
        """The entries of this version (one version may have a file for each model)."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM firmware WHERE version = ? ORDER BY models", [version.strip()])
            return tuple(_entry(row) for row in rows)

    def selected_on(self, version: str) -> tuple[int, ...]:
        """The ids of the phones for which this version is selected."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id FROM phones WHERE firmware_selected = ?", [version])
            return tuple(row[0] for row in rows)

    def selections(self) -> dict[tuple[str, str], int]:
        """Version and model, and for how many phones of that model it is selected."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT firmware_selected, model, count(*) FROM phones"
                " WHERE firmware_selected IS NOT NULL GROUP BY 1, 2"
            )
            return {(row[0], row[1]): row[2] for row in rows}

    def alike(self, organisation_id: int | None = None) -> tuple[Alike, ...]:
        """How all phones, or those of an organisation, stand to their firmware, counted."""
        where = "WHERE organisation_id = ?" if organisation_id is not None else ""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT model, firmware_installed, firmware_selected, firmware_fetches, count(*)"
                f" FROM phones {where} GROUP BY 1, 2, 3, 4",
                [] if organisation_id is None else [organisation_id],
            )
            return tuple(Alike(*row) for row in rows)

    def unsettled(self, model: str, organisation_id: int | None, limit: int) -> tuple[int, ...]:
        """The ids of phones of this model whose selected firmware is not the installed one, most fetches first."""
        where = "AND organisation_id = ?" if organisation_id is not None else ""
        values = [model, *([organisation_id] if organisation_id is not None else []), limit]
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id FROM phones WHERE model = ? COLLATE NOCASE AND firmware_selected IS NOT NULL"
                f" AND firmware_selected IS NOT firmware_installed {where} ORDER BY firmware_fetches DESC, mac LIMIT ?",
                values,
            )
            return tuple(row[0] for row in rows)

    def save(self, entry: FirmwareEntry) -> int:
        """Add (id 0) or change an entry; returns its id."""
        values = {
            "vendor": entry.vendor.value,
            "version": entry.version,
            "models": " ".join(entry.models),
            "file": entry.file,
            "size": entry.size,
            "sha256": entry.sha256,
            "certified_on": stamp(entry.certified_on) if entry.certified_on else None,
            "certified_by": entry.certified_by,
            "withdrawn_on": stamp(entry.withdrawn_on) if entry.withdrawn_on else None,
            "notes": entry.notes,
            "known_problems": entry.known_problems,
        }
        with self._database.write() as connection:
            if entry.id:
                sets = ", ".join(f"{name} = ?" for name in values)
                connection.execute(f"UPDATE firmware SET {sets} WHERE id = ?", [*values.values(), entry.id])
                return entry.id
            marks = ",".join("?" * len(values))
            cursor = connection.execute(
                f"INSERT INTO firmware ({','.join(values)}) VALUES ({marks})", list(values.values())
            )
            return int(cursor.lastrowid or 0)


def _entry(row: Row) -> FirmwareEntry:
    return FirmwareEntry(
        id=row["id"],
        vendor=Vendor(row["vendor"]),
        version=row["version"],
        models=tuple(row["models"].split()),
        file=row["file"],
        size=row["size"],
        sha256=row["sha256"],
        certified_on=moment(row["certified_on"]),
        certified_by=row["certified_by"],
        withdrawn_on=moment(row["withdrawn_on"]),
        notes=row["notes"],
        known_problems=row["known_problems"],
    )
