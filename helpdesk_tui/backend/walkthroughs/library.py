"""All walkthroughs: those that travel with the program, with those of an own folder over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.walkthroughs.definition import Drawing, Walkthrough
from helpdesk_tui.backend.walkthroughs.reader import (
    Document,
    Known,
    Problem,
    Shared,
    WalkthroughReader,
    read_drawings,
    read_shared,
)
from helpdesk_tui.backend.walkthroughs.sentences import Sentences, read_sentences

SHARED = "shared"
DRAWINGS = "drawings"
SENTENCES = "sentences"
"""Names of the files that hold no walkthrough."""

Files = Mapping[str, str]
"""What the files of a folder hold, by their paths."""


@dataclass(frozen=True, slots=True)
class Library:
    """What can be walked through."""

    walkthroughs: Mapping[str, Walkthrough]
    """By id, in the order in which they are offered."""
    drawings: Mapping[str, Drawing]
    problems: tuple[Problem, ...]
    sentences: Sentences = field(default_factory=Sentences)
    """What the program says of its own accord."""

    def offered(self, model: PhoneModel) -> tuple[Walkthrough, ...]:
        """Those that are meant for this model."""
        return tuple(w for w in self.walkthroughs.values() if w.condition.fits(model))


def read_library(shipped: Files, own: Files, families: Collection[str]) -> Library:
    """Read both folders. A faulty file of one's own is reported, and what it replaces stays in force."""
    problems: list[Problem] = []
    ours, theirs = _by_name(shipped), _by_name(own)
    shared, own_shared = _shared(ours, problems), _shared(theirs, problems)
    drawings = _drawings(ours, problems) | _drawings(theirs, problems)
    sentences = _sentences(ours, problems).under(_sentences(theirs, problems))
    names = [name for name in (ours | theirs) if name not in (SHARED, DRAWINGS, SENTENCES)]
    known = Known(shared.under(own_shared), drawings.keys(), names, families)
    without_own_steps = replace(known, shared=shared)
    found: list[Walkthrough] = []
    for name in names:
        # An own file first, then the one it replaces; last, that one with the steps it was made for.
        for files, surroundings in ((theirs, known), (ours, known), (ours, without_own_steps)):
            if name not in files:
                continue
            document = Document(*files[name])
            walkthrough = WalkthroughReader(document, surroundings).read(name)
            problems += [problem for problem in document.problems if problem not in problems]
            if walkthrough:
                found.append(walkthrough)
                break
    problems.sort(key=lambda problem: (problem.file, problem.line))
    ordered = sorted(found, key=lambda walkthrough: (walkthrough.order, walkthrough.id))
    return Library({walkthrough.id: walkthrough for walkthrough in ordered}, drawings, tuple(problems), sentences)


NamedFiles = dict[str, tuple[str, str]]
"""Path and text of each file, by the name of what is in it."""


def _by_name(files: Files) -> NamedFiles:
    return {PurePath(file).stem: (file, text) for file, text in sorted(files.items())}


def _shared(files: NamedFiles, problems: list[Problem]) -> Shared:
    if SHARED not in files:
        return Shared()
    document = Document(*files[SHARED])
    shared = read_shared(document)
    problems += document.problems
    return Shared() if document.problems else shared


def _drawings(files: NamedFiles, problems: list[Problem]) -> dict[str, Drawing]:
    if DRAWINGS not in files:
        return {}
    document = Document(*files[DRAWINGS])
    drawings = read_drawings(document)
    problems += document.problems
    return {} if document.problems else drawings


def _sentences(files: NamedFiles, problems: list[Problem]) -> Sentences:
    if SENTENCES not in files:
        return Sentences()
    document = Document(*files[SENTENCES])
    sentences = read_sentences(document)
    problems += document.problems
    return Sentences() if document.problems else sentences
