"""A participant's whole way in a browser: with and without scripts, on a telephone and at a desk, by keyboard alone."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from consent import decisions
from consent.scopes import Scope
from instruments.definition import Instrument
from survey import links
from survey.participants import Enrolled
from tests.web.browser import NARROW, WIDE, Site, assert_good, photograph
from tests.web.participant import study
from tests.web.participant.all_kinds import ALL_KINDS
from tests.web.participant.study import WORD, Ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])


def _ready(site: Site, instrument: Instrument | None = None) -> Ready:
    with site.stores.work() as work:
        return study.ready(work, now=datetime.now(UTC), instrument=instrument)


def _enrol(site: Site, made: Ready) -> Enrolled:
    return study.enrol(site.stores, made, now=datetime.now(UTC))


def _look(page: Page, name: str, *, scripts: bool = True) -> None:
    """axe itself is a script, so where there are none the page is only photographed."""
    photograph(page, name)
    if scripts:
        assert_good(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _arrive(page: Page, code: str, *, scripts: bool) -> None:
    page.goto(f"/p#{code}")
    if not scripts:
        page.get_by_label("Your code").fill(code)
        _press(page, "Go on")
    expect(page.get_by_role("heading", name="What you decide")).to_be_visible()
    assert code not in page.url


def _decide(page: Page, scope: Scope, word: str) -> None:
    page.locator(f"label:has(#scope-{scope.value}-{word})").click()


def _agree(page: Page, *, no_to: frozenset[Scope] = frozenset()) -> None:
    for scope in Scope:
        _decide(page, scope, "no" if scope in no_to else "yes")
    page.get_by_label("Type your name to sign").fill("Ada Participant")
    _press(page, "This is what I decide")


def _choose(page: Page, name: str, code: str) -> None:
    page.locator(f"label:has(input[name='{name}'][value='{code}'])").click()


def _heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


@SCRIPTS
def test_consent_with_some_scopes_declined(site: Site, chromium: Browser, scripts: bool) -> None:
    made = _ready(site)
    enrolled = _enrol(site, made)
    with site.context(chromium, width=NARROW, scripts=scripts) as context:
        page = context.new_page()
        page.goto("/p")
        _look(page, "arrive", scripts=scripts)
        page.get_by_label("Your code").fill("ABC")
        _press(page, "Go on")
        expect(page.locator(".errors")).to_be_visible()
        _look(page, "arrive-refused", scripts=scripts)
        _arrive(page, enrolled.code.text, scripts=scripts)
        expect(page.locator("input:checked")).to_have_count(0)
        _look(page, "consent", scripts=scripts)
        _decide(page, Scope.QUOTED, "no")
        _press(page, "This is what I decide")
        expect(page).to_have_title(re.compile("^Error: "))
        assert page.locator(f"#scope-{Scope.QUOTED.value}-no").is_checked()
        _look(page, "consent-refused", scripts=scripts)
        _agree(page, no_to=frozenset({Scope.QUOTED, Scope.RESULTS}))
        expect(page.get_by_role("button", name="Begin")).to_be_visible()
        _look(page, "begin", scripts=scripts)
        page.goto("/p/consent/copy")
        _look(page, "copy", scripts=scripts)
    with site.stores.work(reading=True) as work:
        standing = decisions.grant_for(work.db, enrolled.participant.id).scopes
    assert standing == frozenset(Scope) - {Scope.QUOTED, Scope.RESULTS}


@SCRIPTS
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_whole_survey_with_a_break_on_another_device(
    site: Site, chromium: Browser, scripts: bool, width: int
) -> None:
    made = _ready(site)
    enrolled = _enrol(site, made)
    with site.context(chromium, width=width, scripts=scripts) as context:
        page = context.new_page()
        _arrive(page, enrolled.code.text, scripts=scripts)
        _agree(page)
        _press(page, "Begin")
        _first_page(page, scripts=scripts)
        _choose(page, "has_mentor", "yes")
        _press(page, "Save and come back later")
        _heading(page, "Everything is kept. Come back with your code.")
        assert enrolled.code.text in page.locator("main").inner_text()
        _look(page, "later", scripts=scripts)
    with site.context(chromium, width=width, scripts=scripts) as context:
        page = context.new_page()
        page.goto("/p")
        page.get_by_label("Your code").fill(enrolled.code.text.lower())
        _press(page, "Go on")
        _relationship(page, scripts=scripts)
        _barriers(page, scripts=scripts)
        _heading(page, "Look at it once more")
        _look(page, "review", scripts=scripts)
        _press(page, "Send my answers")
        _heading(page, "Thank you")
        _look(page, "thanks", scripts=scripts)
        page.goto("/p/mine")
        expect(page.locator("main")).to_contain_text("My mentor is there when I need advice.: 4")
        _look(page, "mine", scripts=scripts)


def _first_page(page: Page, *, scripts: bool) -> None:
    _heading(page, "About you")
    _look(page, "questions", scripts=scripts)
    page.locator("#years").fill("a dozen")
    _choose(page, "role", "clinician")
    _press(page, "Save and go on")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#years")).to_have_value("a dozen")
    _look(page, "questions-refused", scripts=scripts)
    page.locator(".errors a").first.click()
    _choose(page, "university", "other")
    page.get_by_label("In your own words").first.fill("Basel")
    page.locator("#years").fill("12")
    _press(page, "Save and go on")
    _heading(page, "Your mentor")
    _press(page, "Save and go back")
    expect(page.locator("#years")).to_have_value("12")
    _press(page, "Save and go on")


def _relationship(page: Page, *, scripts: bool) -> None:
    _heading(page, "You and your mentor")
    _choose(page, "assigned_or_chosen", "chosen")
    page.locator("#meetings").fill("24")
    for row in ("accessible", "honest", "respect", "confidential"):
        _choose(page, f"agreement.row.{row}", "4")
    _look(page, "matrix", scripts=scripts)
    _press(page, "Save and go on")


def _barriers(page: Page, *, scripts: bool) -> None:
    _heading(page, "What gets in the way")
    for number, name in enumerate(("Lack of time", "Too few mentors", "No financial incentive"), 1):
        page.locator("li", has_text=name).get_by_role("button", name=f"Put in place {number}").click()
    _look(page, "rank", scripts=scripts)
    page.locator("li", has_text="Too few mentors").get_by_role("button", name="Up").click()
    page.get_by_label("Is there anything else").fill("Nothing\nmore")
    _press(page, "Français")
    _heading(page, "Ce qui fait obstacle")
    expect(page.locator("#comment")).to_have_value("Nothing\nmore")
    _look(page, "rank-french", scripts=scripts)
    _press(page, "English")
    for number, name in enumerate(("No academic recognition", "Mentors who lack"), 4):
        page.locator("li", has_text=name).get_by_role("button", name=f"Put in place {number}").click()
    expect(page.locator(".order .what").first).to_have_text("Too few mentors")
    _press(page, "Save and go on")


@SCRIPTS
@pytest.mark.parametrize("way", ["stop", "anonymise", "erase"])
def test_leaving_in_each_way(site: Site, chromium: Browser, scripts: bool, way: str) -> None:
    made = _ready(site)
    enrolled = _enrol(site, made)
    with site.context(chromium, width=NARROW, scripts=scripts) as context:
        page = context.new_page()
        _arrive(page, enrolled.code.text, scripts=scripts)
        _agree(page)
        _press(page, "Begin")
        page.get_by_role("link", name="Stop taking part").click()
        _look(page, "leave", scripts=scripts)
        page.locator(f"a[href='/p/leave/{way}']").click()
        _look(page, f"leave-{way}", scripts=scripts)
        page.locator("button.danger").click()
        _heading(page, "It is done")
        _look(page, f"receipt-{way}", scripts=scripts)
        page.goto("/p/mine")
        _heading(page, "Your code, please")


@SCRIPTS
def test_every_kind_of_question(site: Site, chromium: Browser, scripts: bool) -> None:
    made = _ready(site, ALL_KINDS)
    enrolled = _enrol(site, made)
    with site.context(chromium, width=NARROW, scripts=scripts) as context:
        page = context.new_page()
        _arrive(page, enrolled.code.text, scripts=scripts)
        _agree(page)
        _press(page, "Begin")
        _look(page, "all-kinds", scripts=scripts)
        _press(page, "Save and go on")
        expect(page.locator(".errors")).to_be_visible()
        _look(page, "all-kinds-refused", scripts=scripts)


def test_the_open_door_and_saying_no(site: Site, chromium: Browser) -> None:
    _ready(site)
    with site.context(chromium, width=NARROW) as context:
        page = context.new_page()
        page.goto(f"/join/{WORD}")
        _look(page, "join")
        _press(page, "Give me a code")
        _look(page, "welcome")
        page.get_by_role("link", name="I have kept it, go on").click()
        _decide(page, Scope.TAKE_PART, "no")
        _press(page, "This is what I decide")
        _heading(page, "You said no, and that is all")
        _look(page, "declined")


def test_a_double_click_on_the_open_door_shows_one_code_that_opens_it_again(site: Site, chromium: Browser) -> None:
    _ready(site)
    with site.context(chromium, width=NARROW) as context:
        page = context.new_page()
        page.goto(f"/join/{WORD}")
        page.get_by_role("button", name="Give me a code").dblclick()
        _heading(page, "This is your code")
        code = page.locator("main code").inner_text()
    with site.context(chromium) as context:
        page = context.new_page()
        page.goto("/p")
        page.locator("#code").fill(code)
        _press(page, "Go on")
        expect(page.get_by_role("heading", name="What you decide")).to_be_visible()
    with site.stores.work(reading=True) as work:
        assert links.find(work.db, WORD).used == 1


def test_by_keyboard_alone(site: Site, chromium: Browser) -> None:
    made = _ready(site)
    enrolled = _enrol(site, made)
    with site.context(chromium) as context:
        page = context.new_page()
        page.goto("/p")
        _tab_to(page, "#code")
        page.keyboard.type(enrolled.code.text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What you decide")).to_be_visible()
        for scope in Scope:
            _tab_to(page, f"#scope-{scope.value}-yes")
            page.keyboard.press("Space")
            if scope is Scope.QUOTED:
                page.keyboard.press("ArrowDown")
        _tab_to(page, "#signature")
        page.keyboard.type("Ada")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Begin")).to_be_visible()
        _tab_to(page, "form[action='/p/begin'] button")
        page.keyboard.press("Enter")
        _heading(page, "About you")
        _tab_to(page, "#role-0")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        _tab_to(page, "#university-0")
        page.keyboard.press("Space")
        _tab_to(page, "#years")
        page.keyboard.type("7")
        page.keyboard.press("Enter")
        _heading(page, "Your mentor")


def _tab_to(page: Page, target: str) -> None:
    """Press Tab until the control has the focus, which stays visible all the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement === document.querySelector(what)", target):
            return
    pytest.fail(f"Tab never reaches {target}")


