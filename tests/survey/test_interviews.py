"""Interviews: who may start one, what is noted, and what the team sees of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import func, select

from consent.grants import ConsentMissing, Grant
from consent.scopes import Scope as Agreed
from instruments.route import Missingness
from survey import assignments, candidates, deltas, interviews, matrices, notes, runs, statuses
from survey.asking import NotApproved, NothingPublished
from survey.assignments import NotAssigned
from survey.deltas import About, Candidate, Delta, Memo, TopicNote
from survey.interviews import Deposited, Interview, Noted, State
from survey.notes import NoteUnreadable
from survey.participants import Enrolled
from survey.runs import Kind, Response
from survey.statuses import Status
from tests.survey.field import GUIDE, LONGER_GUIDE, Field, decide, field_of, grant, published, taking_part
from tests.vault.people import Person
from vault import ledger
from vault.errors import CannotOpen, Invalid, Missing
from vault.records import PageRecord
from vault.store import Work
from vault.studies import Scope


@dataclass
class Call:
    """An interviewer on the telephone with somebody."""

    work: Work
    field: Field
    who: Enrolled
    instrument: object
    now: datetime

    def start(self, person: Person | None = None, *, tape: str = "") -> Interview:
        someone = person or self.field.interviewer
        return interviews.start(
            self.work.db, self.work.keyring, self.who.participant, self.instrument, grant(self.work, self.who),  # type: ignore[arg-type]
            account=someone.account, seed=someone.seed, now=self.now, tape=tape, setting="telephone",
        )  # fmt: skip

    @property
    def key(self) -> bytes:
        ian = self.field.interviewer
        return assignments.key_of(
            self.work.keyring, self.who.participant, Scope.RESPONSES, account=ian.account, seed=ian.seed
        )

    def run(self, interview: Interview) -> Response:
        return interviews.find(self.work.db, self.who.participant.id, interview.response_id)[1]

    def note(self, interview: Interview, delta: Delta) -> Noted:
        run = self.run(interview)
        return interviews.note(
            self.work.db, self.key, grant(self.work, self.who), interview, run, delta,
            plan=runs.plan_of(self.work.db, run), now=self.now,
        )  # fmt: skip

    def read(self, interview: Interview) -> deltas.Record:
        return interviews.read(self.work.db, self.key, self.run(interview))

    def end(self, interview: Interview) -> bool:
        return interviews.end(
            self.work.db, self.work.keyring, grant(self.work, self.who), interview, key=self.key,
            response=self.run(interview), now=self.now,
        )  # fmt: skip

    def deposit(self, interview: Interview, *, not_reached: Iterable[str] = ()) -> bool:
        return interviews.deposit(
            self.work.db, self.work.keyring, interview, self.run(interview), key=self.key, not_reached=not_reached,
            now=self.now,
        )  # fmt: skip

    def lacking(self, person: Person, *, recorded: bool = False, given: Grant | None = None) -> set[type[Exception]]:
        found = interviews.lacking(
            self.work.db, self.work.keyring, self.who.participant, self.instrument,  # type: ignore[arg-type]
            given or grant(self.work, self.who), account=person.account, recorded=recorded, on=self.now.date(),
        )  # fmt: skip
        return {type(refusal) for refusal in found}


def call_of(work: Work, now: datetime) -> Call:
    field = field_of(work, now=now)
    version = published(work, field, GUIDE, now=now)
    return Call(work, field, taking_part(work, field, now=now, assigned=True), version.instrument_id, now)


@pytest.fixture
def call(work: Work, now: datetime) -> Call:
    return call_of(work, now)


@pytest.fixture
def one(quick: Work, now: datetime) -> Call:
    return call_of(quick, now)


def asked(notes_: str, state: str = "asked", **probes: str) -> dict[str, object]:
    return {"state": state, "notes": notes_, "probes": probes}


def test_topics_without_a_state_are_deposited_only_once_they_are_called_not_reached(one: Call) -> None:
    interview = one.start()
    one.note(interview, Delta({"experience": TopicNote(asked("one mentor"))}))
    one.end(interview)
    plan = runs.plan_of(one.work.db, one.run(interview))
    assert interviews.unreached(plan, one.read(interview)) == {"start"}
    for said in ((), ("experience",)):
        with pytest.raises(interviews.Unreached):
            one.deposit(interview, not_reached=said)
    assert interview.state is State.ENDED
    assert one.deposit(interview, not_reached=["start"])
    became = plan.missing(interviews.answers_of(one.read(interview)))
    assert became == {"experience": Missingness.ANSWERED, "start": Missingness.NOT_REACHED}


def test_an_interview_is_started_noted_ended_completed_and_deposited(call: Call) -> None:
    interview = call.start(tape="T-014")
    assert call.start(tape="T-014") is interview
    at = "2026-11-23T12:04:05Z"
    noted = call.note(interview, Delta({"experience": TopicNote(asked("one mentor ", formal=at))}))
    assert noted == Noted(2, frozenset())
    call.note(interview, Delta({"start": TopicNote(asked("", "declined"))}))
    call.note(interview, Delta(candidates=[Candidate("c1", "Who decided?", "assigned", "start")]))
    assert call.end(interview)
    assert not call.end(interview)
    assert statuses.current(call.work.db, call.who.participant.id) is Status.INTERVIEWED
    call.note(interview, Delta(memo=Memo("The department decided.")))
    record = call.read(interview)
    assert record.topics == {"experience": asked("one mentor", formal=at), "start": asked("", "declined")}
    assert record.about == {
        "tape": "T-014", "setting": "telephone", "started_at": "2026-11-23T12:00:00Z",
        "ended_at": "2026-11-23T12:00:00Z",
    }  # fmt: skip
    assert record.memo == "The department decided."
    assert call.deposit(interview)
    assert not call.deposit(interview)
    assert call.run(interview).submitted_on == call.now.date()
    with pytest.raises(Deposited):
        call.note(interview, Delta(memo=Memo("more")))
    rows = call.work.db.scalars(select(PageRecord.slot)).all()
    assert set(rows) == {interviews.SLOT}
    lines = [line["action"] for line in ledger.of_study(call.work.db, call.field.study.id)]
    assert [lines.count(f"interview.{deed}") for deed in ("started", "ended")] == [1, 1]
    assert call.start().response_id != interview.response_id


def test_the_start_is_refused_with_the_missing_thing_named(one: Call) -> None:
    ada = one.field.lead
    assert one.lacking(one.field.interviewer, recorded=True) == set()
    assert one.lacking(ada) == {NotAssigned}
    with pytest.raises(NotAssigned):
        one.start(ada)
    decide(one.work, one.field, one.who, {Agreed.RECORDED: False}, now=one.now)
    assert one.lacking(one.field.interviewer) == set()
    assert one.lacking(one.field.interviewer, recorded=True) == {ConsentMissing}
    with pytest.raises(ConsentMissing, match="recorded"):
        one.start(tape="T-1")
    interview = one.start()
    with pytest.raises(ConsentMissing, match="recorded"):
        one.note(interview, Delta(meta=About(tape="T-1")))
    none = Grant(one.who.participant.id, frozenset())
    one.now += timedelta(days=400)
    assert one.lacking(ada, recorded=True, given=none) == {NotAssigned, ConsentMissing, NotApproved}
    one.now -= timedelta(days=400)
    one.instrument = one.field.site_id
    assert one.lacking(one.field.interviewer) == {NothingPublished}
    with pytest.raises(NothingPublished):
        one.start()


def test_a_no_during_the_interview_stops_the_notes(one: Call) -> None:
    interview = one.start()
    decide(one.work, one.field, one.who, {Agreed.TAKE_PART: False}, now=one.now)
    with pytest.raises(ConsentMissing):
        one.note(interview, Delta(memo=Memo("more")))


def test_two_tabs_lose_nothing_and_the_stale_one_is_told_which_topic(call: Call) -> None:
    interview = call.start()
    first = call.note(interview, Delta({"experience": TopicNote(asked("one"))}))
    second = call.note(interview, Delta({"experience": TopicNote(asked("one two"), first.sequence)}))
    stale = call.note(
        interview, Delta({"experience": TopicNote(asked("elsewhere")), "start": TopicNote(asked("by mail"))})
    )
    assert stale == Noted(4, frozenset({"topic:experience"}))
    record = call.read(interview)
    assert record.topics == {"experience": asked("one two"), "start": asked("by mail")}
    assert [(one.register, one.value) for one in record.earlier] == [("topic:experience", asked("elsewhere"))]
    onward = Delta({"experience": TopicNote(asked("one two three"), record.newest["topic:experience"])})
    assert call.note(interview, onward) == Noted(5, frozenset())
    assert call.read(interview).topics["experience"] == asked("one two three")
    assert second.overtaken == frozenset()


@pytest.mark.parametrize(
    ("delta", "error"),
    [
        (Delta({"nowhere": TopicNote(asked("x"))}), NoteUnreadable),
        (Delta({"start": TopicNote(asked("x", "forgotten"))}), Invalid),
        (Delta({"start": TopicNote(asked("x", nobody=""))}), Invalid),
        (Delta({"start": TopicNote(asked("x" * 50_001))}), Invalid),
        (Delta(meta=About(started_at="noon")), NoteUnreadable),
        (Delta(meta=About(pauses=[[]])), NoteUnreadable),
        (Delta(meta=About(setting="x" * 501)), Invalid),
        (Delta(candidates=[Candidate("")]), NoteUnreadable),
        (Delta(memo=Memo("x" * 50_001)), Invalid),
    ],
)
def test_notes_that_cannot_be_are_refused_and_nothing_of_them_is_kept(
    one: Call, delta: Delta, error: type[Exception]
) -> None:
    interview = one.start()
    before = one.work.db.scalar(select(func.count()).select_from(PageRecord))
    with pytest.raises(error):
        one.note(interview, delta)
    assert one.work.db.scalar(select(func.count()).select_from(PageRecord)) == before


@pytest.mark.parametrize("sent", [b"", b"[]", b'{"topics": 1}', b'{"what": 1}', b"\xff", b'{"memo": {"text": null}}'])
def test_what_is_no_delta_is_refused(sent: bytes) -> None:
    with pytest.raises(NoteUnreadable):
        notes.from_json(sent)


def test_a_delta_reads_back_as_it_was_sent() -> None:
    delta = Delta({"a": TopicNote(asked("x"), 3)}, About(pauses=[["", ""]]), [Candidate("c", "?")], Memo("m", 1))
    assert notes.from_json(msgspec.json.encode(delta)) == delta


def test_an_interview_is_found_only_with_its_participant(one: Call) -> None:
    interview = one.start()
    other = taking_part(one.work, one.field, now=one.now)
    with pytest.raises(Missing):
        interviews.find(one.work.db, other.participant.id, interview.response_id)
    assert list(interviews.of_participant(one.work.db, one.who.participant.id)) == [interview]
    assert interview.state is State.HELD


def test_candidate_questions_come_together_for_holders_of_the_responses_key(one: Call) -> None:
    interview = one.start()
    one.note(interview, Delta(candidates=[Candidate("c1", "Who decided?", "assigned", "start"), Candidate("c2", " ")]))
    anna, cora = one.field.analyst, one.field.coordinator
    (heard,) = candidates.of_team(
        one.work.db, one.work.keyring, one.field.study.id, account_id=anna.id, seed=anna.seed, now=one.now
    )
    assert (heard.words, heard.theme, heard.after) == ("Who decided?", "assigned", "start")
    assert heard.pseudonym == one.who.participant.pseudonym
    assert "decided" not in repr(heard)
    with pytest.raises(CannotOpen):
        candidates.of_team(
            one.work.db, one.work.keyring, one.field.study.id, account_id=cora.id, seed=cora.seed, now=one.now
        )


def test_the_asked_matrix_says_not_asked_yet_for_a_question_that_came_between_two_interviews(one: Call) -> None:
    first = one.start()
    one.note(first, Delta({"experience": TopicNote(asked("long")), "start": TopicNote(asked("", "declined"))}))
    one.end(first)
    published(one.work, one.field, LONGER_GUIDE, now=one.now)
    former = one.who
    one.who = taking_part(one.work, one.field, now=one.now, assigned=True)
    second = one.start()
    assert one.run(second).version_id != runs.of_participant(one.work.db, former.participant.id)[0].version_id
    one.note(second, Delta({"experience": TopicNote(asked("", "skipped")), "barriers": TopicNote(asked("time"))}))
    anna, cora, study = one.field.analyst, one.field.coordinator, one.field.study.id
    matrix = matrices.asked(
        one.work.db, one.work.keyring, study, one.instrument, account_id=anna.id, seed=anna.seed, now=one.now  # type: ignore[arg-type]
    )  # fmt: skip
    assert [(column.question.id, set(column.versions)) for column in matrix.columns] == [
        ("experience", {1, 2}), ("start", {1, 2}), ("barriers", {2}),
    ]  # fmt: skip
    said = {(row.version, name): cell for row in matrix.rows for name, cell in row.cells.items()}
    assert said == {
        (1, "experience"): Missingness.ANSWERED,
        (1, "start"): Missingness.DECLINED,
        (1, "barriers"): Missingness.NOT_ASKED,
        (2, "experience"): Missingness.SKIPPED,
        (2, "start"): Missingness.NOT_REACHED,
        (2, "barriers"): Missingness.ANSWERED,
    }
    assert {row.kind for row in matrix.rows} == {Kind.INTERVIEW}
    with pytest.raises(CannotOpen):
        matrices.asked(
            one.work.db, one.work.keyring, study, one.instrument, account_id=cora.id, seed=cora.seed, now=one.now  # type: ignore[arg-type]
        )  # fmt: skip
    counted = matrices.counts(one.work.db, study, one.instrument, exact=True)  # type: ignore[arg-type]
    assert [(one_.column.question.id, one_.asked, one_.not_asked) for one_ in counted] == [
        ("experience", 2, 0), ("start", 2, 0), ("barriers", 1, 1),
    ]  # fmt: skip
    hidden = matrices.counts(one.work.db, study, one.instrument, exact=False)  # type: ignore[arg-type]
    assert {(one_.asked, one_.not_asked) for one_ in hidden} == {(None, None)}
