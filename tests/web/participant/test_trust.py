"""What the pages owe: nothing that was typed becomes part of a page, reaches the log or lies in a file."""

import gzip
import re

import pytest

from tests.web.participant.conftest import Place, decide
from tests.web.participant.test_answering import form_of
from tests.web.participant.test_skeleton import NASTY

MARKER = "Quetzalcoatlus"


def test_what_a_participant_typed_is_text_wherever_it_is_shown(place: Place) -> None:
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)
    page = decide(letter, name=NASTY).form("/p/begin").submit()
    page = form_of(page).fill(
        role="clinician", university="other", **{"university.words.other": NASTY}
    ).submit(then="next")  # fmt: skip
    page = form_of(page).fill(has_mentor="no").submit(then="next")
    review = form_of(page).fill(comment=NASTY).submit(then="next")

    for shown in (review, browser.get("/p/mine"), browser.get("/p/consent/copy"), browser.get(page.path)):
        assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert(1)" in shown.text


def test_what_a_participant_typed_reaches_no_log_and_no_database(
    place: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)
    page = decide(letter, name=MARKER).form("/p/begin").submit()
    sound = {"role": "clinician", "university": "other", "university.words.other": MARKER}
    form_of(page).fill(**sound, years=MARKER).submit(then="next")
    form_of(page).fill(**sound).submit(then="next")
    browser.get(f"/p/{MARKER}")

    home = place.house.settings.home
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path.name for path in files if MARKER.encode() in path.read_bytes()] == []
    assert enrolled.code.secret.encode() not in b"".join(path.read_bytes() for path in files)
    for said in (caplog.text, "".join(capfd.readouterr())):
        assert MARKER not in said
        assert enrolled.code.secret not in said


def test_the_first_visit_weighs_less_than_a_photograph_of_a_stamp(place: Place) -> None:
    browser = place.house.visitor()
    packed = {"Accept-Encoding": "gzip"}
    first = browser.client.get("/p", base_url="https://localhost", headers=packed)
    text = gzip.decompress(first.get_data()).decode()
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))

    weights = [len(browser.client.get(part, base_url="https://localhost", headers=packed).get_data()) for part in parts]

    assert len(parts) == 3
    assert len(first.get_data()) + sum(weights) < 30_000


def test_a_page_that_was_sent_already_says_so_in_a_tab_that_is_still_open(place: Place) -> None:
    _, _, page = place.agreed()
    old = form_of(page)
    page = form_of(page).fill(role="clinician", university="calgary").submit(then="next")
    page = form_of(page).fill(has_mentor="no").submit(then="next")
    form_of(page).submit(then="next").form("/p/submit").submit()

    for refused in (old.fill(role="clinician").submit(then="next"), old.submit(language="fr")):
        assert refused.status == 409
        assert "Nothing was changed" in refused.words()
