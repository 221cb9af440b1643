"""What a question becomes in a table: one variable or several, each a text, a number, a choice, a day, or 1 and 0.

| kind | variables, by the question's id |
|---|---|
| short_text, long_text | ``id``: text |
| single_choice | ``id``: a choice; ``id_code_words``: text, for each option with words |
| multiple_choice | ``id_code``: 1 or 0, for each option; words as above |
| yes_no | ``id``: 1 or 0 |
| number, scale | ``id``: number |
| date | ``id``: text as precise as it was given; ``id_day``: the day, where there is one |
| matrix | the same for each row: ``id_row``, ``id_row_code``, … |
| rank | ``id_code``: the place of each option, 1 the first; words as above |
| topic | ``id``: text, the notes; ``id_asked``: 1; ``id_probe``: 1 or 0, for each probe |

A variable covers all versions: options, rows and probes of any of them, worded as in the newest that has them. What
the version of a record did not have is *not asked* there, what it had and did not offer is *not applicable*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from exports.cells import storable
from exports.dataset import Column, Record
from exports.gaps import Gap, base_below
from exports.places import Merged, Place, Take, earlier_wordings, merged
from exports.unfolding_choices import labels, part_variable, ranked, several, single
from exports.variables import AnswerUnfitting, Label, Measure, Type, Value, Variable
from instruments.kinds import (
    NO,
    YES,
    Date,
    Json,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    points_of,
)
from instruments.sentences import Texts, in_language

YES_NO: Mapping[int, Texts] = {0: {"en": "No", "fr": "Non"}, 1: {"en": "Yes", "fr": "Oui"}}
TICKED: Mapping[int, Texts] = {0: {"en": "not ticked", "fr": "non coché"}, 1: {"en": "ticked", "fr": "coché"}}
ASKED: Texts = {"en": "asked", "fr": "abordé"}
DAY: Texts = {"en": "day", "fr": "jour"}


def variables(column: Column, language: str) -> Iterator[Variable]:
    """The variables of a question over all its versions, labelled in ``language`` where there are texts in it."""
    wordings = {version: storable(in_language(asked.label, language)) for version, asked in column.wordings.items()}
    earlier = earlier_wordings(wordings, storable(in_language(column.question.label, language)))
    kinds = {version: asked.kind for version, asked in column.wordings.items()}
    yield from _of(Place(column, language, kinds, earlier=earlier))


def _of(place: Place) -> Iterator[Variable]:
    match place.newest:
        case ShortText() | LongText():
            yield place.variable(Type.TEXT, Measure.NOMINAL, _text)
        case SingleChoice():
            yield from single(place)
        case MultipleChoice():
            yield from several(place)
        case YesNo():
            yield place.variable(Type.FLAG, Measure.NOMINAL, _yes_or_no, labels=labels(place, YES_NO))
        case Number() | Scale():
            yield _number(place)
        case Rank():
            yield from ranked(place)
        case _:
            yield from _of_parts(place)


def _of_parts(place: Place) -> Iterator[Variable]:
    match place.newest:
        case Date():
            yield place.variable(Type.TEXT, Measure.NOMINAL, _text)
            yield place.variable(Type.DAY, Measure.SCALE, _day, part=("day",), branch=place.said(DAY))
        case Matrix():
            for row in merged(place, lambda kind: kind.rows if isinstance(kind, Matrix) else ()):
                yield from _row(place, row)
        case Topic():
            yield from _topic(place)


def _text(answer: Json, _: Record) -> Value:
    if isinstance(answer, str):
        return storable(answer) or Gap.SKIPPED
    raise AnswerUnfitting


def _yes_or_no(answer: Json, _: Record) -> Value:
    if answer == YES:
        return 1
    if answer == NO:
        return 0
    raise AnswerUnfitting


def _figure(answer: Json, _: Record) -> Value:
    # Not isinstance: it would take true for 1, and is asked for every number of a release.
    if type(answer) is int or type(answer) is float:
        return answer
    raise AnswerUnfitting


def _day(answer: Json, _: Record) -> Value:
    if not isinstance(answer, str):
        raise AnswerUnfitting
    if len(answer) < len("2006-10-04"):
        return Gap.IMPRECISE
    try:
        return date.fromisoformat(answer)
    except ValueError:
        raise AnswerUnfitting from None


def _number(place: Place) -> Variable:
    """A number or a point of a scale. Codes of gaps are below whatever any version takes."""
    newest, lowest, decimals = place.newest, 0.0, 0
    for kind in place.kinds.values():
        if isinstance(kind, Scale):
            lowest = min(lowest, kind.first)
        if isinstance(kind, Number):
            lowest = min(lowest, -float("inf") if kind.least is None else kind.least)
            decimals = max(decimals, kind.decimals)
    if isinstance(newest, Scale):
        made = place.variable(Type.NUMBER, Measure.ORDINAL, _figure, labels=_points(place, newest))
    else:
        unit = place.said(newest.unit) if isinstance(newest, Number) else ""
        made = place.variable(Type.NUMBER, Measure.SCALE, _figure)
        made = replace(made, stem=f"{made.stem} ({unit})" if unit else made.stem)
    return replace(made, base=base_below(lowest), decimals=decimals)


def _points(place: Place, scale: Scale) -> tuple[Label, ...]:
    """The names of the ends, and of the middle where there is a point in it."""
    points = points_of(scale)
    if not points:
        return ()
    named = {points[0]: scale.low, points[-1]: scale.high}
    if len(points) % 2:
        named.setdefault(points[len(points) // 2], scale.middle)
    said = {point: place.said(texts) for point, texts in sorted(named.items())}
    return tuple(Label(str(point), point, text) for point, text in said.items() if text)


def _row(place: Place, row: Merged) -> Iterator[Variable]:
    """What is asked of one row, in every version that has it."""
    kinds = {version: kind.each for version, kind in place.kinds.items() if isinstance(kind, Matrix)}

    def cell(answer: Json) -> Json:
        if not isinstance(answer, dict):
            raise AnswerUnfitting
        return answer.get(row.name)

    def lacking(record: Record) -> Gap:
        return Gap.SKIPPED if row.offered(record, place.column.question.id) else Gap.NOT_APPLICABLE

    there = {version: kind for version, kind in kinds.items() if version in row.versions}
    yield from _of(
        Place(
            place.column, place.language, there, (row.name,), place.said(row.part.label),
            (*place.earlier, *row.earlier), cell, lacking,
        )
    )  # fmt: skip


def _topic(place: Place) -> Iterator[Variable]:
    def notes(answer: Json, _: Record) -> Value:
        return _text(_topic_answer(answer).get("notes"), _)

    def ticked(probe: str) -> Take:
        def look(answer: Json, _: Record) -> Value:
            probes = _topic_answer(answer).get("probes")
            return int(isinstance(probes, dict) and probe in probes)

        return look

    yield place.variable(Type.TEXT, Measure.NOMINAL, notes)
    asked = (Label("1", 1, place.said(ASKED)),)
    yield place.variable(
        Type.FLAG, Measure.NOMINAL, lambda _, __: 1, part=("asked",), branch=place.said(ASKED), labels=asked
    )
    for probe in merged(place, lambda kind: kind.probes if isinstance(kind, Topic) else ()):
        yield part_variable(place, probe, Type.FLAG, ticked(probe.name), named=labels(place, TICKED))


def _topic_answer(answer: Json) -> dict[str, Json]:
    if not isinstance(answer, dict):
        raise AnswerUnfitting
    return answer
