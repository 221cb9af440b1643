"""Drafts become versions: inspected, reasoned, approved, and never changed again."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from instruments import drafts, shelf, versions
from instruments.canonical import fingerprint
from instruments.comparison import Reason, What
from instruments.definition import DefinitionUnreadable, Instrument, Role
from instruments.drafts import Draft, DraftOvertaken, InstrumentRow
from instruments.kinds import ShortText, YesNo
from instruments.shelf import LIST_1, SHORT_SURVEY
from instruments.versions import (
    Change,
    NotApproved,
    NothingChanged,
    NotPublishable,
    ReasonMisplaced,
    ReasonsMissing,
    Version,
)
from tests.approving import approved
from tests.instruments.making import asked, of_questions
from tests.vault.people import Person, person, study_of
from vault import approvals, ledger, studies
from vault.approvals import Decided
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.store import Stores, Work
from vault.studies import Study

WHY = Reason(("mentor",), "Two of three answered about a former mentor.", "Experience", "Interviews 1 to 3")
FIRST = of_questions(asked(ShortText(), "mentor"), minutes=1)
SECOND = of_questions(asked(ShortText(longest=99), "mentor"), minutes=1)


class Team:
    """A lead, their study and an approval that holds."""

    def __init__(self, work: Work, now: datetime) -> None:
        self.db = work.db
        self.now = now
        self.lead: Person = person(work.db, "ada", now=now)
        self.study: Study = study_of(work.db, self.lead, now=now)
        self.approval = self.approve()

    def approve(self, *, begin: int = -10, days: int = 100, study: UUID | None = None, **more: object) -> int:
        """The number of an approval that begins ``begin`` days from now."""
        first = self.now.date() + timedelta(days=begin)
        decided = Decided("Board", "R-1", "All", first, first + timedelta(days=days), **more)  # type: ignore[arg-type]
        recorded = approvals.record(self.db, study or self.study.id, decided, by=self.lead.id, now=self.now)
        return recorded.number

    def begin(self, instrument: Instrument = FIRST) -> Draft:
        """A draft of a new instrument."""
        return drafts.begin(self.db, self.study.id, instrument, by=self.lead.id, now=self.now)

    def save(self, draft: Draft, instrument: Instrument, *, seen: int | None = None) -> Draft:
        """The draft changed."""
        number = draft.number if seen is None else seen
        return drafts.save_draft(self.db, draft.instrument_id, instrument, seen=number, by=self.lead.id, now=self.now)

    def publish(self, draft: Draft, *reasons: Reason, approval: int | None = None, seen: int | None = None) -> Version:
        """The draft published, a changed one under a decision on its very text."""
        under = self.approval if approval is None else approval
        last = versions.newest(self.db, draft.instrument_id)
        if approval is None and last is not None and last.fingerprint != fingerprint(draft.definition):
            under = self.approval = approved(self.db, draft, self.approval, by=self.lead.id, now=self.now)
        return versions.publish(self.db, draft, reasons, approval=under, by=self.lead.id, now=self.now, seen=seen)


@pytest.fixture
def team(work: Work, now: datetime) -> Team:
    """A team with a study."""
    return Team(work, now)


def test_a_study_begins_an_instrument_of_a_name_once(team: Team) -> None:
    draft = team.begin()
    assert (draft.number, draft.definition) == (1, FIRST)
    assert [row.key for row in drafts.instruments_of(team.db, team.study.id)] == ["it"]
    with pytest.raises(Conflict):
        team.begin(SECOND)
    with pytest.raises(Invalid):
        team.begin(msgspec.structs.replace(FIRST, id="not a name"))
    with pytest.raises(Missing):
        drafts.begin(team.db, uuid4(), FIRST, by=team.lead.id, now=team.now)
    team.study.closed_at = team.now
    with pytest.raises(Refused):
        team.begin(msgspec.structs.replace(FIRST, id="other"))


def test_two_instruments_of_a_name_are_refused_by_the_database_too(team: Team) -> None:
    team.begin()
    team.db.add(InstrumentRow(study_id=team.study.id, key="it", role=Role.GUIDE, begun_at=team.now))
    with pytest.raises(IntegrityError):
        team.db.flush()


def test_whoever_saves_an_overtaken_draft_is_told_and_overwrites_nothing(team: Team) -> None:
    draft = team.begin()
    team.save(draft, SECOND, seen=1)
    with pytest.raises(DraftOvertaken):
        team.save(draft, FIRST, seen=1)
    held = drafts.draft_of(team.db, draft.instrument_id)
    assert (held.number, held.definition) == (2, SECOND)
    with pytest.raises(DraftOvertaken):
        team.publish(held, seen=1)


def test_a_draft_may_be_unfinished_and_keeps_its_name_and_role(team: Team) -> None:
    draft = team.begin()
    unfinished = msgspec.structs.replace(FIRST, sections=(), languages=())
    assert team.save(draft, unfinished).definition == unfinished
    with pytest.raises(Invalid):
        team.save(draft, msgspec.structs.replace(FIRST, id="other"))
    with pytest.raises(Invalid):
        team.save(draft, msgspec.structs.replace(FIRST, role=Role.GUIDE))


def test_the_first_version_needs_no_reasons_and_is_number_1(team: Team) -> None:
    draft = team.begin()
    version = team.publish(draft)
    assert (version.number, version.fingerprint, version.approval) == (1, fingerprint(FIRST), team.approval)
    assert versions.definition_of(version) == FIRST
    assert versions.find(team.db, version.id) is version
    assert versions.newest(team.db, draft.instrument_id) is version
    assert versions.changes_of(team.db, version) == []


def test_what_the_inspection_refuses_is_not_published_and_every_reason_is_named(team: Team) -> None:
    draft = team.begin(of_questions(asked(ShortText(shortest=9, longest=3), "a"), asked(YesNo(), "a"), minutes=1))
    with pytest.raises(NotPublishable) as caught:
        team.publish(draft)
    assert {(finding.question, finding.place) for finding in caught.value.findings} == {("a", "shortest"), ("a", "id")}
    assert versions.newest(team.db, draft.instrument_id) is None


def test_every_change_needs_a_reason_and_every_reason_a_change(team: Team) -> None:
    draft = team.begin()
    team.publish(draft)
    changed = of_questions(asked(ShortText(longest=99), "mentor"), asked(YesNo(), "sure"), minutes=1)
    team.save(draft, changed)
    found = versions.review(team.db, draft)
    assert (found.number, [one.place for one in found.differences], found.errors) == (2, ["mentor", "sure"], ())
    for reasons in [(), (WHY,), (Reason(("mentor", "sure"), "  "),)]:
        with pytest.raises(ReasonsMissing) as missing:
            team.publish(draft, *reasons)
    assert missing.value.places == ("mentor", "sure")
    with pytest.raises(ReasonMisplaced) as misplaced:
        team.publish(draft, Reason(("mentor", "sure", "gone"), "Because."))
    assert misplaced.value.places == ("gone",)
    version = team.publish(draft, Reason(("mentor", "sure"), " Because. "), WHY)
    assert [(one.question, *one.kinds, one.reason, one.theme) for one in versions.changes_of(team.db, version)] == [
        ("mentor", What.LIMITS, "Because.", ""),
        ("mentor", What.LIMITS, WHY.reason, "Experience"),
        ("sure", What.ADDED, "Because.", ""),
    ]


def test_nothing_is_published_that_no_approval_of_the_study_covers_today(team: Team) -> None:
    draft = team.begin()
    other = studies.found(team.db, "Another", "X", by=team.lead.id, now=team.now)
    foreign = team.approve(study=other.id)
    ended = team.approve(begin=-50, days=10)
    coming = team.approve(begin=1)
    replaced = team.approve()
    renewal = team.approve(replaces=replaced)
    for number in (foreign, ended, coming, replaced, 10**6):
        with pytest.raises(NotApproved):
            team.publish(draft, approval=number)
    assert team.publish(draft, approval=renewal).approval == renewal


def test_an_approval_that_is_replaced_at_one_site_still_holds_at_the_others(team: Team) -> None:
    site = studies.add_site(team.db, team.study.id, "Calgary", by=team.lead.id, now=team.now)
    here = team.approve(replaces=team.approval, site_id=site.id)
    held = approvals.holding(team.db, team.study.id, on=team.now.date())
    assert [approval.number for approval in held] == [here, team.approval]
    assert approvals.holding(team.db, team.study.id, on=date(2000, 1, 1)) == []


def test_the_same_text_is_published_again_only_under_another_approval(team: Team) -> None:
    draft = team.begin()
    first = team.publish(draft)
    with pytest.raises(NothingChanged):
        team.publish(draft)
    renewed = team.publish(draft, approval=team.approve())
    assert (renewed.number, renewed.fingerprint) == (2, first.fingerprint)
    assert versions.plan_of(renewed) is versions.plan_of(first)


def test_a_question_keeps_its_kind_even_when_it_was_left_out_for_a_while(team: Team) -> None:
    other, both = asked(YesNo(), "other"), (asked(ShortText(), "mentor"), asked(YesNo(), "other"))
    draft = team.begin(of_questions(*both, minutes=1))
    team.publish(draft)
    team.save(draft, of_questions(other, minutes=1))
    team.publish(draft, WHY)
    team.save(draft, of_questions(asked(YesNo(), "mentor"), other, minutes=1))
    with pytest.raises(NotPublishable):
        team.publish(draft, WHY)
    team.save(draft, of_questions(*both, minutes=1))
    (change,) = versions.changes_of(team.db, team.publish(draft, WHY))
    assert change.kinds == {What.RESTORED}


def test_the_reference_study_publishes_its_guide_four_times_as_it_did(team: Team) -> None:
    draft = team.begin(shelf.load(LIST_1[0]))
    team.begin(shelf.load(SHORT_SURVEY))
    for entry in LIST_1:
        if entry.version > 1:
            team.save(draft, shelf.load(entry))
        team.publish(draft, *entry.reasons)
    published = versions.of_instrument(team.db, draft.instrument_id)
    assert [versions.definition_of(version) for version in published] == [shelf.load(entry) for entry in LIST_1]
    themes = {change.theme for version in published for change in versions.changes_of(team.db, version)}
    assert {"Assigned versus self-identified mentor", "Barriers", "Matching", "Strategies"} <= themes
    listed = versions.of_study(team.db, team.study.id)
    assert [(row.key, len(every)) for row, every in listed] == [("list_1", 4), ("short_survey", 0)]


def test_the_log_says_what_was_begun_and_published_and_not_what_it_asks(team: Team) -> None:
    draft = team.begin()
    first, _ = team.publish(draft), team.save(draft, SECOND)
    second = team.publish(draft, WHY)
    lines = [line for line in ledger.of_study(team.db, team.study.id) if str(line["action"]).startswith("instrument.")]
    assert [(line["action"], line["facts"]) for line in reversed(lines)] == [
        ("instrument.begun", {"instrument": "it", "role": "survey"}),
        ("instrument.published", {
            "instrument": "it", "version": 1, "fingerprint": fingerprint(FIRST), "approval": first.approval,
            "changed": [], "within": False, "id": str(first.id), "of": str(first.instrument_id),
        }),
        ("instrument.published", {
            "instrument": "it", "version": 2, "fingerprint": fingerprint(SECOND), "approval": team.approval,
            "changed": ["mentor"], "within": False, "id": str(second.id), "of": str(second.instrument_id),
        }),
    ]  # fmt: skip


@pytest.mark.parametrize("table", [Version, Change])
def test_a_published_version_and_its_reasons_can_never_be_changed(team: Team, table: type[Version | Change]) -> None:
    draft = team.begin()
    team.publish(draft)
    team.save(draft, SECOND)
    team.publish(draft, WHY)
    with pytest.raises(DatabaseError, match="append-only"):
        team.db.execute(update(table).values(number=table.number + 10))


def test_a_version_whose_bytes_were_altered_is_not_read(team: Team) -> None:
    version = team.publish(team.begin(of_questions(asked(YesNo(), "altered"), minutes=1)))
    table = Version.__tablename__
    for trigger in (f"{table}_no_update", f"{table}_no_change"):
        on = f" ON {table}" if team.db.get_bind().dialect.name == "postgresql" else ""
        team.db.execute(text(f"DROP TRIGGER IF EXISTS {trigger}{on}"))
    team.db.execute(update(Version).values(definition=version.definition.replace(b"altered", b"changed")))
    team.db.expire_all()
    with pytest.raises(DefinitionUnreadable):
        versions.definition_of(versions.find(team.db, version.id))


def test_a_plan_that_is_remembered_needs_no_second_look_at_the_definition(
    work: Work, stores: Stores, now: datetime
) -> None:
    team = Team(work, now)
    version = team.publish(team.begin())
    plan = versions.plan_of(version)
    work.commit()
    with stores.work(reading=True) as later:
        found = versions.find(later.db, version.id)
        assert versions.plan_of(found) is plan
        assert "definition" not in vars(found)


def test_what_does_not_exist_is_missing(work: Work) -> None:
    for look in (drafts.draft_of, drafts.locked, drafts.find_instrument, versions.find):
        with pytest.raises(Missing):
            look(work.db, uuid4())
    assert versions.newest(work.db, uuid4()) is None
