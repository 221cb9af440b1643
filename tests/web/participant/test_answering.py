"""The questions: saved with every turn, kept when they are refused, and never lost between two tabs."""

import json
from itertools import pairwise

import pytest
from sqlalchemy import select

from survey import runs
from survey.participants import Enrolled
from tests.web.pages import Form, Page
from tests.web.participant.conftest import Place
from vault import participant_keys
from vault.ledger import LedgerEntry

SOUND = {"role": "clinician", "university": "calgary", "years": "12"}
BARRIERS = ("time", "recognition", "money", "skills", "availability")


def form_of(page: Page) -> Form:
    return page.form(page.path)


def through(page: Page) -> Page:
    """From the first page to the review, with a mentor."""
    page = form_of(page).fill(**SOUND).submit(then="next")
    page = form_of(page).fill(has_mentor="yes").submit(then="next")
    page = form_of(page).fill(assigned_or_chosen="chosen", meetings="12").submit(then="next")
    return form_of(page).fill(comment="Nothing more").submit(then="next")


def run_of(place: Place, enrolled: Enrolled) -> runs.Response:
    with place.house.stores.work(reading=True) as work:
        (run,) = runs.of_participant(work.db, enrolled.participant.id)
    return run


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_the_way_leads_from_page_to_page_to_the_review_and_the_thanks(place: Place) -> None:
    browser, enrolled, page = place.agreed()

    review = through(page)
    assert review.path == "/p/review"
    for said in ("Clinician investigator", "12 years", "We found each other", "Nothing more"):
        assert said in review.words()
    thanks = review.form("/p/submit").submit()

    assert thanks.path == "/p/thanks"
    assert thanks.words("code") == enrolled.code.text
    assert run_of(place, enrolled).submitted_on is not None
    assert browser.get(page.path).location == "/p/go"


def test_every_page_that_is_sent_has_a_line_of_the_participants_in_the_log(place: Place) -> None:
    _, enrolled, page = place.agreed()
    through(page)
    with place.house.stores.work(reading=True) as work:
        bodies = select(LedgerEntry.body).where(LedgerEntry.action == "answers.saved")
        subjects = [json.loads(body)["subject"] for body in work.db.scalars(bodies)]
        assert subjects == [participant_keys.commitment(work.keyring, enrolled.participant.id)] * 4


def test_who_has_no_mentor_is_not_asked_about_one(place: Place) -> None:
    _, _, page = place.agreed()
    page = form_of(page).fill(**SOUND).submit(then="next")

    after = form_of(page).fill(has_mentor="no").submit(then="next")

    assert after.path.endswith("/3")
    assert "What gets in the way" in after.title


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_a_refused_page_says_what_to_do_beside_each_field_and_keeps_what_was_typed(place: Place) -> None:
    browser, _, page = place.agreed()

    refused = form_of(page).fill(university="other", years="a dozen").submit(then="next")

    assert refused.status == 422
    assert refused.complaints == {
        "Which of these describes your work best? Choose an answer.": "role",
        "How many years ago did you take up your first faculty appointment? "
        "Write the number in digits, for example 12.": "years",
    }
    assert form_of(refused).value("years") == "a dozen"
    again = browser.get(page.path)
    assert "still here" in again.words(".notice")
    assert (form_of(again).value("university"), form_of(again).value("years")) == ("other", "a dozen")


def test_the_same_thing_to_do_in_two_places_names_each_question(place: Place) -> None:
    _, _, page = place.agreed()

    refused = form_of(page).submit(then="next")

    assert refused.complaints == {
        "Which of these describes your work best? Choose an answer.": "role",
        "At which university do you work? Choose an answer.": "university",
    }


def test_going_back_keeps_what_is_sound_and_what_is_not(place: Place) -> None:
    browser, _, page = place.agreed()
    second = form_of(page).fill(**SOUND).submit(then="next")
    third = form_of(second).fill(has_mentor="yes").submit(then="next")

    back = form_of(third).fill(assigned_or_chosen="both", meetings="many").submit(then="back")
    assert back.path == second.path
    assert form_of(back).value("has_mentor") == "yes"

    again = form_of(browser.get(third.path))
    assert (again.value("assigned_or_chosen"), again.value("meetings")) == ("both", "many")


def test_enter_in_a_field_goes_on_and_does_not_change_the_language(place: Place) -> None:
    _, _, page = place.agreed()

    first = page.document.xpath("//button[@form='page' or ancestor::form[@id='page']]")[0]

    assert (first.get("name"), first.get("value")) == ("then", "next")


def test_the_language_changes_at_any_time_and_what_is_being_typed_stays(place: Place) -> None:
    browser, _, page = place.agreed()

    french = form_of(page).fill(role="clinician", years="a dozen").submit(language="fr")

    assert (french.document.get("lang"), french.status) == ("fr", 200)
    assert "À propos de vous" in french.title
    assert (form_of(french).value("role"), form_of(french).value("years")) == ("clinician", "a dozen")
    assert browser.get(page.path).document.get("lang") == "fr"


def test_an_order_is_made_with_buttons_and_the_rest_of_the_page_stays(place: Place) -> None:
    browser, _, page = place.agreed()
    page = form_of(page).fill(**SOUND).submit(then="next")
    page = form_of(page).fill(has_mentor="no").submit(then="next")
    form = form_of(page).fill(comment="as I was saying")

    for code in BARRIERS:
        page = form.submit(**{"barrier.move": f"place:{code}"})
        form = form_of(page)
    page = form.submit(**{"barrier.move": "up:money"})
    form = form_of(page)

    placed = [value for name, value in form.values if name == "barrier"]
    assert placed == ["time", "money", "recognition", "skills", "availability"]
    assert form.value("comment") == "as I was saying"
    review = form.submit(then="next")
    assert "1. Lack of time" in review.words()
    assert browser.get(page.path).status == 200


