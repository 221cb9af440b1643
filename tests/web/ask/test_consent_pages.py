"""The pages on which a study writes what is agreed to."""

from uuid import UUID

import pytest
from sqlalchemy import select

from consent import decisions, documents, drafts, examples
from consent.documents import ConsentDocument
from consent.scopes import Scope
from consent.signatures import Signed
from survey import participants
from survey.participants import Participant
from tests.consent.letters import ready_letter
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault import ledger
from vault.studies import Role
from vault.studies import Scope as Key

(EXAMPLE,) = (example.name for example in examples.library())


def _raw(desk: Desk) -> Page:
    """The example, with contacts that are invented."""
    return desk.get("/consent/new").form("/new").fill(source=EXAMPLE).submit()


def _begun(desk: Desk) -> Page:
    """The example, with the study's own contacts."""
    form, ready = _raw(desk).form("/draft"), ready_letter()
    texts = {"text": ready.text, "script": ready.script}
    return form.fill(**{f"{name}-{tag}": text for name, of in texts.items() for tag, text in of.items()}).submit()


@pytest.fixture
def document(desk: Desk) -> ConsentDocument:
    """The example is published as version 1."""
    with desk.house.stores.work() as work:
        made = documents.publish(
            work.db,
            desk.study.id,
            ready_letter(),
            approval=desk.approval,
            by=desk.person.id,
            now=desk.now,
        )
        work.commit()
        work.db.refresh(made)
        work.db.expunge(made)
    return made


def test_an_empty_study_says_that_nobody_can_agree_yet(desk: Desk) -> None:
    page = desk.get("/consent")

    assert "Nobody can agree to anything yet." in page.words()
    assert f"{desk.at}/consent/new" in page.links()


def test_the_example_says_what_it_is_and_lacks_nothing_but_the_contacts_of_the_study(desk: Desk) -> None:
    page = _raw(desk)

    assert "4 things are to be done before it can be published" in page.words()
    assert "This is invented and comes from the example: Emma Sample, mentors@example.org" in page.words()
    assert desk.get("/consent/draft/publish").document.xpath("//main//form") == []
    desk.get("/consent/draft/discard").form("/discard").submit()
    page = _begun(desk)
    assert "Nothing is missing: it can be published." in page.words()
    assert page.form("/draft").value("note-en").startswith("An example:")
    assert "Version 1 is being written" in desk.get("/consent").words()


def test_a_draft_is_read_as_participants_would_read_it(desk: Desk) -> None:
    _begun(desk)

    page = desk.get("/consent/draft/reading?language=fr")

    assert "Une invitation à parler du mentorat" in page.words()
    assert "Voulez-vous participer à cette étude ?" in page.words()


def test_what_is_missing_is_said_beside_its_field_and_the_draft_is_kept(desk: Desk) -> None:
    form = _begun(desk).form("/draft")

    page = form.fill(**{"title-fr": "", "reason-stopping-rules": ""}).submit()

    assert "2 things are to be done before it can be published" in page.words()
    assert "Title (Français)" in page.words()
    assert page.form("/draft").value("title-fr") == ""
    assert page.document.xpath("//input[@name='title-fr']/@aria-describedby") == ["title-fr-todo-1"]


def test_a_language_that_is_added_gets_its_fields(desk: Desk) -> None:
    page = _begun(desk).form("/draft").fill(languages="en, fr, de").submit()

    assert "text-de" in page.form("/draft").fields


def test_markup_in_a_letter_is_shown_as_text(desk: Desk) -> None:
    form = _begun(desk).form("/draft")
    form.fill(**{"text-en": form.value("text-en") + "\n\n<script>alert(1)</script><img src=x onerror=alert(1)>"})

    page = form.submit(then="read")

    assert page.document.xpath("//main//script | //main//img") == []
    assert "<script>alert(1)</script>" in page.words()


def test_of_two_who_write_at_once_neither_loses_a_word(desk: Desk) -> None:
    mine = _begun(desk).form("/draft")
    desk.get("/consent/draft").form("/draft").fill(**{"title-en": "Their title"}).submit()

    both = mine.fill(**{"title-en": "My title"}).submit()

    assert both.status == 409
    assert "Their title" in both.words(".theirs")
    assert both.form("/draft").value("title-en") == "My title"
    both.form("/draft").submit()
    assert desk.get("/consent/draft").form("/draft").value("title-en") == "My title"


def test_what_was_typed_survives_that_the_draft_was_thrown_away(desk: Desk) -> None:
    mine = _begun(desk).form("/draft")
    desk.get("/consent/draft/discard").form("/discard").submit()

    page = mine.fill(**{"title-en": "My title"}).submit()

    assert page.status == 409
    assert "Nothing that you typed is lost" in page.words()
    page.form("/draft").submit()
    assert desk.get("/consent/draft").form("/draft").value("title-en") == "My title"


