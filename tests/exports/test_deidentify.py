"""A record leaves without the names that the study knows, with its dates moved, and otherwise as it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.dataset import Aside, Attribute, AttributeKind, Case, Cell, Column, Instrument, Record
from exports.deidentify import Replacement, clean, moved, moved_case, moved_date, tally
from exports.finding import Finder
from exports.roster_names import Known, Roster, Sort
from instruments.definition import Question, Role
from instruments.kinds import (
    Answer,
    Date,
    Json,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Row,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.route import Missingness

FINDER = Finder(
    Roster((Known("mentor 1", Sort.PERSON, ("Ann Wrenfield",)), Known("mentee 1", Sort.PERSON, ("Benno Hartsease",))))
)
_OPTIONS = (
    Option(code="wrenfield", label={"en": "Wrenfield"}),
    Option(code="other", label={"en": "Other"}, words=True),
)
KINDS: Mapping[str, Kind] = {
    "short": ShortText(), "long": LongText(), "one": SingleChoice(options=_OPTIONS),
    "many": MultipleChoice(options=_OPTIONS), "rank": Rank(options=_OPTIONS), "topic": Topic(), "yes": YesNo(),
    "number": Number(), "born": Date(), "declined": LongText(),
    "rows": Matrix(each=ShortText(), rows=(Row(id="wrenfield", label={}),)),
    "chosen": Matrix(each=SingleChoice(options=_OPTIONS), rows=(Row(id="r", label={}),)),
}  # fmt: skip
INSTRUMENT = Instrument(
    "list_one", {"en": "List 1"}, Role.GUIDE, (),
    tuple(Column(Question(id=name, kind=kind, label={"en": name}), {}, {}) for name, kind in KINDS.items()),
)  # fmt: skip


def record(answers: Mapping[str, Answer], **more: Any) -> Record:
    cells = {name: Cell(Missingness.ANSWERED, answers.get(name)) for name in KINDS}
    return Record(
        id=UUID(int=1), case=UUID(int=2), instrument="list_one", version=1, occasion=1, day=date(2026, 11, 23),
        language="en", finished=True, cells=cells, **more,
    )  # fmt: skip


def test_every_text_of_a_record_is_cleaned_and_no_code_is_touched() -> None:
    said = record(
        {
            "short": "Wrenfield", "long": "Ann said so.", "one": {"code": "other", "words": "Hartsease"},
            "many": ["wrenfield", {"code": "other", "words": "Benno"}], "rank": ["wrenfield", "other"],
            "topic": {"state": "asked", "notes": "Ann again.", "probes": {"wrenfield": ""}}, "yes": "yes",
            "number": 4035550101, "born": "1960", "declined": {"declined": True}, "rows": {"wrenfield": "Wrenfield"},
            "chosen": {"r": {"code": "other", "words": "Ann"}},
        },
        asides=(Aside("Did Ann agree?", "topic", "What Benno wanted"),),
        memo="Hartsease laughed.",
    )  # fmt: skip
    cleaned = clean(said, INSTRUMENT, FINDER)
    answers = {name: cell.answer for name, cell in cleaned.record.cells.items()}
    assert answers == {
        "short": "[mentor 1]", "long": "[mentor 1] said so.", "one": {"code": "other", "words": "[mentee 1]"},
        "many": ["wrenfield", {"code": "other", "words": "[mentee 1]"}], "rank": ["wrenfield", "other"],
        "topic": {"state": "asked", "notes": "[mentor 1] again.", "probes": {"wrenfield": ""}}, "yes": "yes",
        "number": 4035550101, "born": "1960", "declined": {"declined": True}, "rows": {"wrenfield": "[mentor 1]"},
        "chosen": {"r": {"code": "other", "words": "[mentor 1]"}},
    }  # fmt: skip
    assert cleaned.record.asides == (Aside("Did [mentor 1] agree?", "topic", "What [mentee 1] wanted"),)
    assert cleaned.record.memo == "[mentee 1] laughed."
    assert clean(cleaned.record, INSTRUMENT, FINDER).record == cleaned.record


def test_what_was_replaced_is_listed_with_its_place_and_counted_over_the_study() -> None:
    said = record({"long": "Ann and Ann and Benno", "short": "Ann"}, memo="Ann")
    cleaned = clean(said, INSTRUMENT, FINDER)
    assert set(cleaned.replaced) == {
        Replacement(Sort.PERSON, "[mentor 1]", "Ann", "long", 2),
        Replacement(Sort.PERSON, "[mentee 1]", "Benno", "long", 1),
        Replacement(Sort.PERSON, "[mentor 1]", "Ann", "short", 1),
        Replacement(Sort.PERSON, "[mentor 1]", "Ann", "memo", 1),
    }
    first, second = tally([*cleaned.replaced, *cleaned.replaced])
    assert (first.original, first.count, first.place, second.original, second.count) == ("Ann", 8, "", "Benno", 2)
    assert "Ann" not in repr(cleaned)


def test_a_record_without_names_is_the_same_record() -> None:
    said = record({"long": "Nobody is named here.", "topic": {"state": "skipped"}})
    assert clean(said, INSTRUMENT, FINDER).record == said


def test_answers_of_a_shape_that_no_question_has_are_left_alone() -> None:
    odd = record({"short": ["Ann"], "topic": "Ann", "rows": "Ann", "one": 3, "born": 4})
    assert clean(odd, INSTRUMENT, FINDER).record == odd
    assert moved(odd, INSTRUMENT, 3) == replace(odd, day=date(2026, 11, 26))


@pytest.mark.parametrize(
    ("said", "days", "later"),
    [
        ("2006-10-04", -4, "2006-09-30"), ("2006-10", 20, "2006-11"), ("2006-10", 10, "2006-10"),
        ("2006", -182, "2005"), ("2006", 100, "2006"), ("9999-12-31", 9, "9999-12-31"),
        ("1000-01-01", -9, "1000-01-01"),
        ("2006-02-30", 3, "2006-02-30"), ("soon", 3, "soon"), ("", 3, ""),
    ],
)  # fmt: skip
def test_a_date_moves_and_stays_as_precise_as_it_was(said: str, days: int, later: str) -> None:
    assert moved_date(said, days) == later


_DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str)


@given(_DATES, _DATES, st.integers(-400, 400), st.sampled_from([4, 7, 10]))
def test_moving_keeps_dates_in_order_and_days_as_far_apart(one: str, two: str, days: int, length: int) -> None:
    first, second = moved_date(one[:length], days), moved_date(two[:length], days)
    assert (first <= second) if one[:length] <= two[:length] else (first >= second)
    if length == 10:
        apart = date.fromisoformat(two) - date.fromisoformat(one)
        assert date.fromisoformat(second) - date.fromisoformat(first) == apart


def test_the_day_the_answers_and_the_times_of_probes_move_together() -> None:
    probes: dict[str, Json] = {"p": "2026-11-23T12:04:05Z", "q": ""}
    said = record({"born": "1960-01-31", "topic": {"state": "asked", "probes": probes}, "long": "on 2026-11-23"})
    later = moved(said, INSTRUMENT, 10)
    assert later.day == date(2026, 12, 3)
    assert later.cells["born"].answer == "1960-02-10"
    assert later.cells["topic"].answer == {"state": "asked", "probes": {"p": "2026-12-03T12:04:05Z", "q": ""}}
    assert later.cells["long"].answer == "on 2026-11-23"
    assert moved(later, INSTRUMENT, -10) == said


def test_a_case_moves_by_its_attributes_that_are_dates() -> None:
    attributes = (Attribute("enrolled", AttributeKind.DATE), Attribute("site"))
    one = Case(UUID(int=1), "P-1", {"enrolled": "2026-10-01", "site": "2026-10-01"})
    assert moved_case(one, attributes, 31).attributes == {"enrolled": "2026-11-01", "site": "2026-10-01"}