def _typing(context: BrowserContext, site: Site) -> tuple[Page, Enrolled]:
    made = _ready(site)
    enrolled = _enrol(site, made)
    page = context.new_page()
    page.clock.install()
    _arrive(page, enrolled.code.text, scripts=True)
    _agree(page)
    _press(page, "Begin")
    _heading(page, "About you")
    return page, enrolled


def test_what_is_being_typed_is_kept_as_a_draft(site: Site, chromium: Browser) -> None:
    with site.context(chromium) as context:
        page, _ = _typing(context, site)
        page.locator("#years").fill("1")
        page.clock.run_for(5000)
        expect(page.locator("p.saved")).to_contain_text("Kept as a draft at")
        page.reload()
        expect(page.locator("#years")).to_have_value("1")


def test_an_order_may_be_made_by_dragging_too(site: Site, chromium: Browser) -> None:
    made = _ready(site)
    enrolled = _enrol(site, made)
    with site.context(chromium) as context:
        page = context.new_page()
        _arrive(page, enrolled.code.text, scripts=True)
        _agree(page)
        _press(page, "Begin")
        _choose(page, "role", "clinician")
        _choose(page, "university", "calgary")
        _press(page, "Save and go on")
        _choose(page, "has_mentor", "no")
        _press(page, "Save and go on")
        for number, name in enumerate(("Lack of time", "Too few", "No financial", "No academic", "Mentors who"), 1):
            page.locator("li", has_text=name).get_by_role("button", name=f"Put in place {number}").click()
        expect(page.locator(".order li")).to_have_count(5)
        # Nothing has to be scrolled while the mouse is held down.
        page.set_viewport_size({"width": WIDE, "height": 1400})
        page.locator(".order li .what").last.hover()
        page.mouse.down()
        # A browser tells of what is dragged over only when it moves on.
        for y in (4, 2):
            page.locator(".order li").first.hover(position={"x": 20, "y": y}, force=True)
        page.mouse.up()
        _press(page, "Save and go on")
        expect(page.locator("main")).to_contain_text("1. Mentors who lack the skills")


