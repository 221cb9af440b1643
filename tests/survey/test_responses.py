"""Runs: begun only with consent and an approval, saved without loss, read back as they were given, sent once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from msgspec.structs import replace
from sqlalchemy import select, text

from consent.grants import ConsentMissing, Grant
from consent.scopes import Scope as Agreed
from instruments.kinds import Answers, Json
from instruments.versions import Version
from survey import drafts, responses, runs, statuses
from survey.asking import NotApproved, NothingPublished, StudyClosed
from survey.participants import Enrolled, Standing
from survey.responses import AlreadySubmitted, Loaded, Saved, Unfinished
from survey.runs import Response
from survey.statuses import HasWithdrawn, Status
from tests.survey.field import LONGER_SURVEY, SURVEY, Field, decide, field_of, grant, in_the_log, published, taking_part
from vault import approvals, ledger, records
from vault.approvals import Decided
from vault.errors import CannotOpen, Missing
from vault.store import Stores, Work
from vault.studies import Scope


@dataclass
class Desk:
    """Somebody in front of a survey."""

    work: Work
    field: Field
    version: Version
    who: Enrolled
    now: datetime

    @property
    def key(self) -> bytes:
        return self.who.keys[Scope.RESPONSES]

    def begin(self) -> Response:
        return responses.begin(
            self.work.db, self.work.keyring, self.who.participant, self.version.instrument_id,
            grant(self.work, self.who), now=self.now,
        )  # fmt: skip

    def load(self, response: Response) -> Loaded:
        return responses.load(self.work.db, self.key, response)

    def save(self, response: Response, slot: int, answers: Answers, *, seen: int | None = None) -> Saved:
        loaded = self.load(response)
        return responses.save(
            self.work.db, self.key, grant(self.work, self.who), response, slot, answers,
            seen=loaded.newest.get(slot, 0) if seen is None else seen, loaded=loaded, now=self.now,
            subject=in_the_log(self.work, response.participant_id),
        )  # fmt: skip

    def submit(self, response: Response) -> bool:
        return responses.submit(
            self.work.db, self.work.keyring, self.key, grant(self.work, self.who), response,
            runs.plan_of(self.work.db, response), now=self.now,
        )  # fmt: skip

    def again(self, response: Response) -> Response:
        return runs.find(self.work.db, self.who.participant.id, response.id, writing=True)


def desk_of(work: Work, now: datetime) -> Desk:
    field = field_of(work, now=now)
    version = published(work, field, SURVEY, now=now)
    return Desk(work, field, version, taking_part(work, field, now=now), now)


@pytest.fixture
def desk(work: Work, now: datetime) -> Desk:
    return desk_of(work, now)


@pytest.fixture
def one(quick: Work, now: datetime) -> Desk:
    """On SQLite alone."""
    return desk_of(quick, now)


def test_a_survey_is_begun_once_saved_page_by_page_and_sent_once(desk: Desk) -> None:
    response = desk.begin()
    assert desk.begin() == response
    assert desk.save(response, 0, {"mentor": "yes"}) == Saved(1, overtaken=False)
    assert desk.save(response, 1, {"often": 12}) == Saved(2, overtaken=False)
    assert desk.save(response, 0, {"mentor": "no"}) == Saved(3, overtaken=False)
    loaded = desk.load(response)
    assert loaded.answers == {"mentor": "no", "often": 12}
    assert (loaded.slot, loaded.last, loaded.newest) == (0, 3, {0: 3, 1: 2})
    assert [save.answers for save in loaded.saves if save.slot == 0] == [{"mentor": "yes"}, {"mentor": "no"}]
    assert loaded.saves[0].at == desk.now
    assert desk.submit(response)
    sent = desk.again(response)
    assert sent.submitted_on == desk.now.date()
    assert not desk.submit(response)
    assert not desk.submit(sent)
    assert desk.begin() == sent
    with pytest.raises(AlreadySubmitted):
        desk.save(sent, 0, {"mentor": "yes"})
    lines = [line["action"] for line in ledger.of_study(desk.work.db, desk.field.study.id)]
    assert (lines.count("response.begun"), lines.count("response.submitted")) == (1, 1)


def test_nothing_is_sent_while_a_question_that_has_to_be_answered_is_open(one: Desk) -> None:
    response = one.begin()
    one.save(response, 2, {"comment": "none"})
    with pytest.raises(Unfinished) as refused:
        one.submit(response)
    assert refused.value.slots == (0,)
    assert one.again(response).submitted_on is None


def test_two_tabs_lose_nothing_and_the_second_is_told(desk: Desk) -> None:
    response = desk.begin()
    shown = desk.load(response)
    first = responses.save(
        desk.work.db, desk.key, grant(desk.work, desk.who), response, 2, {"comment": "one"}, seen=0, loaded=shown,
        now=desk.now, subject=in_the_log(desk.work, response.participant_id),
    )  # fmt: skip
    # The other tab was loaded before, and believes that there is nothing yet.
    second = responses.save(
        desk.work.db, desk.key, grant(desk.work, desk.who), response, 2, {"comment": "two"}, seen=0, loaded=shown,
        now=desk.now, subject=in_the_log(desk.work, response.participant_id),
    )  # fmt: skip
    assert (first.sequence, second.sequence) == (1, 2)
    assert desk.save(response, 2, {"comment": "three"}, seen=1) == Saved(3, overtaken=True)
    loaded = desk.load(response)
    assert [save.answers["comment"] for save in loaded.saves] == ["one", "two", "three"]
    assert loaded.answers == {"comment": "three"}


def test_forty_pairs_of_simultaneous_saves_lose_no_answer(stores: Stores, now: datetime) -> None:
    """ASVS 15.4.2."""
    with stores.work() as work:
        desk = desk_of(work, now)
        response = desk.begin()
        stands = grant(work, desk.who)
        subject = in_the_log(work, response.participant_id)
        work.commit()

    def save(number: int) -> int:
        with stores.work() as own:
            found = runs.find(own.db, response.participant_id, response.id, writing=True)
            loaded = responses.load(own.db, desk.key, found)
            saved = responses.save(
                own.db, desk.key, stands, found, number % 3, {"comment": str(number)}, seen=0, loaded=loaded, now=now,
                subject=subject,
            )  # fmt: skip
            own.commit()
            return saved.sequence

    with ThreadPoolExecutor(8) as pool:
        sequences = list(pool.map(save, range(80)))
    assert sorted(sequences) == list(range(1, 81))
    with stores.work() as work:
        loaded = responses.load(work.db, desk.key, response)
        assert sorted(int(str(kept.answers["comment"])) for kept in loaded.saves) == list(range(80))
        assert len(records.load(work.db, desk.key, response.participant_id)) == 80


def test_two_who_begin_at_the_same_moment_begin_once(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        desk = desk_of(work, now)
        work.commit()

    def begin(_: int) -> Response:
        with stores.work() as own:
            who = own.db.merge(desk.who.participant, load=False)
            response = responses.begin(
                own.db, own.keyring, who, desk.version.instrument_id, Grant(who.id, frozenset({Agreed.TAKE_PART})),
                now=now,
            )  # fmt: skip
            own.commit()
            return response

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(begin, range(4)))) == 1


def test_a_draft_is_overwritten_comes_back_and_is_gone_once_its_page_is_saved(desk: Desk) -> None:
    response = desk.begin()
    stands, db = grant(desk.work, desk.who), desk.work.db

    def keep(slot: int, words: str, seen: int = 0) -> None:
        drafts.keep(db, desk.key, stands, response.address(slot), {"comment": [words]}, seen=seen, now=desk.now)

    def read(slot: int) -> object:
        found = drafts.read(db, desk.key, response.address(slot), newest=desk.load(response).newest.get(slot, 0))
        return found and found.fields["comment"]

    assert read(2) is None
    keep(2, "a few")
    keep(2, "a few words")
    assert read(2) == ["a few words"]
    assert read(1) is None
    blobs = list(db.scalars(select(drafts.PageDraft.blob)))
    assert len(blobs) == 1
    assert b"words" not in blobs[0]
    desk.save(response, 2, {"comment": "a few words more"})
    assert read(2) is None
    keep(2, "and on", seen=1)
    assert read(2) == ["and on"]
    desk.save(response, 0, {"mentor": "no"})
    assert desk.submit(response)
    assert db.scalar(select(drafts.PageDraft)) is None


def test_nothing_is_asked_without_consent_and_a_no_stops_the_page_that_is_open(one: Desk) -> None:
    other = taking_part(one.work, one.field, now=one.now, scopes=frozenset())
    assert statuses.current(one.work.db, other.participant.id) is Status.DECLINED
    with pytest.raises(ConsentMissing):
        Desk(one.work, one.field, one.version, other, one.now).begin()
    response = one.begin()
    assert statuses.current(one.work.db, one.who.participant.id) is Status.CONSENTED
    decide(one.work, one.field, one.who, {Agreed.TAKE_PART: False}, now=one.now)
    for deed in (one.begin, lambda: one.save(response, 0, {"mentor": "yes"}), lambda: one.submit(response)):
        with pytest.raises(ConsentMissing):
            deed()
    with pytest.raises(ConsentMissing):
        drafts.keep(one.work.db, one.key, grant(one.work, one.who), response.address(0), {}, seen=0, now=one.now)


def test_a_grant_of_somebody_else_is_no_grant(one: Desk) -> None:
    response = one.begin()
    strange = grant(one.work, taking_part(one.work, one.field, now=one.now))
    with pytest.raises(Missing):
        responses.save(
            one.work.db,
            one.key,
            strange,
            response,
            0,
            {"mentor": "yes"},
            seen=0,
            loaded=one.load(response),
            now=one.now,
            subject=in_the_log(one.work, response.participant_id),
        )
    with pytest.raises(Missing):
        runs.find(one.work.db, strange.participant, response.id)


def test_nothing_is_asked_before_an_approval_holds_after_it_ends_or_in_a_closed_study(one: Desk) -> None:
    version, who, start = one.version, one.who.participant, one.now

    def begin(when: datetime) -> Response:
        return responses.begin(
            one.work.db, one.work.keyring, who, version.instrument_id, grant(one.work, one.who), now=when
        )

    for when in (start - timedelta(days=90), start + timedelta(days=400)):
        with pytest.raises(NotApproved):
            begin(when)
    begin(start)
    with pytest.raises(NotApproved):
        begin(start + timedelta(days=400))
    one.field.study.closed_at = start
    one.work.db.flush()
    with pytest.raises(StudyClosed):
        begin(start)
    who.standing = Standing.STOPPED
    with pytest.raises(HasWithdrawn):
        begin(start)


def _decided(reference: str, begin: date, **more: object) -> Decided:
    return Decided("The board", reference, "List 1", begin, date(2028, 1, 1), **more)  # type: ignore[arg-type]


def test_a_renewal_carries_versions_on_and_an_approval_of_another_kind_does_not(one: Desk) -> None:
    db, study, ada = one.work.db, one.field.study.id, one.field.lead.id
    later = one.now + timedelta(days=30)
    renewal = _decided("REB-2", later.date(), replaces=one.field.approval)
    approvals.record(db, study, renewal, by=ada, now=one.now)
    one.now = later
    response = one.begin()
    begun = next(line for line in ledger.of_study(db, study) if line["action"] == "response.begun")
    assert begun["facts"]["approval"] == approvals.of_study(db, study)[0].number  # type: ignore[index]
    assert response.version_id == one.version.id


def test_a_version_that_only_another_site_approved_is_not_asked_here(one: Desk) -> None:
    db, study, ada = one.work.db, one.field.study.id, one.field.lead.id
    elsewhere = approvals.record(
        db, study, _decided("REB-3", one.now.date(), site_id=one.field.other_site_id), by=ada, now=one.now
    )
    here = approvals.record(
        db, study, _decided("REB-4", one.now.date(), replaces=one.field.approval, site_id=one.field.other_site_id),
        by=ada, now=one.now,
    )  # fmt: skip
    assert elsewhere.number < here.number
    assert one.begin().version_id == one.version.id
    one.field = Field(**{**vars(one.field), "approval": elsewhere.number})
    second = published(one.work, one.field, LONGER_SURVEY, now=one.now)
    other = taking_part(one.work, one.field, now=one.now)
    here_still = Desk(one.work, one.field, second, other, one.now).begin()
    assert here_still.version_id == one.version.id
    other.participant.site_id = one.field.other_site_id
    third = taking_part(one.work, one.field, now=one.now)
    third.participant.site_id = one.field.other_site_id
    assert Desk(one.work, one.field, second, third, one.now).begin().version_id == second.id


def test_without_a_published_version_there_is_nothing_to_ask(one: Desk) -> None:
    with pytest.raises(NothingPublished):
        responses.begin(
            one.work.db, one.work.keyring, one.who.participant, one.field.site_id, grant(one.work, one.who), now=one.now
        )


def test_who_began_under_one_version_finishes_under_it_and_it_reads_back_under_it_for_ever(one: Desk) -> None:
    response = one.begin()
    one.save(response, 2, {"comment": "before"})
    second = published(one.work, one.field, LONGER_SURVEY, now=one.now)
    assert one.begin() == response
    one.save(response, 0, {"mentor": "no"})
    assert one.submit(response)
    assert runs.plan_of(one.work.db, response).instrument == SURVEY
    assert one.load(one.again(response)).answers == {"mentor": "no", "comment": "before"}
    newcomer = Desk(one.work, one.field, second, taking_part(one.work, one.field, now=one.now), one.now)
    assert newcomer.begin().version_id == second.id


def test_a_page_that_is_moved_to_another_version_run_or_slot_does_not_open(one: Desk) -> None:
    """ASVS 11.3.3: whoever writes into the database cannot make an answer mean something else."""
    response = one.begin()
    one.save(response, 0, {"mentor": "yes"})
    db = one.work.db
    db.execute(text("DROP TRIGGER page_record_no_update"))
    for column, value in (("slot", 1), ("sequence", 2), ("version", "another"), ("response_id", "0" * 32)):
        former = db.scalar(text(f"SELECT {column} FROM page_record"))  # noqa: S608 - names from above
        db.execute(text(f"UPDATE page_record SET {column} = :value"), {"value": value})  # noqa: S608
        with pytest.raises(CannotOpen):
            records.load(db, one.key, response.participant_id)
        db.execute(text(f"UPDATE page_record SET {column} = :value"), {"value": former})  # noqa: S608
    assert one.load(response).answers == {"mentor": "yes"}
    strange = replace(response, version_id=response.id)
    with pytest.raises(CannotOpen):
        one.load(strange)


Deed = tuple[int, int, bool]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.integers(0, 2), some.integers(0, 1), some.booleans()), max_size=12))
def test_saves_in_any_interleaving_of_two_tabs_lose_no_answer(one: Desk, deeds: list[Deed]) -> None:
    """Each tab saves on top of what it last loaded, however old that is."""
    with one.work.db.begin_nested() as undone:
        response = one.begin()
        stands = grant(one.work, one.who)
        tabs = [one.load(response), one.load(response)]
        given_answers: list[tuple[int, str]] = []
        newest: dict[int, str] = {}
        for number, (slot, tab, reloads) in enumerate(deeds):
            if reloads:
                tabs[tab] = one.load(response)
            words = f"{number}"
            known = one.load(response).newest.get(slot, 0)
            saved = responses.save(
                one.work.db, one.key, stands, response, slot, {f"q{slot}": words},
                seen=tabs[tab].newest.get(slot, 0), loaded=one.load(response), now=one.now,
                subject=in_the_log(one.work, response.participant_id),
            )  # fmt: skip
            assert saved.overtaken == (known > tabs[tab].newest.get(slot, 0))
            given_answers.append((slot, words))
            newest[slot] = words
        loaded = one.load(response)
        assert [(kept.slot, kept.answers[f"q{kept.slot}"]) for kept in loaded.saves] == given_answers
        assert loaded.answers == {f"q{slot}": words for slot, words in newest.items()}
        undone.rollback()


_plain = some.recursive(
    some.integers(-(10**9), 10**9) | some.text(max_size=20) | some.booleans(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.dictionaries(some.integers(0, 2), some.dictionaries(some.text(max_size=8), _plain, max_size=3), max_size=3))
def test_what_was_saved_under_version_1_reads_back_under_version_1_for_ever(
    one: Desk, pages: dict[int, dict[str, Json]]
) -> None:
    with one.work.db.begin_nested() as undone:
        response = one.begin()
        for slot, answers in pages.items():
            one.save(response, slot, answers)
        before = one.load(response)
        published(one.work, one.field, LONGER_SURVEY, now=one.now)
        assert one.begin() == response
        assert one.load(response) == before
        assert {kept.slot: kept.answers for kept in before.saves} == pages
        assert runs.plan_of(one.work.db, response).instrument == SURVEY
        undone.rollback()
