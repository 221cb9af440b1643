"""What a file for another program does not say: found by reading it back, so that no line is forgotten or untrue."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import msgspec

from instruments.canonical import plain
from instruments.definition import Instrument, Question, questions
from instruments.foreign.account import Fate, Line
from instruments.kinds import Json
from instruments.sentences import Sentence

_SAID: Mapping[str, Sentence] = {
    "identifying": Sentence(
        "That this says who somebody is, is not in the file. Take care of it where the file is used."
    ),
    "may_decline": Sentence("That one may decline to answer is not in the file."),
    "required": Sentence("Whether an answer is needed is not in the file as it is here."),
    "notes": Sentence("The notes to the interviewer are not in the file as they are here."),
    "help": Sentence("The help is not in the file as it is here."),
    "message": Sentence("The message is not in the file as it is here."),
    "label": Sentence("The text is not in the file as it is here, in every language."),
    "title": Sentence("The title is not in the file as it is here, in every language."),
    "relevant": Sentence("The condition for asking this is not in the file as it is here."),
    "constraint": Sentence("The condition for an answer is not in the file as it is here."),
    "new_page": Sentence("That a new page begins here is not in the file."),
    "kind": Sentence("This is asked in another way there than here: as “%(other)s”."),
    "limits": Sentence("The limits of an answer are not in the file as they are here."),
    "options": Sentence("The options are not in the file as they are here, with all that each of them does."),
    "rows": Sentence("The rows are not in the file as they are here."),
    "each": Sentence("What is asked of each row is not in the file as it is here."),
    "probes": Sentence("The probes are in the file only as notes to whoever asks."),
    "provenance": Sentence("Where the wording comes from is not in the file."),
    "minutes": Sentence("How long this takes is not in the file."),
    "role": Sentence("That an interviewer asks this is not in the file."),
    "languages": Sentence("The languages are not in the file as they are here."),
    "id": Sentence("This has another name in the file."),
    "questions": Sentence("The questions of this section stand elsewhere in the file."),
}
_LIMITS = frozenset(
    (
        "shortest",
        "longest",
        "format",
        "pattern",
        "at_least",
        "at_most",
        "unit",
        "least",
        "most",
        "decimals",
        "precision",
        "earliest",
        "latest",
        "first",
        "last",
        "step",
        "low",
        "high",
        "middle",
        "top",
    )
)


def losses(before: Instrument, after: Instrument, told: Collection[str] = ()) -> tuple[Line, ...]:
    """A line for every part of ``before`` that is not the same in ``after``, which was read back from the file.

    Of the questions that are ``told`` it is known already that they are not in the file under their own id.
    """
    return (*_whole(before, after), *_sections(before, after), *_questions(before, after, told))


def _line(place: str, name: str, said: str, **values: str) -> Line:
    fate = Fate.LEFT_OUT if said in ("identifying", "may_decline", "probes", "provenance", "minutes") else Fate.CHANGED
    return Line(place, name, fate, replace(_SAID[said], values=values))


def _whole(before: Instrument, after: Instrument) -> Iterator[Line]:
    for name in ("id", "role", "title", "help", "provenance", "minutes", "languages"):
        if getattr(before, name) != getattr(after, name):
            yield _line(before.id, name, name)


def _sections(before: Instrument, after: Instrument) -> Iterator[Line]:
    there = {section.id: section for section in after.sections}
    for section in before.sections:
        found = there.get(section.id)
        if found is None:
            yield _line(section.id, "id", "id")
            continue
        for name in ("title", "help", "relevant"):
            if getattr(section, name) != getattr(found, name):
                yield _line(section.id, name, name)
        if [question.id for question in section.questions] != [question.id for question in found.questions]:
            yield _line(section.id, "questions", "questions")


def _questions(before: Instrument, after: Instrument, told: Collection[str]) -> Iterator[Line]:
    there = {question.id: question for question in questions(after)}
    for question in questions(before):
        found = there.get(question.id)
        if question.id in told:
            continue
        if found is None:
            sentence = Sentence("This is not in the file.")
            yield Line(question.id, question.id, Fate.LEFT_OUT, sentence)
        elif found != question:
            yield from _question(question, found)


def _question(before: Question, after: Question) -> Iterator[Line]:
    for field in msgspec.structs.fields(Question):
        if field.name != "kind" and getattr(before, field.name) != getattr(after, field.name):
            yield _line(before.id, field.name, field.name)
    if before.kind == after.kind:
        return
    mine, theirs = plain(before.kind), plain(after.kind)
    if type(before.kind) is not type(after.kind) or not isinstance(mine, dict) or not isinstance(theirs, dict):
        yield _line(before.id, "kind", "kind", other=str(after.kind.__struct_config__.tag))
        return
    differing = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    yield from _kind(before.id, differing, mine)


def _kind(place: str, differing: list[str], mine: Mapping[str, Json]) -> Iterator[Line]:
    for name in differing:
        if name not in _LIMITS:
            yield _line(place, name, name)
    limits = [name for name in differing if name in _LIMITS]
    if limits:
        yield _line(place, ", ".join(limits), "limits")
