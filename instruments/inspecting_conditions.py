"""Whether conditions can be read, look only at what was asked before, and can hold at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from instruments.condition_parser import ConditionUnreadable, looked_at, parse
from instruments.conditions import (
    Comparison,
    Condition,
    CountSelected,
    Own,
    Reference,
    Selected,
    Text,
    references,
    walk,
)
from instruments.definition import Instrument, Question, Section, questions
from instruments.findings import Finding, Spot
from instruments.kinds import (
    NO,
    STATES,
    YES,
    Cell,
    Date,
    Information,
    Kind,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Row,
    Scale,
    SingleChoice,
    Topic,
    YesNo,
    options_of,
)
from instruments.piping import piped_into
from instruments.reading_dates import is_date
from instruments.remembering import OfValues
from instruments.whereabouts import Whereabouts, whereabouts


@dataclass(frozen=True, slots=True)
class _View:
    """What a condition may look at: the questions before it; ``every`` is all there are; ``own`` is whose it is."""

    before: Mapping[str, Question]
    every: Mapping[str, Question]
    own: Question | None = None


def inspect_conditions(instrument: Instrument, only: Section | None = None) -> Iterator[Finding]:
    """Findings about the conditions of sections, questions, options and rows, constraints and repeated answers.

    With ``only``, those in one section. They are remembered for each section: they depend on it and on the questions
    that it looks at.
    """
    where = whereabouts(instrument)
    if len(where.named) < len(where.order):
        yield from _anew(instrument)
        return
    for section, (begins, _) in zip(instrument.sections, where.begins, strict=True):
        if only is not None and section is not only:
            continue
        names = _NAMES.found((section,), partial(_looked_at, section))
        seen = tuple(where.named.get(name) for name in names)
        ahead = tuple(where.places.get(name, begins) < begins for name in names)
        yield from _FOUND.found((section, *seen), partial(_alone, section, where, names, begins), ahead)


_NAMES: OfValues[tuple[str, ...]] = OfValues(2048)
_FOUND: OfValues[tuple[Finding, ...]] = OfValues(2048)


def _anew(instrument: Instrument) -> Iterator[Finding]:
    """The same where two questions have one id, and it matters which of them is meant where."""
    every = {question.id: question for question in questions(instrument)}
    before: dict[str, Question] = {}
    for section in instrument.sections:
        yield from _section(section, before, every)


def _alone(section: Section, where: Whereabouts, names: Sequence[str], begins: int) -> tuple[Finding, ...]:
    every = {name: where.named[name] for name in names if name in where.named}
    before = {name: question for name, question in every.items() if where.places[name] < begins}
    return tuple(_section(section, before, every))


def _section(section: Section, before: dict[str, Question], every: Mapping[str, Question]) -> Iterator[Finding]:
    """What is found in a section; its questions are among those ``before`` afterwards."""
    if section.relevant:
        yield from _text(section.relevant, Spot.of(section).at("relevant"), _View(dict(before), every))
    for question in section.questions:
        yield from _question(question, _View(before, every))
        before.setdefault(question.id, question)


def _looked_at(section: Section) -> tuple[str, ...]:
    """The ids of the questions that anything in a section looks at."""
    found = set(looked_at(section.relevant))
    for question in section.questions:
        found |= looked_at(question.relevant) | looked_at(question.constraint, constraint=True) | _piped(question)
        for part in _parts(question):
            found |= looked_at(part.relevant)
    return tuple(sorted(found))


_PIPED: OfValues[frozenset[str]] = OfValues(8192)


def _piped(question: Question) -> frozenset[str]:
    return _PIPED.found((question,), partial(piped_into, question))


def _parts(question: Question) -> list[Option | Row]:
    rows = question.kind.rows if isinstance(question.kind, Matrix) else ()
    return [*options_of(question.kind), *rows]


def _question(question: Question, view: _View) -> Iterator[Finding]:
    spot = Spot.of(question)
    own = _View(view.before, view.every, question)
    if question.relevant:
        yield from _text(question.relevant, spot.at("relevant"), own)
    if question.constraint:
        yield from _text(question.constraint, spot.at("constraint"), own, constraint=True)
    for part in _parts(question):
        if part.relevant:
            name = f"row.{part.id}" if isinstance(part, Row) else f"option.{part.code}"
            yield from _text(part.relevant, spot.at(f"{name}.relevant"), own)
    for name in sorted(_piped(question)):
        problem = _cannot_look_at(name, spot.at("label"), own)
        if problem:
            yield problem


def _text(text: str, spot: Spot, view: _View, *, constraint: bool = False) -> Iterator[Finding]:
    try:
        condition = parse(text, constraint=constraint)
    except ConditionUnreadable as unreadable:
        yield spot.unreadable(unreadable.position, unreadable.problem)
        return
    blind = False
    for name in sorted(references(condition)):
        problem = _cannot_look_at(name, spot, view)
        if problem:
            blind = True
            yield problem
    if not blind:
        yield from _sense(condition, spot, view)


def _cannot_look_at(name: str, spot: Spot, view: _View) -> Finding | None:
    """Why the answer to a question cannot be used here."""
    question = view.before.get(name)
    if view.own is not None and name == view.own.id and question is None:
        return spot.error("Write a dot for the answer to this question itself, and only in its constraint.")
    if question is None and name in view.every:
        return spot.error("“%(name)s” is asked later. Look only at questions that stand before.", name=name)
    if question is None:
        return spot.error("There is no question “%(name)s”. Check the name.", name=name)
    if question.identifying:
        return spot.error("“%(name)s” says who somebody is and is kept elsewhere. Do not use it here.", name=name)
    if isinstance(question.kind, Information):
        return spot.error("“%(name)s” asks nothing, so it has no answer. Name a question.", name=name)
    return None


def _sense(condition: Condition, spot: Spot, view: _View) -> Iterator[Finding]:
    """Findings about a condition that looks at known questions only."""
    for node in walk(condition):
        match node:
            case Reference(name, row):
                yield from _row(name, row, spot, view)
            case Selected(of, code):
                yield from _selected(of, code, spot, view)
            case CountSelected(of):
                kind = _kind(of, view)
                if kind is not None and not isinstance(kind, MultipleChoice | Rank):
                    yield spot.error("Use count-selected() only where several answers can be chosen.")
            case Comparison(left, sign, right):
                for looked_at, said in ((left, right), (right, left)):
                    if isinstance(looked_at, Reference | Own) and isinstance(said, Text):
                        yield from _compared(_kind(looked_at, view), said.value, sign, spot)
            case _:
                pass


def _kind(of: Reference | Own, view: _View) -> Kind | Cell | None:
    """The kind of answer that is looked at; None if a finding says already that it makes no sense."""
    question = view.own if isinstance(of, Own) else view.before.get(of.question)
    if question is None:
        return None
    if isinstance(of, Reference) and of.row:
        return question.kind.each if isinstance(question.kind, Matrix) else None
    return None if isinstance(question.kind, Matrix) else question.kind


def _row(name: str, row: str, spot: Spot, view: _View) -> Iterator[Finding]:
    kind = view.before[name].kind
    if isinstance(kind, Matrix) and not row:
        yield spot.error("Name a row of the matrix: ${%(name)s.row}.", name=name)
    elif row and not isinstance(kind, Matrix):
        yield spot.error("“%(name)s” has no rows. Write ${%(name)s}.", name=name)
    elif isinstance(kind, Matrix) and row not in {one.id for one in kind.rows}:
        yield spot.error("“%(name)s” has no row “%(row)s”. Check the name.", name=name, row=row)


def _selected(of: Reference | Own, code: str, spot: Spot, view: _View) -> Iterator[Finding]:
    kind = _kind(of, view)
    if kind is None:
        return
    known = _codes(kind)
    if known is None or isinstance(kind, Topic):
        yield spot.error("Use selected() only for a question with options.")
    elif code not in known:
        yield _unknown(code, known, spot)


def _codes(kind: Kind | Cell) -> list[str] | None:
    """The words that an answer can be; None if it can be any."""
    match kind:
        case SingleChoice() | MultipleChoice() | Rank():
            return [option.code for option in options_of(kind)]
        case YesNo():
            return [YES, NO]
        case Topic():
            return list(STATES)
        case _:
            return None


def _unknown(code: str, known: list[str], spot: Spot) -> Finding:
    return spot.error(
        "“%(code)s” is none of the answers that can be given: %(known)s.", code=code, known=", ".join(known)
    )


def _compared(kind: Kind | Cell | None, said: str, sign: str, spot: Spot) -> Iterator[Finding]:
    """Findings about an answer that is compared with a text."""
    if kind is None or said == "":
        return
    known = _codes(kind)
    if known is not None:
        for code in said.split(" ") if isinstance(kind, MultipleChoice | Rank) else [said]:
            if code not in known:
                yield _unknown(code, known, spot)
        if isinstance(kind, MultipleChoice | Rank) and sign in ("=", "!="):
            yield spot.advice("Use selected(): this holds only where exactly these answers were chosen.")
    elif isinstance(kind, Date) and not is_date(said):
        yield spot.error("Write the date like this: '2006', '2006-10' or '2006-10-04'.")
    elif isinstance(kind, Number | Scale) and not said.strip().lstrip("-").replace(".", "", 1).isdigit():
        yield spot.error("Compare with a number, without quotation marks: “%(said)s” is none.", said=said)
