"""The frame, its quotas and how far they are; and small numbers that are not shown."""

import time
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from survey import sampling
from survey.sampling import FrameUnreadable, Quota, Stratum
from survey.suppression import LEAST, hidden

FRAME = {"university": ("Calgary", "Alberta"), "gender": ("woman", "man")}


def _strata() -> tuple[Stratum, ...]:
    return tuple(Stratum(UUID(int=number), cell) for number, cell in enumerate(sampling.cells(FRAME)))


def test_a_frame_is_read_line_by_line() -> None:
    assert sampling.read_frame(" university: Calgary , Alberta\n\ngender: woman, man\n") == FRAME
    assert [one.name for one in _strata()] == [
        "Calgary · woman", "Calgary · man", "Alberta · woman", "Alberta · man",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["university", "a: x, x", "a: x\na: y", ": x", "a:", "a: " + "x" * 81])
def test_a_frame_that_says_nothing_or_something_twice_is_refused(text: str) -> None:
    with pytest.raises(FrameUnreadable):
        sampling.read_frame(text)


def test_a_frame_has_at_most_200_cells() -> None:
    many = {name: tuple(map(str, range(6))) for name in "abcd"}
    with pytest.raises(FrameUnreadable):
        sampling.cells(many)
    assert sampling.cells({}) == ()


def test_a_quota_counts_every_cell_that_lies_in_its_part_and_the_whole_frame_everybody() -> None:
    strata = _strata()
    placed: dict[UUID | None, int] = {strata[0].id: 4, strata[1].id: 1, strata[2].id: 2, None: 3}
    women = Quota(uuid4(), {"gender": "woman"}, 10)
    all_of_them = Quota(uuid4(), {}, 10)
    none_wanted = Quota(uuid4(), {"university": "Alberta"}, 0)
    fills = sampling.fill([women, all_of_them, none_wanted], strata, placed)
    assert [(one.taken, one.lacking, one.full) for one in fills] == [(6, 4, False), (10, 0, True), (2, 0, True)]
    assert [one.quota for one in sampling.wanted(fills)] == [women]
    assert sampling.balance(strata, placed) == {
        "university": {"Calgary": 5, "Alberta": 2},
        "gender": {"woman": 6, "man": 1},
    }


def test_a_cell_is_found_by_its_values_whatever_their_case_and_only_if_it_is_one() -> None:
    strata = _strata()
    assert sampling.matching(strata, {"university": "CALGARY", "gender": "man"}) == strata[1]
    assert sampling.matching(strata, {"university": "Calgary"}) is None
    assert sampling.matching(strata, {"university": "Toronto", "gender": "man"}) is None


Place = tuple[int, int]
Table = tuple[dict[Place, int], list[tuple[Place, list[Place]]]]


@some.composite
def _tables(draw: some.DrawFn) -> Table:
    """A table with its margins (index -1), and the sums that hold in it."""
    rows, columns = draw(some.integers(1, 4)), draw(some.integers(1, 4))
    values: dict[Place, int] = {
        (row, column): draw(some.integers(0, 9)) for row in range(rows) for column in range(columns)
    }  # fmt: skip
    for row in range(rows):
        values[row, -1] = sum(values[row, column] for column in range(columns))
    for column in range(columns):
        values[-1, column] = sum(values[row, column] for row in range(rows))
    values[-1, -1] = sum(values[row, -1] for row in range(rows))
    lines = [((row, -1), [(row, column) for column in range(columns)]) for row in [*range(rows), -1]]
    lines += [((-1, column), [(row, column) for row in range(rows)]) for column in [*range(columns), -1]]
    return values, lines


@given(_tables())
def test_no_small_number_is_shown_and_none_follows_from_a_total(table: Table) -> None:
    values, lines = table
    gone = hidden(values, lines)
    assert {key for key, value in values.items() if value < LEAST} <= gone
    for total, parts in lines:
        line = [total, *parts]
        lost = [key for key in line if key in gone]
        # One gap in a line is a subtraction away; of a zero or a large number nobody minds.
        assert len(lost) != 1 or not 0 < values[lost[0]] < LEAST, (values, gone, line)
        if total not in gone and lost:
            together = sum(values[key] for key in lost)
            assert together >= LEAST or together == 0


def test_large_numbers_are_all_shown() -> None:
    values = {"a": 5, "b": 6, "all": 11}
    assert hidden(values, [("all", ("a", "b"))]) == frozenset()


def test_a_small_part_takes_its_neighbour_along_and_the_total_stays() -> None:
    values = {"a": 1, "b": 6, "c": 7, "all": 14}
    assert hidden(values, [("all", ("a", "b", "c"))]) == {"a", "b"}


def test_a_frame_of_two_hundred_cells_is_looked_through_in_no_time() -> None:
    values: dict[Place, int] = {(row, column): (row * 7 + column * 5) % 6 for row in range(200) for column in range(9)}
    lines: list[tuple[Place, list[Place]]] = []
    for row in range(200):
        values[row, -1] = sum(values[row, column] for column in range(9))
        lines.append(((row, -1), [(row, column) for column in range(9)]))
    for column in range(9):
        values[-1, column] = sum(values[row, column] for row in range(200))
        lines.append(((-1, column), [(row, column) for row in range(200)]))
    began = time.process_time()
    gone = hidden(values, lines)
    assert time.process_time() - began < 5
    assert {key for key, value in values.items() if value < LEAST} <= gone
