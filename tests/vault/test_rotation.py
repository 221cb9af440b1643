"""A new key for a scope: add, switch, delete, and a power cut at every moment in between."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests import dying
from tests.vault.people import Person, joined, person, study_of
from vault import departures, escrow, participant_keys, rotation, studies, study_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Conflict
from vault.keyring import Wrap
from vault.sealing import new_key
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Role, Scope, Study
from vault.study_keys import INDEX, KeyGrant, StudyKey
from vault.wraps import KeyPair

SCOPE = Scope.LINKAGE


def enrolled(stores: Stores, study_id: UUID, now: datetime) -> tuple[UUID, dict[Scope, bytes]]:
    with stores.work() as work:
        made = participant_keys.make(work.db, work.keyring, study_id, now=now)
        work.commit()
    return made.participant_id, dict(made.keys)


def opened(work: Work, study_id: UUID, participant: UUID, someone: Person, scope: Scope) -> bytes:
    return participant_keys.open_for_member(
        work.db, work.keyring, study_id, participant, scope, account_id=someone.id, seed=someone.seed
    )


@pytest.fixture
def ada(stores: Stores, now: datetime) -> Person:
    with stores.work() as work:
        made = person(work.db, "ada", now=now)
        work.commit()
    return made


@pytest.fixture
def study(stores: Stores, ada: Person, now: datetime) -> Study:
    with stores.work() as work:
        made = study_of(work.db, ada, now=now)
        work.commit()
    return made


def rotate(stores: Stores, study_id: UUID, who: Person, now: datetime, scope: Scope = SCOPE) -> None:
    with stores.work() as work:
        work.carry_out(
            rotation.rotate(work.db, work.keyring, study_id, scope, account_id=who.id, seed=who.seed, now=now)
        )


def rotate_elsewhere(
    database_url: str, keyring_url: str, study_id: UUID, account_id: UUID, seed: bytes, now: datetime
) -> None:
    stores = Stores.open(database_url, keyring_url)
    with stores.work() as work:
        work.carry_out(
            rotation.rotate(work.db, work.keyring, study_id, SCOPE, account_id=account_id, seed=seed, now=now)
        )


def epochs(work: Work, study_id: UUID) -> tuple[set[int], set[int], set[int]]:
    """Epochs of the scope that stand among keys, grants and wraps."""
    here = (StudyKey.study_id == study_id, StudyKey.scope == SCOPE)
    return (
        set(work.db.scalars(select(StudyKey.epoch).where(*here))),
        set(work.db.scalars(select(KeyGrant.epoch).where(KeyGrant.study_id == study_id, KeyGrant.scope == SCOPE))),
        set(work.keyring.scalars(select(Wrap.epoch).where(Wrap.scope == SCOPE, Wrap.kind == "study"))),
    )


def test_everybody_entitled_reads_on_and_the_old_key_opens_nothing(
    stores: Stores, ada: Person, study: Study, now: datetime
) -> None:
    with stores.work() as work:
        bea = person(work.db, "bea", now=now)
        joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
        old = study_keys.seed_of(work.db, study.id, SCOPE, account_id=bea.id, seed=bea.seed)
        index = study_keys.secret_of(work.db, study.id, SCOPE, INDEX, account_id=bea.id, seed=bea.seed)
        work.commit()
    people = [enrolled(stores, study.id, now) for _ in range(5)]
    rotate(stores, study.id, ada, now)
    with stores.work(reading=True) as work:
        for participant, keys in people:
            assert opened(work, study.id, participant, ada, SCOPE) == keys[SCOPE]
            assert opened(work, study.id, participant, bea, SCOPE) == keys[SCOPE]
        assert study_keys.secret_of(work.db, study.id, SCOPE, INDEX, account_id=bea.id, seed=bea.seed) == index
        assert epochs(work, study.id) == ({2}, {2}, {2})
        for row in work.keyring.scalars(select(Wrap).where(Wrap.scope == SCOPE)):
            for epoch in (1, 2):
                with pytest.raises(CannotOpen):
                    KeyPair(old).unwrap(row.blob, "participant-key", study.id, row.participant_id, SCOPE.value, epoch)
        assert rotation.unfinished(work.db, study.id) == []


@pytest.mark.slow
def test_a_power_cut_at_any_moment_loses_nobody_and_the_next_rotation_ends_it(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 2.3.3."""
    people = [enrolled(stores, study.id, now) for _ in range(3)]
    for moment in count():
        end = dying.run(
            rotate_elsewhere,
            settings.database_url, settings.keyring_url, study.id, ada.id, ada.seed, now,
            die_at=moment,
        )  # fmt: skip
        people.append(enrolled(stores, study.id, now))
        with stores.work(reading=True) as work:
            for participant, keys in people:
                assert opened(work, study.id, participant, ada, SCOPE) == keys[SCOPE], moment
        if end == 0:
            break
    assert moment >= 14, "the deed has fewer moments than it has commits"
    rotate(stores, study.id, ada, now)
    with stores.work(reading=True) as work:
        assert all(len(stood) == 1 for stood in epochs(work, study.id))
        assert work.keyring.scalar(
            select(func.count()).select_from(Wrap).where(Wrap.scope == SCOPE, Wrap.kind == "study")
        ) == len(people)


