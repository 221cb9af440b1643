"""What two versions differ in is on the page that compares them: nothing is changed behind a word like "options"."""

from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.comparison import What, compare
from instruments.definition import Instrument
from tests.instruments.chains import deeds, sound
from web.team.collation import collate

# These are the whole of what happened; what else is said of such an entry is all that it holds.
ENTIRE = {What.ADDED, What.RESTORED, What.RETIRED, What.MOVED}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Instrument, Instrument]:
    """Two versions, the later one made of the earlier by what authors do."""
    before = after = draw(sound())
    for _ in range(draw(st.integers(1, 6))):
        after = draw(deeds(after, careful=True))(after)
    return before, after


@settings(max_examples=120, deadline=None)
@given(pairs())
def test_every_difference_is_shown_with_what_was_there_and_what_is(pair: tuple[Instrument, Instrument]) -> None:
    before, after = pair
    shown = {entry.place: entry for entry in collate(before, after).changes}
    differences = {difference.place: difference for difference in compare(before, after)}
    assert shown.keys() == differences.keys()
    for place, difference in differences.items():
        assert set(shown[place].what) == difference.kinds
        if difference.kinds - ENTIRE:
            assert any(pair_.differs for pair_ in shown[place].pairs), (place, difference.kinds)
