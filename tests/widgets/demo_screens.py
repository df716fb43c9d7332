"""Throw-away screens around the shared widgets, for their tests and for looking at them (`python -m`)."""

from __future__ import annotations

import sys
import time
from typing import cast

from textual.app import ComposeResult
from textual.widgets import Input

from helpdesk_tui.app import run
from helpdesk_tui.backend import Helpdesk, HelpdeskError, Refused
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.widgets.code_view import CodeView
from helpdesk_tui.widgets.header import DEMO, HeaderLine
from helpdesk_tui.widgets.highlight import highlight_lines, plain_lines
from helpdesk_tui.widgets.phone_table import PhoneRow, PhoneTable
from helpdesk_tui.widgets.search_field import SearchField

MODELS = ("D735", "T46S", "CP920", "T19P_E2")
PEOPLE = ("Anna Jansen 201", "", "Piet de Vries 202", "[red]Ünal Özgür[/] 203", "日本 太郎 204")
FIRMS = ("Bakkerij Jansen", "Tandartspraktijk De Linde", "Van der Berg Logistiek B.V.")


def phone(number: int) -> PhoneRow:
    """A plausible phone."""
    verdict = ("attention", "waiting", "ok", "ok", "ok")[number % 5]
    step = ("provision", "active", "disabled", "disabled", "disabled")[number % 5]
    mac = f"00:04:13:a1:{number // 256 % 256:02x}:{number % 256:02x}"
    return PhoneRow(
        str(number), verdict, mac, MODELS[number % 4], PEOPLE[number % 5], FIRMS[number % 3], f"{number % 50} d",
        f"Balie {number}", step, "10.1.175.16",
    )  # fmt: skip


class DemoPhones(HelpdeskScreen):
    """A list of a thousand phones."""

    PLACE = Place.PHONES

    def __init__(self, session: Session, total: int = 1204) -> None:
        super().__init__(session)
        self.all = [phone(number) for number in range(total)]
        self.found = self.all
        self.answers: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self.header(search=SearchField(placeholder="MAC, name, extension, organisation"))
        yield PhoneTable()
        yield from self.footer()

    def on_mount(self) -> None:
        self.find("")
        self.query_one(PhoneTable).focus()

    def find(self, text: str) -> None:
        """Filter by organisation."""
        self.found = [row for row in self.all if text.lower() in row.organisation.lower()]
        self.query_one(PhoneTable).start(self.found[:200], len(self.found))
        self.query_one(HeaderLine).show_count(f"{len(self.found):,} of {len(self.all):,} phones")

    def why_not(self, command_id: str) -> str | None:
        return "This model has no firmware to choose." if command_id == "firmware" else None

    def on_input_changed(self, changed: Input.Changed) -> None:
        self.find(changed.value)

    def on_phone_table_window_wanted(self, wanted: PhoneTable.WindowWanted) -> None:
        rows = self.found[wanted.offset : wanted.offset + wanted.limit]
        self.query_one(PhoneTable).set_window(wanted.offset, rows, len(self.found))

    def key_d(self) -> None:
        """Crash, with a secret at hand."""
        password = "hunter2"
        raise ZeroDivisionError(f"nobody foresaw this, and the password is {password}")

    def action_search(self) -> None:
        """Go to the search field."""
        self.query_one(SearchField).focus()

    async def action_activate(self) -> None:
        """Ask."""
        row = self.query_one(PhoneTable).highlighted
        mac = row.mac if row else "?"
        self.answers.append(
            await self.ask(
                f"Activate {mac}?",
                consequence="It is registered at Snom SRAPS until Wednesday 00:00.",
                yes="Yes, activate",
            )
        )

    async def action_fix(self) -> None:
        """Ask for text."""

        def check(text: str) -> None:
            if len(text) < 3:
                raise Refused("A name needs at least three letters: type some more.")

        self.answers.append(await self.ask_text("What is the name of the phone?", value="x", check=check))

    async def action_reset(self) -> None:
        """Choose."""
        options = [(number, f"Choice [number] {number}") for number in range(4)]
        self.answers.append(await self.choose("Which one?", options, first=1))

    async def action_firmware(self) -> None:
        """Never comes here."""
        raise AssertionError

    def action_mark(self) -> None:
        """Something goes wrong."""
        raise HelpdeskError("The [manufacturer] said \x1b[2J no: try again.")

    async def action_copy(self) -> None:
        """Something unforeseen goes wrong."""
        raise ZeroDivisionError("secret")

    def action_attention_only(self) -> None:
        """Hang."""
        self.in_background("hang", lambda: time.sleep(600), print)

    def action_settings_file(self) -> None:
        """Show a file."""
        self.app.push_screen(DemoFile(self.session))

    def action_open(self) -> None:
        """Say what would be opened."""
        row = self.query_one(PhoneTable).highlighted
        self.say(f"Opened {row.mac}" if row else "Nothing")


class DemoFile(HelpdeskScreen):
    """A settings file of 5,000 lines."""

    PLACE = Place.SETTINGS_FILE

    def compose(self) -> ComposeResult:
        yield from self.header("Settings file of 00:04:13:a1:b2:c3")
        yield CodeView(id="code")
        yield from self.footer()

    def on_mount(self) -> None:
        text = "#!version:1.0.0.1\n## identity\n" + "\n".join(
            f"account.{n}.label = {'%NULL%' if n % 7 == 0 else n if n % 3 else f'Anna {n} ' + 'x' * (n % 120)}"
            for n in range(5000)
        )
        self.query_one(CodeView).show(plain_lines(text))
        self.query_one(CodeView).focus()
        self.in_background("highlight", lambda: highlight_lines(text, "yealink"), self.query_one(CodeView).show)

    def action_find(self) -> None:
        """Find."""
        self.query_one(CodeView).find("anna 12")

    def action_copy(self) -> None:
        """Copy the line."""
        view = self.query_one(CodeView)
        self.copy(view.line_text(view.cursor), "the line")

    def action_find_next(self) -> None:
        """Next."""
        self.query_one(CodeView).find_next()


if __name__ == "__main__":
    badges = tuple(sys.argv[2:]) or (DEMO,)
    theme = sys.argv[1] if len(sys.argv) > 1 else "auto"
    raise SystemExit(run(Session(cast(Helpdesk, None), "production", "anna", badges), DemoPhones, theme=theme))
