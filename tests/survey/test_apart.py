"""Answers that say who somebody is: nobody who holds only the key to answers reads them."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Json, LongText, ShortText, Topic
from instruments.route import Missingness
from survey import apart, drafts, interviews, responses, runs
from survey.deltas import Delta, TopicNote
from survey.drafts import PageDraft
from survey.participants import Enrolled
from survey.runs import Kind
from tests.survey.field import field_of, grant, in_the_log, published, taking_part
from vault import records, sealing
from vault.errors import CannotOpen, Invalid
from vault.records import PageRecord
from vault.store import Work
from vault.studies import Scope

MENTOR = "Professor Wren Example"
SURVEY = Instrument(
    id="naming",
    role=Role.SURVEY,
    title={"en": "Naming"},
    languages=("en",),
    sections=(
        Section(
            id="one",
            title={"en": "One"},
            questions=(
                Question(
                    id="mentor", kind=ShortText(), label={"en": "Who is your mentor?"}, identifying=True, required=True
                ),
                Question(id="comment", kind=LongText(), label={"en": "What else?"}),
            ),
        ),
    ),
)
GUIDE = Instrument(
    id="talk",
    role=Role.GUIDE,
    title={"en": "Talk"},
    languages=("en",),
    sections=(
        Section(
            id="one",
            title={"en": "One"},
            questions=(Question(id="nominate", kind=Topic(), label={"en": "Whom do you name?"}, identifying=True),),
        ),
    ),
)
GIVEN: dict[str, Json] = {"mentor": MENTOR, "comment": "nothing"}


def test_a_name_is_read_with_the_linkage_key_and_is_only_known_to_be_there_without(work: Work, now: datetime) -> None:
    run, who = _saved(work, now)
    key, linkage = who.keys[Scope.RESPONSES], who.keys[Scope.LINKAGE]
    assert responses.load(work.db, key, run, linkage=linkage).answers == GIVEN
    blind = responses.load(work.db, key, run)
    assert blind.answers == {"mentor": apart.KEPT_APART, "comment": "nothing"}
    assert runs.plan_of(work.db, run).missing(blind.answers)["mentor"] is Missingness.ANSWERED
    assert MENTOR.encode() not in records.load_response(work.db, key, run.participant_id, run.id)[0].plain
    with pytest.raises(CannotOpen):
        responses.load(work.db, key, run, linkage=key)


def test_a_name_is_never_kept_in_the_open_for_want_of_a_key(work: Work, now: datetime) -> None:
    run, who = _begun(work, now)
    with pytest.raises(CannotOpen):
        responses.save(
            work.db, who.keys[Scope.RESPONSES], grant(work, who), run, 0, GIVEN, seen=0,
            loaded=responses.load(work.db, who.keys[Scope.RESPONSES], run), now=now,
            subject=in_the_log(work, run.participant_id),
        )  # fmt: skip
    assert work.db.scalars(select(PageRecord)).all() == []


def test_a_name_that_has_to_be_given_counts_as_given_when_the_run_is_sent(work: Work, now: datetime) -> None:
    run, who = _saved(work, now)
    plan = runs.plan_of(work.db, run)
    again = runs.find(work.db, who.participant.id, run.id, writing=True)
    assert responses.submit(
        work.db, work.keyring, who.keys[Scope.RESPONSES], grant(work, who), again, plan, now=now,
        linkage=who.keys[Scope.LINKAGE],
    )  # fmt: skip


def test_a_draft_holds_a_name_apart_as_well(work: Work, now: datetime) -> None:
    run, who = _begun(work, now)
    key, linkage = who.keys[Scope.RESPONSES], who.keys[Scope.LINKAGE]
    typed = {"mentor": [MENTOR], "comment": ["half a sent"]}
    drafts.keep(
        work.db, key, grant(work, who), run.address(0), typed, seen=0, now=now,
        identifying=apart.identifying(runs.plan_of(work.db, run)), linkage=linkage,
    )  # fmt: skip
    found = drafts.read(work.db, key, run.address(0), newest=0, linkage=linkage)
    assert found is not None
    assert found.fields == typed
    blind = drafts.read(work.db, key, run.address(0), newest=0)
    assert blind is not None
    assert blind.fields == {"comment": ["half a sent"]}
    row = work.db.scalars(select(PageDraft)).one()
    place = ("draft", *_parts(run))
    assert MENTOR.encode() not in sealing.unpadded(sealing.open_sealed(key, row.blob, *place))


def test_an_interviewer_writes_no_name_into_the_notes_of_a_topic_that_asks_for_one(work: Work, now: datetime) -> None:
    field = field_of(work, now=now)
    version = published(work, field, GUIDE, now=now)
    who = taking_part(work, field, now=now)
    run = responses.begin(
        work.db, work.keyring, who.participant, version.instrument_id, grant(work, who), now=now, kind=Kind.INTERVIEW
    )
    held = interviews.Interview(
        response_id=run.id, study_id=run.study_id, participant_id=run.participant_id, account_id=field.lead.id,
        held_on=now.date(), state=interviews.State.HELD,
    )  # fmt: skip
    work.db.add(held)

    def note(text: str) -> None:
        answer: Json = {"state": "asked", "notes": text, "probes": {}}
        interviews.note(
            work.db, who.keys[Scope.RESPONSES], grant(work, who), held, run,
            Delta(topics={"nominate": TopicNote(answer)}), plan=runs.plan_of(work.db, run), now=now,
        )  # fmt: skip

    note("")
    with pytest.raises(Invalid, match="Somebody was named"):
        note(MENTOR)
    assert len(records.load_response(work.db, who.keys[Scope.RESPONSES], run.participant_id, run.id)) == 1


def _begun(work: Work, now: datetime) -> tuple[runs.Response, Enrolled]:
    field = field_of(work, now=now)
    version = published(work, field, SURVEY, now=now)
    who = taking_part(work, field, now=now)
    run = responses.begin(work.db, work.keyring, who.participant, version.instrument_id, grant(work, who), now=now)
    return run, who


def _saved(work: Work, now: datetime) -> tuple[runs.Response, Enrolled]:
    run, who = _begun(work, now)
    key = who.keys[Scope.RESPONSES]
    responses.save(
        work.db, key, grant(work, who), run, 0, GIVEN, seen=0, loaded=responses.load(work.db, key, run), now=now,
        subject=in_the_log(work, run.participant_id), linkage=who.keys[Scope.LINKAGE],
    )  # fmt: skip
    return run, who


def _parts(run: runs.Response) -> tuple[UUID, UUID, str, UUID]:
    address = run.address(0)
    return address.study_id, address.participant_id, address.version, address.response_id
