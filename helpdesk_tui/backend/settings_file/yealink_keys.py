"""The function keys of Yealink phones and their expansion modules (reference phone_formats.md, section 1.7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import KeyFunction
from helpdesk_tui.backend.model.text import RESET
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.function_keys import PICK_UP
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.layout import Layout
from helpdesk_tui.backend.settings_file.setting import Origin, Setting
from helpdesk_tui.backend.settings_file.text import holding_secrets
from helpdesk_tui.backend.settings_file.writer import Block, Form, KeptBlock
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
_PARTS = ("type", "line", "value", "label")
_SECTION = "Function keys"


def function_keys(model: PhoneModel, generation: Generation, layout: Layout) -> Iterator[Block]:
    """Every key that the phone and its modules have; unused ones are reset, so that nothing stays behind."""
    spelling = (model.keys, model.module_keys, "pickup_value" if generation is Generation.YEALINK_V80 else "extension")
    for used, run in groupby(range(1, layout.last_key + 1), layout.keys.__contains__):
        positions = tuple(run)
        yield _keys(positions, spelling, layout) if used else _unused_keys(positions, spelling)


_Spelling = tuple[int, int, str]
"""Keys of the phone itself and of each module, and the last part of the name of the pick-up code."""


def _keys(positions: tuple[int, ...], spelling: _Spelling, layout: Layout) -> Block:
    keys = [layout.keys[position] for position in positions]
    values: list[str] = []
    for key in keys:
        function, line = key.function, layout.lines.get(key.position)
        if line is not None:
            values += (_TYPES[KeyFunction.LINE], str(line), RESET, key.label or RESET, RESET)
        else:
            pick_up = PICK_UP if function is KeyFunction.STATUS else RESET
            values += (_TYPES[function], "0", key.value or RESET, key.label or RESET, pick_up)
    secret = holding_secrets(values[2::5], layout.secrets)
    return Block(_form(positions, spelling, secret), tuple(values))


@lru_cache(maxsize=1024)
def _unused_keys(positions: tuple[int, ...], spelling: _Spelling) -> Block:
    return KeptBlock(_form(positions, spelling, frozenset()), ("0", RESET, RESET, RESET, RESET) * len(positions))


@lru_cache(maxsize=1024)
def _form(positions: tuple[int, ...], spelling: _Spelling, secret: frozenset[int]) -> Form:
    """The five settings of each of these keys; `secret`: which of them, counted from 0."""
    settings = [
        setting
        for place, position in enumerate(positions)
        for setting in _settings(position, spelling, secret=place in secret)
    ]
    return Form(Vendor.YEALINK, tuple(settings))


def _settings(position: int, spelling: _Spelling, *, secret: bool) -> Iterator[Setting]:
    own_keys, module_keys, pick_up = spelling
    slot, pattern = f"linekey.{position}", "linekey.N"
    if position > own_keys:
        module, key = divmod(position - own_keys - 1, module_keys)
        slot, pattern = f"expansion_module.{module + 1}.key.{key + 1}", "expansion_module.M.key.N"
    for part in (*_PARTS, pick_up):
        yield Setting(
            name=f"{slot}.{part}",
            value="",
            origin=Origin.FUNCTION_KEY,
            secret=secret and part == "value",
            section=_SECTION,
            explanation=EXPLANATIONS[f"{pattern}.{part}"],
        )
