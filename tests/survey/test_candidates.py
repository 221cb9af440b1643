"""Candidate questions: what was decided survives, and the words of an interview are gone with the interview."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from instruments import drafts
from instruments.definition import Question
from instruments.kinds import Topic
from instruments.versions import Version
from survey import accepting, interviews, runs, verdicts
from survey.accepting import IdTaken, Place, proposed_id
from survey.deltas import Candidate as Noted
from survey.deltas import Delta
from survey.participants import Enrolled
from survey.verdicts import By, Candidate, Decided, Said, Verdict
from tests.survey.field import GUIDE, Field, field_of, grant, published, taking_part
from vault import ledger, rotation
from vault.errors import CannotOpen, Conflict, Invalid
from vault.store import Work
from vault.studies import Scope

WORDS = "What has money got to do with it?"


@dataclass
class Desk:
    """A study with one interview in which one question was asked outside the guide."""

    work: Work
    field: Field
    version: Version
    jo: Enrolled
    now: datetime

    @property
    def lead(self) -> By:
        """The lead, with their keys."""
        return By(self.field.lead.id, self.field.lead.seed)

    def every(self) -> tuple[Candidate, ...]:
        """The list as the lead sees it."""
        return verdicts.listed(self.work.db, self.work.keyring, self.field.study.id, by=self.lead, now=self.now)

    @property
    def heard(self) -> Candidate:
        """The one from the interview."""
        return self.every()[0]

    def enter(self, words: str = "And who pays?") -> Candidate:
        """One from a theme."""
        said = Said(words, "Money", "Memo 4")
        made = verdicts.enter(self.work.db, self.field.study.id, said, by=self.lead, now=self.now)
        return verdicts.find(self.every(), made)

    def place(self, question: str = "money", section: str = "mentoring") -> Place:
        """Into the guide."""
        return Place(self.version.instrument_id, section, question, "Does money matter?", "Money", "P-1")

    def accept(self, candidate: Candidate, place: Place | None = None) -> None:
        """By the lead."""
        accepting.accept(self.work.db, candidate, place or self.place(), by=self.lead, now=self.now)


def _desk(work: Work, field: Field, now: datetime) -> Desk:
    version = published(work, field, GUIDE, now=now)
    jo = taking_part(work, field, now=now, assigned=True)
    account, seed = field.interviewer.account, field.interviewer.seed
    given = grant(work, jo)
    interview = interviews.start(
        work.db, work.keyring, jo.participant, version.instrument_id, given, account=account, seed=seed, now=now
    )
    response = runs.find(work.db, jo.participant.id, interview.response_id)
    noted = Delta(candidates=[Noted("c1", WORDS, "Money", "start")])
    interviews.note(work.db, jo.keys[Scope.RESPONSES], given, interview, response, noted, plan=None, now=now)
    return Desk(work, field, version, jo, now)


@pytest.fixture
def desk(quick: Work, now: datetime) -> Desk:
    """On SQLite."""
    return _desk(quick, field_of(quick, now=now), now)


@pytest.fixture
def both(work: Work, field: Field, now: datetime) -> Desk:
    """On SQLite and on PostgreSQL."""
    return _desk(work, field, now)


def test_an_accepted_candidate_is_a_topic_of_the_draft_and_stays_accepted(both: Desk) -> None:
    assert (both.heard.words, both.heard.verdict) == (WORDS, Verdict.OPEN)
    both.accept(both.heard)

    definition = drafts.draft_of(both.work.db, both.version.instrument_id).definition
    assert definition.sections[0].questions[-1] == Question(
        id="money", kind=Topic(), label={"en": "Does money matter?"}
    )
    assert both.heard.verdict is Verdict.ACCEPTED
    last = both.heard.steps[-1]
    assert (last.question, last.said.theme, last.said.evidence) == ("money", "Money", "P-1")
    with pytest.raises(Decided):
        both.accept(both.heard, both.place("money_again"))
    with pytest.raises(Conflict):
        accepting.reopen(both.work.db, both.heard, by=both.lead, now=both.now)

    draft = drafts.draft_of(both.work.db, both.version.instrument_id)
    drafts.save_draft(both.work.db, draft.instrument_id, GUIDE, seen=draft.number, by=both.lead.id, now=both.now)
    accepting.reopen(both.work.db, both.heard, by=both.lead, now=both.now)
    assert [one.verdict for one in both.every()] == [Verdict.OPEN]
    assert accepting.origins(both.work.db, both.version.instrument_id) == {}


def test_a_candidate_from_a_theme_is_sealed_for_those_who_read_answers(desk: Desk) -> None:
    desk.enter("And who pays for the coffee?")
    row = desk.work.db.execute(text("SELECT * FROM candidate")).one()
    assert b"coffee" not in repr(tuple(row)).encode()
    assert desk.every()[1].words == "And who pays for the coffee?"
    for person in (desk.field.coordinator, desk.field.interviewer):
        with pytest.raises(CannotOpen):
            verdicts.listed(
                desk.work.db, desk.work.keyring, desk.field.study.id, by=By(person.id, person.seed), now=desk.now
            )
    analyst = By(desk.field.analyst.id, desk.field.analyst.seed)
    found = verdicts.listed(desk.work.db, desk.work.keyring, desk.field.study.id, by=analyst, now=desk.now)
    assert len(found) == 2


def test_what_was_decided_survives_a_change_of_keys(desk: Desk) -> None:
    entered = desk.enter()
    verdicts.decline(desk.work.db, desk.heard, "It leads.", by=desk.lead, now=desk.now)
    desk.work.commit()
    for _ in rotation.rotate(
        desk.work.db, desk.work.keyring, desk.field.study.id, Scope.RESPONSES,
        account_id=desk.lead.id, seed=desk.lead.seed, now=desk.now,
    ):  # fmt: skip
        desk.work.commit()

    heard, other = desk.every()
    assert (heard.verdict, heard.steps[-1].said.note) == (Verdict.DECLINED, "It leads.")
    assert (other.id, other.words) == (entered.id, entered.words)


def test_the_words_go_with_the_interview_and_the_decision_stays(desk: Desk) -> None:
    verdicts.decline(desk.work.db, desk.heard, "It leads.", by=desk.lead, now=desk.now)
    desk.work.commit()
    known = desk.heard.id
    desk.work.keyring.execute(text("DELETE FROM wrap"))

    (left,) = desk.every()
    assert (left.id, left.words, left.theme, left.heard) == (known, "", "", None)
    assert left.steps[-1].said.note == "It leads."


def test_a_merged_candidate_goes_where_the_other_goes_and_may_be_opened_again(desk: Desk) -> None:
    other = desk.enter()
    verdicts.merge(desk.work.db, other, desk.heard, by=desk.lead, now=desk.now)
    merged = verdicts.find(desk.every(), other.id)
    assert (merged.verdict, merged.steps[-1].into) == (Verdict.MERGED, desk.heard.id)
    with pytest.raises(Invalid):
        verdicts.merge(desk.work.db, desk.heard, merged, by=desk.lead, now=desk.now)
    with pytest.raises(Invalid):
        verdicts.merge(desk.work.db, desk.heard, desk.heard, by=desk.lead, now=desk.now)

    accepting.reopen(desk.work.db, merged, by=desk.lead, now=desk.now + timedelta(hours=1))
    again = verdicts.find(desk.every(), other.id)
    assert (again.verdict, [step.verdict for step in again.steps]) == (
        Verdict.OPEN, [Verdict.MERGED, Verdict.OPEN],
    )  # fmt: skip


def test_two_decisions_at_once_are_one_and_a_conflict_in_the_database(desk: Desk) -> None:
    seen = desk.heard
    verdicts.decline(desk.work.db, seen, "It leads.", by=desk.lead, now=desk.now)
    with pytest.raises(DatabaseError):
        desk.accept(seen)


@pytest.mark.parametrize(
    ("question", "section", "refusal"),
    [("start", "mentoring", IdTaken), ("1st", "mentoring", Invalid), ("money", "nowhere", Invalid)],
)
def test_an_id_that_means_something_already_and_a_section_that_is_gone_are_refused(
    desk: Desk, question: str, section: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        desk.accept(desk.heard, desk.place(question, section))
    assert desk.heard.verdict is Verdict.OPEN


def test_a_question_without_a_theme_and_a_decline_without_a_reason_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid):
        verdicts.enter(desk.work.db, desk.field.study.id, Said("Who pays?"), by=desk.lead, now=desk.now)
    with pytest.raises(Invalid):
        verdicts.decline(desk.work.db, desk.heard, "", by=desk.lead, now=desk.now)


def test_where_a_question_comes_from_is_known_to_all_and_why_to_those_with_the_key(desk: Desk) -> None:
    desk.accept(desk.heard)
    at = desk.version.instrument_id
    assert accepting.origins(desk.work.db, at)["money"].said is None
    coordinator = By(desk.field.coordinator.id, desk.field.coordinator.seed)
    with pytest.raises(CannotOpen):
        accepting.read_origins(desk.work.db, desk.field.study.id, at, by=coordinator, now=desk.now)
    looks = _looks(desk)
    said = accepting.read_origins(desk.work.db, desk.field.study.id, at, by=desk.lead, now=desk.now)["money"].said
    assert said is not None
    assert said.theme == "Money"
    assert _looks(desk) == looks + 1


def _looks(desk: Desk) -> int:
    return sum(line["action"] == "candidates.read" for line in ledger.of_study(desk.work.db, desk.field.study.id))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("What has money got to do with it?", "money_got"),
        ("Comment l’équité est-elle vécue ?", "equite_vecue"),
        ("2 jobs at once?", "q_2_jobs_once"),
        ("怎么办", "question"),
        ("", "question"),
    ],
)
def test_a_short_name_is_proposed_from_the_words(words: str, name: str) -> None:
    assert proposed_id(words, set()) == name
    assert proposed_id(words, {name, f"{name}_2"}) == f"{name}_3"
