"""The function keys of Yealink phones and their expansion modules (reference phone_formats.md, section 1.7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction
from helpdesk_tui.backend.settings_file.function_keys import PICK_UP
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.layout import Layout
from helpdesk_tui.backend.settings_file.setting import Origin, Setting
from helpdesk_tui.backend.settings_file.text import RESET, holds_secret
from helpdesk_tui.backend.settings_file.yealink_texts import EXPLANATIONS

_TYPES = {
    KeyFunction.NONE: "0",
    KeyFunction.STANDARD: "0",
    KeyFunction.TRANSFER: "3",
    KeyFunction.HOLD: "4",
    KeyFunction.DND: "5",
    KeyFunction.REDIAL: "6",
    KeyFunction.DTMF: "11",
    KeyFunction.SPEED_DIAL: "13",
    KeyFunction.LINE: "15",
    KeyFunction.STATUS: "16",
    KeyFunction.URL: "17",
}


def function_keys(model: PhoneModel, generation: Generation, layout: Layout) -> Iterator[Setting]:
    """Every key that the phone and its modules have; unused ones are reset, so that nothing stays behind."""
    pick_up = "pickup_value" if generation is Generation.YEALINK_V80 else "extension"
    for position in range(1, layout.last_key + 1):
        slot, pattern = _slot(position, model.keys, model.module_keys)
        key = layout.keys.get(position)
        if key is None:
            yield from _unused_key(slot, pattern, pick_up)
        else:
            parts = _parts(key, layout.lines.get(position), pick_up)
            yield from _settings(slot, pattern, parts, secret=holds_secret(key.value, layout.secrets))


@lru_cache(maxsize=1024)
def _slot(position: int, own_keys: int, module_keys: int) -> tuple[str, str]:
    """The beginning of the names of the key at this position, and the same with N and M for numbers."""
    if position <= own_keys:
        return f"linekey.{position}", "linekey.N"
    module, key = divmod(position - own_keys - 1, module_keys)
    return f"expansion_module.{module + 1}.key.{key + 1}", "expansion_module.M.key.N"


def _parts(key: FunctionKey, line: int | None, pick_up: str) -> dict[str, str]:
    """`line`: the account of a line key (0: the phone chooses); None: the key is no line."""
    function = KeyFunction.LINE if line is not None else key.function
    return {
        "type": _TYPES[function],
        "line": str(line or 0),
        "value": RESET if function is KeyFunction.LINE else key.value or RESET,
        "label": key.label or RESET,
        pick_up: PICK_UP if function is KeyFunction.STATUS else RESET,
    }


@lru_cache(maxsize=1024)
def _unused_key(slot: str, pattern: str, pick_up: str) -> tuple[Setting, ...]:
    parts = {"type": "0", "line": RESET, "value": RESET, "label": RESET, pick_up: RESET}
    return _settings(slot, pattern, parts, secret=False)


def _settings(slot: str, pattern: str, parts: dict[str, str], *, secret: bool) -> tuple[Setting, ...]:
    return tuple(
        Setting(
            name=f"{slot}.{part}",
            value=value,
            origin=Origin.FUNCTION_KEY,
            secret=secret and part == "value",
            section="Function keys",
            explanation=EXPLANATIONS[f"{pattern}.{part}"],
        )
        for part, value in parts.items()
    )
