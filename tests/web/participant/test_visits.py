"""Attacks 5 and 6 on a participant's pages: codes, planted cookies, leaving, idle and absolute ends (ASVS 6.5, 7)."""

import base64
import math
import os
from collections.abc import Iterator

import pytest

from tests.web.furnishing import doors, routes
from tests.web.pages import Page
from tests.web.participant.conftest import Place
from tests.web.participant.study import WORD
from tests.web.participant.test_answering import SOUND, form_of
from tests.web.visitors import Visitor
from vault.codes import ALPHABET, TYPED, TypedCode
from vault.studies import Permit
from web.kit import cookies


def inside(browser: Visitor) -> bool:
    """Whether the browser is let in."""
    return browser.get("/p/mine").status == 200


def with_cookie(place: Place, value: str | None) -> Visitor:
    """Another browser that has somebody's cookie."""
    browser = place.house.visitor()
    browser.keep(cookies.PERSON, value or "")
    return browser


def test_a_cookie_that_was_planted_is_replaced_by_giving_the_code(place: Place) -> None:
    """ASVS 7.2.4: fixation, by code and by the open door."""
    planted = base64.urlsafe_b64encode(os.urandom(48)).decode()
    by_code, by_door = with_cookie(place, planted), with_cookie(place, planted)

    place.come_in(place.enrol(), by_code)
    by_door.get(f"/join/{WORD}").form().submit()

    assert inside(by_code)
    assert inside(by_door)
    assert len({planted, by_code.cookie(cookies.PERSON), by_door.cookie(cookies.PERSON)}) == 3
    assert not inside(with_cookie(place, planted))


def test_giving_ones_code_in_a_browser_of_somebody_else_leads_to_ones_own_pages(place: Place) -> None:
    """ASVS 7.2.4: nothing of the visit before goes on."""
    browser, first, page = place.agreed()
    form_of(page).fill(**SOUND).submit(then="next")
    second = place.enrol()

    _, letter = place.come_in(second, browser)

    assert letter.path == "/p/consent"
    shown = browser.get("/p/mine").words()
    assert second.participant.pseudonym in shown
    assert first.participant.pseudonym not in shown
    assert "12 years" not in shown
    assert browser.get(page.path).location == "/p/go"


def _endings(place: Place) -> Iterator[tuple[str, Visitor, str]]:
    """Each way in which a visit ends, with the browser that pressed the button and the cookie it had."""
    for name in ("out", "stop", "anonymise", "erase"):
        browser, _, _ = place.agreed()
        cookie = browser.cookie(cookies.PERSON) or ""
        form = browser.get("/p/later").form("/p/out") if name == "out" else browser.get(f"/p/leave/{name}").form(name)
        form.submit()
        yield name, browser, cookie


def test_a_visit_that_was_ended_is_over_in_every_browser_and_with_a_kept_cookie(place: Place) -> None:
    """ASVS 7.4.1, 7.4.2."""
    for name, browser, cookie in _endings(place):
        assert not browser.cookie(cookies.PERSON), name
        assert not inside(with_cookie(place, cookie)), name


@pytest.mark.parametrize("way", ["stop", "anonymise", "erase"])
def test_whoever_leaves_in_one_browser_is_out_in_all_of_them(place: Place, way: str) -> None:
    """ASVS 7.4.2."""
    browser, enrolled, _ = place.agreed()
    other, _ = place.come_in(enrolled)
    assert inside(other)

    browser.get(f"/p/leave/{way}").form(way).submit()

    assert not inside(other)


@pytest.mark.parametrize(("minutes", "let_in"), [(29.9, True), (30, False)])
def test_half_an_hour_of_rest_ends_a_visit(place: Place, minutes: float, let_in: bool) -> None:
    """ASVS 7.3.1."""
    browser, _, _ = place.agreed()
    place.house.clock.move(minutes=minutes)

    assert inside(browser) is let_in


