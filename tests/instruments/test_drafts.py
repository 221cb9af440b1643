"""A draft that two people write, and that can be taken back."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from sqlalchemy.orm import Session

from instruments import draft_states, drafts, editing
from instruments.definition import Instrument, find
from instruments.drafts import Deed, Draft, DraftOvertaken, NothingToUndo, Together
from instruments.kinds import YesNo
from tests.instruments.making import asked, of_questions
from tests.vault.people import Person, person, study_of
from vault.errors import Invalid
from vault.store import Work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = of_questions(asked(YesNo(), "a"), asked(YesNo(), "b"), minutes=1)


@dataclass
class Desk:
    """A draft, and somebody who changes it."""

    db: Session
    by: Person
    draft: Draft

    def change(self, deed: Deed, *touches: str, seen: int | None = None) -> Together:
        """The deed is done to the draft."""
        return drafts.change(
            self.db, self.draft.instrument_id, deed, touches=touches, by=self.by.id, now=NOW,
            seen=self.draft.number if seen is None else seen,
        )  # fmt: skip

    def undo(self) -> None:
        """The last save is taken back."""
        drafts.undo(self.db, self.draft.instrument_id, seen=self.draft.number, by=self.by.id, now=NOW)

    def label(self, name: str) -> str:
        """What a question says now."""
        question = find(self.draft.definition, name)
        return question.label["en"] if question else ""


@pytest.fixture
def desk(work: Work) -> Desk:
    """A draft of two questions."""
    db = work.db
    someone = person(db, "ada", now=NOW)
    study = study_of(db, someone, now=NOW)
    return Desk(db, someone, drafts.begin(db, study.id, FIRST, by=someone.id, now=NOW))


def reworded(name: str, text: str) -> Deed:
    """Question ``name`` says ``text``."""
    return lambda one: editing.with_question(one, replace(asked(YesNo(), name), label={"en": text}))


def test_two_who_change_different_questions_are_put_together_without_being_asked(desk: Desk) -> None:
    assert not desk.change(reworded("a", "Theirs"), "a", seen=1).merged
    assert desk.change(reworded("b", "Mine"), "b", seen=1).merged
    assert (desk.label("a"), desk.label("b")) == ("Theirs", "Mine")


def test_who_changes_what_somebody_else_has_changed_is_told_and_overwrites_nothing(desk: Desk) -> None:
    desk.change(reworded("a", "Theirs"), "a", seen=1)
    with pytest.raises(DraftOvertaken):
        desk.change(reworded("a", "Mine"), "a", seen=1)
    with pytest.raises(DraftOvertaken):
        desk.change(lambda one: editing.without(one, "a"), "a", seen=1)
    assert desk.label("a") == "Theirs"


def test_whole_texts_come_together_where_they_can(desk: Desk) -> None:
    desk.change(reworded("a", "Theirs"), "a")
    saved = drafts.save_together(
        desk.db, desk.draft.instrument_id, reworded("b", "Mine")(FIRST), seen=1, by=desk.by.id, now=NOW
    )
    assert saved.merged
    assert (desk.label("a"), desk.label("b")) == ("Theirs", "Mine")
    with pytest.raises(DraftOvertaken):
        drafts.save_together(
            desk.db, desk.draft.instrument_id, reworded("a", "Mine")(FIRST), seen=1, by=desk.by.id, now=NOW
        )


def test_saves_are_undone_one_after_another_back_to_the_first(desk: Desk) -> None:
    for text in ("One", "Two", "Three"):
        desk.change(reworded("a", text), "a")
    said = []
    for _ in range(3):
        desk.undo()
        said.append(desk.label("a"))
    assert said == ["Two", "One", "A"]
    with pytest.raises(NothingToUndo):
        desk.undo()


def test_after_an_undo_a_further_save_is_undone_to_where_it_began(desk: Desk) -> None:
    desk.change(reworded("a", "One"), "a")
    desk.undo()
    desk.change(reworded("a", "Other"), "a")
    desk.undo()
    assert desk.label("a") == "A"


def test_what_was_undone_can_be_taken_again_and_undone_again(desk: Desk) -> None:
    desk.change(reworded("a", "One"), "a")
    desk.undo()
    drafts.take_back(desk.db, desk.draft.instrument_id, 2, seen=desk.draft.number, by=desk.by.id, now=NOW)
    assert desk.label("a") == "One"
    desk.undo()
    assert desk.label("a") == "A"


def test_an_undo_that_does_not_know_the_last_save_is_refused(desk: Desk) -> None:
    desk.change(reworded("a", "One"), "a")
    with pytest.raises(DraftOvertaken):
        drafts.undo(desk.db, desk.draft.instrument_id, seen=1, by=desk.by.id, now=NOW)
    with pytest.raises(DraftOvertaken):
        drafts.take_back(desk.db, desk.draft.instrument_id, 1, seen=1, by=desk.by.id, now=NOW)


def test_only_the_last_states_are_kept_and_who_began_before_them_is_told(desk: Desk) -> None:
    for number in range(draft_states.KEPT + 3):
        desk.change(reworded("a", f"Text {number}"), "a")
    assert len(drafts.befores(desk.db, desk.draft.instrument_id)) == draft_states.KEPT
    with pytest.raises(DraftOvertaken):
        desk.change(reworded("b", "Mine"), "b", seen=1)


def test_what_changes_nothing_is_no_save(desk: Desk) -> None:
    desk.change(lambda one: one)
    assert desk.draft.number == 1


def test_by_no_way_does_an_instrument_change_its_name(desk: Desk) -> None:
    def renamed(one: Instrument) -> Instrument:
        return replace(one, id="other")

    with pytest.raises(Invalid):
        desk.change(renamed)
