"""Attack 19: the button of the open door is pressed twice; whoever pressed it is one person (ASVS 2.3.4, 15.4.2)."""

from uuid import UUID

import pytest
from sqlalchemy import select

from survey import joining, links, once, participants
from survey.once import EnrolmentForm
from survey.participants import Enrolled
from tests.web.pages import Page
from tests.web.participant.conftest import Place, decide
from tests.web.participant.study import WORD
from tests.web.simultaneous import together, twice, twin
from vault import ledger, participant_keys
from vault.codes import TypedCode
from vault.store import Work
from web.kit import cookies

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
DOOR = f"/join/{WORD}"


def people(place: Place) -> set[UUID]:
    """Everybody in the study."""
    with place.house.stores.work(reading=True) as work:
        return {one.id for one in participants.of_study(work.db, place.made.study.id)}


def used(place: Place) -> int:
    """How many have come in by the link, as its limit counts them."""
    with place.house.stores.work(reading=True) as work:
        return links.find(work.db, WORD).used


def at_most(place: Place, most: int) -> None:
    """No more than so many may come in."""
    with place.house.stores.work() as work:
        links.find(work.db, WORD).most = most
        work.commit()


def answers(place: Place) -> list[bytes | None]:
    """What is kept for a second press, sealed, by page."""
    with place.house.stores.work(reading=True) as work:
        return list(work.db.scalars(select(EnrolmentForm.answer)))


def sweep(place: Place) -> None:
    """What happens when somebody of the team signs in."""
    with place.house.stores.work() as work:
        once.sweep(work.db, now=place.house.clock.time)
        work.commit()


