"""A participant who had answered comes back and is asked just what came later, by the code of before."""

from dataclasses import dataclass

import msgspec
import pytest
from sqlalchemy import text

from instruments import drafts, versions
from instruments.comparison import Reason
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import LongText, Option, SingleChoice
from survey import catch_up_offers, runs
from survey.participants import Enrolled
from survey.runs import Kind
from tests.approving import granted
from tests.web.pages import Page
from tests.web.participant.conftest import Place, made_place
from tests.web.visitors import House, Visitor


def _choice(code: str, label: str) -> Option:
    return Option(code=code, label={"en": label})


SHORT = Instrument(
    id="short", role=Role.SURVEY, title={"en": "Short survey"}, languages=("en",),
    sections=(
        Section(
            id="you",
            questions=(
                Question(
                    id="mentor", label={"en": "Have you a mentor?"}, required=True,
                    kind=SingleChoice(options=(_choice("yes", "Yes"), _choice("no", "No"))),
                ),
            ),
        ),
    ),
)  # fmt: skip
LATER = (
    Question(id="assigned", kind=LongText(), label={"en": "Were you assigned?"}, relevant="${mentor} = 'yes'"),
    Question(id="barriers", kind=LongText(), label={"en": "What gets in the way?"}),
)


@dataclass(frozen=True)
class Grown:
    """A study whose survey has grown after somebody answered it, and who that was."""

    place: Place
    version: versions.Version
    jo: Enrolled
    browser: Visitor


def _publish(place: Place) -> versions.Version:
    now, made = place.house.clock.time, place.made
    with place.house.stores.work() as work:
        draft = drafts.draft_of(work.db, made.version.instrument_id)
        longer = (*SHORT.sections, Section(id="later", questions=LATER))
        grown = msgspec.structs.replace(SHORT, sections=longer)
        draft = drafts.save_draft(work.db, draft.instrument_id, grown, seen=draft.number, by=made.lead.id, now=now)
        reason = Reason(("section.later", "assigned", "barriers"), "A theme was found.")
        under = granted(work.db, draft, by=made.lead.id, now=now)
        version = versions.publish(work.db, draft, [reason], approval=under, by=made.lead.id, now=now)
        work.commit()
        work.db.refresh(version)
        work.db.expunge(version)
    return version


def offer(grown: Grown, *names: str, says: str = "") -> None:
    """The team offers the questions."""
    with grown.place.house.stores.work() as work:
        version = versions.find(work.db, grown.version.id)
        catch_up_offers.offer(
            work.db, version, names or ("assigned", "barriers"), "Theme 2", by=grown.place.made.lead.id,
            now=grown.place.house.clock.time, says={"en": says},
        )  # fmt: skip
        work.commit()


def grown_of(house: House, mentor: str) -> Grown:
    """Somebody answered the first version; the second has two questions more."""
    place = made_place(house, SHORT)
    browser, jo, page = place.agreed()
    page = page.form("/0").fill(mentor=mentor).submit(then="next").form("/p/submit").submit()
    assert page.path == "/p/thanks"
    return Grown(place, _publish(place), jo, browser)


@pytest.fixture
def grown(house: House) -> Grown:
    return grown_of(house, "yes")


def _runs(grown: Grown) -> list[tuple[Kind, bool]]:
    with grown.place.house.stores.work() as work:
        there = runs.of_participant(work.db, grown.jo.participant.id)
        return [(run.kind, run.submitted_on is not None) for run in sorted(there, key=lambda run: run.kind.later)]


def _come(grown: Grown) -> Page:
    return grown.place.come_in(grown.jo)[1]


def test_nothing_more_is_asked_before_it_is_offered(grown: Grown) -> None:
    assert _come(grown).path == "/p/thanks"


