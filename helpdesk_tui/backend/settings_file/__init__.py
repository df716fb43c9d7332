"""The settings file: which settings a phone gets, why, and how they are written down. Pure."""

from helpdesk_tui.backend.settings_file.comparison import ComparedLine, FileComparison, Side, compare_files
from helpdesk_tui.backend.settings_file.custom import PROTECTED, check_custom, with_custom
from helpdesk_tui.backend.settings_file.file import (
    MASK,
    Change,
    ChangeKind,
    SettingsFile,
    compare,
    lines_of,
    mask,
    masked,
    masked_text,
    render,
    settings_of,
)
from helpdesk_tui.backend.settings_file.function_keys import capacity, check_key, check_keys
from helpdesk_tui.backend.settings_file.generation import Generation, generation_of
from helpdesk_tui.backend.settings_file.packed import heading_of, pack, unpack
from helpdesk_tui.backend.settings_file.setting import Endpoint, FirmwareChoice, Origin, Setting, Source
from helpdesk_tui.backend.settings_file.text import check_organisation, check_text, check_value
from helpdesk_tui.backend.settings_file.writer import FileLine, snom_firmware_file, yealink_boot_file

__all__ = [
    "MASK",
    "PROTECTED",
    "Change",
    "ChangeKind",
    "ComparedLine",
    "Endpoint",
    "FileComparison",
    "FileLine",
    "FirmwareChoice",
    "Generation",
    "Origin",
    "Setting",
    "SettingsFile",
    "Side",
    "Source",
    "capacity",
    "check_custom",
    "check_key",
    "check_keys",
    "check_organisation",
    "check_text",
    "check_value",
    "compare",
    "compare_files",
    "generation_of",
    "heading_of",
    "lines_of",
    "mask",
    "masked",
    "masked_text",
    "pack",
    "render",
    "settings_of",
    "snom_firmware_file",
    "unpack",
    "with_custom",
    "yealink_boot_file",
]
