"""Which options and rows of a question are offered to this person, and what is left of an answer when some are not."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from instruments.conditions import Condition, evaluate
from instruments.kinds import (
    Answer,
    Answers,
    Json,
    Kind,
    Matrix,
    MultipleChoice,
    Option,
    Rank,
    Row,
    code_of,
    options_of,
)
from instruments.reading_choices import conditions_of

Part = TypeVar("Part", Option, Row)


class Offering:
    """The options and rows of one question with the conditions on which they are offered, ready to be asked."""

    __slots__ = ("_by_row", "_kind", "_many", "_of_options", "_of_rows", "_options", "_ranked", "_rows", "conditional")

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._by_row = isinstance(kind, Matrix)
        self._many = isinstance(kind.each if isinstance(kind, Matrix) else kind, MultipleChoice | Rank)
        self._ranked = isinstance(kind, Rank)
        self._options = options_of(kind)
        self._rows = kind.rows if isinstance(kind, Matrix) else ()
        self._of_options = conditions_of(self._options)
        self._of_rows = conditions_of(self._rows)
        self.conditional = bool(self._of_options or self._of_rows)

    def options(self, answers: Answers) -> tuple[Option, ...]:
        """The options that are offered, in order, given the answers that the route has reached."""
        return _offered(self._options, self._of_options, answers)

    def rows(self, answers: Answers) -> tuple[Row, ...]:
        """The rows of a matrix that are offered, in order."""
        return _offered(self._rows, self._of_rows, answers)

    def kept(self, answer: Answer, answers: Answers) -> Answer:
        """What still counts of an answer that was given when perhaps more was offered; None if nothing does."""
        return self._split(answer, answers)[0]

    def with_hidden(self, answer: Answer, before: Answer, answers: Answers) -> Answer:
        """An answer just given, together with what the one ``before`` says about options and rows not offered now.

        Whoever goes back, changes an answer and changes it again finds what they had said in between.
        """
        hidden = self._split(before, answers)[1]
        if hidden is None or _is_declined(answer):
            return answer
        if self._ranked and isinstance(answer, list) and isinstance(before, list) and isinstance(hidden, list):
            return _put_back(answer, hidden, before)
        if isinstance(hidden, dict) and isinstance(answer, dict) and self._by_row:
            joined = {row: self._joined(answer.get(row), hidden.get(row)) for row in (*answer, *hidden)}
            return {row.id: joined[row.id] for row in self._rows if row.id in joined}
        return self._joined(answer, hidden)

    def _split(self, answer: Answer, answers: Answers) -> tuple[Answer, Answer]:
        """The part of an answer that counts, and the part that is about what is not offered."""
        if not self.conditional or answer is None or _is_declined(answer):
            return answer, None
        gone = {code for code, condition in self._of_options.items() if not evaluate(condition, answers)}
        if not self._by_row:
            return self._split_choices(answer, gone)
        if not isinstance(answer, dict):
            return None, None
        hidden = {row for row, condition in self._of_rows.items() if not evaluate(condition, answers)}
        halves = {
            row: (None, cell) if row in hidden else self._split_choices(cell, gone) for row, cell in answer.items()
        }
        counting: dict[str, Answer] = {row: cell for row, (cell, _) in halves.items() if cell is not None}
        aside: dict[str, Answer] = {row: cell for row, (_, cell) in halves.items() if cell is not None}
        return counting or None, aside or None

    def _split_choices(self, answer: Answer, gone: set[str]) -> tuple[Answer, Answer]:
        if self._many and isinstance(answer, list):
            aside = [choice for choice in answer if code_of(choice) in gone]
            return ([choice for choice in answer if code_of(choice) not in gone] or None), (aside or None)
        return (None, answer) if code_of(answer) in gone else (answer, None)

    def _joined(self, answer: Answer, hidden: Answer) -> Answer:
        if answer is None or hidden is None:
            return hidden if answer is None else answer
        if not (isinstance(answer, list) and isinstance(hidden, list)):
            return answer
        place = {option.code: at for at, option in enumerate(self._options)}
        return sorted(answer + hidden, key=lambda choice: place.get(code_of(choice), len(place)))


def _put_back(answer: list[Json], hidden: list[Json], before: list[Json]) -> list[Json]:
    """The order with each hidden choice behind the one that it stood behind before."""
    order = list(answer)
    for at, choice in enumerate(before):
        if choice in hidden:
            former = code_of(before[at - 1]) if at else ""
            codes = [code_of(one) for one in order]
            order.insert(codes.index(former) + 1 if former in codes else 0 if not at else len(order), choice)
    return order


def _is_declined(answer: Answer) -> bool:
    return isinstance(answer, dict) and answer.get("declined") is True


def _offered(parts: tuple[Part, ...], conditions: Mapping[str, Condition], answers: Answers) -> tuple[Part, ...]:
    if not conditions:
        return parts
    return tuple(part for part in parts if _holds(conditions.get(_name(part)), answers))


def _name(part: Option | Row) -> str:
    return part.code if isinstance(part, Option) else part.id


def _holds(condition: Condition | None, answers: Answers) -> bool:
    return condition is None or evaluate(condition, answers)


def conditions_within(kind: Kind) -> Iterable[str]:
    """The texts of all conditions on options and rows of a kind of question."""
    rows = kind.rows if isinstance(kind, Matrix) else ()
    parts: list[Option | Row] = [*options_of(kind), *rows]
    return [part.relevant for part in parts if part.relevant]