def _advance(stores: Stores, study_id: UUID, who: Person, now: datetime) -> Iterator[str]:
    """A rotation that stands still after each of its commits."""
    with stores.work() as work:
        steps = rotation.rotate(work.db, work.keyring, study_id, SCOPE, account_id=who.id, seed=who.seed, now=now)
        for step in steps:
            work.commit()
            yield step
        work.commit()


@pytest.mark.parametrize("pause", ["added", "wrapped", "switched", "gathered", "dropped", "forgotten"])
def test_two_rotations_into_each_other_lose_nobody(
    stores: Stores, ada: Person, study: Study, now: datetime, pause: str
) -> None:
    people = [enrolled(stores, study.id, now) for _ in range(3)]
    first = _advance(stores, study.id, ada, now)
    for step in first:
        if step == pause:
            break
    people.append(enrolled(stores, study.id, now))
    rotate(stores, study.id, ada, now)
    people.append(enrolled(stores, study.id, now))
    try:
        people.extend(enrolled(stores, study.id, now) for _ in first)
    except Conflict:
        assert pause in ("added", "wrapped")
    rotate(stores, study.id, ada, now)
    with stores.work(reading=True) as work:
        for participant, keys in people:
            assert opened(work, study.id, participant, ada, SCOPE) == keys[SCOPE]
        assert all(len(stood) == 1 for stood in epochs(work, study.id))


def test_a_public_key_planted_in_a_colleagues_row_is_not_given_the_new_key(
    stores: Stores, ada: Person, study: Study, now: datetime
) -> None:
    planted = KeyPair(new_key())
    with stores.work() as work:
        bea = person(work.db, "bea", now=now)
        joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
        work.db.get_one(Account, bea.id).public_key = planted.public
        work.commit()
    rotate(stores, study.id, ada, now)
    with stores.work(reading=True) as work:
        assert {grant.account_id for grant in study_keys.grants(work.db, study.id, SCOPE, 2)} == {ada.id}


def test_cards_open_the_key_of_today_though_nobody_looked_for_them(
    stores: Stores, ada: Person, study: Study, now: datetime
) -> None:
    def seeds(work: Work) -> dict[Scope, tuple[int, bytes]]:
        return {
            scope: (
                study_keys.study_key(work.db, study.id, scope).epoch,
                study_keys.seed_of(work.db, study.id, scope, account_id=ada.id, seed=ada.seed),
            )
            for scope in Scope
        }

    with stores.work() as work:
        cards = escrow.entrust(work.db, study.id, ["One", "Two", "Three"], 2, seeds(work), by=ada.id, now=now)
        work.commit()
    rotate(stores, study.id, ada, now)
    with stores.work(reading=True) as work:
        assert escrow.open_together(work.db, study.id, [card.code for card in cards[1:]]) == seeds(work)


