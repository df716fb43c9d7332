"""One firmware of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk_tui.backend.model.vendor import Vendor


@dataclass(frozen=True, slots=True)
class FirmwareEntry:
    """A firmware image for some models; only a certified one that is not withdrawn can be selected."""

    id: int
    vendor: Vendor
    version: str
    models: tuple[str, ...]
    file: str
    """The file's name in our firmware folder; no path."""
    size: int | None = None
    """Bytes; None: not known."""
    sha256: str = ""
    certified_on: datetime | None = None
    certified_by: str = ""
    withdrawn_on: datetime | None = None
    notes: str = ""
    known_problems: str = ""

    @property
    def certified(self) -> bool:
        """Whether it can be selected now."""
        return self.certified_on is not None and self.withdrawn_on is None
