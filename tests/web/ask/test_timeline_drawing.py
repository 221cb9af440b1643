"""The drawing of a timeline: whatever is put on it has a place inside of it, and nothing covers anything else."""

import string
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given

from web.team.timeline_drawing import HEAD, LONGEST, ROW, Drawing, Group, Head, Lane, Mark, draw, shortened

HEADS = st.integers(min_value=0, max_value=70)


@st.composite
def drawn(data: st.DrawFn) -> tuple[list[Head], list[Group], list[int]]:
    """Columns, lanes whose bars and marks lie on them, and cuts."""
    count = data(HEADS)
    slot = st.integers(min_value=0, max_value=2 * count)
    bar = st.integers(min_value=0, max_value=max(0, count - 1))
    mark = st.builds(Mark, slot, st.sampled_from("+−○●×"), st.text(string.ascii_lowercase, min_size=1, max_size=5))
    lane = st.builds(
        Lane, st.text(max_size=60), st.just(""),
        st.lists(st.tuples(bar, bar).map(lambda pair: (min(pair), max(pair))), max_size=3 if count else 0).map(tuple),
        st.lists(mark, max_size=5).map(tuple),
    )  # fmt: skip
    group = st.builds(Group, st.text(max_size=20), st.lists(lane, max_size=5).map(tuple))
    return [Head(f"P-{at}") for at in range(count)], data(st.lists(group, max_size=4)), data(st.lists(slot, max_size=5))


def _rows(drawing: Drawing) -> list[float]:
    return [row.y for row in drawing.rows]


@given(drawn())
def test_everything_lies_inside_of_the_drawing(made: tuple[list[Head], list[Group], list[int]]) -> None:
    heads, groups, cuts = made
    drawing = draw(heads, groups, cuts)

    for x in [*(head.x for head in drawing.heads), *drawing.cuts]:
        assert 0 <= x <= drawing.width
    for row in drawing.rows:
        assert HEAD <= row.y <= drawing.height - ROW
        assert all(x >= 0 and width > 0 and x + width <= drawing.width for x, width in row.bars)
        assert all(0 <= mark.x <= drawing.width and row.y <= mark.y <= row.y + ROW for mark in row.marks)


@given(drawn())
def test_no_lane_covers_another_and_none_is_left_out(made: tuple[list[Head], list[Group], list[int]]) -> None:
    heads, groups, cuts = made
    drawing = draw(heads, groups, cuts)

    rows = _rows(drawing)
    assert len(rows) == sum(len(group.lanes) for group in groups)
    assert all(later - before >= ROW for before, later in pairwise(rows))
    assert [title.text for title in drawing.titles] == [group.title for group in groups if group.lanes]


@given(drawn())
def test_every_sign_is_on_its_lane_and_signs_of_one_place_stand_together(
    made: tuple[list[Head], list[Group], list[int]],
) -> None:
    heads, groups, cuts = made
    drawing = draw(heads, groups, cuts)

    lanes = [lane for group in groups for lane in group.lanes]
    for lane, row in zip(lanes, drawing.rows, strict=True):
        assert len(row.marks) == len({mark.slot for mark in lane.marks})
        assert {sign for mark in row.marks for sign in mark.text} == {mark.sign for mark in lane.marks}


def test_later_is_further_to_the_right() -> None:
    lane = Lane("money", bars=((1, 2),), marks=(Mark(1, "○", "heard"), Mark(2, "+", "added")))

    drawing = draw([Head(name) for name in "abc"], [Group("Questions", (lane,))], [2])

    ((heard, added), ((x, width),)) = drawing.rows[0].marks, drawing.rows[0].bars
    assert drawing.heads[0].x == heard.x < added.x == drawing.cuts[0]
    assert drawing.cuts[0] < x < drawing.heads[1].x
    assert drawing.heads[2].x < x + width


def test_a_long_name_is_shortened_and_kept_whole_beside() -> None:
    name = "Who decided that you would be mentored, and when was that?"

    (row,) = draw([Head("a")], [Group("", (Lane(name),))]).rows

    assert (row.whole, len(row.name) <= LONGEST, row.name[-1]) == (name, True, "…")
    assert shortened("short") == "short"
