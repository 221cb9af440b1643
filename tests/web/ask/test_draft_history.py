"""The last savings of a draft, and questions that are taken over from elsewhere."""

from uuid import UUID

import pytest

from instruments import drafts, shelf
from instruments.definition import Instrument, find
from tests.web.ask.conftest import Desk


@pytest.fixture
def survey(desk: Desk) -> UUID:
    return desk.begin(shelf.SHORT_SURVEY)


def _draft(desk: Desk, instrument: UUID) -> Instrument:
    with desk.house.stores.work(reading=True) as work:
        return drafts.draft_of(work.db, instrument).definition


def _reword(desk: Desk, instrument: UUID, text: str) -> None:
    name = _draft(desk, instrument).sections[0].questions[0].id
    page = desk.get(f"/instruments/{instrument}/draft/question/{name}")
    page.form(f"/question/{name}").fill(**{"label.en": text}).submit()


def test_every_saving_says_who_made_it_and_in_what_it_differs(desk: Desk, survey: UUID) -> None:
    _reword(desk, survey, "What I wrote.")
    page = desk.get(f"/instruments/{survey}/draft/history")
    name = _draft(desk, survey).sections[0].questions[0].id
    assert "Ada" in page.words(".savings")
    assert f"{name} reworded" in page.words(".savings")


def test_a_draft_goes_back_to_an_earlier_saving_and_from_there_again(desk: Desk, survey: UUID) -> None:
    before = _draft(desk, survey)
    _reword(desk, survey, "One.")
    after = _draft(desk, survey)
    page = desk.get(f"/instruments/{survey}/draft/history").form("/history").submit()
    assert "again as it was then" in " ".join(page.notices)
    assert _draft(desk, survey) == before
    page.form("/undo").submit()
    assert _draft(desk, survey) == after


def test_going_back_without_knowing_the_last_saving_is_refused(desk: Desk, survey: UUID) -> None:
    _reword(desk, survey, "One.")
    form = desk.get(f"/instruments/{survey}/draft/history").form("/history")
    _reword(desk, survey, "Two.")
    assert form.submit().status == 409
    assert _draft(desk, survey).sections[0].questions[0].label["en"] == "Two."


def test_questions_of_the_library_are_taken_over_under_free_names(desk: Desk, guide: UUID) -> None:
    before = _draft(desk, guide)
    page = desk.get(f"/instruments/{guide}/draft/take?section=closing")
    link = next(link for link in page.links() if "list-2.yaml" in link)
    form = desk.browser().get(link).form(link.rpartition("/")[2])
    wanted = [str(box.get("value")) for box in form.fields["question"]][:2]
    form.values += [("question", name) for name in wanted]
    form.submit()

    closing = next(section for section in _draft(desk, guide).sections if section.id == "closing")
    taken = closing.questions[-2:]
    known = {question.id for section in before.sections for question in section.questions}
    assert all(question.id not in known for question in taken)
    source = shelf.load(shelf.LIST_2)
    assert [question.kind for question in taken] == [find(source, name).kind for name in wanted]  # type: ignore[union-attr]


def test_a_survey_takes_no_topics(desk: Desk, survey: UUID) -> None:
    link = next(link for link in desk.get(f"/instruments/{survey}/draft/take").links() if "list-2.yaml" in link)
    form = desk.browser().get(link).form(link.rpartition("/")[2])
    assert all(box.get("disabled") is not None for box in form.fields["question"])
    before = _draft(desk, survey)
    assert form.tamper(question=str(form.fields["question"][0].get("value"))).status == 422
    assert _draft(desk, survey) == before


def test_what_is_published_in_another_study_of_mine_can_be_taken_over_and_no_other(desk: Desk, guide: UUID) -> None:
    other = desk.house.found(desk.browser(), "Another")
    with desk.house.stores.work() as work:
        draft = drafts.begin(work.db, other, shelf.load(shelf.LIST_2), by=desk.person.id, now=desk.now)
        instrument = draft.instrument_id
        work.commit()
    chooser = desk.browser().get(f"/studies/{other}/instruments/{instrument}/draft/take")
    link = next(link for link in chooser.links() if f"study%3A{guide}" in link or f"study:{guide}" in link)
    assert "Mentors and mentees" in chooser.words()
    assert desk.browser().get(link).status == 200
    assert desk.browser().get(link.replace(str(guide), str(instrument))).status == 404


def test_what_was_typed_and_kept_by_the_browser_is_put_back_with_every_option(desk: Desk, survey: UUID) -> None:
    form = desk.get(f"/instruments/{survey}/draft/new-question").form("/new-question")
    form = form.fill(kind="single_choice").submit(do="option:add").form("/new-question")
    typed = {"option-0.label.en": "First", "option-1.label.en": "Second", "option-1.code": "", "do": "again"}
    again = form.tamper(**typed).form("/new-question")
    assert (again.value("option-0.label.en"), again.value("option-1.label.en")) == ("First", "Second")
