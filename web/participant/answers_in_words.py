"""Answers as a person would say them: for the review and for the comparison of two saves."""

from dataclasses import dataclass, field

from flask_babel import gettext

from instruments import piping
from instruments.definition import Question
from instruments.kinds import NO, YES, Answer, Answers, Kind, Matrix, Rank, Scale
from instruments.route import Plan
from instruments.sentences import in_language


@dataclass(frozen=True, slots=True)
class Line:
    """A question and what was answered; ``said`` is empty where nothing was. Several for a matrix or an order."""

    id: str
    asked: str
    said: tuple[str, ...] = field(repr=False)


def line(plan: Plan, question: Question, answers: Answers, tag: str) -> Line:
    """The question in the language ``tag`` with the answer in words; ``answers`` are those that count."""
    words = {YES: gettext("Yes"), NO: gettext("No")}
    questions = {one.id: one for page in plan.pages for one in page.questions}
    asked = piping.filled(in_language(question.label, tag), questions, answers, tag, words)
    return Line(question.id, asked, said(question, answers.get(question.id), tag, words))


def said(question: Question, answer: Answer, tag: str, words: dict[str, str]) -> tuple[str, ...]:
    """One answer in words."""
    if answer is None:
        return ()
    if isinstance(answer, dict) and answer.get("declined") is True:
        return (gettext("I prefer not to answer this"),)
    kind = question.kind
    if isinstance(kind, Matrix) and isinstance(answer, dict):
        rows = {row.id: in_language(row.label, tag) for row in kind.rows}
        return tuple(
            gettext("%(row)s: %(answer)s", row=rows[row], answer=_one(kind.each, cell, tag, words))
            for row, cell in answer.items()
            if row in rows
        )
    if isinstance(kind, Rank) and isinstance(answer, list):
        return tuple(f"{at}. {_one(kind, one, tag, words)}" for at, one in enumerate(answer, 1))
    return (_one(kind, answer, tag, words),)


def _one(kind: Kind, answer: Answer, tag: str, words: dict[str, str]) -> str:
    spoken = piping.in_words(kind, answer, tag, words)
    if isinstance(kind, Scale):
        named = {kind.first: kind.low, kind.last: kind.high}.get(answer if isinstance(answer, int) else -1)
        return f"{spoken} ({in_language(named, tag)})" if named else spoken
    return spoken
