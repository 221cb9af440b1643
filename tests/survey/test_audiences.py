"""To whom an instrument is offered: the rule stands in the verbs, whatever a page shows."""

from datetime import datetime
from typing import Any

import pytest

from survey import asking, audiences, interviews, participants, responses
from survey.asking import NotOffered
from survey.runs import Kind
from tests.survey.field import GUIDE, SURVEY, Field, field_of, grant, published, taking_part
from vault import ledger
from vault.errors import Invalid, Missing
from vault.store import Work


def test_only_the_groups_that_were_chosen_are_asked_and_whoever_began_finishes(
    work: Work, field: Field, now: datetime
) -> None:
    survey = published(work, field, SURVEY, now=now).instrument_id
    began, who = taking_part(work, field, now=now), taking_part(work, field, now=now)
    run = responses.begin(work.db, work.keyring, began.participant, survey, grant(work, began), now=now)

    def restrict(**groups: list[str]) -> bool:
        return audiences.restrict(work.db, field.study.id, survey, groups, by=field.lead.id, now=now)

    assert who.participant.stratum_id == field.strata[0].id  # Calgary, woman
    assert restrict(university=["Alberta"])
    with pytest.raises(NotOffered):
        responses.begin(work.db, work.keyring, who.participant, survey, grant(work, who), now=now)
    same = responses.begin(work.db, work.keyring, began.participant, survey, grant(work, began), now=now)
    assert same.id == run.id
    assert restrict(university=["Calgary"], gender=["man"])
    assert not restrict(gender=["man"], university=["Calgary"])
    with pytest.raises(NotOffered):
        asking.of_participant(work.db, who.participant, survey, on=now.date())
    assert restrict(university=["Calgary"], gender=["woman", "man"])
    assert audiences.groups_of(work.db, survey) == {"university": ["Calgary"]}
    assert responses.begin(work.db, work.keyring, who.participant, survey, grant(work, who), now=now).kind is Kind.SELF
    nowhere = participants.enrol(work.db, work.keyring, field.study.id, by=field.actor, now=now).participant
    assert not audiences.admits(work.db, field.study.id, survey, nowhere.stratum_id)
    assert restrict()
    assert audiences.admits(work.db, field.study.id, survey, nowhere.stratum_id)
    log: list[Any] = ledger.of_study(work.db, field.study.id)
    lines = [line["facts"]["groups"] for line in log if line["action"] == "instrument.offered"]
    assert lines == [
        "{}", '{"university":["Calgary"]}', '{"university":["Calgary"],"gender":["man"]}', '{"university":["Alberta"]}',
    ]  # fmt: skip


def test_a_guide_is_followed_with_its_groups_only(quick: Work, now: datetime) -> None:
    field = field_of(quick, now=now)
    guide = published(quick, field, GUIDE, now=now).instrument_id
    who = taking_part(quick, field, now=now, assigned=True)
    audiences.restrict(quick.db, field.study.id, guide, {"gender": ["man"]}, by=field.lead.id, now=now)
    ian = field.interviewer
    lacking = interviews.lacking(
        quick.db, quick.keyring, who.participant, guide, grant(quick, who), account=ian.account, recorded=False,
        on=now.date(),
    )  # fmt: skip
    assert [type(one) for one in lacking] == [NotOffered]
    with pytest.raises(NotOffered):
        interviews.start(
            quick.db, quick.keyring, who.participant, guide, grant(quick, who), account=ian.account, seed=ian.seed,
            now=now,
        )  # fmt: skip
    for groups in ({"gender": ["robot"]}, {"age": ["man"]}):
        with pytest.raises(Invalid):
            audiences.restrict(quick.db, field.study.id, guide, groups, by=field.lead.id, now=now)
    with pytest.raises(Missing):
        audiences.restrict(quick.db, field.site_id, guide, {}, by=field.lead.id, now=now)
