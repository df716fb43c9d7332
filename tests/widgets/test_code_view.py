"""The view of a settings file: colours, search and movement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from helpdesk_tui.widgets.code_view import CodeView
from helpdesk_tui.widgets.highlight import STYLES, highlight_lines, plain_lines

YEALINK = """#!version:1.0.0.1
## identity
account.1.label = Anna [201]
account.1.user_name = 7f3a
features.dnd.large_icon.enable = 1
static.x = %NULL%
"""
XML = '<?xml version="1.0"?>\n<s>\n <!-- note -->\n <language perm="">Nederlands &amp; meer</language>\n</s>\n'


class CodeApp(App[None]):
    def __init__(self, text: str, lexer: str = "yealink") -> None:
        super().__init__()
        self.lines = highlight_lines(text, lexer)
        self.cursors: list[int] = []
        self.searches: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield CodeView(self.lines)

    @property
    def view(self) -> CodeView:
        return self.query_one(CodeView)

    def on_code_view_cursor_moved(self, message: CodeView.CursorMoved) -> None:
        self.cursors.append(message.line)

    def on_code_view_searched(self, message: CodeView.Searched) -> None:
        self.searches.append((message.number, message.total))


def painted(view: CodeView) -> list[str]:
    return [view.render_line(y).text for y in range(view.size.height)]


@pytest.mark.parametrize(("text", "lexer"), [(YEALINK, "yealink"), (XML, "xml")])
def test_colours_change_no_character(text: str, lexer: str) -> None:
    lines = highlight_lines(text, lexer)
    assert ["".join(piece for _, piece in line) for line in lines] == text.splitlines()
    assert {style for line in lines for style, _ in line} <= set(STYLES)


def test_what_yealink_lines_are_made_of() -> None:
    lines = highlight_lines(YEALINK, "yealink")
    assert lines[0] == [("keyword", "#!version:1.0.0.1")]
    assert lines[1] == [("comment", "## identity")]
    assert (lines[2][0], lines[2][-1]) == (("name", "account.1.label"), ("string", "Anna [201]"))
    assert (lines[4][-1], lines[5][-1]) == (("number", "1"), ("keyword", "%NULL%"))


@given(st.text(), st.sampled_from(["yealink", "xml", "diff"]))
def test_whatever_the_file_holds_no_line_acts_on_the_terminal(text: str, lexer: str) -> None:
    for line in [*highlight_lines(text, lexer), *plain_lines(text)]:
        assert all(char.isprintable() for _, piece in line for char in piece)


async def test_searching_goes_forward_from_where_it_began_and_around() -> None:
    app = CodeApp("\n".join(f"key.{n} = {'Needle' if n in (5, 50, 300) else n}" for n in range(400)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.move_to(10)
        for text in ("n", "ne", "needle"):
            app.view.find(text)
        assert app.view.cursor == 50 and len(app.view.matches) == 3
        for step, line in ((app.view.find_next, 300), (app.view.find_next, 5), (app.view.find_previous, 300)):
            step()
            assert app.view.cursor == line
            assert any("Needle" in text for text in painted(app.view))
        app.view.move_to(20)
        app.view.find_next()
        assert app.view.cursor == 50
        app.view.find("nowhere")
        await pilot.pause()
        assert app.searches[-1] == (0, 0) and app.view.cursor == 50
        assert app.searches[-2] == (2, 3)


async def test_a_match_far_to_the_right_is_shifted_into_sight() -> None:
    app = CodeApp("a = " + "x" * 500 + "needle" + "y" * 500)
    async with app.run_test(size=(80, 24)):
        assert "needle" not in painted(app.view)[0]
        app.view.find("NEEDLE")
        assert "needle" in painted(app.view)[0]
        app.view.find("a =")
        assert "a = x" in painted(app.view)[0]


async def test_long_and_hostile_lines_keep_the_width() -> None:
    app = CodeApp("a = \x1b[2Jx\nb = [red]日本語[/foo]" + "日" * 200)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(4):
            assert {cell_len(line) for line in painted(app.view)} == {80}
            assert "\x1b" not in "".join(painted(app.view))
            await pilot.press("right")


async def test_moving_tells_the_line() -> None:
    app = CodeApp("\n".join("abcdefgh"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "G", "g")
        await pilot.click(CodeView, offset=(20, 3))
        assert app.cursors == [1, 7, 0, 3]
