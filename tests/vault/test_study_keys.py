"""Study keys: roles are different keys, not different WHERE clauses."""

from datetime import datetime

import pytest
from sqlalchemy import update

from tests.vault.people import Person, joined, person, study_of
from vault import escrow, studies, study_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Conflict, Invalid, Missing
from vault.store import Work
from vault.studies import HOLDS, Role, Scope, Study
from vault.study_keys import INDEX, FingerprintDiffers, KeyGrant, NoKeyYet, StudyKey
from vault.wraps import KeyPair, fingerprint


def opens(work: Work, study: Study, someone: Person, scope: Scope) -> bool:
    try:
        study_keys.seed_of(work.db, study.id, scope, account_id=someone.id, seed=someone.seed)
    except CannotOpen:
        return False
    return True


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_scopes_and_no_other_with_no_permission_check_in_sight(
    work: Work, now: datetime, role: Role
) -> None:
    """ASVS 8.2, 8.4.1: nothing here asks for a permit; the unwrap itself says no."""
    ada, bea, eve = (person(work.db, name, now=now) for name in ("ada", "bea", "eve"))
    study = study_of(work.db, ada, now=now)
    other = study_of(work.db, eve, now=now, title="Another")
    joined(work.db, study, bea, role, by=ada, now=now)
    assert {scope for scope in Scope if opens(work, study, bea, scope)} == HOLDS[role]
    assert not any(opens(work, other, bea, scope) or opens(work, study, eve, scope) for scope in Scope)


def test_a_stolen_grant_opens_for_nobody_else_and_nowhere_else(work: Work, now: datetime) -> None:
    """ASVS 11.3.3: swap of every wrap."""
    ada, eve = person(work.db, "ada", now=now), person(work.db, "eve", now=now)
    study = study_of(work.db, ada, now=now)
    rows = {scope: study_keys.grants(work.db, study.id, scope, 1)[0] for scope in Scope}
    blobs = {scope: rows[scope].blob for scope in Scope}
    for scope in Scope:
        with pytest.raises(CannotOpen):
            KeyPair(eve.seed).unwrap(blobs[scope], "grant", study.id, scope.value, 1, ada.id)
        for other in set(Scope) - {scope}:
            rows[scope].blob = blobs[other]
            assert not opens(work, study, ada, scope)
        rows[scope].blob = blobs[scope]
        assert opens(work, study, ada, scope)


def test_the_giver_must_hold_the_scope(work: Work, now: datetime) -> None:
    ada, bea, cy = (person(work.db, name, now=now) for name in ("ada", "bea", "cy"))
    study = study_of(work.db, ada, now=now)
    joined(work.db, study, bea, Role.ANALYST, by=ada, now=now)
    member = studies.join(work.db, study.id, cy.id, Role.LEAD, by=ada.id, now=now)
    shown = fingerprint(cy.account.public_key or b"")
    with pytest.raises(CannotOpen):
        study_keys.give(work.db, member, cy.account, shown=shown, by=bea.id, seed=bea.seed, now=now)


