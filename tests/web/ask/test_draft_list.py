"""A draft as a list: moved about, retired, restored, undone, without a script."""

from uuid import UUID

import pytest

from instruments import drafts, shelf
from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as Written
from instruments.kinds import YesNo
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role


@pytest.fixture
def instrument(desk: Desk) -> UUID:
    return desk.begin(shelf.LIST_1[0])


def _list(desk: Desk, instrument: UUID) -> Page:
    return desk.get(f"/instruments/{instrument}/draft/questions")


def _draft(desk: Desk, instrument: UUID) -> Instrument:
    with desk.house.stores.work(reading=True) as work:
        return drafts.draft_of(work.db, instrument).definition


def _order(desk: Desk, instrument: UUID) -> list[str]:
    return [question.id for section in _draft(desk, instrument).sections for question in section.questions]


def test_the_list_shows_every_question_with_what_is_said_of_it(desk: Desk, instrument: UUID) -> None:
    page = _list(desk, instrument)
    for section in _draft(desk, instrument).sections:
        for question in section.questions:
            assert question.label["en"][:60] in page.words(f"#q-{question.id}")
    assert "It can be published." in page.words()
    assert "In English it reads like a text for year" in page.words()


def test_a_question_moves_by_a_button_and_back_by_undo(desk: Desk, instrument: UUID) -> None:
    before = _order(desk, instrument)
    page = _list(desk, instrument).form("/questions").submit(do=f"down:{before[0]}")
    assert _order(desk, instrument)[:2] == [before[1], before[0]]

    page.form("/undo").submit()
    assert _order(desk, instrument) == before


def test_a_retired_question_can_be_had_back_by_undo(desk: Desk, instrument: UUID) -> None:
    before = _order(desk, instrument)
    page = desk.get(f"/instruments/{instrument}/draft/question/{before[1]}")
    page = page.form("/questions").submit(do=f"retire:{before[1]}")
    assert "was retired. You can undo this." in " ".join(page.notices)
    assert before[1] not in _order(desk, instrument)

    page = page.form("/undo").submit()
    assert "The last save was undone." in page.notices
    assert _order(desk, instrument) == before


def test_what_was_asked_once_is_restored_from_its_last_version(desk: Desk, guide: UUID) -> None:
    name = _order(desk, guide)[2]
    where = _order(desk, guide)
    desk.get(f"/instruments/{guide}/draft/question/{name}").form("/questions").submit(do=f"retire:{name}")
    page = _list(desk, guide)
    assert name in page.words(".retired")

    page.form("/questions").submit(do=f"restore:{name}")
    assert _order(desk, guide) == where


def test_a_copy_is_opened_under_its_own_name(desk: Desk, instrument: UUID) -> None:
    name = _order(desk, instrument)[0]
    page = (
        desk.get(f"/instruments/{instrument}/draft/question/{name}").form("/questions").submit(do=f"duplicate:{name}")
    )
    assert f"{name}_2" in page.title
    assert f"{name}_2" in _order(desk, instrument)


def test_a_section_is_split_named_moved_and_taken_away(desk: Desk, instrument: UUID) -> None:
    before = _draft(desk, instrument)
    name = before.sections[0].questions[1].id
    page = desk.get(f"/instruments/{instrument}/draft/question/{name}").form("/questions").submit(do=f"split:{name}")
    form = page.form(page.path)
    form.fill(**{"title.en": "A new part"}).submit()
    sections = _draft(desk, instrument).sections
    assert sections[1].title == {"en": "A new part"}
    assert sections[1].questions[0].id == name

    new = sections[1].id
    _list(desk, instrument).form("/questions").submit(do=f"section-up:{new}")
    assert _draft(desk, instrument).sections[0].id == new
    desk.get(f"/instruments/{instrument}/draft/section/{new}").form("/questions").submit()
    assert len(_draft(desk, instrument).sections) == len(before.sections)


def test_of_two_who_press_at_once_the_one_who_did_not_know_is_told(desk: Desk, instrument: UUID) -> None:
    name = _order(desk, instrument)[0]
    mine = desk.get(f"/instruments/{instrument}/draft/question/{name}")
    theirs = desk.get(f"/instruments/{instrument}/draft/question/{name}").form(f"/question/{name}")
    theirs.fill(**{"label.en": "What they wrote."}).submit()

    page = mine.form("/questions").submit(do=f"retire:{name}")
    assert page.status == 409
    assert name in _order(desk, instrument)
    assert "This was not done" in page.words(".errors")


def test_a_move_is_done_although_others_saved_meanwhile(desk: Desk, instrument: UUID) -> None:
    names = _order(desk, instrument)
    mine = _list(desk, instrument).form("/questions")
    theirs = desk.get(f"/instruments/{instrument}/draft/question/{names[2]}").form(f"/question/{names[2]}")
    theirs.fill(**{"label.en": "What they wrote."}).submit()

    mine.submit(do=f"down:{names[0]}")
    assert _order(desk, instrument)[:2] == [names[1], names[0]]


def test_a_question_is_moved_behind_another_or_into_a_section(desk: Desk, instrument: UUID) -> None:
    names = _order(desk, instrument)
    form = desk.get(f"/instruments/{instrument}/draft/question/{names[0]}").form("/questions")
    form.fill(to=f"after:{names[3]}").submit(do=f"to:{names[0]}")
    assert _order(desk, instrument)[:4] == [*names[1:4], names[0]]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_leads_write(desk: Desk, instrument: UUID, role: Role) -> None:
    name = _order(desk, instrument)[0]
    for path in ("questions", "new-question", f"question/{name}", "new-section", "whole"):
        assert desk.get(f"/instruments/{instrument}/draft/{path}", role).status == 403


def test_what_is_not_there_is_not_found(desk: Desk, instrument: UUID) -> None:
    for path in ("question/unknown", "section/unknown"):
        assert desk.get(f"/instruments/{instrument}/draft/{path}").status == 404
    assert _list(desk, instrument).form("/questions").submit(do="nonsense:x").status == 404


@pytest.mark.parametrize("name", ["", "a/b", 'x"><script>alert(1)</script>', "é", "..", "new-question?x=1#y"])
def test_a_draft_with_names_that_cannot_be_published_is_listed_and_can_be_put_right(desk: Desk, name: str) -> None:
    odd = Question(id=name, kind=YesNo(), label={"en": "Odd?"})
    written = Instrument(
        id="odd", role=Written.SURVEY, title={"en": "Odd"}, languages=("en",),
        sections=(Section(id=name, questions=(odd, Question(id="other", kind=YesNo(), label={"en": "Other?"}))),),
    )  # fmt: skip
    with desk.house.stores.work() as work:
        instrument = drafts.begin(work.db, desk.study.id, written, by=desk.person.id, now=desk.now).instrument_id
        work.commit()

    page = _list(desk, instrument)
    assert page.status == 200
    assert "Odd?" in page.words()
    assert "<script>alert" not in page.text
    assert "Name this with letters" in page.words()
    page.form("/questions").submit(do=f"down:{name}")
    assert _order(desk, instrument) == ["other", name]
    assert desk.get(f"/instruments/{instrument}/draft/question/other").status == 200
    assert desk.get(f"/instruments/{instrument}/draft/take").status == 200
    assert desk.get(f"/instruments/{instrument}/draft/history").status == 200
