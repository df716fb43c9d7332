"""The function keys of Yealink phones and their expansion modules (reference phone_formats.md, section 1.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, groupby

from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction
from helpdesk_tui.backend.model.text import RESET
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.function_keys import PICK_UP
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.layout import Layout
from helpdesk_tui.backend.settings_file.setting import Origin, Setting
from helpdesk_tui.backend.settings_file.text import holds_secret
from helpdesk_tui.backend.settings_file.writer import Block, blocks_of
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
        positions = [*run]
        if used:
            keys = [_key(_names(position, *spelling), layout.keys[position], layout) for position in positions]
            yield from _blocks(chain.from_iterable(keys))
        else:
            yield from _unused_keys(positions[0], positions[-1], *spelling)


_blocks = partial(blocks_of, Vendor.YEALINK)


@dataclass(frozen=True, slots=True)
class _Names:
    """The five settings of one key, each with its explanation."""

    kind: tuple[str, str]
    line: tuple[str, str]
    value: tuple[str, str]
    label: tuple[str, str]
    pick_up: tuple[str, str]


@lru_cache(maxsize=2048)
def _names(position: int, own_keys: int, module_keys: int, pick_up: str) -> _Names:
    slot, pattern = f"linekey.{position}", "linekey.N"
    if position > own_keys:
        module, key = divmod(position - own_keys - 1, module_keys)
        slot, pattern = f"expansion_module.{module + 1}.key.{key + 1}", "expansion_module.M.key.N"
    return _Names(*((f"{slot}.{part}", EXPLANATIONS[f"{pattern}.{part}"]) for part in (*_PARTS, pick_up)))


def _key(names: _Names, key: FunctionKey, layout: Layout) -> tuple[Setting, ...]:
    line = layout.lines.get(key.position)
    function = key.function if line is None else KeyFunction.LINE
    value = "" if function is KeyFunction.LINE else key.value
    secret = holds_secret(value, layout.secrets)
    return (
        _setting(*names.kind, _TYPES[function]),
        _setting(*names.line, str(line or 0)),
        _secret_setting(*names.value, value) if secret else _setting(*names.value, value or RESET),
        _setting(*names.label, key.label or RESET),
        _setting(*names.pick_up, PICK_UP if function is KeyFunction.STATUS else RESET),
    )


@lru_cache(maxsize=1024)
def _unused_keys(first: int, last: int, own_keys: int, module_keys: int, pick_up: str) -> tuple[Block, ...]:
    names = (_names(position, own_keys, module_keys, pick_up) for position in range(first, last + 1))
    return _blocks(chain.from_iterable(map(_unused_key, names)))


def _unused_key(names: _Names) -> tuple[Setting, ...]:
    others = (names.line, names.value, names.label, names.pick_up)
    return (_setting(*names.kind, "0"), *(_setting(*name, RESET) for name in others))


@lru_cache(maxsize=32768)
def _setting(name: str, explanation: str, value: str) -> Setting:
    """Kept, because few values fill most keys of a fleet."""
    return Setting(name, value, Origin.FUNCTION_KEY, False, None, None, (), _SECTION, explanation)


def _secret_setting(name: str, explanation: str, value: str) -> Setting:
    return Setting(name, value, Origin.FUNCTION_KEY, True, None, None, (), _SECTION, explanation)
