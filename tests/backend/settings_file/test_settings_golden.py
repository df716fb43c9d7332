"""Whole files, small enough to be read: each was compared by eye with the reference (phone_formats.md, section 1)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpdesk_tui.backend.model.keys import CustomSetting
from helpdesk_tui.backend.settings_file import Generation, render, settings_of, snom_firmware_file, yealink_boot_file
from tests.backend.settings_file.settings_sources import ANNA, FIRMWARE, KEYS, SNOM, YEALINK, small

GOLDEN = Path(__file__).parent / "golden"


def compare_with(name: str, made: bytes) -> None:
    """WRITE_GOLDEN=1 writes the files anew, to be read by a person before they are kept."""
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_bytes(made)
    assert made.decode() == path.read_text("utf-8")


@pytest.mark.parametrize("generation", Generation)
def test_a_user_is_logged_in(generation: Generation) -> None:
    custom = CustomSetting("language!" if generation in SNOM else "lang.wui", "English")
    made = small(generation, user=ANNA, function_keys=KEYS, modules=1, custom=(custom,), vlan=20, firmware=FIRMWARE)
    ending = "xml" if generation in SNOM else "cfg"
    compare_with(f"{generation.name.lower()}.{ending}", render(settings_of(made)))


@pytest.mark.parametrize("generation", [Generation.SNOM_10, Generation.YEALINK_V84])
def test_nobody_is_logged_in(generation: Generation) -> None:
    ending = "xml" if generation in SNOM else "cfg"
    compare_with(f"{generation.name.lower()}_logged_out.{ending}", render(settings_of(small(generation))))


def test_firmware_file_of_snom() -> None:
    compare_with("snom_firmware.xml", snom_firmware_file(FIRMWARE))


def test_boot_file_of_yealink() -> None:
    made = yealink_boot_file(("y000000000066.cfg", "805ec0112233.cfg"), YEALINK[-1])
    compare_with("yealink_boot.boot", made)
