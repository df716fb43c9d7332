"""Which version of the API an Accept header asks for (compass.md, section 1.3), and what bodies may come as. Pure."""

from __future__ import annotations

from collections.abc import Iterator

COMPASS_V3 = "application/vnd.iperity.compass.v3+json"
JSON = "application/json"
BODIES = frozenset({COMPASS_V3, JSON})
"""Media types of bodies that are read."""

LONGEST_ACCEPT = 1000


def accepts_v3(accept: str) -> bool:
    """Whether version 3 is among what is offered.

    It must be named: Compass requires the header on every call, so a wildcard is not taken for it, and a script that
    works here works there.
    """
    return any(media_type == COMPASS_V3 and quality > 0 for media_type, quality in _offered(accept))


def accepts_json(accept: str) -> bool:
    """Whether plain JSON will do; it does for whoever sends no header."""
    if not accept.strip():
        return True
    weights = dict(_offered(accept))
    for name in (JSON, "application/*", "*/*"):
        if name in weights:
            return weights[name] > 0
    return False


def media_type_of(content_type: str) -> str:
    """The media type of a body, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def _offered(accept: str) -> Iterator[tuple[str, float]]:
    """The media types of an Accept header with their weights (RFC 9110, section 12.4.2)."""
    for part in accept[:LONGEST_ACCEPT].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        yield name, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
