"""The manual page tells of every command, and roff can read it."""

from __future__ import annotations

import shutil
import subprocess

import click
import pytest

from helpdesk_tui.cli import root
from tests.cli.conftest import Program


def commands(above: click.Context) -> list[str]:
    """Every command that can be called."""
    group = above.command
    if not isinstance(group, click.Group):
        return [above.command_path]
    below = [(name, group.get_command(above, name)) for name in group.list_commands(above)]
    return [path for name, command in below if command for path in commands(click.Context(command, above, name))]


def test_the_manual_page_tells_of_every_command(run: Program) -> None:
    page = run("man").stdout
    told = {line.removeprefix(".SS ").partition(" [")[0] for line in page.splitlines() if line.startswith(".SS ")}
    expected = commands(click.Context(root, info_name="helpdesk-tui"))
    assert told == {path.removeprefix("helpdesk-tui ").replace("-", "\\-") for path in expected}
    for section in ("NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert f"\n.SH {section}\n" in page


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_roff_reads_it(run: Program) -> None:
    page = run("man").stdout
    read = subprocess.run(["groff", "-man", "-Tascii"], input=page, capture_output=True, encoding="utf-8", check=True)
    assert "Wrong usage." in read.stdout
    assert "macro" not in read.stderr