def test_keys_go_to_the_fingerprint_that_was_on_the_screen(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    member = studies.join(work.db, study.id, bea.id, Role.LEAD, by=ada.id, now=now)
    shown = fingerprint(bea.account.public_key or b"")
    bea.account.public_key = KeyPair(b"e" * 32).public
    with pytest.raises(FingerprintDiffers):
        study_keys.give(work.db, member, bea.account, shown=shown, by=ada.id, seed=ada.seed, now=now)


def test_an_account_that_never_showed_it_can_open_gets_no_key(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    member = studies.join(work.db, study.id, bea.id, Role.LEAD, by=ada.id, now=now)
    bea.account.rehearsed_at = None
    shown = fingerprint(bea.account.public_key or b"")
    with pytest.raises(NoKeyYet):
        study_keys.give(work.db, member, bea.account, shown=shown, by=ada.id, seed=ada.seed, now=now)


def test_a_planted_study_key_is_noticed_by_whoever_opens_the_seed(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    work.db.execute(update(StudyKey).where(StudyKey.study_id == study.id).values(public=KeyPair(b"e" * 32).public))
    assert not any(opens(work, study, ada, scope) for scope in Scope)


def test_the_index_secret_is_for_the_holders_of_names_only(work: Work, now: datetime) -> None:
    ada, bea, cy = (person(work.db, name, now=now) for name in ("ada", "bea", "cy"))
    study = study_of(work.db, ada, now=now)
    joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
    joined(work.db, study, cy, Role.ANALYST, by=ada, now=now)

    def secret(someone: Person) -> bytes:
        return study_keys.secret_of(work.db, study.id, Scope.LINKAGE, INDEX, account_id=someone.id, seed=someone.seed)

    assert secret(ada) == secret(bea)
    with pytest.raises(CannotOpen):
        secret(cy)


def _seeds(work: Work, study: Study, lead: Person) -> dict[Scope, tuple[int, bytes]]:
    return {
        scope: (
            study_keys.study_key(work.db, study.id, scope).epoch,
            study_keys.seed_of(work.db, study.id, scope, account_id=lead.id, seed=lead.seed),
        )
        for scope in Scope
    }


OFFICES = ["The ethics office", "The data protection officer", "The library"]


def test_enough_cards_give_a_lead_the_keys_back_and_fewer_do_not(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    before = _seeds(work, study, ada)
    cards = escrow.entrust(work.db, study.id, OFFICES, 2, before, by=ada.id, now=now)
    work.db.execute(KeyGrant.__table__.delete())  # type: ignore[attr-defined]
    work.db.expire_all()
    assert not any(opens(work, study, ada, scope) for scope in Scope)
    for few in ([], [cards[0].code], [cards[0].code, cards[0].code], [cards[0].code, "0" * 32]):
        with pytest.raises(CannotOpen):
            escrow.regain(work.db, study.id, few, account=ada.account, now=now)
    typed = [cards[2].code.lower().replace("-", " "), cards[1].code]
    escrow.regain(work.db, study.id, typed, account=ada.account, now=now)
    assert _seeds(work, study, ada) == before


def test_new_cards_void_the_old_ones(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    old = escrow.entrust(work.db, study.id, OFFICES, 2, _seeds(work, study, ada), by=ada.id, now=now)
    new = escrow.entrust(work.db, study.id, OFFICES, 3, _seeds(work, study, ada), by=ada.id, now=now)
    with pytest.raises(CannotOpen):
        escrow.open_together(work.db, study.id, [card.code for card in old])
    with pytest.raises(CannotOpen):
        escrow.open_together(work.db, study.id, [card.code for card in new[:2]])
    assert escrow.open_together(work.db, study.id, [card.code for card in new]) == _seeds(work, study, ada)
    assert escrow.check_card(work.db, study.id, new[1].code).name == OFFICES[1]
    with pytest.raises(Conflict):
        escrow.check_card(work.db, study.id, old[1].code)


@pytest.mark.parametrize(("names", "threshold"), [(OFFICES, 1), (OFFICES, 4), (["One"], 1), (["One", "One"], 2)])
def test_cards_that_would_protect_nothing_are_refused(
    work: Work, now: datetime, names: list[str], threshold: int
) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    with pytest.raises(Invalid):
        escrow.entrust(work.db, study.id, names, threshold, _seeds(work, study, ada), by=ada.id, now=now)


def test_cards_serve_a_lead_of_the_study_and_nobody_else(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
    cards = escrow.entrust(work.db, study.id, OFFICES, 2, _seeds(work, study, ada), by=ada.id, now=now)
    with pytest.raises(Missing):
        escrow.regain(work.db, study.id, [card.code for card in cards], account=bea.account, now=now)


def test_no_card_and_no_seed_stands_in_the_database(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    seeds = _seeds(work, study, ada)
    cards = escrow.entrust(work.db, study.id, OFFICES, 2, seeds, by=ada.id, now=now)
    work.db.flush()
    everything = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for table in Account.metadata.sorted_tables
        for row in work.db.execute(table.select())
        for value in row
    )
    secrets = [seed for _, seed in seeds.values()] + [ada.seed]
    assert not any(secret in everything or secret.hex().encode() in everything for secret in secrets)
    assert not any(card.code.encode() in everything or card.code in repr(card) for card in cards)
