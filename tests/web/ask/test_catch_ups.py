"""Offering a catch-up: said beforehand who would be asked what, and by whom it may be seen."""

from uuid import UUID

import pytest

from survey import catch_up_offers, letters, participants, responses, runs
from survey.letters import LetterKind, LetterState
from tests.web.ask.conftest import Desk
from tests.web.ask.test_asked import _asked, _grow, survey
from vault.studies import Role

__all__ = ["survey"]

WHY = "Theme 2: work and life."
OFFER = ("then", "offer")


def _sent(desk: Desk, instrument: UUID) -> str:
    """Somebody answered the newest version and sent it; returns the pseudonym."""
    pseudonym = _asked(desk, instrument, university="calgary")
    with desk.house.stores.work() as work:
        who = participants.by_pseudonym(work.db, desk.study.id, pseudonym)
        (run,) = runs.of_participant(work.db, who.id)
        responses.close(work.db, work.keyring, run, now=desk.now)
        work.commit()
    return pseudonym


@pytest.fixture
def grown(desk: Desk, survey: UUID) -> tuple[UUID, list[str]]:
    """Three people answered the first version; the second asks one question more."""
    people = [_sent(desk, survey) for _ in range(3)]
    _grow(desk, survey)
    return survey, people


def _newest(desk: Desk) -> str:
    return next(link for link in desk.get("/catch-ups").links() if "/catch-ups/for/" in link)


def test_the_page_says_what_a_catch_up_is_as_long_as_there_is_none(desk: Desk, survey: UUID) -> None:
    page = desk.get("/catch-ups")
    assert "No catch-up yet." in page.words()
    assert not [link for link in page.links() if "/catch-ups/for/" in link]


def test_who_would_be_asked_what_is_said_before_it_is_offered(desk: Desk, grown: tuple[UUID, list[str]]) -> None:
    page = desk.browser().get(_newest(desk))
    said = page.words()
    assert "3 people would be asked." in said
    assert all(one in said for one in grown[1])
    assert "Not in version 1." in said
    looked = page.form("/for/" + page.path.rpartition("/")[2]).fill(reason=WHY).submit(then="look")
    assert looked.status == 200
    assert WHY in looked.form("/for/" + page.path.rpartition("/")[2]).value("reason")
    with desk.house.stores.work() as work:
        assert catch_up_offers.of_study(work.db, desk.study.id) == []


def test_without_a_reason_or_a_question_nothing_is_offered_and_nothing_typed_is_lost(
    desk: Desk, grown: tuple[UUID, list[str]]
) -> None:
    address = _newest(desk)
    asked = ("question", "work_life")
    refused = desk.browser().send(address, [OFFER, asked, ("reason", " "), ("says-en", "Hello")])
    assert refused.status == 422
    assert "Say why these questions are asked later." in refused.words()
    assert "Hello" in refused.words()
    none = desk.browser().send(address, [OFFER, ("reason", WHY)])
    assert (none.status, "Choose at least one question." in none.words()) == (422, True)
    strange = desk.browser().send(address, [OFFER, ("question", "no_such"), ("reason", WHY)])
    assert strange.status == 422


def _offered(desk: Desk) -> str:
    page = desk.browser().get(_newest(desk))
    here = page.path.rpartition("/")[2]
    done = page.form(f"/for/{here}").fill(reason=WHY, **{"says-en": "Others told us."}).submit(then="offer")
    assert done.status == 200
    return done.path


def test_it_is_offered_listed_and_closed_with_a_line_in_the_log(desk: Desk, grown: tuple[UUID, list[str]]) -> None:
    address = _offered(desk)
    page = desk.browser().get(address)
    assert (WHY in page.words(), "not begun" in page.words(), "Others told us." in page.words()) == (True, True, True)
    assert "/catch-ups/for/" not in " ".join(desk.get("/catch-ups").links())
    log = desk.get("/log").words()
    assert f"Offered a catch-up of Short survey before the interview, version 2: work_life. Why: {WHY}" in log
    refused = page.form("/close").submit()
    assert refused.status == 422
    closed = refused.form("/close").fill(reason="Enough by now").submit()
    assert "Enough by now" in closed.words()
    assert not [form for form in closed.forms() if form.action.endswith("/close")]
    assert "Closed a catch-up" in desk.get("/log").words()


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.AUDITOR, Role.TRANSCRIBER])
def test_roles_without_a_key_see_no_person_and_no_small_number(
    desk: Desk, grown: tuple[UUID, list[str]], role: Role
) -> None:
    address = _offered(desk)
    seen = desk.browser(role).get(address)
    assert not any(one in seen.words() for one in grown[1])
    assert "Altogethernot shown" in seen.words()
    assert desk.browser(role).get(address.rpartition("/")[0] + "/for/" + str(UUID(int=1))).status in {403, 404}


def test_the_coordinator_offers_it_and_writes_letters_that_bring_no_code(
    desk: Desk, grown: tuple[UUID, list[str]]
) -> None:
    desk.browser(Role.COORDINATOR)
    address = _offered(desk)
    page = desk.browser(Role.COORDINATOR).get(address)
    who = sorted(grown[1])[0]
    listed = desk.browser(Role.COORDINATOR).send(f"{address}/letters", [("participant", who)])
    assert listed.location.endswith("/letters")
    with desk.house.stores.work() as work:
        held = letters.in_state(work.db, desk.study.id, LetterState.HELD)
        assert [letter.kind for letter in held] == [LetterKind.CATCH_UP]
    again = desk.browser(Role.COORDINATOR).send(f"{address}/letters", [("participant", who)])
    assert again.location.endswith("/letters")
    nothing = page.form("/letters").submit()
    assert nothing.path == page.path
    number = str(held[0].number)
    paper = desk.browser(Role.COORDINATOR).send(f"{desk.at}/letters/print", [("letter", number)])
    assert paper.status == 200
    with desk.house.stores.work() as work:
        assert len(letters.in_state(work.db, desk.study.id, LetterState.HELD)) == 1


def test_where_nobody_answered_an_older_version_nobody_would_be_asked(desk: Desk, survey: UUID) -> None:
    _grow(desk, survey)
    page = desk.browser().get(_newest(desk))
    assert "0 people would be asked." in page.words()
