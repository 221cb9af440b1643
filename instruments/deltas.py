"""What has to be done to one definition to get another: what stayed is named by its place, what is new stands in full.

A change of one question among hundreds takes the bytes of that question and a few numbers. Places are counted and not
named, so this holds for every two definitions, also for unfinished ones in which two things have one name.
"""

from collections.abc import Iterable
from functools import cached_property

import msgspec
from msgspec.structs import replace

from instruments.definition import DefinitionUnreadable, Instrument, Question, Section, questions
from instruments.kinds import Value


class Part(Value, frozen=True):
    """A section: its ``head`` (without its questions) is that of a section before, or new; so is each question."""

    head: int | Section
    questions: tuple[int | Question, ...]


class Delta(Value, frozen=True):
    """The sections, each by its place before or as a part; ``whole`` is what stands beside them, if it differs."""

    sections: tuple[int | Part, ...]
    whole: Instrument | None = None


_DECODER = msgspec.json.Decoder(Delta)
_ENCODER = msgspec.json.Encoder()


def delta(before: Instrument, after: Instrument) -> Delta:
    """What makes ``after`` of ``before``."""
    old = _Old(before)
    sections: list[int | Part] = []
    for section in after.sections:
        at = old.sections.get(section.id)
        former = None if at is None else before.sections[at]
        if at is not None and (section is former or section == former):
            sections.append(at)
            continue
        head = replace(section, questions=())
        kept = former is not None and replace(former, questions=()) == head
        held = tuple([old.place_or_question(question, at) for question in section.questions])
        sections.append(Part(head=at if kept and at is not None else head, questions=held))
    whole = replace(after, sections=())
    return Delta(sections=tuple(sections), whole=None if whole == replace(before, sections=()) else whole)


class _Old:
    """The questions of the definition before, by where they stood."""

    def __init__(self, before: Instrument) -> None:
        self._before = before
        self.sections = {section.id: at for at, section in enumerate(before.sections)}
        self._inside: dict[int, dict[str, tuple[int, Question]]] = {}

    @cached_property
    def _everywhere(self) -> dict[str, tuple[int, Question]]:
        return _placed(questions(self._before), 0)

    def _within(self, at: int) -> dict[str, tuple[int, Question]]:
        """The questions of a section, in which most of what stands in it now stood before."""
        found = self._inside.get(at)
        if found is None:
            begins = sum(len(section.questions) for section in self._before.sections[:at])
            found = self._inside[at] = _placed(self._before.sections[at].questions, begins)
        return found

    def place_or_question(self, question: Question, section: int | None) -> int | Question:
        found = None if section is None else self._within(section).get(question.id)
        if found is None:
            found = self._everywhere.get(question.id)
        if found is None:
            return question
        at, former = found
        return at if former is question or former == question else question


def _placed(held: Iterable[Question], begins: int) -> dict[str, tuple[int, Question]]:
    return {question.id: (at, question) for at, question in enumerate(held, begins)}


def replayed(before: Instrument, change: Delta) -> Instrument:
    """What the change makes of ``before``. What stayed is the very same value, so it need not be looked at again.

    Raises DefinitionUnreadable if it was made of another definition.
    """
    order: list[Question] = []
    sections: list[Section] = []
    try:
        for one in change.sections:
            if isinstance(one, int):
                sections.append(before.sections[one])
                continue
            order = order or list(questions(before))
            head = before.sections[one.head] if isinstance(one.head, int) else one.head
            held = tuple([order[asked] if isinstance(asked, int) else asked for asked in one.questions])
            sections.append(replace(head, questions=held))
    except IndexError:
        raise DefinitionUnreadable from None
    return replace(change.whole or before, sections=tuple(sections))


def to_text(change: Delta) -> str:
    """The change as JSON."""
    return _ENCODER.encode(change).decode()


def from_text(text: str) -> Delta:
    """The change in ``text``. Raises DefinitionUnreadable."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DefinitionUnreadable from error
