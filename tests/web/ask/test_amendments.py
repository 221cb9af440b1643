"""Amendments through their pages: written for a guide and for a consent text, on paper, step by step."""

import io
from dataclasses import replace
from uuid import UUID

import docx
import pytest
from pypdf import PdfReader

from consent import documents
from consent import drafts as consent_drafts
from instruments import shelf
from tests.consent.letters import ready_letter
from tests.web.ask.conftest import Desk
from tests.web.pages import Form, Page
from vault.studies import Role

WHY = "Three mentees spoke of it unasked."


@pytest.fixture
def guide(desk: Desk) -> UUID:
    """The first version of List 1 is published, and its draft is the second."""
    instrument = desk.begin(shelf.LIST_1[0])
    desk.publish(instrument, shelf.LIST_1[0])
    desk.write(instrument, shelf.LIST_1[1])
    return instrument


def _written(desk: Desk, guide: UUID) -> Page:
    form = desk.get(f"/instruments/{guide}/amendment").form("/amendment")
    return form.fill(who="Everybody from now on.", reconsent="no", **{"reason-assigned_or_chosen": WHY}).submit()


def _steps(page: Page) -> list[Form]:
    """The steps that can follow."""
    return [form for form in page.forms() if form.action.endswith("/step")]


def _pdf(desk: Desk) -> str:
    pages = PdfReader(io.BytesIO(desk.get("/amendments/1/request.pdf").response.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_nothing_typed_is_lost_when_something_is_missing(desk: Desk, guide: UUID) -> None:
    form = desk.get(f"/instruments/{guide}/amendment").form("/amendment")
    page = form.fill(**{"reason-assigned_or_chosen": WHY}).submit()
    assert page.status == 422
    assert set(page.complaints.values()) == {"who", "reconsent"}
    assert page.form("/amendment").value("reason-assigned_or_chosen") == WHY
    silent = page.form("/amendment").fill(who="All.", reconsent="yes", **{"reason-assigned_or_chosen": ""}).submit()
    assert silent.status == 422
    assert "Say for every change why it is made." in silent.words()


def test_the_request_says_on_paper_and_in_word_what_changes_why_and_who_is_affected(desk: Desk, guide: UUID) -> None:
    page = _written(desk, guide)
    assert page.title.startswith("Amendment 1: Guide for mentees (List 1)")
    word = docx.Document(io.BytesIO(desk.get("/amendments/1/request.docx").response.data))
    for said in (_pdf(desk), "\n".join(one.text for one in word.paragraphs)):
        for part in ("REB Calgary", "17024", "every site", "Everybody from now on.", WHY, "Marked copy", "Clean copy"):
            assert part in said, part


def test_a_refused_amendment_stays_refused_and_says_why(desk: Desk, guide: UUID) -> None:
    page = _written(desk, guide)
    sent = _steps(page)[0].fill(note="By post.").submit()
    refused = _steps(sent)[0].fill(note="It is too long.").submit()
    assert "It is too long." in refused.words()
    assert _steps(refused) == []
    assert desk.get("/amendments/1/approve").status == 303
    assert "refused" in desk.get("/amendments").words()


def test_a_consent_text_is_sent_approved_and_published(desk: Desk) -> None:
    with desk.house.stores.work() as work:
        by, now = desk.person.id, desk.now
        documents.publish(work.db, desk.study.id, ready_letter(), approval=desk.approval, by=by, now=now)
        changed = replace(ready_letter(), signing={"en": "I agree to take part.", "fr": "J’accepte de participer."})
        consent_drafts.begin(work.db, desk.study.id, changed, by=by, now=now)
        work.commit()
    publish = desk.get("/consent/draft/publish")
    assert "needs an amendment" in publish.words(".changes")
    refused = publish.form("/publish").fill(approval=str(desk.approval)).submit()
    assert refused.status == 422
    assert "Some changes need an amendment of this approval." in refused.words()
    form = desk.get("/consent/draft/amendment").form("/amendment")
    page = form.fill(who="Whoever agrees from now on.", reconsent="yes", overall="They asked what it means.").submit()
    assert "People who agreed have to agree anew" in page.words()
    assert "I agree to take part." in _pdf(desk)
    _steps(page)[0].submit()
    approve = desk.get("/amendments/1/approve").form("/approve")
    done = approve.fill(reference="17024-A1").submit()
    assert "The board agreed" in done.words()

    form = desk.get("/consent/draft/publish").form("/publish")
    made = form.fill(approval=str(desk.approval + 1)).submit()

    assert made.title.startswith("Version 2")


def test_who_records_no_approvals_reads_amendments_and_changes_none(desk: Desk, guide: UUID) -> None:
    _written(desk, guide)
    for role in (Role.ANALYST, Role.INTERVIEWER):
        page = desk.get("/amendments/1", role)
        assert page.status == 200
        assert [form.action for form in page.forms() if form.action.endswith(("/step", "/letter"))] == []
        assert desk.get("/amendments/1/approve", role).status == 403
