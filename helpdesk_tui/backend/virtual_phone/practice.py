"""A practice: what a played caller says and does at each step, and what is really wrong.

Pure; the callers are data in assets/practice.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from helpdesk_tui.backend.virtual_phone.faults import Fault
from helpdesk_tui.backend.walkthroughs.definition import OTHER_WALKTHROUGH, Text
from helpdesk_tui.backend.walkthroughs.progress import How, Passage


class Deed(StrEnum):
    """What a caller does to the phone."""

    START = "start"
    """Plugs it in, or pulls the plug and puts it back."""
    RESET = "reset"
    """Resets it to factory defaults, after which it starts."""
    LOGIN = "login"
    """Logs in with *1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller says at a step, and does when it is done."""

    words: Text
    go: str = ""
    """The way that this answer means; empty: the step is confirmed, or proven by itself."""
    does: Deed | None = None
    mends: bool = False
    """What is wrong is put right then."""
    early: bool = False
    """It is done at once, before anybody asked for it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One caller, and what is really wrong."""

    id: str
    caller: str
    complaint: Text
    truth: Text
    """What is really wrong: told at the end."""
    found: frozenset[str]
    """Steps, ends and `walkthrough:…` of which one is passed by whoever finds it."""
    walkthrough: str
    """Where it is best begun."""
    phone: str
    """A search for phones that it fits."""
    faults: frozenset[Fault]
    silent: str
    """Who has not fetched settings for days: `phone`, `site`, or empty."""
    other_phone: bool
    """The phone in the caller's hand is not the one on record."""
    forgetful: bool
    """It has factory settings already."""
    anywhere: bool
    """It can be played in every walkthrough."""
    answers: Mapping[str, Answer]
    usual: Mapping[str, Answer]
    """What a caller answers where nothing is wrong."""

    def answer(self, walkthrough: str, step: str, *, mended: bool) -> Answer:
        """What the caller says and does at this step; a step of one walkthrough alone is `walkthrough/step`."""
        for answers in (() if mended else (self.answers,)) + (self.usual,):
            for name in (f"{walkthrough}/{step}", step):
                if name in answers:
                    return answers[name]
        return self.usual[OTHERWISE]


OTHERWISE = "otherwise"
"""The usual answer where there is no other."""


