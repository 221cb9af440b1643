"""For each kind of question, in one place: which form fields it has, how they are read, and how an answer fills them.

``reader`` and ``filled`` are each other's inverse: what is read from the fields of a sound answer is that answer. So
whether a stored value is an answer to a question needs no rules of its own: ``is_answer``.
"""

from datetime import date
from typing import TypeVar

import msgspec

from instruments.condition_parser import parse
from instruments.conditions import evaluate
from instruments.definition import Question
from instruments.fields import (
    DATE_PARTS,
    NOTHING,
    Circumstances,
    Form,
    Read,
    Reader,
    date_field,
    declined_field,
    first,
    notes_field,
    probe_at_field,
    probe_field,
    row_field,
    state_field,
    words_field,
)
from instruments.kinds import (
    DECLINED,
    TODAY,
    Answer,
    Date,
    Information,
    Json,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    code_of,
    options_of,
    words_of,
)
from instruments.reading_choices import (
    conditions_of,
    multiple_reader,
    rank_reader,
    scale_reader,
    single_reader,
    yes_no_reader,
)
from instruments.reading_dates import date_reader
from instruments.reading_topics import topic_reader
from instruments.reading_words import FITS_NO_PATTERN, number_reader, text_reader
from instruments.sentences import Problem, Sentence, written_by_author

_ANY_DAY = date(2000, 1, 1)


def reader(kind: Kind, name: str) -> Reader:
    """What reads an answer of this kind from the fields under ``name``."""
    match kind:
        case ShortText() | LongText():
            return text_reader(kind, name)
        case SingleChoice():
            return single_reader(kind, name)
        case MultipleChoice():
            return multiple_reader(kind, name)
        case YesNo():
            return yes_no_reader(name)
        case Number():
            return number_reader(kind, name)
        case Scale():
            return scale_reader(kind, name)
        case Rank():
            return rank_reader(kind, name)
        case _:
            return _reader_of_parts(kind, name)


def _reader_of_parts(kind: Date | Matrix | Topic | Information, name: str) -> Reader:
    match kind:
        case Date():
            return date_reader(kind, name)
        case Matrix():
            return _matrix_reader(kind, name)
        case Topic():
            return topic_reader(kind, name)
        case Information():
            return lambda _form, _circumstances: NOTHING


def _matrix_reader(kind: Matrix, name: str) -> Reader:
    """Reads each row by itself; rows that are not offered to this person are left out."""
    rows = [(row.id, reader(kind.each, row_field(name, row.id))) for row in kind.rows]
    conditions = conditions_of(kind.rows)

    def read(form: Form, circumstances: Circumstances) -> Read:
        found: dict[str, Json] = {}
        problems: list[Problem] = []
        for row, read_row in rows:
            if row in conditions and not evaluate(conditions[row], circumstances.answers):
                continue
            answer, wrong = read_row(form, circumstances)
            problems.extend(wrong)
            if answer is not None:
                found[row] = answer
        if problems:
            return None, tuple(problems)
        return (found, ()) if found else NOTHING

    return read


def question_reader(question: Question) -> Reader:
    """What reads the answer to a question: its kind, "I prefer not to answer", its constraint and its own message.

    Whether it is required is asked by the page, which knows whether the question is reached.
    """
    read_kind = reader(question.kind, question.id)
    read = _constrained(question, read_kind) if question.constraint or question.message else read_kind
    if not question.may_decline:
        return read
    declined = declined_field(question.id)
    both = Problem(declined, Sentence("Either give an answer or tick that you prefer not to; you have done both."))

    def read_or_declined(form: Form, circumstances: Circumstances) -> Read:
        found = read(form, circumstances)
        if not first(form, declined):
            return found
        return (dict(DECLINED), ()) if found == NOTHING else (None, (both,))

    return read_or_declined


def _constrained(question: Question, read: Reader) -> Reader:
    constraint = parse(question.constraint, constraint=True) if question.constraint else None
    said = written_by_author(question.message) if question.message else Sentence("Check this answer; it does not fit.")
    unfitting = (Problem(first_field(question), said),)

    def read_constrained(form: Form, circumstances: Circumstances) -> Read:
        answer, problems = read(form, circumstances)
        if question.message and any(problem.sentence == FITS_NO_PATTERN for problem in problems):
            return None, unfitting
        if answer is None or constraint is None or evaluate(constraint, circumstances.answers, answer):
            return answer, problems
        return None, unfitting

    return read_constrained


