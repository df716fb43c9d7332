"""Reads the files of walkthroughs. Whatever is wrong is collected, each with file, line and reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

from helpdesk_tui.backend.model.catalogue import ResetWay
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.checks import CHECKS
from helpdesk_tui.backend.walkthroughs.definition import (
    LANGUAGES,
    OTHER_WALKTHROUGH,
    Branch,
    Choice,
    Condition,
    Drawing,
    End,
    Question,
    Text,
    Variant,
    WalkStep,
    Walkthrough,
)
from helpdesk_tui.backend.walkthroughs.lines import Lines
from helpdesk_tui.backend.walkthroughs.words import PLACEHOLDERS

WIDEST_DRAWING = 26
"""Cells: what the narrow column has at 80x24."""

TALLEST_DRAWING = 7

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for every byte that is no UTF-8."""

CONDITION = ("vendors", "families", "resets", "checks")
TOP = ("order", "title", "about", "vendors", "families", "resets", "step", "end")
STEP = (
    *("id", "use", "title", "say", "do", "drawing", "variant", "choice", "branch", "ask", "only", "check", "needs"),
    *("otherwise", "confirm", "late_minutes", "next", "actions", "starts_clock", "may_skip"),
)
END = ("id", "use", "title", "say", "do", "good")

Table = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Shared:
    """Steps and ends that several walkthroughs use, as they stand in shared.toml, by their ids."""

    steps: Mapping[str, Table] = field(default_factory=dict)
    ends: Mapping[str, Table] = field(default_factory=dict)

    def under(self, own: Shared) -> Shared:
        """With those of an own folder over them."""
        return Shared({**self.steps, **own.steps}, {**self.ends, **own.ends})


@dataclass(frozen=True, slots=True)
class Known:
    """What a walkthrough may name besides its own steps."""

    shared: Shared
    drawings: Collection[str]
    walkthroughs: Collection[str]
    families: Collection[str]


class Document:
    """One file of TOML, with the problems found in it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._text = text
        self.root: Table = {}
        if UNREADABLE in text:
            line = text[: text.index(UNREADABLE)].count("\n") + 1
            self.problems.append(Problem(file, line, "this cannot be read as text in UTF-8."))
            return
        try:
            self.root = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else len(text.splitlines())
            self.problems.append(Problem(file, line, f"this is not TOML: {str(error).partition(' (at')[0]}."))

    @cached_property
    def lines(self) -> Lines:
        """Where its values stand; only those who complain want to know."""
        return Lines(self._text)

    def problem(self, path: tuple[str | int, ...], reason: str) -> None:
        """Note one."""
        self.problems.append(Problem(self.file, self.lines.of(*path), reason))

    # -- single values ------------------------------------------------------------------------------------------------

    def known(self, path: tuple[str | int, ...], table: Table, keys: Iterable[str]) -> None:
        """Every key that nobody knows is a problem: most often it is a misspelt one."""
        keys = tuple(keys)
        for key in table:
            if key not in keys:
                from difflib import get_close_matches

                near = get_close_matches(key, keys, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(keys)}."
                self.problem((*path, key), f"{key!r} is unknown here: {hint}")

    def value(self, path: tuple[str | int, ...], table: Table, key: str, kind: type[T], default: T) -> T:
        """A plain value of this kind."""
        found = table.get(key, default)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            names = {str: "text in quotes", int: "a whole number", bool: "true or false", list: "a list in brackets"}
            self.problem((*path, key), f"{key} must be {names.get(kind, 'a table')}.")
            return default
        return found

    def names(self, path: tuple[str | int, ...], table: Table, key: str, known: Iterable[str]) -> tuple[str, ...]:
        """A list of names out of a known set."""
        known = tuple(known)
        names = tuple(map(str, self.value(path, table, key, list, [])))
        for name in names:
            if name not in known:
                self.problem((*path, key), f"{name!r} is not one of {', '.join(known)}.")
        return tuple(name for name in names if name in known)

    def text(self, path: tuple[str | int, ...], table: Table, key: str, *, needed: bool = False) -> Text:
        """A text by language; a plain string is English."""
        found = table.get(key)
        if isinstance(found, str):
            found = {"en": found}
        if found is None:
            if needed:
                self.problem(path, f'{key} is missing: give it as {key}.en = "…" and {key}.nl = "…".')
            return Text()
        if not isinstance(found, dict) or not all(isinstance(text, str) and text.strip() for text in found.values()):
            self.problem((*path, key), f'{key} must be text by language, such as {key}.en = "…".')
            return Text()
        for language, text in found.items():
            for name in re.findall(r"\{(\w*)\}", text):
                if name not in PLACEHOLDERS:
                    known = ", ".join(PLACEHOLDERS)
                    self.problem((*path, key, language), f"{{{name}}} stands for nothing: known are {known}.")
        return Text({language: " ".join(text.split()) for language, text in found.items()})

    def tables(self, path: tuple[str | int, ...], table: Table, key: str) -> list[Table]:
        """An array of tables."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.problem((*path, key), f"{key} must be tables, each begun with [[{key}]].")
            return []
        return found

    def condition(self, path: tuple[str | int, ...], table: Table, families: Iterable[str]) -> Condition:
        """For which phones and evidence something is meant."""
        return Condition(
            frozenset(Vendor(name) for name in self.names(path, table, "vendors", [v.value for v in Vendor])),
            frozenset(self.names(path, table, "families", families)),
            frozenset(ResetWay(name) for name in self.names(path, table, "resets", [way.value for way in ResetWay])),
            self.names(path, table, "checks", CHECKS),
        )


