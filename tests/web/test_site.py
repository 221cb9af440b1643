"""What the site remembers of one request is true of the next one, and nobody gets in by it."""

import pytest

from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.visitors import ORIGIN, OWN, House


def test_a_name_that_is_not_ours_is_refused_however_often_ours_was_asked_for(house: House) -> None:
    """ASVS 4.1.3: what is remembered is one name with one port, in one spelling."""
    client = house.visitor().client
    for _ in range(2):
        assert client.get("/sign-in", base_url=ORIGIN).status_code == 200
        for host in ("evil.example", "localhost.evil.example", "localhost:99999", "LOCALHOST", "local host"):
            assert client.get("/sign-in", base_url=ORIGIN, headers={"Host": host}).status_code == 400


def test_an_address_that_was_found_before_is_asked_for_its_permit_anew(team: Team) -> None:
    """ASVS 8.2: only which page it is is remembered."""
    assert [team.lead.get(team.at).status for _ in range(2)] == [200, 200]
    assert team.house.visitor().get(team.at).status == 303
    assert team.lead.get(team.at).status == 200


@pytest.mark.parametrize("path", ["/sign-in", "/studies"])
def test_whoever_asks_for_the_head_of_a_page_gets_no_body(house: House, ada: Person, path: str) -> None:
    browser = house.sign_in(ada)
    head = browser.client.open(path, method="HEAD", base_url=ORIGIN)
    assert (head.status_code, head.data) == (browser.get(path).status, b"")


def test_of_two_cookies_of_one_name_the_first_counts(house: House) -> None:
    page = house.app.test_client(use_cookies=False).get(
        "/sign-in", base_url=ORIGIN, headers={"Cookie": "__Host-language=fr; __Host-language=en"}
    )
    assert '<html lang="fr"' in page.text


def test_what_is_no_text_is_an_empty_form(house: House) -> None:
    """ASVS 15.2.2: one plain page and no fault, although nothing of it could be read, the token neither."""
    sent = house.visitor().client.open(
        "/sign-in", method="POST", base_url=ORIGIN, data=b"csrf_token=\xff\xfe&email=ada",
        content_type="application/x-www-form-urlencoded", headers=OWN,
    )  # fmt: skip
    assert sent.status_code == 400