def test_it_is_said_why_they_are_asked_again_and_how_many_questions_there_are(grown: Grown) -> None:
    offer(grown, says="Others told us how mentors are found.")
    page = _come(grown)
    assert page.path == "/p/catch-up"
    said = page.words()
    today = grown.place.house.clock.time.date()
    assert f"You answered “Short survey” on {today.isoformat()}" in said
    assert "There are 2 questions." in said
    assert "Others told us how mentors are found." in said
    assert "Theme 2" not in said
    assert _runs(grown) == [(Kind.SELF, True)]


def test_just_the_new_questions_are_asked_reviewed_and_sent(grown: Grown) -> None:
    offer(grown)
    page = _come(grown).form("/p/catch-up").submit()
    assert page.path.endswith(f"{grown.version.id}/1")
    assert "Have you a mentor?" not in page.words()
    page = page.form("/1").fill(assigned="By the dean", barriers="Time").submit(then="next")
    assert page.path == "/p/review"
    assert ("By the dean" in page.words(), "Have you a mentor?" in page.words()) == (True, False)
    thanks = page.form("/p/submit").submit()
    assert thanks.path == "/p/thanks"
    assert _runs(grown) == [(Kind.SELF, True), (Kind.CATCH_UP, True)]
    assert _come(grown).path == "/p/thanks"
    held = grown.place.come_in(grown.jo)[0].get("/p/mine").words()
    assert ("questions that came later" in held, "By the dean" in held) == (True, True)


def test_whoever_comes_back_in_the_middle_finds_what_they_wrote(grown: Grown) -> None:
    offer(grown)
    page = _come(grown).form("/p/catch-up").submit()
    page.form("/1").fill(barriers="Time").submit(then="later")
    page = _come(grown)
    assert page.path == "/p/review"
    assert "Time" in page.words()


def test_a_question_to_which_ones_own_answers_do_not_lead_is_not_asked(house: House) -> None:
    grown = grown_of(house, "no")
    offer(grown)
    page = _come(grown)
    assert "There is one question." in page.words()
    page = page.form("/p/catch-up").submit()
    assert ("What gets in the way?" in page.words(), "Were you assigned?" in page.words()) == (True, False)


def test_nobody_is_invited_to_questions_that_do_not_concern_them(house: House) -> None:
    grown = grown_of(house, "no")
    offer(grown, "assigned")
    assert _come(grown).path == "/p/thanks"
    browser = grown.place.come_in(grown.jo)[0]
    assert browser.get("/p/catch-up").location.endswith("/p/go")
    assert browser.send("/p/catch-up").status in {303, 403}
    assert _runs(grown) == [(Kind.SELF, True)]


def test_whoever_would_rather_not_has_the_thanks_as_before(grown: Grown) -> None:
    offer(grown)
    page = _come(grown)
    assert "/p/thanks" in page.links()
    assert grown.browser.get("/p/thanks").status == 200


def test_a_survey_that_is_published_since_is_asked_first(grown: Grown) -> None:
    offer(grown)
    made, now = grown.place.made, grown.place.house.clock.time
    with grown.place.house.stores.work() as work:
        other = msgspec.structs.replace(SHORT, id="other", title={"en": "Another survey"})
        draft = drafts.begin(work.db, made.study.id, other, by=made.lead.id, now=now)
        under = granted(work.db, draft, by=made.lead.id, now=now)
        versions.publish(work.db, draft, (), approval=under, by=made.lead.id, now=now)
        work.commit()
    assert _come(grown).path == "/p/begin"


def test_where_what_was_answered_before_cannot_be_opened_the_page_says_what_is_left_out(grown: Grown) -> None:
    offer(grown)
    with grown.place.house.stores.work() as work:
        for deed in ("update", "delete"):
            work.db.execute(text(f"DROP TRIGGER page_record_no_{deed}"))
        work.db.execute(text("UPDATE page_record SET blob = x'0100'"))
        work.commit()
    page = _come(grown)
    assert page.path == "/p/catch-up"
    assert "Some of what you answered before cannot be opened here." in page.words()
    assert "There is one question." in page.words()
    page = page.form("/p/catch-up").submit()
    assert ("What gets in the way?" in page.words(), "Were you assigned?" in page.words()) == (True, False)