def read_shared(document: Document) -> Shared:
    """The steps and ends of a shared.toml; they are checked where they are used."""
    document.known((), document.root, ("step", "end"))
    found: dict[str, dict[str, Table]] = {"step": {}, "end": {}}
    for key, tables in found.items():
        for number, table in enumerate(document.tables((), document.root, key)):
            name = document.value((key, number), table, "id", str, "")
            if not name:
                document.problem((key, number), f"this {key} has no id.")
            tables[name] = table
    return Shared(found["step"], found["end"])


def read_drawings(document: Document) -> dict[str, Drawing]:
    """The drawings of a drawings.toml."""
    document.known((), document.root, ("drawing",))
    tables = document.value((), document.root, "drawing", dict, {})
    return {name: _drawing(document, name, table) for name, table in tables.items()}


def _drawing(document: Document, name: str, table: Table) -> Drawing:
    document.known(("drawing", name), table, ("art",))
    found = table.get("art")
    arts: Table = found if isinstance(found, dict) else {LANGUAGES[0]: found}
    if not arts or not all(isinstance(art, str) for art in arts.values()):
        document.problem(("drawing", name, "art"), "art must be text, or text by language such as art.en.")
        return Drawing(name, Text())
    for art in arts.values():
        lines = art.strip("\n").splitlines()
        if len(lines) > TALLEST_DRAWING or max(map(len, lines), default=0) > WIDEST_DRAWING:
            reason = f"at most {WIDEST_DRAWING} cells and {TALLEST_DRAWING} lines have room."
            document.problem(("drawing", name, "art"), reason)
        if not all(line.isprintable() for line in lines):
            document.problem(("drawing", name, "art"), "only printable characters: no tabs.")
    return Drawing(name, Text({language: art.strip("\n") for language, art in arts.items()}))


