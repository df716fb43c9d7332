"""Function keys: which one stands at which position of this phone, and what each needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.text import LONGEST
from helpdesk_tui.backend.settings_file.text import all_carried, check_carried

PICK_UP = "*8"
"""The platform's code that answers a colleague's ringing phone (compass.md, section 2.4)."""

_DIALLED = re.compile(r"[A-Za-z0-9*#+._@-]+")
_VALUES = {
    KeyFunction.LINE: (re.compile(r"[0-9]{0,3}").fullmatch, "the number of an identity, or nothing"),
    KeyFunction.SPEED_DIAL: (_DIALLED.fullmatch, "the number to dial"),
    KeyFunction.STATUS: (_DIALLED.fullmatch, "the number of the colleague"),
    KeyFunction.TRANSFER: (re.compile(rf"(?:{_DIALLED.pattern})?").fullmatch, "the number to transfer to, or nothing"),
    KeyFunction.DTMF: (re.compile(r"[0-9*#A-Da-d,]+").fullmatch, "digits, * and #"),
    KeyFunction.URL: (re.compile(r"https?://[^\s<>\"]+").fullmatch, "an address that begins with http:// or https://"),
}
"""What the value of a key must look like."""

_NOTHING = (re.compile("").fullmatch, "no value")


def capacity(model: PhoneModel, modules: int) -> int:
    """Keys of the phone and of the expansion modules attached to it."""
    return model.keys + modules * model.module_keys


def check_keys(model: PhoneModel, modules: int, keys: Iterable[FunctionKey]) -> None:
    """Check keys that are entered for a phone of this model. Raises BadInput about the first bad one."""
    if not 0 <= modules <= model.modules:
        raise BadInput(f"{model.name} takes at most {model.modules} expansion modules, not {modules}.")
    last = capacity(model, modules)
    taken: set[tuple[Scope, int]] = set()
    for key in keys:
        if not 1 <= key.position <= last:
            raise BadInput(f"There is no function key {key.position}: this {model.name} has {last}, counted from 1.")
        if (key.scope, key.position) in taken:
            raise BadInput(f"Function key {key.position} is set twice for the same {key.scope.value}: keep one.")
        taken.add((key.scope, key.position))
        check_key(key)
        if key.function is KeyFunction.LINE and not 0 <= int(key.value or 0) <= model.identities:
            raise BadInput(f"Function key {key.position}: {model.name} has no line {key.value}.")


def check_key(key: FunctionKey) -> None:
    """Raises BadInput when the label or value of this key cannot be carried or makes no sense."""
    if key.label:
        check_carried(key.label, f"the label of function key {key.position}")
    fits, wanted = _VALUES.get(key.function, _NOTHING)
    if not fits(key.value):
        raise BadInput(f"Function key {key.position} needs {wanted}: {key.value[:40]!r} is something else.")
    if len(key.value) > LONGEST:
        raise BadInput(f"The value of function key {key.position} is too long: use at most {LONGEST} characters.")


def keys_by_position(
    model: PhoneModel, modules: int, keys: Sequence[FunctionKey]
) -> tuple[dict[int, FunctionKey], list[FunctionKey]]:
    """The key that wins at each position (phone over user over model), and the keys that find no place here."""
    last = capacity(model, modules)
    ordered = sorted(keys, key=_rank) if len({key.scope for key in keys}) > 1 else keys
    placed = [key for key in ordered if 0 < key.position <= last]
    left_over = [key for key in ordered if key.position > last] if len(placed) < len(keys) else []
    if len(placed) + len(left_over) < len(keys):
        position = min([key.position for key in keys])
        raise BadInput(f"There is no function key {position}: they are counted from 1.")
    _check_together(placed)
    return {key.position: key for key in placed}, left_over


_RANKS = {scope: rank for rank, scope in enumerate(Scope)}


def _rank(key: FunctionKey) -> int:
    """The later wins."""
    return _RANKS[key.scope]


def _check_together(keys: Sequence[FunctionKey]) -> None:
    """`check_key` for each of them, in less time."""
    sure = all_carried([key.label for key in keys])
    for key in keys:
        fits, _ = _VALUES.get(key.function, _NOTHING)
        if not (sure and fits(key.value) and len(key.value) <= LONGEST):
            check_key(key)


_LINES = frozenset({KeyFunction.LINE, KeyFunction.STANDARD})


def lines_of_keys(keys: dict[int, FunctionKey], identities: int) -> dict[int, int]:
    """Which identity each line key stands for, by position; 0: the phone chooses. Other keys are not in it.

    A standard key is a line while identities remain that no other key stands for, else nothing.
    """
    if {key.function for key in keys.values()}.isdisjoint(_LINES):
        return {}
    lines = {p: int(k.value or 0) for p, k in keys.items() if k.function is KeyFunction.LINE}
    free = [identity for identity in range(1, identities + 1) if identity not in lines.values()]
    standard = sorted(p for p, k in keys.items() if k.function is KeyFunction.STANDARD)
    return lines | dict(zip(standard, free, strict=False))
