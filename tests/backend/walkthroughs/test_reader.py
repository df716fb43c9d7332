"""Reading the files of walkthroughs: mistakes are told with file, line and reason, and never break the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.walkthroughs.definition import Text
from helpdesk_tui.backend.walkthroughs.library import Library, read_library
from helpdesk_tui.backend.walkthroughs.lines import Lines
from helpdesk_tui.backend.walkthroughs.words import filled
from tests.backend.offices import environment

GOOD = '''order = 1
title.en = "Title"
about.en = "About"

[[step]]
id = "first"
title.en = "First"
say.en = """
Hello,
caller {mac}"""
do.en = "Do"
confirm.en = "Done"
check = [
    "registered",
    "disabled",
]
next = "over"

[[step.choice]]
label.en = "Another way"
go = "over"

[[end]]
id = "over"
title.en = "Over"
say.en = "Bye"
do.en = "Nothing"
'''


def read(text: str, **others: str) -> Library:
    return read_library({"walk.toml": text, **{f"{name}.toml": more for name, more in others.items()}}, {}, {"D7xx"})


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_a_good_file() -> None:
    library = read(GOOD)
    assert library.problems == ()
    step = library.walkthroughs["walk"].steps[0]
    assert step.variants[0].say.find("en") == ("Hello, caller {mac}", "en")
    assert step.checks == ("registered", "disabled") and step.choices[0].go == "over"


@pytest.mark.parametrize(
    ("good", "bad", "line", "reason"),
    [
        ('title.en = "First"', 'titel.en = "First"', 7, "'titel' is unknown here: did you mean 'title'?"),
        ('title.en = "First"', "title.en = 3", 7, "title must be text by language"),
        ("{mac}", "{password}", 8, "{password} stands for nothing"),
        ('"registered",', '"registrated",', 13, "'registrated' is not one of registered"),
        ('go = "over"', 'go = "nowhere"', 5, "'first' leads to 'nowhere', which is no step or end here."),
        ('go = "over"', 'go = "walkthrough:x"', 5, "leads to 'walkthrough:x', which does not exist"),
        ('label.en = "Another way"', "", 19, "label is missing"),
        ('next = "over"', 'next = "over"\nlate_minutes = "5"', 18, "late_minutes must be a whole number"),
        ('next = "over"', "", 5, "the last step needs to say where it leads"),
        ('next = "over"', 'drawing = "keys"', 17, "there is no drawing 'keys'"),
        ('next = "over"', 'actions = ["explode"]', 17, "'explode' is not one of activate"),
        ('go = "over"', 'go = "over"\nvendors = ["acme"]', 22, "'acme' is not one of snom, yealink"),
        ('id = "over"', 'id = "first"', 1, "the id 'first' is used more than once"),
        ("order = 1", "order = true", 1, "order must be a whole number"),
        ('about.en = "About"', "about.en = ", 3, "this is not TOML"),
        ('id = "first"', 'use = "shared-step"', 6, "shared.toml has no step 'shared-step'"),
        ('confirm.en = "Done"', "", 5, "has no way out that is always offered"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(good: str, bad: str, line: int, reason: str) -> None:
    text = GOOD.replace(good, bad, 1)
    if "no way out" in reason:
        text = text.replace("[[step.choice]]", "[[step.choice]]\nlate = true")
    found = problems(text)
    assert any(problem.startswith(f"walk.toml:{line}: ") and reason in problem for problem in found), found


def test_one_faulty_file_breaks_no_other() -> None:
    library = read(GOOD, broken="title = [", binary="\N{REPLACEMENT CHARACTER}", empty="")
    assert list(library.walkthroughs) == ["walk"]
    assert {problem.file for problem in library.problems} == {"broken.toml", "binary.toml", "empty.toml"}


def test_own_files_override_and_add() -> None:
    own = {"own/walk.toml": GOOD.replace("Title", "Ours"), "own/more.toml": GOOD}
    library = read_library({"walk.toml": GOOD}, own, set())
    assert set(library.walkthroughs) == {"walk", "more"} and library.problems == ()
    assert library.walkthroughs["walk"].title.find("en")[0] == "Ours"


def test_a_faulty_own_file_leaves_the_shipped_one_in_force() -> None:
    library = read_library({"walk.toml": GOOD}, {"own/walk.toml": GOOD.replace('go = "over"', 'go = "x"')}, set())
    assert library.walkthroughs["walk"].file == "walk.toml"
    assert [problem.file for problem in library.problems] == ["own/walk.toml"]


def test_own_shared_steps_and_drawings_are_used_and_faulty_ones_are_not() -> None:
    using = GOOD.replace('title.en = "First"', 'use = "common"', 1).replace('id = "first"\n', "", 1)
    shared = '[[step]]\nid = "common"\ntitle.en = "Shared"\nactions = ["activate"]\n'
    files = {"walk.toml": using, "shared.toml": shared}
    assert read_library(files, {}, set()).walkthroughs["walk"].steps[0].actions == ("activate",)
    ours = read_library(files, {"own/shared.toml": shared.replace("Shared", "Ours")}, set())
    assert ours.walkthroughs["walk"].steps[0].title.find("en")[0] == "Ours"
    faulty = read_library(files, {"own/shared.toml": shared.replace('"activate"', '"explode"')}, set())
    assert faulty.walkthroughs["walk"].steps[0].actions == ("activate",)
    assert any("explode" in problem.reason for problem in faulty.problems)


@pytest.mark.parametrize(("art", "reason"), [("x" * 27, "at most 26 cells"), ("\n" * 0 + "a\tb", "no tabs")])
def test_a_drawing_that_has_no_room_is_a_problem(art: str, reason: str) -> None:
    library = read(GOOD, drawings=f"[drawing.keys]\nart = '''\n{art}\n'''\n")
    assert [(p.file, p.line) for p in library.problems] == [("drawings.toml", 2)]
    assert reason in library.problems[0].reason


def test_an_own_folder_that_is_not_there_is_a_problem_and_no_more(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    desk = Helpdesk(replace(environment(tmp_path / "a.db"), walkthrough_folder=missing), "anna")
    assert [str(problem) for problem in desk.walkthroughs.check()] == [
        f"{missing}:0: walkthrough_folder names this, but there is no such folder."
    ]
    assert "fix-suboptimal-state" in desk.walkthroughs.library.walkthroughs
    desk.close()


def test_own_files_are_read_from_the_configured_folder(tmp_path: Path) -> None:
    (tmp_path / "walk.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'title.en = "caf\xe9"')
    desk = Helpdesk(replace(environment(tmp_path / "a.db"), walkthrough_folder=tmp_path), "anna")
    assert "walk" in desk.walkthroughs.library.walkthroughs
    assert [str(p) for p in desk.walkthroughs.check()] == [
        f"{tmp_path / 'latin.toml'}:1: this cannot be read as text in UTF-8."
    ]
    assert desk.walkthroughs.check(tmp_path / "walk.toml") == ()
    desk.close()


def test_a_missing_translation_shows() -> None:
    text = Text({"en": "Hello"})
    assert (text.shown("en"), text.shown("nl")) == ("Hello", "[en] Hello")
    assert Text({"fr": "Bonjour"}).shown("nl") == "[fr] Bonjour"


def test_hostile_values_are_not_filled_in_twice() -> None:
    assert filled("{user} {nobody}", {"user": "{mac} [red]", "mac": "x"}) == "{mac} [red] {nobody}"


@given(st.text(max_size=300))
def test_any_text_is_read_or_told_and_never_raises(text: str) -> None:
    library = read(text)
    assert library.problems or library.walkthroughs
    assert Lines(text).of("step", 0, "title") >= 1


@given(st.integers(0, len(GOOD)), st.text("[]{}\"'=.#\nabc", max_size=8))
def test_a_file_with_a_slip_of_the_hand_is_read_or_told(at: int, slip: str) -> None:
    library = read(GOOD[:at] + slip + GOOD[at:])
    assert bool(library.walkthroughs) is not bool(library.problems)
    assert all(1 <= problem.line <= GOOD.count("\n") + slip.count("\n") + 2 for problem in library.problems)
