"""The caller of the demo: does something to a phone, or calls for a practice, and is led through a walkthrough."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from textual.content import Content

from helpdesk_tui.backend import Condition, Deed
from helpdesk_tui.commands import press
from helpdesk_tui.screens.base import HelpdeskScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import safe

if TYPE_CHECKING:
    from helpdesk_tui.backend import Caller, Glance, Phone, Scenario

ONLY_IN_THE_DEMO = "Only the demo has a caller to play."
SURPRISE = "Surprise me"


class Play(Enum):
    """What a caller does with the phone that is looked at."""

    RESET = "Reset it to factory defaults"
    START = "Restart it, or plug it in"
    OBEY = "Do what you say, step by step in a walkthrough"
    CALL = "Call with a trouble of their own, for you to find"


DEEDS = {Play.RESET: Deed.RESET, Play.START: Deed.START}


async def play_caller(screen: HelpdeskScreen, phone: Phone, walkthrough: str = "") -> None:
    """Ask what the caller with this phone does, and let them."""
    caller = screen.session.caller
    if caller is None:
        screen.say(ONLY_IN_THE_DEMO, "warning")
        return
    play = await screen.choose(f"What does the caller with {phone.mac} do?", [(each, each.value) for each in Play])
    if play in DEEDS:
        await asyncio.to_thread(caller.play, phone, DEEDS[play])
    elif play is Play.OBEY:
        await _call(screen, caller, caller.practices.scenarios[0], phone, walkthrough)
    elif play is Play.CALL:
        await choose_caller(screen, phone, walkthrough)


async def choose_caller(screen: HelpdeskScreen, phone: Phone | None = None, walkthrough: str = "") -> None:
    """Ask who is to call, about this phone or about one that fits, and open the walkthrough to lead them through."""
    caller = screen.session.caller
    if caller is None:
        screen.say(ONLY_IN_THE_DEMO, "warning")
        return
    language = screen.session.helpdesk.walkthroughs.language
    scenarios = caller.practices.scenarios
    told = [(each, f"{each.caller}: {each.complaint.shown(language)}") for each in scenarios]
    options: list[tuple[Scenario | None, str]] = [(None, SURPRISE), *told]
    number = await screen.choose("Practice: who calls?", [(n, text) for n, (_, text) in enumerate(options)])
    if number is None:
        return
    scenario = options[number][0] or random.choice(scenarios)
    about = phone if phone is not None else await asyncio.to_thread(caller.phone_for, scenario)
    await _call(screen, caller, scenario, about, walkthrough)


async def _call(screen: HelpdeskScreen, caller: Caller, scenario: Scenario, about: Phone, here: str) -> None:
    """Let them call, and lead them through the walkthrough that is under way, or through the one that fits best.

    `here` is the one that is on the screen; empty: none is.
    """
    await asyncio.to_thread(caller.call, scenario, about)
    screen.say(f"{scenario.caller} is on the line, about {about.mac}. {press('play_caller')}: they do what you say.")
    runs = await asyncio.to_thread(screen.session.helpdesk.walkthroughs.runs_of, about)
    under_way = here or next((run.walkthrough for run in runs if run.ended_at is None), "")
    begin = under_way if under_way and scenario.anywhere else scenario.walkthrough
    if begin != here:
        from helpdesk_tui.screens.walkthrough import WalkthroughScreen

        screen.app.push_screen(WalkthroughScreen(screen.session, about.id, begin))


def glance_text(glance: Glance, say: Callable[[str], str] = str) -> Content:
    """What is seen of a phone that the caller did something to; `say` translates."""
    sign = symbols()
    if glance.condition is Condition.STARTING:
        return Content.styled(f"{sign.waiting} {safe(say(glance.step))}{sign.ellipsis}", "$waiting")
    look, shape = ("$ok", sign.ok) if glance.condition is Condition.READY else ("$attention", sign.attention)
    return Content.styled(f"{shape} {safe(say(glance.text))}", look)


def progress_text(glance: Glance) -> Content:
    """The same in one line, with what happens in the step."""
    if glance.condition is not Condition.STARTING or not glance.text:
        return glance_text(glance)
    text = f"{symbols().waiting} The caller's phone: {safe(glance.step)}: {safe(glance.text)}"
    return Content.styled(text, "$waiting")
