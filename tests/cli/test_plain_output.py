"""Phones and walkthroughs as sentences: read aloud, piped into a log, and played line by line."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.conftest import Program

NO_SENTENCE = set("●◷▲✓▸…–─│▐⏎↑↓→|•\t\x1b")
MAC = "00:04:13:0b:ec:b5"


def played(program: Program, *answers: str, mac: str = MAC, arguments: tuple[str, ...] = ()) -> list[str]:
    """What is printed while these answers are typed; then the line ends."""
    ended = subprocess.run(
        program.command("walkthrough", "run", mac, *arguments, "--plain"),
        cwd=program.folder,
        env=program.environment(),
        input="".join(f"{answer}\n" for answer in answers),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def is_plain(text: str) -> bool:
    """Nothing in it that a screen reader would spell out, and no columns."""
    return not set(text) & NO_SENTENCE and "  " not in text


def test_a_phone_reads_as_sentences(demo: Program) -> None:
    for query in (MAC, "00:04:13:14:27:a0", "a1b2c3"):
        told = demo("phone", "show", query, "--plain").stdout
        assert is_plain(told)
        assert all(line[-1] in ".?" or "helpdesk-tui" in line for line in told.splitlines())
    told = demo("phone", "show", MAC, "--plain").stdout
    assert "Verdict: attention. Not registered, and the phone has never fetched its settings" in told
    assert f"What to do next: register it with: helpdesk-tui phone activate {MAC}" in told
    assert "Nobody is logged in." in told


def test_plain_is_neither_json_nor_secrets(demo: Program) -> None:
    for other in ("--json", "--reveal"):
        assert demo.inside()("phone", "show", MAC, "--plain", other).returncode == 2


def test_a_walkthrough_is_played_and_resumed_line_by_line(demo: Program) -> None:
    first = played(demo, "2")
    assert "Step 1 of 4: Register the phone." in first
    assert any(line.startswith("Say: I am registering your phone") for line in first)
    assert "2: Register the phone at its manufacturer." in first
    assert any(line.endswith("Step 2 of 4: Reset to factory.") for line in first)
    assert first[-1].endswith("The walkthrough keeps its place.")
    assert all(is_plain(line) for line in first)
    assert demo.json("phone", "show", MAC)["step"] == "active"
    assert "Step 2 of 4: Reset to factory." in played(demo)
    shown = demo("walkthrough", "show", MAC, "--plain").stdout
    assert is_plain(shown)
    assert "Step 1, done: Register the phone.\nStep 2, now: Reset to factory.\n" in shown


def test_what_cannot_be_undone_is_asked_first(demo: Program) -> None:
    before = demo.json("phone", "show", MAC)
    asked = played(demo, "1", "n")
    assert any("own SIP account are lost. Go on? [y/N]" in line for line in asked)
    assert demo.json("phone", "show", MAC) == before


@pytest.mark.parametrize("answer", ["0", "99", "x"])
def test_a_number_that_is_none_is_asked_again(demo: Program, answer: str) -> None:
    assert sum("Number:" in line for line in played(demo, answer)) == 2
    assert demo.json("phone", "show", MAC)["step"] == "disabled"


def test_a_colleagues_walkthrough_is_taken_over_first(demo: Program) -> None:
    theirs = "00:04:13:fe:da:a0"
    told = played(demo, "1", mac=theirs)
    assert told[0].endswith("by m.aydin.")
    assert "1: Take over from m.aydin." in told
    assert any(line.endswith("1: Done: The phone is resetting.") or "Go on without this step." in line for line in told)
    (run,) = [each for each in demo.json("walkthrough", "list") if each["mac"] == theirs]
    assert run["operator"] != "m.aydin"


def test_a_walkthrough_is_played_to_its_end(demo: Program) -> None:
    told = played(demo, "2", "1", mac="00:04:13:a1:b2:c3", arguments=("still-does-not-work",))
    assert "2: Two resets have failed." in told
    assert any(line.endswith("The end: Handed over, with everything that was found.") for line in told)
    assert told[-1].startswith("The summary for the ticket: helpdesk-tui walkthrough summary ")
    assert demo(*told[-1].split()[-3:]).stdout.strip()


def test_another_walkthrough_and_none(demo: Program) -> None:
    assert "Factory reset" in played(demo, arguments=("factory-reset-snom",))[0]
    assert "walkthrough" in demo.refused("walkthrough", "run", MAC, "nonsense", "--plain")


def test_whoever_may_only_look_is_told_so(demo: Program) -> None:
    looking = demo.with_options("--read-only")
    assert any("read-only" in line for line in played(looking, "2"))


def test_the_screens_of_a_walkthrough_need_a_terminal(demo: Program) -> None:
    assert "need a terminal" in demo.refused("walkthrough", "run", MAC)
