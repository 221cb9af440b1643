"""Documents: frozen, fingerprinted, in use while the board's decision holds; drafts: never overwritten unseen."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from consent import documents, drafts
from consent.documents import NotPublishable
from consent.scopes import Scope
from consent.weighing import mark_of
from consent.wording import canonical, fingerprint, from_canonical, from_written, written
from tests.approving import approved_wording
from tests.consent.letters import LETTER, QUESTIONS, Scene, again, approved
from vault import approvals, studies
from vault.errors import Conflict, Invalid, Missing
from vault.ledger import LedgerEntry


def published(scene: Scene, text: str, approval: int | None = None) -> documents.ConsentDocument:
    wording = again(f"# What is this about?\n\n{text}\n\n# Do I have to?\n\nNo.")
    latest = approvals.of_study(scene.db, scene.study.id)[0].number
    return documents.publish(
        scene.db,
        scene.study.id,
        wording,
        approval=approval or approved_wording(scene.db, wording, latest, by=scene.lead.id, now=scene.now),
        by=scene.lead.id,
        now=scene.now,
    )


def used(scene: Scene, on: date) -> int | None:
    document = documents.in_use(scene.db, scene.study.id, on)
    return document.number if document else None


TODAY = date(2026, 11, 23)


def test_a_document_is_shown_as_it_was_rendered_on_the_day_it_was_published(scene: Scene) -> None:
    shown = documents.shown(scene.document, "fr")
    assert (shown.language, shown.number, shown.title) == ("fr", 1, "Sur les mentors")
    assert shown.html.startswith("<h2>De quoi s’agit-il ?</h2>\n<p>Nous <strong>vous</strong>")
    assert "<p>Je vais vous lire" in shown.script
    assert [(question.scope, question.text) for question in shown.questions] == [
        (scope, french) for scope, (_, french) in QUESTIONS.items()
    ]
    assert [question.necessary for question in shown.questions] == [True, False, False]
    assert documents.languages(scene.document) == ("en", "fr")


def test_a_language_that_a_document_lacks_is_answered_with_its_first_and_says_so(quick: Scene) -> None:
    assert documents.shown(quick.document, "de").language == "en"


def test_anybody_can_recompute_the_fingerprint_from_what_is_stored(scene: Scene) -> None:
    stored = scene.document
    assert stored.fingerprint == hashlib.sha256(stored.body.encode()).hexdigest()
    assert documents.published(stored).wording == LETTER
    assert documents.published(stored).study == "Mentors and mentees"
    assert documents.by_fingerprint(scene.db, scene.study.id, stored.fingerprint) is stored


def test_the_canonical_text_is_one_and_any_word_changes_the_fingerprint(quick: Scene) -> None:
    text = quick.document.body
    assert canonical(from_canonical(text)) == text
    other = replace(LETTER, signing={**LETTER.signing, "fr": "J’ai lu ceci."})
    assert fingerprint(canonical(replace(from_canonical(text), wording=other))) != quick.document.fingerprint
    with pytest.raises(ValueError, match="does not know"):
        from_canonical("verbatim consent 9\n{}")


def test_versions_are_numbered_within_a_study_and_stand_in_the_log(scene: Scene) -> None:
    second = published(scene, "Something else.")
    assert second.number == 2
    assert list(documents.of_study(scene.db, scene.study.id)) == [second, scene.document]
    body = scene.db.scalars(
        select(LedgerEntry.body)
        .where(LedgerEntry.action == "consent.published")
        .order_by(LedgerEntry.number.desc())
        .limit(1)
    ).one()
    assert json.loads(body)["facts"] == {
        "document": second.fingerprint, "number": 2, "approval": second.approval, "languages": ["en", "fr"],
        "scopes": ["take-part", "recorded", "quoted"], "within": False,
        "mark": mark_of(documents.published(second).wording),
    }  # fmt: skip


def test_the_newest_document_is_in_use_and_none_before_it_was_published(scene: Scene) -> None:
    assert used(scene, TODAY) == 1
    assert used(scene, TODAY - timedelta(days=1)) is None
    published(scene, "Something else.")
    assert used(scene, TODAY) == 2


def test_a_version_for_a_later_approval_waits_until_it_takes_effect(quick: Scene) -> None:
    later = approved(quick.db, quick.study, quick.lead, now=quick.now, since=date(2026, 12, 1))
    published(quick, "Something else.", later.number)
    assert used(quick, date(2026, 11, 30)) == 1
    assert used(quick, date(2026, 12, 1)) == 2


def test_a_renewal_of_its_approval_keeps_a_document_in_use_and_an_early_end_takes_it_out(quick: Scene) -> None:
    assert used(quick, date(2027, 1, 1)) is None
    renewal = approved(
        quick.db, quick.study, quick.lead, now=quick.now, since=date(2027, 1, 1), until=date(2027, 12, 31),
        replaces=quick.approval.number,
    )  # fmt: skip
    assert used(quick, date(2027, 1, 1)) == 1
    ended = date(2027, 3, 1)
    approved(
        quick.db, quick.study, quick.lead, now=quick.now, since=ended, until=ended, replaces=renewal.number
    )  # fmt: skip
    assert used(quick, ended) == 1
    assert used(quick, ended + timedelta(days=1)) is None


def test_a_document_that_one_sites_board_approved_is_not_shown_at_another(quick: Scene) -> None:
    sites = [studies.add_site(quick.db, quick.study.id, name, by=quick.lead.id, now=quick.now) for name in "AB"]
    local = approved(quick.db, quick.study, quick.lead, now=quick.now, site_id=sites[0].id)
    document = published(quick, "Something local.", local.number)
    for site, expected in ((sites[0], document), (sites[1], quick.document)):
        assert documents.in_use(quick.db, quick.study.id, TODAY, site_id=site.id) is expected
    assert documents.in_use(quick.db, quick.study.id, TODAY) is quick.document


def test_nothing_is_published_that_the_inspection_finds_wanting(quick: Scene) -> None:
    with pytest.raises(NotPublishable):
        published(quick, "")


def test_nothing_is_published_without_an_approval_of_this_study_that_has_not_ended(quick: Scene) -> None:
    with pytest.raises(Missing):
        published(quick, "x", 9999)
    ended = approved(quick.db, quick.study, quick.lead, now=quick.now, until=date(2026, 11, 22))
    with pytest.raises(Invalid, match="has ended"):
        published(quick, "x", ended.number)


def test_a_draft_is_written_saved_and_published(scene: Scene) -> None:
    by, now, study = scene.lead.id, scene.now, scene.study.id
    draft = drafts.begin(scene.db, study, LETTER, by=by, now=now)
    with pytest.raises(Conflict, match="has a draft already"):
        drafts.begin(scene.db, study, LETTER, by=by, now=now)
    changed = replace(LETTER, title={"en": "About mentoring"})
    draft = drafts.save(scene.db, study, changed, seen=draft.edit, by=by, now=now)
    assert drafts.wording_of(draft) == changed
    approval = scene.approval.number
    with pytest.raises(NotPublishable):
        drafts.publish(scene.db, study, seen=draft.edit, approval=approval, by=by, now=now)
    draft = drafts.save(scene.db, study, LETTER, seen=draft.edit, by=by, now=now)
    document = drafts.publish(scene.db, study, seen=draft.edit, approval=approval, by=by, now=now)
    assert document.number == 2
    with pytest.raises(Missing):
        drafts.find(scene.db, study)


def test_nobody_overwrites_publishes_or_throws_away_what_they_have_not_seen(scene: Scene, now: datetime) -> None:
    by, study = scene.lead.id, scene.study.id
    seen = drafts.begin(scene.db, study, LETTER, by=by, now=now).edit
    mine = drafts.save(scene.db, study, again("# Mine\n\nx"), seen=seen, by=by, now=now)
    with pytest.raises(Conflict, match="changed this draft"):
        drafts.save(scene.db, study, again("# Yours\n\nx"), seen=seen, by=by, now=now)
    with pytest.raises(Conflict, match="changed this draft"):
        drafts.publish(scene.db, study, seen=seen, approval=scene.approval.number, by=by, now=now)
    with pytest.raises(Conflict, match="changed this draft"):
        drafts.discard(scene.db, study, seen=seen)
    assert drafts.wording_of(drafts.find(scene.db, study)) == again("# Mine\n\nx")
    drafts.discard(scene.db, study, seen=mine.edit)
    with pytest.raises(Missing):
        drafts.find(scene.db, study)


def test_a_wording_is_written_and_read_back() -> None:
    assert from_written(written(LETTER)) == LETTER
    for text in ("", "{}", '{"languages": 3}'):
        with pytest.raises(Invalid):
            from_written(text)


def test_scopes_of_a_wording_are_what_it_asks() -> None:
    assert LETTER.scopes == {Scope.TAKE_PART, Scope.RECORDED, Scope.QUOTED}


def test_no_document_of_a_study_that_has_none(quick: Scene) -> None:
    assert documents.in_use(quick.db, uuid4(), TODAY) is None
