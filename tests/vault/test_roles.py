"""Roles are different keys, not different questions: with every permission check deleted nothing more is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.vault.only import on_sqlite
from tests.vault.people import Person, joined, person, study_of
from vault import identities, participant_keys, records, studies
from vault.errors import CannotOpen
from vault.identities import Identity, Reader
from vault.keyring import Access, Wrap
from vault.participant_keys import NewKeys
from vault.pieces import open_piece, piece_key, seal_piece
from vault.records import Address
from vault.store import Work
from vault.studies import HOLDS, Permit, Role, Scope, Study
from vault.study_keys import StudyKey
from vault.wraps import KeyPair

ANSWER, NAME, SOUND = b"I never told anybody", "Wren Marlowe", b"a voice"


@dataclass
class Compartment:
    """A study, who is in it, and what lies in it of one participant."""

    study: Study
    lead: Person
    made: NewKeys
    sound: bytes


def compartment(work: Work, lead: Person, now: datetime, interviewer: Person | None = None) -> Compartment:
    study = study_of(work.db, lead, now=now)
    account = interviewer.account if interviewer else None
    made = participant_keys.make(work.db, work.keyring, study.id, now=now, interviewer=account)
    who, keys = made.participant_id, made.keys
    records.save(work.db, keys[Scope.RESPONSES], Address(study.id, who, "v", UUID(int=9), 0), ANSWER, now=now)
    identities.keep(work.db, study.id, who, keys[Scope.LINKAGE], Identity(NAME, "wren@example.org"), now=now)
    sound = seal_piece(piece_key(keys[Scope.AUDIO], "r"), SOUND, study.id, who, "r", 0)
    work.commit()
    return Compartment(study, lead, made, sound)


@pytest.fixture
def everything_is_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every permission check is deleted: whoever asks is a lead with every permit there is."""
    monkeypatch.setattr(studies, "permits_of", lambda _: frozenset(Permit))
    monkeypatch.setattr(studies, "PERMITS", {role: frozenset(Permit) for role in Role})


def keys_of(work: Work, of: Compartment, who: Person) -> Iterator[tuple[Scope, bytes]]:
    """Every key of the participant that ``who`` opens by any way there is, with what is in both databases."""
    place = (of.study.id, of.made.participant_id)
    for scope in Scope:
        ways: list[Callable[[Scope], bytes]] = [
            lambda scope: participant_keys.open_for_member(
                work.db, work.keyring, *place, scope, account_id=who.id, seed=who.seed
            ),
            lambda scope: participant_keys.open_for_member(
                work.db, work.keyring, *place, scope, account_id=of.lead.id, seed=who.seed
            ),
            lambda scope: participant_keys.open_assigned(
                work.keyring, *place, scope, account=who.account, seed=who.seed
            ),
            lambda scope: participant_keys.opener(work.db, of.study.id, scope, account_id=who.id, seed=who.seed)(
                work.keyring, of.made.participant_id
            ),
        ]
        for way in ways:
            try:
                yield scope, way(scope)
            except CannotOpen:
                continue
    # And whatever the member's own pair opens of any wrap, wherever it was put.
    pair = KeyPair(who.seed)
    for row in work.keyring.scalars(select(Wrap)):
        for context in (
            ("participant-key", *place, row.scope.value, row.epoch),
            ("participant-key-member", *place, row.scope.value, who.id, row.epoch),
        ):
            try:
                yield row.scope, pair.unwrap(row.blob, *context)
            except CannotOpen:
                continue


def reads(work: Work, of: Compartment, who: Person, now: datetime) -> set[str]:
    """What of the participant's material ``who`` gets to see, with whatever they can open."""
    seen = set()
    participant = of.made.participant_id
    for scope, key in keys_of(work, of, who):
        assert key == of.made.keys[scope]
        if scope is Scope.RESPONSES:
            seen |= {"answers"} if records.load(work.db, key, participant)[0].plain == ANSWER else set()
        elif scope is Scope.LINKAGE:
            found = identities.own(work.db, participant, key)
            seen |= {"name"} if found and found.name == NAME else set()
        elif open_piece(piece_key(key, "r"), of.sound, of.study.id, participant, "r", 0) == SOUND:
            seen |= {"sound"}
    try:
        identities.read(
            work.db, work.keyring, of.study.id, participant, Reader(who.id, who.seed), why="curiosity", now=now
        )
        seen |= {"name"}
    except CannotOpen:
        pass
    return seen


