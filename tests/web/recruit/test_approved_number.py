"""The approved number stands at every door, with a sentence that says what to do, and nothing typed is lost."""

from datetime import timedelta

from tests.vault.people import Person
from tests.web.pages import Page
from tests.web.visitors import House, Visitor
from vault import approvals
from vault.approvals import Decided
from vault.terms import Terms


def _study(house: House, size: int) -> tuple[Visitor, Person, str]:
    """A study whose board approved ``size`` participants, and its lead's browser."""
    lead = house.person("ada")
    browser = house.sign_in(lead)
    study = house.found(browser)
    now = house.clock.time
    with house.stores.work() as work:
        last = now.date() + timedelta(days=90)
        decided = Decided("REB", "R-1", "All", now.date(), last, terms=Terms(sample_size=size))
        approvals.record(work.db, study, decided, by=lead.id, now=now)
        work.commit()
    return browser, lead, f"/studies/{study}"


def _enrol(browser: Visitor, at: str, name: str) -> Page:
    return browser.get(f"{at}/enrol").form("/enrol").fill(name=name, note="Prefers mornings.").submit()


def test_the_form_says_that_the_number_is_reached_and_a_lead_allows_one_more(house: House) -> None:
    browser, _, at = _study(house, 1)
    assert _enrol(browser, at, "Wren").title == "Enrolled"
    refused = _enrol(browser, at, "Ash")
    assert refused.status == 422
    assert "is reached, so nobody was enrolled" in next(iter(refused.complaints))
    assert refused.form("/enrol").value("note") == "Prefers mornings."

    page = browser.get(f"{at}/approvals")
    assert "1 enrolled of 1." in page.words()
    ask = browser.get(next(link for link in page.links() if link.endswith("/one-more")))
    assert "One person more may be enrolled under this approval: 2 instead of 1." in ask.words(".afterwards")
    silent = ask.form("/one-more").submit()
    assert silent.complaints == {"Say why one more person has to be enrolled, and who was told.": "reason"}
    done = ask.form("/one-more").fill(reason="A colleague asked to be heard; the board was told.").submit()
    assert "A colleague asked to be heard; the board was told." in done.words()

    assert refused.form("/enrol").submit().title == "Enrolled"
    assert _enrol(browser, at, "Elm").status == 422
    assert "one person more may be enrolled than approved: 2." in browser.get(f"{at}/log").words()


def test_a_sheet_that_is_too_long_enrols_nobody_and_stays(house: House) -> None:
    browser, _, at = _study(house, 2)
    sheet = "name,email\nWren,wren@example.org\nAsh,ash@example.org\nElm,elm@example.org"
    mapping = browser.get(f"{at}/enrol/sheet").form("/sheet").fill(sheet=sheet).submit()
    refused = mapping.form("/import").submit()
    assert refused.status == 422
    assert "is reached, so nobody was enrolled" in next(iter(refused.complaints))
    assert "elm@example.org" in refused.form("/import").value("sheet")
    assert "wren" not in browser.get(f"{at}/participants").words().lower()
    assert "0 enrolled of 2." in browser.get(f"{at}/approvals").words()


def test_an_open_link_says_only_that_it_is_not_open(house: House) -> None:
    browser, _, at = _study(house, 1)
    browser.get(f"{at}/links").form("/links").fill(
        word="mentors", opens_on=house.clock.time.date().isoformat()
    ).submit()
    assert _enrol(browser, at, "Wren").title == "Enrolled"
    somebody = house.visitor()
    refused = somebody.get("/join/mentors").form("/join/mentors").submit()
    assert refused.status == 403
    assert "This link is not open at present." in refused.words()
