"""What `--json` prints is what the schemas promise."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import click
import jsonschema
import pytest

from helpdesk_tui.cli import root
from helpdesk_tui.cli.schema import SCHEMAS
from tests.cli.conftest import Program

CALLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "phone list": ((), ("--reveal",)),
    "phone show": (("a1b2c3",), ("a1b2c3", "--reveal")),
    "phone history": (("a1b2c3",),),
    "phone requests": (("a1b2c3",),),
    "phone keys": (("a1b2c3",),),
    "phone custom": (("a1b2c3",), ("a1b2c3", "--reveal")),
    "organisation list": ((),),
    "organisation show": (("jansen",),),
    "user list": (("jansen",),),
    "user show": (("jansen", "201"), ("jansen", "201", "--reveal")),
    "activity": ((),),
    "walkthrough list": ((), ("00:04:13:fe:da:a0",)),
    "firmware list": ((),),
    "firmware rollout": ((),),
    "firmware explain": (("10.1.175.16", "--model", "D735"), ("66.86.0.15",)),
    "firmware compare": (("10.1.175.16", "10.1.198.19"), ("10.1.175.16", "66.86.0.15")),
    "api-user list": ((),),
    "keys": ((),),
    "doctor": ((),),
}


def strict(schema: Any) -> Any:
    """The same, with nothing besides what it names: a field that nobody promised is found here."""
    if isinstance(schema, dict):
        closed = {name: strict(value) for name, value in schema.items()}
        return {**closed, "additionalProperties": False} if "properties" in schema else closed
    return [strict(each) for each in schema] if isinstance(schema, list) else deepcopy(schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_document_is_as_promised(demo: Program, name: str) -> None:
    program = demo.inside()
    if name == "api-user list":
        assert program("api-user", "add", "robot", "--organisation", "jansen").returncode == 0
    schema = json.loads(program("schema", *name.split()).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(strict(schema), format_checker=jsonschema.FormatChecker())
    for arguments in CALLS[name]:
        found = program.json(*name.split(), *arguments)
        assert found, "an empty document proves nothing"
        judge.validate(found)


def test_every_command_with_json_has_a_schema() -> None:
    def with_json(above: click.Context) -> list[str]:
        command = above.command
        if not isinstance(command, click.Group):
            has = any("--json" in parameter.opts for parameter in command.params)
            return [above.command_path.removeprefix("helpdesk-tui ")] if has else []
        below = [(each, command.get_command(above, each)) for each in command.list_commands(above)]
        return [path for each, found in below if found for path in with_json(click.Context(found, above, each))]

    assert sorted(with_json(click.Context(root, info_name="helpdesk-tui"))) == sorted(SCHEMAS)


def test_an_unknown_command_has_none(run: Program) -> None:
    ended = run.inside()("schema", "phone", "move")
    assert ended.returncode == 2 and "No schema of 'phone move'" in ended.stderr
    assert run.inside()("schema").stdout.splitlines() == list(SCHEMAS)
