"""Leaving: each way says beforehand what it does, is confirmed once, asks for no reason and answers with a receipt."""

import pytest

from survey import participants, withdrawals
from survey.participants import Enrolled, Standing
from survey.withdrawals import Way
from tests.web.participant.conftest import Place
from tests.web.participant.test_answering import SOUND, form_of
from web.kit import cookies

STANDING = {Way.STOP: Standing.STOPPED, Way.ANONYMISE: Standing.ANONYMISED, Way.ERASE: Standing.ERASED}


def standing_of(place: Place, enrolled: Enrolled) -> Standing:
    with place.house.stores.work(reading=True) as work:
        return participants.find(work.db, place.made.study.id, enrolled.participant.id).standing


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("way", list(Way))
def test_each_way_says_what_it_does_and_does_it_after_one_confirmation(place: Place, way: Way) -> None:
    browser, enrolled, page = place.agreed()
    form_of(page).fill(**SOUND).submit(then="next")

    assert "/p/leave" in page.links()
    ways = browser.get("/p/leave")
    sure = browser.get(f"/p/leave/{way.value}")
    for sentence in withdrawals.before(way):
        assert str(sentence) in ways.words()
        assert str(sentence) in sure.words()
    form = sure.form(way.value)
    assert set(form.fields) == {"csrf_token"}
    receipt = form.submit()

    assert receipt.status == 200
    assert "W-" in receipt.words(".slip")
    assert standing_of(place, enrolled) is STANDING[way]
    assert not browser.cookie(cookies.PERSON)


def test_after_erasing_the_code_opens_nothing(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    browser.get("/p/leave/erase").form("erase").submit()

    _, page = place.come_in(enrolled)

    assert page.status == 422
    assert "opens nothing" in " ".join(page.complaints)


def test_whoever_stopped_can_still_look_and_still_be_erased(place: Place) -> None:
    browser, enrolled, _ = place.agreed()
    browser.get("/p/leave/stop").form("stop").submit()

    browser, page = place.come_in(enrolled)
    assert page.path == "/p/left"
    assert browser.get("/p/mine").status == 200
    assert browser.get("/p/leave/stop").status == 404
    browser.get("/p/leave/erase").form("erase").submit()

    assert standing_of(place, enrolled) is Standing.ERASED


def test_another_tab_cannot_go_on_answering_after_leaving(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    form = form_of(page).fill(**SOUND)
    browser.get("/p/leave/stop").form("stop").submit()

    refused = form.submit(then="next")
    assert refused.status == 403
    again = refused.form().fill(your_code=enrolled.code.text).submit()

    assert again.status == 403
    assert "agree" in again.words() or "consent" in again.words()


def test_a_mistyped_way_to_leave_is_not_there(place: Place) -> None:
    browser, _, _ = place.agreed()

    assert browser.get("/p/leave/vanish").status == 404
