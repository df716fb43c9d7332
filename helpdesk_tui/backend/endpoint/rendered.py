"""Rendered files, kept while nothing that they are made of has changed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from helpdesk_tui.backend.endpoint.answers import Answer
from helpdesk_tui.backend.endpoint.files import SETTLING, Asked
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.phone import Phone, Provisioned
from helpdesk_tui.backend.model.phone_file import FileKind
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import generation_of, heading_of, render, snom_firmware_file, yealink_boot_file
from helpdesk_tui.backend.store.visits import Entrance
from helpdesk_tui.backend.use_cases.access import settings_file_name
from helpdesk_tui.backend.use_cases.fetching import Sent
from helpdesk_tui.backend.use_cases.settings import Settings

LARGEST = 128 * 2**20
"""Bytes that are kept."""

EMPTY_YEALINK = b"#!version:1.0.0.1\n"
"""A valid file that sets nothing (phone_formats.md, section 2.2)."""

_CACHE = (b"cache-control", b"private, no-cache")
_CONTENT_TYPES = {
    Vendor.SNOM: (b"content-type", b"text/xml; charset=utf-8"),
    Vendor.YEALINK: (b"content-type", b"text/plain; charset=utf-8"),
}


class KnownFiles:
    """Text files that were made for definitive URLs, kept while nothing that they are made of has changed.

    That is read from the database for every request, so that a change is visible at once, whoever made it.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[Entrance, Answer]] = OrderedDict()
        self._size = 0

    def find(self, asked: Asked, entrance: Entrance, has: str | None) -> Answer | None:
        """The answer to this request, when it is known and holds; `has` as in `file_of`."""
        place = asked.segment, asked.name
        stood, answer = self._known.get(place, (None, None))
        if answer is None or stood != entrance:
            return None
        if answer.sent:
            if answer.sent.etag == has:
                answer.sent = Sent(has)  # its text is kept by now
            elif not answer.sent.text:
                return None
        self._known.move_to_end(place)
        return answer

    def keep(self, asked: Asked, entrance: Entrance, answer: Answer) -> None:
        """Remember what a phone that stands so gets; what was not asked for longest is forgotten."""
        place = asked.segment, asked.name
        if place in self._known:
            self._size -= len(self._known.pop(place)[1].body)
        self._known[place] = entrance, answer
        self._size += len(answer.body)
        while self._size > LARGEST:
            self._size -= len(self._known.popitem(last=False)[1][1].body)


def file_of(
    catalogue: Catalogue, settings: Settings, phone: Phone | Entrance, kind: FileKind, has: str | None = None
) -> Answer | None:
    """A text file of this phone as an answer, its etag first; None when it has no such file now. Raises BadInput.

    `has` is the etag of the settings file that the phone is known to have.
    """
    sent = None
    if kind is FileKind.SETTINGS:
        file = settings.file(phone, phone.own if isinstance(phone, Entrance) else None)
        body: bytes | None = render(file)
    else:
        body = _other(catalogue, settings, phone, kind)
    if body is None:
        return None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if kind is FileKind.SETTINGS:
        sent = Sent(etag) if etag == has else Sent(etag, heading_of(file), body)
    length = (b"content-length", str(len(body)).encode())
    headers = ((b"etag", etag.encode()), _CACHE, _CONTENT_TYPES[phone.vendor], length)
    return Answer(200, headers, body, settled=kind in SETTLING, sent=sent)


def _other(catalogue: Catalogue, settings: Settings, phone: Provisioned, kind: FileKind) -> bytes | None:
    if kind is FileKind.COMMON:
        return EMPTY_YEALINK
    choice = settings.firmware_choice(phone)
    if kind is FileKind.FIRMWARE_SETTINGS:
        return snom_firmware_file(choice) if choice else None
    model = catalogue.get(phone.model)
    generation = generation_of(model, phone.firmware_installed, choice.version if choice else None)
    if not generation.knows_boot_files:
        return None  # the phone goes on to its classic files
    return yealink_boot_file([settings_file_name(phone.vendor, phone.model, phone.mac)], generation)
