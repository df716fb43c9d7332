"""The settings file of a phone: what it is made of, as text, and the asking for its secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from helpdesk_tui.backend.errors import HelpdeskError, Refused
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE
from helpdesk_tui.backend.model.firmware_rules import needs_chained_update
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey
from helpdesk_tui.backend.model.organisation import Identity, Organisation
from helpdesk_tui.backend.model.phone import Phone, Provisioned
from helpdesk_tui.backend.model.recheck import recheck_minutes
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.setting import Endpoint, FirmwareChoice, Source
from helpdesk_tui.backend.store.custom import Own
from helpdesk_tui.backend.use_cases.access import (
    credentials,
    definitive_folder,
    definitive_url,
    settings_file_name,
    temporary_url,
    told_with_credentials,
)
from helpdesk_tui.backend.use_cases.context import Context

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import FileComparison, SettingsFile


@dataclass(frozen=True, slots=True)
class Checks:
    """When a phone asks for its settings by itself, and whether a change is waiting for that."""

    last: datetime | None
    next: datetime | None
    """None: it has never fetched its settings, so nothing tells it when to ask."""
    change_waiting: bool
    """Something was changed since it last fetched its settings."""


@dataclass(frozen=True, slots=True)
class _Common:
    """What the phones of one model have in common within an organisation."""

    model: PhoneModel
    organisation: Organisation
    function_keys: tuple[FunctionKey, ...]
    custom: tuple[CustomSetting, ...]


class Settings:
    """The settings files of one environment's phones."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._common: dict[tuple[int, str], _Common] = {}
        self._common_of: object = None
        """The database and its settings version for which `_common` holds."""

    def file(self, phone: Provisioned, own: Own | None = None) -> SettingsFile:
        """The settings that this phone gets now, with the origin of each; `own` as in `source`. Raises BadInput."""
        from helpdesk_tui.backend.settings_file import settings_of  # late: only its screens and commands need it

        return settings_of(self.source(phone, own))

    # -- compared -----------------------------------------------------------------------------------------------------

    def since_fetched(self, phone: Phone) -> tuple[datetime, FileComparison] | None:
        """Since when the phone has the file that it has, and how today's differs; None when it is not known."""
        from helpdesk_tui.backend.settings_file import compare_files, unpack

        fetched = self._store.fetched.get(phone.id)
        if fetched is None:
            return None
        at, data = fetched
        return at, compare_files(unpack(data), self.file(phone))

    def beside(self, phone: Phone, other: Phone) -> FileComparison:
        """How the file of the other phone differs from that of this one. Raises BadInput."""
        from helpdesk_tui.backend.settings_file import compare_files

        return compare_files(self.file(phone), self.file(other))

    def with_user(self, phone: Phone, user_id: int | None) -> FileComparison:
        """What changes in the file when this user is logged in (None: whoever is, is logged out). Raises BadInput."""
        return self.beside(phone, replace(phone, user_id=user_id))

    def made_of(self, phone: Phone, source: Source) -> FileComparison:
        """What changes in the phone's file when it is made of this source. Raises BadInput."""
        from helpdesk_tui.backend.settings_file import compare_files, settings_of

        return compare_files(self.file(phone), settings_of(source))

    def checks(self, phone: Phone) -> Checks:
        """When the phone last asked for its settings, and when it is going to."""
        if phone.last_seen is None:
            return Checks(None, None, False)
        following = phone.last_seen + timedelta(minutes=recheck_minutes(phone.mac))
        return Checks(phone.last_seen, following, phone.changed_at is not None and phone.changed_at > phone.last_seen)

    # -- made of ------------------------------------------------------------------------------------------------------

    def source(self, phone: Provisioned, own: Own | None = None) -> Source:
        """Everything the settings file of this phone is made of; `own` where it has just been read with the phone."""
        own = own or self._store.custom.own(phone)
        common = self._common_settings(phone, own.version)
        return Source(
            mac=phone.mac,
            model=common.model,
            phone_name=phone.name,
            vlan=phone.vlan,
            account=Identity(phone.sip_username, phone.sip_password),
            web_password=phone.web_password,
            organisation=common.organisation,
            user=self._store.directory.user(phone.user_id) if phone.user_id else None,
            endpoint=self._endpoint(phone),
            firmware=self.firmware_choice(phone),
            firmware_installed=phone.firmware_installed,
            function_keys=self._store.custom.function_keys(phone) if own.function_keys else common.function_keys,
            custom=self._store.custom.custom_settings(phone) if own.custom_settings else common.custom,
            modules=phone.modules,
        )

    def _common_settings(self, phone: Provisioned, version: int) -> _Common:
        """Read once for all phones of the organisation and model, until any settings change. Raises Refused."""
        state, place = self._store.database.state, (phone.organisation_id, phone.model)
        if state is None:
            return self._read_common(phone)
        if self._common_of != (state, version):
            self._common, self._common_of = {}, (state, version)
        kept = self._common
        if place not in kept:
            kept[place] = self._read_common(phone)
        return kept[place]

    def _read_common(self, phone: Provisioned) -> _Common:
        organisation = self._store.directory.organisation(phone.organisation_id)
        if organisation is None:
            raise Refused(f"The organisation of {phone.mac} has been removed in the meantime.")
        owner: dict[str, int | str] = {"organisation_id": phone.organisation_id, "model": phone.model}
        model = self._context.catalogue.get(phone.model)
        return _Common(model, organisation, self._store.custom.keys_of(owner), self._store.custom.settings_of(owner))

    def _endpoint(self, phone: Provisioned) -> Endpoint:
        environment = self._context.environment
        folder = definitive_folder(environment, phone)
        url = folder + settings_file_name(phone.vendor, phone.model, phone.mac)
        username = password = ""
        if told_with_credentials(phone.secret):
            username, password = credentials(self._store.facts.get("endpoint_key") or "", phone.mac, phone.secret)
        return Endpoint(url, folder, username, password)

    def firmware_choice(self, phone: Provisioned) -> FirmwareChoice | None:
        """Where our web server offers the firmware that was selected for this phone; None: use installed firmware."""
        if phone.firmware_selected is None:
            return None
        for entry in self._store.firmware.named(phone.firmware_selected):
            if entry.certified and phone.model in entry.models:
                break
        else:
            return None
        folder = definitive_folder(self._context.environment, phone)
        url = f"{folder}firmware/{quote(entry.file)}"
        if phone.vendor is Vendor.YEALINK:
            return FirmwareChoice(entry.version, url)
        image = self._context.catalogue.get(phone.model).firmware_image
        chained = ""
        if needs_chained_update(self._context.catalogue.get(phone.model), entry.version):
            chained = f"{folder}firmware/{image}{CHAINED_UPDATE}?chained_url={url}"
        return FirmwareChoice(entry.version, url, f"{folder}snom{phone.model}-firmware.htm", chained)

    def reveal(self, phone: Phone) -> None:
        """Note that somebody asked to see the secrets of this phone; call it before showing them."""
        with self._context.write():
            self._store.events.add(
                self._context.operator,
                EventKind.REVEALED,
                "Looked at the secrets of the settings file.",
                phone.mac,
                phone.organisation,
            )

    def warnings(self, phone: Phone) -> tuple[str, ...]:
        """What the operator should know about the phone's settings file; why there is none, where none can be made."""
        try:
            return self.file(phone).warnings
        except HelpdeskError as error:
            return (str(error),)

    def urls(self, phone: Phone) -> tuple[str, str | None]:
        """The phone's definitive URL, and the temporary one while it is registered. Both are secret."""
        environment = self._context.environment
        temporary = temporary_url(environment, phone) if phone.token and phone.step.value == "active" else None
        return definitive_url(environment, phone), temporary
