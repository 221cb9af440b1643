"""Rules as lines of text: what is written is what is read, in the words of either language, and nonsense is told."""

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from exports.disclosure import Bands, LeaveOut, Merge, Rule, YearOnly
from tests.web.visitors import House
from web.team.coarser_values import lines_of, understood

NAMES = ("site", "Site: old", "years", "since")
_WORD = st.text("abcxyz äé-'", min_size=1, max_size=12).map(str.strip).filter(bool)
RULES = st.one_of(
    st.builds(LeaveOut, st.sampled_from(NAMES)),
    st.builds(YearOnly, st.sampled_from(NAMES)),
    st.builds(Bands, st.sampled_from(NAMES), st.integers(1, 500)),
    st.builds(Merge, st.sampled_from(NAMES), st.lists(_WORD, min_size=1, max_size=3).map(tuple), _WORD),
)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_written_is_read_back_in_either_language(house: House, language: str) -> None:
    _read_back(house.app, language)


def _read_back(app: Flask, language: str) -> None:
    @given(st.lists(RULES, max_size=4))
    def law(rules: list[Rule]) -> None:
        with app.test_request_context(), force_locale(language):
            read = understood(lines_of(rules), NAMES)
        assert read.rules == tuple(rules)
        assert read.problems == ()

    law()


def test_a_line_that_says_nothing_is_told_with_its_number(house: House) -> None:
    with house.app.test_request_context():
        read = understood("site: left out\n\nyears: roughly\nheight: left out", NAMES)
    assert read.rules == (LeaveOut("site"),)
    assert [problem.partition(":")[0] for problem in read.problems] == ["Line 3", "Line 4"]
