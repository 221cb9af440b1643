"""Sentences for people: English text with named places, which the web passes to gettext, and texts by language.

Nothing here knows a catalogue. ``Sentence("Write a number from %(least)s.", {"least": 3})`` is a value; the web says
``gettext(sentence.text, **sentence.filled(language))``, or ``ngettext`` where ``plural`` is set. Messages are found for
translation by ``pybabel extract -k Sentence -k counted:1,2 -k ConditionUnreadable:2 -k fault:2 -k _wrong:2 -k error
-k advice``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

# What an author wrote, by language tag: {"en": "Yes", "fr": "Oui"}.
Texts: TypeAlias = Mapping[str, str]
Filling: TypeAlias = str | int | float | Texts


def in_language(texts: Texts, language: str) -> str:
    """The text in ``language``; else in the first language that has one; else nothing."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in English with its values. A value may itself be a text by language (an option's label)."""

    text: str
    values: Mapping[str, Filling] = field(default_factory=dict)
    plural: str = ""
    count: int = 1

    def filled(self, language: str) -> dict[str, str]:
        """The values as words of ``language``."""
        return {
            name: in_language(value, language) if isinstance(value, Mapping) else str(value)
            for name, value in self.values.items()
        }

    def __str__(self) -> str:
        """The sentence in English, for logs, tests and the command line."""
        chosen = self.plural if self.plural and self.count != 1 else self.text
        return chosen % self.filled("en")


def counted(one: str, many: str, count: int, **values: Filling) -> Sentence:
    """A sentence that has a number in it: ``one`` is said when ``count`` is 1, ``many`` otherwise; both may say
    ``%(count)s``."""
    return Sentence(one, {"count": count, **values}, many, count)


def written_by_author(texts: Texts) -> Sentence:
    """What the author of an instrument wrote, as a sentence; catalogues hand it through as it is."""
    return Sentence("%(message)s", {"message": texts})


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps an answer from being taken. ``field`` is the form field to go to, ``sentence`` says what to do."""

    field: str
    sentence: Sentence

    @property
    def question(self) -> str:
        """The id of the question; ids have no dot, and whatever follows one names a part of the question."""
        return self.field.partition(".")[0]
