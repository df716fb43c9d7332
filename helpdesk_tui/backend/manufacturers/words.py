"""What manufacturers and networks say, made fit for an operator: one short line, no control characters, no secrets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

LONGEST = 200
"""Characters that are kept."""

MASK = "•••"

_URL = re.compile(r"(?P<origin>\b[a-z][a-z0-9+.-]{1,9}://[^\s/?#\"'<>]+)[/?#][^\s\"'<>]+", re.I)
_USER_INFO = re.compile(r"\b([a-z][a-z0-9+.-]{1,9}://)[^\s/@\"'<>]*@", re.I)
_TOKEN = re.compile(r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{16,}", re.ASCII)
_MAC = re.compile(r"(?:[0-9a-f]{2}[-_]?){6}", re.I)


def clean(text: str, secrets: Iterable[str] = ()) -> str | None:
    """One line of at most 200 characters for the operator, or None when nothing is left.

    Masked are `secrets`, the path of every URL, and whatever looks like a token. Masking comes before cutting, so
    that no half of a secret survives.
    """
    line = _shorten(" ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[:20_000]).split()))
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (secret, quote(secret, safe="")):
            line = re.sub(re.escape(form), MASK, line, flags=re.I)
    line = _URL.sub(lambda match: f"{match['origin']}/{MASK}", line)
    line = _USER_INFO.sub(rf"\1{MASK}@", line)
    line = _TOKEN.sub(lambda match: match[0] if _MAC.fullmatch(match[0]) else MASK, line)
    return (line if len(line) <= LONGEST else line[: LONGEST - 1] + "…") or None


def _shorten(line: str) -> str:
    """At most 1,000 characters, ending at a blank: the expressions above take their time with long texts, and half a
    secret would not be recognised."""
    return line if len(line) <= 1000 else line[:1000].rpartition(" ")[0]


def secret_parts(url: str) -> set[str]:
    """The pieces of our own URL that nobody may read: the whole, its path, long segments and its credentials."""
    parts = urlsplit(url)
    segments = {segment for segment in parts.path.split("/") if len(segment) >= 8 and "{" not in segment}
    whole = {parts.path} if len(parts.path) >= 8 else set()
    return {url, *whole, *segments, parts.query, parts.username or "", parts.password or ""} - {""}
