"""Names of variables: short, plain, unique, and the same from release to release."""

import re

from hypothesis import given
from hypothesis import strategies as st

from exports.naming import LONGEST, Wanted, names

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
KEPT = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


def _wanted(*called: str, rank: int = 1) -> list[Wanted]:
    return [Wanted(rank, name, f"{at} {name}") for at, name in enumerate(called)]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.text(max_size=50) | st.sampled_from(["Role", "role", "if", "TO", "_"])))
)
def test_every_name_is_one_that_spss_and_stata_take_and_none_is_there_twice(wanted: list[tuple[int, str]]) -> None:
    found = names([Wanted(rank, name, f"{at}") for at, (rank, name) in enumerate(wanted)])
    assert len({name.lower() for name in found}) == len(wanted)
    for name in found:
        assert PLAIN.fullmatch(name)
        assert len(name) <= LONGEST
        assert name.lower() not in KEPT
        assert not name.endswith("_")


def test_a_good_name_is_kept() -> None:
    assert names(_wanted("role", "qualities_respect")) == ["role", "qualities_respect"]


def test_words_that_programs_keep_and_signs_are_changed() -> None:
    assert names(_wanted("if", "TO", "2nd", "a-b.c", "Été")) == ["q_if", "q_TO", "q_2nd", "a_b_c", "Ete"]


def test_names_that_spss_cannot_tell_apart_both_get_a_mark() -> None:
    first, second = names(_wanted("Role", "role"))
    assert first.startswith("Role_")
    assert second.startswith("role_")
    assert first.lower() != second.lower()


def test_whoever_is_asked_about_keeps_the_name_before_a_part_does() -> None:
    part, question = names([Wanted(3, "barriers_time", "part"), Wanted(1, "barriers_time", "question")])
    assert question == "barriers_time"
    assert re.fullmatch("barriers_time_[0-9a-f]{6}", part)


def test_a_long_name_is_cut_and_marked_by_what_it_stands_for() -> None:
    one, other = names([Wanted(1, "x" * 60, "one"), Wanted(1, "x" * 60, "other")])
    assert one != other
    assert len(one) == len(other) == LONGEST
    assert names([Wanted(1, "x" * 60, "one")]) == [one]
