"""What an imported instrument can only be asked about once all of it is there: whether its conditions can stand.

A reader translates conditions as the file has them. Here those go that look at a question that is asked later, was
left out, says who somebody is or cannot be answered like that, each with a sentence; the question itself stays.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

import msgspec

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import references
from instruments.definition import Instrument, Question, Section, questions
from instruments.findings import Severity
from instruments.foreign.retelling import retold, with_parts
from instruments.inspecting_conditions import inspect_conditions
from instruments.kinds import Option, Row
from instruments.piping import PIPE, piped_into
from instruments.sentences import Sentence, Texts


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that was taken out of a question (or of a section, where ``question`` is empty), and why. ``part`` says
    what: a condition or something in a text."""

    question: str
    section: str
    sentence: Sentence
    part: str = "condition"


def settle(instrument: Instrument) -> tuple[Instrument, tuple[Dropped, ...]]:
    """The instrument without the conditions that could not be published, and what was taken out.

    ``${id}`` in a text, where the answer cannot be repeated, becomes ``[id]``.
    """
    settled, repeated = _without_pipes(instrument)
    faults: dict[str, set[str]] = {}
    for finding in inspect_conditions(settled):
        if finding.severity is Severity.ERROR:
            faults.setdefault(finding.question, set()).add(finding.place)
    reasons = _Reasons(settled)
    sections = tuple(_section(section, faults, reasons) for section in settled.sections)
    return msgspec.structs.replace(settled, sections=sections), (*repeated, *reasons.found)


class _Reasons:
    """Says why a condition was left out, and remembers it."""

    def __init__(self, instrument: Instrument) -> None:
        self.found: list[Dropped] = []
        self._place = {question.id: at for at, question in enumerate(questions(instrument))}
        self._questions = {question.id: question for question in questions(instrument)}

    def drop(self, condition: str, section: Section, question: Question | None, *, own: bool = False) -> None:
        """Remember that this condition of a question, or of a section, was left out."""
        first = question or next(iter(section.questions), None)
        here = self._place.get(first.id, 0) if first else 0
        sentence = self._why(condition, here, own=own)
        self.found.append(Dropped(question.id if question else "", section.id, sentence))

    def _why(self, condition: str, here: int, *, own: bool) -> Sentence:
        try:
            names = sorted(references(parse(condition, constraint=own)))
        except ConditionUnreadable:
            names = []
        for name in names:
            said = {"condition": condition, "name": name}
            if name not in self._questions:
                return Sentence(
                    "The condition %(condition)s was left out: there is no question “%(name)s” here to look at.", said
                )
            if self._place[name] == here and not own:
                return Sentence(
                    "The condition %(condition)s was left out: it looks at another part of the same question.", said
                )
            if self._place[name] >= here:
                return Sentence(
                    "The condition %(condition)s was left out: “%(name)s” is asked later. Move that question up and "
                    "write the condition again.",
                    said,
                )
            if self._questions[name].identifying:
                return Sentence(
                    "The condition %(condition)s was left out: “%(name)s” says who somebody is, and is kept apart.",
                    said,
                )
        return Sentence(
            "The condition %(condition)s was left out: it does not fit the answers that can be given. Write it again.",
            {"condition": condition},
        )


def _section(section: Section, faults: Mapping[str, set[str]], reasons: _Reasons) -> Section:
    if f"section.{section.id}.relevant" in faults.get("", ()):
        reasons.drop(section.relevant, section, None)
        section = msgspec.structs.replace(section, relevant="")
    found = tuple(_question(one, section, faults.get(one.id, set()), reasons) for one in section.questions)
    return msgspec.structs.replace(section, questions=found)


def _question(question: Question, section: Section, guilty: set[str], reasons: _Reasons) -> Question:
    if "relevant" in guilty:
        reasons.drop(question.relevant, section, question)
        question = msgspec.structs.replace(question, relevant="")
    if "constraint" in guilty:
        reasons.drop(question.constraint, section, question, own=True)
        question = msgspec.structs.replace(question, constraint="")

    def option(part: Option) -> Option:
        if f"option.{part.code}.relevant" not in guilty:
            return part
        reasons.drop(part.relevant, section, question)
        return msgspec.structs.replace(part, relevant="")

    def row(part: Row) -> Row:
        if f"row.{part.id}.relevant" not in guilty:
            return part
        reasons.drop(part.relevant, section, question)
        return msgspec.structs.replace(part, relevant="")

    if guilty <= {"relevant", "constraint"}:
        return question
    return msgspec.structs.replace(question, kind=with_parts(question.kind, option, row))


def _without_pipes(instrument: Instrument) -> tuple[Instrument, list[Dropped]]:
    """The instrument in which only what was asked before, and does not say who somebody is, is said again."""
    sayable: set[str] = set()
    dropped: list[Dropped] = []
    sections = []
    for section in instrument.sections:
        found = []
        for question in section.questions:
            strange = piped_into(question) - sayable
            if strange:
                question = _unpiped(question, sayable)  # noqa: PLW2901 - the question as it goes on from here
                dropped += [
                    Dropped(question.id, section.id, _cannot_be_repeated(name), "text") for name in sorted(strange)
                ]
            found.append(question)
            if question.asks and not question.identifying:
                sayable.add(question.id)
        sections.append(msgspec.structs.replace(section, questions=tuple(found)))
    return msgspec.structs.replace(instrument, sections=tuple(sections)), dropped


def _cannot_be_repeated(name: str) -> Sentence:
    return Sentence(
        "The text repeats the answer to “%(name)s”, which is not known there. It says [%(name)s] now; reword it.",
        {"name": name},
    )


def _unpiped(question: Question, sayable: Container[str]) -> Question:
    def text(texts: Texts) -> Texts:
        return {language: PIPE.sub(said, words) for language, words in texts.items()}

    def said(match: re.Match[str]) -> str:
        return match[0] if match[1] in sayable else f"[{match[1]}]"

    return retold(question, text)
