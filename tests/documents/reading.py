"""The README and the documents, read as a person reads them: headings, commands, configurations, tables, links."""

from __future__ import annotations

import re
from pathlib import Path

import helpdesk_tui

CHECKOUT = Path(helpdesk_tui.__file__).parents[1]
DOCUMENTS = (CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(text: str, language: str) -> list[str]:
    """What stands between fences of this language."""
    return [body for name, body in FENCE.findall(text) if name == language]


def commands(text: str) -> list[str]:
    """The commands for a shell, one by one; lines that end in a backslash go on."""
    found = []
    for body in blocks(text, "sh"):
        found += [line for line in body.replace("\\\n", " ").splitlines() if line.strip()]
    return found


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its kind or higher."""
    prose = FENCE.sub(lambda fence: fence[0].replace("\n#", "\n\\#"), text)  # comments in configurations
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,6}} |\Z)", prose, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[2].replace("\n\\#", "\n#")


def first_cells(text: str) -> list[list[str]]:
    """The words in backticks of the first cell of every row of its tables."""
    rows = [line.split("|")[1] for line in text.replace(r"\|", "/").splitlines() if line.startswith("| ")]
    return [words for row in rows if (words := re.findall(r"`([^`]+)`", row))]


def anchors(text: str) -> set[str]:
    """Where links into a document may lead."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
