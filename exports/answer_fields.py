"""Answers as a table for people who code: one column for what was chosen, in words, one for what was said in words.

That is another table than one for statistics: an option stands there by its label, own words stand apart from it, and
whatever is missing is a blank, whichever kind of missing it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from exports.dataset import Column, Instrument, Record
from exports.xml_text import in_one_line, writable
from instruments.definition import Role
from instruments.kinds import (
    Answer,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Rank,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    codes_of,
    options_of,
    words_of,
)
from instruments.sentences import in_language


class Form(StrEnum):
    """What stands in a column."""

    OPEN = "open"  # words, of which there can be many
    ONE = "one"  # an option, a number, a point of a scale, a date
    SEVERAL = "several"  # any number of options
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Field:
    """A column. ``name`` is unique in its instrument; ``question`` is empty for what stands beside the questions."""

    name: str
    form: Form
    wording: str
    question: str = ""
    row: str = ""
    words: bool = False  # the own words to a choice, not the choice
    kind: Kind | None = None
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)  # of options, by code, over all versions


OUTSIDE = Field("outside_the_guide", Form.OPEN, "Questions outside the guide, each with what was thought of it")
MEMO = Field("memo", Form.OPEN, "Memo")


def fields_of(instrument: Instrument, language: str) -> tuple[Field, ...]:
    """The columns of an instrument over all its versions, in the order of its questions."""
    fields = [found for column in instrument.columns for found in _fields(column, language)]
    return (*fields, OUTSIDE, MEMO) if instrument.role is Role.GUIDE else tuple(fields)


def said(asked: Field, record: Record) -> tuple[str, ...]:
    """What a record says in a column: nothing, one thing, or several. Nothing in it is blank or forbidden in XML."""
    if asked is MEMO:
        found = [record.memo]
    elif asked is OUTSIDE:
        found = ["\n\n".join(_outside(record))]
    else:
        answer = record.cells[asked.question].answer
        if asked.row:
            answer = answer.get(asked.row) if isinstance(answer, dict) else None
        found = _own_words(answer) if asked.words else _chosen(asked, answer)
    return tuple(text for text in map(writable, found) if text.strip())


def _outside(record: Record) -> Iterator[str]:
    for aside in record.asides:
        if aside.words.strip():
            yield "\n".join(text for text in (aside.words, aside.theme) if text.strip())


def _fields(column: Column, language: str) -> Iterator[Field]:
    question = column.question
    # Newest first. They differ in options and rows at most: the kind of a published question may not change.
    kinds = [question.kind, *(column.wordings[number].kind for number in sorted(column.wordings, reverse=True))]
    wording = in_one_line(in_language(question.label, language)) or question.id
    options = [option for kind in kinds for option in options_of(kind)]
    labels: dict[str, str] = {}
    for option in options:
        labels.setdefault(option.code, in_one_line(in_language(option.label, language)) or option.code)
    each, rows = question.kind, {"": ""}
    if isinstance(each, Matrix):
        every = [row for kind in kinds if isinstance(kind, Matrix) for row in kind.rows]
        rows = {row.id: in_one_line(in_language(row.label, language)) or row.id for row in reversed(every)}
        rows = {row.id: rows[row.id] for row in every}
        each = each.each
    for row, label in rows.items():
        name = f"{question.id} {row}".rstrip()
        heading = f"{wording} – {label}" if label else wording
        yield Field(name, _form(each), heading, question.id, row, kind=each, labels=labels)
        if any(option.words for option in options):
            yield Field(f"{name} own words", Form.OPEN, heading, question.id, row, words=True)


def _form(kind: Kind) -> Form:
    match kind:
        case ShortText() | LongText() | Topic():
            return Form.OPEN
        case MultipleChoice():
            return Form.SEVERAL
        case YesNo():
            return Form.YES_NO
        case _:
            return Form.ONE


def _chosen(asked: Field, answer: Answer) -> list[str]:
    match asked.kind, answer:
        case Topic(), {"notes": str(notes)}:
            return [notes]
        case ((SingleChoice() | MultipleChoice()), _):
            return [asked.labels.get(code, code) for code in codes_of(answer)]
        case Rank(), _:
            places = enumerate(codes_of(answer), 1)
            return ["; ".join(f"{place}. {asked.labels.get(code, code)}" for place, code in places)]
        case _, str():
            return [answer]
        case _, (int() | float()):
            return [f"{Decimal(repr(answer)):f}"]
        case _:
            return []


def _own_words(answer: Answer) -> list[str]:
    found = [words_of(chosen) for chosen in (answer if isinstance(answer, list) else [answer])]
    return ["\n".join(words for words in found if words)]
