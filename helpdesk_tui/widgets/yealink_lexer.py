"""A Pygments lexer for Yealink's `.cfg` files: `key = value`, comments and `%NULL%`."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Text, Whitespace


class YealinkLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """One setting a line; a line that starts with `#` is a comment (`#!version:1.0.0.1` is the first)."""

    name = "Yealink configuration"
    aliases: ClassVar[list[str]] = ["yealink"]
    filenames: ClassVar[list[str]] = ["*.cfg"]
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\n", Whitespace),
            (r"#!.*", Keyword),
            (r"[ \t]*#.*", Comment),
            (r"([^\s=#][^=\n]*?)([ \t]*)(=)([ \t]*)", bygroups(Name.Attribute, Text, Operator, Text), "value"),
            (r".+", Text),
        ],
        "value": [
            (r"%NULL%(?=[ \t]*$)", Keyword, "#pop"),
            (r"[+-]?\d+(\.\d+)*(?=[ \t]*$)", Number, "#pop"),
            (r"[^\n]+", String, "#pop"),
            (r"", Text, "#pop"),
        ],
    }
