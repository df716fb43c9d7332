"""A practice: somebody who is played calls, and an operator leads them through a walkthrough."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from helpdesk_tui.screens.base import HelpdeskScreen

if TYPE_CHECKING:
    from helpdesk_tui.backend import Phone, Scenario

SURPRISE = "Surprise me"


async def choose_caller(screen: HelpdeskScreen, phone: Phone | None = None, walkthrough: str = "") -> None:
    """Ask who is to call, about this phone or about one that fits, and open the walkthrough to lead them through."""
    caller = screen.session.caller
    if caller is None:
        screen.say("Only the demo has a caller to play.", "warning")
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
    await asyncio.to_thread(caller.call, scenario, about)
    screen.say(f"{scenario.caller} is on the line, about {about.mac}. p: the caller does what you say.")
    begin = walkthrough if walkthrough and scenario.anywhere else scenario.walkthrough
    if begin != walkthrough:
        from helpdesk_tui.screens.walkthrough import WalkthroughScreen

        screen.app.push_screen(WalkthroughScreen(screen.session, about.id, begin))