def test_a_document_is_published_under_an_approval_and_read_with_its_fingerprint(desk: Desk) -> None:
    _begun(desk)
    page = desk.get("/consent/draft/publish")
    assert "Not a letter of it can be changed afterwards." in page.words(".afterwards")

    done = page.form("/publish").fill(approval=str(desk.approval)).submit()

    assert done.title == "Version 1"
    with desk.house.stores.work(reading=True) as work:
        (made,) = documents.of_study(work.db, desk.study.id)
        assert made.fingerprint in done.words()
    assert "REB Calgary, 17024" in done.words()
    assert "Whom can I ask who is not one of you?" in done.words()


def test_a_document_is_not_published_without_an_approval(desk: Desk) -> None:
    _begun(desk)
    page = desk.get("/consent/draft/publish").form("/publish").submit()

    assert page.status == 422
    assert page.complaints == {"Choose the board's decision that covers this.": "approval"}


def test_an_unfinished_document_is_not_published(desk: Desk) -> None:
    page = _begun(desk).form("/draft").fill(**{"title-fr": ""}).submit(then="publish")

    assert "It cannot be published yet" in page.words()
    assert page.document.xpath("//main//form") == []


def test_who_publishes_what_was_changed_meanwhile_is_shown_it_first(desk: Desk) -> None:
    _begun(desk)
    form = desk.get("/consent/draft/publish").form("/publish").fill(approval=str(desk.approval))
    desk.get("/consent/draft").form("/draft").fill(**{"title-en": "Another title"}).submit()

    page = form.submit()

    assert page.status == 409
    assert "changed this draft" in next(iter(page.complaints))


def test_the_next_version_shows_what_differs_word_by_word(desk: Desk, document: ConsentDocument) -> None:
    form = desk.get("/consent/new").form("/new").fill(source="last").submit().form("/draft")
    form.fill(**{"title-en": "An invitation to speak about mentors"}).submit()

    page = desk.get("/consent/draft/publish")

    assert "taken out: talk until here" in page.words(".changes")
    assert "put in: speak until here" in page.words(".changes")


def _decide(desk: Desk, document: ConsentDocument, count: int) -> None:
    with desk.house.stores.work() as work:
        for _ in range(count):
            made = participants.enrol(
                work.db, work.keyring, desk.study.id, by=ledger.staff(desk.person.id), now=desk.now
            )
            work.keyring.flush()
            decisions.record(
                work.db, work.keyring, desk.study.id, made.participant.id,
                dict.fromkeys([Scope.TAKE_PART, Scope.QUOTED], True) | {Scope.RECORDED: False},
                document=document.fingerprint, language="en", now=desk.now,
                key=made.keys[Key.LINKAGE], signed=Signed(signature="A. Name"),
            )  # fmt: skip
        work.commit()


@pytest.mark.parametrize(
    ("role", "count", "said"),
    [(Role.LEAD, 2, "yes: 2"), (Role.AUDITOR, 2, "yes: under 5"), (Role.AUDITOR, 6, "yes: at least 2")],
)
def test_small_numbers_of_decisions_are_seen_only_with_the_key_to_the_answers(
    desk: Desk, document: ConsentDocument, role: Role, count: int, said: str
) -> None:
    _decide(desk, document, count)

    page = desk.get("/consent", role)

    assert said in page.words()


def test_who_has_withdrawn_since_is_counted_apart(desk: Desk, document: ConsentDocument) -> None:
    _decide(desk, document, 1)
    with desk.house.stores.work() as work:
        (participant,) = work.db.scalars(select(Participant)).all()
        decisions.withdraw_all(work.db, work.keyring, desk.study.id, participant.id, now=desk.now)
        work.commit()

    assert "Withdrawn since yes: 0no: 1" in desk.get("/consent").words()


def test_everybody_of_the_study_reads_the_document_and_only_leads_write_it(
    desk: Desk, document: ConsentDocument
) -> None:
    assert desk.get(f"/consent/{document.id}", Role.AUDITOR).status == 200
    for path in ("/consent/new", "/consent/draft", "/consent/draft/publish"):
        assert desk.get(path, Role.AUDITOR).status == 403


def test_a_document_of_another_study_is_not_there(desk: Desk, document: ConsentDocument) -> None:
    other = desk.house.found(desk.browser(), "Another")

    assert desk.browser().get(f"/studies/{other}/consent/{document.id}").status == 404


def test_a_study_has_one_draft_at_a_time(desk: Desk) -> None:
    _raw(desk)

    assert desk.get("/consent/new").location.endswith("/consent/draft")
    with desk.house.stores.work(reading=True) as work:
        assert drafts.find(work.db, UUID(str(desk.study.id))).edit == 1
