"""Function keys: what each function is on each vendor's phone, who wins, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.settings_file import Generation, check_keys, render, settings_of
from tests.backend.settings_file.settings_sources import ANNA, CATALOGUE, Read, read, sample

S10, V84 = Generation.SNOM_10, Generation.YEALINK_V84


def keys_of(generation: Generation, *keys: FunctionKey, modules: int = 0) -> Read:
    return read(render(settings_of(sample(generation, user=ANNA, function_keys=keys, modules=modules))))


@pytest.mark.parametrize(
    ("function", "value", "snom", "kind", "sent"),
    [
        (KeyFunction.LINE, "", "line", "15", "%NULL%"),
        (KeyFunction.SPEED_DIAL, "0201234567", "speed 0201234567", "13", "0201234567"),
        (KeyFunction.STATUS, "202", "blf 202|*8", "16", "202"),
        (KeyFunction.HOLD, "", "keyevent F_HOLD", "4", "%NULL%"),
        (KeyFunction.TRANSFER, "", "keyevent F_TRANSFER", "3", "%NULL%"),
        (KeyFunction.TRANSFER, "202", "transfer 202", "3", "202"),
        (KeyFunction.DND, "", "keyevent F_DND", "5", "%NULL%"),
        (KeyFunction.REDIAL, "", "keyevent F_REDIAL", "6", "%NULL%"),
        (KeyFunction.DTMF, "12#", "dtmf 12#", "11", "12#"),
        (
            KeyFunction.URL,
            "https://x.example/?a=1&b=2",
            "url https://x.example/?a=1&b=2",
            "17",
            "https://x.example/?a=1&b=2",
        ),
        (KeyFunction.NONE, "", "none", "0", "%NULL%"),
    ],
)
def test_each_function(function: KeyFunction, value: str, snom: str, kind: str, sent: str) -> None:
    key = FunctionKey(2, function, value, "Label")
    found = keys_of(S10, key)
    assert found["fkey[1]"] == snom
    assert found.attributes["fkey[1]"]["label"] == "Label"
    found = keys_of(V84, key)
    assert (found["linekey.2.type"], found["linekey.2.value"], found["linekey.2.label"]) == (kind, sent, "Label")
    assert found["linekey.2.extension"] == ("*8" if function is KeyFunction.STATUS else "%NULL%")


def test_standard_keys_are_lines_while_identities_remain() -> None:
    keys = [FunctionKey(position, KeyFunction.STANDARD) for position in (1, 2, 3)]
    found = keys_of(S10, *keys)
    assert [found[f"fkey[{index}]"] for index in (0, 1, 2)] == ["line", "line", "none"]
    assert [found.attributes[f"fkey[{index}]"]["context"] for index in (0, 1)] == ["1", "2"]
    found = keys_of(V84, *keys)
    assert [found[f"linekey.{n}.type"] for n in (1, 2, 3)] == ["15", "15", "0"]
    assert [found[f"linekey.{n}.line"] for n in (1, 2)] == ["1", "2"]


def test_a_line_key_takes_its_identity_from_the_standard_keys() -> None:
    found = keys_of(V84, FunctionKey(1, KeyFunction.STANDARD), FunctionKey(2, KeyFunction.LINE, "1"))
    assert (found["linekey.1.line"], found["linekey.2.line"]) == ("2", "1")


def test_phone_wins_over_user_over_model() -> None:
    def key(position: int, value: str, scope: Scope) -> FunctionKey:
        return FunctionKey(position, KeyFunction.SPEED_DIAL, value, scope=scope)

    found = keys_of(
        S10,
        key(1, "13", Scope.PHONE),
        *(key(position, "11", Scope.MODEL) for position in (1, 2, 3)),
        *(key(position, "12", Scope.USER) for position in (1, 2)),
    )
    assert [found[f"fkey[{index}]"] for index in (0, 1, 2)] == ["speed 13", "speed 12", "speed 11"]


def test_keys_go_on_with_the_modules() -> None:
    found = keys_of(S10, FunctionKey(33, KeyFunction.DND), modules=1)
    assert (found["fkey[32]"], found["fkey[49]"]) == ("keyevent F_DND", "none")
    assert "fkey[50]" not in found
    found = keys_of(V84, FunctionKey(27 + 40 + 1, KeyFunction.DND), modules=2)
    assert found["expansion_module.2.key.1.type"] == "5"
    assert found["expansion_module.2.key.40.type"] == "0"
    assert "expansion_module.3.key.1.type" not in found


def test_a_users_keys_on_a_smaller_phone_are_a_warning() -> None:
    key = FunctionKey(30, KeyFunction.DND, scope=Scope.USER)
    made = sample(S10, user=ANNA, function_keys=(key,))
    file = settings_of(replace(made, model=CATALOGUE.get("D717")))
    assert file.warnings == ("1 function key beyond position 3 finds no place on this D717.",)


@pytest.mark.parametrize(
    ("keys", "modules", "sentence"),
    [
        ([FunctionKey(0, KeyFunction.DND)], 0, "no function key 0"),
        ([FunctionKey(-1, KeyFunction.DND)], 0, "no function key -1"),
        ([FunctionKey(33, KeyFunction.DND)], 0, "this D735 has 32"),
        ([FunctionKey(10**9, KeyFunction.DND)], 3, "this D735 has 86"),
        ([FunctionKey(1, KeyFunction.DND), FunctionKey(1, KeyFunction.HOLD)], 0, "set twice"),
        ([FunctionKey(1, KeyFunction.SPEED_DIAL)], 0, "the number to dial"),
        ([FunctionKey(1, KeyFunction.STATUS, "202|*9")], 0, "the number of the colleague"),
        ([FunctionKey(1, KeyFunction.STATUS, "202\n")], 0, "the number of the colleague"),
        ([FunctionKey(1, KeyFunction.URL, "javascript:x")], 0, "http"),
        ([FunctionKey(1, KeyFunction.DTMF, "abc<")], 0, r"digits, \* and #"),
        ([FunctionKey(1, KeyFunction.HOLD, "202")], 0, "no value"),
        ([FunctionKey(1, KeyFunction.LINE, "13")], 0, "no line 13"),
        ([FunctionKey(1, KeyFunction.DND, label="a\nb")], 0, "line break"),
        ([], 4, "at most 3 expansion modules"),
        ([], -1, "at most 3 expansion modules"),
    ],
)
def test_keys_that_are_refused_when_entered(keys: list[FunctionKey], modules: int, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_keys(CATALOGUE.get("D735"), modules, keys)


def test_keys_of_several_scopes_may_share_a_position() -> None:
    keys = [FunctionKey(1, KeyFunction.DND, scope=scope) for scope in Scope]
    check_keys(CATALOGUE.get("D735"), 3, [*keys, FunctionKey(86, KeyFunction.LINE, "12")])
