"""From a question outside the guide to one in the draft: the list, merging, declining, accepting, with what is said."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from consent import decisions
from consent.scopes import Scope as Agreed
from instruments import drafts
from instruments.definition import find
from instruments.kinds import Topic
from survey import assignments, interviews
from survey.deltas import Candidate, Delta
from tests.approving import granted
from tests.web.pages import Page
from tests.web.scenario import Scenario, field, kept
from tests.web.simultaneous import twice
from tests.web.visitors import House, Visitor
from vault import approvals
from vault.studies import Role, Scope

__all__ = ["field", "kept"]

WORDS = "Who decided that you would be mentored?"


@dataclass
class Desk:
    """The lead's browser, and what an interviewer heard."""

    house: House
    field: Scenario
    browser: Visitor
    pseudonym: str

    @property
    def listed(self) -> Page:
        """The list."""
        return self.browser.get(f"{self.field.at}/candidates")

    def one(self, words: str = WORDS) -> Page:
        """The page of a candidate."""
        (link,) = self.listed.document.xpath("//main//tbody//a[contains(., $words)]/@href", words=words)
        return self.browser.get(str(link))

    def enter(self, words: str, theme: str = "Decisions") -> Page:
        """A question from a theme is on the list."""
        form = self.browser.get(f"{self.field.at}/candidates/new").form("/new")
        return form.fill(words=words, theme=theme, evidence="Memo 7").submit().follow()

    def states(self) -> dict[str, str]:
        """By words, the state."""
        rows = self.listed.document.xpath("//main//tbody/tr")
        return {
            row.xpath("./th//a")[0].text_content(): row.xpath("./td[last()]/span")[0].text_content() for row in rows
        }


@pytest.fixture
def desk(field: Scenario, house: House) -> Desk:
    """Somebody was interviewed, and asked something that is not in the guide."""
    jo = field.enrol(assigned=True, agrees=frozenset(Agreed))
    interview = field.start(jo)
    with field.stores.work() as work:
        _, response = interviews.find(work.db, jo.participant.id, interview.response_id)
        keys = assignments.keys_of(
            work.db, work.keyring, jo.participant, account_id=field.lead.id, seed=field.lead.seed
        )  # fmt: skip
        grant = decisions.grant_for(work.db, jo.participant.id)
        noted = Delta(candidates=[Candidate("c1", WORDS, "Decisions", "start")])
        interviews.note(
            work.db, keys[Scope.RESPONSES], grant, work.db.merge(interview), response, noted, plan=None, now=field.now
        )
        work.commit()
    return Desk(house, field, field.browser(house, Role.LEAD), jo.pseudonym)


def test_the_list_says_where_a_question_was_asked_and_what_became_of_it(desk: Desk) -> None:
    said = desk.listed.words("tbody")
    assert said.startswith(f"{WORDS}DecisionsInterview {desk.pseudonym}, 2026-11-23")
    assert "after: " in said
    assert desk.states() == {WORDS: "open"}


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_a_question_from_a_theme_is_on_the_list_once_however_often_it_is_sent(desk: Desk) -> None:
    """ASVS 15.4.2."""
    form = desk.browser.get(f"{desk.field.at}/candidates/new").form("/new").fill(words="Who pays?", theme="Money")

    pages = [*twice(desk.browser, form), desk.browser.post(form.action, form.values)]

    assert {(page.status, page.location) for page in pages} == {(303, pages[0].location)}
    assert "Who pays?" in desk.browser.get(pages[0].location).words()
    assert desk.states() == {WORDS: "open", "Who pays?": "open"}
    other = form.fill(words="Who paid?").submit(then="")
    assert other.path not in pages[0].location
    assert sorted(desk.states()) == sorted([WORDS, "Who pays?", "Who paid?"])
    assert desk.field.actions().count("candidate.entered") == 2