MATERIAL = {Scope.RESPONSES: "answers", Scope.AUDIO: "sound", Scope.LINKAGE: "name"}


@pytest.mark.usefixtures("everything_is_permitted")
@pytest.mark.parametrize("role", list(Role))
def test_with_every_permission_check_deleted_a_role_reads_what_its_keys_open_and_nothing_else(
    work: Work, now: datetime, role: Role
) -> None:
    """ASVS 8.2.2, 8.2.3, 8.4.1: answers, recordings and names, of one's own study and of another."""
    ada, bea, eve = (person(work.db, name, now=now) for name in ("ada", "bea", "eve"))
    here, there = compartment(work, ada, now), compartment(work, eve, now)
    joined(work.db, here.study, bea, role, by=ada, now=now)
    work.commit()
    assert reads(work, here, bea, now) == {MATERIAL[scope] for scope in HOLDS[role]}
    assert reads(work, there, bea, now) == set()
    assert reads(work, here, eve, now) == set()


@on_sqlite
@pytest.mark.usefixtures("everything_is_permitted")
def test_an_interviewer_reads_the_participants_assigned_to_them_and_no_other(work: Work, now: datetime) -> None:
    """ASVS 8.2.2: of the same study, side by side in the same tables."""
    ada, ivy, joe = (person(work.db, name, now=now) for name in ("ada", "ivy", "joe"))
    mine = compartment(work, ada, now, interviewer=ivy)
    for who in (ivy, joe):
        joined(work.db, mine.study, who, Role.INTERVIEWER, by=ada, now=now)
    other = participant_keys.make(work.db, work.keyring, mine.study.id, now=now, interviewer=joe.account)
    theirs = Compartment(mine.study, ada, other, b"")
    work.commit()
    assert reads(work, mine, ivy, now) == {"answers", "sound", "name"}
    assert reads(work, mine, joe, now) == set()
    assert {scope for scope, _ in keys_of(work, theirs, ivy)} == set()
    participant_keys.unassign(work.keyring, mine.made.participant_id, ivy.id)
    assert reads(work, mine, ivy, now) == set()


@on_sqlite
def test_an_assignment_is_of_no_use_after_new_keys_or_in_another_row(work: Work, now: datetime) -> None:
    """ASVS 11.3.3: swap of wraps between scopes, participants and interviewers."""
    ada, ivy, joe = (person(work.db, name, now=now) for name in ("ada", "ivy", "joe"))
    of = compartment(work, ada, now, interviewer=ivy)
    participant, study_id = of.made.participant_id, of.study.id
    other = participant_keys.make(work.db, work.keyring, study_id, now=now, interviewer=ivy.account)
    rows = {
        (row.participant_id, row.scope): row
        for row in work.keyring.scalars(select(Wrap).where(Wrap.kind == "member"))
    }  # fmt: skip
    mine, theirs = rows[participant, Scope.RESPONSES], rows[other.participant_id, Scope.RESPONSES]
    kept = mine.blob
    for planted in (theirs.blob, rows[participant, Scope.AUDIO].blob, kept[:-1] + bytes([kept[-1] ^ 1]), b""):
        mine.blob = planted
        with pytest.raises(CannotOpen):
            participant_keys.open_assigned(
                work.keyring, study_id, participant, Scope.RESPONSES, account=ivy.account, seed=ivy.seed
            )
    mine.blob = kept
    for account, seed in ((joe.account, joe.seed), (ivy.account, joe.seed), (joe.account, ivy.seed)):
        with pytest.raises(CannotOpen):
            participant_keys.open_assigned(
                work.keyring, study_id, participant, Scope.RESPONSES, account=account, seed=seed
            )
    ivy.account.key_number += 1
    with pytest.raises(CannotOpen):
        participant_keys.open_assigned(
            work.keyring, study_id, participant, Scope.RESPONSES, account=ivy.account, seed=ivy.seed
        )