def test_a_draft_that_a_script_keeps_comes_back(place: Place) -> None:
    browser, _, page = place.agreed()
    form = form_of(page).fill(years="a doz")

    kept = browser.post(f"{page.path}/draft", form.values)

    assert kept.status == 204
    assert form_of(browser.get(page.path)).value("years") == "a doz"


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_a_second_tab_loses_nothing_and_the_next_page_says_what_happened(place: Place) -> None:
    browser, _, page = place.agreed()
    one, two = form_of(page), form_of(browser.get(page.path))
    one.fill(**SOUND).submit(then="next")

    after = two.fill(role="population_health", university="alberta", years="3").submit(then="next")

    assert "another tab" in after.words(".notice")
    compared = browser.get(after.document.xpath("//*[contains(@class, 'notice')]//a/@href")[0])
    assert "12 years" in compared.words()
    assert "3 years" in compared.words()


def test_of_two_saves_the_participant_chooses_the_one_that_counts(place: Place) -> None:
    browser, _, page = place.agreed()
    one, two = form_of(page), form_of(browser.get(page.path))
    one.fill(**SOUND).submit(then="next")
    after = two.fill(role="population_health", university="alberta", years="3").submit(then="next")
    compared = browser.get(after.document.xpath("//*[contains(@class, 'notice')]//a/@href")[0])
    first = next(form for form in compared.forms() if form.action == compared.path)

    first.submit()

    assert form_of(browser.get(page.path)).value("years") == "12"


def test_a_stale_tab_that_changes_the_language_still_hears_that_it_was_overtaken(place: Place) -> None:
    browser, _, page = place.agreed()
    one, two = form_of(page), form_of(browser.get(page.path))
    one.fill(**SOUND).submit(then="next")

    french = two.fill(role="population_health", university="alberta", years="3").submit(language="fr")
    assert form_of(french).value("years") == "3"
    after = form_of(french).submit(then="next")

    assert after.document.xpath("//*[contains(@class, 'notice')]//a/@href")


def test_two_presses_of_the_last_button_send_once(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    form = through(page).form("/p/submit")

    assert [form.submit().path, form.submit().path] == ["/p/thanks", "/p/thanks"]
    assert run_of(place, enrolled).submitted_on is not None
    assert browser.get("/p/review").follow().path == "/p/thanks"


def test_what_still_needs_an_answer_is_named_with_links_and_nothing_is_sent(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    browser.get(page.path)
    second = page.path[:-1] + "1"
    form_of(browser.get(second)).fill(has_mentor="no").submit(then="next")

    review = browser.get("/p/review")
    refused = review.form("/p/submit").submit()

    for found in (review, refused):
        assert page.path in found.document.xpath("//*[contains(@class, 'errors')]//a/@href")
    assert refused.status == 422
    assert run_of(place, enrolled).submitted_on is None


def test_coming_back_on_another_device_lands_where_one_was(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    second = form_of(page).fill(**SOUND).submit(then="next")
    later = form_of(second).fill(has_mentor="several").submit(then="later")
    assert later.path == "/p/later"
    assert later.words("code") == enrolled.code.text

    _, elsewhere = place.come_in(enrolled, place.house.visitor())

    assert elsewhere.path == second.path[:-1] + "2"
    assert browser.get("/p/go").location == elsewhere.path


def test_progress_is_said_in_words(place: Place) -> None:
    _, _, page = place.agreed()

    assert page.words(".progress") == "Part 1 of 3 — about 4 minutes left"


@pytest.mark.parametrize("path", ["draft", ""])
def test_nobody_writes_into_somebody_elses_run(place: Place, path: str) -> None:
    browser, _, page = place.agreed()
    stranger, _, _ = place.agreed()
    values = [(name, value) for name, value in form_of(page).fill(**SOUND).values if name != "csrf_token"]

    refused = stranger.send(f"{page.path}/{path}".rstrip("/"), values)

    assert refused.status == 404
    assert form_of(browser.get(page.path)).value("years") == ""


def test_a_page_that_the_way_does_not_lead_to_is_not_shown(place: Place) -> None:
    browser, _, page = place.agreed()

    assert browser.get(page.path[:-1] + "2").location == "/p/go"
    assert browser.get(page.path[:-1] + "99").location == "/p/go"


def test_pages_are_small(place: Place) -> None:
    browser, _, page = place.agreed()
    packed: list[int] = []
    for path in (page.path, "/p/consent", "/p/leave"):
        response = browser.client.get(path, base_url="https://localhost", headers={"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        packed.append(len(response.get_data()))

    assert max(packed) < 8000


def test_saves_are_numbered_one_after_the_other(place: Place) -> None:
    browser, _, page = place.agreed()
    seen = []
    for _ in range(3):
        form_of(browser.get(page.path)).fill(**SOUND).submit(then="next")
        seen.append(int(form_of(browser.get(page.path)).value("seen")))

    assert all(later == earlier + 1 for earlier, later in pairwise(seen))


def test_a_move_that_nobody_offered_changes_nothing_and_breaks_nothing(place: Place) -> None:
    _, _, page = place.agreed()
    page = form_of(page).fill(**SOUND).submit(then="next")
    page = form_of(page).fill(has_mentor="no").submit(then="next")

    for move in ("place:nothing", "up", "a\r\nb: c", "💥"):
        after = form_of(page).submit(**{"barrier.move": move})
        assert (after.status, [name for name, _ in form_of(after).values if name == "barrier"]) == (200, [])