def test_a_visit_in_use_lasts_twelve_hours_and_no_longer(place: Place) -> None:
    """ASVS 7.3.2: neither looking, nor saving, nor saying that one is still there prolongs it."""
    browser, _, page = place.agreed()
    for _ in range(28):
        place.house.clock.move(minutes=25)
        assert form_of(browser.get(page.path)).fill(**SOUND).submit(then="next").status == 200
        assert browser.send("/p/stay").status == 204
    place.house.clock.move(minutes=20)

    assert not inside(browser)
    assert browser.send("/p/stay").status == 403


def _everything(place: Place, browser: Visitor, page: Page) -> dict[str, int]:
    """The status of every address of participants, looked at and posted to."""
    app = place.house.app
    known = {"version_id": page.path.split("/")[3], "slot": "0", "name": "stop", "occasion_id": page.path.split("/")[3]}
    found = {}
    for method in ("GET", "POST"):
        for rule in routes(app, method):
            if rule.endpoint in doors(app) and doors(app)[rule.endpoint].permit is Permit.TAKE_PART:
                address = rule.rule.replace("<uuid:", "<").replace("<int:", "<")
                for name, value in known.items():
                    address = address.replace(f"<{name}>", value)
                answer = browser.get(address) if method == "GET" else browser.send(address)
                found[f"{method} {rule.rule}"] = answer.status
                assert answer.location in {"", "/p"}, rule.rule
    return found


@pytest.mark.parametrize("change", ["first byte", "last byte", "shorter", "longer", "no base64", "somebody else's key"])
def test_an_altered_cookie_opens_no_page_and_breaks_none(place: Place, change: str) -> None:
    """ASVS 7.2.1, 7.2.2: every address of participants."""
    browser, _, page = place.agreed()
    other, _, _ = place.agreed()
    raw, theirs = (base64.urlsafe_b64decode(one.cookie(cookies.PERSON) or "") for one in (browser, other))
    altered = {
        "first byte": bytes([raw[0] ^ 1]) + raw[1:],
        "last byte": raw[:-1] + bytes([raw[-1] ^ 1]),
        "shorter": raw[:-1],
        "longer": raw + b"x",
        "no base64": b"",
        "somebody else's key": raw[:16] + theirs[16:],
    }[change]
    thief = with_cookie(place, base64.urlsafe_b64encode(altered).decode() or "%%%%")

    found = _everything(place, thief, page)

    assert len(found) > 25
    assert {where: status for where, status in found.items() if status != (303 if where[0] == "G" else 403)} == {}


def test_no_address_carries_a_visit(place: Place) -> None:
    """ASVS 7.2.1, 14.2.1."""
    browser, enrolled, page = place.agreed()
    value = browser.cookie(cookies.PERSON) or "?"
    for path in ("/p/go", page.path, "/p/review", "/p/mine", "/p/consent/copy", "/p/leave", "/p/thanks"):
        answer = browser.get(path)
        assert value not in answer.text + answer.location
        assert enrolled.code.secret not in answer.location + "".join(answer.links() if answer.tree is not None else ())


def test_every_code_and_cookie_that_a_page_hands_out_is_as_long_as_was_promised_and_comes_once(place: Place) -> None:
    """ASVS 6.5.1, 7.2.3, 11.5.1: by the open door; sixty bits behind the public part of a code, 256 in a cookie."""
    found = []
    for _ in range(12):
        browser = place.house.visitor()
        code = TypedCode.parse(browser.get(f"/join/{WORD}").form().submit().words("code"))
        found.append((code.locator, code.secret, base64.urlsafe_b64decode(browser.cookie(cookies.PERSON) or "")))
    locators, secrets, kept = zip(*found, strict=True)

    assert {len(secret) for secret in secrets} == {TYPED}
    assert {len(cookie) for cookie in kept} == {16 + 32}
    halves = [half for cookie in kept for half in (cookie[:16], cookie[16:])]
    assert [len(set(group)) for group in (locators, secrets, halves)] == [12, 12, 24]
    assert TYPED * math.log2(len(ALPHABET)) == 60
