"""Attack 19: a participant presses twice, or leaves while something else is under way (ASVS 2.3.3, 2.3.4, 15.4.2)."""

import pytest

from consent import decisions
from consent.scopes import Scope
from survey import participants, responses, runs, withdrawals
from survey.participants import Enrolled, Standing
from survey.withdrawals import Way
from tests.vault import disk
from tests.vault.erasing import kept_of
from tests.web.pages import Form
from tests.web.participant.conftest import Place
from tests.web.participant.test_answering import SOUND, form_of, through
from tests.web.simultaneous import together, twice, twin
from vault import ledger
from vault import studies as of_vault

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


def lines(place: Place, action: str) -> int:
    """How many lines of the log are about this."""
    with place.house.stores.work(reading=True) as work:
        found = ledger.of_study(work.db, place.made.study.id, most=2000)
    return sum(line["action"] == action for line in found)


def runs_of(place: Place, enrolled: Enrolled) -> tuple[runs.Response, ...]:
    with place.house.stores.work(reading=True) as work:
        return runs.of_participant(work.db, enrolled.participant.id)


def agreeing(form: Form, name: str = "Ada Participant") -> Form:
    """The letter with yes to everything, signed and not sent."""
    return form.fill(signature=name, **{field: "yes" for field in form.fields if field.startswith("scope-")})


def test_one_decision_stands_however_often_the_letter_is_sent(place: Place) -> None:
    """ASVS 2.3.4: and a change of mind a moment later is a further one."""
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)

    pages = twice(browser, agreeing(letter.form("/p/consent")), then="next")

    assert {page.location for page in pages} == {"/p/begin"}
    again = browser.get("/p/consent").form("/p/consent")
    agreeing(again, "Ada P. Participant").submit(then="next")
    agreeing(again, "Ada P. Participant").fill(**{"scope-quoted": "no"}).submit(then="next")
    agreeing(again).submit(then="next")
    with place.house.stores.work(reading=True) as work:
        sittings = decisions.history(work.db, enrolled.participant.id)
        names = [decisions.signed_on(enrolled.keys[of_vault.Scope.LINKAGE], one.occasion).signature for one in sittings]
        assert decisions.grant_for(work.db, enrolled.participant.id).scopes == frozenset(Scope)
    assert names == ["Ada Participant", "Ada P. Participant", "Ada P. Participant", "Ada Participant"]
    assert lines(place, "consent.decided") == 4


def test_one_run_is_begun(place: Place) -> None:
    """ASVS 2.3.4."""
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)
    ready = agreeing(letter.form("/p/consent")).submit(then="next")

    pages = twice(browser, ready.form("/p/begin"))

    (run,) = runs_of(place, enrolled)
    assert {page.location for page in pages} <= {"/p/go", f"/p/answer/{run.version_id}/0"}
    assert lines(place, "response.begun") == 1


def test_what_is_sent_twice_was_sent_once(place: Place) -> None:
    """ASVS 2.3.4."""
    browser, enrolled, page = place.agreed()
    review = through(page)

    pages = twice(browser, review.form("/p/submit"))

    assert {page.location for page in pages} <= {"/p/go", "/p/thanks"}
    assert lines(place, "response.submitted") == 1
    assert [run.submitted_on for run in runs_of(place, enrolled)] == [place.house.clock.time.date()]


def test_the_same_page_sent_four_times_is_kept_four_times_and_says_so_to_three(place: Place) -> None:
    """ASVS 15.4.2: nothing that was sent is lost, and the last button leads to the same place."""
    browser, enrolled, page = place.agreed()

    pages = twice(browser, form_of(page).fill(**SOUND), then="next")

    assert {page.status for page in pages} == {303}
    assert sum("also=" in page.location for page in pages) == 3
    with place.house.stores.work(reading=True) as work:
        (run,) = runs.of_participant(work.db, enrolled.participant.id)
        saves = responses.load(work.db, enrolled.keys[of_vault.Scope.RESPONSES], run).saves
    assert [save.sequence for save in saves] == [1, 2, 3, 4]


