"""What is done with sites, and with who is answered slowly: on the screen of sites and on that of services."""

from __future__ import annotations

import asyncio

from helpdesk_tui.backend import Failures, Whereabouts
from helpdesk_tui.screens.base import HelpdeskScreen

CONSEQUENCE = "Its failures are forgotten and its next ones are counted from zero."


async def release(screen: HelpdeskScreen, failures: Failures) -> bool:
    """Ask, and forget these failures; whether that was done."""
    subject = failures.subject
    if not await screen.ask(f"Release {subject}?", consequence=CONSEQUENCE, yes="Yes, release it"):
        return False
    await asyncio.to_thread(screen.session.helpdesk.fetching.release, subject)
    screen.say(f"{subject} is answered as everybody else.")
    return True


def open_place(screen: HelpdeskScreen, place: Whereabouts) -> None:
    """Show the phones of a site in a list, or the phone of a MAC."""
    if place.site:
        from helpdesk_tui.screens.phones import PhonesScreen

        screen.app.push_screen(PhonesScreen(screen.session, search=f"at:{place.site.address}"))
    elif place.phone:
        from helpdesk_tui.screens.phone import PhoneScreen

        screen.app.push_screen(PhoneScreen(screen.session, place.phone.id))
