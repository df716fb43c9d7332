"""Sentences that the program says itself, in the operators' language: evidence, events and the summary.

They are made, and stored, in English; a catalogue of data (sentences.toml) says them in other languages. So the checks
stay plain functions, and a run can be read by a colleague in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from helpdesk_tui.backend.walkthroughs.definition import LANGUAGES
from helpdesk_tui.backend.walkthroughs.reader import Document
from helpdesk_tui.backend.walkthroughs.words import filled

PLACE = re.compile(r"\{(\w+)\}")
"""What may be anything in a sentence, such as a time or a name."""

SENTENCE = "sentence"
"""The name of a place that holds another sentence."""

ENGLISH = LANGUAGES[0]


@dataclass(frozen=True)
class Sentences:
    """English sentences with their translations, by language."""

    by_language: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def shown(self, sentence: str, language: str) -> str:
        """The sentence in this language; one that falls back says so: `[en] …`."""
        if language == ENGLISH or not sentence:
            return sentence
        return self._translated(sentence, language) or f"[{ENGLISH}] {sentence}"

    def _translated(self, sentence: str, language: str) -> str | None:
        exact = self.by_language.get(language, {}).get(sentence)
        if exact is not None:
            return exact
        for pattern, translation in self._patterns.get(language, ()):
            if found := pattern.fullmatch(sentence):
                values = found.groupdict()
                return filled(translation, {name: self._value(name, values[name], language) for name in values})
        return None

    def _value(self, name: str, value: str, language: str) -> str:
        """What stands in a place: a word that has a translation, another sentence, or anything, which stays."""
        if name == SENTENCE:
            return self.shown(value, language)
        return self.by_language[language].get(value, value)

    @cached_property
    def _patterns(self) -> Mapping[str, list[tuple[re.Pattern[str], str]]]:
        """The sentences with places, by language; those that leave the least open come first."""
        return {
            language: [
                (re.compile("".join(_pattern(sentence)), re.DOTALL), entries[sentence])
                for sentence in sorted(filter(PLACE.search, entries), key=lambda each: -len(PLACE.sub("", each)))
            ]
            for language, entries in self.by_language.items()
        }

    def under(self, others: Sentences) -> Sentences:
        """These, with the others' over them."""
        languages = self.by_language.keys() | others.by_language.keys()
        return Sentences(
            {name: {**self.by_language.get(name, {}), **others.by_language.get(name, {})} for name in languages}
        )


def _pattern(sentence: str) -> Iterator[str]:
    """Places are whatever is there, but something."""
    end = 0
    for place in PLACE.finditer(sentence):
        yield re.escape(sentence[end : place.start()])
        yield f"(?P<{place[1]}>.+?)"
        end = place.end()
    yield re.escape(sentence[end:])


def read_sentences(document: Document) -> Sentences:
    """The sentences of a sentences.toml: a table for each language, with English sentences for keys."""
    found: dict[str, dict[str, str]] = {}
    for language in document.root:
        table = document.value((language,), document.root, language, dict, {})
        found[language] = {
            sentence: document.value((language, sentence), table, sentence, str, "") for sentence in table
        }
        for sentence, translation in found[language].items():
            places = PLACE.findall(sentence)
            if len(places) != len(set(places)):
                document.problem((language, sentence), "a place in braces may stand in the English sentence once.")
            for place in sorted(set(PLACE.findall(translation)) - set(places)):
                document.problem((language, sentence), f"{{{place}}} does not stand in the English sentence.")
    return Sentences(found)
