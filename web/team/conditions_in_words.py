"""Conditions put into words: whoever judges an instrument reads who is asked what, and needs no language for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Node,
    Not,
    Number,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
)
from instruments.definition import Instrument, Question, questions
from instruments.kinds import NO, YES, Matrix, Topic, YesNo, options_of
from instruments.sentences import in_language

_SIGNS = {
    "=": _l("%(left)s is %(right)s"),
    "!=": _l("%(left)s is not %(right)s"),
    "<": _l("%(left)s is less than %(right)s"),
    "<=": _l("%(left)s is at most %(right)s"),
    ">": _l("%(left)s is more than %(right)s"),
    ">=": _l("%(left)s is at least %(right)s"),
}


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says conditions of one instrument in words, with its questions by number and its options by their labels."""

    numbers: Mapping[str, int]
    known: Mapping[str, Question]
    language: str

    @classmethod
    def of(cls, instrument: Instrument, language: str) -> "Speaker":
        """A speaker for the instrument as it stands."""
        known = {question.id: question for question in questions(instrument)}
        asked = [question.id for question in known.values() if question.asks]
        return cls({name: place for place, name in enumerate(asked, 1)}, known, language)

    def condition(self, text: str, *, constraint: bool = False) -> str:
        """The condition as a sentence without its end; the text itself if it cannot be read; nothing if empty."""
        if not text.strip():
            return ""
        try:
            return self._said(parse(text, constraint=constraint))
        except ConditionUnreadable:
            return text

    def question(self, question_id: str) -> str:
        """``question 4``, or the id of one that is not asked."""
        number = self.numbers.get(question_id)
        return _("question %(number)s", number=number) if number else f"“{question_id}”"

    def _said(self, node: Condition) -> str:
        match node:
            case AllOf(parts):
                return _(" and ").join(self._enclosed(part, AnyOf) for part in parts)
            case AnyOf(parts):
                return _(" or ").join(self._enclosed(part, AllOf) for part in parts)
            case Not(Selected(of, code)):
                return _(
                    "“%(option)s” is not chosen in %(question)s", option=self._label(of, code), question=self._of(of)
                )
            case Not(of):
                return _("it is not so that %(condition)s", condition=self._enclosed(of, AllOf, AnyOf))
            case Selected(of, code):
                return _("“%(option)s” is chosen in %(question)s", option=self._label(of, code), question=self._of(of))
            case Comparison():
                return self._comparison(node)
            case Truth(value):
                return _("always") if value else _("never")
            case _:
                return _("%(question)s is answered", question=self._operand(node))

    def _enclosed(self, node: Node, *kinds: type) -> str:
        return f"({self._said(node)})" if isinstance(node, kinds) else self._said(node)

    def _comparison(self, node: Comparison) -> str:
        left, right = node.left, node.right
        if isinstance(right, Text) and isinstance(left, Reference | Own):
            if not right.value and node.sign in ("=", "!="):
                unanswered = _("%(question)s is not answered", question=self._of(left))
                return unanswered if node.sign == "=" else _("%(question)s is answered", question=self._of(left))
            return str(_SIGNS[node.sign]) % {"left": self._answer(left), "right": f"“{self._label(left, right.value)}”"}
        return str(_SIGNS[node.sign]) % {"left": self._operand(left), "right": self._operand(right)}

    def _operand(self, node: Operand) -> str:
        match node:
            case Text(value):
                return f"“{value}”"
            case Number(value):
                return str(value)
            case CountSelected(of):
                return _("the number of options chosen in %(question)s", question=self._of(of))
            case Length(of):
                return _("the number of characters in %(question)s", question=self._of(of))
            case _:
                return self._answer(node)

    def _of(self, of: Reference | Own) -> str:
        if isinstance(of, Own):
            return _("this question")
        question = self.known.get(of.question)
        if of.row and question is not None and isinstance(question.kind, Matrix):
            row = next(
                (in_language(row.label, self.language) for row in question.kind.rows if row.id == of.row), of.row
            )
            return _("%(question)s, row “%(row)s”", question=self.question(of.question), row=row)
        return self.question(of.question)

    def _answer(self, of: Reference | Own) -> str:
        return _("the answer") if isinstance(of, Own) else _("the answer to %(question)s", question=self._of(of))

    def _label(self, of: Reference | Own, code: str) -> str:
        question = self.known.get(of.question) if isinstance(of, Reference) else None
        if question is None:
            return code
        inner = question.kind.each if isinstance(question.kind, Matrix) else question.kind
        if isinstance(inner, YesNo):
            return {YES: _("Yes"), NO: _("No")}.get(code, code)
        if isinstance(inner, Topic):
            return {"asked": _("asked"), "skipped": _("skipped"), "declined": _("declined")}.get(code, code)
        labels = {option.code: in_language(option.label, self.language) for option in options_of(question.kind)}
        return labels.get(code, code)
