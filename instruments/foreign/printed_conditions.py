"""Conditions in words, for whoever has paper in front of them: "Only if 3 is “Yes, one” or 3 is “Yes, several”"."""

from collections.abc import Mapping

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Number,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
)
from instruments.definition import Question
from instruments.foreign.printed_words import Words
from instruments.kinds import Matrix, YesNo, options_of
from instruments.sentences import in_language


class Phrases:
    """Says conditions of an instrument; questions are called by the number that is printed before them."""

    def __init__(
        self, questions: Mapping[str, Question], numbers: Mapping[str, str], words: Words, language: str
    ) -> None:
        self._questions = questions
        self._numbers = numbers
        self._words = words
        self._language = language

    def number(self, question: str) -> str:
        """What a question is called on the paper."""
        return self._numbers.get(question, question)

    def of(self, condition: str) -> str:
        """The condition in words; as it is written where it cannot be read; empty if there is none."""
        if not condition:
            return ""
        try:
            return self._words.only_if.format(self._said(parse(condition)))
        except ConditionUnreadable:
            return self._words.only_if.format(condition)

    def _said(self, node: Condition) -> str:
        words = self._words
        match node:
            case AllOf(parts):
                return _joined(words.and_, [self._enclosed(part) for part in parts])
            case AnyOf(parts):
                return _joined(words.or_, [self._enclosed(part) for part in parts])
            case Not(of):
                return words.not_.format(self._enclosed(of))
            case Selected(of, code):
                return words.chosen.format(self._operand(of), self._value(of, code))
            case Truth(value):
                return words.always if value else words.never
            case Comparison(left, sign, right):
                return self._compared(left, sign, right)
            case _:
                return words.answered.format(self._operand(node))

    def _enclosed(self, node: Condition) -> str:
        said = self._said(node)
        return f"({said})" if isinstance(node, AllOf | AnyOf) else said

    def _compared(self, left: Operand, sign: str, right: Operand) -> str:
        words = self._words
        if right == Text("") and sign in ("=", "!="):
            return (words.not_answered if sign == "=" else words.answered).format(self._operand(left))
        equal = {"=": words.is_, "!=": words.is_not}
        frames = equal | {"<": words.less, "<=": words.up_to, ">": words.more, ">=": words.from_on}
        return frames[sign].format(self._operand(left, right), self._operand(right, left))

    def _operand(self, node: Operand, beside: Operand | None = None) -> str:
        match node:
            case Text(value):
                return self._value(beside, value) if isinstance(beside, Reference) else f"“{value}”"
            case Number(value):
                return str(value)
            case Reference(question, row):
                found = self._questions.get(question)
                labels = (
                    {one.id: one.label for one in found.kind.rows} if found and isinstance(found.kind, Matrix) else {}
                )
                said = in_language(labels.get(row, {}), self._language) if row else ""
                return f"{self.number(question)} “{said}”" if said else self.number(question)
            case CountSelected(of):
                return self._words.count.format(self._operand(of))
            case Length(of):
                return self._words.length.format(self._operand(of))
            case Own():
                return "."

    def _value(self, of: Operand | None, code: str) -> str:
        """An answer as it is printed beside its box."""
        question = self._questions.get(of.question) if isinstance(of, Reference) else None
        if question is None:
            return f"“{code}”"
        each = question.kind.each if isinstance(question.kind, Matrix) else question.kind
        if isinstance(each, YesNo) and code in ("yes", "no"):
            return f"“{self._words.yes if code == 'yes' else self._words.no}”"
        labels = {option.code: option.label for option in options_of(question.kind)}
        return f"“{in_language(labels.get(code, {}), self._language) or code}”"


def _joined(frame: str, parts: list[str]) -> str:
    """ "a and b and c": the frame between each two."""
    said = parts[0]
    for part in parts[1:]:
        said = frame.format(said, part)
    return said
