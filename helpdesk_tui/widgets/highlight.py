"""Colours for code: Pygments finds the tokens, and this table says what they look like."""

from __future__ import annotations

from typing import TypeAlias

from helpdesk_tui.widgets.text import safe

Line: TypeAlias = list[tuple[str, str]]
"""Pieces of one line: the name of a style (one of STYLES) and the text."""

STYLES = ("text", "name", "string", "number", "keyword", "comment", "added", "removed")

# The longest name that a token's own begins with decides.
_TOKENS = {
    "Name.Tag": "name",
    "Name.Attribute": "name",
    "Name.Entity": "number",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Keyword": "keyword",
    "Comment": "comment",
    "Generic.Inserted": "added",
    "Generic.Deleted": "removed",
    "Generic.Subheading": "comment",
}


def plain_lines(text: str) -> list[Line]:
    """The text without colours: what to show while it is still being highlighted."""
    return [[("text", safe(line))] for line in text.splitlines()]


def highlight_lines(text: str, lexer_name: str) -> list[Line]:
    """The text in colours, line by line. Slow (0.1 ms a line): call it in a thread.

    `lexer_name` is a name that Pygments knows (`xml`, `diff`) or `yealink`.
    """
    from pygments.lexers import get_lexer_by_name  # late: it costs start-up time

    from helpdesk_tui.widgets.yealink_lexer import YealinkLexer

    options = {"stripnl": False, "ensurenl": False}
    lexer = YealinkLexer(**options) if lexer_name == "yealink" else get_lexer_by_name(lexer_name, **options)
    known: dict[object, str] = {}
    lines: list[Line] = [[]]
    for token, value in lexer.get_tokens(text):
        style = known.get(token) or known.setdefault(token, _style(str(token).removeprefix("Token.")))
        first, *others = value.split("\n")
        if first:
            lines[-1].append((style, safe(first)))
        for part in others:
            lines.append([(style, safe(part))] if part else [])
    return lines if lines[-1] else lines[:-1]


def _style(token: str) -> str:
    while token and token not in _TOKENS:
        token = token.rpartition(".")[0]
    return _TOKENS.get(token, "text")