def test_whoever_left_opens_nothing_that_is_in_use(stores: Stores, ada: Person, study: Study, now: datetime) -> None:
    """ASVS 7.4: a removed member; their copy of every key they ever held is worthless for what is in the keyring."""
    with stores.work() as work:
        bea, ivy = person(work.db, "bea", now=now), person(work.db, "ivy", now=now)
        analyst = joined(work.db, study, bea, Role.ANALYST, by=ada, now=now)
        interviewer = joined(work.db, study, ivy, Role.INTERVIEWER, by=ada, now=now)
        kept = study_keys.seed_of(work.db, study.id, Scope.RESPONSES, account_id=bea.id, seed=bea.seed)
        made = participant_keys.make(work.db, work.keyring, study.id, now=now, interviewer=ivy.account)
        work.commit()
    with stores.work() as work:
        for member in (analyst, interviewer):
            departures.part_with(work.db, work.db.merge(member), by=ada.id, now=now)
        work.commit()
    with stores.work() as work:
        assert departures.owed(work.db, study.id) == {"assignments", "responses"}
        work.carry_out(departures.settle(work.db, work.keyring, study.id, account_id=ada.id, seed=ada.seed, now=now))
    with stores.work(reading=True) as work:
        assert departures.owed(work.db, study.id) == frozenset()
        assert work.keyring.scalars(select(Wrap).where(Wrap.kind == "member")).all() == []
        assert opened(work, study.id, made.participant_id, ada, Scope.RESPONSES) == made.keys[Scope.RESPONSES]
        with pytest.raises(CannotOpen):
            opened(work, study.id, made.participant_id, bea, Scope.RESPONSES)
        for row in work.keyring.scalars(select(Wrap).where(Wrap.scope == Scope.RESPONSES, Wrap.kind == "study")):
            with pytest.raises(CannotOpen):
                KeyPair(kept).unwrap(row.blob, "participant-key", study.id, row.participant_id, "responses", row.epoch)


def settle_elsewhere(
    database_url: str, keyring_url: str, study_id: UUID, account_id: UUID, seed: bytes, now: datetime
) -> None:
    stores = Stores.open(database_url, keyring_url)
    with stores.work() as work:
        work.carry_out(departures.settle(work.db, work.keyring, study_id, account_id=account_id, seed=seed, now=now))


@pytest.mark.slow
def test_a_power_cut_while_somebody_leaves_is_made_good_later(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 2.3.3."""
    with stores.work() as work:
        bea = person(work.db, "bea", now=now)
        member = joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
        departures.part_with(work.db, member, by=ada.id, now=now)
        work.commit()
    participant, keys = enrolled(stores, study.id, now)
    for moment in count(0, 3):
        end = dying.run(
            settle_elsewhere,
            settings.database_url, settings.keyring_url, study.id, ada.id, ada.seed, now,
            die_at=moment,
        )  # fmt: skip
        with stores.work(reading=True) as work:
            assert opened(work, study.id, participant, ada, SCOPE) == keys[SCOPE], moment
            if end == 0:
                assert departures.owed(work.db, study.id) == frozenset()
                break


def test_a_changed_role_loses_the_keys_of_the_former_one(
    stores: Stores, ada: Person, study: Study, now: datetime
) -> None:
    with stores.work() as work:
        bea = person(work.db, "bea", now=now)
        member = joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
        changed = departures.change_role(work.db, member, Role.ANALYST, by=ada.id, now=now)
        work.carry_out(departures.settle(work.db, work.keyring, study.id, account_id=ada.id, seed=ada.seed, now=now))
        assert study_keys.held(work.db, study.id, bea.account) == frozenset()
        assert studies.membership(work.db, study.id, bea.id) is changed
