"""Releases from asking to fetching: who may do what, in which order, and what the log says."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from exports import asking, deciding, fetching, releases
from exports.asking import BelowThreshold, MayNotAsk, NobodyInIt
from exports.deciding import MayNotDecide, NothingDeclared, SamePerson
from exports.disclosure import LeaveOut
from exports.fetching import TimeOver
from exports.releases import Job, NotNow, NotYours, Release, State
from exports.terms import NoVoice, Terms
from tests.exports.setting import (
    Setting,
    add,
    approved,
    asked,
    built,
    done,
    fetched,
    interview,
    manifest_of,
    texts,
)
from tests.vault.people import Person
from vault import ledger, studies
from vault.errors import CannotOpen, Invalid, Missing
from vault.pieces import LARGEST


def three(at: Setting) -> None:
    """Three people who fill in the survey, one of them interviewed too."""
    with at.stores.work() as work:
        for name in ("Wren Marlowe", "Robin Ashdown", "Jay Hollis"):
            who = add(work, at, name, f"My colleague Wren Marlowe said to {name} that it matters.")
        interview(work, at, who, "Jay spoke of Robin Ashdown.", "And Wren?", "Ashdown again.")
        work.commit()


def deeds(at: Setting) -> list[str]:
    with at.stores.work(reading=True) as work:
        lines = [str(line["action"]) for line in ledger.of_study(work.db, at.study_id)]
    return [line.removeprefix("release.") for line in reversed(lines) if line.startswith("release.")]


def facts(at: Setting, deed: str) -> dict[str, object]:
    with at.stores.work(reading=True) as work:
        for line in ledger.of_study(work.db, at.study_id):
            if line["action"] == f"release.{deed}":
                found = line["facts"]
                assert isinstance(found, dict)
                return found
    raise AssertionError(deed)


def again(at: Setting, release: Release) -> Release:
    with at.stores.work(reading=True) as work:
        return releases.find(work.db, at.study_id, release.id)


def test_a_release_goes_from_asking_to_a_file_without_names(at: Setting) -> None:
    three(at)
    release = built(at)
    files = fetched(at, release)
    said = texts(files)
    for name in ("Wren", "Marlowe", "Robin", "Ashdown", "Jay", "Hollis"):
        assert name not in said
    assert "that it matters" in said
    told = manifest_of(files)
    assert told["participants"] == 3
    assert told["records"] == 4
    assert deeds(at) == ["asked", "started", "checked", "approved", "started", "built", "fetched"]
    assert facts(at, "asked")["purpose"] == "reading"
    assert facts(at, "checked")["smallest_k"] == 3
    assert facts(at, "approved") == {
        "release": str(release.id), "profile": "reading", "asked_by": str(at.field.analyst.id), "alone": False,
        "cases": 3, "smallest_k": 3,
    }  # fmt: skip


def test_the_approver_sees_what_was_replaced_and_an_analyst_cannot(quick: Setting) -> None:
    at = quick
    three(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    fresh = again(at, release)
    with at.stores.work() as work:
        lines = deciding.replaced(
            work.db, fresh, account=at.other_lead.account, seed=at.other_lead.seed, now=at.now
        )  # fmt: skip
        with pytest.raises(CannotOpen):
            deciding.replaced(work.db, fresh, account=at.field.analyst.account, seed=at.field.analyst.seed, now=at.now)
    assert {line.original for line in lines} >= {"Wren Marlowe", "Robin Ashdown"}
    assert sum(line.count for line in lines if not line.doubt) == (fresh.found or pytest.fail("no check")).replaced


def test_nobody_approves_what_they_asked_for_as_long_as_another_may(quick: Setting) -> None:
    at = quick
    three(at)
    release = asked(at, at.field.lead)
    assert done(at, release, Job.CHECK, at.field.lead)
    with at.stores.work() as work:
        assert deciding.may_approve(work.db, release, at.field.lead.account) == (False, False)
        with pytest.raises(SamePerson):
            deciding.approve(work.db, release, by=at.field.lead.account, now=at.now, declaration="I am alone.")
        for nobody in (at.field.analyst, at.field.coordinator, at.field.interviewer):
            with pytest.raises(MayNotDecide):
                deciding.approve(work.db, release, by=nobody.account, now=at.now)
            with pytest.raises(MayNotDecide):
                deciding.refuse(work.db, release, by=nobody.account, reason="No.", now=at.now)
    approved(at, release, at.other_lead)
    assert again(at, release).state is State.APPROVED


def test_who_is_the_only_one_declares_that_they_approve_alone_and_the_log_says_so(at: Setting) -> None:
    three(at)
    with at.stores.work() as work:
        member = studies.membership(work.db, at.study_id, at.other_lead.id)
        assert member is not None
        studies.leave(work.db, member, by=at.field.lead.id, now=at.now)
        work.commit()
    release = asked(at, at.field.lead)
    assert done(at, release, Job.CHECK, at.field.lead)
    for said in ("", "ok", "   I am alone.        "):
        with pytest.raises(NothingDeclared):
            approved(at, release, at.field.lead, said)
    approved(at, release, at.field.lead, "Nobody else leads this study.")
    assert facts(at, "approved")["alone"] is True
    assert done(at, release, Job.BUILD, at.field.lead)
    assert "README.txt" in fetched(at, release, at.field.lead)


@pytest.mark.parametrize("who", ["coordinator", "interviewer"])
def test_who_may_not_ask_is_told_so(quick: Setting, who: str) -> None:
    three(quick)
    someone: Person = getattr(quick.field, who)
    with pytest.raises(MayNotAsk):
        asked(quick, someone)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"purpose": " "}, "what the release is for"),
        ({"recipients": ""}, "who will receive it"),
        ({"voice": True}, "without voices"),
        ({"days": 0}, "how many days"),
        ({"attributes": ("shoe size",)}, "no attribute shoe size"),
        ({"profile": "everything"}, "no such profile"),
    ],
)
def test_what_cannot_be_decided_on_is_not_asked_for(quick: Setting, terms: dict[str, object], says: str) -> None:
    three(quick)
    wanted = Terms(**{"profile": "reading", "purpose": "to read", "recipients": "us", **terms})  # type: ignore[arg-type]
    with quick.stores.work() as work, pytest.raises(Invalid, match=says):
        asking.ask(work.db, quick.study_id, wanted, by=quick.field.analyst.account, now=quick.now)
    assert issubclass(NoVoice, Invalid)


def test_attributes_that_give_somebody_away_are_named_with_a_proposal_that_is_then_taken(quick: Setting) -> None:
    at = quick
    three(at)
    with at.stores.work() as work:
        one = at.people["Jay Hollis"].participant
        work.db.get_one(type(one), one.id).site_id = at.field.other_site_id
        work.commit()
    with pytest.raises(BelowThreshold) as refused:
        asked(at, at.field.analyst, attributes=("site",))
    assert refused.value.offending == ("site",)
    assert refused.value.assessment.k == 1
    assert "1 of 3 people stand alone" in refused.value.sentence
    assert refused.value.proposal == (LeaveOut("site"),)
    with at.stores.work(reading=True) as work:
        look = asking.preview(work.db, at.study_id, Terms("reading", "", "", attributes=("site",)))
    assert (look.cases, look.proposal) == (3, refused.value.proposal)
    release = built(at, attributes=("site",), rules=refused.value.proposal)
    told = manifest_of(fetched(at, release))
    assert told["attributes"] == ["quotable"]
    assert told["coarsened"] == [{"rule": "leave_out", "attribute": "site"}]


def test_a_release_of_nobody_is_not_asked_for(quick: Setting) -> None:
    with pytest.raises(NobodyInIt):
        asked(quick, quick.field.analyst)


def test_each_step_is_possible_at_its_time_only(quick: Setting) -> None:
    at = quick
    three(at)
    release = asked(at, at.field.analyst)
    with pytest.raises(NotNow):
        approved(at, release, at.field.lead)
    with pytest.raises(NotNow):
        done(at, release, Job.BUILD, at.field.lead)
    with pytest.raises(CannotOpen):
        done(at, release, Job.CHECK, at.field.analyst)
    with pytest.raises(NotNow):
        fetched(at, release)
    assert done(at, release, Job.CHECK, at.field.lead)
    assert done(at, release, Job.CHECK, at.field.lead), "it may be checked again"
    approved(at, release, at.field.lead)
    with pytest.raises(NotNow):
        approved(at, release, at.other_lead)
    assert done(at, release, Job.BUILD, at.other_lead)
    with at.stores.work() as work:
        fresh = releases.find(work.db, at.study_id, release.id)
        with pytest.raises(NotNow):
            asking.withdraw(work.db, fresh, by=at.field.analyst.account, now=at.now)
        with pytest.raises(NotNow):
            deciding.refuse(work.db, fresh, by=at.field.lead.account, reason="Too late.", now=at.now)
        with pytest.raises(Missing):
            releases.find(work.db, at.field.site_id, release.id)


def test_a_refusal_says_why_and_is_the_end(quick: Setting) -> None:
    at = quick
    three(at)
    release = asked(at, at.field.analyst)
    with at.stores.work() as work:
        with pytest.raises(Invalid):
            deciding.refuse(work.db, release, by=at.field.lead.account, reason=" ", now=at.now)
        deciding.refuse(work.db, release, by=at.field.lead.account, reason="Ask for less.", now=at.now)
        work.commit()
    assert (again(at, release).state, again(at, release).said) == (State.REFUSED, "Ask for less.")
    with pytest.raises(NotNow):
        done(at, release, Job.CHECK, at.field.lead)


def test_only_who_asked_takes_it_back_or_fetches_it(quick: Setting) -> None:
    at = quick
    three(at)
    release = asked(at, at.field.analyst)
    with at.stores.work() as work:
        with pytest.raises(NotYours):
            asking.withdraw(work.db, release, by=at.field.lead.account, now=at.now)
        asking.withdraw(work.db, release, by=at.field.analyst.account, now=at.now)
        work.commit()
    assert again(at, release).state is State.WITHDRAWN
    other = built(at)
    with pytest.raises(NotYours):
        fetched(at, other, at.field.lead)
    fetched(at, other)
    fetched(at, other)
    with at.stores.work(reading=True) as work:
        rows = releases.of_study(work.db, at.study_id, now=at.now)
    assert [(row.release.id, row.state, row.fetched) for row in rows] == [
        (row, state, count)
        for row, state, count in sorted(
            [(release.id, State.WITHDRAWN, 0), (other.id, State.BUILT, 2)], key=lambda each: each[0]
        )
    ]


def test_when_its_time_is_over_nothing_of_the_file_is_left(at: Setting) -> None:
    three(at)
    release = built(at, days=2)
    before = at.now
    at.now = before + timedelta(days=2)
    with at.stores.work(reading=True) as work:
        assert releases.summary(work.db, again(at, release), now=at.now).state is State.EXPIRED
    with pytest.raises(TimeOver):
        fetched(at, release)
    with at.stores.work() as work:
        assert fetching.expire(work.db, now=before) == 0
        assert fetching.expire(work.db, now=at.now) == 1
        assert fetching.expire(work.db, now=at.now) == 0
        work.commit()
        assert work.db.query(releases.ReleasePiece).count() == 0
    assert again(at, release).file_key is None
    with pytest.raises(TimeOver):
        fetched(at, release)
    assert deeds(at)[-1] == "expired"


def test_a_file_longer_than_a_piece_arrives_whole_and_no_piece_can_be_touched(quick: Setting) -> None:
    """ASVS 11.3.3."""
    at = quick
    with at.stores.work() as work:
        for number in range(3):
            words = " ".join(f"{n:x}" for n in range(number * 70_000, number * 70_000 + 1_600))
            who = add(work, at, f"Person Number{number}", "short")
            interview(work, at, who, words, "", words)
        work.commit()
    release = built(at)
    whole = fetched(at, release)
    assert whole["manifest.json"]
    with at.stores.work() as work:
        pieces = {piece.number: piece for piece in work.db.query(releases.ReleasePiece)}
        assert all(len(piece.blob) <= LARGEST + 2048 for piece in pieces.values())
        piece = pieces[0]
        kept = piece.blob
        for at_byte in (0, 10, len(kept) // 2, len(kept) - 1):
            piece.blob = kept[:at_byte] + bytes([kept[at_byte] ^ 1]) + kept[at_byte + 1 :]
            work.db.flush()
            with pytest.raises(CannotOpen):
                _stream(at, work.db, release)
        piece.blob = kept[:-20]
        work.db.flush()
        with pytest.raises(CannotOpen):
            _stream(at, work.db, release)
        work.db.delete(piece)
        work.db.flush()
        with pytest.raises(CannotOpen):
            _stream(at, work.db, release)


def _stream(at: Setting, db: object, release: Release) -> bytes:
    assert isinstance(db, Session)
    fresh = releases.find(db, at.study_id, release.id)
    opened = fetching.fetch(db, fresh, account=at.field.analyst.account, seed=at.field.analyst.seed, now=at.now)
    return b"".join(fetching.stream(db, opened))


def test_a_release_row_that_was_exchanged_opens_nothing(quick: Setting) -> None:
    at = quick
    three(at)
    one, other = built(at), built(at)
    with at.stores.work() as work:
        mine, theirs = (work.db.get_one(Release, each.id) for each in (one, other))
        mine.file_key, mine.lengths, mine.built = theirs.file_key, theirs.lengths, theirs.built
        work.db.flush()
        with pytest.raises(CannotOpen):
            _stream(at, work.db, one)
