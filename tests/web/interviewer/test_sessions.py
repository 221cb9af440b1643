"""Attack 6 on an interviewer's pages: whoever is unassigned, removed or idle gets nowhere (ASVS 7.3, 7.4, 8.2)."""

from collections.abc import Callable
from uuid import UUID

import pytest

from survey.interviews import State
from tests.web.furnishing import routes
from tests.web.interviewer.conftest import Call
from tests.web.interviewer.test_at_once import state_of
from tests.web.watching import contents
from vault import departures, studies
from vault.studies import Role
from web.kit import cookies

SAID = "By chance, on a staircase."


def _everywhere(call: Call, endings: set[int]) -> None:
    """Every address of this participant and this interview answers with one of these, and says nothing of it."""
    desk = call.desk
    before = contents(desk.field.stores)
    asked = 0
    for method in ("GET", "POST"):
        for rule in routes(desk.house.app, method):
            if "/interviews/<pseudonym>" not in rule.rule:
                continue
            address = rule.rule.replace("<uuid:study_id>", str(desk.field.study.id))
            address = address.replace("<pseudonym>", desk.jo.pseudonym)
            address = address.replace("<uuid:response_id>", str(call.interview.response_id))
            address = address.replace("<uuid:offer_id>", str(UUID(int=1)))
            typed = [("holds", "start"), ("start.notes", "later"), ("then", "end"), ("memo", "later")]
            page = desk.browser.get(address) if method == "GET" else desk.browser.send(address, typed)
            asked += 1
            assert page.status in endings, f"{method} {rule.rule}: {page.status}"
            assert page.status != 303 or page.location.startswith("/sign-in"), rule.rule
            assert SAID not in page.text
            assert desk.jo.name not in page.text
    assert asked >= 11
    assert contents(desk.field.stores) == before
    assert state_of(call) is State.HELD


def _removed(call: Call) -> None:
    """The lead takes the interviewer out of the team."""
    field, lead = call.desk.field, call.desk.field.lead
    with field.stores.work() as work:
        member = studies.membership(work.db, field.study.id, field.interviewer.id)
        assert member is not None
        departures.part_with(work.db, member, by=lead.id, now=field.now)
        work.commit()
        work.carry_out(
            departures.settle(work.db, work.keyring, field.study.id, account_id=lead.id, seed=lead.seed, now=field.now)
        )


def _unassigned(call: Call) -> None:
    call.desk.field.unassign(call.desk.jo)


def _idle(call: Call) -> None:
    call.desk.house.clock.move(minutes=30)


def _signed_out(call: Call) -> None:
    cookie = call.desk.browser.cookie() or ""
    call.desk.browser.send("/sign-out")
    call.desk.browser.keep(cookies.SESSION, cookie)


def _another(call: Call) -> None:
    """The same addresses, asked for by an interviewer who was never assigned."""
    call.desk.browser = call.desk.field.browser(call.desk.house, call.desk.field.other)


@pytest.mark.parametrize(
    ("ending", "answers"),
    [(_unassigned, {403}), (_another, {403}), (_removed, {404}), (_idle, {303, 403}), (_signed_out, {303, 403})],
)
def test_whoever_may_no_longer_finds_no_interview_at_any_address_and_notes_nothing(
    call: Call, ending: Callable[[Call], None], answers: set[int]
) -> None:
    """ASVS 7.3.1, 7.4.1, 7.4.2, 8.2.2, 8.3.2: from the next request on, though the page is still open."""
    assert call.note(holds="start", start__notes=SAID, tab="t")[0] == 200
    assert SAID in call.page.text

    ending(call)

    _everywhere(call, answers)


def test_a_long_interview_does_not_end_the_session_as_long_as_something_is_noted(call: Call) -> None:
    """ASVS 7.3.2: the script's notes count as use, for twelve hours and no longer."""
    for minute in range(28):
        call.desk.house.clock.move(minutes=25)
        assert call.note(holds="start", start__notes=f"minute {minute}", tab="t")[0] == 200
    call.desk.house.clock.move(minutes=21)

    assert call.desk.browser.get(call.here).location.startswith("/sign-in")


def test_a_role_that_was_changed_counts_at_once(call: Call) -> None:
    """ASVS 8.3.2: whoever is a transcriber now interviews nobody."""
    lead, field = call.desk.field.browser(call.desk.house, Role.LEAD), call.desk.field
    member = call.desk.house.member_of(field.study.id, field.interviewer)
    lead.get(f"{field.at}/members/{member}/role").form().fill(role=Role.TRANSCRIBER.value).submit()

    _everywhere(call, {403})
