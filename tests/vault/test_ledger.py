"""The log: one line for each deed, with the deed or not at all, for ever as it was written."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from vault import ledger
from vault.ledger import LedgerEntry
from vault.store import Stores, Work

EARLY = datetime(1000, 1, 2)  # noqa: DTZ001  (of years with fewer digits platforms have their own spelling)


def test_a_line_is_written_with_the_deed_or_not_at_all(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
    with stores.work() as work:
        assert work.db.scalar(select(func.count()).select_from(LedgerEntry)) == 0
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        work.commit()
    with stores.work(reading=True) as work:
        assert work.db.scalar(select(func.count()).select_from(LedgerEntry)) == 1


def test_the_format_of_a_line_is_this_and_stays_this(work: Work, now: datetime) -> None:
    study = uuid4()
    who = ledger.participant("ab" * 32)
    ledger.append(
        work.db, "consent.decided", actor=who, now=now, study=study, subject="cd" * 32, scope="quote", agreed=False
    )
    work.db.flush()
    assert work.db.scalar(select(LedgerEntry.body)) == (
        f'{{"action":"consent.decided","actor":"{who}","at":"2026-11-23T12:00:00.000Z","detail":"",'
        f'"facts":{{"agreed":false,"scope":"quote"}},"study":"{study}","subject":"{"cd" * 32}","v":1}}'
    )


@pytest.mark.parametrize("deed", ["UPDATE ledger_entry SET body = 'x'", "DELETE FROM ledger_entry"])
def test_no_line_is_changed_or_deleted_by_whoever_has_the_database(stores: Stores, now: datetime, deed: str) -> None:
    """ASVS 16.4.2, as far as triggers hold it; the signed tree holds it against the owner of the database."""
    with stores.work() as work:
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        work.commit()
    with stores.work() as work, pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(text(deed))


@pytest.mark.parametrize(
    ("action", "actor", "subject"),
    [
        ("Signed in", ledger.OPERATOR, ""),
        ("signed", ledger.OPERATOR, ""),
        ("account.signed-in", "ada@example.org", ""),
        ("account.signed-in", "staff:Ada Lovelace", ""),
        ("account.signed-in", ledger.SYSTEM, "P-7KQ4"),
    ],
)
def test_a_person_cannot_slip_into_a_line(work: Work, now: datetime, action: str, actor: str, subject: str) -> None:
    with pytest.raises(ValueError, match=r"log|commitments"):
        ledger.append(work.db, action, actor=actor, now=now, subject=subject)


@given(salt=st.binary(min_size=1, max_size=64), value=st.binary(max_size=200))
def test_a_commitment_is_what_its_source_says(salt: bytes, value: bytes) -> None:
    label = b"verbatim/v1 commit\x00" + len(salt).to_bytes(4, "big")
    assert ledger.committed(salt, value) == hashlib.sha256(label + salt + value).hexdigest()


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.booleans())))
def test_the_canonical_spelling_reads_back_and_does_not_depend_on_order(value: dict[str, object]) -> None:
    spelled = ledger.canonical(value)
    assert json.loads(spelled) == value
    assert ledger.canonical(dict(reversed(value.items()))) == spelled


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers() | st.booleans(), st.lists)))
def test_the_canonical_spelling_is_that_of_the_standard_library_which_verifiers_have(value: dict[str, object]) -> None:
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert ledger.canonical(value) == again


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))]), min_value=EARLY))
def test_a_moment_is_spelled_in_utc_to_the_millisecond(at: datetime) -> None:
    utc = at.astimezone(UTC)
    assert ledger.moment(at) == f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
