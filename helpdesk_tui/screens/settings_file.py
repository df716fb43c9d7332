"""Settings file: what the phone gets, line by line, with secrets hidden and the origin of every line."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    BadInput,
    FileComparison,
    FileLine,
    HelpdeskError,
    Phone,
    Refused,
    Setting,
    Vendor,
    lines_of,
    masked,
)
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.live import LOOK_AGAIN
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.code_view import CodeView
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.highlight import Line, highlight_lines
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

LEXERS = {Vendor.SNOM: "xml", Vendor.YEALINK: "yealink"}
SUFFIXES = {Vendor.SNOM: "xml", Vendor.YEALINK: "cfg"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A settings file as it stands on the screen; with its secrets only where `revealed`."""

    phone: Phone
    generation: str
    warnings: tuple[str, ...]
    lines: tuple[FileLine, ...] = field(repr=False)
    coloured: list[Line] = field(repr=False)
    revealed: bool = False

    @property
    def text(self) -> str:
        """The file as shown."""
        return "".join(f"{line.text}\n" for line in self.lines)

    @property
    def secrets(self) -> str:
        """What became of the secrets, as part of a sentence."""
        return "with its secrets" if self.revealed else "with secrets masked"


class SettingsFileScreen(HelpdeskScreen):
    """The document's *View provisioning*."""

    PLACE = Place.SETTINGS_FILE
    CSS_PATH = asset("styles/settings_file.tcss")
    AUTO_FOCUS = "CodeView"

    def __init__(self, session: Session, phone_id: int) -> None:
        super().__init__(session)
        self._phone_id = phone_id
        self._shown: Shown | None = None
        self._reveal = False
        """Whether secrets are wanted; what stands there follows as soon as it is read."""
        self._seen_version = 0
        self._search = SearchField(placeholder="text in the file")

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def compose(self) -> ComposeResult:
        yield from self.header("Settings file")
        yield Static(id="warnings", markup=False)
        yield CodeView()
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with Horizontal(id="find"):
            yield Static("/ ", id="slash")
            yield self._search
            yield Static(id="matches", markup=False)
        yield Static(id="origin", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        self._read()
        self.set_interval(LOOK_AGAIN, self.look_again)

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Make the file anew."""
        revealed = self._reveal

        def read() -> Shown | HelpdeskError:
            try:
                phone = self.desk.phones.get(self._phone_id)
                file = self.desk.settings.file(phone)
                lines = lines_of(file if revealed else masked(file))
            except HelpdeskError as error:
                return error
            coloured = highlight_lines("".join(f"{line.text}\n" for line in lines), LEXERS[phone.vendor])
            return Shown(phone, file.generation.value, file.warnings, lines, coloured, revealed)

        self.in_background("file", read, self._take)

    def _take(self, answer: Shown | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            self._show_problem(answer)
        elif answer != self._shown:
            self._show(answer)

    def look_again(self) -> None:
        """Show what another process has changed."""
        version = self.desk.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._read()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self, shown: Shown) -> None:
        before, self._shown = self._shown, shown
        phone = shown.phone
        header = self.query_one(HeaderLine)
        header.show_title(f"{phone.mac}  {phone.model}  {shown.generation}")
        header.show_count(f"{len(shown.lines):,} lines{', SECRETS SHOWN' if shown.revealed else ''}")
        warnings = self.query_one("#warnings", Static)
        warnings.display = bool(shown.warnings)
        sign = symbols().attention
        warnings.update(Content("\n".join(f"{sign} {safe(warning)}" for warning in shown.warnings)))
        self.set_class(False, "-nothing")
        if before is None or before.lines != shown.lines:
            self.query_one(CodeView).show(shown.coloured)
        self._show_origin()
        self.show_commands()

    def _show_problem(self, error: HelpdeskError) -> None:
        """There is no file: say why, in its place."""
        self._shown = None
        self._reveal = False
        self.query_one(HeaderLine).show_count("")
        self.query_one(CodeView).show([])
        self.query_one("#warnings", Static).display = False
        sign = (f"{symbols().attention} ", "bold $attention")
        self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(error))))
        self.set_class(True, "-nothing")
        self._show_origin()
        self.show_commands()

    def _show_origin(self) -> None:
        """What is known of the line under the cursor."""
        view = self.query_one(CodeView)
        if self._shown is None or view.cursor >= len(self._shown.lines):
            text = Content("")
        elif (setting := self._shown.lines[view.cursor].setting) is None:
            text = Content.styled("Part of the file's frame: it carries no setting.", "$quiet")
        else:
            text = Content.assemble(
                (setting.origin.value, "bold $key"),
                (f" {symbols().none} secret", "$attention") if setting.secret else "",
                f" {symbols().none} {safe(setting.explanation)}",
            )
            if (managed := setting.overrides) is not None:
                instead = f"\nInstead of {safe(managed.value) or 'nothing'} ({managed.origin.value})"
                text = Content.assemble(text, (instead, "$quiet"))
        self.query_one("#origin", Static).update(text)

    @on(CodeView.CursorMoved)
    def _another_line(self) -> None:
        self._show_origin()
        self.show_commands()

    # Search ---------------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Type what to find."""
        self.add_class("-finding")
        self._search.focus()

    def action_find_next(self) -> None:
        """Go to the next match."""
        self.query_one(CodeView).find_next()

    def action_find_previous(self) -> None:
        """Go to the match before."""
        self.query_one(CodeView).find_previous()

    def action_back(self) -> None:
        """Escape ends a search first."""
        if self.has_class("-finding"):
            self._search.value = ""
            self.remove_class("-finding")
            self.query_one(CodeView).focus()
        else:
            super().action_back()

    @on(Input.Changed)
    def _search_changed(self, changed: Input.Changed) -> None:
        if changed.input is self._search:
            self.query_one(CodeView).find(changed.value)

    @on(Input.Submitted)
    def _search_submitted(self, submitted: Input.Submitted) -> None:
        if submitted.input is self._search:
            self.query_one(CodeView).focus()

    @on(events.DescendantBlur)
    def _search_left(self) -> None:
        if not self._search.value and self.focused is not self._search:
            self.remove_class("-finding")

    @on(CodeView.Searched)
    def _searched(self, searched: CodeView.Searched) -> None:
        found = f"{searched.number} of {searched.total}" if searched.total else "no match"
        self.query_one("#matches", Static).update(found if searched.text else "")
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    NEEDS_FILE = frozenset(
        {"find", "find_next", "find_previous", "reveal", "jump", "changes", "compare", "change_origin", "copy", "save"}
    )

    def why_not(self, command_id: str) -> str | None:
        if self._shown is None and command_id in self.NEEDS_FILE:
            return "There is no settings file here."
        if command_id == "change_origin" and self._setting is None:
            return "This line is part of the file's frame: there is nothing to change."
        if command_id in ("find_next", "find_previous") and not self._search.value:
            return "Nothing is searched for: press / first."
        return None

    async def action_changes(self) -> None:
        """Show what has changed since the phone fetched its settings; where that was not kept, say what is known."""
        if self._shown is None:
            return
        phone = self._shown.phone
        found = await asyncio.to_thread(self.desk.settings.since_fetched, phone)
        if found is None:
            self.say(changes_since_fetched(phone))
        elif not found[1].lines:
            self.say(f"Nothing was changed since {exact(found[0])}: the phone has this file.")
        else:
            await self._show_comparison(f"Since {exact(found[0])}: {phone.mac}", found[1])

    async def action_compare(self) -> None:
        """Show how the file of another phone differs."""
        if self._shown is None:
            return
        phone = self._shown.phone
        text = await self.ask_text(f"Compare {phone.mac} with which phone?", check=self.desk.phones.find)
        if text is not None:
            other = await asyncio.to_thread(self.desk.phones.find, text)
            comparison = await asyncio.to_thread(self.desk.settings.beside, phone, other)
            await self._show_comparison(f"{phone.mac} beside {other.mac}", comparison)

    async def _show_comparison(self, title: str, comparison: FileComparison) -> None:
        from helpdesk_tui.screens.comparison import ComparisonScreen

        if comparison.lines:
            await self.app.push_screen_wait(ComparisonScreen(self.session, title, comparison))
        else:
            self.say("Both files are the same.")

    def action_change_origin(self) -> None:
        """Go to where the line under the cursor can be changed."""
        from helpdesk_tui.screens.origins import open_origin

        if self._shown is not None and (setting := self._setting) is not None:
            open_origin(self, self._shown.phone, setting)

    @property
    def _setting(self) -> Setting | None:
        """What stands on the line under the cursor."""
        cursor = self.query_one(CodeView).cursor
        lines = self._shown.lines if self._shown else ()
        return lines[cursor].setting if cursor < len(lines) else None

    async def action_reveal(self) -> None:
        """Show the secrets, or mask them again."""
        shown = self._shown
        if shown is None:
            return
        if self._reveal:
            self._reveal = False
            self._read()
        elif await self.ask(
            f"Show the secrets of {shown.phone.mac}?",
            consequence="Passwords and secret addresses are shown until you leave; that you looked is recorded.",
            yes="Yes, show them",
            no="No, keep them hidden",
        ):
            await asyncio.to_thread(self.desk.settings.reveal, shown.phone)
            self._reveal = True
            self._read()

    async def action_jump(self) -> None:
        """Go to the first line of an origin."""
        if self._shown is None:
            return
        numbers: dict[str, list[int]] = {}
        for number, line in enumerate(self._shown.lines):
            if line.setting is not None:
                numbers.setdefault(line.setting.origin.value, []).append(number)
        options = [(lines[0], f"{origin:<14}{len(lines):>5,} lines") for origin, lines in numbers.items()]
        line_number = await self.choose("Go to the settings that come from the", options)
        if line_number is not None:
            self.query_one(CodeView).move_to(line_number)

    def action_copy(self) -> None:
        """Send the file as shown to the clipboard."""
        if self._shown is not None:
            self.copy(self._shown.text, f"the settings file of {self._shown.phone.mac}, {self._shown.secrets}")

    async def action_save(self) -> None:
        """Write the file as shown to a file of the operator's."""
        shown = self._shown
        if shown is None:
            return
        name = f"{shown.phone.mac.hex}.{SUFFIXES[shown.phone.vendor]}"
        title = f"Save this {shown.secrets} to which file?"
        answer = await self.ask_text(title, value=name, check=new_file)
        if answer is not None:
            path = new_file(answer)
            await asyncio.to_thread(write_private, path, shown.text)
            self.say(f"Saved {shown.secrets} to {path}: only you can read it.")


def changes_since_fetched(phone: Phone) -> str:
    """Whether the phone has what this file holds, as far as that is known."""
    if phone.last_seen is None:
        return "The phone has not fetched its settings yet: all of this is new to it."
    fetched = f"the phone's last fetch ({exact(phone.last_seen)})"
    if phone.changed_at is None or phone.changed_at <= phone.last_seen:
        return f"Nothing was changed since {fetched}."
    return f"Something was changed since {fetched}. What it got then is not on record, so lines cannot be compared."


def new_file(text: str) -> Path:
    """The file that this names, which must not be there yet. Raises BadInput or Refused."""
    if not text.strip() or "\0" in text:
        raise BadInput("Name a file.")
    try:
        path = Path(text.strip()).expanduser().absolute()
    except RuntimeError:
        raise BadInput("There is no such home folder: write the whole path.") from None
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} exists already: choose another name.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}: choose another one.")
    return path


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read. Raises HelpdeskError."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise HelpdeskError(f"{path} cannot be written ({error.strerror}): choose another place.") from error
