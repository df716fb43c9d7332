"""What a walkthrough is made of. The files in assets/walkthroughs become these; docs/walkthroughs.md explains them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from helpdesk_tui.backend.model.catalogue import PhoneModel, ResetWay
from helpdesk_tui.backend.model.vendor import Vendor

LANGUAGES = ("en", "nl")
"""What the walkthroughs that travel with the program are written in; the first is the one fallen back to."""

OTHER_WALKTHROUGH = "walkthrough:"
"""How a way begins that leads to another walkthrough: `walkthrough:still-does-not-work`."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one or more languages."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_language)

    def find(self, language: str) -> tuple[str, str]:
        """The text in this language, or in the first that there is; and the language that it is in."""
        for name in (language, *LANGUAGES, *self.by_language):
            if name in self.by_language:
                return self.by_language[name], name
        return "", language

    def shown(self, language: str) -> str:
        """The text in this language; one that falls back says so: `[en] …`."""
        text, found = self.find(language)
        return text if found == language else f"[{found}] {text}"


@dataclass(frozen=True, slots=True)
class Condition:
    """For which phones something is meant, and what must be proven of them; what is empty excludes nothing."""

    vendors: frozenset[Vendor] = frozenset()
    families: frozenset[str] = frozenset()
    resets: frozenset[ResetWay] = frozenset()
    checks: tuple[str, ...] = ()

    def fits(self, model: PhoneModel) -> bool:
        """Whether it is meant for this model, whatever is proven."""
        return (
            (not self.vendors or model.vendor in self.vendors)
            and (not self.families or model.family in self.families)
            and (not self.resets or model.reset in self.resets)
        )


@dataclass(frozen=True, slots=True)
class Variant:
    """What is said and done at a step, for the phones that it is meant for."""

    condition: Condition
    say: Text
    """To the caller, in their language."""
    do: Text
    """By the operator, in theirs."""
    drawing: str = ""
    """Name of the drawing of the keys to press."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer, or another way to go, that is offered to the operator."""

    label: Text
    go: str
    condition: Condition = Condition()
    late: bool = False
    """Offered only when the step is overdue."""
    consequence: Text = field(default_factory=Text)
    """What is asked first; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A way that is taken by itself when its condition holds."""

    condition: Condition
    go: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the operator asks the caller and writes down, for whoever takes over."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One thing that operator and caller do together."""

    id: str
    title: Text
    variants: tuple[Variant, ...]
    next: str
    """Where it goes on: a step, an end, or another walkthrough; empty for a question, which only its choices leave."""
    only: Condition = Condition()
    """For other phones this step is passed over."""
    checks: tuple[str, ...] = ()
    """When all of them hold, the step is done by itself."""
    needs: tuple[str, ...] = ()
    """What must hold before the step can be done."""
    otherwise: str = ""
    """Where to go when that does not hold; empty: wait here until it does."""
    confirm: Text = field(default_factory=Text)
    """What the operator says by pressing enter; empty: the step is done by its checks or choices alone."""
    late_after: timedelta | None = None
    """After this long the step is overdue."""
    choices: tuple[Choice, ...] = ()
    branches: tuple[Branch, ...] = ()
    actions: tuple[str, ...] = ()
    """What can be done right here, by name: see `actions.ACTIONS`."""
    questions: tuple[Question, ...] = ()
    """What is written down here."""
    starts_clock: bool = False
    """When it is done, the phone is expected: from then on its visits count."""
    may_skip: bool = True

    def variant(self, model: PhoneModel) -> Variant:
        """What is said and done for this model."""
        return next(variant for variant in self.variants if variant.condition.fits(model))

    def ways(self) -> Iterator[str]:
        """Every place that this step may lead to."""
        if self.next:
            yield self.next
        yield from (branch.go for branch in self.branches)
        yield from (choice.go for choice in self.choices)
        if self.otherwise:
            yield self.otherwise


@dataclass(frozen=True, slots=True)
class End:
    """One way in which a walkthrough ends."""

    id: str
    title: Text
    say: Text
    do: Text
    good: bool
    """Whether the phone works; else somebody else goes on."""


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """A guided walkthrough."""

    id: str
    order: int
    title: Text
    about: Text
    """When to use it, in one sentence."""
    condition: Condition
    steps: tuple[WalkStep, ...]
    ends: tuple[End, ...]
    file: str
    """Where it was read from."""

    def step(self, step_id: str) -> WalkStep | None:
        """The step of this id."""
        return next((step for step in self.steps if step.id == step_id), None)

    def end(self, end_id: str) -> End | None:
        """The end of this id."""
        return next((end for end in self.ends if end.id == end_id), None)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything that is written down on the way."""
        return tuple(question for step in self.steps for question in step.questions)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the caller can be spoken to in."""
        texts = [variant.say for step in self.steps for variant in step.variants]
        return tuple(dict.fromkeys(name for text in texts for name in text.by_language))


@dataclass(frozen=True, slots=True)
class Drawing:
    """The keys to press, as lines of text."""

    name: str
    art: Text
    """Lines below one another, by the language of what is written beside the keys."""

    def lines(self, language: str) -> tuple[str, ...]:
        """The lines in this language; a drawing that falls back says so above it."""
        art, found = self.art.find(language)
        return (*(() if found == language else (f"[{found}]",)), *art.splitlines())
