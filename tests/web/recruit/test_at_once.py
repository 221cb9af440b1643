"""Attack 19: whoever recruits presses twice, or two of the team press the same (ASVS 2.3.4, 15.4.2)."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from survey import links
from tests.mailbox import Box, mailbox
from tests.web.pages import Form, Page
from tests.web.recruit.conftest import Office
from tests.web.simultaneous import twice
from tests.web.visitors import Visitor
from web.kit import guard

Pressing = Callable[[Visitor, Form], Sequence[Page]]


def one_after_the_other(browser: Visitor, form: Form) -> Sequence[Page]:
    """The second press comes when the first has been answered."""
    return [browser.post(form.action, form.values) for _ in range(2)]


pytestmark = [
    pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True),
    pytest.mark.parametrize("press", [one_after_the_other, twice]),
]


def place(office: Office) -> str:
    """Where people are enrolled."""
    return str(office.field.sites[0].id)


def words_of(office: Office) -> list[str]:
    """The public addresses of the study."""
    with office.field.stores.work(reading=True) as work:
        return sorted(link.word for link in links.of_study(work.db, office.field.study.id))


@pytest.mark.parametrize("email", ["", "jo@example.org"])
def test_one_person_is_enrolled_and_one_letter_waits(office: Office, press: Pressing, email: str) -> None:
    form = office.get("/enrol").form("/enrol").fill(name="Jo", email=email, site=place(office))

    pages = press(office.coordinator, form)

    assert sorted(page.status for page in pages) == [200, *[409] * (len(pages) - 1)]
    assert all("nobody was enrolled again" in page.words() for page in pages if page.status == 409)
    assert len(office.field.everybody()) == 1
    assert len(office.get("/letters").document.xpath("//input[@name='letter']")) == 1


def test_a_sheet_is_imported_once_and_the_second_press_says_so(office: Office, press: Pressing) -> None:
    sheet = "Name,E-mail,Site\nKim,kim@example.org,Calgary\nLou,lou@example.org,Calgary\n"
    form = office.get("/enrol/sheet").form("/enrol/sheet").fill(sheet=sheet).submit().form("/import")

    pages = press(office.coordinator, form)

    assert sorted(page.status for page in pages) == [200, *[409] * (len(pages) - 1)]
    assert all("nobody was enrolled again" in page.words() for page in pages if page.status == 409)
    assert len(office.field.everybody()) == 2


@pytest.mark.parametrize("word", ["", "mentors"])
def test_one_address_is_made(office: Office, press: Pressing, word: str) -> None:
    form = office.get("/links").form("/links").fill(word=word, most="5")

    pages = press(office.coordinator, form)

    assert {(page.status, page.location) for page in pages} == {(303, f"{office.at}/links")}
    assert len(words_of(office)) == 1
    assert office.field.actions().count("link.opened") == 1


def test_another_address_by_the_same_page_is_another_address(office: Office, press: Pressing) -> None:
    form = office.get("/links").form("/links").fill(word="mentors")
    press(office.coordinator, form)
    press(office.coordinator, form.fill(word="mentees"))

    assert words_of(office) == ["mentees", "mentors"]
    assert office.get("/links").form("/links").fill(word="mentors").submit().status == 422


@pytest.fixture
def box(office: Office) -> Iterator[Box]:
    """A mail server for the letters."""
    with mailbox() as found:
        object.__setattr__(guard.kit_of(office.house.app).settings, "smtp_url", found.url)
        yield found


def all_letters(office: Office, action: str) -> Form:
    """The form that does something with every letter that is held."""
    page = office.get("/letters")
    form = page.form("/letters/print") if not page.forms() else page.forms()[0]
    token = next(one.value("csrf_token") for one in page.forms() if one.value("csrf_token"))
    numbers = [("letter", str(number)) for number in page.document.xpath("//input[@name='letter']/@value")]
    return Form(f"{office.at}/letters/{action}", [("csrf_token", token), *numbers], {}, form.send)


def test_each_letter_is_mailed_once(office: Office, press: Pressing, box: Box) -> None:
    for name in ("jo", "kim", "lou"):
        office.field.enrol(name, f"{name}@example.org")
    released = press(office.coordinator, all_letters(office, "release"))

    sent = press(office.coordinator, office.get("/letters").form("/send"))

    assert {page.status for page in (*released, *sent)} == {303}
    assert sorted(box.addressed) == ["jo@example.org", "kim@example.org", "lou@example.org"]
    assert office.field.actions().count("letter.sent") == 3


def test_each_letter_is_posted_once(office: Office, press: Pressing) -> None:
    for name in ("jo", "kim", "lou"):
        office.field.enrol(name, f"{name}@example.org")

    pages = press(office.coordinator, all_letters(office, "posted"))

    assert {page.status for page in pages} == {303}
    assert office.field.actions().count("letter.sent") == 3


@pytest.mark.parametrize("value", ["", "x", "9d0c6f0e7f3c4f6e8a57000000000000", "Z" * 64])
def test_a_page_that_cannot_be_read_is_shown_again_with_what_was_typed(
    office: Office, press: Pressing, value: str
) -> None:
    form = office.get("/enrol").form("/enrol").fill(name="Jo", site=place(office))
    page = form.tamper(once=value)

    assert page.status == 422
    assert "did not work" in page.words(".errors")
    assert office.field.everybody() == []
    again = page.form("/enrol")
    assert again.value("name") == "Jo"
    press(office.coordinator, again)
    assert len(office.field.everybody()) == 1


def test_the_value_of_a_colleagues_page_is_no_more_than_a_new_one(office: Office, press: Pressing) -> None:
    form = office.get("/enrol").form("/enrol").fill(name="Jo", site=place(office))
    press(office.coordinator, form)

    theirs = office.lead.get(f"{office.at}/enrol").form("/enrol").fill(name="Kim", site=place(office))
    press(office.lead, theirs.fill(once=form.value("once")))

    assert len(office.field.everybody()) == 2