def test_an_accepted_question_is_in_the_draft_and_the_list_says_so(desk: Desk) -> None:
    form = desk.one().form("/accept")
    filled = dict(form.values)
    assert (filled["words"], filled["question"], filled["theme"]) == (WORDS, "decided_mentored", "Decisions")
    assert desk.pseudonym in filled["evidence"]
    assert filled["into"].startswith(str(desk.field.guide))
    page = form.fill(words="Who decided?").submit().follow()

    assert page.notices == ["The question is in the draft. Its reason is proposed when the version is published."]
    assert "decided_mentored" in page.words()
    assert desk.states() == {WORDS: "accepted"}
    with desk.field.stores.work(reading=True) as work:
        definition = drafts.draft_of(work.db, desk.field.guide).definition
    made = find(definition, "decided_mentored")
    assert made is not None
    assert (made.kind, made.label) == (Topic(), {definition.language: "Who decided?"})


def test_a_name_that_is_taken_is_refused_beside_its_field(desk: Desk) -> None:
    page = desk.one().form("/accept").fill(question="start").submit()
    assert page.status == 422
    sentence = "The instrument has, or had, a question of this short name. Choose another one."
    assert page.complaints == {sentence: "question"}
    assert dict(page.form("/accept").values)["question"] == "start"
    assert desk.states() == {WORDS: "open"}


def test_a_question_from_a_theme_is_merged_and_opened_again(desk: Desk) -> None:
    page = desk.enter("And who had a say in it?")
    assert page.notices == ["The question is on the list."]
    form = page.form("/merge")
    (other,) = [option.get("value") for option in form.fields["other"][0].xpath("./option") if option.get("value")]
    page = form.fill(other=other).submit().follow()
    assert "Merged into:" in page.words()
    assert WORDS in page.words()
    assert desk.states()["And who had a say in it?"] == "merged"
    assert "Memo 7" in dict(desk.one().form("/accept").values)["evidence"]

    page = page.form("/open").submit().follow()
    assert page.notices == ["The candidate is open again."]
    assert desk.states()["And who had a say in it?"] == "open"


def test_a_declined_question_keeps_the_reason(desk: Desk) -> None:
    refused = desk.one().form("/decline").fill(note=" ").submit()
    assert (refused.status, refused.complaints) == (422, {"Say in a sentence why it is declined.": "note"})
    page = desk.one().form("/decline").fill(note="It leads the witness.").submit().follow()
    assert "It leads the witness." in page.words()
    assert desk.states() == {WORDS: "turned down"}
    assert "None in this state." in desk.browser.get(f"{desk.field.at}/candidates?state=open").words()


def test_what_two_pages_decide_is_decided_once(desk: Desk) -> None:
    first, second = desk.one(), desk.one()
    first.form("/decline").fill(note="It leads the witness.").submit()
    page = second.form("/accept").submit()
    assert page.status == 409
    said = "This candidate has been decided on already. Open it again first, if that was wrong."
    assert list(page.complaints) == [said]
    with desk.field.stores.work(reading=True) as work:
        assert find(drafts.draft_of(work.db, desk.field.guide).definition, "decided_mentored") is None


def test_an_analyst_reads_and_enters_but_does_not_decide(desk: Desk) -> None:
    desk.browser = desk.field.browser(desk.house, Role.ANALYST)
    page = desk.one()
    assert "Whoever writes the instruments decides on it." in page.words()
    assert page.document.xpath("//main//form") == []
    assert desk.enter("And who paid?").notices == ["The question is on the list."]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INTERVIEWER, Role.TRANSCRIBER, Role.AUDITOR])
def test_who_may_not_read_answers_sees_no_candidate(desk: Desk, role: Role) -> None:
    browser = desk.field.browser(desk.house, role)
    assert browser.get(f"{desk.field.at}/candidates").status == 403


def _publishing(desk: Desk) -> Page:
    return desk.browser.get(f"{desk.field.at}/instruments/{desk.field.guide}/publish")


