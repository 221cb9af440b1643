"""By which number a form is known again, and that it is used once."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import once
from survey.once import FormUnreadable
from tests.vault.people import person, study_of
from vault.store import Stores, Work

values = st.binary(min_size=32, max_size=32)
deeds = st.lists(st.one_of(st.text(max_size=20), st.uuids(), st.binary(max_size=20)), max_size=4)


@given(values, deeds, values, deeds)
def test_forms_have_the_same_number_only_when_value_and_deed_are_the_same(
    value: bytes, deed: list[str | UUID | bytes], other: bytes, another: list[str | UUID | bytes]
) -> None:
    same = (value, deed) == (other, another)
    assert (once.number_of(value, *deed) == once.number_of(other, *another)) is same
    assert once.number_of(value, *deed) == once.number_of(value, *deed)


@given(values)
def test_a_value_is_read_as_it_was_written(value: bytes) -> None:
    assert once.read(value.hex()) == value
    assert once.read(once.new()) != once.read(once.new())


@given(st.one_of(st.none(), st.text(), st.text("0123456789abcdef", min_size=60, max_size=68)))
def test_whatever_else_a_form_brings_is_unreadable_and_no_fault(text: str | None) -> None:
    if text is not None and len(text) == 64 and set(text) <= set("0123456789abcdef"):
        assert once.read(text).hex() == text
        return
    with pytest.raises(FormUnreadable):
        once.read(text)


def begun(work: Work, now: datetime) -> UUID:
    """A study for whose forms something is to be done."""
    return study_of(work.db, person(work.db, "ada", now=now), now=now).id


def test_a_form_is_first_until_what_was_done_with_it_is_committed(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        study_id = begun(work, now)
        work.commit()
    form = once.number_of(once.read(once.new()), "this")
    with stores.work() as work:
        assert once.first(work.db, study_id, form, now=now)
        assert not once.first(work.db, study_id, form, now=now)
    with stores.work() as work:
        assert once.first(work.db, study_id, form, now=now)
        work.commit()
    with stores.work() as work:
        assert not once.first(work.db, study_id, form, now=now)
        assert once.first(work.db, study_id, once.number_of(bytes(32), "that"), now=now)


def test_an_answer_is_kept_with_its_form_alone(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        study_id = begun(work, now)
        forms = [once.number_of(bytes([at]) * 32) for at in range(2)]
        assert [once.first(work.db, study_id, form, now=now) for form in forms] == [True, True]
        once.keep(work.db, forms[0], b"sealed")
        assert [once.kept(work.db, form) for form in forms] == [b"sealed", None]
        assert once.kept(work.db, UUID(int=0)) is None
