"""The page of the log in a browser: by keyboard, without a script, on a telephone, and sound for everybody."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.vault.logs import sequencing, write
from tests.vault.people import joined, person, study_of
from tests.web.browser import NARROW, WIDE, Site, assert_fits, assert_good, photograph
from vault.studies import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_an_auditor_asks_the_log_by_keyboard_without_a_script_and_takes_the_proof_away(
    site: Site, chromium: Browser, width: int, scheme: str
) -> None:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        ada, vera = (person(work.db, name, now=now) for name in ("ada", "vera"))
        for one in (ada, vera):
            one.account.recovery_noted_at = now
        study = study_of(work.db, ada, now=now)
        joined(work.db, study, vera, Role.AUDITOR, by=ada, now=now)
        work.commit()
    write(site.stores, now, *[study.id] * 130, action="interview.started")
    sequencing(site.stores, now).run()
    dark = scheme == "dark"
    with site.context(chromium, width=width, scripts=False, scheme="dark" if dark else "light") as context:
        site.sign_in(context, vera)
        page = context.new_page()
        page.goto(f"/studies/{study.id}/log")
        expect(page.get_by_role("heading", level=1)).to_have_text("Log")
        photograph(page, f"log-{width}")
        page.get_by_label("What was done").focus()
        page.keyboard.type("Surveys")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Show").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("130 lines, the newest first")
        page.get_by_role("link", name="Older lines").focus()
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(30)
        photograph(page, f"log-older-{width}")
        assert_fits(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the checkpoint").click()
        assert download.value.suggested_filename == "log.checkpoint"
        page.goto(f"/studies/{study.id}/log?since=never")
        expect(page.get_by_text("Write a date like 2026-11-22.")).to_be_visible()
    with site.context(chromium, width=width) as context:
        site.sign_in(context, vera)
        page = context.new_page()
        page.goto(f"/studies/{study.id}/log?what=asking")
        assert_good(page)