def _accepted(desk: Desk) -> None:
    """The candidate is in the draft, in every language of the guide."""
    desk.one().form("/accept").submit()
    with desk.field.stores.work() as work:
        draft = drafts.draft_of(work.db, desk.field.guide)
        definition = draft.definition
        last = definition.sections[-1]
        label = dict.fromkeys(definition.languages, WORDS)
        said = [replace(one, label=label) if one.id == "decided_mentored" else one for one in last.questions]
        whole = replace(definition, sections=(*definition.sections[:-1], replace(last, questions=tuple(said))))
        by, now = desk.field.lead.id, desk.field.now
        draft = drafts.save_draft(work.db, desk.field.guide, whole, seen=draft.number, by=by, now=now)
        granted(work.db, draft, by=by, now=now)
        work.commit()


def _under(desk: Desk) -> str:
    """The number of the newest decision of the board, as a form says it."""
    with desk.field.stores.work(reading=True) as work:
        return str(approvals.of_study(work.db, desk.field.study.id)[0].number)


def test_the_reason_of_an_accepted_candidate_is_ready_when_it_is_published(desk: Desk) -> None:
    _accepted(desk)
    page = _publishing(desk)
    form = page.form("/publish")
    assert form.value("reason-decided_mentored") == "It follows from the theme “Decisions”."
    assert form.value("theme-decided_mentored") == "Decisions"
    assert desk.pseudonym in form.value("evidence-decided_mentored")
    assert "from a candidate" in page.words()

    published = form.fill(approval=_under(desk)).submit().follow()
    assert published.title.endswith("version 5")
    assert "It follows from the theme “Decisions”." in published.words()


def test_a_reason_that_was_emptied_is_asked_for(desk: Desk) -> None:
    _accepted(desk)
    form = _publishing(desk).form("/publish")
    page = form.fill(**{"reason-decided_mentored": "", "approval": _under(desk)}).submit()
    assert page.status == 422
    assert page.form("/publish").value("reason-decided_mentored") == ""


def test_the_story_of_a_question_goes_from_its_theme_to_its_answers(desk: Desk) -> None:
    _accepted(desk)
    story = f"{desk.field.at}/instruments/{desk.field.guide}/story/decided_mentored"
    assert "It stands in the draft only." in desk.browser.get(story).words()
    assert desk.field.browser(desk.house, Role.COORDINATOR).get(story).status == 404
    published = _publishing(desk).form("/publish").fill(approval=_under(desk)).submit().follow()
    assert story in published.links()

    page = desk.browser.get(story)
    assert "Accepted from a candidate question by" in page.words()
    assert "It follows from the theme “Decisions”." in page.words("tbody")
    assert page.words("tbody").startswith("Version 5")
    assert any("/candidates/" in link for link in page.links())
    asked = desk.browser.get(f"{desk.field.at}/asked?instrument={desk.field.guide}")
    assert story in asked.links()
    first = desk.browser.get(story.replace("decided_mentored", "start"))
    assert "asked from the first version on" in first.words()
    assert "Asked and answered" in first.words()
    rows = first.document.xpath("//main//table[contains(caption, 'answered')]//tbody/tr")
    assert [cell.text_content() for cell in rows[3].xpath("./*")] == ["Version 4", "1", "0", "0"]


def test_the_story_gives_no_small_number_and_no_candidate_to_who_has_no_key(desk: Desk) -> None:
    desk.browser = desk.field.browser(desk.house, Role.COORDINATOR)
    page = desk.browser.get(f"{desk.field.at}/instruments/{desk.field.guide}/story/start")
    assert "Responses to a version that asks itnot shown" in page.words()
    assert not any("/candidates" in link for link in page.links())
    assert desk.browser.get(f"{desk.field.at}/instruments/{desk.field.guide}/story/nothing").status == 404


def test_who_publishes_sees_whom_it_touches(desk: Desk) -> None:
    _accepted(desk)
    said = _publishing(desk).words()
    assert f"1 person is in the middle of a version, and finishes on it: {desk.pseudonym} (version 4)." in said
    assert "0 people take part, have not begun this instrument, and would be asked version 5." in said
    page = _publishing(desk)
    (row,) = page.document.xpath("//main//table[contains(caption, 'touch')]//tbody/tr")
    cells = [" ".join(cell.text_content().split()) for cell in row.xpath("./*")]
    assert cells == ["decided_mentored", "+ added", "none", "1"]
