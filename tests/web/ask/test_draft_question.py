"""Writing one question in a form, without a script: every kind, every language, every condition that can be picked."""

from uuid import UUID

import pytest

from instruments import drafts, shelf
from instruments.definition import Instrument, Question, find
from instruments.kinds import Matrix, MultipleChoice, Number, Option, Scale, SingleChoice
from tests.web.ask.conftest import Desk
from tests.web.pages import Form, Page


@pytest.fixture
def survey(desk: Desk) -> UUID:
    return desk.begin(shelf.SHORT_SURVEY)


def _draft(desk: Desk, instrument: UUID) -> Instrument:
    with desk.house.stores.work(reading=True) as work:
        return drafts.draft_of(work.db, instrument).definition


def _question(desk: Desk, instrument: UUID, name: str) -> Question:
    question = find(_draft(desk, instrument), name)
    assert question is not None
    return question


def _page(desk: Desk, instrument: UUID, name: str) -> Page:
    return desk.get(f"/instruments/{instrument}/draft/question/{name}")


def _form(desk: Desk, instrument: UUID, name: str) -> Form:
    return _page(desk, instrument, name).form(f"/question/{name}")


def _new(desk: Desk, instrument: UUID, kind: str, after: str = "") -> Form:
    where = f"?after={after}" if after else ""
    page = desk.get(f"/instruments/{instrument}/draft/new-question{where}")
    return page.form(f"/new-question{where}").fill(kind=kind).submit(do="kind").form(f"/new-question{where}")


def test_saving_a_question_as_it_stands_changes_nothing_of_any_kind(desk: Desk, survey: UUID) -> None:
    before = _draft(desk, survey)
    for section in before.sections:
        for question in section.questions:
            assert _form(desk, survey, question.id).submit().status == 200
    assert _draft(desk, survey) == before


def test_saving_a_question_of_every_kind_changes_nothing(desk: Desk, guide: UUID) -> None:
    before = _draft(desk, guide)
    for section in before.sections:
        for question in section.questions:
            assert _form(desk, guide, question.id).submit().status == 200
    assert _draft(desk, guide) == before


def test_a_new_question_gets_a_name_from_its_words_and_options_from_their_labels(desk: Desk, survey: UUID) -> None:
    first = _draft(desk, survey).sections[0].questions[0].id
    form = _new(desk, survey, "single_choice", first)
    form.fill(**{"label.en": "Have you had a mentor?"})
    form = form.submit(do="option:add").form(f"/new-question?after={first}")
    form = form.fill(**{"option-0.label.en": "Yes, one"}).submit(do="option:add").form(f"/new-question?after={first}")
    words: dict[str, str | bool] = {"option-1.label.en": "Yes, one", "option-1.words": True}
    page = form.fill(**words).submit()

    assert page.status == 200
    question = _question(desk, survey, "have_you_had_a")
    assert question.label == {"en": "Have you had a mentor?"}
    assert question.kind == SingleChoice(
        options=(
            Option(code="yes_one", label={"en": "Yes, one"}),
            Option(code="yes_one_2", label={"en": "Yes, one"}, words=True),
        )
    )
    assert [one.id for one in _draft(desk, survey).sections[0].questions][:2] == [first, "have_you_had_a"]


def test_options_move_and_go_without_losing_what_is_typed(desk: Desk, survey: UUID) -> None:
    name = next(q.id for s in _draft(desk, survey).sections for q in s.questions if isinstance(q.kind, SingleChoice))
    codes = [option.code for option in _question(desk, survey, name).kind.options]  # type: ignore[union-attr]
    form = _form(desk, survey, name).fill(**{"label.en": "Not saved yet"})
    form = form.submit(do="option:down:0").form(f"/question/{name}")
    assert form.value("label.en") == "Not saved yet"
    assert [form.value("option-0.code"), form.value("option-1.code")] == [codes[1], codes[0]]
    form.submit(do="option:remove:1").form(f"/question/{name}").submit()
    kind = _question(desk, survey, name).kind
    assert isinstance(kind, SingleChoice)
    assert [option.code for option in kind.options] == [codes[1], *codes[2:]]


