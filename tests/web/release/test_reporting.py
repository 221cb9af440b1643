"""The reporting checklists on their pages."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.vault.people import person, study_of
from tests.web.browser import Site, assert_good, photograph
from tests.web.conftest import Team
from vault.studies import Role


def test_a_lead_fills_in_a_checklist_and_takes_it_along(team: Team) -> None:
    here = f"{team.at}/reporting"
    assert f"{here}/coreq" in team.lead.get(here).links()
    form = team.lead.get(f"{here}/coreq").form("/coreq")
    page = form.fill(**{"item-2": "PhD", "item-3": "Professor"}).submit()
    assert page.notices == ["2 items were changed."]
    assert page.form("/coreq").value("item-2") == "PhD"
    assert "PhD" in team.lead.get(f"{here}/coreq/file.md").text
    for kind in ("pdf", "docx"):
        assert team.lead.get(f"{here}/coreq/file.{kind}").status == 200
    assert team.lead.get(f"{here}/coreq/file.exe").status == 404
    assert team.lead.get(f"{here}/prisma").status == 404
    assert "Wrote what the team says to items of COREQ: 2, 3." in team.lead.get(f"{team.at}/log").words()


def test_what_is_too_long_is_said_and_everything_typed_stays(team: Team) -> None:
    form = team.lead.get(f"{team.at}/reporting/srqr").form("/srqr")
    page = form.fill(**{"item-4": "x" * 5_001, "item-21": "Nobody."}).submit()
    assert page.status == 422
    assert page.form("/srqr").value("item-21") == "Nobody."


def test_only_leads_see_exact_numbers_of_a_checklist(team: Team) -> None:
    for role in set(Role) - {Role.LEAD}:
        assert team.browsers[role].get(f"{team.at}/reporting/coreq").status == 403


@pytest.mark.browser
def test_the_checklists_are_sound(site: Site, chromium: Browser) -> None:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study = study_of(work.db, lead, now=now)
        lead.account.recovery_noted_at, lead.account.totp_step = now, 0
        work.commit()
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"/studies/{study.id}/reporting")
        photograph(page, "reporting")
        assert_good(page)
        page.get_by_role("link", name="SRQR").first.press("Enter")
        page.get_by_label("21 Funding").fill("Nobody paid for it.")
        photograph(page, "reporting-srqr")
        assert_good(page)
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_role("status")).to_have_text(re.compile("1 item was changed"))
