"""The first page of an installation, and a colleague's first day."""

import re

import pytest

from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.pages import Page
from tests.web.visitors import House, Visitor
from vault.studies import Role

OWN_WORDS = "marmalade trumpet seventeen glacier"


def code_on(page: Page) -> str:
    """The code that a page shows, without its hyphens."""
    return re.sub(r"[^0-9A-Z]", "", page.words("code"))


@pytest.fixture
def lead(house: House, ada: Person) -> Visitor:
    """Ada's browser, with a study of hers at ``lead.study``."""
    return house.sign_in(ada)


@pytest.fixture
def invitation(house: House, lead: Visitor) -> str:
    """The code of a link for Ben."""
    study = house.found(lead)
    form = lead.get(f"/studies/{study}/members/new").form()
    return code_on(form.fill(name="Ben Okri", email="ben@example.org", role="analyst").submit())


def test_an_installation_without_anybody_says_what_its_operator_has_to_do(house: House) -> None:
    assert "verbatim init" in house.visitor().get("/sign-in").words()


def test_the_first_page_leads_to_the_way_in(house: House) -> None:
    page = house.visitor().get("/")

    assert page.status == 200
    assert "/sign-in" in page.links()


def test_whoever_is_signed_in_finds_their_studies_on_the_first_page(lead: Visitor) -> None:
    assert lead.get("/").follow().path == "/studies"


def test_the_pages_are_in_the_language_that_was_chosen_until_another_is_chosen(house: House) -> None:
    browser = house.visitor(language="de")
    page = browser.get("/sign-in")
    assert page.document.get("lang") == "en"

    languages = next(form for form in page.forms() if form.action == "/language")
    french = languages.submit(language="fr")

    assert french.path == "/sign-in"
    assert french.document.get("lang") == "fr"
    assert browser.get("/welcome").document.get("lang") == "fr"


def test_the_browsers_language_is_the_first_choice(house: House) -> None:
    assert house.visitor(language="fr-CA,en;q=0.5").get("/").document.get("lang") == "fr"


def test_a_link_shows_its_code_behind_the_hash_only(house: House, lead: Visitor) -> None:
    study = house.found(lead)
    form = lead.get(f"/studies/{study}/members/new").form()
    page = form.fill(name="Ben Okri", email="ben@example.org", role="analyst").submit()

    link = page.words("textarea")

    assert link == f"https://localhost/welcome#{code_on(page)}"


@pytest.mark.parametrize("typed", ["", "nonsense!", "AAAA-BBBB", "0" * 26])
def test_a_code_that_is_none_is_refused_beside_the_field_and_kept(house: House, typed: str) -> None:
    page = house.visitor().get("/welcome").form().fill(code=typed).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["code"]
    assert page.form().value("code") == typed


def test_a_code_is_read_in_any_spelling(house: House, invitation: str) -> None:
    spelled = "-".join(invitation[at : at + 4].lower() for at in range(0, len(invitation), 4))

    page = house.visitor().get("/welcome").form().fill(code=f" {spelled} ").submit()

    assert page.title == "Your passphrase"
    assert len(page.form().value("passphrase").split()) == 5


def test_a_code_is_worth_nothing_after_a_week(house: House, invitation: str) -> None:
    house.clock.move(days=7, seconds=1)

    assert house.visitor().get("/welcome").form().fill(code=invitation).submit().status == 422


def test_a_newer_link_makes_the_former_one_void(house: House, lead: Visitor) -> None:
    study = house.found(lead)
    first = code_on(
        lead.get(f"/studies/{study}/members/new").form().fill(name="Ben", email="b@example.org", role="lead").submit()
    )
    second = code_on(lead.get(f"/studies/{study}/members").form("/welcome").submit())

    assert house.visitor().get("/welcome").form().fill(code=first).submit().status == 422
    assert house.visitor().get("/welcome").form().fill(code=second).submit().status == 200


@pytest.mark.parametrize(
    ("chosen", "again", "field"),
    [
        ("too short", "too short", "passphrase"),
        ("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa", "passphrase"),
        ("ben okri ben okri ben", "ben okri ben okri ben", "passphrase"),
        (OWN_WORDS, "something else entirely", "again"),
        (OWN_WORDS, "", "again"),
        ("", "", "passphrase"),
        ("x" * 401, "x" * 401, "passphrase"),
    ],
)
def test_a_passphrase_that_will_not_do_is_refused_and_the_link_stays_good(
    house: House, invitation: str, chosen: str, again: str, field: str
) -> None:
    browser = house.visitor()
    form = browser.get("/welcome").form().fill(code=invitation).submit().form()

    page = form.fill(passphrase=chosen, again=again).submit()

    assert page.status == 422
    assert field in page.complaints.values()
    assert page.form().value("code") == invitation
    assert page.form().fill(passphrase=OWN_WORDS, again=OWN_WORDS).submit().title == "Your phone"


def test_an_account_counts_once_passphrase_and_phone_were_shown_to_work(house: House, invitation: str) -> None:
    browser = house.visitor()
    form = browser.get("/welcome").form().fill(code=invitation).submit().form()
    page = form.fill(passphrase=OWN_WORDS, again=OWN_WORDS).submit()
    secret = page.words("code").replace(" ", "")

    wrong_words = page.form().fill(passphrase="another one altogether", code=house.code(secret)).submit()
    assert wrong_words.status == 422
    assert list(wrong_words.complaints.values()) == ["passphrase"]
    wrong_code = wrong_words.form().fill(passphrase=OWN_WORDS, code="000000").submit()
    assert list(wrong_code.complaints.values()) == ["code"]
    assert browser.get("/studies").location.startswith("/sign-in")

    page = wrong_code.form().fill(passphrase=OWN_WORDS, code=house.code(secret)).submit()
    assert page.title == "Your recovery code"
    shown = page.form("/recovery").submit()
    assert len(code_on(shown)) == 26
    assert browser.get("/studies").status == 200


def test_a_link_that_was_used_opens_nothing(house: House, invitation: str) -> None:
    form = house.visitor().get("/welcome").form().fill(code=invitation).submit().form()
    form.fill(passphrase=OWN_WORDS, again=OWN_WORDS).submit()

    late = form.submit()  # somebody else had the same page open
    assert late.status == 422
    assert late.title == "Welcome"
    assert house.visitor().get("/welcome").form().fill(code=invitation).submit().status == 422


def test_the_secret_of_the_phone_is_shown_to_nobody_after_it_worked(house: House, ada: Person) -> None:
    browser = house.visitor()
    form = browser.get("/sign-in").form("/sign-in")
    form.fill(email=ada.account.email, passphrase="correct horse battery staple lamp").submit()

    assert browser.get("/welcome/second-factor").status == 403


def test_only_the_study_that_invited_somebody_first_gives_out_their_link(house: House, team: Team) -> None:
    """Whoever has the link becomes the account, so another study's lead must not get one (ASVS 8.2.2)."""
    form = team.lead.get(f"{team.at}/members/new").form()
    first = code_on(form.fill(name="Ben", email="ben@example.org", role=Role.LEAD.value).submit())
    stranger = house.sign_in(house.person("eve"))
    theirs = house.found(stranger, "A study of somebody else")

    form = stranger.get(f"/studies/{theirs}/members/new").form()
    page = form.fill(name="Ben", email="ben@example.org", role="analyst").submit()
    again = stranger.get(f"/studies/{theirs}/members").form("/welcome").submit()

    assert page.path == f"/studies/{theirs}/members"
    assert "invited by another study" in page.notices[0]
    assert again.status == 403
    assert house.visitor().get("/welcome").form().fill(code=first).submit().status == 200
