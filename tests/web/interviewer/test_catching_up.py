"""Somebody was interviewed before a topic was in the guide: a short conversation asks just that."""

from uuid import UUID

import msgspec
import pytest
from sqlalchemy.orm import Session

from consent import decisions
from consent.scopes import Scope as Agreed
from instruments import drafts, versions
from instruments.comparison import Reason
from instruments.definition import Question, Section
from instruments.kinds import Probe, Topic
from survey import assignments, catch_up_offers, interviews, matrices, runs
from tests.approving import granted
from tests.web.interviewer.conftest import Desk
from tests.web.scenario import Scenario, Someone
from vault.studies import Role, Scope

LATER = Question(
    id="remote", kind=Topic(probes=(Probe(id="travel", label={"en": "Travel"}),)),
    label={"en": "How was it at a distance?"},
)  # fmt: skip


@pytest.fixture
def offered(desk: Desk) -> UUID:
    """Jo was interviewed with version 4; version 5 has one topic more, which is offered to those of before."""
    return offered_to(desk.field, desk.jo)


def offered_to(field: Scenario, jo: Someone) -> UUID:
    """The same for anybody."""
    interview = field.start(jo)
    with field.stores.work() as work:
        here, run = interviews.find(work.db, jo.participant.id, interview.response_id)
        key = assignments.key_of(
            work.keyring, jo.participant, Scope.RESPONSES, account=field.interviewer.account,
            seed=field.interviewer.seed,
        )  # fmt: skip
        grant = decisions.grant_for(work.db, jo.participant.id)
        interviews.end(work.db, work.keyring, grant, here, key=key, response=run, now=field.now)
        left = interviews.unreached(runs.plan_of(work.db, run), interviews.read(work.db, key, run))
        assert interviews.deposit(work.db, work.keyring, here, run, key=key, not_reached=left, now=field.now)
        version = _grown(work.db, field)
        made = catch_up_offers.offer(
            work.db, version, ("remote",), "Theme 5", by=field.lead.id, now=field.now, says={"en": "It came up often."}
        ).id  # fmt: skip
        work.commit()
    return made


def _grown(db: Session, field: Scenario) -> versions.Version:
    draft = drafts.draft_of(db, field.guide)
    last = draft.definition
    longer = msgspec.structs.replace(last, sections=(*last.sections, Section(id="distance", questions=(LATER,))))
    draft = drafts.save_draft(db, field.guide, longer, seen=draft.number, by=field.lead.id, now=field.now)
    under = granted(db, draft, by=field.lead.id, now=field.now)
    reason = Reason(("section.distance", "remote"), "It came up often.")
    return versions.publish(db, draft, [reason], approval=under, by=field.lead.id, now=field.now)


def test_an_interviewer_sees_that_a_catch_up_is_open_for_somebody(desk: Desk, offered: UUID) -> None:
    page = desk.browser.get(f"{desk.field.at}/interviews")
    assert "Catch-up: ask the topics that came later" in page.words()
    here = desk.browser.get(desk.here)
    assert f"{desk.here}/catch-up/{offered}" in here.links()
    before = desk.browser.get(f"{desk.here}/catch-up/{offered}").words()
    assert ("How was it at a distance?" in before, "It came up often." in before, "Theme 5" in before) == (
        True, True, False,
    )  # fmt: skip


def test_just_the_new_topic_is_asked_and_stands_in_the_matrix(desk: Desk, offered: UUID) -> None:
    page = desk.browser.get(f"{desk.here}/catch-up/{offered}")
    screen = page.form(f"/catch-up/{offered}").fill(setting="by telephone").submit()
    topics = screen.document.xpath("//section[@data-id]/@data-id")
    assert topics == ["remote"]
    assert "catch-up" in screen.document.xpath("//header[@class='bar']")[0].text_content()
    form = screen.form(screen.path).fill(**{"remote.state": "asked", "remote.notes": "Two flights a year"})
    memo = form.submit(then="end")
    assert memo.path.endswith("/memo")
    done = memo.form("/memo").submit(then="deposit")
    assert "The interview was deposited." in " ".join(done.notices)
    field = desk.field
    with field.stores.work() as work:
        found = matrices.asked(
            work.db, work.keyring, field.study.id, field.guide, account_id=field.lead.id, seed=field.lead.seed,
            now=field.now,
        )  # fmt: skip
        work.commit()
    (row,) = found.rows
    assert (row.version, row.later["remote"][0], row.cells["remote"].value) == (4, 5, "answered")
    again = desk.browser.get(f"{desk.here}/catch-up/{offered}")
    assert again.location.endswith(desk.here)
    assert desk.browser.send(f"{desk.here}/catch-up/{offered}").location.count("/interviews/") == 1


def test_without_consent_it_is_named_what_is_missing_and_nothing_begins(desk: Desk, offered: UUID) -> None:
    desk.field.withdraw_consent(desk.jo, Agreed.TAKE_PART)
    page = desk.browser.get(f"{desk.here}/catch-up/{offered}")
    assert "It cannot begin yet" in page.words()
    refused = page.form(f"/catch-up/{offered}").submit()
    assert refused.status == 422
    with desk.field.stores.work() as work:
        assert len(interviews.of_participant(work.db, desk.jo.participant.id)) == 1


def test_nobody_is_recorded_in_a_catch_up_who_did_not_agree_to_it(desk: Desk, offered: UUID) -> None:
    desk.field.withdraw_consent(desk.jo, Agreed.RECORDED)
    page = desk.browser.get(f"{desk.here}/catch-up/{offered}")
    assert page.form(f"/catch-up/{offered}").fill(tape="T-1").submit().status == 422


def test_another_interviewer_gets_nowhere_near_a_catch_up(desk: Desk, offered: UUID) -> None:
    olga = desk.field.browser(desk.house, desk.field.other)
    assert olga.get(f"{desk.here}/catch-up/{offered}").status == 403
    assert olga.send(f"{desk.here}/catch-up/{offered}").status == 403
    analyst = desk.field.browser(desk.house, Role.ANALYST)
    assert analyst.get(f"{desk.here}/catch-up/{offered}").status == 403
