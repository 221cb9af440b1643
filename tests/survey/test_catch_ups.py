"""Catch-ups: who is asked which questions again, what they answer, and how it stands beside what they said before."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError

from consent import decisions
from consent.scopes import Scope as Agreed
from instruments.definition import Question, Role, Section
from instruments.kinds import Option, SingleChoice
from instruments.route import Missingness
from survey import (
    asking,
    audiences,
    catch_up_calling,
    catch_up_offers,
    catch_up_runs,
    catch_up_wordings,
    catching_up,
    holdings,
    impact,
    matrices,
    participants,
    progress,
    responses,
    withdrawals,
)
from survey.catch_up_calling import LeftOut
from survey.catch_up_offers import OfferClosed, OfferedAlready
from survey.catching_up import NothingToCatchUp
from survey.runs import Kind
from survey.withdrawals import Way
from tests.survey.catching import LATER, answered, begun, fill, offered, question, with_questions
from tests.survey.field import SURVEY, Field, published, taking_part
from vault.errors import Invalid
from vault.store import Work
from vault.studies import Scope

ANSWERED, NOT_ASKED = Missingness.ANSWERED, Missingness.NOT_ASKED


def matrix(work: Work, field: Field, at: UUID, now: datetime) -> dict[str, matrices.Row]:
    found = matrices.asked(
        work.db, work.keyring, field.study.id, at, account_id=field.analyst.id, seed=field.analyst.seed, now=now
    )  # fmt: skip
    return {row.pseudonym: row for row in found.rows}


def test_the_questions_of_an_offer_are_those_that_older_versions_lack_or_word_otherwise(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now)
    end = msgspec.structs.replace(SURVEY.sections[2].questions[0], label={"en": "What else would you say?"})
    sections = (*LATER.sections[:2], Section(id="end", questions=(end,)), LATER.sections[3])
    second = published(work, field, msgspec.structs.replace(LATER, sections=sections), now=now)
    assert at.instrument_id == second.instrument_id

    found = {one.question: (one.lacking, one.anew) for one in catch_up_wordings.choices(work.db, second)}

    assert found == {"comment": ((), (1,)), "assigned": ((1,), ()), "barriers": ((1,), ())}
    assert catch_up_wordings.choices(work.db, at) == ()


def test_it_is_said_beforehand_who_would_be_asked_what_and_who_not(work: Work, field: Field, now: datetime) -> None:
    first = published(work, field, SURVEY, now=now)
    at = first.instrument_id
    early = [answered(work, field, at, now, mentor="yes") for _ in range(3)]
    answered(work, field, at, now, mentor="yes", send=False)
    second = published(work, field, LATER, now=now)
    late = answered(work, field, at, now, mentor="no")
    taking_part(work, field, now=now)
    gone, unwilling = (participants.find(work.db, field.study.id, one.participant.id) for one in early[1:])
    withdrawals.withdraw(work.db, work.keyring, gone, Way.STOP, now=now)
    decisions.record(
        work.db, work.keyring, field.study.id, unwilling.id, {Agreed.TAKE_PART: False}, document=field.document,
        language="en", now=now + timedelta(minutes=5),
    )  # fmt: skip

    found = catch_up_calling.calling(work.db, second, ("assigned", "barriers"), on=now.date())

    assert [(one.pseudonym, one.version, one.questions) for one in found.called] == [
        (early[0].participant.pseudonym, 1, ("assigned", "barriers"))
    ]
    assert found.left_out == {
        LeftOut.WITHDRAWN: 1, LeftOut.NO_CONSENT: 1, LeftOut.UNFINISHED: 1, LeftOut.ASKED: 1
    }  # fmt: skip
    assert late.participant.pseudonym not in {one.pseudonym for one in found.called}
    audiences.restrict(work.db, field.study.id, at, {"gender": ("man",)}, by=field.lead.id, now=now)
    assert catch_up_calling.calling(work.db, second, ("barriers",), on=now.date()).left_out[LeftOut.NOT_OFFERED] == 1
    later = (now + timedelta(days=400)).date()
    audiences.restrict(work.db, field.study.id, at, {}, by=field.lead.id, now=now)
    assert catch_up_calling.calling(work.db, second, ("barriers",), on=later).left_out[LeftOut.NOT_APPROVED] == 1


def test_small_numbers_by_stratum_are_shown_to_roles_with_a_key_only(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    for _ in range(2):
        answered(work, field, at, now, mentor="yes")
    second = published(work, field, LATER, now=now)
    called = catch_up_calling.calling(work.db, second, ("barriers",), on=now.date()).called
    assert list(catch_up_calling.by_stratum(called, exact=True)[0].values()) == [2]
    assert catch_up_calling.by_stratum(called, exact=True)[1] == 2
    strata, total = catch_up_calling.by_stratum(called, exact=False)
    assert list(strata.values()) == [None]
    assert total is None


def test_an_offer_needs_a_reason_a_question_of_the_version_and_no_other_offer(
    work: Work, field: Field, now: datetime
) -> None:
    published(work, field, SURVEY, now=now)
    second = published(work, field, LATER, now=now)
    for names, reason in (((), "Theme 2"), (("barriers",), " "), (("no_such",), "Theme 2")):
        with pytest.raises(Invalid):
            catch_up_offers.offer(work.db, second, names, reason, by=field.lead.id, now=now)
    made = offered(work, field, second, now)
    with pytest.raises(OfferedAlready):
        offered(work, field, second, now)
    assert catch_up_offers.close(work.db, made, "Enough", by=field.lead.id, now=now)
    assert not catch_up_offers.close(work.db, made, "Enough", by=field.lead.id, now=now)
    assert offered(work, field, second, now).number == 2


def test_an_offer_is_never_changed(work: Work, field: Field, now: datetime) -> None:
    published(work, field, SURVEY, now=now)
    made = offered(work, field, published(work, field, LATER, now=now), now)
    made.reason = "Another"
    with pytest.raises(DBAPIError):
        work.db.flush()
    work.db.rollback()


def test_only_the_new_questions_to_which_ones_own_answers_lead_are_asked(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    with_one, without = (answered(work, field, at, now, mentor=said, comment="c") for said in ("yes", "no"))
    second = published(work, field, LATER, now=now)
    offer = offered(work, field, second, now)
    for jo, led_to in ((with_one, ("assigned", "barriers")), (without, ("barriers",))):
        run = begun(work, jo, offer, now)
        assert (run.kind, run.version_id) == (Kind.CATCH_UP, second.id)
        assert begun(work, jo, offer, now) == run
        plan = catch_up_runs.plan_of(work.db, run)
        beside = catch_up_runs.beside(work.db, jo.keys[Scope.RESPONSES], run)
        assert beside.readable
        reached = plan.reached(beside.answers)
        assert reached.questions == led_to
        assert [plan.pages[slot].section for slot in reached.slots] == ["later"]


def test_a_question_on_which_a_new_one_depends_is_asked_with_it(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = answered(work, field, at, now, mentor="yes")
    gate = Question(
        id="gate", label={"en": "Ever moved?"},
        kind=SingleChoice(options=(Option(code="y", label={"en": "Yes"}), Option(code="n", label={"en": "No"}))),
    )  # fmt: skip
    second = published(work, field, with_questions(SURVEY, gate, question("why", "Why?", "${gate} = 'y'")), now=now)
    run = begun(work, jo, offered(work, field, second, now, "why"), now)
    assert catch_up_runs.of_run(work.db, run).questions == ("gate", "why")
    plan = catch_up_runs.narrowed(work.db, second.id, ("gate", "why"))
    assert plan.reached({"mentor": "yes"}).questions == ("gate",)
    assert plan.possible({"mentor": "yes"}) == ("gate", "why")


def test_where_earlier_answers_cannot_be_opened_nothing_that_depends_on_them_is_asked(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = answered(work, field, at, now, mentor="yes")
    second = published(work, field, LATER, now=now)
    run = begun(work, jo, offered(work, field, second, now), now)
    beside = catch_up_runs.beside(work.db, bytes(32), run)
    assert not beside.readable
    assert catch_up_runs.plan_of(work.db, run).reached(beside.answers).questions == ("barriers",)


def test_a_catch_up_is_sent_and_stands_in_the_matrix_beside_what_was_said_before(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo, other = (answered(work, field, at, now, mentor="yes", comment="c") for _ in range(2))
    second = published(work, field, LATER, now=now)
    offer = offered(work, field, second, now)
    fill(work, jo, begun(work, jo, offer, now), now=now, assigned="by the dean")

    rows = matrix(work, field, at, now)

    assert len(rows) == 2
    mine, theirs = rows[jo.participant.pseudonym], rows[other.participant.pseudonym]
    assert mine.version == theirs.version == 1
    assert mine.cells == {
        "mentor": ANSWERED, "often": Missingness.SKIPPED, "comment": ANSWERED, "assigned": ANSWERED,
        "barriers": Missingness.SKIPPED,
    }  # fmt: skip
    assert mine.later == {"assigned": (2, ANSWERED), "barriers": (2, Missingness.SKIPPED)}
    assert (theirs.cells["assigned"], theirs.cells["barriers"], theirs.later) == (NOT_ASKED, NOT_ASKED, {})
    counted = matrices.counts(work.db, field.study.id, at, exact=True)
    assert {one.column.question.id: (one.asked, one.not_asked) for one in counted}["assigned"] == (1, 1)
    assert impact.of_draft(work.db, field.study.id, at, ("assigned",)).never == {"assigned": 1}


def test_a_catch_up_is_no_further_response_of_the_sample(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = answered(work, field, at, now, mentor="yes")
    second = published(work, field, LATER, now=now)
    before = progress.overview(work.db, field.study.id, exact=True)
    fill(work, jo, begun(work, jo, offered(work, field, second, now), now), now=now, barriers="time")
    counted = progress.runs_by_version(work.db, field.study.id, exact=True)
    assert [(one.version, one.kind, one.submitted) for one in counted] == [(1, Kind.SELF, 1), (2, Kind.CATCH_UP, 1)]
    assert progress.overview(work.db, field.study.id, exact=True) == before


def test_whoever_has_begun_finishes_after_it_was_closed_and_nobody_else_begins(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo, other = (answered(work, field, at, now, mentor="yes") for _ in range(2))
    offer = offered(work, field, published(work, field, LATER, now=now), now)
    run = begun(work, jo, offer, now)
    catch_up_offers.close(work.db, offer, "Enough", by=field.lead.id, now=now)
    assert begun(work, jo, offer, now) == run
    with pytest.raises(OfferClosed):
        begun(work, other, offer, now)
    assert catching_up.waiting(work.db, other.participant, Role.SURVEY, on=now.date()) == ()


def test_a_trial_makes_nobody_somebody_who_had_answered(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = taking_part(work, field, now=now)
    trial = responses.begin(
        work.db, work.keyring, jo.participant, at, decisions.grant_for(work.db, jo.participant.id), now=now,
        kind=Kind.TEST,
    )  # fmt: skip
    fill(work, jo, trial, now=now, mentor="yes")
    second = published(work, field, LATER, now=now)
    offer = offered(work, field, second, now)
    assert catch_up_calling.calling(work.db, second, offer.asks, on=now.date()).called == ()
    assert catching_up.waiting(work.db, jo.participant, Role.SURVEY, on=now.date()) == ()
    assert matrix(work, field, at, now) == {}


def test_nothing_is_asked_without_consent_or_an_approval_or_twice(work: Work, field: Field, now: datetime) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = answered(work, field, at, now, mentor="yes")
    second = published(work, field, LATER, now=now)
    late = answered(work, field, at, now, mentor="yes")
    offer = offered(work, field, second, now)
    with pytest.raises(NothingToCatchUp):
        begun(work, late, offer, now)
    with pytest.raises(asking.NotApproved):
        begun(work, jo, offer, now + timedelta(days=400))
    fill(work, jo, begun(work, jo, offer, now), now=now, barriers="time")
    assert catching_up.waiting(work.db, jo.participant, Role.SURVEY, on=now.date()) == ()
    catch_up_offers.close(work.db, offer, "Once more", by=field.lead.id, now=now)
    again = offered(work, field, second, now)
    with pytest.raises(NothingToCatchUp):
        begun(work, jo, again, now)


def test_a_question_worded_anew_is_asked_again_and_the_former_answer_stays(
    work: Work, field: Field, now: datetime
) -> None:
    at = published(work, field, SURVEY, now=now).instrument_id
    jo = answered(work, field, at, now, mentor="yes", comment="of before")
    anew = msgspec.structs.replace(SURVEY.sections[2].questions[0], label={"en": "What else would you say?"})
    sections = (*SURVEY.sections[:2], Section(id="end", questions=(anew,)))
    second = published(work, field, msgspec.structs.replace(SURVEY, sections=sections), now=now)
    run = begun(work, jo, offered(work, field, second, now, "comment"), now)
    key = jo.keys[Scope.RESPONSES]
    assert "comment" not in catch_up_runs.beside(work.db, key, run).answers
    fill(work, jo, run, now=now, comment="of now")
    said = [one.given[-1].answer for one in holdings.of_participant(work.db, jo.participant, jo.keys).runs]
    assert sorted(map(str, said)) == ["of before", "of now"]
    row = matrix(work, field, at, now)[jo.participant.pseudonym]
    assert (row.cells["comment"], row.later["comment"]) == (ANSWERED, (2, ANSWERED))
