"""Attack 19: what an interviewer enters twice by one page is entered once (ASVS 2.3.4, 15.4.2)."""

import pytest

from survey import once
from tests.web.interviewer.conftest import Call
from tests.web.pages import Form
from tests.web.scenario import EVERYTHING
from tests.web.simultaneous import twice

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)

PERSON = {
    "nominee-name": "Wilhelmina Nachtigall", "nominee-email": "w@example.org", "nominee-telephone": "",
    "nominee-relation": "her mentor", "nominee-note": "",
}  # fmt: skip


def form_of(call: Call) -> Form:
    """The page of the conversation, to be filled in."""
    return call.page.form(str(call.interview.response_id))


def nominees(call: Call) -> int:
    """How many people were named."""
    field, jo = call.desk.field, call.desk.jo.participant.id
    return len([one for one in field.everybody() if one.id != jo])


def asked_outside(call: Call) -> list[str]:
    """The questions outside the guide, as they were noted."""
    return [one.words for one in call.record().candidates]


def test_a_person_who_is_entered_twice_by_one_page_is_one_person(call: Call) -> None:
    form = form_of(call).fill(**PERSON)

    first, again = [call.desk.browser.post(form.action, [*form.values, ("then", "nominee")]) for _ in range(2)]

    assert (first.status, again.status) == (303, 303)
    assert first.location == again.location
    assert call.page.notices.count("The person was entered. Coordinators see them; the notes do not.") >= 1
    assert nominees(call) == 1
    assert call.desk.field.actions().count("participant.enrolled") == 2


def test_a_person_who_is_entered_at_the_same_moment_is_one_person(call: Call) -> None:
    pages = twice(call.desk.browser, form_of(call).fill(**PERSON), then="nominee")

    assert {(page.status, page.location) for page in pages} == {(303, pages[0].location)}
    assert nominees(call) == 1


@pytest.mark.parametrize("what", ["name", "email", "telephone", "relation", "note"])
def test_somebody_else_on_the_same_page_is_somebody_else(call: Call, what: str) -> None:
    """Whoever goes back to the page and types the next person loses nobody."""
    form = form_of(call).fill(**PERSON)
    form.submit(then="nominee")
    other = {"email": "v@example.org"}.get(what, "Somebody else")

    page = form.fill(**{f"nominee-{what}": other}).submit(then="nominee")

    assert "The person was entered" in page.words(".notice")
    assert nominees(call) == 2


def test_the_same_person_on_a_page_opened_anew_is_named_again(call: Call) -> None:
    """Whether two are one is for those to say who know names; nothing that was typed is dropped in silence."""
    for _ in range(2):
        form_of(call).fill(**PERSON).submit(then="nominee")
    assert nominees(call) == 2


def test_a_page_that_was_refused_is_not_used_up(call: Call) -> None:
    form = form_of(call).fill(**{**PERSON, "nominee-email": "wilhelmina"})
    assert form.submit(then="nominee").status == 422

    form.fill(**PERSON).submit(then="nominee")
    assert nominees(call) == 1


@pytest.mark.parametrize("value", ["", "x", "0" * 63, "Z" * 64, "0" * 65, "9d0c6f0e-7f3c-4f6e-8a57-000000000000"])
def test_a_page_that_cannot_be_read_loses_nothing_and_enters_nobody(call: Call, value: str) -> None:
    form = form_of(call).fill(**{**PERSON, "start.notes": "By chance."})
    values = [(name, value if name == "once" else given) for name, given in form.values]

    page = call.desk.browser.post(form.action, [*values, ("then", "nominee")])

    assert page.status == 422
    assert "did not work" in page.words(".errors")
    again = page.form(str(call.interview.response_id))
    assert {name: again.value(name) for name in PERSON} == PERSON
    assert nominees(call) == 0
    assert call.record().topics["start"]["notes"] == "By chance."
    again.submit(then="nominee")
    assert nominees(call) == 1


def test_the_value_of_another_interviews_page_is_no_more_than_a_new_one(call: Call) -> None:
    field = call.desk.field
    kim = field.enrol("Kim", "kim@example.org", assigned=True, agrees=EVERYTHING)
    other = type(call)(type(call.desk)(call.desk.house, field, call.desk.browser, kim), field.start(kim))
    form = form_of(call).fill(**PERSON)
    form.submit(then="nominee")

    page = form_of(other).fill(**PERSON).fill(once=form.value("once")).submit(then="nominee")

    assert "The person was entered" in page.words(".notice")
    assert len(field.everybody()) == 4


def test_a_question_that_is_saved_twice_by_one_page_is_one_question(call: Call) -> None:
    """Without a script a question has no name before it is saved."""
    form = form_of(call).fill(**{"candidate.new.words": "Who pays?", "candidate.new.theme": "Money"})

    for _ in range(2):
        assert call.desk.browser.post(form.action, form.values).status == 303

    assert asked_outside(call) == ["Who pays?"]
    form.fill(**{"candidate.new.words": "Who paid before?"}).submit()
    form_of(call).fill(**{"candidate.new.words": "Who pays?"}).submit()
    assert asked_outside(call) == ["Who pays?", "Who paid before?", "Who pays?"]
    assert call.record().earlier == ()


def test_a_question_that_is_saved_at_the_same_moment_is_one_question(call: Call) -> None:
    form = form_of(call).fill(**{"candidate.new.words": "Who pays?", "candidate.new.theme": "Money"})

    pages = twice(call.desk.browser, form)

    assert {page.status for page in pages} == {303}
    assert asked_outside(call) == ["Who pays?"]
    assert call.record().earlier == ()


def test_a_question_that_was_taken_back_stays_so_when_its_page_is_sent_again(call: Call) -> None:
    form = form_of(call).fill(**{"candidate.new.words": "Who pays?"})
    form.submit()
    (name,) = [one.id for one in call.record().candidates]
    form_of(call).fill(**{f"candidate.{name}.words": ""}).submit()

    form.submit()

    assert asked_outside(call) == []


def test_a_question_on_a_page_that_cannot_be_read_is_kept(call: Call) -> None:
    form = form_of(call).fill(**{"candidate.new.words": "Who pays?"})
    form.tamper(once="?")
    assert asked_outside(call) == ["Who pays?"]


def test_every_page_has_a_value_of_its_own(call: Call) -> None:
    values = {form_of(call).value("once") for _ in range(5)}
    assert len(values) == 5
    assert len({once.read(value) for value in values}) == 5
