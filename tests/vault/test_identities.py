"""Names: sealed apart from answers, read by those who hold their key, found by address, and each look is in the log."""

import json
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, select, text, update

from tests.vault.only import on_sqlite
from tests.vault.people import Person, joined, person, study_of
from vault import identities, keyring, participant_keys, rotation
from vault.errors import CannotOpen
from vault.identities import Identity, IdentityRecord, Reader
from vault.keyring import Blind
from vault.ledger import LedgerEntry
from vault.sealing import new_key
from vault.store import Work
from vault.studies import Role, Scope, Study

WREN = Identity("Wren Marlowe", "Wren@Example.ORG", "+43 1 234567", "Under the bridge 7", "prefers mornings")
TABLE = cast(Table, IdentityRecord.__table__)


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """The lead."""
    return person(work.db, "ada", now=now)


@pytest.fixture
def study(work: Work, ada: Person, now: datetime) -> Study:
    """A study of hers."""
    made = study_of(work.db, ada, now=now)
    work.commit()
    return made


def enrolled(work: Work, study: Study, now: datetime, identity: Identity | None = WREN) -> tuple[UUID, bytes]:
    made = participant_keys.make(work.db, work.keyring, study.id, now=now)
    if identity is not None:
        identities.keep(work.db, study.id, made.participant_id, made.keys[Scope.LINKAGE], identity, now=now)
    work.commit()
    return made.participant_id, made.keys[Scope.LINKAGE]


def reader(who: Person) -> Reader:
    return Reader(who.id, who.seed)


def read(work: Work, study: Study, participant: UUID, who: Person, now: datetime) -> Identity | None:
    return identities.read(work.db, work.keyring, study.id, participant, reader(who), why="letter", now=now)


def find(work: Work, study: Study, email: str, who: Person, now: datetime) -> list[UUID]:
    return identities.find_each(work.db, work.keyring, study.id, [email], reader(who), now=now)[email]


