"""Completion as shells ask for it; bash itself is asked where it is installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Program


def completed(program: Program, *words: str) -> list[str]:
    """What is offered for the last of these words."""
    line = ("helpdesk-tui", *program.options, *words)
    ended = subprocess.run(
        program.with_options().command()[:3],
        cwd=program.folder,
        env={
            **program.environment(),
            "_HELPDESK_TUI_COMPLETE": "bash_complete",
            "COMP_WORDS": shlex.join(line[:-1]) + f" {line[-1]}",
            "COMP_CWORD": str(len(line) - 1),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    return [row.partition(",")[2] for row in ended.stdout.splitlines() if row]


def test_commands_phones_and_organisations_are_completed(demo: Program) -> None:
    assert "phone" in completed(demo, "ph")
    assert completed(demo, "phone", "act") == ["activate"]
    assert completed(demo, "phone", "show", "a1b2c3") == ["000413a1b2c3"]
    assert "000413a1b2c3" in completed(demo, "phone", "activate", "0004130becb5", "jansen")
    assert completed(demo, "phone", "list", "--organisation", "Bakk") == ["jansen"]
    assert completed(demo, "organisation", "show", "wes") == ["westerdam"]
    assert completed(demo, "walkthrough", "list", "a1b2c3") == ["000413a1b2c3"]


def test_where_nothing_can_be_read_nothing_is_offered_and_nothing_said(run: Program) -> None:
    (run.folder / "broken.toml").write_text("[nonsense\n")
    assert completed(run.with_options("--config", "broken.toml"), "phone", "show", "a1") == []
    (run.folder / "broken.db").write_bytes(b"this is no database" * 100)
    assert completed(run.with_options("--database", "broken.db"), "phone", "show", "a1") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash_takes_the_script(demo: Program, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "helpdesk-tui"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(demo.with_options().command()[:3])} "$@"\n')
    wrapper.chmod(0o700)
    script = tmp_path / "completion.bash"
    script.write_text(demo("completion", "bash").stdout)
    ask = (
        f"source {script}\n"
        "COMP_WORDS=(helpdesk-tui --database demo.db phone show a1b2c3); COMP_CWORD=5\n"
        "complete -p helpdesk-tui; _helpdesk_tui_completion helpdesk-tui; echo ${COMPREPLY[@]}\n"
    )
    path = f"{wrapper.parent}:{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-c", ask],
        cwd=demo.folder,
        env={**demo.environment(), "PATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert ended.stdout.splitlines()[-1] == "000413a1b2c3"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_theirs(run: Program, tmp_path: Path, shell: str) -> None:
    script = run("completion", shell).stdout
    assert f"_HELPDESK_TUI_COMPLETE={shell}_complete" in script
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(script)
        subprocess.run([program, "-n", tmp_path / "script"], check=True, timeout=60)