@pytest.mark.parametrize("way", list(Way))
def test_one_withdrawal_is_done_and_has_one_receipt(place: Place, way: Way) -> None:
    """ASVS 2.3.4, 14.2.7: whichever press comes second is told, and nothing of the keys is left in either case."""
    browser, enrolled, page = place.agreed()
    form_of(page).fill(**SOUND).submit(then="next")
    theirs = kept_of(place.house.stores, enrolled)

    pages = twice(browser, browser.get(f"/p/leave/{way.value}").form(way.value))

    assert [page.status for page in pages].count(200) == 1
    assert {page.status for page in pages} <= {200, 403, 404, 409}
    with place.house.stores.work(reading=True) as work:
        left = withdrawals.of_study(work.db, place.made.study.id)
        standing = participants.find(work.db, place.made.study.id, enrolled.participant.id).standing
    (receipt,) = [page for page in pages if page.status == 200]
    assert [one.reference in receipt.words(".slip") for one in left] == [True]
    assert standing is {Way.STOP: Standing.STOPPED, Way.ANONYMISE: Standing.ANONYMISED}.get(way, Standing.ERASED)
    assert lines(place, "participant.withdrew") == 1
    assert lines(place, "erasure.keys-destroyed") == (way is not Way.STOP)
    if way is Way.ERASE:
        assert disk.remnants(theirs, place.house.settings.home) == 0


def test_two_ways_of_leaving_at_the_same_moment_end_in_the_further_one_or_in_one_of_them(place: Place) -> None:
    browser, enrolled, _ = place.agreed()
    forms = [browser.get(f"/p/leave/{way.value}").form(way.value) for way in Way]
    tabs = [twin(browser) for _ in forms]

    pages = together([lambda t=t, f=f: t.post(f.action, f.values) for t, f in zip(tabs, forms, strict=True)])  # type: ignore[misc]

    assert {page.status for page in pages} <= {200, 403, 404, 409}
    done = [way for way, page in zip(Way, pages, strict=True) if page.status == 200]
    with place.house.stores.work(reading=True) as work:
        left = withdrawals.of_study(work.db, place.made.study.id)
        standing = participants.find(work.db, place.made.study.id, enrolled.participant.id).standing
    assert len(left) == len(done) >= 1
    order = [Standing.STOPPED, Standing.ANONYMISED, Standing.ERASED]
    assert standing is order[max(list(Way).index(one.way) for one in left)]


def test_a_page_that_is_saved_while_somebody_leaves_is_kept_before_or_not_at_all(place: Place) -> None:
    """ASVS 2.3.3: no fault, and nothing is written after the receipt."""
    browser, enrolled, page = place.agreed()
    save, leave = form_of(page).fill(**SOUND), browser.get("/p/leave/erase").form("erase")
    tabs = [twin(browser) for _ in range(4)]
    deeds = [lambda t=t: t.post(save.action, [*save.values, ("then", "next")]) for t in tabs[1:]]

    *saved, receipt = together([*deeds, lambda: tabs[0].post(leave.action, leave.values)])

    pages = [page for page in (*saved, receipt) if page.status != 303]
    assert {page.status for page in pages} <= {200, 403, 404, 409}
    assert [page.status for page in pages].count(200) == 1
    with place.house.stores.work(reading=True) as work:
        kept = work.db.connection().exec_driver_sql("SELECT count(*) FROM page_record").scalar_one()
        assert participants.find(work.db, place.made.study.id, enrolled.participant.id).standing is Standing.ERASED
    assert kept == sum(page.status == 303 for page in (*saved, receipt))


def test_answers_that_are_sent_while_a_page_is_saved_stand_as_they_were_sent(place: Place) -> None:
    """ASVS 15.4.2: what was acknowledged before is there, what came after is refused."""
    browser, enrolled, page = place.agreed()
    save = form_of(browser.get(page.path)).fill(**{**SOUND, "years": "30"})
    send = through(page).form("/p/submit")
    tabs = [twin(browser) for _ in range(4)]
    deeds = [lambda t=t: t.post(save.action, [*save.values, ("then", "next")]) for t in tabs[1:]]

    answers = together([*deeds, lambda: tabs[0].post(send.action, send.values)])

    assert {answer.status for answer in answers} <= {303, 409}
    with place.house.stores.work(reading=True) as work:
        (run,) = runs.of_participant(work.db, enrolled.participant.id)
        saves = responses.load(work.db, enrolled.keys[of_vault.Scope.RESPONSES], run).saves
    saved = sum("/p/answer/" in answer.location or "/p/review" in answer.location for answer in answers)
    assert run.submitted_on is not None
    assert sum(save.answers.get("years") == 30 for save in saves) == saved
