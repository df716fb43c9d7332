"""Which firmware a phone is told to run, and how far it is with that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput, Refused
from helpdesk_tui.backend.model.firmware import Comparison, FirmwareVersion, compare, find_version, misfit
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_progress import Progress, Rollout, progress_of, rollouts
from helpdesk_tui.backend.model.firmware_rules import Judgement, JudgementKind, judge
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Field, Query
from helpdesk_tui.backend.use_cases.firmware_catalogue import USE_INSTALLED, FirmwareCatalogue
from helpdesk_tui.backend.use_cases.meanwhile import unchanged

__all__ = ["USE_INSTALLED", "Firmware", "Option", "Plan", "Undo"]


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

    @property
    def changing(self) -> tuple[Phone, ...]:
        """The phones that carrying it out changes, as they are before."""
        return (*self.allowed, *(phone for phone, _ in self.asked))


@dataclass(frozen=True, slots=True)
class Undo:
    """What taking back a carried out plan would do."""

    plan: Plan
    back: tuple[tuple[Phone, str | None], ...]
    """Phones as they are now, with the choice that each had before."""
    asked: tuple[tuple[Phone, str], ...]
    """Those of them for which a person must agree first, with the warning: they may have installed it already."""
    left_alone: int
    """Phones that were removed, or for which somebody has chosen something else since."""


class Firmware(FirmwareCatalogue):
    """The firmware of one environment: its catalogue, and the choices for its phones."""

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
        found = find_version(version)
        version = found.text if found else version.strip()
        entries = self._store.firmware.named(version)
        judgements: dict[tuple[str, str | None], Judgement] = {}
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
            alike = phone.model, phone.firmware_installed  # of thousands of phones, few differ in this
            judgement = judgements.get(alike) or judgements.setdefault(alike, self._judge(phone, entry))
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

        Returns how many phones changed. Raises Refused, and changes none, when the version was withdrawn or one of
        the phones was removed or given another firmware since the plan was made.
        """
        wanted = f"firmware {plan.version}" if plan.version else f"'{USE_INSTALLED}'"
        with self._context.write():
            phones = self._still_selectable(plan)
            self._must_be_as_seen(phones)
            texts = [f"Selected {wanted}; before: {phone.firmware_selected or USE_INSTALLED}." for phone in phones]
            self._select(phones, plan.version, texts)
        return len(phones)

    def _still_selectable(self, plan: Plan) -> tuple[Phone, ...]:
        """The plan's phones. Raises Refused when there are none, or when the version was withdrawn since."""
        phones = plan.changing
        if not phones and plan.refused and not plan.unchanged:
            raise Refused(plan.refused[0][1])
        if plan.version is not None:
            entries = self._store.firmware.named(plan.version)
            for phone in {phone.model: phone for phone in phones}.values():
                entry = next((entry for entry in entries if phone.model in entry.models), None)
                problem = self._not_selectable(phone, plan.version, entry)
                if problem:
                    raise Refused(problem)
        return phones

    def _must_be_as_seen(self, phones: Sequence[Phone]) -> None:
        """Raises Refused, saying who was quicker, when the choice for one of these phones is not what it was."""
        choices = self._store.phones.choices([phone.id for phone in phones])
        for phone in phones:
            if choices.get(phone.id) != (phone.model, phone.firmware_selected):
                unchanged(self._context, phone, ("model", "firmware_selected"))

    # -- taken back ---------------------------------------------------------------------------------------------------

    def plan_undo(self, plan: Plan) -> Undo:
        """What taking back a carried out plan would do: each phone gets the choice that it had before.

        A version that can no longer be selected for it becomes 'use installed firmware'.
        """
        now = {phone.id: phone for phone in self._store.phones.by_ids(phone.id for phone in plan.changing)}
        back: list[tuple[Phone, str | None]] = []
        asked: list[tuple[Phone, str]] = []
        for before in plan.changing:
            phone = now.get(before.id)
            if phone is None or phone.firmware_selected != plan.version:
                continue
            version, judgement = self._earlier(phone, before.firmware_selected)
            back.append((phone, version))
            if judgement and judgement.kind is JudgementKind.ASK:
                asked.append((phone, " ".join(judgement.sentences)))
        return Undo(plan, tuple(back), tuple(asked), len(plan.changing) - len(back))

    def _earlier(self, phone: Phone, version: str | None) -> tuple[str | None, Judgement | None]:
        entries = self._store.firmware.named(version) if version else ()
        entry = next((entry for entry in entries if entry.certified and phone.model in entry.models), None)
        judgement = self._judge(phone, entry) if entry else None
        if judgement is None or judgement.kind is JudgementKind.REFUSE:
            return None, None
        return version, judgement

    def undo(self, undo: Undo) -> int:
        """Take the plan back for all its phones at once; ask about `undo.asked` before. Returns how many changed.

        Raises Refused, and changes none, when somebody has chosen for one of them since `plan_undo`.
        """
        with self._context.write():
            self._must_be_as_seen([phone for phone, _ in undo.back])
            for version in dict.fromkeys(version for _, version in undo.back):
                phones = [phone for phone, earlier in undo.back if earlier == version]
                text = f"Took back {undo.plan.version or USE_INSTALLED}; selected again: {version or USE_INSTALLED}."
                self._select(phones, version, [text] * len(phones))
        return len(undo.back)

    # -- followed up --------------------------------------------------------------------------------------------------

    def rollouts(self, organisation_id: int | None = None) -> tuple[Rollout, ...]:
        """How far the phones of each model are, in the environment or in an organisation; failed ones first."""
        return rollouts(self._store.firmware.alike(organisation_id))

    def unsettled(self, model: str, organisation_id: int | None = None, limit: int = 50) -> tuple[Phone, ...]:
        """The phones of a model that do not run what was selected for them, those that were told most often first."""
        phones = self._store.phones.by_ids(self._store.firmware.unsettled(model, organisation_id, limit))
        behind = [phone for phone in phones if progress_of(phone) in (Progress.REFUSED, Progress.WAITING)]
        return tuple(sorted(behind, key=lambda phone: -phone.firmware_fetches))

    def selections(self) -> dict[tuple[str, str], int]:
        """Version and model, and for how many phones of that model it is selected."""
        return self._store.firmware.selections()

    def phones_of(self, model: str, organisation_id: int | None = None) -> tuple[Phone, ...]:
        """All phones of a model, in the environment or in an organisation. Raises BadInput for an unknown model."""
        name = self._context.catalogue.get(model).name
        if organisation_id is not None:
            return self._store.phones.of_organisation(organisation_id, name)
        return self._store.phones.all(Query().with_term(Field.MODEL, name))

    def phones(self, phone_ids: Sequence[int]) -> tuple[Phone, ...]:
        """These phones as they are now, without those that were removed, in this order."""
        found = {phone.id: phone for phone in self._store.phones.by_ids(phone_ids)}
        return tuple(found[phone_id] for phone_id in phone_ids if phone_id in found)
