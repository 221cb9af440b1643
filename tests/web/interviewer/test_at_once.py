"""Attack 19: an interviewer presses twice, or has the screen open twice (ASVS 2.3.3, 2.3.4, 15.4.2)."""

from functools import partial

import pytest

from consent import decisions
from consent.scopes import Scope
from survey import interviews
from survey.interviews import State
from tests.web.interviewer.conftest import Call, Desk
from tests.web.interviewer.test_verbal import asked, said
from tests.web.pages import Page
from tests.web.simultaneous import together, twice, twin

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


def state_of(call: Call) -> State:
    """Where the interview is."""
    with call.desk.field.stores.work(reading=True) as work:
        return interviews.find(work.db, call.desk.jo.participant.id, call.interview.response_id)[0].state


def test_what_was_said_on_the_telephone_stands_once(undecided: Desk) -> None:
    """ASVS 2.3.4."""
    form = said(asked(undecided), Scope.TAKE_PART, witness="Kim Sample")

    pages = twice(undecided.browser, form)

    assert {page.status for page in pages} == {303}
    with undecided.field.stores.work(reading=True) as work:
        assert len(decisions.history(work.db, undecided.jo.participant.id)) == 1
    assert undecided.field.actions().count("consent.decided") == 1


def test_one_interview_is_begun(desk: Desk) -> None:
    """ASVS 2.3.4."""
    form = desk.browser.get(desk.here).form(desk.jo.pseudonym).fill(guide=str(desk.field.guide), tape="T-7")

    pages = twice(desk.browser, form)

    assert {page.status for page in pages} == {303}
    assert len({page.location for page in pages}) == 1
    assert desk.field.actions().count("interview.started") == 1
    with desk.field.stores.work(reading=True) as work:
        assert len(interviews.of_participant(work.db, desk.jo.participant.id)) == 1


def test_one_interview_is_ended_and_deposited(call: Call) -> None:
    """ASVS 2.3.4."""
    topics = [topic.get("data-id") for topic in call.page.document.xpath("//section[@data-id]")]
    call.note(holds=topics, **{f"{topic}__state": "skipped" for topic in topics}, tab="t")
    ended = twice(call.desk.browser, call.page.form(str(call.interview.response_id)), then="end")

    assert {page.status for page in ended} == {303}
    assert state_of(call) is State.ENDED
    assert call.desk.field.actions().count("interview.ended") == 1

    memo = call.desk.browser.get(f"{call.here}/memo").form("/memo").fill(memo="She laughed twice.")
    deposited = twice(call.desk.browser, memo, then="deposit")

    assert {page.status for page in deposited} <= {303, 409}
    assert 303 in {page.status for page in deposited}
    assert state_of(call) is State.DEPOSITED
    assert call.record().memo == "She laughed twice."
    assert call.desk.field.actions().count("response.submitted") == 1


def test_notes_from_forty_hands_at_once_are_all_kept(call: Call) -> None:
    """ASVS 15.4.2: the script sends while somebody presses a button, and there may be a second window."""
    topics = [topic.get("data-id") for topic in call.page.document.xpath("//section[@data-id]")][:4]
    token = call.desk.browser.token()
    tabs = {topic: twin(call.desk.browser) for topic in topics}

    def note(topic: str, at: int) -> Page:
        fields = [("holds", topic), (f"{topic}.notes", f"round {at}"), ("tab", topic)]
        return tabs[topic].post(f"{call.here}/note", [("csrf_token", token), *fields])

    for at in range(10):
        pages = together([partial(note, topic, at) for topic in topics])
        assert {page.status for page in pages} == {200}
    record = call.record()
    assert [record.topics[topic]["notes"] for topic in topics] == ["round 9"] * 4
    assert record.earlier == ()


def test_a_note_that_comes_while_the_interview_is_deposited_is_kept_before_or_refused(call: Call) -> None:
    """ASVS 2.3.3: a deposited interview stands as it is."""
    topics = [topic.get("data-id") for topic in call.page.document.xpath("//section[@data-id]")]
    call.note(holds=topics, **{f"{topic}__state": "skipped" for topic in topics}, tab="t")
    call.page.form(str(call.interview.response_id)).submit(then="end")
    memo = call.desk.browser.get(f"{call.here}/memo").form("/memo")
    token, tabs = call.desk.browser.token(), [twin(call.desk.browser) for _ in range(4)]

    def note(at: int) -> Page:
        fields = [("holds", topics[at]), (f"{topics[at]}.notes", f"late {at}"), (f"{topics[at]}.state", "asked")]
        return tabs[at].post(f"{call.here}/note", [("csrf_token", token), *fields, ("tab", f"t{at}")])

    deposit = partial(tabs[3].post, memo.action, [*memo.values, ("then", "deposit")])
    *notes, deposited = together([*(partial(note, at) for at in range(3)), deposit])

    assert deposited.status in {303, 409}
    assert {page.status for page in notes} <= {200, 409}
    record = call.record()
    # The form of the memo may have overtaken a note that it did not know; then both stand, and nothing is deposited.
    kept = {record.topics[topic].get("notes") for topic in topics} | {one.value["notes"] for one in record.earlier}
    for at, page in enumerate(notes):
        assert (f"late {at}" in kept) is (page.status == 200)
    assert record.earlier == () or state_of(call) is State.ENDED