def test_two_tabs_are_compared(site: Site, chromium: Browser) -> None:
    with site.context(chromium) as context:
        page, _ = _typing(context, site)
        other = context.new_page()
        other.goto(page.url)
        for tab, years in ((page, "3"), (other, "12")):
            _choose(tab, "role", "clinician")
            _choose(tab, "university", "calgary")
            tab.locator("#years").fill(years)
            _press(tab, "Save and go on")
        _look(other, "overtaken")
        other.get_by_role("link", name="Compare the two and choose").click()
        _look(other, "compare")
        other.get_by_role("button", name="This one counts").first.click()
        _heading(other, "Your mentor")


def test_the_end_of_a_visit_is_said_five_minutes_before(site: Site, chromium: Browser) -> None:
    with site.context(chromium) as context:
        page, _ = _typing(context, site)
        expect(page.locator("#ending")).to_be_hidden()
        page.clock.run_for(25 * 60 * 1000 + 1000)
        expect(page.locator("#ending")).to_be_visible()
        _press(page, "Stay here")
        expect(page.locator("#ending")).to_be_hidden()


def test_a_visit_that_has_ended_goes_on_with_the_code(site: Site, chromium: Browser) -> None:
    with site.context(chromium) as context:
        page, enrolled = _typing(context, site)
        page.locator("#years").fill("12")
        _choose(page, "role", "clinician")
        _choose(page, "university", "calgary")
        context.clear_cookies(name="__Host-person")
        _press(page, "Save and go on")
        _heading(page, "Type your code again")
        _look(page, "come-in-again")
        page.get_by_label("Your code").fill(enrolled.code.text)
        _press(page, "Go on")
        _heading(page, "Your mentor")
