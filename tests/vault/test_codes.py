"""Codes: hard to guess, easy to type, to read aloud and to paste."""

import math
import secrets
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.codes import (
    ALPHABET,
    LINK,
    LOCATOR,
    TYPED,
    CodeUnreadable,
    TypedCode,
    crockford,
    grouped,
    new_code,
    normalized,
    pseudonym,
)

CODES = st.sampled_from([TYPED, LINK]).flatmap(
    lambda length: st.text(ALPHABET, min_size=LOCATOR + length, max_size=LOCATOR + length)
)
GAPS = st.sampled_from(
    ["", "", " ", "-", " - ", "\t", "\n", "\u00a0", "\u2011", "\u2013", "\u200b", "\ufeff", "\u200e"]
)
SPELLINGS = {"0": "0Oo", "1": "1IiLl"}


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A code, and the same code as somebody may type or paste it."""
    code = draw(CODES)
    text = draw(GAPS)
    for character in code:
        text += draw(st.sampled_from(SPELLINGS.get(character, character + character.lower()))) + draw(GAPS)
    return code, text


@given(typed())
def test_a_code_is_read_however_it_is_typed_spaced_or_pasted(both: tuple[str, str]) -> None:
    code, text = both
    if len(text) > 256:
        text = code
    assert normalized(text) == code
    parsed = TypedCode.parse(text)
    assert parsed.locator + parsed.secret == code
    assert TypedCode.parse(parsed.text) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--",
        "U" * 18,
        "0" * 17,
        "0" * 19,
        "0" * 31,
        "0" * 33,
        "0" * 65,
        "\u00e9" * 18,
        "0" * 17 + "!",
        "0" * 5000,
    ],
)
def test_what_is_no_code_is_said_to_be_none(text: str) -> None:
    with pytest.raises(CodeUnreadable):
        TypedCode.parse(text)


@given(st.text(max_size=80))
def test_no_text_is_answered_by_anything_but_a_code_or_the_one_error(text: str) -> None:
    with suppress(CodeUnreadable):
        assert set(normalized(text)) <= set(ALPHABET)


def test_a_full_width_keyboard_types_codes_too() -> None:
    assert normalized("７ｋＱ４－０") == "7KQ40"


def test_a_typed_code_has_sixty_bits_of_secret_and_a_link_a_hundred_and_thirty() -> None:
    """ASVS 6.5.3, 11.5.1: five bits a character, none of the locator's counted."""
    assert 5 * TYPED >= 60
    assert 5 * LINK >= 128
    assert len(set(ALPHABET)) == 32


def test_codes_come_from_the_systems_random_numbers_and_every_character_is_as_likely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ASVS 11.5.1."""
    counted = Counter("".join(new_code(LINK) for _ in range(4000)))
    expected = 4000 * LINK / 32
    assert set(counted) == set(ALPHABET)
    assert all(abs(times - expected) < 6 * math.sqrt(expected) for times in counted.values())
    assert len({new_code(TYPED) for _ in range(5000)}) == 5000
    monkeypatch.setattr(secrets, "choice", lambda letters: letters[7])
    assert new_code(3) == ALPHABET[7] * 3


def test_the_secret_of_a_code_is_in_no_repr() -> None:
    code = TypedCode.parse("7KQ4A2" + "B" * TYPED)
    assert "B" * 4 not in repr(code)
    assert code.text == "7KQ-4A2-BBBB-BBBB-BBBB"
    assert not code.is_link
    assert TypedCode.parse("7KQ4A2" + "B" * LINK).is_link


@given(st.binary(min_size=1, max_size=40))
def test_base_32_keeps_every_bit(raw: bytes) -> None:
    text = crockford(raw)
    number = 0
    for character in text:
        number = number * 32 + ALPHABET.index(character)
    surplus = len(text) * 5 - len(raw) * 8
    assert (number >> surplus).to_bytes(len(raw), "big") == raw
    assert 0 <= surplus < 5
    assert normalized(grouped(text)) == text


def test_pseudonyms_say_nothing_but_a_number() -> None:
    assert len({pseudonym() for _ in range(500)}) > 490
    assert all(len(pseudonym()) == 6 and pseudonym().startswith("P-") for _ in range(20))
