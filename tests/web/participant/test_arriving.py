"""Coming in by code, by link and by the open door; nobody comes in without, and no secret is in an address."""

import pytest

from survey import links
from tests.web.participant.conftest import Place, decide
from tests.web.participant.study import WORD
from web.kit import cookies

PAGES = (
    "/p/go", "/p/consent", "/p/consent/copy", "/p/begin", "/p/review", "/p/thanks", "/p/later", "/p/leave",
    "/p/leave/erase", "/p/mine", "/p/mine.json", "/p/left",
)  # fmt: skip


@pytest.mark.parametrize("typed", [False, True])
def test_a_code_opens_the_letter_however_it_was_typed(place: Place, typed: bool) -> None:
    enrolled = place.enrol(typed=typed)
    text = enrolled.code.text
    for written in (text, text.lower().replace("-", " "), f"  {text.replace('-', '')} "):
        page = place.house.visitor().get("/p").form().fill(code=written).submit()
        assert page.path == "/p/consent"


def test_whoever_came_by_a_link_without_a_script_is_told_where_their_code_is(place: Place) -> None:
    page = place.house.visitor().get("/p")

    assert "your code stands at the end of the link, after the # sign" in page.words("noscript")


def test_a_whole_link_may_be_pasted_in_place_of_the_code(place: Place) -> None:
    page = place.house.visitor().get("/p").form().fill(code=f"https://localhost/p#{place.enrol().code.text}").submit()

    assert page.path == "/p/consent"


def test_a_code_that_opens_nothing_is_said_beside_the_field_and_what_was_typed_is_kept(place: Place) -> None:
    page = place.house.visitor().get("/p").form().fill(code="ABC-DEF-GH").submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["code"]
    assert page.form().value("code") == "ABC-DEF-GH"


def test_the_eleventh_wrong_try_for_a_code_is_refused(place: Place) -> None:
    text = place.enrol().code.text
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    statuses = [place.house.visitor().get("/p").form().fill(code=wrong).submit().status for _ in range(11)]

    assert statuses == [422] * 10 + [429]


def test_no_answer_to_a_participant_has_a_secret_in_its_address(place: Place) -> None:
    enrolled = place.enrol()
    browser = place.house.visitor()
    page = browser.post("/p", [("csrf_token", browser.token()), ("code", enrolled.code.text)])

    assert page.location == "/p/consent"
    assert enrolled.code.secret not in browser.get("/p/go").location


@pytest.mark.parametrize("path", PAGES)
def test_whoever_has_no_visit_is_asked_for_the_code(place: Place, path: str) -> None:
    assert place.house.visitor().get(path).location == "/p"


def test_the_open_door_gives_a_code_that_opens_the_same_pages_again(place: Place) -> None:
    browser = place.house.visitor()
    welcome = browser.get(f"/join/{WORD}").form().submit()
    code = welcome.words("code")

    letter = browser.get("/p/go").follow()
    assert letter.path == "/p/consent"
    decide(letter)
    again = place.house.visitor().get("/p").form().fill(code=code).submit()

    assert again.path == "/p/begin"


def test_a_door_that_is_closed_says_so_in_one_sentence_and_enrols_nobody(place: Place) -> None:
    browser = place.house.visitor()
    form = browser.get(f"/join/{WORD}").form()
    with place.house.stores.work() as work:
        link = links.find(work.db, WORD)
        links.stop(work.db, link, by=place.made.lead.id, now=place.house.clock.time)
        work.commit()

    for page in (browser.get(f"/join/{WORD}"), form.submit()):
        assert page.status == 403
        assert page.words(".lead").count(".") <= 2
        assert not browser.cookie(cookies.PERSON)


def test_a_page_that_was_open_too_long_asks_for_the_code_and_loses_nothing(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    form = page.form(page.path).fill(role="clinician", university="calgary", years="12")
    place.house.clock.move(minutes=31)

    again = form.submit(then="next")
    assert (again.status, again.title) == (403, "Type your code again")
    after = again.form().fill(your_code=enrolled.code.text).submit()

    assert after.path.endswith("/1")
    assert browser.get(page.path).form(page.path).value("years") == "12"


def test_a_wrong_code_there_keeps_what_was_typed_too(place: Place) -> None:
    _, enrolled, page = place.agreed()
    form = page.form(page.path).fill(role="clinician", university="calgary", years="12")
    place.house.clock.move(minutes=31)

    refused = form.submit(then="next").form().fill(your_code="nonsense").submit()
    assert refused.status == 422
    after = refused.form().fill(your_code=enrolled.code.text).submit()

    assert after.path.endswith("/1")
