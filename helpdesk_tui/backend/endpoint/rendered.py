"""Rendered files, kept while nothing that they are made of has changed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from helpdesk_tui.backend.endpoint.files import FileKind
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.access import settings_file_name

LARGEST = 128 * 2**20
"""Bytes that are kept."""

EMPTY_YEALINK = b"#!version:1.0.0.1\n"
"""A valid file that sets nothing (phone_formats.md, section 2.2)."""

CONTENT_TYPES = {Vendor.SNOM: b"text/xml; charset=utf-8", Vendor.YEALINK: b"text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bytes of one file."""

    body: bytes = field(repr=False)
    etag: bytes
    heading: bytes = field(repr=False)
    """Of a settings file: what is kept with it when a phone has fetched it; else empty."""
    made_of: object = field(repr=False)


class RenderedFiles:
    """Makes the text files of phones. A change of any of their sources is visible at once, whoever made it."""

    def __init__(self, desk: Helpdesk) -> None:
        self._desk = desk
        self._files: OrderedDict[tuple[int, FileKind], Rendered] = OrderedDict()
        self._size = 0

    def file(self, phone: Phone, kind: FileKind) -> Rendered | None:
        """A file of this phone; None when it has no such file now. Raises BadInput for what no file can carry."""
        made_of = (self._desk.store.settings_version(), _own(phone))
        found = self._files.get((phone.id, kind))
        if found is not None and found.made_of == made_of:
            self._files.move_to_end((phone.id, kind))
            return found
        body, heading = self._settings(phone) if kind is FileKind.SETTINGS else (self._make(phone, kind), b"")
        if body is None:
            return None
        rendered = Rendered(body, b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"', heading, made_of)
        self._keep((phone.id, kind), rendered)
        return rendered

    def _keep(self, key: tuple[int, FileKind], rendered: Rendered) -> None:
        old = self._files.pop(key, None)
        self._files[key] = rendered
        self._size += len(rendered.body) - (len(old.body) if old else 0)
        while self._size > LARGEST:
            self._size -= len(self._files.popitem(last=False)[1].body)

    def _settings(self, phone: Phone) -> tuple[bytes, bytes]:
        from helpdesk_tui.backend.settings_file import heading, render

        file = self._desk.settings.file(phone)
        return render(file), heading(file)

    def _make(self, phone: Phone, kind: FileKind) -> bytes | None:
        from helpdesk_tui.backend.settings_file import generation_of, snom_firmware_file, yealink_boot_file

        if kind is FileKind.COMMON:
            return EMPTY_YEALINK
        choice = self._desk.settings.firmware_choice(phone)
        if kind is FileKind.FIRMWARE_SETTINGS:
            return snom_firmware_file(choice) if choice else None
        model = self._desk.catalogue.get(phone.model)
        generation = generation_of(model, phone.firmware_installed, choice.version if choice else None)
        if not generation.knows_boot_files:
            return None  # the phone goes on to its classic files
        return yealink_boot_file([settings_file_name(phone.vendor, phone.model, phone.mac)], generation)


def _own(phone: Phone) -> tuple[object, ...]:
    """What a phone itself contributes to its files."""
    return (
        *(phone.mac, phone.model, phone.name, phone.vlan, phone.modules, phone.organisation_id, phone.user_id),
        *(phone.sip_username, phone.sip_password, phone.web_password, phone.secret),
        *(phone.firmware_installed, phone.firmware_selected),
    )
