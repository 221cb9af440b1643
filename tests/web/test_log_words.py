"""What a line of the log says to whoever reads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy.orm import Session

from web.team import deeds


@pytest.fixture
def english() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def _said(**facts: Any) -> str:
    line = {"action": "consent.decided", "actor": "participant:1", "at": "2026-11-25T12:00:00Z", "facts": facts}
    return deeds.in_words(Session(), line).what


@pytest.mark.usefixtures("english")
def test_what_was_agreed_to_is_said_in_words_and_nothing_is_a_dash() -> None:
    assert _said(yes=["take-part", "recorded"], no=[]) == (
        "Decided about taking part; agreed to: take part, be recorded; did not agree to: –."
    )
