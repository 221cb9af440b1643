"""Participants' keys: made while nobody is signed in, entered by code, gone with a newer code, swept if left over."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from survey import participants
from survey.participants import Participant
from tests import dying
from tests.vault.only import on_sqlite
from tests.vault.people import Person, approved_for, person, study_of
from tests.vault.stretching import Stretched
from vault import keyring, ledger, participant_keys
from vault.codes import LINK, TYPED, TypedCode
from vault.errors import CannotOpen
from vault.keyring import Access, Blind, Salt, Wrap
from vault.ledger import LedgerEntry
from vault.passphrases import unwrap_secret
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Scope, Study


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


@pytest.mark.parametrize("typed", [True, False])
def test_somebody_is_enrolled_while_nobody_is_signed_in_and_comes_in_by_their_code(
    work: Work, ada: Person, study: Study, now: datetime, typed: bool
) -> None:
    made = participant_keys.make(work.db, work.keyring, study.id, now=now, typed=typed)
    work.commit()
    entered = participant_keys.enter(work.keyring, TypedCode.parse(made.code.text.lower().replace("-", " ")))
    assert entered.participant_id == made.participant_id
    assert entered.keys == {scope: made.keys[scope] for scope in (Scope.RESPONSES, Scope.LINKAGE)}
    for scope in Scope:
        assert made.keys[scope] == participant_keys.open_for_member(
            work.db, work.keyring, study.id, made.participant_id, scope, account_id=ada.id, seed=ada.seed
        )
    assert len({*made.keys.values()}) == len(Scope)


@on_sqlite
def test_no_key_and_no_code_is_in_a_repr(work: Work, study: Study, now: datetime) -> None:
    """ASVS 16.2.5."""
    made = participant_keys.make(work.db, work.keyring, study.id, now=now)
    work.commit()
    shown = repr(made) + repr(participant_keys.enter(work.keyring, made.code))
    assert made.code.secret not in shown
    assert not any(repr(key) in shown or key.hex() in shown for key in made.keys.values())


def _other_secret(code: TypedCode) -> TypedCode:
    return TypedCode(code.locator, code.secret[:-1] + ("0" if code.secret[-1] != "0" else "1"))


@on_sqlite
def test_a_code_of_nobody_costs_as_much_work_as_a_wrong_secret_of_somebody(
    work: Work, study: Study, now: datetime, stretched: Stretched
) -> None:
    """ASVS 6.3.8: a typed code is stretched once whoever it names, a link never."""
    typed = participant_keys.make(work.db, work.keyring, study.id, now=now, typed=True).code
    link = participant_keys.make(work.db, work.keyring, study.id, now=now).code
    work.commit()
    nobody = "ZZZZZZ" if typed.locator != "ZZZZZZ" else "YYYYYY"
    for wrong, times in (
        (_other_secret(typed), 1),
        (TypedCode(nobody, "0" * TYPED), 1),
        (TypedCode(link.locator, "0" * TYPED), 1),
        (_other_secret(link), 0),
        (TypedCode(nobody, "0" * LINK), 0),
        (TypedCode(typed.locator, "0" * LINK), 0),
    ):
        stretched.clear()
        with pytest.raises(CannotOpen) as refused:
            participant_keys.enter(work.keyring, wrong)
        assert stretched == [(19456, 2)] * times
        assert refused.value.sentence == CannotOpen.public


@on_sqlite
def test_nobody_waits_while_somebody_elses_code_is_stretched(
    stores: Stores, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 15.2.2: SQLite has one writer at a time; coming in must not be it for a tenth of a second."""
    with stores.work() as work:
        study = study_of(work.db, person(work.db, "ada", now=now), now=now)
        made = participant_keys.make(work.db, work.keyring, study.id, now=now, typed=True)
        work.commit()
    wrote = []

    def meanwhile(*args: object) -> bytes:
        with stores.work() as other:
            participant_keys.make(other.db, other.keyring, study.id, now=now)
            other.commit()
        wrote.append(True)
        return unwrap_secret(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("vault.participant_keys.unwrap_secret", meanwhile)
    with stores.work() as work:
        assert participant_keys.enter(work.keyring, made.code).participant_id == made.participant_id
    assert wrote == [True]


def test_a_new_code_voids_the_former_and_opens_the_same_keys(work: Work, study: Study, now: datetime) -> None:
    """ASVS 6.4: a lost letter is of no use to who finds it."""
    made = participant_keys.make(work.db, work.keyring, study.id, now=now)
    newer = participant_keys.give_access(work.keyring, study.id, made.participant_id, made.keys, typed=True)
    work.commit()
    assert not newer.is_link
    assert newer.locator != made.code.locator
    with pytest.raises(CannotOpen):
        participant_keys.enter(work.keyring, made.code)
    assert participant_keys.enter(work.keyring, newer).keys[Scope.RESPONSES] == made.keys[Scope.RESPONSES]
    assert work.keyring.scalar(select(func.count()).select_from(Access)) == 1


@on_sqlite
def test_two_participants_have_nothing_in_common(work: Work, study: Study, now: datetime) -> None:
    """ASVS 11.5.1."""
    made = [participant_keys.make(work.db, work.keyring, study.id, now=now) for _ in range(30)]
    assert len({key for one in made for key in one.keys.values()}) == 90
    assert len({one.code.text for one in made}) == len({one.code.locator for one in made}) == 30
    assert len({salt.salt for salt in work.keyring.scalars(select(Salt))}) == 30
    assert len({wrap.blob for wrap in work.keyring.scalars(select(Wrap))}) == 150
    subjects = {participant_keys.commitment(work.keyring, one.participant_id) for one in made}
    assert len(subjects) == 30


@on_sqlite
def test_the_log_knows_a_participant_by_a_commitment_that_dies_with_their_salt(
    work: Work, study: Study, now: datetime
) -> None:
    made = participant_keys.make(work.db, work.keyring, study.id, now=now)
    who = made.participant_id
    subject = participant_keys.commitment(work.keyring, who)
    assert subject == participant_keys.commitment(work.keyring, who)
    assert participant_keys.detail(work.keyring, who, b"a") != participant_keys.detail(work.keyring, who, b"b")
    assert participant_keys.detail(work.keyring, who, b"") != subject
    keyring.drop(work.keyring, who, list(Scope))
    with pytest.raises(CannotOpen):
        participant_keys.commitment(work.keyring, who)
    with pytest.raises(CannotOpen):
        participant_keys.detail(work.keyring, who, b"a")


@on_sqlite
def test_nobody_is_enrolled_in_a_study_without_keys(work: Work, now: datetime) -> None:
    with pytest.raises(CannotOpen):
        participant_keys.make(work.db, work.keyring, uuid4(), now=now)


def enrol_elsewhere(database_url: str, keyring_url: str, study_id: UUID, now: datetime) -> None:
    with Stores.open(database_url, keyring_url).work() as work:
        participants.enrol(work.db, work.keyring, study_id, by=ledger.SYSTEM, now=now)
        work.commit()


def test_a_power_cut_at_any_moment_of_an_enrolment_leaves_nobody_without_keys_and_no_line_without_a_deed(
    stores: Stores, settings: Settings, now: datetime
) -> None:
    """ASVS 2.3.3: at worst keys of nobody are left, and they are swept two days later."""
    with stores.work() as work:
        study_id = study_of(work.db, person(work.db, "ada", now=now), now=now).id
        approved_for(work.db, study_id, now=now)
        work.commit()
    for moment in count():
        end = dying.run(enrol_elsewhere, settings.database_url, settings.keyring_url, study_id, now, die_at=moment)
        with stores.work(reading=True) as work:
            known = set(work.db.scalars(select(Participant.id)))
            holders = set(work.keyring.scalars(select(Wrap.participant_id)))
            assert known <= holders == set(work.keyring.scalars(select(Salt.participant_id)))
            lines = work.db.scalars(select(LedgerEntry).where(LedgerEntry.action == "participant.enrolled")).all()
            assert len(lines) == len(known)
        if end == 0:
            break
    assert moment == 4
    with stores.work() as work:
        for days, swept in ((0, 0), (1, 0), (2, 2), (2, 0)):
            found = keyring.sweep(work.keyring, participants.known(work.db), now=now + timedelta(days=days))
            assert found == swept
            work.commit()
    with stores.work(reading=True) as work:
        assert set(work.keyring.scalars(select(Wrap.participant_id))) == known
        assert len(known) == 2


@on_sqlite
def test_dropping_a_scope_leaves_the_others_and_dropping_all_leaves_nothing(
    work: Work, study: Study, now: datetime
) -> None:
    made = participant_keys.make(work.db, work.keyring, study.id, now=now)
    other = participant_keys.make(work.db, work.keyring, study.id, now=now)
    who = made.participant_id
    work.keyring.add(Blind(participant_id=who, study_id=study.id, token=b"t" * 32))
    keyring.drop(work.keyring, who, [Scope.LINKAGE])
    left = set(work.keyring.scalars(select(Wrap.scope).where(Wrap.participant_id == who)))
    assert left == {Scope.RESPONSES, Scope.AUDIO}
    assert work.keyring.get(Blind, who) is None
    assert work.keyring.get(Salt, who) is not None
    keyring.drop(work.keyring, who, list(Scope))
    work.commit()
    for table in (Wrap, Salt, Access):
        assert work.keyring.scalars(select(table).where(table.participant_id == who)).all() == []
    assert participant_keys.enter(work.keyring, other.code).participant_id == other.participant_id
