"""Somebody who has answered, and what it takes to forget them: for the tests of erasure."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from survey import participants
from survey.participants import Enrolled
from tests.vault.people import Person
from vault import erasure, ledger, participant_keys, records
from vault.erasure import Kind
from vault.errors import CannotOpen
from vault.keyring import Salt, Wrap
from vault.records import Address
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Scope, Study

ANSWER = b"what was said"


def enrolled(
    stores: Stores, study: Study, now: datetime, *, interviewer: Person | None = None, typed: bool = False
) -> Enrolled:
    """Somebody who has answered a page."""
    with stores.work() as work:
        made = participants.enrol(
            work.db, work.keyring, study.id, by=ledger.SYSTEM, now=now, typed=typed,
            interviewer=interviewer.account if interviewer else None,
        )  # fmt: skip
        place = Address(study.id, made.participant.id, "v", UUID(int=1), 0)
        records.save(work.db, made.keys[Scope.RESPONSES], place, ANSWER, now=now)
        work.commit()
    return made


def kept_of(stores: Stores, *people: Enrolled) -> list[bytes]:
    """All that the keyring holds of them: wraps and salts."""
    ids = [one.participant.id for one in people]
    with stores.work(reading=True) as work:
        wraps = work.keyring.scalars(select(Wrap.blob).where(Wrap.participant_id.in_(ids)))
        salts = work.keyring.scalars(select(Salt.salt).where(Salt.participant_id.in_(ids)))
        return [*wraps, *salts]


def promise(stores: Stores, one: Enrolled, kind: Kind, now: datetime) -> None:
    """It is promised, and nothing is destroyed yet."""
    with stores.work() as work:
        here = participants.find(work.db, one.participant.study_id, one.participant.id)
        participants.forget(work.db, work.keyring, here, kind, actor=ledger.SYSTEM, now=now)
        work.commit()


def carry_out(stores: Stores, settings: Settings, now: datetime) -> None:
    """Whatever was promised is done."""
    with stores.work() as work:
        work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))


def erase(stores: Stores, settings: Settings, one: Enrolled, now: datetime, kind: Kind = Kind.ERASE) -> None:
    """Both."""
    promise(stores, one, kind, now)
    carry_out(stores, settings, now)


def reads(stores: Stores, one: Enrolled, who: Person) -> bool:
    """Whether the lead reads what they said and they come in by their code; both or neither."""
    place = one.participant.study_id, one.participant.id
    with stores.work(reading=True) as work:
        try:
            key = participant_keys.open_for_member(
                work.db, work.keyring, *place, Scope.RESPONSES, account_id=who.id, seed=who.seed
            )
            assert [page.plain for page in records.load(work.db, key, place[1])] == [ANSWER]
            assert participant_keys.enter(work.keyring, one.code).keys[Scope.RESPONSES] == key
        except CannotOpen:
            with pytest.raises(CannotOpen):
                participant_keys.enter(work.keyring, one.code)
            return False
    return True
