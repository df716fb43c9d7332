"""Phones of both vendors that change their firmware over HTTP, from the catalogue to what they report."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from helpdesk_tui.backend.endpoint.server import in_background
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE
from helpdesk_tui.backend.model.firmware_progress import PATIENCE, Progress, progress_of
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.virtual_phone import VirtualPhone
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, YEALINK, add_phone, service

CASES = (
    (SNOM, "D713", "10.1.175.16", "snomD713-10.1.198.19-SIP-r.bin", "10.1.198.19"),
    (SNOM, "D735", "10.1.175.16", "snomD735-10.1.198.19-SIP-r.bin", "10.1.198.19"),  # by way of another image
    (YEALINK, "T46S", "66.86.188.1", "T46S(T48S,T42S,T41S)-66.86.188.2.rom", "66.86.188.2"),
)
MINUTE = timedelta(minutes=1)
cases = pytest.mark.parametrize(("mac", "model", "old", "file", "new"), CASES)


def device(desk: Helpdesk, phone: Phone, url: str, firmware: str) -> VirtualPhone:
    """The phone itself, which reaches our endpoint."""
    model, ask = desk.catalogue.get(phone.model), service(desk, phone.vendor).phone_asks
    return VirtualPhone(phone.mac, model, ask, reach=(desk.environment.provisioning_url, url), firmware=firmware)


def certify(desk: Helpdesk, path: Path) -> FirmwareEntry:
    """Add this image by its name alone."""
    path.write_bytes(b"image")
    entry = desk.firmware.add_file(path, FirmwareEntry(0, Vendor.SNOM, "", (), ""))
    for model in (desk.catalogue.get(name) for name in entry.models):
        (desk.environment.images / f"{model.firmware_image}{CHAINED_UPDATE}").write_bytes(b"intermediate image")
    assert desk.firmware.missing(entry) == ()
    desk.firmware.certify(entry.version)
    return entry


@cases
def test_a_phone_installs_what_was_selected_and_reports_it(
    desk: Helpdesk, tmp_path: Path, mac: str, model: str, old: str, file: str, new: str
) -> None:
    phone = add_phone(desk, mac, model)
    assert certify(desk, tmp_path / file).version == new

    def now() -> Phone:
        return desk.phones.get(phone.id)

    with in_background(desk) as url:
        virtual = device(desk, phone, url, old)
        assert virtual.boot()
        until(lambda: now().firmware_installed == old)
        desk.firmware.carry_out(desk.firmware.plan([now()], new))
        assert progress_of(now()) is Progress.WAITING
        desk.clock.advance(MINUTE)  # type: ignore[attr-defined]
        assert virtual.boot()
        assert virtual.firmware == new
        until(lambda: progress_of(now()) is Progress.INSTALLED)
        assert any("reports firmware" in event.text for event in desk.phones.history(phone.mac))
        desk.firmware.carry_out(desk.firmware.plan([now()], None))
        virtual.firmware = old
        assert virtual.boot()
        assert virtual.firmware == old  # the choice was really taken back


@cases
def test_a_phone_that_cannot_take_the_firmware_shows_as_having_refused_it(
    desk: Helpdesk, tmp_path: Path, mac: str, model: str, old: str, file: str, new: str
) -> None:
    phone = add_phone(desk, mac, model)
    entry = certify(desk, tmp_path / file)
    (desk.environment.images / entry.file).unlink()
    assert desk.firmware.missing(entry) == (entry.file,)

    def now() -> Phone:
        return desk.phones.get(phone.id)

    def fetched(times: int) -> bool:
        return now().firmware_fetches >= times

    with in_background(desk) as url:
        virtual = device(desk, phone, url, old)
        assert virtual.boot()
        until(lambda: now().firmware_installed == old)
        desk.firmware.carry_out(desk.firmware.plan([now()], new))
        for fetch in range(1, PATIENCE + 1):
            desk.clock.advance(MINUTE)  # type: ignore[attr-defined]
            assert virtual.boot()
            until(partial(fetched, fetch))
        assert virtual.firmware == old
        until(lambda: progress_of(now()) is Progress.REFUSED)
