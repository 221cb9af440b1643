"""A draft that is tried out: as a participant or an interviewer sees it, and without a trace."""

from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from instruments import drafts, shelf
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Number, Option, Rank, SingleChoice, YesNo
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.store import Base
from vault.studies import Role as Job

_ABC = tuple(Option(code=code, label={"en": code.upper(), "fr": f"{code} fr"}) for code in "abc")


def _question(name: str, kind: object, **more: object) -> Question:
    return Question(id=name, kind=kind, label={"en": f"Ask {name}?", "fr": f"Demander {name} ?"}, **more)  # type: ignore[arg-type]


SURVEY = Instrument(
    id="mine",
    role=Role.SURVEY,
    title={"en": "Mine", "fr": "Le mien"},
    languages=("en", "fr"),
    minutes=5,
    sections=(
        Section(id="one", questions=(_question("sure", YesNo(), required=True),)),
        Section(id="two", questions=(_question("age", Number(least=0)),), relevant="${sure} = 'yes'"),
        Section(
            id="three",
            questions=(_question("order", Rank(options=_ABC)), _question("pick", SingleChoice(options=_ABC))),
        ),
    ),
)


def _begin(desk: Desk, instrument: Instrument) -> UUID:
    with desk.house.stores.work() as work:
        draft = drafts.begin(work.db, desk.study.id, instrument, by=desk.person.id, now=desk.now)
        found = draft.instrument_id
        work.commit()
    return found


@pytest.fixture
def survey(desk: Desk) -> UUID:
    return _begin(desk, SURVEY)


def _first(desk: Desk, instrument: UUID, more: str = "") -> Page:
    return desk.get(f"/instruments/{instrument}/draft/trial{more}")


def _on(page: Page, **typed: str | bool) -> Page:
    form = next(form for form in page.forms() if "/trial/" in form.action)
    return form.fill(**typed).submit(then="next")


def _counts(desk: Desk) -> dict[str, int]:
    with desk.house.stores.work(reading=True) as work:
        tables = {mapper.local_table for mapper in Base.registry.mappers}
        return {str(table): work.db.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_the_way_is_walked_with_test_answers_and_leaves_no_trace(desk: Desk, survey: UUID) -> None:
    page = _first(desk, survey)
    before = _counts(desk)
    assert "A trial of the draft." in page.words(".trial")
    page = _on(page, sure="yes")
    assert "Ask age?" in page.words()
    page = _on(page, age="42")
    page = _on(page, pick="b")
    assert page.title == "The way through"
    assert "42" in page.words(".answers")
    assert "Yes" in page.words(".answers")
    assert _counts(desk) == before


def test_what_the_answers_do_not_lead_to_is_not_shown_and_named_at_the_end(desk: Desk, survey: UUID) -> None:
    page = _on(_first(desk, survey), sure="no")
    assert "Ask order?" in page.words()
    assert "not reached on this way" in _on(page).words(".answers")


def test_what_cannot_be_taken_is_said_as_to_a_participant(desk: Desk, survey: UUID) -> None:
    page = _on(_first(desk, survey))
    assert page.status == 422
    assert list(page.complaints.values()) == ["sure"]


def test_answers_go_along_forwards_and_back(desk: Desk, survey: UUID) -> None:
    page = _on(_on(_first(desk, survey), sure="yes"), age="42")
    form = next(form for form in page.forms() if "/trial/" in form.action)
    back = form.submit(then="back")
    again = next(form for form in back.forms() if "/trial/" in form.action)
    assert (again.value("age"), again.value("sure")) == ("42", "yes")


def test_options_are_put_in_order_by_buttons(desk: Desk, survey: UUID) -> None:
    page = _on(_first(desk, survey), sure="no")
    form = next(form for form in page.forms() if "/trial/" in form.action)
    page = form.submit(**{"order.move": "place:b"})
    form = next(form for form in page.forms() if "/trial/" in form.action)
    assert form.value("order") == "b"


def test_it_is_seen_in_each_language_and_at_the_width_of_a_telephone(desk: Desk, survey: UUID) -> None:
    page = _first(desk, survey, "?language=fr")
    assert page.document.get("lang") == "fr"
    assert "Demander sure ?" in page.words()
    assert "narrow" in (_first(desk, survey, "?narrow=1").document.get("class") or "")
    narrow = _first(desk, survey, "?narrow=1").document
    assert all("narrow=1" in str(one) for one in narrow.xpath("//button[@lang]/@formaction"))
    form = next(form for form in _first(desk, survey).forms() if "/trial/" in form.action)
    form.action = form.action.replace("language=en", "language=fr")
    same = form.fill(sure="yes").submit(then="same")
    assert next(one for one in same.forms() if "/trial/" in one.action).value("sure") == "yes"
    assert same.document.get("lang") == "fr"


def test_what_is_not_translated_yet_can_be_tried_out(desk: Desk) -> None:
    bare = replace(
        SURVEY, sections=(Section(id="one", questions=(replace(_question("sure", YesNo()), label={"en": "Sure?"}),)),)
    )
    page = _first(desk, _begin(desk, bare), "?language=fr")
    assert page.status == 200
    assert "Sure?" in page.words()


@pytest.mark.parametrize("name", ['x"><script>alert(1)</script>', "9"])
def test_what_cannot_be_asked_is_not_tried_out_and_says_why(desk: Desk, name: str) -> None:
    broken = replace(SURVEY, sections=(Section(id="one", questions=(_question(name, YesNo()),)),))
    page = _first(desk, _begin(desk, broken))
    assert page.status == 422
    assert page.title == "It cannot be tried out yet"
    assert "<script>alert" not in page.text


def test_a_guide_is_seen_as_in_an_interview_and_has_nothing_to_send(desk: Desk) -> None:
    guide = desk.begin(shelf.LIST_1[0])
    page = desk.get(f"/instruments/{guide}/draft/guide-trial")
    assert "What is typed here goes nowhere." in page.words(".trial")
    assert all("sign-out" in form.action for form in page.forms())
    for section in shelf.load(shelf.LIST_1[0]).sections:
        for question in section.questions:
            if question.asks:
                assert question.label["en"] in page.words(f"#t-{question.id}")


def test_a_survey_has_no_interview_and_a_guide_no_pages(desk: Desk, survey: UUID) -> None:
    guide = desk.begin(shelf.LIST_1[0])
    assert desk.get(f"/instruments/{survey}/draft/guide-trial").status == 404
    assert desk.get(f"/instruments/{guide}/draft/trial").status == 404


@pytest.mark.parametrize("role", [role for role in Job if role is not Job.LEAD])
def test_only_who_writes_tries_out(desk: Desk, survey: UUID, role: Job) -> None:
    assert desk.get(f"/instruments/{survey}/draft/trial", role).status == 403