@on_sqlite
def test_nobody_is_assigned_to_an_account_that_never_showed_it_can_open(work: Work, now: datetime) -> None:
    ada, ivy = person(work.db, "ada", now=now), person(work.db, "ivy", now=now)
    study = study_of(work.db, ada, now=now)
    ivy.account.rehearsed_at = None
    with pytest.raises(CannotOpen):
        participant_keys.make(work.db, work.keyring, study.id, now=now, interviewer=ivy.account)


@on_sqlite
def test_wraps_for_the_study_cannot_change_places(work: Work, now: datetime) -> None:
    """ASVS 11.3.3: between participants, scopes and epochs."""
    ada = person(work.db, "ada", now=now)
    of = compartment(work, ada, now)
    other = participant_keys.make(work.db, work.keyring, of.study.id, now=now)
    rows = {
        (row.participant_id, row.scope): row
        for row in work.keyring.scalars(select(Wrap).where(Wrap.kind == "study"))
    }  # fmt: skip
    blobs = {place: row.blob for place, row in rows.items()}

    def opened(scope: Scope) -> bytes:
        return participant_keys.open_for_member(
            work.db, work.keyring, of.study.id, of.made.participant_id, scope, account_id=ada.id, seed=ada.seed
        )

    for scope in Scope:
        mine = rows[of.made.participant_id, scope]
        for place, blob in blobs.items():
            if place != (of.made.participant_id, scope):
                mine.blob = blob
                with pytest.raises(CannotOpen):
                    opened(scope)
        mine.blob = blobs[of.made.participant_id, scope]
        assert opened(scope) == of.made.keys[scope]
    assert other.keys[Scope.AUDIO] != of.made.keys[Scope.AUDIO]
    # Enrolling needs the study's public key, so whoever writes into the database could plant theirs: for those who
    # are enrolled afterwards. Whoever opens the seed next is told.
    for key in work.db.scalars(select(StudyKey)):
        key.public = KeyPair(b"e" * 32).public
    work.db.flush()
    for scope in Scope:
        with pytest.raises(CannotOpen):
            opened(scope)


@on_sqlite
@pytest.mark.parametrize("typed", [True, False])
def test_a_participants_own_wraps_cannot_change_places(work: Work, now: datetime, typed: bool) -> None:
    """ASVS 11.3.3: one participant's code does not open another's keys, whatever is done with rows."""
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    one, two = (participant_keys.make(work.db, work.keyring, study.id, now=now, typed=typed) for _ in range(2))
    work.commit()

    def wrap_of(made: NewKeys, scope: Scope) -> Wrap:
        return work.keyring.scalars(
            select(Wrap).where(Wrap.kind == "self", Wrap.participant_id == made.participant_id, Wrap.scope == scope)
        ).one()

    for scope in (Scope.RESPONSES, Scope.LINKAGE):
        mine, theirs = wrap_of(one, scope), wrap_of(two, scope)
        kept = mine.blob
        for planted in (theirs.blob, kept[:-1] + bytes([kept[-1] ^ 1]), b"", wrap_of(one, Scope.LINKAGE).blob[::-1]):
            wrap_of(one, scope).blob = planted
            work.commit()
            with pytest.raises(CannotOpen):
                participant_keys.enter(work.keyring, one.code)
        wrap_of(one, scope).blob = kept
        work.commit()
    work.keyring.delete(work.keyring.get_one(Access, two.code.locator))
    work.keyring.flush()
    work.keyring.get_one(Access, one.code.locator).participant_id = two.participant_id
    work.commit()
    with pytest.raises(CannotOpen):
        participant_keys.enter(work.keyring, one.code)
