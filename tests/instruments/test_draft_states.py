"""The states of a draft are what was saved, whoever reads them, and only so many are kept."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments import draft_states, drafts, editing
from instruments.definition import Instrument
from instruments.draft_states import KEPT, WHOLE_EVERY, State
from instruments.kinds import YesNo
from tests.instruments.making import asked, of_questions
from tests.vault.people import person, study_of
from vault.store import Work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = of_questions(asked(YesNo(), "a"), asked(YesNo(), "b"), minutes=1)


@pytest.fixture
def saved(work: Work) -> tuple[Session, UUID, list[Instrument]]:
    """A draft that was saved more often than states are kept, and what it was each time."""
    db = work.db
    someone = person(db, "ada", now=NOW)
    draft = drafts.begin(db, study_of(db, someone, now=NOW).id, FIRST, by=someone.id, now=NOW).instrument_id
    said = [FIRST]
    for number in range(1, KEPT + 2 * WHOLE_EVERY + 3):
        name = "a" if number % 3 else "b"
        wanted = editing.with_question(said[-1], replace(asked(YesNo(), name), label={"en": f"Text {number}"}))
        drafts.save_draft(db, draft, wanted, seen=number, by=someone.id, now=NOW)
        said.append(wanted)
    return db, draft, said


def test_every_state_that_is_kept_is_what_was_saved_also_where_nobody_remembers_it(
    saved: tuple[Session, UUID, list[Instrument]],
) -> None:
    db, draft, said = saved
    newest = len(said)
    for number in (*range(newest - KEPT, newest + 1), newest):
        draft_states.forget()
        found = draft_states.earlier(db, draft, number, newest=newest)
        assert found is not None
        assert found[0] == said[number - 1]
    for number in range(newest - KEPT, newest + 1):
        found = draft_states.earlier(db, draft, number, newest=newest)
        assert found is not None
        assert found[0] == said[number - 1]


def test_another_process_goes_on_from_what_it_knows(saved: tuple[Session, UUID, list[Instrument]]) -> None:
    db, draft, said = saved
    draft_states.forget()
    stands = drafts.stands(db, draft)
    assert stands.definition(db) == said[-1]
    assert stands.definition(db) is stands.definition(db)


def test_what_is_older_than_what_is_kept_goes_after_a_while(saved: tuple[Session, UUID, list[Instrument]]) -> None:
    db, draft, said = saved
    assert [one.number for one in drafts.befores(db, draft)] == list(range(len(said) - 1, len(said) - KEPT - 1, -1))
    assert draft_states.earlier(db, draft, len(said) - KEPT - 1, newest=len(said)) is None
    rows = db.scalar(select(func.count()).select_from(State).where(State.instrument_id == draft))
    assert rows is not None
    assert KEPT < rows <= KEPT + 2 * WHOLE_EVERY
