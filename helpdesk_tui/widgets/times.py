"""Moments as operators read them: relative in lists, exact where there is room."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk_tui.themes import symbols

LONG_AGO = timedelta(days=300)
"""From here on the year says more than the time."""


def short_ago(moment: datetime | None, now: datetime) -> str:
    """`2 d`, `3 h`, `5 min`, `now`, or a dash for never."""
    if moment is None:
        return symbols().none
    return short_span(now - moment) if now - moment >= timedelta(minutes=1) else "now"


def ago(moment: datetime, now: datetime) -> str:
    """`2 d ago`, `just now`."""
    return f"{short_span(now - moment)} ago" if now - moment >= timedelta(minutes=1) else "just now"


def short_span(span: timedelta) -> str:
    """`2 d`, `3 h`, `5 min`, `40 s`."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def countdown(span: timedelta) -> str:
    """`2 d 4 h`, `4 h 12 min`, `12 min`: what is left until a deadline."""
    minutes = max(0, int(span.total_seconds())) // 60
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def when(moment: datetime, now: datetime) -> str:
    """`14:02` today, `17 Nov 14:02` on another day, in the zone of the machine."""
    return moment.astimezone().strftime("%H:%M") if same_day(moment, now) else exact(moment, now)


def same_day(moment: datetime, now: datetime) -> bool:
    """Whether it is a moment of today, in the zone of the machine."""
    return moment.astimezone().date() == now.astimezone().date()


def exact(moment: datetime | None, now: datetime | None = None) -> str:
    """`17 Nov 14:02`, in the zone of the machine; `17 Nov 2024` when `now` is given and it was long before."""
    if moment is None:
        return symbols().none
    there = moment.astimezone()
    old = now is not None and now - moment > LONG_AGO
    return there.strftime("%d %b %Y" if old else "%d %b %H:%M")


def to_the_second(moment: datetime, now: datetime) -> str:
    """`14:02:11` for today, `17 Nov 14:02:11` before, in the zone of the machine; `17 Nov 2024` for long before."""
    there = moment.astimezone()
    if there.date() == now.astimezone().date():
        return there.strftime("%H:%M:%S")
    return there.strftime("%d %b %Y" if now - moment > LONG_AGO else "%d %b %H:%M:%S")
