"""The settings file of a phone: what it is made of, as text, and the asking for its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.model.environment import EndpointCredentials
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.firmware_rules import needs_chained_update
from helpdesk_tui.backend.model.organisation import Identity
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.setting import Endpoint, FirmwareChoice, Source
from helpdesk_tui.backend.use_cases.access import credentials, definitive_folder, definitive_url, temporary_url
from helpdesk_tui.backend.use_cases.context import Context

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import SettingsFile


CHAINED_UPDATE = "-ramdisk-chained-update-r.bin"
"""How the names of Snom's intermediate images end (phone_formats.md, section 4.2)."""


class Settings:
    """The settings files of one environment's phones."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def file(self, phone: Phone) -> SettingsFile:
        """The settings that this phone gets now, with the origin of each. Raises BadInput."""
        from helpdesk_tui.backend.settings_file import settings_of  # late: only its screens and commands need it

        return settings_of(self.source(phone))

    def source(self, phone: Phone) -> Source:
        """Everything the settings file of this phone is made of."""
        organisation = self._store.directory.organisation(phone.organisation_id)
        if organisation is None:
            raise Refused(f"The organisation of {phone.mac} has been removed in the meantime.")
        return Source(
            mac=phone.mac,
            model=self._context.catalogue.get(phone.model),
            phone_name=phone.name,
            vlan=phone.vlan,
            account=Identity(phone.sip_username, phone.sip_password),
            web_password=phone.web_password,
            organisation=organisation,
            user=self._store.directory.user(phone.user_id) if phone.user_id else None,
            endpoint=self._endpoint(phone),
            firmware=self.firmware_choice(phone),
            firmware_installed=phone.firmware_installed,
            function_keys=self._store.custom.function_keys(phone),
            custom=self._store.custom.custom_settings(phone),
            modules=phone.modules,
        )

    def _endpoint(self, phone: Phone) -> Endpoint:
        environment = self._context.environment
        username = password = ""
        if environment.endpoint_credentials is not EndpointCredentials.NONE:
            username, password = credentials(self._store.facts.get("endpoint_key") or "", phone.mac, phone.secret)
        return Endpoint(definitive_url(environment, phone), definitive_folder(environment, phone), username, password)

    def firmware_choice(self, phone: Phone) -> FirmwareChoice | None:
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
            chained = f"{folder}firmware/{image}{CHAINED_UPDATE}"
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

    def urls(self, phone: Phone) -> tuple[str, str | None]:
        """The phone's definitive URL, and the temporary one while it is registered. Both are secret."""
        environment = self._context.environment
        temporary = temporary_url(environment, phone) if phone.token and phone.step.value == "active" else None
        return definitive_url(environment, phone), temporary
