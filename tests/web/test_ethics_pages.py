"""The board's view: its own entrance, counts that give nobody away, consents by chance, questions and answers."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.exports.log_making import verify
from tests.vault.people import joined, person, study_of
from tests.web.browser import Site, assert_good, photograph
from tests.web.conftest import Elsewhere, Team
from tests.web.furnishing import ANSWER, NAME, Furnished, routes
from vault.studies import Role
from web.kit import guard


def test_the_entrance_says_what_a_board_sees_and_leads_to_its_studies(team: Team) -> None:
    outside = team.house.visitor().get("/ethics")
    assert "without reading anybody's answers" in outside.words()
    assert "/sign-in?next=/ethics" in outside.links()
    assert f"/ethics/{team.study}" in team.browsers[Role.AUDITOR].get("/ethics").links()
    assert f"/ethics/{team.study}" in team.lead.get("/ethics").links()
    assert f"/ethics/{team.study}" not in team.browsers[Role.ANALYST].get("/ethics").links()


def test_the_overview_has_counts_and_keys_and_no_number_under_five(team: Team, furnished: Furnished) -> None:
    page = team.browsers[Role.AUDITOR].get(f"/ethics/{team.study}")
    words = page.words()
    assert "Enrolled: under 5." in words
    assert "Who agreed under an earlier text than the one that is in use: under 5." in words
    assert page.document.xpath("//td[contains(@class, 'number')]/text()")
    shown = [
        int(one)
        for one in page.document.xpath("//table[.//caption[contains(., 'People by')]]//td/text()")
        if one.isdigit()
    ]
    assert all(number >= 5 for number in shown)
    assert "names and contacts" in words


def test_an_auditor_sees_no_name_and_no_answer_on_any_page_of_the_product(
    team: Team, furnished: Furnished, elsewhere: Elsewhere
) -> None:
    """ASVS 8.2.2, 8.3.1: whatever address they try."""
    browser = team.browsers[Role.AUDITOR]
    seen = {rule.rule: browser.get(furnished.address(rule)) for rule in routes(team.house.app, "GET", of_study=True)}
    open_to = {rule for rule, page in seen.items() if page.status == 200}
    assert {"/ethics/<uuid:study_id>", "/studies/<uuid:study_id>/log"} <= open_to
    assert [rule for rule, page in seen.items() if NAME in page.text or ANSWER in page.text] == []


def test_consents_are_drawn_with_the_text_that_was_shown_and_the_log_says_that_somebody_looked(
    team: Team, furnished: Furnished
) -> None:
    browser = team.browsers[Role.AUDITOR]
    drawn = browser.get(f"/ethics/{team.study}/consents")
    pseudonym = furnished.known["pseudonym"]
    assert pseudonym in drawn.words()
    one = browser.get(f"/ethics/{team.study}/consents/{furnished.known['occasion_id']}")
    assert pseudonym in one.words()
    assert "The text that was put before them" in one.words()
    assert NAME not in one.text
    assert "Looked at 1 consents on the board's behalf." in team.lead.get(f"{team.at}/log").words()


def test_the_board_asks_the_team_answers_and_the_board_settles_it(team: Team) -> None:
    board, lead = team.browsers[Role.AUDITOR], team.lead
    here = f"/ethics/{team.study}/questions"
    wrong = board.get(here).form("/questions").fill(concern="question", words=" ").submit()
    assert wrong.status == 422
    assert wrong.form("/questions").value("concern") == "question"
    asked = wrong.form("/questions").fill(words="Why were letters sent twice?").submit()
    assert asked.notices == ["The team sees it from now on."]
    assert "1 question of the board waits for the team" in board.get(f"/ethics/{team.study}").words()
    assert lead.send(here, [("concern", "question"), ("words", "Me too")]).status == 403
    answered = lead.get(asked.path).form("/answer").fill(answer="The printer was asked twice.").submit()
    assert "waits for the board" in answered.words()
    assert lead.send(f"{asked.path}/settle", [("answer", "")]).status == 403
    assert lead.get(asked.path).form("/answer").fill(answer="").submit().status == 422
    form = board.get(asked.path).form("/answer").fill(answer="Thank you.")
    settled = board.send(f"{asked.path}/settle", form.values).follow()
    assert "The board holds it for answered." in settled.words()
    assert team.browsers[Role.INTERVIEWER].get(asked.path).status == 200
    log = lead.get(f"{team.at}/log").words()
    assert "Put to the team as number 1: question." in log
    assert "Held number 1 of the board's questions for answered." in log
    assert "printer" not in log


def test_an_auditor_has_a_last_day_after_which_the_study_is_not_there(team: Team) -> None:
    house, now = team.house, team.house.clock.time
    eve = house.person("eve")
    form = team.lead.get(f"{team.at}/members/new").form()
    missing = form.fill(name="Eve", email=eve.account.email, role=Role.AUDITOR.value).submit()
    assert list(missing.complaints.values()) == ["until"]
    past = missing.form().fill(until=(now - timedelta(days=1)).date().isoformat()).submit()
    assert list(past.complaints.values()) == ["until"]
    past.form().fill(until=now.date().isoformat()).submit()
    browser = house.sign_in(eve)
    assert browser.get(f"/ethics/{team.study}").status == 200
    house.clock.time = now + timedelta(days=1)
    assert house.sign_in(eve).get(f"/ethics/{team.study}").status == 404


@pytest.mark.browser
def test_the_boards_pages_are_sound_and_used_by_keyboard(site: Site, chromium: Browser) -> None:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        lead, eve = person(work.db, "ada", now=now), person(work.db, "eve", now=now)
        study = study_of(work.db, lead, now=now)
        joined(work.db, study, eve, Role.AUDITOR, by=lead, now=now)
        eve.account.recovery_noted_at, eve.account.totp_step = now, 0
        work.commit()
    with site.context(chromium) as context:
        page = context.new_page()
        page.goto("/ethics")
        photograph(page, "ethics-entrance")
        assert_good(page)
        site.sign_in(context, eve)
        page.goto("/ethics")
        page.get_by_role("link", name="Mentors and mentees").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("The board's view")
        photograph(page, "ethics-overview")
        assert_good(page)
        page.goto(f"/ethics/{study.id}/consents")
        assert_good(page)
        page.get_by_role("link", name="The board's questions").first.press("Enter")
        page.get_by_label("finding").press("Space")
        page.get_by_label("In your words").fill("The letter names no telephone number.")
        page.get_by_role("button", name="Put it to the team").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Number 1")
        photograph(page, "ethics-question")
        assert_good(page)


def test_the_evidence_is_taken_along_by_the_board_and_the_log_says_so(team: Team, furnished: Furnished) -> None:
    browser = team.browsers[Role.AUDITOR]
    guard.kit_of(team.house.app).sequencing.run()
    about = browser.get(f"/ethics/{team.study}/evidence")
    assert f"/ethics/{team.study}/evidence.zip" in about.links()
    taken = browser.get(f"/ethics/{team.study}/evidence.zip")
    with zipfile.ZipFile(io.BytesIO(taken.response.data)) as zipped:
        assert zipped.testzip() is None
        assert {"README.txt", "overview.pdf", "log/entries.jsonl", "log/verify_log.py"} <= set(zipped.namelist())
    assert "Took the evidence of the study along." in team.lead.get(f"{team.at}/log").words()
    assert team.browsers[Role.ANALYST].get(f"/ethics/{team.study}/evidence.zip").status == 403


def test_a_participant_takes_their_decisions_along_for_other_programs(team: Team, furnished: Furnished) -> None:
    browser = furnished.participant(team.house)
    assert "/p/consent/record.json" in browser.get("/p/consent/copy").links()
    record = json.loads(browser.get("/p/consent/record.json").response.data)
    assert record["schema_version"] == "ISO/IEC TS 27560:2023"
    assert record["pii_principal_id"] == furnished.known["pseudonym"]
    assert {event["event_state"] for event in record["events"]} <= {"consent given", "consent refused"}


def test_the_proof_of_a_drawn_consent_is_checked_offline(team: Team, furnished: Furnished, tmp_path: Path) -> None:
    guard.kit_of(team.house.app).sequencing.run()
    here = f"/ethics/{team.study}/consents/{furnished.known['occasion_id']}"
    browser = team.browsers[Role.AUDITOR]
    assert f"{here}/proof.json" in browser.get(here).links()
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(browser.get(f"{here}/proof.json").response.data)
    verdict = verify("--receipt", receipt)
    assert verdict.code == 0, verdict.said


def test_the_record_of_processing_is_read_in_either_language(team: Team) -> None:
    page = team.browsers[Role.AUDITOR].get(f"/ethics/{team.study}/processing")
    assert "(g) Measures of security (article 32)" in page.words()
    assert "Led by" in page.words()
    assert team.browsers[Role.INTERVIEWER].get(f"/ethics/{team.study}/processing").status == 403