def test_the_last_identity_counts_and_is_opened_by_who_holds_the_scope(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    participant, key = enrolled(work, study, now)
    moved = Identity("Wren Marlowe", "wren@elsewhere.example", "", "", "")
    identities.keep(work.db, study.id, participant, key, moved, now=now)
    bea = person(work.db, "bea", now=now)
    joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
    assert read(work, study, participant, ada, now) == read(work, study, participant, bea, now) == moved
    assert identities.own(work.db, participant, key) == moved
    nobody, _ = enrolled(work, study, now, None)
    assert read(work, study, nobody, ada, now) is None


@on_sqlite
def test_every_look_at_a_name_and_every_search_has_its_line_and_the_line_names_nobody(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 16.3: reads of identities are deeds."""
    participant, _ = enrolled(work, study, now)
    read(work, study, participant, ada, now)
    find(work, study, WREN.email, ada, now)
    bodies = work.db.scalars(select(LedgerEntry.body).order_by(LedgerEntry.number.desc()).limit(2)).all()
    searched, looked = (json.loads(body) for body in bodies)
    assert (looked["action"], searched["action"]) == ("identity.read", "identity.searched")
    assert looked["subject"] == participant_keys.commitment(work.keyring, participant)
    assert looked["actor"] == searched["actor"] == f"staff:{ada.id}"
    everything = "".join(work.db.scalars(select(LedgerEntry.body)))
    assert not any(word.lower() in everything.lower() for word in ("wren", "bridge", str(participant), "234567"))


@on_sqlite
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.LEAD, Role.COORDINATOR)])
def test_no_other_role_reads_a_name_or_finds_somebody_by_it(
    work: Work, ada: Person, study: Study, now: datetime, role: Role
) -> None:
    """ASVS 8.2, 8.4.1: nothing here asks for a permit."""
    participant, _ = enrolled(work, study, now)
    bea = person(work.db, "bea", now=now)
    joined(work.db, study, bea, role, by=ada, now=now)
    with pytest.raises(CannotOpen):
        read(work, study, participant, bea, now)
    with pytest.raises(CannotOpen):
        find(work, study, WREN.email, bea, now)


@on_sqlite
def test_somebody_is_found_by_address_however_it_is_spelled_though_nobody_was_signed_in_when_they_came(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    one, _ = enrolled(work, study, now)
    two, _ = enrolled(work, study, now, Identity("Robin", "robin@example.org"))
    three, _ = enrolled(work, study, now, Identity("Wren's sister", " wren@example.org "))
    enrolled(work, study, now, Identity("No address"))
    enrolled(work, study, now, None)
    assert set(find(work, study, "  WREN@example.org", ada, now)) == {one, three}
    assert find(work, study, "robin@example.org", ada, now) == [two]
    for nobody in ("", "   ", "wren@example.com", "wren"):
        assert find(work, study, nobody, ada, now) == []


@on_sqlite
def test_a_changed_address_is_found_and_the_former_is_not(work: Work, ada: Person, study: Study, now: datetime) -> None:
    participant, key = enrolled(work, study, now)
    assert find(work, study, WREN.email, ada, now) == [participant]
    identities.keep(work.db, study.id, participant, key, Identity("Wren", "new@example.org"), now=now)
    identities.forget_token(work.keyring, participant)
    assert find(work, study, WREN.email, ada, now) == []
    assert find(work, study, "new@example.org", ada, now) == [participant]


@on_sqlite
def test_the_index_tells_nothing_to_whoever_lacks_its_key_and_nothing_across_studies(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 14.2.4: guessing addresses needs the study's index key; the same address has another token elsewhere."""
    other = study_of(work.db, ada, now=now, title="Another")
    for each in (study, other):
        enrolled(work, each, now)
        find(work, each, "x@example.org", ada, now)
    tokens = work.keyring.scalars(select(Blind.token)).all()
    assert len(tokens) == len(set(tokens)) == 2
    assert {len(token) for token in tokens} == {32}


@on_sqlite
def test_searching_goes_on_after_the_key_has_changed_and_finds_nobody_twice(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    participant, _ = enrolled(work, study, now)
    assert find(work, study, WREN.email, ada, now) == [participant]
    work.carry_out(
        rotation.rotate(work.db, work.keyring, study.id, Scope.LINKAGE, account_id=ada.id, seed=ada.seed, now=now)
    )
    later, _ = enrolled(work, study, now)
    assert set(find(work, study, WREN.email, ada, now)) == {participant, later}


@on_sqlite
def test_whoever_is_anonymised_is_found_no_more_and_read_no_more(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    participant, _ = enrolled(work, study, now)
    find(work, study, WREN.email, ada, now)
    keyring.drop(work.keyring, participant, [Scope.LINKAGE])
    assert find(work, study, WREN.email, ada, now) == []
    with pytest.raises(CannotOpen):
        read(work, study, participant, ada, now)


@on_sqlite
def test_a_record_is_of_one_length_and_says_no_hour(work: Work, study: Study, now: datetime) -> None:
    """ASVS 14.2.4."""
    for identity in (Identity(), WREN, Identity(note="x" * 300)):
        enrolled(work, study, now, identity)
    rows = work.db.scalars(select(IdentityRecord)).all()
    assert {len(row.blob) for row in rows} == {542}
    assert {row.day for row in rows} == {now.date()}


@on_sqlite
def test_whoever_owns_the_database_cannot_give_a_name_to_somebody_else_or_a_former_one_back(
    work: Work, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 11.3.3: swap between participants and studies, replay of a former record, flip."""
    wren, key = enrolled(work, study, now)
    identities.keep(work.db, study.id, wren, key, Identity("Wren", "new@example.org"), now=now)
    robin, _ = enrolled(work, study, now, Identity("Robin", "robin@example.org"))
    work.db.execute(text("DROP TRIGGER identity_record_no_update"))
    former, last = work.db.scalars(
        select(IdentityRecord.blob).where(IdentityRecord.participant_id == wren).order_by(IdentityRecord.sequence)
    )
    theirs = work.db.scalar(select(IdentityRecord.blob).where(IdentityRecord.participant_id == robin))
    of_wren = (TABLE.c.participant_id == wren, TABLE.c.sequence == 2)
    flipped = last[:-1] + bytes([last[-1] ^ 1])
    for blob in (former, theirs, flipped, b"", last[:100]):
        work.db.execute(update(TABLE).where(*of_wren).values(blob=blob))
        work.db.expire_all()
        with pytest.raises(CannotOpen):
            read(work, study, wren, ada, now)
    work.db.execute(update(TABLE).where(*of_wren).values(blob=last, study_id=uuid4()))
    work.db.expire_all()
    with pytest.raises(CannotOpen):
        read(work, study, wren, ada, now)


def test_nothing_of_a_person_is_in_a_repr() -> None:
    """ASVS 16.2.5."""
    shown = repr(WREN) + repr(Reader(UUID(int=1), b"s" * 32))
    assert not any(word in shown for word in ("Wren", "Example", "234567", "bridge", "morning", "sss"))


def test_the_key_of_answers_opens_no_name(work: Work, study: Study, now: datetime) -> None:
    participant, _ = enrolled(work, study, now)
    with pytest.raises(CannotOpen):
        identities.own(work.db, participant, new_key())
