"""Pages that are packed once: what arrives is the page, and nothing of one visitor is on another's."""

import gzip

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.web.participant.conftest import Place
from web.kit import packing
from web.kit.packing import Part
from web.kit.standing import Frame

TEXTS = st.text(max_size=900)


@given(st.lists(st.tuples(st.booleans(), TEXTS), max_size=8))
def test_a_page_packed_in_parts_is_the_same_page_for_whoever_unpacks_it(pieces: list[tuple[bool, str]]) -> None:
    parts = [Part.of(text) if constant else text for constant, text in pieces]
    whole = "".join(text for _, text in pieces)
    app = Flask("packing")
    with app.test_request_context(headers={"Accept-Encoding": "gzip"}):
        assert gzip.decompress(packing.joined(parts).data).decode() == whole
    with app.test_request_context():
        assert packing.joined(parts).data.decode() == whole


@pytest.mark.parametrize("gap", ["", "short", "long " * 200, "é" * 400])
def test_a_gap_holds_what_this_visitor_gets_and_the_next_one_gets_their_own(gap: str) -> None:
    sheet = Frame(("<p>", "name", "</p><p>", "same", "</p>")).sheet("key", lambda: {"same": "for all"})
    app = Flask("packing")
    for value in (gap, "somebody else"):
        with app.test_request_context():
            assert sheet.filled({"name": value}).data.decode() == f"<p>{value}</p><p>for all</p>"


def test_two_participants_have_the_same_letter_with_tokens_and_script_numbers_of_their_own(place: Place) -> None:
    letters = [place.come_in(place.enrol())[1] for _ in range(2)]
    tokens = {letter.form("/p/consent").value("csrf_token") for letter in letters}
    policies = {letter.headers["Content-Security-Policy"] for letter in letters}
    assert len(tokens) == len(policies) == 2
    for letter in letters:
        nonce = letter.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        assert f'nonce="{nonce}"' in letter.text
