"""Names of files."""

import re

from hypothesis import given
from hypothesis import strategies as st

from exports.file_names import LONGEST, FileNames

AWKWARD = st.one_of(st.text(max_size=80), st.sampled_from(["../../etc/passwd", "CON", "nul.txt", "a/b", "..", "", "."]))


@given(st.lists(AWKWARD, max_size=30))
def test_names_are_ascii_short_and_different_even_without_capitals(wanted: list[str]) -> None:
    names = FileNames()
    given_names = [names.give(name) for name in wanted]
    assert all(re.fullmatch(r"[A-Za-z0-9 ._-]{1,50}", name) for name in given_names)
    assert not any(name.startswith((".", " ")) or name.endswith((".", " ")) for name in given_names)
    assert len({name.lower() for name in given_names}) == len(wanted)


def test_a_name_that_is_free_and_harmless_is_given_as_it_is() -> None:
    assert FileNames().give("P-0001 list_1 1") == "P-0001 list_1 1"


def test_names_that_differ_by_capitals_or_behind_the_longest_get_numbers() -> None:
    names = FileNames()
    assert [names.give(name) for name in ("List", "list", "LIST")] == ["List", "list 2", "LIST 3"]
    long = "x" * 60
    assert [len(names.give(long)) for _ in range(12)] == [LONGEST] * 12


def test_no_name_is_that_of_a_device_or_leads_elsewhere() -> None:
    """ASVS 5.3.2."""
    names = FileNames()
    assert names.give("con") == "_con"
    assert names.give("LPT1.txt") == "_LPT1.txt"
    assert names.give("../../etc/passwd") == "etc-passwd"
