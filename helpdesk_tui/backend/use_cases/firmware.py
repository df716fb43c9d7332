"""The firmware catalogue, and which firmware a phone is told to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware import Comparison, FirmwareVersion, compare, find_version, misfit
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_rules import Judgement, JudgementKind, judge
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.use_cases.context import Context

USE_INSTALLED = "Use installed firmware"
"""The default choice: nothing about firmware is sent."""


@dataclass(frozen=True, slots=True)
class Option:
    """A firmware that could be selected for a phone, with what there is to say about it."""

    entry: FirmwareEntry
    judgement: Judgement
    comparison: Comparison | None
    """With the installed firmware; None when that is not known or cannot be read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a choice of firmware would do to some phones. The refused ones are left out when it is carried out."""

    version: str | None
    """None: use installed firmware."""
    allowed: tuple[Phone, ...]
    asked: tuple[tuple[Phone, str], ...]
    """Phones for which a person must agree first, with the warning."""
    refused: tuple[tuple[Phone, str], ...]
    unchanged: tuple[Phone, ...]
    """Phones that have this choice already."""


class Firmware:
    """The firmware of one environment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # -- the catalogue ------------------------------------------------------------------------------------------------

    def entries(self) -> tuple[FirmwareEntry, ...]:
        """The whole catalogue."""
        return self._store.firmware.all()

    def add(self, entry: FirmwareEntry) -> FirmwareEntry:
        """Add a firmware. Raises BadInput when version, file and models do not agree or it is known already."""
        version = FirmwareVersion.parse(entry.version)
        if "/" in entry.file or "\\" in entry.file or entry.file.startswith(".") or not entry.file:
            raise BadInput(f"{entry.file!r} is not a file name: name a file in the firmware folder, without a path.")
        models = [self._context.catalogue.get(name) for name in entry.models]
        if not models:
            raise BadInput(f"{entry.version}: name at least one model that this firmware is for.")
        for model in models:
            problem = misfit(version, model, self._context.catalogue)
            if problem:
                raise BadInput(problem)
        known = [known for known in self._store.firmware.named(entry.version) if known.vendor is models[0].vendor]
        for name in (model.name for model in models):
            if any(name in other.models for other in known):
                raise BadInput(f"Firmware {entry.version} for {name} is in the catalogue already.")
        entry = replace(entry, vendor=models[0].vendor, models=tuple(model.name for model in models))
        with self._context.write():
            entry = replace(entry, id=self._store.firmware.save(entry))
            text = f"Added firmware {entry.version} for {', '.join(entry.models)}."
            self._store.events.add(self._context.operator, EventKind.FIRMWARE, text)
        return entry

    def certify(self, version: str) -> tuple[FirmwareEntry, ...]:
        """Make a version available for selection."""
        now = self._context.clock()
        certified = {"certified_on": now, "certified_by": self._context.operator, "withdrawn_on": None}
        return self._mark(version, "Certified", certified)

    def withdraw(self, version: str) -> tuple[FirmwareEntry, ...]:
        """Make a version unavailable; phones for which it is selected are told nothing about firmware any more."""
        return self._mark(version, "Withdrew", {"withdrawn_on": self._context.clock()})

    def _mark(self, version: str, verb: str, changes: dict[str, object]) -> tuple[FirmwareEntry, ...]:
        entries = self._store.firmware.named(version)
        if not entries:
            raise NotFound(f"Firmware {version.strip()[:40]!r} is not in the catalogue: add it first.")
        with self._context.write():
            for entry in entries:
                self._store.firmware.save(replace(entry, **changes))  # type: ignore[arg-type]
            self._store.events.add(self._context.operator, EventKind.FIRMWARE, f"{verb} firmware {version}.")
        return self._store.firmware.named(version)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def options(self, phone: Phone) -> tuple[Option, ...]:
        """The certified firmware of this phone's model, newest first."""
        entries = [entry for entry in self.entries() if entry.certified and phone.model in entry.models]
        entries.sort(key=lambda entry: FirmwareVersion.parse(entry.version).rank, reverse=True)
        return tuple(Option(entry, self._judge(phone, entry), self._compare(phone, entry.version)) for entry in entries)

    def _judge(self, phone: Phone, entry: FirmwareEntry) -> Judgement:
        model = self._context.catalogue.get(phone.model)
        return judge(model, phone.firmware_installed, entry.version, self._context.catalogue, entry.known_problems)

    def _compare(self, phone: Phone, version: str) -> Comparison | None:
        installed = find_version(phone.firmware_installed)
        if installed is None:
            return None
        model = self._context.catalogue.get(phone.model)
        return compare(version, installed.text, model, self._context.catalogue)

    def plan(self, phones: Sequence[Phone], version: str | None) -> Plan:
        """What choosing this version (None: use installed firmware) would do to these phones."""
        if version is None:
            changing = tuple(phone for phone in phones if phone.firmware_selected is not None)
            return Plan(None, changing, (), (), tuple(phone for phone in phones if phone.firmware_selected is None))
        version = version.strip()
        entries = self._store.firmware.named(version)
        allowed: list[Phone] = []
        asked: list[tuple[Phone, str]] = []
        refused: list[tuple[Phone, str]] = []
        unchanged: list[Phone] = []
        for phone in phones:
            entry = next((entry for entry in entries if phone.model in entry.models), None)
            problem = self._not_selectable(phone, version, entry)
            if problem or entry is None:
                refused.append((phone, problem or ""))
                continue
            judgement = self._judge(phone, entry)
            if judgement.kind is JudgementKind.REFUSE:
                refused.append((phone, " ".join(judgement.sentences)))
            elif phone.firmware_selected == version:
                unchanged.append(phone)
            elif judgement.kind is JudgementKind.ASK:
                asked.append((phone, " ".join(judgement.sentences)))
            else:
                allowed.append(phone)
        return Plan(version, tuple(allowed), tuple(asked), tuple(refused), tuple(unchanged))

    def _not_selectable(self, phone: Phone, version: str, entry: FirmwareEntry | None) -> str | None:
        if entry is None:
            model = self._context.catalogue.get(phone.model)
            try:
                problem = misfit(FirmwareVersion.parse(version), model, self._context.catalogue)
            except BadInput as error:
                problem = str(error)
            return problem or f"Firmware {version} for {phone.model} is not in the catalogue: choose a certified one."
        if entry.withdrawn_on:
            return f"Firmware {version} was withdrawn: choose another one."
        if entry.certified_on is None:
            return f"Firmware {version} is not certified yet: it becomes available after it is certified."
        return None

    def carry_out(self, plan: Plan) -> int:
        """Select the plan's firmware for all phones that it does not refuse; ask about `plan.asked` before.

        Returns how many phones changed.
        """
        phones = [*plan.allowed, *(phone for phone, _ in plan.asked)]
        if not phones and plan.refused and not plan.unchanged:
            raise Refused(plan.refused[0][1])
        now = self._context.clock()
        values = {"firmware_selected": plan.version, "firmware_selected_at": now, "changed_at": now}
        with self._context.write():
            self._store.phones.update_many([phone.id for phone in phones], values)
            wanted = f"firmware {plan.version}" if plan.version else f"'{USE_INSTALLED}'"
            self._store.events.add_many(
                (
                    self._context.operator,
                    EventKind.FIRMWARE,
                    f"Selected {wanted}; before: {phone.firmware_selected or USE_INSTALLED}.",
                    phone.mac,
                    phone.organisation,
                )
                for phone in phones
            )
        return len(phones)