class WalkthroughReader:
    """Turns one document into one walkthrough."""

    def __init__(self, document: Document, known: Known) -> None:
        self._document = document
        self._known = known
        self._families = known.families

    def read(self, walkthrough_id: str) -> Walkthrough | None:
        """The walkthrough; None when the document has problems."""
        document, root = self._document, self._document.root
        if document.problems:
            return None
        document.known((), root, TOP)
        tables = document.tables((), root, "step")
        if not tables:
            document.problem((), "there is no [[step]].")
            return None
        steps = self._used("step", tables, self._known.shared.steps)
        ends = self._used("end", document.tables((), root, "end"), self._known.shared.ends)
        walkthrough = Walkthrough(
            walkthrough_id,
            document.value((), root, "order", int, 100),
            document.text((), root, "title", needed=True),
            document.text((), root, "about", needed=True),
            document.condition((), root, self._families),
            tuple(self._step(number, steps) for number in range(len(steps))),
            tuple(self._end(("end", number), table) for number, table in enumerate(ends)),
            document.file,
        )
        self._check_ways(walkthrough)
        return None if document.problems else walkthrough

    def _used(self, kind: str, tables: list[Table], shared: Mapping[str, Table]) -> list[Table]:
        """The tables, each with what it uses of shared.toml; its own keys win."""
        merged: list[Table] = []
        for number, table in enumerate(tables):
            use = table.get("use")
            if use is not None and use not in shared:
                self._document.problem((kind, number, "use"), f"shared.toml has no {kind} {use!r}.")
            merged.append({**shared.get(str(use), {}), **{key: table[key] for key in table if key != "use"}})
        return merged

    def _step(self, number: int, tables: list[Table]) -> WalkStep:
        document, table, path = self._document, tables[number], ("step", number)
        document.known(path, table, STEP)
        own_id = document.value(path, table, "id", str, "")
        if not own_id:
            document.problem(path, "this step has no id.")
        following = str(tables[number + 1].get("id", "")) if number + 1 < len(tables) else ""
        question = not {"confirm", "check", "only"} & table.keys()
        go_on = document.value(path, table, "next", str, "" if question else following)
        if not go_on and not question:
            document.problem(path, f'the last step needs to say where it leads: next = "…" is missing in {own_id!r}.')
        late = document.value(path, table, "late_minutes", int, 0)
        return WalkStep(
            id=own_id,
            title=document.text(path, table, "title", needed=True),
            variants=self._variants(path, table),
            next=go_on,
            only=document.condition((*path, "only"), document.value(path, table, "only", dict, {}), self._families),
            checks=document.names(path, table, "check", CHECKS),
            needs=document.names(path, table, "needs", CHECKS),
            otherwise=document.value(path, table, "otherwise", str, ""),
            confirm=document.text(path, table, "confirm"),
            late_after=timedelta(minutes=late) if late else None,
            choices=self._each(path, table, "choice", self._choice),
            branches=self._each(path, table, "branch", self._branch),
            actions=document.names(path, table, "actions", [action.value for action in Action]),
            questions=self._each(path, table, "ask", self._question),
            starts_clock=document.value(path, table, "starts_clock", bool, False),
            may_skip=document.value(path, table, "may_skip", bool, True),
        )

    def _each(
        self, path: tuple[str | int, ...], table: Table, key: str, read: Callable[[tuple[str | int, ...], Table], T]
    ) -> tuple[T, ...]:
        entries = enumerate(self._document.tables(path, table, key))
        return tuple(read((*path, key, number), entry) for number, entry in entries)

    def _variants(self, path: tuple[str | int, ...], table: Table) -> tuple[Variant, ...]:
        """Those for certain phones first; what stands in the step itself is for all others."""
        return (*self._each(path, table, "variant", self._variant), self._said(path, table, Condition()))

    def _variant(self, path: tuple[str | int, ...], table: Table) -> Variant:
        self._document.known(path, table, ("vendors", "families", "resets", "say", "do", "drawing"))
        return self._said(path, table, self._document.condition(path, table, self._families))

    def _said(self, path: tuple[str | int, ...], table: Table, condition: Condition) -> Variant:
        document = self._document
        drawing = document.value(path, table, "drawing", str, "")
        if drawing and drawing not in self._known.drawings:
            document.problem((*path, "drawing"), f"there is no drawing {drawing!r} in drawings.toml.")
        say, do = (document.text(path, table, key, needed=True) for key in ("say", "do"))
        return Variant(condition, say, do, drawing)

    def _choice(self, path: tuple[str | int, ...], table: Table) -> Choice:
        document = self._document
        document.known(path, table, ("label", "go", "late", "consequence", *CONDITION))
        return Choice(
            document.text(path, table, "label", needed=True),
            document.value(path, table, "go", str, ""),
            document.condition(path, table, self._families),
            document.value(path, table, "late", bool, False),
            document.text(path, table, "consequence"),
        )

    def _branch(self, path: tuple[str | int, ...], table: Table) -> Branch:
        self._document.known(path, table, ("go", *CONDITION))
        condition = self._document.condition(path, table, self._families)
        return Branch(condition, self._document.value(path, table, "go", str, ""))

    def _question(self, path: tuple[str | int, ...], table: Table) -> Question:
        self._document.known(path, table, ("id", "label"))
        question_id = self._document.value(path, table, "id", str, "")
        if not question_id:
            self._document.problem(path, "this question has no id.")
        return Question(question_id, self._document.text(path, table, "label", needed=True))

    def _end(self, path: tuple[str | int, ...], table: Table) -> End:
        document = self._document
        document.known(path, table, END)
        return End(
            document.value(path, table, "id", str, ""),
            document.text(path, table, "title", needed=True),
            document.text(path, table, "say", needed=True),
            document.text(path, table, "do", needed=True),
            document.value(path, table, "good", bool, False),
        )

    # -- does it lead anywhere? ---------------------------------------------------------------------------------------

    def _check_ways(self, walkthrough: Walkthrough) -> None:
        document = self._document
        places = [step.id for step in walkthrough.steps] + [end.id for end in walkthrough.ends]
        for twice in sorted({place for place in places if places.count(place) > 1}):
            document.problem((), f"the id {twice!r} is used more than once.")
        reached: set[str] = set()
        for number, step in enumerate(walkthrough.steps):
            reached.update(step.ways())
            for go in step.ways():
                if go.startswith(OTHER_WALKTHROUGH):
                    if go.removeprefix(OTHER_WALKTHROUGH) not in self._known.walkthroughs:
                        document.problem(("step", number), f"{step.id!r} leads to {go!r}, which does not exist.")
                elif go not in places:
                    document.problem(("step", number), f"{step.id!r} leads to {go!r}, which is no step or end here.")
            if not step.confirm and not _always_offers(step):
                reason = "has no way out that is always offered: give it confirm, or a choice, or late_minutes and one"
                document.problem(("step", number), f"{step.id!r} {reason}.")
        for place in places[1:]:
            if place not in reached:
                document.problem((), f"nothing leads to {place!r}.")


def _always_offers(step: WalkStep) -> bool:
    """Whether sooner or later a choice is offered, whatever the evidence says."""
    return any(
        choice.condition == Condition() and (not choice.late or step.late_after is not None) for choice in step.choices
    )
