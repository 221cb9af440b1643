"""Pages: what somebody answered on one, at one moment, in one place, and in an order that shows what is missing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from tests.vault.only import on_sqlite
from vault import records
from vault.errors import CannotOpen
from vault.records import Address, PageRecord
from vault.sealing import new_key
from vault.store import Stores, Work

KEY = new_key()
HERE = Address(UUID(int=1), UUID(int=2), "ab12", UUID(int=3), 0)
TABLE = cast(Table, PageRecord.__table__)


def unguarded(work: Work) -> None:
    """Take the triggers away, as whoever owns the database file can."""
    for deed in ("update", "delete"):
        work.db.execute(text(f"DROP TRIGGER page_record_no_{deed}"))


def rows(work: Work) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in work.db.execute(select(TABLE).order_by(TABLE.c.sequence))]


@given(
    st.tuples(st.uuids(), st.uuids(), st.text(max_size=8), st.uuids(), st.integers(0, 99), st.integers(1, 99)),
    st.tuples(st.uuids(), st.uuids(), st.text(max_size=8), st.uuids(), st.integers(0, 99), st.integers(1, 99)),
)
def test_no_two_places_of_a_page_are_spelled_alike(left: Any, right: Any) -> None:
    assert (Address(*left[:5]).bound(left[5]) == Address(*right[:5]).bound(right[5])) is (left == right)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, study_id=uuid4()), replace(HERE, participant_id=uuid4()), replace(HERE, version="ab13"),
        replace(HERE, response_id=uuid4()), replace(HERE, slot=1), replace(HERE, version=""),
    ],
)  # fmt: skip
def test_each_part_of_a_pages_place_is_bound(elsewhere: Address) -> None:
    """ASVS 11.3.3."""
    assert elsewhere.bound(1) != HERE.bound(1) != HERE.bound(2)


def test_pages_come_back_in_the_order_of_saving(work: Work, now: datetime) -> None:
    for slot in (0, 1, 0, 2):
        records.save(work.db, KEY, replace(HERE, slot=slot), b"page %d" % slot, now=now + timedelta(days=slot))
    found = records.load(work.db, KEY, HERE.participant_id)
    assert [(page.sequence, page.address.slot, page.plain) for page in found] == [
        (1, 0, b"page 0"), (2, 1, b"page 1"), (3, 0, b"page 0"), (4, 2, b"page 2"),
    ]  # fmt: skip
    assert [page.day for page in found] == [now.date() + timedelta(days=n) for n in (0, 1, 0, 2)]
    assert records.load_response(work.db, KEY, HERE.participant_id, HERE.response_id) == found


@on_sqlite
def test_the_row_tells_a_day_and_no_hour_and_a_length_that_tells_nothing(work: Work, now: datetime) -> None:
    """ASVS 14.2.4: one answer and fifty are of one length; the time of day is inside."""
    for plain in (b"", b"y", b"a" * 300, b"b" * 508):
        records.save(work.db, KEY, HERE, plain, now=now)
    found = rows(work)
    assert {len(row["blob"]) for row in found} == {512 + 30}
    assert {row["day"] for row in found} == {now.date()}
    assert set(found[0]) == {
        "number", "study_id", "participant_id", "version", "response_id", "slot", "sequence", "day", "blob",
    }  # fmt: skip


Change = Callable[[Work, list[dict[str, Any]]], None]


def _set(work: Work, which: int, /, **values: Any) -> None:
    work.db.execute(update(TABLE).where(TABLE.c.sequence == which).values(**values))


def _exchange_blobs(work: Work, found: list[dict[str, Any]]) -> None:
    _set(work, 1, blob=found[1]["blob"])
    _set(work, 2, blob=found[0]["blob"])


def _replay_the_first_as_a_new_one(work: Work, found: list[dict[str, Any]]) -> None:
    work.db.execute(insert(TABLE).values({**found[0], "number": 99, "sequence": 4}))


def _drop_the_middle(work: Work, found: list[dict[str, Any]]) -> None:
    work.db.execute(delete(TABLE).where(TABLE.c.sequence == 2))


def _drop_the_middle_and_close_the_gap(work: Work, found: list[dict[str, Any]]) -> None:
    _drop_the_middle(work, found)
    _set(work, 3, sequence=2)


def _flip(work: Work, found: list[dict[str, Any]]) -> None:
    blob = bytearray(found[1]["blob"])
    blob[-1] ^= 1
    _set(work, 2, blob=bytes(blob))


def _say_another(**values: Any) -> Change:
    def change(work: Work, found: list[dict[str, Any]]) -> None:
        _set(work, 2, **values)

    return change


@on_sqlite
@pytest.mark.parametrize(
    "change",
    [
        _exchange_blobs, _replay_the_first_as_a_new_one, _drop_the_middle, _drop_the_middle_and_close_the_gap, _flip,
        _say_another(study_id=uuid4()), _say_another(version="zz99"), _say_another(response_id=uuid4()),
        _say_another(slot=7), _say_another(sequence=7), _say_another(blob=b""), _say_another(blob=b"\x01\x01"),
    ],
)  # fmt: skip
def test_whoever_owns_the_database_cannot_swap_replay_move_drop_or_alter_a_page(
    work: Work, now: datetime, change: Change
) -> None:
    """ASVS 11.3.3: the key's holder is told, whatever was done with the rows."""
    for number in range(3):
        records.save(work.db, KEY, replace(HERE, slot=number), b"page %d" % number, now=now)
    unguarded(work)
    assert len(records.load(work.db, KEY, HERE.participant_id)) == 3
    change(work, rows(work))
    with pytest.raises(CannotOpen):
        records.load(work.db, KEY, HERE.participant_id)


