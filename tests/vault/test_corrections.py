"""What can be a correction of wording, and what cannot: the rule says no too often rather than yes once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.corrections import is_correction

SAID = "Please describe your experience of mentorshp in your first year."


@pytest.mark.parametrize(
    "after",
    [
        "Please describe your experience of mentorship in your first year.",
        "please describe your experience of mentorshp in your first year",
        "Please, describe your experience of mentorshp in your first year!",
        "Please describe your expereince of mentorshp in your first year.",
    ],
)
def test_a_letter_or_punctuation_in_the_same_words_is_a_correction(after: str) -> None:
    assert is_correction(SAID, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("You may not stop.", "You may now stop."),  # short words are never mended
        ("Do you feel safe at work?", "Do you feel safe at work."),  # no question any more
        ("Wait 10 days before the interview.", "Wait 16 days before the interview."),
        ("About 5% of all people agree.", "About 5 of all people agree."),
        ("What of ${mentor} do you remember?", "What of ${mentee} do you remember?"),
        ("Describe mentoring.", "Describe mentoring by women."),
        ("Describe mentoring at work.", "Describe mentoring."),
        ("Describe the mentor and mentee.", "Describe the mentee and mentor."),
        ("Describe your mentors briefly today.", "Depict the mentor shortly."),
        ("", "Something"),
        ("Something", ""),
        ("Angels guard mentors.", "Angles guard mentees."),  # too many words at once
    ],
)
def test_what_may_mean_something_else_is_no_correction(before: str, after: str) -> None:
    assert not is_correction(before, after)


@given(st.text(min_size=1))
def test_a_text_corrects_itself_and_accents_and_capitals_do_not_count(text: str) -> None:
    if text.strip():
        assert is_correction(text, text)
    assert is_correction("Étudiante préférée", "etudiante preferee")


@given(st.text(min_size=1), st.text(min_size=1))
def test_what_corrects_is_corrected_by_what_was_there(before: str, after: str) -> None:
    assert is_correction(before, after) == is_correction(after, before)
