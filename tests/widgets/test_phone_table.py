"""The list of phones through its messages and what it paints."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.strip import Strip

from helpdesk_tui.widgets.phone_table import PhoneRow, PhoneTable

HOSTILE = (
    "[red]x[/foo]",
    "\x1b[2J\x1b]0;gone\x07",
    "日本語テキストとても長い名前です",
    "\u202egnp.exe",
    "👩‍👩‍👧👍🏽❤️🇳🇱",
    "a\nb\tc",
)


def row(number: int, **more: str) -> PhoneRow:
    kind = ("attention", "waiting", "ok")[number % 3]
    return PhoneRow(f"{number}", kind, f"00:04:13:00:{number >> 8:02x}:{number & 255:02x}", "D735", **more)


class TableApp(App[None]):
    def __init__(self, total: int, *, answers: bool = True) -> None:
        super().__init__()
        self.phones = [row(number) for number in range(total)]
        self.answers = answers
        self.seen: list[Message] = []

    def compose(self) -> ComposeResult:
        yield PhoneTable()

    @property
    def table(self) -> PhoneTable:
        return self.query_one(PhoneTable)

    def on_mount(self) -> None:
        self.table.start(self.phones[:200], len(self.phones))

    def on_phone_table_window_wanted(self, wanted: PhoneTable.WindowWanted) -> None:
        self.seen.append(wanted)
        if self.answers:
            end = wanted.offset + wanted.limit
            self.table.set_window(wanted.offset, self.phones[wanted.offset : end], len(self.phones))

    def on_phone_table_highlighted(self, message: PhoneTable.Highlighted) -> None:
        self.seen.append(message)

    def on_phone_table_opened(self, message: PhoneTable.Opened) -> None:
        self.seen.append(message)

    def on_phone_table_marked(self, message: PhoneTable.Marked) -> None:
        self.seen.append(message)

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.seen if isinstance(message, kind)]


def lines(table: PhoneTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def test_every_row_of_a_long_list_can_be_reached() -> None:
    app = TableApp(5000)
    async with app.run_test(size=(80, 24)) as pilot:
        for key, expected in (("G", 4999), ("pageup", 4976), ("g", 0), ("ctrl+d", 11), ("j", 12), ("up", 11)):
            await pilot.press(key)
            assert app.table.cursor == expected
            highlighted = app.table.highlighted
            assert highlighted is not None and highlighted.key == str(expected)
            assert any(highlighted.mac in line for line in lines(app.table))


async def test_walking_asks_for_few_windows_and_never_twice_for_the_same() -> None:
    app = TableApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        for move in range(400):
            app.table.action_cursor_down()
            if move % 20 == 19:
                await pilot.pause()
        asked = [(m.offset, m.limit) for m in app.of(PhoneTable.WindowWanted) if isinstance(m, PhoneTable.WindowWanted)]
        assert 1 <= len(asked) <= 6
        assert len(set(asked)) == len(asked)
        assert app.table.highlighted == app.phones[400]


async def test_an_owner_who_is_slow_is_asked_once_and_shows_rows_as_loading() -> None:
    app = TableApp(1000, answers=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("G", "up", "up")
        assert len(app.of(PhoneTable.WindowWanted)) == 1
        assert app.table.highlighted is None
        assert lines(app.table)[-1].split() == ["…", "▐"]


async def test_the_cursor_leaving_the_window_scrolls_by_half_a_page() -> None:
    app = TableApp(500)
    async with app.run_test(size=(80, 24)) as pilot:
        tops = set()
        for _ in range(100):
            app.table.action_cursor_down()
            await pilot.pause()
            tops.add(app.table.scroll_offset.y)
        assert len(tops) <= 9


async def test_fresh_rows_keep_the_cursor_on_its_phone() -> None:
    app = TableApp(50)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", "down")
        app.phones.insert(0, row(900))
        app.table.set_window(0, app.phones, 51)
        await pilot.pause()
        assert app.table.highlighted == row(3) and app.table.cursor == 4
        app.table.start(app.phones[:2], 2)
        assert app.table.highlighted == row(900)
        app.table.start([], 0)
        await pilot.pause()
        last = app.of(PhoneTable.Highlighted)[-1]
        assert isinstance(last, PhoneTable.Highlighted) and last.row is None


async def test_opening_and_marking() -> None:
    app = TableApp(50)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.action_mark()
        app.table.action_mark()
        assert app.table.marked == {"0", "1"}
        app.table.action_open()
        await pilot.pause()
        opened = app.of(PhoneTable.Opened)[-1]
        assert isinstance(opened, PhoneTable.Opened) and opened.key == "2"
        assert lines(app.table)[1].startswith("✓")
        app.table.clear_marks()
        assert not lines(app.table)[1].startswith("✓")


async def test_a_click_selects_and_a_second_click_opens() -> None:
    app = TableApp(50)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(PhoneTable, offset=(5, 4))
        assert app.table.cursor == 3 and not app.of(PhoneTable.Opened)
        await pilot.click(PhoneTable, offset=(5, 4), times=2)
        assert len(app.of(PhoneTable.Opened)) == 1


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
async def test_hostile_text_is_shown_literally_and_breaks_no_line(width: int) -> None:
    app = TableApp(0)
    async with app.run_test(size=(width, 24)) as pilot:
        rows = [PhoneRow(text, "ok", text, text, text, text, text, text, text, text) for text in HOSTILE]
        app.table.start(rows, len(rows))
        await pilot.pause()
        painted = lines(app.table)
        assert {cell_len(line) for line in painted} == {width}
        assert not any(ord(char) < 32 or char in "\u202e\u200d" for line in painted for char in line)
        assert "[red]x[/foo]" in painted[1]


async def test_a_wider_table_shows_more() -> None:
    heads = {}
    for width in (80, 140):
        app = TableApp(3)
        async with app.run_test(size=(width, 24)):
            heads[width] = lines(app.table)[0].split()
    assert heads[80] == ["Verdict", "Phone", "Model", "User", "Organisation", "Seen"]
    assert {"Name", "Step", "Firmware"} <= set(heads[140])


async def test_a_cursor_move_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(50)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        painted: list[int] = []
        paint = PhoneTable.render_line

        def watched(table: PhoneTable, y: int) -> Strip:
            painted.append(y)
            return paint(table, y)

        monkeypatch.setattr(PhoneTable, "render_line", watched)
        await pilot.press("down")
        assert sorted(painted) == [2, 3]