@on_sqlite
def test_a_page_of_another_participant_is_not_taken_for_mine(work: Work, now: datetime) -> None:
    """ASVS 11.3.3: even under the same key, which two participants never have."""
    records.save(work.db, KEY, HERE, b"mine", now=now)
    records.save(work.db, KEY, replace(HERE, participant_id=uuid4()), b"theirs", now=now)
    unguarded(work)
    work.db.execute(delete(TABLE).where(TABLE.c.participant_id == HERE.participant_id))
    work.db.execute(update(TABLE).values(participant_id=HERE.participant_id))
    with pytest.raises(CannotOpen):
        records.load(work.db, KEY, HERE.participant_id)


@pytest.mark.parametrize("deed", ["UPDATE page_record SET slot = 9", "DELETE FROM page_record"])
def test_the_database_itself_refuses_to_change_or_delete_a_page(stores: Stores, now: datetime, deed: str) -> None:
    with stores.work() as work:
        records.save(work.db, KEY, HERE, b"page", now=now)
        work.commit()
    with stores.work() as work, pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(text(deed))


def test_pages_saved_at_the_same_moment_are_all_kept_and_numbered_without_a_gap(stores: Stores, now: datetime) -> None:
    """ASVS 15.4.2: eight tabs of one participant, five saves each."""
    together = Barrier(8)

    def save(tab: int) -> list[int]:
        together.wait()
        taken = []
        for count in range(5):
            with stores.work() as work:
                taken.append(
                    records.save(work.db, KEY, replace(HERE, slot=tab), b"tab %d save %d" % (tab, count), now=now)
                )
                work.commit()
        return taken

    with ThreadPoolExecutor(8) as tabs:
        taken = list(tabs.map(save, range(8)))
    assert sorted(number for numbers in taken for number in numbers) == list(range(1, 41))
    assert all(numbers == sorted(numbers) for numbers in taken)
    with stores.work(reading=True) as work:
        found = records.load(work.db, KEY, HERE.participant_id)
    assert {page.plain for page in found} == {b"tab %d save %d" % (tab, n) for tab in range(8) for n in range(5)}
    assert all(page.plain == b"tab %d save %d" % (page.address.slot, int(page.plain[-1:])) for page in found)


def test_a_save_that_was_rolled_back_leaves_no_gap(stores: Stores, now: datetime) -> None:
    for commit in (True, False, True):
        with stores.work() as work:
            records.save(work.db, KEY, HERE, b"page", now=now)
            if commit:
                work.commit()
    with stores.work(reading=True) as work:
        assert [page.sequence for page in records.load(work.db, KEY, HERE.participant_id)] == [1, 2]
