"""Somebody named in an interview: linkage data with a nomination, and nothing of it among what was said."""

import pytest

from survey import nominations
from survey.statuses import Status
from tests.web.interviewer.conftest import Call
from vault.identities import Reader
from vault.studies import Role

NAME, EMAIL = "Wilhelmina Nachtigall", "wilhelmina@example.org"


def named(call: Call, **more: str) -> dict[str, str]:
    return {"nominee-name": NAME, "nominee-email": EMAIL, "nominee-relation": "her mentor since 2019", **more}


def test_a_nominee_becomes_somebody_who_is_identified_and_the_notes_know_nothing(call: Call) -> None:
    field, house = call.desk.field, call.desk.house
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "By chance."}, **named(call))
    page = form.submit(then="nominee")

    assert "The person was entered" in page.words(".notice")
    assert NAME not in page.text
    assert call.record().topics["start"]["notes"] == "By chance."
    assert NAME not in repr(call.record().topics) + repr(call.record().about) + call.record().memo
    (nominee,) = [one for one in field.everybody() if one.id != call.desk.jo.participant.id]
    cora = field.people[Role.COORDINATOR]
    with house.stores.work() as work:
        (nomination,) = nominations.of_study(
            work.db, work.keyring, field.study.id, Reader(cora.id, cora.seed), now=field.now
        )  # fmt: skip
        work.commit()
    assert (nomination.nominee_id, nomination.nominator_id) == (nominee.id, call.desk.jo.participant.id)
    assert nomination.relation == "her mentor since 2019"
    listed = field.browser(house, Role.COORDINATOR).get(f"{field.at}/participants")
    assert {row.findtext("th/a"): row.findtext("td") for row in listed.document.xpath("//tbody/tr")}[
        nominee.pseudonym
    ] == "identified"
    assert nominee.pseudonym not in call.desk.browser.get(f"{field.at}/interviews").text
    assert call.desk.browser.get(f"{field.at}/interviews/{nominee.pseudonym}/who").status == 403


def test_nothing_of_a_nominee_lies_anywhere_in_clear(call: Call) -> None:
    call.page.form(str(call.interview.response_id)).fill(**named(call)).submit(then="nominee")

    files = [file.read_bytes() for file in call.desk.house.settings.home.rglob("*") if file.is_file()]
    for words in (b"Nachtigall", b"wilhelmina@", b"since 2019"):
        assert not any(words in held for held in files)


def test_what_is_wrong_with_a_nominee_is_said_and_the_notes_are_kept(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id))
    form.fill(**{"start.notes": "By chance.", "nominee-email": EMAIL})
    page = form.submit(then="nominee")

    assert page.status == 422
    assert page.complaints == {"Give the person's name.": "nominee-name"}
    assert page.form(str(call.interview.response_id)).value("nominee-email") == EMAIL
    assert call.record().topics["start"]["notes"] == "By chance."

    form = page.form(str(call.interview.response_id)).fill(**named(call, **{"nominee-email": "wilhelmina"}))
    page = form.submit(then="nominee")
    assert list(page.complaints.values()) == ["nominee-email"]
    assert len(call.desk.field.everybody()) == 1


@pytest.mark.parametrize("then", ["pause", "go-on", "", "topic:start"])
def test_only_the_end_waits_for_a_person_who_is_half_typed(call: Call, then: str) -> None:
    if then == "go-on":
        call.page.form(str(call.interview.response_id)).submit(then="pause")
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "By chance."}, **named(call))
    page = form.submit(then=then)

    assert page.status == 200
    assert "not entered yet" in page.words(".notice")
    typed = {name: page.form(str(call.interview.response_id)).value(name) for name in named(call)}
    assert typed == named(call)
    assert call.record().topics["start"]["notes"] == "By chance."
    pauses = {"pause": [["2026-11-23T12:00:00Z"]], "go-on": [["2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"]]}
    assert call.record().about.get("pauses") == pauses.get(then)
    assert len(call.desk.field.everybody()) == 1
    page = page.form(str(call.interview.response_id)).submit(then="nominee")
    assert "The person was entered" in page.words(".notice")
    assert len(call.desk.field.everybody()) == 2


def test_the_clock_stands_still_although_something_else_could_not_be_taken(call: Call) -> None:
    page = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "x" * 50_001}).submit(then="pause")

    assert page.status == 422
    assert call.record().about["pauses"] == [["2026-11-23T12:00:00Z"]]
    assert "paused" in page.words(".clock")


def test_a_name_that_was_typed_is_not_lost_by_another_button(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "By chance."}, **named(call))
    page = form.submit(then="end")

    assert page.status == 422
    assert "not entered yet" in page.words(".errors")
    assert page.form(str(call.interview.response_id)).value("nominee-name") == NAME
    assert call.record().topics["start"]["notes"] == "By chance."
    assert call.desk.field.status(call.desk.jo) is Status.CONSENTED
    assert len(call.desk.field.everybody()) == 1


def test_a_nominee_without_any_address_can_be_called(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"nominee-name": NAME})
    assert "The person was entered" in form.submit(then="nominee").words(".notice")
    assert call.desk.field.actions().count("identity.read") == 0
