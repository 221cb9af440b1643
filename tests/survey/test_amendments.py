"""An amendment: the very text that was sent is what may be published once the board has agreed, at its site."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from consent import documents
from consent import drafts as consent_drafts
from consent.weighing import mark_of
from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.comparison import Reason
from instruments.drafts import Draft
from instruments.versions import ReasonsMissing, Version
from instruments.weighing import NeedsAmendment
from survey import amendments, asking, decision_letters
from survey.amendments import Amendment, AmendmentRow, AmendmentStep, NothingToAmend, NotNow, Plea, State
from survey.decision_letters import Keeper
from tests.consent.letters import ready_letter
from tests.survey.field import GUIDE, LONGER_GUIDE, Field, field_of, published
from tests.vault.only import on_sqlite
from vault import approvals, ledger
from vault.approvals import Decided, NotCovered
from vault.errors import CannotOpen, Invalid
from vault.store import Work
from vault.terms import CONSENT, Terms, named

OTHER_GUIDE = msgspec.structs.replace(LONGER_GUIDE, title={"en": "List 1 with barriers"})
WHY = Reason(("barriers",), "Three people spoke of it.", "Barriers")
PLEA = Plea((WHY,), "Whoever is asked from now on.", reconsent=False)
SAID = Decided("The board", "REB-1/A", "List 1 with barriers", date(2026, 10, 1), date(2027, 9, 30))


@pytest.fixture
def field(work: Work, now: datetime) -> Field:
    return field_of(work, now=now)


@pytest.fixture
def first(work: Work, field: Field, now: datetime) -> Version:
    """The guide is published, and its draft has a topic more."""
    version = published(work, field, GUIDE, now=now)
    draft = drafts.draft_of(work.db, version.instrument_id)
    drafts.save_draft(work.db, version.instrument_id, LONGER_GUIDE, seen=draft.number, by=field.lead.id, now=now)
    return version


def draft_of(work: Work, version: Version) -> Draft:
    return drafts.draft_of(work.db, version.instrument_id)


def drafted(work: Work, field: Field, version: Version, *, now: datetime, plea: Plea = PLEA) -> Amendment:
    draft = draft_of(work, version)
    return amendments.of_instrument(
        work.db, field.study.id, version.instrument_id, plea, approval=field.approval, seen=draft.number,
        by=field.lead.id, now=now,
    )  # fmt: skip


def submitted(work: Work, field: Field, made: Amendment, *, now: datetime) -> Amendment:
    return amendments.move(
        work.db, made, State.SUBMITTED, day=now.date(), note="", seen=1, by=field.coordinator.id, now=now
    )  # fmt: skip


def publish(work: Work, field: Field, version: Version, approval: int, *, now: datetime) -> Version:
    return versions.publish(
        work.db, draft_of(work, version), PLEA.reasons, approval=approval, by=field.lead.id, now=now
    )  # fmt: skip


def test_what_the_board_has_not_seen_is_published_only_once_its_amendment_is_approved(
    work: Work, field: Field, first: Version, now: datetime
) -> None:
    with pytest.raises(NeedsAmendment) as refused:
        publish(work, field, first, field.approval, now=now)
    assert [one.place for one in refused.value.judged] == ["barriers"]
    made = submitted(work, field, drafted(work, field, first, now=now), now=now)
    with pytest.raises(NeedsAmendment):
        publish(work, field, first, field.approval, now=now)

    done = amendments.approve(
        work.db, made, SAID, day=now.date(), note="", seen=2, by=field.coordinator.id, now=now
    )  # fmt: skip

    assert (done.state, done.approval) == (State.APPROVED, field.approval + 1)
    second = publish(work, field, first, done.approval or 0, now=now)
    assert (second.number, second.within, second.fingerprint) == (2, False, done.row.mark)
    assert asking.require(work.db, field.study.id, field.site_id, first.id, on=now.date()).approval == done.approval
    assert [step.state for step in amendments.find(work.db, field.study.id, 1).steps] == [
        State.DRAFTED, State.SUBMITTED, State.APPROVED,
    ]  # fmt: skip
    actions = [str(line["action"]) for line in ledger.of_study(work.db, field.study.id)]
    assert actions[:3] == ["instrument.published", "amendment.approved", "approval.recorded"]


@on_sqlite
def test_a_draft_that_was_changed_after_it_was_sent_is_not_what_the_board_approved(
    work: Work, field: Field, first: Version, now: datetime
) -> None:
    made = submitted(work, field, drafted(work, field, first, now=now), now=now)
    draft = draft_of(work, first)
    drafts.save_draft(work.db, first.instrument_id, OTHER_GUIDE, seen=draft.number, by=field.lead.id, now=now)
    done = amendments.approve(work.db, made, SAID, day=now.date(), note="", seen=2, by=field.lead.id, now=now)
    reasons = (WHY, Reason(("*",), "It is longer."))
    with pytest.raises((NeedsAmendment, NotCovered)):
        versions.publish(
            work.db, draft_of(work, first), reasons, approval=done.approval or 0, by=field.lead.id, now=now
        )  # fmt: skip
    assert done.instrument == LONGER_GUIDE


@on_sqlite
def test_steps_follow_in_order_and_two_at_once_are_one(work: Work, field: Field, first: Version, now: datetime) -> None:
    made = drafted(work, field, first, now=now)
    by = field.lead.id
    with pytest.raises(NotNow):
        amendments.approve(work.db, made, SAID, day=now.date(), note="", seen=1, by=by, now=now)
    with pytest.raises(NotNow):
        amendments.move(work.db, made, State.REFUSED, day=now.date(), note="", seen=1, by=by, now=now)
    for day in (now.date() + timedelta(days=1), now.date() - timedelta(days=1)):
        with pytest.raises(Invalid):
            amendments.move(work.db, made, State.SUBMITTED, day=day, note="", seen=1, by=by, now=now)
    sent = submitted(work, field, made, now=now)
    with pytest.raises(NotNow):
        amendments.move(work.db, sent, State.WITHDRAWN, day=now.date(), note="", seen=1, by=by, now=now)
    amendments.move(work.db, sent, State.REFUSED, day=now.date(), note="Not yet.", seen=2, by=by, now=now)
    over = amendments.find(work.db, field.study.id, 1)
    assert (over.state, over.steps[-1].note) == (State.REFUSED, "Not yet.")
    with pytest.raises(NotNow):
        amendments.approve(work.db, over, SAID, day=now.date(), note="", seen=3, by=by, now=now)


@on_sqlite
def test_an_amendment_says_why_and_who_is_affected_and_asks_for_something(
    work: Work, field: Field, first: Version, now: datetime
) -> None:
    with pytest.raises(ReasonsMissing):
        drafted(work, field, first, now=now, plea=replace(PLEA, reasons=()))
    with pytest.raises(Invalid):
        drafted(work, field, first, now=now, plea=replace(PLEA, who=" "))
    draft = draft_of(work, first)
    drafts.save_draft(work.db, first.instrument_id, GUIDE, seen=draft.number, by=field.lead.id, now=now)
    with pytest.raises(NothingToAmend):
        drafted(work, field, first, now=now)


@pytest.mark.parametrize("table", [AmendmentRow, AmendmentStep])
def test_nothing_of_an_amendment_is_ever_changed(
    work: Work, field: Field, first: Version, now: datetime, table: type[AmendmentRow | AmendmentStep]
) -> None:
    drafted(work, field, first, now=now)
    values = {"who": "nobody"} if table is AmendmentRow else {"note": "no"}
    with pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(update(table).values(**values))


def test_a_consent_text_goes_the_same_way(work: Work, field: Field, now: datetime) -> None:
    wording = replace(ready_letter(), signing={"en": "I have read this and agree.", "fr": "J’ai lu ceci et j’accepte."})
    draft = consent_drafts.begin(work.db, field.study.id, wording, by=field.lead.id, now=now)
    reasons = (Reason(("signing-en", "signing-fr"), "Participants asked what it means."),)
    made = amendments.of_consent(
        work.db, field.study.id, Plea(reasons, "Everybody who agrees from now on.", reconsent=True),
        approval=field.approval, seen=draft.edit, by=field.lead.id, now=now,
    )  # fmt: skip
    assert made.wording == wording
    done = amendments.approve(
        work.db, submitted(work, field, made, now=now), SAID, day=now.date(), note="", seen=2, by=field.lead.id, now=now
    )  # fmt: skip
    newer = consent_drafts.publish(
        work.db, field.study.id, seen=draft.edit, approval=done.approval or 0, by=field.lead.id, now=now
    )  # fmt: skip
    in_use = documents.in_use(work.db, field.study.id, now.date(), site_id=field.site_id)
    assert in_use is newer


def test_each_site_goes_over_to_a_version_on_its_own_day(
    work: Work, field: Field, first: Version, now: datetime
) -> None:
    """Calgary's board agrees at once, the other site's two weeks later; each asks what is effective there."""
    here, there = field.site_id, field.other_site_id
    by, today = field.lead.id, now.date()
    text = named(first.instrument_id, fingerprint(LONGER_GUIDE))
    later = today + timedelta(days=14)
    for site, since in ((here, today), (there, later)):
        decided = Decided(
            "B", f"R-{since}", "", since, date(2027, 9, 30), site_id=site, replaces=field.approval,
            terms=Terms(texts=(text,)),
        )  # fmt: skip
        number = approvals.record(work.db, field.study.id, decided, by=by, now=now).number
        if site == here:
            second = publish(work, field, first, number, now=now)

    def asked(site: UUID, on: date) -> tuple[int, int]:
        found = asking.newest(work.db, field.study.id, site, first.instrument_id, on=on)
        return found.version.number, found.approval

    assert asked(here, today) == (2, field.approval + 1)
    assert asked(there, today) == (1, field.approval)
    assert asked(there, later) == (2, field.approval + 2)
    assert second.number == 2


@on_sqlite
def test_a_consent_text_is_in_use_where_a_decision_of_that_site_names_it(
    work: Work, field: Field, now: datetime
) -> None:
    document = documents.of_study(work.db, field.study.id)[0]
    ended = Decided("B", "R", "", now.date(), now.date(), site_id=field.other_site_id, replaces=field.approval)
    over = approvals.record(work.db, field.study.id, ended, by=field.lead.id, now=now).number
    tomorrow = now.date() + timedelta(days=1)
    assert documents.in_use(work.db, field.study.id, tomorrow, site_id=field.other_site_id) is None
    mark = mark_of(documents.published(document).wording)
    terms = Terms(texts=(named(CONSENT, mark),))
    anew = Decided("C", "R-2", "", tomorrow, date(2027, 1, 1), site_id=field.other_site_id, terms=terms)
    approvals.record(work.db, field.study.id, anew, by=field.lead.id, now=now)
    assert documents.in_use(work.db, field.study.id, tomorrow, site_id=field.other_site_id) is document
    assert over != field.approval


@on_sqlite
def test_a_letter_of_the_board_is_opened_by_leads_and_coordinators_and_the_log_says_so(
    work: Work, field: Field, now: datetime
) -> None:
    data = b"%PDF-1.7 " + b"Dear Professor Wren" * 50
    coordinator, lead = (Keeper(one.id, one.seed) for one in (field.coordinator, field.lead))
    kept = decision_letters.keep(work.db, field.study.id, data, by=coordinator, now=now, approval=field.approval)
    assert b"Wren" not in kept.sealed
    letter, read = decision_letters.read(work.db, field.study.id, kept.id, by=lead, now=now)
    assert (letter.kind, read) == ("application/pdf", data)
    for other in (field.analyst, field.interviewer):
        with pytest.raises(CannotOpen):
            decision_letters.read(work.db, field.study.id, kept.id, by=Keeper(other.id, other.seed), now=now)
    for nothing in (b"MZ a program", b"", b"%PDF-" + bytes(decision_letters.LARGEST)):
        with pytest.raises(Invalid):
            decision_letters.keep(work.db, field.study.id, nothing, by=lead, now=now, approval=field.approval)
    actions = [str(line["action"]) for line in ledger.of_study(work.db, field.study.id)]
    assert actions[:2] == ["decision-letter.read", "decision-letter.kept"]
