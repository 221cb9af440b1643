"""The chronicle of an instrument: everything stands where it happened, between or in the interviews."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from instruments.comparison import What
from survey import chronicle, chronicling
from survey.candidates import Heard
from survey.chronicle import MOST_COLUMNS, Column, Deed, Edition, Event, Turn, told
from survey.runs import Kind, Response
from survey.verdicts import By, Candidate, Step, Verdict
from tests.survey.field import Field
from tests.survey.test_candidates import WORDS, Desk, _desk
from vault.errors import CannotOpen
from vault.store import Work

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STUDY, GUIDE_ID, ADA = uuid4(), uuid4(), uuid4()
EDITIONS = (
    Edition(uuid4(), 1, NOON, frozenset({"start", "old"})),
    Edition(
        uuid4(), 2, NOON + timedelta(days=4), frozenset({"start", "money"}),
        (
            Turn("money", frozenset({What.ADDED}), "It came up.", "Money", "P-1"),
            Turn("old", frozenset({What.RETIRED}), "Nobody understood it.", "", ""),
            Turn("start", frozenset({What.REWORDED}), "Shorter.", "money ", ""),
        ),
    ),
)  # fmt: skip


def _run(day: int, version: int) -> Response:
    begun = DAY + timedelta(days=day)
    return Response(uuid4(), STUDY, uuid4(), GUIDE_ID, EDITIONS[version - 1].id, Kind.INTERVIEW, begun, None)


def _axis(there: list[Response]) -> tuple[Column, ...]:
    names = {run.participant_id: f"P-{at}" for at, run in enumerate(there, 1)}
    return chronicle.columns(there, {edition.id: edition.number for edition in EDITIONS}, names)


def _heard(run: Response, *steps: Step) -> Candidate:
    heard = Heard("c1", "P-1", run.begun_on, run, WORDS, "Money", "start")
    return Candidate(uuid4(), STUDY, WORDS, "Money", "P-1", heard=heard, steps=steps)


def _slots(events: tuple[Event, ...]) -> list[tuple[Deed, str, int]]:
    return [(event.deed, event.question, event.slot) for event in events]


def test_what_happened_stands_between_the_interviews_and_what_was_heard_in_them() -> None:
    there = [_run(1, 1), _run(2, 1), _run(5, 2)]
    accepted = Step(Verdict.ACCEPTED, ADA, NOON + timedelta(days=3), instrument_id=GUIDE_ID, question="money")

    found = told(EDITIONS, _axis(there), [_heard(there[0], accepted)])

    assert _slots(found.events) == [
        (Deed.PUBLISHED, "", 0), (Deed.HEARD, "", 1), (Deed.ACCEPTED, "money", 4), (Deed.PUBLISHED, "", 4),
        (Deed.ENTERED, "money", 4), (Deed.CHANGED, "start", 4), (Deed.RETIRED, "old", 4),
    ]  # fmt: skip
    assert [found.asking(name) for name in ("start", "money", "old")] == [((0, 2),), ((2, 2),), ((0, 1),)]


def test_a_question_is_never_accepted_after_the_version_that_asks_it() -> None:
    there = [_run(1, 1), _run(4, 2)]
    on_the_day = Step(Verdict.ACCEPTED, ADA, NOON + timedelta(days=4), instrument_id=GUIDE_ID, question="money")

    found = told(EDITIONS, _axis(there), [_heard(there[0], on_the_day)])

    slots = {deed: slot for deed, question, slot in _slots(found.events) if question == "money"}
    assert slots == {Deed.ACCEPTED: 2, Deed.ENTERED: 2}


def test_a_theme_stands_where_it_came_up_first_however_it_is_spelled_later() -> None:
    there = [_run(1, 1), _run(5, 2)]

    found = told(EDITIONS, _axis(there), [_heard(there[0])])

    ((name, deed, slots),) = [(theme.name, theme.first.deed, theme.slots) for theme in found.themes]
    assert (name, deed, slots) == ("Money", Deed.HEARD, (1, 2))


def test_two_versions_at_once_are_two_stretches_each() -> None:
    """As where sites begin with a version on different days."""
    there = [_run(5, 2), _run(6, 1), _run(7, 2)]

    found = told(EDITIONS, _axis(there), [])

    assert (found.under([1]), found.under([2]), found.under([1, 2])) == (((1, 1),), ((0, 0), (2, 2)), ((0, 2),))


def test_a_catch_up_has_a_column_of_its_own_in_which_only_its_questions_are_asked() -> None:
    there = [_run(1, 1), _run(5, 2), _run(6, 2)]
    names = {run.participant_id: f"P-{at}" for at, run in enumerate(there)}
    numbers = {edition.id: edition.number for edition in EDITIONS}
    axis = chronicle.columns(there, numbers, names, {there[1].id: frozenset({"money"})})

    found = told(EDITIONS, axis, [])

    assert [found.asking(name) for name in ("start", "money")] == [((0, 0), (2, 2)), ((1, 2),)]
    assert found.under([2]) == ((1, 2),)


def test_a_version_that_nobody_was_asked_stands_before_the_next_one() -> None:
    found = told(EDITIONS, _axis([_run(4, 2)]), [])

    assert [(event.version, event.slot) for event in found.events if event.deed is Deed.PUBLISHED] == [(1, 0), (2, 0)]


@pytest.mark.parametrize("size", [1, MOST_COLUMNS, MOST_COLUMNS + 1, 1000])
def test_of_very_many_runs_several_in_a_row_share_a_column_and_none_is_lost(size: int) -> None:
    there = [_run(at // 10, 1 if at < size // 2 else 2) for at in range(size)]

    axis = _axis(there)

    assert len(axis) <= MOST_COLUMNS + 1
    assert sorted(run for column in axis for run in column.runs) == sorted(run.id for run in there)
    assert [column.first for column in axis[1:]] == [one.first + len(one.runs) for one in axis[:-1]]
    assert all(bool(column.pseudonym) == (len(column.runs) == 1) for column in axis)


def _told(desk: Desk, by: By | None) -> chronicle.Chronicle:
    return chronicling.of_instrument(
        desk.work.db, desk.work.keyring, desk.field.study.id, desk.version.instrument_id, by=by, now=desk.now
    )


def test_who_holds_the_key_sees_the_interview_and_what_became_of_what_was_heard(
    work: Work, field: Field, now: datetime
) -> None:
    desk = _desk(work, field, now)
    elsewhere = desk.enter()
    desk.accept(desk.heard)

    found = _told(desk, desk.lead)

    assert [column.pseudonym for column in found.columns] == [desk.jo.participant.pseudonym]
    assert [event.deed for event in found.events] == [Deed.PUBLISHED, Deed.HEARD, Deed.PROPOSED, Deed.ACCEPTED]
    assert {one.id for one in found.candidates} == {desk.heard.id, elsewhere.id}


def test_without_the_key_there_are_versions_and_accepted_questions_and_no_word_or_person(
    work: Work, field: Field, now: datetime
) -> None:
    desk = _desk(work, field, now)
    desk.enter()
    desk.accept(desk.heard)

    found = _told(desk, None)

    assert [(column.version, column.pseudonym, column.runs) for column in found.columns] == [(1, "", frozenset())]
    assert [(event.deed, event.question, event.theme) for event in found.events] == [
        (Deed.PUBLISHED, "", ""), (Deed.ACCEPTED, "money", ""),
    ]  # fmt: skip
    assert {one.words for one in found.candidates} == {""}


def test_another_key_opens_nothing(work: Work, field: Field, now: datetime) -> None:
    desk = _desk(work, field, now)
    other = By(desk.field.interviewer.id, desk.field.interviewer.seed)

    with pytest.raises(CannotOpen):
        _told(desk, other)
