"""How everything looks: the themes, the shapes of the verdicts, and what a poor console gets instead."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from textual.theme import Theme

THEME_NAMES = ("auto", "dark", "light", "high-contrast", "ansi", "mono")


@dataclass(frozen=True, slots=True)
class Symbols:
    """Every character outside plain text that the screens use."""

    ascii: bool
    ok: str
    waiting: str
    attention: str
    mark: str
    """A marked row; a step that is done."""
    pointer: str
    """The current step; the way to go."""
    ellipsis: str
    none: str
    """Stands where there is no value."""
    rule: str
    """A horizontal line is made of it."""
    bar: str
    """A vertical line is made of it."""
    thumb: str
    """The scrollbar."""
    enter: str
    up: str
    down: str
    arrow: str

    def verdict(self, kind: str) -> str:
        """The shape of a verdict (`ok`, `waiting`, `attention`)."""
        return {"ok": self.ok, "waiting": self.waiting, "attention": self.attention}.get(kind, "?")


# The waiting sign is no clock: those are emoji, two cells wide on some terminals and one on others.
UNICODE = Symbols(False, "●", "◷", "▲", "✓", "▸", "…", "–", "─", "│", "▐", "⏎", "↑", "↓", "→")
ASCII = Symbols(True, "o", "~", "!", "*", ">", "..", "-", "-", "|", "#", "enter", "up", "down", "->")


def symbols() -> Symbols:
    """The characters that this console can show."""
    settings = tuple(os.environ.get(name, "") for name in ("HELPDESK_TUI_ASCII", "TERM", "LC_ALL", "LC_CTYPE", "LANG"))
    return _symbols(*settings)


@cache
def _symbols(forced: str, term: str, *locales: str) -> Symbols:
    """HELPDESK_TUI_ASCII (1 or 0) decides; else the kernel's console and locales that are not UTF-8 get ASCII."""
    if forced:
        return UNICODE if forced == "0" else ASCII
    locale = next((value for value in locales if value), "").upper()
    charset = locale.partition(".")[2].partition("@")[0].replace("-", "")
    poor = locale in ("C", "POSIX") or (charset and charset != "UTF8")
    return ASCII if poor or term in ("linux", "vt100", "vt102", "vt220", "ansi") else UNICODE


