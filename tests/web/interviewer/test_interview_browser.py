"""An interview in a browser: by keyboard with the script, once more without it, every page sound on every screen."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from consent.scopes import Scope
from survey.interviews import Interview
from tests.web.browser import NARROW, Site, assert_good, photograph
from tests.web.scenario import EVERYTHING, Scenario, Someone, scenario

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def study(site: Site) -> Scenario:
    """The study in the field, at this moment."""
    return scenario(site.stores, now=datetime.now(UTC))


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _saved(page: Page) -> None:
    expect(page.locator(".saved")).to_have_text(re.compile(r"^saved \d\d:\d\d:\d\d$"))


def _states(page: Page) -> dict[str, str]:
    return {
        one.get_attribute("data-state") or "": one.text_content() or "" for one in page.locator("[data-state]").all()
    }


def test_an_interview_from_the_first_call_to_the_deposit_by_keyboard(
    site: Site, chromium: Browser, study: Scenario
) -> None:
    jo = study.enrol(telephone="+1 403 555 0100", assigned=True)
    with site.context(chromium) as context:
        site.sign_in(context, study.interviewer)
        page = context.new_page()
        page.goto(f"{study.at}/interviews")
        _look(page, "interview-mine")
        page.get_by_role("link", name=jo.pseudonym).click()
        _look(page, "interview-prepare-undecided")
        page.get_by_role("link", name="Read name and telephone").click()
        _look(page, "interview-who")
        page.go_back()
        page.get_by_role("link", name="Ask for consent by telephone").click()
        _look(page, "interview-verbal")
        _press(page, "Record what was said")
        expect(page.locator(".errors")).to_be_focused()
        _look(page, "interview-verbal-error")
        for question in page.locator("fieldset.decision").all():
            wanted = "Said no" if "quote" in (question.locator("legend").text_content() or "") else "Said yes"
            question.get_by_role("radio", name=wanted).check()
        page.get_by_label("Number of the recording").fill("T-014")
        _press(page, "Record what was said")
        _look(page, "interview-prepare")
        page.get_by_label("Tape id").fill("T-014")
        page.get_by_label("Setting").fill("by telephone")
        _press(page, "Begin")
        _talk(page)
        _named(page)
        _end(page)
    _check(study, jo)


def _talk(page: Page) -> None:
    expect(page.locator(".tape")).to_have_text("Tape T-014")
    page.wait_for_load_state()  # by then the script shows one topic at a time
    expect(page.get_by_role("textbox", name="Notes")).to_be_focused()
    expect(page.locator(".clock")).to_have_text(re.compile(r"^00:00:\d\d$"))
    keys = page.keyboard
    keys.type("Two mentors, both assigned.")
    for key in ("Alt+1", "Alt+3", "Alt+ArrowDown"):
        keys.press(key)
    expect(page.get_by_role("textbox", name="Notes")).to_be_focused()
    keys.press("Alt+s")
    keys.press("Alt+ArrowDown")
    keys.press("Alt+d")
    keys.press("Alt+g")
    keys.type("5")
    keys.press("Enter")
    expect(page.locator("#t-work_life")).to_be_visible()
    keys.type("She never said.")
    keys.press("Alt+q")
    keys.type("Who decided that?")
    keys.press("Tab")
    keys.type("power")
    _saved(page)
    # What was typed a moment ago survives, whatever happens to the page.
    page.reload()
    assert _states(page) | {"experience": "partly", "start": "skipped", "assigned_or_chosen": "declined"} == _states(
        page
    )
    assert _states(page)["work_life"] == "asked"
    expect(page.locator("[data-candidate] textarea").first).to_have_value("Who decided that?")
    _look(page, "interview-converse-candidates")
    keys.press("Alt+b")
    page.locator(".guide a").first.focus()
    keys.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    _look(page, "interview-keys")
    keys.press("Escape")
    page.locator(".guide a").first.click()
    _look(page, "interview-converse")
    keys.press("Alt+p")
    expect(page.locator(".clock")).to_have_text(re.compile("paused$"))
    keys.press("Alt+p")
    expect(page.locator(".clock")).to_have_text(re.compile(r"^00:00:\d\d$"))


def _named(page: Page) -> None:
    # The topic that asks for names has no place for them, only a way to it.
    page.locator('.guide a[href="#t-nominate"]').click()
    page.get_by_role("link", name="Enter the person here.").click()
    expect(page.locator("[name=nominee-name]")).to_be_focused()
    page.keyboard.press("Alt+b")
    page.keyboard.press("Alt+n")
    expect(page.locator("[name=nominee-name]")).to_be_focused()
    page.locator("[name=nominee-email]").fill("w@example.org")
    page.keyboard.press("Alt+p")
    expect(page.locator(".clock")).to_have_text(re.compile("paused$"))
    expect(page.locator("[name=nominee-email]")).to_have_value("w@example.org")
    _look(page, "interview-paused-while-typing-a-name")
    page.keyboard.press("Alt+p")
    expect(page.locator(".clock")).not_to_have_text(re.compile("paused$"))
    page.keyboard.press("Alt+n")
    _press(page, "Enter this person")
    expect(page.locator(".errors")).to_be_focused()
    _look(page, "interview-nominee-error")
    page.get_by_role("textbox", name="Name", exact=True).fill("Wilhelmina Nachtigall")
    _press(page, "Enter this person")
    expect(page.get_by_text("The person was entered.")).to_be_visible()
    expect(page.locator("[name=nominee-name]")).to_have_value("")
    assert "Nachtigall" not in page.content()


def _end(page: Page) -> None:
    _press(page, "End the interview")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^After the interview"))
    page.get_by_label("Memo").fill("She spoke freely once the tape ran.")
    page.get_by_text("Complete the notes").click()
    _look(page, "interview-memo")
    _press(page, "Save and deposit")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\d+ topics have no state$"))
    _look(page, "interview-not-reached")
    page.locator("ul.index a").first.click()
    topic = page.locator("#t-" + page.url.rpartition("#t-")[2])
    expect(topic).to_be_in_viewport()
    page.go_back()
    _press(page, "Deposit them as not reached")
    expect(page.get_by_text("The interview was deposited.")).to_be_visible()
    page.locator("ul.index a").first.click()
    _look(page, "interview-deposited")


def _check(study: Scenario, jo: Someone) -> None:
    record = study.record(jo, _interview(study, jo))
    assert record.topics["experience"]["notes"] == "Two mentors, both assigned."  # type: ignore[index, call-overload]
    assert list(record.topics["experience"]["probes"]) == ["one_or_several", "still_in_touch"]  # type: ignore[index, call-overload, arg-type]
    assert {name: topic["state"] for name, topic in record.topics.items()} == {  # type: ignore[index, call-overload]
        "experience": "asked", "start": "skipped", "assigned_or_chosen": "declined", "work_life": "asked",
    }  # fmt: skip
    (candidate,) = record.candidates
    assert (candidate.words, candidate.theme, candidate.after) == ("Who decided that?", "power", "work_life")
    assert record.memo == "She spoke freely once the tape ran."
    assert len(record.about["pauses"]) == 2  # type: ignore[arg-type]
    assert record.earlier == ()
    assert len(study.everybody()) == 2


def _interview(study: Scenario, jo: Someone) -> Interview:
    with study.stores.work(reading=True) as work:
        from_db = work.db.scalars(select(Interview).where(Interview.participant_id == jo.participant.id)).one()
        work.db.expunge(from_db)
    return from_db


def test_the_same_without_a_script(site: Site, chromium: Browser, study: Scenario) -> None:
    jo = study.enrol(assigned=True, agrees=frozenset({Scope.TAKE_PART}))
    with site.context(chromium, scripts=False, width=NARROW) as context:
        site.sign_in(context, study.interviewer)
        page = context.new_page()
        page.goto(f"{study.at}/interviews/{jo.pseudonym}")
        _press(page, "Begin")
        photograph(page, "interview-converse-no-script")
        page.locator("[name='experience.notes']").fill("Two mentors.")
        page.locator("#t-experience").get_by_label("Formal or informal").check()
        page.locator("#t-start").get_by_role("radio", name="skipped").check()
        page.locator("#t-effect").get_by_role("radio", name="declined").check()
        page.locator("[name='candidate.new.words']").fill("Who decided that?")
        page.locator("[name='about.tape']").fill("T-1")
        page.locator("[name='nominee-name']").fill("Wilhelmina Nachtigall")
        _press(page, "Enter this person")
        expect(page.locator(".errors")).to_contain_text("There is no consent to be recorded")
        expect(page.locator("[name='about.tape']")).to_have_value("T-1")
        expect(page.locator("[name='experience.notes']")).to_have_value("Two mentors.")
        page.locator("[name='about.tape']").fill("")
        _press(page, "Pause")
        expect(page.locator(".clock")).to_have_text("paused")
        _press(page, "Go on after the pause")
        _press(page, "End the interview")
        page.get_by_label("Memo").fill("Short.")
        _press(page, "Save and deposit")
        _press(page, "Deposit them as not reached")
        expect(page.get_by_text("The interview was deposited.")).to_be_visible()
    record = study.record(jo, _interview(study, jo))
    assert record.memo == "Short."
    assert [one.words for one in record.candidates] == ["Who decided that?"]
    assert {name: topic["state"] for name, topic in record.topics.items()} == {  # type: ignore[index, call-overload]
        "experience": "asked", "start": "skipped", "effect": "declined",
    }  # fmt: skip
    assert len(study.everybody()) == 2


def test_what_is_typed_while_the_line_is_down_or_one_is_signed_out_is_saved_as_soon_as_it_can_be(
    site: Site, chromium: Browser, study: Scenario
) -> None:
    jo = study.enrol(assigned=True, agrees=EVERYTHING)
    interview = study.start(jo)
    with site.context(chromium) as context:
        site.sign_in(context, study.interviewer)
        page = context.new_page()
        page.goto(f"{study.at}/interviews/{jo.pseudonym}/{interview.response_id}")
        notes = page.get_by_role("textbox", name="Notes")
        context.set_offline(True)
        notes.press_sequentially("while the line was down ")
        expect(page.locator(".saved")).to_have_text(re.compile("^NOT SAVED"))
        photograph(page, "interview-not-saved")
        context.set_offline(False)
        _saved(page)
        context.clear_cookies(name="__Host-verbatim")
        notes.press_sequentially("and signed out")
        expect(page.locator(".saved")).to_have_text(re.compile("you were signed out"))
        site.sign_in(context, study.interviewer)
        expect(page.locator(".saved")).to_have_text(re.compile("^saved"), timeout=20_000)
    record = study.record(jo, interview)
    assert record.topics["experience"]["notes"] == "while the line was down and signed out"  # type: ignore[index, call-overload]


def test_two_windows_beside_each_other_keep_both_texts(site: Site, chromium: Browser, study: Scenario) -> None:
    jo = study.enrol(assigned=True, agrees=EVERYTHING)
    interview = study.start(jo)
    with site.context(chromium) as context:
        site.sign_in(context, study.interviewer)
        first, second = context.new_page(), context.new_page()
        for page in (first, second):
            page.goto(f"{study.at}/interviews/{jo.pseudonym}/{interview.response_id}")
        first.get_by_role("textbox", name="Notes").press_sequentially("from the first")
        _saved(first)
        second.get_by_role("textbox", name="Notes").press_sequentially("from the second")
        expect(second.locator(".saved")).to_have_text(re.compile("changed in another window as well"))
        second.get_by_role("textbox", name="Notes").press_sequentially(", and on")
        expect(second.locator(".saved")).to_have_text(re.compile("changed in another window as well"))
        second.wait_for_timeout(1500)
        first.reload()
        topic = first.locator("#t-experience")
        expect(topic).to_contain_text("from the first")
        expect(topic.locator("textarea")).to_have_value("from the second, and on")
        _look(first, "interview-two-windows")


def test_pages_that_have_nothing_to_show_or_say_no_are_sound(site: Site, chromium: Browser, study: Scenario) -> None:
    jo = study.enrol(assigned=True, agrees=EVERYTHING)
    interview = study.start(jo)
    with site.context(chromium) as context:
        site.sign_in(context, study.other)
        page = context.new_page()
        page.goto(f"{study.at}/interviews")
        _look(page, "interview-mine-empty")
        page.goto(f"{study.at}/interviews/{jo.pseudonym}")
        _look(page, "interview-not-assigned")
    with site.context(chromium) as context:
        site.sign_in(context, study.interviewer)
        page = context.new_page()
        page.goto(f"{study.at}/interviews/{jo.pseudonym}/{interview.response_id}")
        page.get_by_role("textbox", name="Notes").fill("the last words")
        study.withdraw_consent(jo, Scope.TAKE_PART)
        expect(page.locator(".saved")).to_have_text(re.compile("consent to take part"))
        _press(page, "Save everything")
        expect(page.get_by_role("heading", level=1)).to_have_text("What you just sent was not kept")
        _look(page, "interview-not-kept")