@dataclass(frozen=True, slots=True)
class Practice:
    """How far a practice is."""

    scenario: Scenario
    walkthrough: str = ""
    place: str = ""
    """The step or end that the run stands at."""
    passed: int = 0
    """Steps that were left in this walkthrough so far."""
    visited: frozenset[str] = frozenset()
    """Every place that the run came to."""
    moved: bool = False
    """Whether the first step was left."""
    obeyed: bool = False
    """Whether the caller has done already what this step asks."""
    rushed: frozenset[str] = frozenset()
    """Steps where the caller has been too quick: it happens once."""
    mended: bool = False

    @property
    def answer(self) -> Answer:
        """What the caller says here."""
        return self.scenario.answer(self.walkthrough, self.place, mended=self.mended)

    @property
    def faults(self) -> frozenset[Fault]:
        """What is wrong around the phone now."""
        return frozenset() if self.mended else self.scenario.faults

    @property
    def causes(self) -> frozenset[str]:
        """Where the operator came by what is really wrong."""
        return self.scenario.found & self.visited

    @property
    def over(self) -> bool:
        """Whether it leads on to another walkthrough that this caller was to be led to."""
        return any(place.startswith(OTHER_WALKTHROUGH) for place in self.causes)

    def words(self, language: str) -> str:
        """What the caller says now; first of all why they call."""
        why = () if self.moved else (self.scenario.complaint,)
        return " ".join(text.shown(language) for text in (*why, self.answer.words))

    def follow(self, walkthrough: str, place: str, trail: Sequence[Passage]) -> tuple[Practice, tuple[Deed, ...]]:
        """Go on to where the run stands now; and what the caller does because of that."""
        practice, deeds = self, list[Deed]()
        if walkthrough != self.walkthrough or len(trail) < self.passed:
            practice = practice._begin(walkthrough, trail)
        for passage in trail[practice.passed :]:
            practice = replace(practice, place=passage.step)
            if _as_asked(passage, practice.answer):
                practice, done = practice.obey()
                deeds += done
            visited = practice.visited | {passage.to}
            practice = replace(practice, obeyed=False, moved=True, visited=visited, passed=practice.passed + 1)
        practice = replace(practice, place=place)
        if practice.answer.early and place not in practice.rushed:
            practice, done = replace(practice, rushed=practice.rushed | {place}).obey()
            deeds += done
        return practice, tuple(deeds)

    def _begin(self, walkthrough: str, trail: Sequence[Passage]) -> Practice:
        """Another walkthrough, or the same from its start. What was done before the call is not the caller's."""
        passed = 0 if self.walkthrough else len(trail)
        visited = self.visited | {f"{OTHER_WALKTHROUGH}{walkthrough}"}
        return replace(self, walkthrough=walkthrough, passed=passed, visited=visited, obeyed=False)

    @property
    def told(self) -> str:
        """What there is to say to whoever lets the caller do what this step asks; empty: they do it, and it is seen."""
        answer = self.answer
        if self.obeyed and (answer.does or answer.mends):
            return "The caller has done that already: wait for what comes of it."
        if answer.does:
            return ""
        if answer.mends:
            return "The caller sees to it: go on when they say so."
        return "This step asks nothing of the caller: it is for you to go on."

    def obey(self) -> tuple[Practice, tuple[Deed, ...]]:
        """The caller does what the step asks, unless they have."""
        answer = self.answer
        if self.obeyed:
            return self, ()
        return replace(self, obeyed=True, mended=self.mended or answer.mends), (answer.does,) if answer.does else ()


def _as_asked(passage: Passage, answer: Answer) -> bool:
    """Whether this step was left as somebody does who has heard the answer; its evidence comes by itself."""
    return passage.how is How.TOLD or (passage.how is How.CHOSEN and passage.to == answer.go)


@dataclass(frozen=True, slots=True)
class Practices:
    """All callers, and what is said at the end."""

    scenarios: tuple[Scenario, ...]
    found: Text
    missed: Text

    def verdict(self, practice: Practice, language: str) -> str:
        """What was really wrong, and whether the operator found it."""
        said = (self.found if practice.causes else self.missed).shown(language)
        return said.replace("{truth}", practice.scenario.truth.shown(language))


def read_practices(text: str) -> Practices:
    """The callers of a practice.toml."""
    document = tomllib.loads(text)
    usual = _answers(document["usual"])
    over = document["over"]
    scenarios = tuple(_scenario(table, usual) for table in document["caller"])
    return Practices(scenarios, Text(over["found"]), Text(over["missed"]))


def _scenario(table: Mapping[str, Any], usual: Mapping[str, Answer]) -> Scenario:
    return Scenario(
        id=table["id"],
        caller=table["name"],
        complaint=Text(table["complaint"]),
        truth=Text(table["truth"]),
        found=frozenset(table["found"]),
        walkthrough=table["walkthrough"],
        phone=table["phone"],
        faults=frozenset(map(Fault, table.get("faults", ()))),
        silent=table.get("silent", ""),
        other_phone=table.get("other_phone", False),
        forgetful=table.get("forgetful", False),
        anywhere=table.get("anywhere", False),
        answers=_answers(table.get("answer", {})),
        usual=usual,
    )


def _answers(tables: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Answer]:
    return {
        place: Answer(
            Text({language: table[language] for language in ("en", "nl")}),
            table.get("go", ""),
            Deed(table["does"]) if "does" in table else None,
            table.get("mends", False),
            table.get("early", False),
        )
        for place, table in tables.items()
    }