@pytest.mark.parametrize(
    ("kind", "typed", "wanted"),
    [
        (
            "number",
            {"least": "0", "most": "2.5", "decimals": "1", "unit.en": "years"},
            Number(least=0, most=2.5, decimals=1, unit={"en": "years"}),
        ),
        (
            "scale",
            {"first": "0", "last": "10", "low.en": "not at all", "high.en": "very"},
            Scale(first=0, last=10, low={"en": "not at all"}, high={"en": "very"}),
        ),
        ("multiple_choice", {"at_least": "", "at_most": "2"}, MultipleChoice(at_most=2)),
        ("matrix", {"each.last": "7"}, Matrix(each=Scale(last=7))),
    ],
)
def test_each_kind_shows_its_own_fields_and_takes_them(
    desk: Desk, survey: UUID, kind: str, typed: dict[str, str | bool], wanted: object
) -> None:
    form = _new(desk, survey, kind).fill(**{"id": "new_one", "label.en": "Say", **typed})
    assert "pattern" not in form.fields
    assert form.submit().status == 200
    assert _question(desk, survey, "new_one").kind == wanted


def test_what_cannot_be_taken_is_said_beside_its_field_and_nothing_is_lost(desk: Desk, survey: UUID) -> None:
    form = _new(desk, survey, "number").fill(**{"id": "9 lives", "least": "many", "label.en": "How many?"})
    page = form.submit()
    assert page.status == 422
    assert set(page.complaints.values()) == {"id", "least"}
    assert page.form("/new-question").value("least") == "many"
    assert find(_draft(desk, survey), "9 lives") is None


def test_a_name_that_another_question_has_is_refused(desk: Desk, survey: UUID) -> None:
    first = _draft(desk, survey).sections[0].questions[0].id
    page = _new(desk, survey, "yes_no").fill(**{"id": first.upper(), "label.en": "Say"}).submit()
    assert page.status == 422
    assert list(page.complaints.values()) == ["id"]


def test_the_name_kind_and_codes_of_what_was_published_stay(desk: Desk, guide: UUID) -> None:
    name = _draft(desk, guide).sections[0].questions[0].id
    form = _form(desk, guide, name)
    assert form.fields["id"][0].get("type") == "hidden"
    assert form.fields["kind"][0].get("type") == "hidden"
    form.tamper(id="another")
    assert find(_draft(desk, guide), name) is not None


def _choice_before(desk: Desk, survey: UUID) -> tuple[Question, Question]:
    """A single choice, and the last question of the survey."""
    every = [question for section in _draft(desk, survey).sections for question in section.questions]
    return next(one for one in every if isinstance(one.kind, SingleChoice)), every[-1]


def test_a_condition_is_picked_in_words_and_written_as_text(desk: Desk, survey: UUID) -> None:
    choice, last = _choice_before(desk, survey)
    assert isinstance(choice.kind, SingleChoice)
    option = choice.kind.options[0]
    form = _form(desk, survey, last.id)
    form.fill(**{"relevant.by": "picked", "relevant.every": "all"})
    number = sum(name.endswith(".of") for name in form.fields) - 1
    pick = {f"pick-{number}.of": choice.id, f"pick-{number}.value": option.label["en"].upper()}
    for at in range(number):
        pick[f"pick-{at}.of"] = ""
    assert form.fill(**pick).submit().status == 200
    assert _question(desk, survey, last.id).relevant == f"${{{choice.id}}} = '{option.code}'"

    again = _form(desk, survey, last.id)
    assert again.value("relevant.by") == "picked"
    assert again.value("pick-0.value") == option.code
    again.fill(**{"relevant.by": ""}).submit()
    assert _question(desk, survey, last.id).relevant == ""


def test_the_answers_to_choose_from_are_shown_when_asked_for(desk: Desk, survey: UUID) -> None:
    choice, last = _choice_before(desk, survey)
    form = _form(desk, survey, last.id).fill(**{"relevant.by": "picked"})
    number = sum(name.endswith(".of") for name in form.fields) - 1
    form = form.fill(**{f"pick-{number}.of": choice.id}).submit(do="pick").form(f"/question/{last.id}")
    assert form.fields[f"pick-{number}.value"][0].tag == "select"
    assert f"pick-{number + 1}.of" in form.fields