def codes_of(place: Place, pages: list[Page]) -> set[str]:
    """The codes that those who were answered like this are shown."""
    found = set()
    for page in pages:
        browser = place.house.visitor()
        browser.keep(cookies.PERSON, page.response.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
        found.add(browser.get("/p/welcome").words("code"))
    return found


def test_a_button_that_is_pressed_twice_lets_in_one_person_who_sees_their_code(place: Place) -> None:
    at_most(place, 1)
    browser = place.house.visitor()
    form = browser.get(DOOR).form()

    pages = [browser.post(form.action, form.values) for _ in range(3)]

    assert [(page.status, page.location) for page in pages] == [(303, "/p/welcome")] * 3
    assert (len(people(place)), used(place)) == (1, 1)
    (code,) = codes_of(place, pages)
    assert browser.get("/p/welcome").words("code") == code
    decide(browser.get("/p/go").follow())
    assert place.house.visitor().get("/p").form().fill(code=code).submit().path == "/p/begin"
    with place.house.stores.work(reading=True) as work:
        lines = [line["action"] for line in ledger.of_study(work.db, place.made.study.id, most=100)]
    assert lines.count("participant.enrolled") == 1


def test_presses_at_the_same_moment_let_in_one_person(place: Place) -> None:
    at_most(place, 1)
    browser = place.house.visitor()

    pages = twice(browser, browser.get(DOOR).form())

    assert [(page.status, page.location) for page in pages] == [(303, "/p/welcome")] * 4
    assert (len(people(place)), used(place)) == (1, 1)
    assert len(codes_of(place, pages)) == 1


def test_pages_that_were_opened_one_by_one_let_in_one_person_each(place: Place) -> None:
    browser = place.house.visitor()
    forms = [browser.get(DOOR).form() for _ in range(3)]
    tabs = [twin(browser) for _ in forms]

    pages = together([lambda t=t, f=f: t.post(f.action, f.values) for t, f in zip(tabs, forms, strict=True)])  # type: ignore[misc]

    assert {page.status for page in pages} == {303}
    assert (len(people(place)), used(place), len(codes_of(place, pages))) == (3, 3, 3)


def test_whoever_presses_a_while_later_is_not_let_in_as_the_one_before(place: Place) -> None:
    """A shared computer: the page is still there when the next person sits down."""
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    first = form.submit().words("code")
    browser.forget(cookies.PERSON)
    place.house.clock.move(seconds=61)

    late = browser.post(form.action, form.values)

    assert late.status == 409
    assert browser.cookie(cookies.PERSON) is None
    assert "code by this page already" in late.words(".errors")
    assert first not in late.text
    assert len(people(place)) == 1
    assert late.form(DOOR).submit().words("code") != first
    assert (len(people(place)), used(place)) == (2, 2)


def test_the_last_moment_at_which_a_second_press_counts_is_a_minute_later(place: Place) -> None:
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    first = form.submit().words("code")
    place.house.clock.move(seconds=60)

    assert form.submit().words("code") == first
    assert len(people(place)) == 1


def test_a_second_press_counts_although_the_door_was_closed_in_between(place: Place) -> None:
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    first = form.submit().words("code")
    with place.house.stores.work() as work:
        links.stop(work.db, links.find(work.db, WORD), by=place.made.lead.id, now=place.house.clock.time)
        work.commit()

    assert form.submit().words("code") == first
    place.house.clock.move(minutes=2)
    assert browser.post(form.action, form.values).status == 403


def test_a_page_that_was_refused_is_not_used_up(place: Place) -> None:
    at_most(place, 1)
    browser, other = place.house.visitor(), place.house.visitor()
    form = browser.get(DOOR).form()
    other.get(DOOR).form().submit()
    assert browser.post(form.action, form.values).status == 403

    at_most(place, 2)

    assert browser.post(form.action, form.values).location == "/p/welcome"
    assert len(people(place)) == 2


@pytest.mark.parametrize("value", [None, "", "0", "g" * 64, "0" * 63, "A" * 64, "0" * 65, " " + "0" * 64, "٠" * 64])
def test_a_page_that_cannot_be_read_is_shown_again_and_lets_nobody_in(place: Place, value: str | None) -> None:
    browser = place.house.visitor()
    page = browser.send(DOOR, [] if value is None else [("once", value)])

    assert page.status == 422
    assert "did not work" in page.words(".errors")
    assert people(place) == set()
    assert page.form(DOOR).submit().path == "/p/welcome"


def test_the_value_of_somebody_elses_page_opens_nothing_of_theirs(place: Place) -> None:
    browser, other = place.house.visitor(), place.house.visitor()
    form = browser.get(DOOR).form()
    first = form.submit().words("code")
    theirs = other.get(DOOR).form()

    page = theirs.tamper(once=form.value("once"))

    assert page.words("code") != first
    assert len(people(place)) == 2


def test_the_value_of_another_links_page_opens_nothing_there(place: Place) -> None:
    with place.house.stores.work() as work:
        made = place.made
        links.make(work.db, made.study.id, "other", opens_on=place.house.clock.time.date(), by=made.lead.id,
            now=place.house.clock.time)  # fmt: skip
        work.commit()
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    first = form.submit().words("code")

    assert browser.get("/join/other").form().tamper(once=form.value("once")).words("code") != first
    assert (len(people(place)), used(place)) == (2, 1)


def test_a_second_press_does_not_bring_back_a_code_that_was_replaced(place: Place) -> None:
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    code = TypedCode.parse(form.submit().words("code"))
    with place.house.stores.work() as work:
        entered = participant_keys.enter(work.keyring, code)
        participant_keys.give_access(work.keyring, entered.study_id, entered.participant_id, entered.keys, typed=True)
        work.commit()

    assert browser.post(form.action, form.values).status == 409
    assert len(people(place)) == 1


def test_a_power_cut_between_the_two_databases_leaves_the_page_unused(place: Place) -> None:
    """ASVS 2.3.3: the keys that were made are nobody's, and are swept."""
    page, now = once.read(once.new()), place.house.clock.time

    def come(work: Work) -> Enrolled | TypedCode:
        link = links.find(work.db, WORD)
        return joining.join(work.db, work.keyring, link, page, browser="b", server_key=bytes(32), now=now)

    with place.house.stores.work() as work:
        lost = come(work)
        work.keyring.commit()
    with place.house.stores.work() as work:
        came = come(work)
        work.commit()
    with place.house.stores.work() as work:
        again = come(work)

    assert isinstance(lost, Enrolled)
    assert isinstance(came, Enrolled)
    assert again == came.code != lost.code
    assert (people(place), used(place)) == ({came.participant.id}, 1)


def test_neither_the_code_nor_the_pages_value_lies_anywhere(place: Place) -> None:
    """ASVS 14.2.4: and what is kept for a second press is gone two days later."""
    browser = place.house.visitor()
    form = browser.get(DOOR).form()
    code = TypedCode.parse(form.submit().words("code"))
    value = form.value("once")

    files = [file.read_bytes() for file in place.house.settings.home.rglob("*") if file.is_file()]
    for secret in (code.secret, code.text, value):
        assert not any(secret.encode() in held for held in files)
    assert not any(bytes.fromhex(value) in held for held in files)
    (kept,) = answers(place)
    assert kept is not None
    assert code.secret.encode() not in kept
    sweep(place)
    assert answers(place) == [kept]
    place.house.clock.move(days=2)
    sweep(place)
    assert answers(place) == [None]
    assert browser.post(form.action, form.values).status == 409
    assert len(people(place)) == 1
