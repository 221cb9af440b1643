"""A rank is put in order by buttons, one move at a time."""

from hypothesis import given
from hypothesis import strategies as st

from instruments.kinds import Rank
from instruments.ranking import move_field, moved, unplaced
from tests.instruments.making import options

KIND = Rank(options=options("a", "b", "c"))
codes = st.sampled_from(["a", "b", "c", "x", ""])
moves = st.tuples(st.sampled_from(["place", "up", "down", "remove", "turn", ""]), codes).map(":".join)


@given(st.lists(codes, max_size=5), st.one_of(moves, st.text(max_size=9)))
def test_whatever_is_pressed_the_order_has_each_known_option_once_at_most(order: list[str], move: str) -> None:
    after = moved(KIND, order, move)
    assert len(set(after)) == len(after)
    assert set(after) <= {"a", "b", "c"}
    assert set(after) | set(unplaced(KIND, after)) == {"a", "b", "c"}


@given(st.permutations(["a", "b", "c"]))
def test_every_order_can_be_reached_and_taken_back(order: list[str]) -> None:
    reached: tuple[str, ...] = ()
    for code in order:
        reached = moved(KIND, reached, f"place:{code}")
    assert reached == tuple(order)
    for code in order:
        reached = moved(KIND, reached, f"remove:{code}")
    assert reached == ()


@given(st.permutations(["a", "b", "c"]), st.sampled_from(["a", "b", "c"]))
def test_down_takes_back_up(order: list[str], code: str) -> None:
    up = moved(KIND, order, f"up:{code}")
    assert moved(KIND, up, f"down:{code}") == tuple(order) if up != tuple(order) else order[0] == code


def test_moves_change_places_with_the_neighbour() -> None:
    assert moved(KIND, ["a", "b", "c"], "up:c") == ("a", "c", "b")
    assert moved(KIND, ["a", "b", "c"], "down:a") == ("b", "a", "c")
    assert moved(KIND, ["a", "b"], "down:b") == ("a", "b")
    assert moved(KIND, ["a"], "up:c") == ("a",)
    assert unplaced(KIND, ["b"]) == ("a", "c")
    assert move_field("order") == "order.move"
