"""Cards for the worst day: any m of n, whichever were lost, and never fewer."""

from datetime import datetime
from itertools import combinations

import pytest
from sqlalchemy import delete, select, update

from tests.vault.only import on_sqlite
from tests.vault.people import Person, person, study_of
from vault import escrow, study_keys
from vault.codes import CodeUnreadable
from vault.errors import CannotOpen, Conflict
from vault.escrow import Card, EscrowShare
from vault.store import Work
from vault.studies import Scope, Study
from vault.wraps import KeyPair

HOLDERS = ["Board", "Officer", "Library", "Dean", "Notary"]
Seeds = dict[Scope, tuple[int, bytes]]


def seeds(work: Work, study: Study, lead: Person) -> Seeds:
    return {
        scope: (1, study_keys.seed_of(work.db, study.id, scope, account_id=lead.id, seed=lead.seed)) for scope in Scope
    }


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """The lead."""
    return person(work.db, "ada", now=now)


@pytest.fixture
def study(work: Work, ada: Person, now: datetime) -> Study:
    """A study of hers."""
    return study_of(work.db, ada, now=now)


def entrusted(work: Work, study: Study, ada: Person, now: datetime, threshold: int = 3) -> list[Card]:
    return escrow.entrust(
        work.db, study.id, HOLDERS, threshold, seeds(work, study, ada), by=ada.id, now=now
    )  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("threshold", [2, 3, 5])
def test_any_cards_that_are_enough_open_and_one_fewer_never_do(
    work: Work, study: Study, ada: Person, now: datetime, threshold: int
) -> None:
    """Whichever of the cards were lost."""
    cards = entrusted(work, study, ada, now, threshold)
    right = seeds(work, study, ada)
    for enough in combinations(cards, threshold):
        assert escrow.open_together(work.db, study.id, [card.code for card in enough]) == right
    for few in combinations(cards, threshold - 1):
        with pytest.raises(CannotOpen):
            escrow.open_together(work.db, study.id, [card.code for card in few])


@on_sqlite
def test_a_mistyped_card_among_enough_is_said_to_be_mistyped(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    cards = entrusted(work, study, ada, now)
    codes = [card.code for card in cards]
    wrong = codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1")
    with pytest.raises(CannotOpen, match="mistyped"):
        escrow.open_together(work.db, study.id, [wrong, *codes[1:]])
    with pytest.raises(CannotOpen, match="too few cards"):
        escrow.open_together(work.db, study.id, [codes[0], codes[0].lower(), codes[1], ""])
    with pytest.raises(CodeUnreadable):
        escrow.open_together(work.db, study.id, ["not a card!"])
    with pytest.raises(Conflict):
        escrow.check_card(work.db, study.id, wrong)


@on_sqlite
def test_cards_of_one_study_open_no_other(work: Work, study: Study, ada: Person, now: datetime) -> None:
    """ASVS 11.3.3."""
    other = study_of(work.db, ada, now=now, title="Another")
    mine, theirs = entrusted(work, study, ada, now), entrusted(work, other, ada, now)
    with pytest.raises(CannotOpen):
        escrow.open_together(work.db, study.id, [card.code for card in theirs])
    with pytest.raises(CannotOpen):
        escrow.open_together(work.db, study.id, [mine[0].code, mine[1].code, theirs[2].code])


@on_sqlite
def test_whoever_owns_the_database_cannot_swap_alter_or_drop_a_share_unnoticed(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    """ASVS 11.3.3, 11.2.5: one error."""
    codes = [card.code for card in entrusted(work, study, ada, now, 5)]
    rows = work.db.scalars(select(EscrowShare)).all()
    one = next(row for row in rows if row.scope is Scope.AUDIO)
    other = next(row for row in rows if row.scope is Scope.LINKAGE and row.holder_id == one.holder_id)
    for column, planted in (
        ("share", other.share), ("sealed", other.sealed), ("share", b""), ("share", one.share[:-1] + b"x"),
    ):  # fmt: skip
        kept = getattr(one, column)
        everywhere = update(EscrowShare).where(EscrowShare.scope == Scope.AUDIO)
        here = everywhere if column == "sealed" else everywhere.where(EscrowShare.holder_id == one.holder_id)
        work.db.execute(here.values({column: planted}))
        work.db.expire_all()
        with pytest.raises(CannotOpen):
            escrow.open_together(work.db, study.id, codes)
        work.db.execute(here.values({column: kept}))
        work.db.expire_all()
    assert escrow.open_together(work.db, study.id, codes) == seeds(work, study, ada)
    work.db.execute(delete(EscrowShare).where(EscrowShare.scope == Scope.AUDIO, EscrowShare.holder_id == one.holder_id))
    work.db.expire_all()
    with pytest.raises(CannotOpen):
        escrow.open_together(work.db, study.id, codes)


@on_sqlite
def test_whoever_regains_the_keys_is_told_if_the_studys_public_key_was_exchanged(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    codes = [card.code for card in entrusted(work, study, ada, now)]
    study_keys.study_key(work.db, study.id, Scope.AUDIO).public = KeyPair(b"e" * 32).public
    work.db.flush()
    with pytest.raises(CannotOpen):
        escrow.regain(work.db, study.id, codes, account=ada.account, now=now)


def test_a_card_has_160_bits_and_is_in_no_repr(work: Work, study: Study, ada: Person, now: datetime) -> None:
    """ASVS 11.5.1, 16.2.5."""
    cards = entrusted(work, study, ada, now)
    assert {len(card.code.replace("-", "")) for card in cards} == {32}
    assert len({card.code for card in cards}) == 5
    assert all(card.code not in repr(card) for card in cards)
    assert [card.holder for card in cards] == HOLDERS