def choose_theme(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme to use: NO_COLOR (no-color.org) wins, `auto` asks the terminal's own description."""
    if "NO_COLOR" in environ:
        return "mono"
    if wanted != "auto":
        return wanted
    many_colours = environ.get("COLORTERM", "") in ("truecolor", "24bit") or "256color" in environ.get("TERM", "")
    if not many_colours:
        return "ansi"
    # COLORFGBG is `foreground;background` in ANSI numbers, set by rxvt, Konsole and others.
    return "light" if environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15") else "dark"


def _truecolour(
    name: str, *, dark: bool, ground: str, raised: str, ink: str, quiet: str, accent: str, on_accent: str,
    ok: str, waiting: str, attention: str, error: str, code: tuple[str, str, str, str],
) -> Theme:  # fmt: skip
    """A theme of few colours, all of them in the 256-colour cube so that they survive ssh without COLORTERM."""
    tag, string, number, keyword = code
    return Theme(
        name, primary=accent, secondary=accent, accent=accent, warning=attention, error=error, success=ok,
        foreground=ink, background=ground, surface=ground, panel=raised, dark=dark,
        variables={
            **_shared(ink=ink, quiet=quiet, accent=accent, rule=quiet),
            "ok": ok, "waiting": waiting, "attention": attention,
            "cursor": accent, "cursor-ink": on_accent, "cursor-style": "none", "raised": raised,
            "pill": accent, "pill-ink": on_accent, "pill-style": "bold",
            "alarm": attention, "alarm-ink": ground, "alarm-style": "bold",
            "found": attention, "found-ink": ground, "found-style": "none",
            "option": accent, "option-ink": on_accent, "option-style": "none",
            "notice": raised, "notice-ink": ink, "caution": raised, "caution-ink": attention,
            "alert": error, "alert-ink": ground, "notice-style": "none",
            "code-name": tag, "code-string": string, "code-number": number, "code-keyword": keyword,
            "block-cursor-background": accent, "block-cursor-foreground": on_accent, "block-cursor-text-style": "none",
            "scrollbar": quiet, "scrollbar-background": ground, "scrollbar-hover": ink, "scrollbar-active": ink,
            "scrollbar-background-hover": ground, "scrollbar-background-active": ground,
            "input-selection-background": quiet,
        },
    )  # fmt: skip


def _sixteen(name: str, *, accent: str, ok: str, waiting: str, attention: str, error: str,
             code: tuple[str, str, str, str]) -> Theme:  # fmt: skip
    """A theme of the terminal's own colours on its own background: what is chosen shows in reverse video.

    Without colours there is nothing but bold, underline and reverse; Textual's option lists know no reverse.
    """
    mono = accent == "ansi_default"
    tag, string, number, keyword = code
    plain = "ansi_default"
    return Theme(
        name, ansi=True, primary=accent, secondary=accent, accent=accent, warning=attention, error=error, success=ok,
        foreground=plain, background=plain, surface=plain, panel=plain, boost=plain,
        variables={
            **_shared(ink=plain, quiet=f"{plain} 50%", accent=accent, rule=plain),
            "ansi-background": plain, "ansi-foreground": plain,
            "ok": ok, "waiting": waiting, "attention": attention,
            "cursor": plain, "cursor-ink": plain, "cursor-style": "reverse", "raised": plain,
            "pill": plain, "pill-ink": accent, "pill-style": "bold reverse",
            "alarm": plain, "alarm-ink": attention, "alarm-style": "bold reverse",
            "found": plain, "found-ink": plain, "found-style": "underline",
            "option": accent, "option-ink": plain if mono else "ansi_black",
            "option-style": "bold underline" if mono else "none",
            "notice": accent, "notice-ink": plain if mono else "ansi_black",
            "caution": plain if mono else "ansi_yellow", "caution-ink": plain if mono else "ansi_black",
            "alert": error, "alert-ink": plain if mono else "ansi_bright_white",
            "notice-style": "bold reverse" if mono else "none",
            "code-name": tag, "code-string": string, "code-number": number, "code-keyword": keyword,
            "block-cursor-background": plain, "block-cursor-foreground": plain, "block-cursor-text-style": "reverse",
            "block-cursor-blurred-background": plain, "block-cursor-blurred-text-style": "reverse",
            "block-hover-background": plain, "border": accent, "border-blurred": plain,
            "scrollbar": plain, "scrollbar-background": plain, "scrollbar-hover": plain, "scrollbar-active": plain,
            "scrollbar-background-hover": plain, "scrollbar-background-active": plain,
            "footer-key-foreground": accent, "link-color": accent, "link-background-hover": plain,
            "link-color-hover": plain, "input-selection-background": plain, "input-selection-foreground": plain,
            "input-cursor-text-style": "reverse",
        },
    )  # fmt: skip


def _shared(*, ink: str, quiet: str, accent: str, rule: str) -> dict[str, str]:
    return {"ink": ink, "quiet": quiet, "key": accent, "rule": rule}


THEMES: tuple[Theme, ...] = (
    _truecolour(
        "dark", dark=True, ground="#121212", raised="#262626", ink="#d0d0d0", quiet="#8a8a8a",
        accent="#5fafd7", on_accent="#080808", ok="#87af87", waiting="#87afd7", attention="#ffaf5f", error="#ff5f5f",
        code=("#87afd7", "#afd787", "#d7af87", "#d7afff"),
    ),
    _truecolour(
        "light", dark=False, ground="#ffffff", raised="#e4e4e4", ink="#1c1c1c", quiet="#626262",
        accent="#005f87", on_accent="#ffffff", ok="#005f00", waiting="#005faf", attention="#af5f00", error="#af0000",
        code=("#005faf", "#005f00", "#875f00", "#5f00af"),
    ),
    _truecolour(
        "high-contrast", dark=True, ground="#000000", raised="#000000", ink="#ffffff", quiet="#d0d0d0",
        accent="#ffff00", on_accent="#000000", ok="#5fff5f", waiting="#5fffff", attention="#ffaf00", error="#ff8787",
        code=("#5fffff", "#5fff5f", "#ffff00", "#ffafff"),
    ),
    _sixteen(
        "ansi", accent="ansi_cyan", ok="ansi_green", waiting="ansi_default", attention="ansi_red", error="ansi_red",
        code=("ansi_cyan", "ansi_green", "ansi_magenta", "ansi_blue"),
    ),
    _sixteen(
        "mono", accent="ansi_default", ok="ansi_default", waiting="ansi_default", attention="ansi_default",
        error="ansi_default", code=("ansi_default",) * 4,
    ),
)  # fmt: skip
