"""Patterns for short texts: those of regular expressions, and never slow."""

import re
from time import perf_counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from instruments.patterns import LONGEST, PatternUnreadable, pattern

ATOMS = ("a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\s", r"\.", r"\D")
SIGNS = ("", "*", "+", "?", "{2}", "{1,}", "{0,2}")

simple = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(SIGNS)).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(simple, st.text("ab c1.é", max_size=6))
def test_a_pattern_matches_what_the_same_regular_expression_matches(text: str, typed: str) -> None:
    assert pattern(text).matches(typed) == bool(re.fullmatch(text, typed))


@given(st.text("ab([{^$*+?|)]}\\-,1.", max_size=12))
def test_any_text_is_a_pattern_or_refused_with_a_place(text: str) -> None:
    refusal = refused(text)
    if refusal is None:
        assert pattern(text).matches("a") in (True, False)
    else:
        assert 1 <= refusal.position <= len(text) + 1
        assert str(refusal.problem)


def refused(text: str) -> PatternUnreadable | None:
    """How a text is refused; None if it is a pattern."""
    try:
        pattern(text)
    except PatternUnreadable as unreadable:
        return unreadable
    return None


@given(st.text(max_size=20))
def test_letters_that_mean_nothing_else_mean_themselves(text: str) -> None:
    assume(not set(text) & set("\\^$.|?*+()[{"))
    assert pattern(text).matches(text)
    assert not pattern(text).matches(text + "x")


# Each of these keeps a matcher that goes back and tries again busy for longer than the universe is old.
EVIL = ("(a+)+", "(a|a)*", "(a*)*", "(.*)*x", "(a|aa)+", "([a-z]+)*1", "(a?){200}", "(a{0,5}){0,5}")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", EVIL)
def test_the_time_is_in_proportion_to_the_text_for_any_pattern(text: str) -> None:
    found = pattern(text)

    def seconds(letters: int) -> float:
        typed = "a" * letters + "!"
        quickest = 60.0
        for _ in range(3):
            begun = perf_counter()
            assert not found.matches(typed)
            quickest = min(quickest, perf_counter() - begun)
        return quickest

    # Twice the text takes about twice the time; four times would already be too much to grow with the text's square.
    assert seconds(4000) < 4 * seconds(2000) + 0.05


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("(a", 1, "Close the bracket that is opened here."),
        ("[a", 1, "Close the bracket that is opened here."),
        ("a)", 2, "Take out this bracket, or open it before."),
        ("*a", 1, "Say before this sign what is to be repeated."),
        ("a**", 3, "Take out this sign: one sign of repetition is enough."),
        ("a{2", 2, "Write how often as {2}, {2,} or {2,4}."),
        ("a{x}", 2, "Write how often as {2}, {2,} or {2,4}."),
        ("a{4,2}", 2, "Write the lower number first and at most 200."),
        ("a{999}", 2, "Write the lower number first and at most 200."),
        ("(?=a)", 2, "Use plain brackets: looking ahead or behind is not understood."),
        (r"(a)\1", 5, r"This is not understood after \; use \d, \w, \s or a sign."),
        ("a^b", 2, "Take out ^: the whole text is always matched."),
        ("[c-a]", 2, "Turn this range round: the lower letter comes first."),
        ("(" * 31, 31, "Use fewer brackets within brackets."),
        ("((a{200}){200})", 1, "Simplify the pattern; it repeats too much."),
        ("a" * (LONGEST + 1), LONGEST, "Shorten the pattern to 300 characters."),
    ],
)
def test_what_is_no_pattern_says_where_and_what_to_do(text: str, at: int, sentence: str) -> None:
    with pytest.raises(PatternUnreadable) as caught:
        pattern(text)
    assert (caught.value.position, str(caught.value.problem)) == (at, sentence)


@pytest.mark.parametrize(
    ("text", "fits", "does_not"),
    [
        (r"^[A-Z]{2}-\d{4}$", "AB-1234", "AB-123"),
        (r"(T|V)[0-9]+", "T12", "X12"),
        ("[]a]+", "]a]", "b"),
        ("[a-]", "-", "b"),
        ("", "", "a"),
        (r"\w+@\w+\.ca", "ada@ucalgary.ca", "ada@ucalgary,ca"),
    ],
)
def test_patterns_that_forms_use_are_understood(text: str, fits: str, does_not: str) -> None:
    assert pattern(text).matches(fits)
    assert not pattern(text).matches(does_not)