def test_what_is_too_hard_to_pick_stays_a_text_for_experts(desk: Desk, survey: UUID) -> None:
    choice, last = _choice_before(desk, survey)
    hard = f"not(${{{choice.id}}} = 'x' or ${{{choice.id}}} = '')"
    form = _form(desk, survey, last.id).fill(**{"relevant.by": "text", "relevant.text": hard})
    assert form.submit().status == 200
    again = _form(desk, survey, last.id)
    assert (again.value("relevant.by"), again.value("relevant.text")) == ("text", hard)

    page = again.fill(**{"relevant.text": "${x} ="}).submit()
    assert page.status == 422
    assert list(page.complaints.values()) == ["relevant.text"]


def test_a_value_that_is_no_answer_is_refused_with_those_that_are(desk: Desk, survey: UUID) -> None:
    choice, last = _choice_before(desk, survey)
    form = _form(desk, survey, last.id).fill(**{"relevant.by": "picked"})
    number = sum(name.endswith(".of") for name in form.fields) - 1
    page = form.fill(**{f"pick-{number}.of": choice.id, f"pick-{number}.value": "nonsense"}).submit()
    assert page.status == 422
    assert list(page.complaints.values()) == [f"pick-{number}.value"]


def test_of_two_who_write_the_same_question_neither_loses_a_word(desk: Desk, survey: UUID) -> None:
    name = _choice_before(desk, survey)[1].id
    mine, theirs = _form(desk, survey, name), _form(desk, survey, name)
    theirs.fill(**{"label.en": "What they wrote."}).submit()

    both = mine.fill(**{"label.en": "What I wrote."}).submit()
    assert both.status == 409
    assert "What they wrote." in both.words(".conflict")
    form = both.form(f"/question/{name}")
    assert form.value("label.en") == "What I wrote."
    assert _question(desk, survey, name).label["en"] == "What they wrote."
    form.submit()
    assert _question(desk, survey, name).label["en"] == "What I wrote."


def test_two_who_write_different_questions_do_not_notice_each_other(desk: Desk, survey: UUID) -> None:
    one, other = _choice_before(desk, survey)
    mine, theirs = _form(desk, survey, one.id), _form(desk, survey, other.id)
    theirs.fill(**{"label.en": "What they wrote."}).submit()
    page = mine.fill(**{"label.en": "What I wrote."}).submit()

    assert "Somebody else changed other parts" in " ".join(page.notices)
    assert _question(desk, survey, one.id).label["en"] == "What I wrote."
    assert _question(desk, survey, other.id).label["en"] == "What they wrote."


def test_a_question_that_somebody_took_out_meanwhile_can_be_asked_again(desk: Desk, survey: UUID) -> None:
    name = _choice_before(desk, survey)[1].id
    mine = _form(desk, survey, name).fill(**{"label.en": "What I wrote."})
    _page(desk, survey, name).form("/questions").submit(do=f"retire:{name}")
    page = mine.submit()
    assert page.status == 409
    assert "took it out" in page.words(".conflict")
    assert page.form(f"/question/{name}").submit().status == 200
    assert _question(desk, survey, name).label["en"] == "What I wrote."


def test_the_title_languages_and_length_are_written_in_a_form(desk: Desk, survey: UUID) -> None:
    form = desk.get(f"/instruments/{survey}/draft/whole").form("/whole")
    page = form.fill(**{"title.en": "A survey", "languages": "en fr", "minutes": "7"}).submit()
    draft = _draft(desk, survey)
    assert (draft.title["en"], draft.languages, draft.minutes) == ("A survey", ("en", "fr"), 7)
    assert page.status == 200

    form = desk.get(f"/instruments/{survey}/draft/whole").form("/whole")
    page = form.fill(languages="english!", minutes="long").submit()
    assert page.status == 422
    assert set(page.complaints.values()) == {"languages", "minutes"}


def test_both_languages_stand_side_by_side(desk: Desk, survey: UUID) -> None:
    desk.get(f"/instruments/{survey}/draft/whole").form("/whole").fill(languages="en fr").submit()
    name = _choice_before(desk, survey)[1].id
    _form(desk, survey, name).fill(**{"label.fr": "Dites-le en français."}).submit()
    assert _question(desk, survey, name).label["fr"] == "Dites-le en français."