def fields(question: Question) -> tuple[str, ...]:
    """The names of all form fields of a question, the one to go to first in front."""
    names = _fields(question.kind, question.id)
    return (*names, declined_field(question.id)) if question.may_decline else names


def first_field(question: Question) -> str:
    """The form field to go to when something is wrong with the question."""
    return next(iter(fields(question)), question.id)


def _fields(kind: Kind, name: str) -> tuple[str, ...]:
    match kind:
        case Information():
            return ()
        case Date():
            return tuple(date_field(name, part) for part in DATE_PARTS)
        case Matrix(rows=rows, each=each):
            return tuple(field for row in rows for field in _fields(each, row_field(name, row.id)))
        case Topic(probes=probes):
            at = (probe_at_field(name, probe.id) for probe in probes)
            return (state_field(name), notes_field(name), probe_field(name), *at)
        case _:
            return (name, *(words_field(name, option.code) for option in options_of(kind) if option.words))


def filled(question: Question, answer: Answer) -> dict[str, list[str]]:
    """The form fields as they are when a page with this answer is shown again; none for what is no such answer."""
    if isinstance(answer, dict) and answer.get("declined") is True:
        return {declined_field(question.id): ["yes"]}
    return _filled(question.kind, question.id, answer)


def _filled(kind: Kind, name: str, answer: Answer) -> dict[str, list[str]]:
    match kind:
        case ShortText() | LongText() | YesNo():
            return {name: [answer]} if isinstance(answer, str) and answer else {}
        case Number() | Scale():
            is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
            return {name: [_digits(answer)]} if is_number else {}
        case SingleChoice():
            return _filled_choices(name, [answer])
        case MultipleChoice() | Rank():
            return _filled_choices(name, answer if isinstance(answer, list) else [])
        case _:
            return _filled_parts(kind, name, answer)


def _digits(answer: Answer) -> str:
    # 1e-06 is a number that nobody typed like this.
    if isinstance(answer, float) and "e" in repr(answer):
        return f"{answer:.15f}".rstrip("0")
    return str(answer)


def _filled_choices(name: str, choices: list[Json]) -> dict[str, list[str]]:
    codes = [code_of(chosen) for chosen in choices if code_of(chosen)]
    words = {words_field(name, code_of(chosen)): [words_of(chosen)] for chosen in choices if words_of(chosen)}
    return {name: codes, **words} if codes else {}


def _filled_parts(kind: Date | Matrix | Topic | Information, name: str, answer: Answer) -> dict[str, list[str]]:
    match kind, answer:
        case Date(), str():
            return {
                date_field(name, part): [typed]
                for part, typed in zip(DATE_PARTS, answer.split("-"), strict=False)
                if typed
            }
        case Matrix(each=each), dict():
            found: dict[str, list[str]] = {}
            for row, cell in answer.items():
                found |= _filled(each, row_field(name, row), cell)
            return found
        case Topic(), dict():
            return _filled_topic(name, answer)
        case _:
            return {}


def _filled_topic(name: str, answer: dict[str, Json]) -> dict[str, list[str]]:
    state, notes, probes = answer.get("state"), answer.get("notes"), answer.get("probes")
    ticked = probes if isinstance(probes, dict) else {}
    found: dict[str, list[Json]] = {
        state_field(name): [state],
        notes_field(name): [notes],
        probe_field(name): [*ticked],
    }
    found |= {probe_at_field(name, probe): [at] for probe, at in ticked.items() if at}
    return {field: [str(value) for value in values if value] for field, values in found.items() if any(values)}


def is_answer(question: Question, answer: Answer) -> bool:
    """Whether a plain value is an answer to this question; conditions and limits of dates by today are left aside."""
    read = _reader_of(question)
    return read(filled(question, answer), Circumstances(_ANY_DAY, {})) == (answer, ())


def _reader_of(question: Question) -> Reader:
    return question_reader(msgspec.structs.replace(question, kind=_unconditional(question.kind), constraint=""))


Part = TypeVar("Part", Option, Row)


def _unconditional(kind: Kind) -> Kind:
    match kind:
        case SingleChoice() | MultipleChoice() | Rank():
            return msgspec.structs.replace(kind, options=_always(kind.options))
        case Matrix():
            return msgspec.structs.replace(kind, rows=_always(kind.rows), each=_unconditional(kind.each))
        case Date():
            earliest, latest = ("" if limit == TODAY else limit for limit in (kind.earliest, kind.latest))
            return msgspec.structs.replace(kind, earliest=earliest, latest=latest)
        case _:
            return kind


def _always(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(msgspec.structs.replace(part, relevant="") for part in parts)
