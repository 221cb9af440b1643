"""What publishing would mean: whose responses are touched, who finishes on theirs, who is asked, who never was."""

from datetime import datetime

import pytest

from instruments.kinds import Answers
from survey import audiences, impact, participants, responses, runs, withdrawals
from survey.participants import Enrolled
from survey.runs import Kind
from survey.withdrawals import Way
from tests.survey.field import LONGER_SURVEY, SURVEY, Field, grant, in_the_log, published, taking_part
from vault.store import Work
from vault.studies import Scope

TOUCHED = ("comment", "degree", "further")


def _begin(work: Work, field: Field, instrument_id: object, now: datetime, *, sent: bool = False) -> Enrolled:
    jo = taking_part(work, field, now=now)
    run = responses.begin(work.db, work.keyring, jo.participant, instrument_id, grant(work, jo), now=now)  # type: ignore[arg-type]
    if sent:
        key = jo.keys[Scope.RESPONSES]
        given: Answers = {"mentor": "no"}
        loaded = responses.load(work.db, key, run)
        subject = in_the_log(work, run.participant_id)
        responses.save(work.db, key, grant(work, jo), run, 0, given, seen=0, loaded=loaded, now=now, subject=subject)
        responses.submit(work.db, work.keyring, key, grant(work, jo), run, runs.plan_of(work.db, run), now=now)
    return jo


def test_responses_are_counted_by_the_versions_that_ask_a_question(work: Work, field: Field, now: datetime) -> None:
    first = published(work, field, SURVEY, now=now)
    at = first.instrument_id
    early = [_begin(work, field, at, now, sent=sent) for sent in (True, True, False)]
    published(work, field, LONGER_SURVEY, now=now)
    late = _begin(work, field, at, now)
    waiting = taking_part(work, field, now=now)

    found = impact.of_draft(work.db, field.study.id, at, TOUCHED)

    assert found.holding == {"comment": {1: 3, 2: 1}, "degree": {2: 1}, "further": {}}
    assert found.never == {"comment": 0, "degree": 3, "further": 4}
    assert [(one.pseudonym, one.version) for one in found.going] == [
        (early[2].participant.pseudonym, 1), (late.participant.pseudonym, 2),
    ]  # fmt: skip
    assert found.ahead == 1
    withdrawals.withdraw(
        work.db, work.keyring, participants.find(work.db, field.study.id, waiting.participant.id), Way.STOP, now=now
    )
    assert impact.of_draft(work.db, field.study.id, at, TOUCHED).ahead == 0


def test_only_those_to_whom_it_is_offered_are_ahead(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    taking_part(work, field, now=now)
    assert impact.of_draft(work.db, field.study.id, at, ()).ahead == 1

    audiences.restrict(work.db, field.study.id, at, {"gender": ("man",)}, by=field.lead.id, now=now)
    assert field.strata[0].attributes["gender"] == "woman"
    assert impact.of_draft(work.db, field.study.id, at, ()).ahead == 0


@pytest.mark.parametrize("kind", [Kind.TEST])
def test_trials_do_not_count(work: Work, field: Field, now: datetime, kind: Kind) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = taking_part(work, field, now=now)
    responses.begin(work.db, work.keyring, jo.participant, at, grant(work, jo), now=now, kind=kind)

    found = impact.of_draft(work.db, field.study.id, at, ("comment",))
    assert (found.holding, found.going, found.ahead) == ({"comment": {}}, (), 1)
