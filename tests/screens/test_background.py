"""What is read in the background comes to the screen whole."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from tests.screens.looking import looking_at


class TwoTexts(HelpdeskScreen):
    PLACE = Place.TIMELINE

    def compose(self) -> ComposeResult:
        yield Static(id="text")
        yield Static("below", id="below")

    def show_twice(self, _: object) -> None:
        """As it happens when an answer comes while the screen is being built."""
        text = self.query_one("#text", Static)
        text.update("one")
        self._clear_arrangement_cache()
        self._refresh_layout()
        text.update("one\ntwo\nthree")


async def test_a_text_that_changes_twice_before_it_is_laid_out_is_shown_whole(session: Session) -> None:
    async with looking_at(session, TwoTexts) as (looking, screen):
        screen.in_background("text", lambda: None, screen.show_twice)
        await looking.shows("one two three below")
