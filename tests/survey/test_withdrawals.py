"""Leaving: what each way does, what it leaves, and that what died is read by nobody."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from consent import decisions
from consent.scopes import PARTICIPATION
from consent.scopes import Scope as Agreed
from instruments.route import Missingness
from survey import (
    agreements,
    drafts,
    holdings,
    invitations,
    letters,
    matrices,
    nominations,
    participants,
    responses,
    runs,
    statuses,
    withdrawals,
)
from survey.letters import Contents, LetterKind, LetterState
from survey.participants import Enrolled, Standing
from survey.runs import Response
from survey.statuses import HasWithdrawn, Status
from survey.withdrawals import Left, Way
from tests.survey.field import SURVEY, Field, field_of, grant, in_the_log, published, taking_part
from vault import identities, keyring, ledger, participant_keys, participant_sessions
from vault.errors import CannotOpen, Conflict, Missing
from vault.identities import Identity
from vault.participant_sessions import Visiting
from vault.store import Stores, Work
from vault.studies import Scope


def answering(work: Work, field: Field, now: datetime) -> tuple[Enrolled, Response]:
    """Somebody with a name, an answer, a draft, a letter that waits and a page that is open."""
    instrument = published(work, field, SURVEY, now=now).instrument_id
    who = taking_part(work, field, now=now)
    person, key, linkage = who.participant, who.keys[Scope.RESPONSES], who.keys[Scope.LINKAGE]
    identities.keep(work.db, field.study.id, person.id, linkage, Identity("Ann Wren", "wren@example.org"), now=now)
    response = responses.begin(work.db, work.keyring, person, instrument, grant(work, who), now=now)
    responses.save(
        work.db, key, grant(work, who), response, 2, {"comment": "what Wren said"}, seen=0,
        loaded=responses.load(work.db, key, response), now=now, subject=in_the_log(work, person.id),
    )  # fmt: skip
    drafts.keep(work.db, key, grant(work, who), response.address(2), {"comment": ["and"]}, seen=1, now=now)
    letters.queue(work.db, field.study.id, person.id, linkage, LetterKind.CODE, Contents(who.code.text), now=now)
    participant_sessions.welcome(work.db, work.keyring, field.study.id, person.id, who.keys, who.code, now=now)
    return who, response


def leave(work: Work, who: Enrolled, way: Way, folder: Path, now: datetime) -> withdrawals.Receipt:
    receipt = withdrawals.withdraw(work.db, work.keyring, who.participant, way, now=now)
    work.carry_out(withdrawals.carry_out(work.db, work.keyring, folder, now=now))
    return receipt


def opens(work: Work, field: Field, who: Enrolled, scope: Scope) -> bool:
    try:
        participant_keys.open_for_member(
            work.db, work.keyring, field.study.id, who.participant.id, scope, account_id=field.lead.id,
            seed=field.lead.seed,
        )  # fmt: skip
    except CannotOpen:
        return False
    return True


def test_every_way_says_beforehand_what_it_does_and_asks_no_reason() -> None:
    for way in Way:
        assert len(withdrawals.before(way)) >= 3
    assert "cannot be called back" in " ".join(map(str, withdrawals.before(Way.ERASE)))
    assert "reason" not in withdrawals.Withdrawal.__table__.columns


def test_who_stops_is_asked_nothing_more_and_what_they_said_stays(quick: Work, now: datetime, tmp_path: Path) -> None:
    field = field_of(quick, now=now)
    who, response = answering(quick, field, now)
    receipt = leave(quick, who, Way.STOP, tmp_path, now)
    assert who.participant.standing is Standing.STOPPED
    assert statuses.current(quick.db, who.participant.id) is Status.WITHDRAWN
    assert grant(quick, who).scopes == frozenset(Agreed) - PARTICIPATION
    assert all(opens(quick, field, who, scope) for scope in Scope)
    assert letters.counts(quick.db, field.study.id)[LetterState.WAITING] == 0
    assert quick.db.scalar(select(drafts.PageDraft)) is None
    assert responses.load(quick.db, who.keys[Scope.RESPONSES], response).answers == {"comment": "what Wren said"}
    with pytest.raises(HasWithdrawn):
        responses.begin(
            quick.db, quick.keyring, who.participant, response.instrument_id, grant(quick, who), now=now
        )  # fmt: skip
    with pytest.raises(HasWithdrawn):
        agreements.agree(
            quick.db, quick.keyring, who.participant, {Agreed.TAKE_PART: True}, document=field.document, language="en",
            now=now,
        )  # fmt: skip
    assert withdrawals.receipt(quick.db, receipt.reference.lower()) == receipt
    with pytest.raises(Missing):
        withdrawals.receipt(quick.db, "W-0000-0000")
    assert withdrawals.of_study(quick.db, field.study.id) == [
        Left(who.participant.pseudonym, Way.STOP, now.date(), receipt.reference)
    ]


def test_who_stopped_can_still_be_erased_and_nobody_leaves_twice_in_one_way(
    quick: Work, now: datetime, tmp_path: Path
) -> None:
    field = field_of(quick, now=now)
    who, _ = answering(quick, field, now)
    assert withdrawals.open_to(who.participant) == tuple(Way)
    leave(quick, who, Way.STOP, tmp_path, now)
    assert withdrawals.open_to(who.participant) == (Way.ANONYMISE, Way.ERASE)
    with pytest.raises(HasWithdrawn):
        leave(quick, who, Way.STOP, tmp_path, now)
    leave(quick, who, Way.ANONYMISE, tmp_path, now)
    leave(quick, who, Way.ERASE, tmp_path, now)
    assert withdrawals.open_to(who.participant) == ()
    for way in Way:
        with pytest.raises(HasWithdrawn):
            leave(quick, who, way, tmp_path, now)
    assert [left.way for left in withdrawals.of_study(quick.db, field.study.id)] == list(reversed(Way))


def test_who_becomes_anonymous_keeps_their_answers_and_loses_their_name(
    work: Work, field: Field, now: datetime, tmp_path: Path
) -> None:
    who, response = answering(work, field, now)
    leave(work, who, Way.ANONYMISE, tmp_path, now)
    assert {scope for scope in Scope if opens(work, field, who, scope)} == {Scope.RESPONSES, Scope.AUDIO}
    with pytest.raises(CannotOpen):
        identities.read(
            work.db, work.keyring, field.study.id, who.participant.id, field.reader, why="test", now=now
        )  # fmt: skip
    assert work.db.scalar(select(Visiting)) is None
    entered = participant_keys.enter(work.keyring, who.code)
    assert set(entered.keys) == {Scope.RESPONSES}
    held = holdings.of_participant(work.db, who.participant, entered.keys)
    assert (held.identity, [agreement.signature for agreement in held.agreements]) == (None, ["", ""])
    assert held.runs[0].given[0].answer == "what Wren said"
    assert grant(work, who).scopes == {Agreed.QUOTED, Agreed.LATER_RESEARCH}
    assert responses.load(work.db, entered.keys[Scope.RESPONSES], response).answers
    with pytest.raises(Conflict, match="whose code"):
        invitations.renew(work.db, work.keyring, who.participant, entered.keys, by=field.lead.id, now=now)
    assert set(participant_keys.enter(work.keyring, who.code).keys) == {Scope.RESPONSES}


def test_of_whoever_is_erased_everything_is_unreadable_for_everybody(
    work: Work, field: Field, now: datetime, tmp_path: Path
) -> None:
    who, response = answering(work, field, now)
    staying, _ = taking_part(work, field, now=now), None
    nominee = nominations.nominate(work.db, work.keyring, who.participant, Identity("Heron"), now=now)
    engine = work.keyring.get_bind()
    keyring.back_up(engine, tmp_path / "backups", now=now)  # type: ignore[arg-type]
    receipt = leave(work, who, Way.ERASE, tmp_path / "backups", now)
    assert receipt.way is Way.ERASE
    assert not any(opens(work, field, who, scope) for scope in Scope)
    assert all(opens(work, field, staying, scope) for scope in Scope)
    with pytest.raises(CannotOpen):
        participant_keys.enter(work.keyring, who.code)
    with pytest.raises(CannotOpen):
        participant_keys.commitment(work.keyring, who.participant.id)
    assert all(letter.blob == b"" for letter in work.db.scalars(select(letters.Letter))
               if letter.participant_id == who.participant.id)  # fmt: skip
    assert work.db.scalar(select(drafts.PageDraft)) is None
    assert work.db.scalar(select(Visiting)) is None
    assert grant(work, who).scopes == frozenset()
    anna = field.analyst
    matrix = matrices.asked(
        work.db, work.keyring, field.study.id, response.instrument_id, account_id=anna.id, seed=anna.seed, now=now
    )
    assert {cell for row in matrix.rows for cell in row.cells.values()} == {Missingness.WITHDRAWN}
    assert participants.find(work.db, field.study.id, nominee.id).standing is Standing.ENROLLED
    actions = [line["action"] for line in ledger.of_study(work.db, field.study.id)]
    assert actions.index("erasure.keys-destroyed") < actions.index("participant.withdrew")
    assert decisions.of_participant(work.db, who.participant.id)[-1].agreed is False
    for folder in (tmp_path / "backups", Path(str(engine.url.database)).parent):  # type: ignore[union-attr]
        for file in folder.glob("keyring*"):
            assert who.participant.id.hex.encode() not in file.read_bytes()


def test_two_who_leave_at_the_same_moment_leave_once(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        field = field_of(work, now=now)
        who, _ = answering(work, field, now)
        work.commit()
    with stores.work() as first:
        found = participants.find(first.db, field.study.id, who.participant.id)
        withdrawals.withdraw(first.db, first.keyring, found, Way.STOP, now=now)
        first.commit()
    with stores.work() as second:
        stale = second.db.merge(who.participant, load=False)
        with pytest.raises(HasWithdrawn):
            withdrawals.withdraw(second.db, second.keyring, stale, Way.STOP, now=now)


def test_what_is_held_about_somebody_is_theirs_to_read_and_to_take_along(quick: Work, now: datetime) -> None:
    field = field_of(quick, now=now)
    who, response = answering(quick, field, now)
    held = holdings.of_participant(quick.db, who.participant, who.keys)
    plain: Any = held.plain("en", notes="Only notes.")
    assert plain["person"] == {
        "name": "Ann Wren", "email": "wren@example.org", "telephone": "", "address": "", "note": "",
    }  # fmt: skip
    assert plain["site"] == "Calgary"
    assert plain["steps"] == [
        {"day": "2026-11-23", "step": "identified"},
        {"day": "2026-11-23", "step": "consented"},
    ]
    (run,) = plain["responses"]
    assert run == {
        "instrument": "Short survey", "version": 1, "kind": "self", "begun_on": "2026-11-23", "submitted_on": None,
        "answers": [{"id": "comment", "question": "Anything else?", "answer": "what Wren said"}],
    }  # fmt: skip
    (consent,) = plain["consents"]
    assert consent["signature"] == "Ann Wren"
    assert consent["decided"] == {scope.value: True for scope in Agreed}
    assert "Wren" not in repr(held)
    assert runs.of_participant(quick.db, who.participant.id) == (response,)
    with pytest.raises(Missing):
        holdings.of_participant(quick.db, who.participant, {})
