"""Who was asked what: every cell says which kind of missing, and nobody without the key sees a single person."""

from uuid import UUID

import msgspec
import pytest
from lxml.html import HtmlElement

from consent import decisions, documents
from consent.scopes import Scope
from consent.signatures import Signed
from instruments import drafts, shelf, versions
from instruments.comparison import Reason
from instruments.definition import Question
from instruments.kinds import LongText
from survey import agreements, participants, responses
from tests.approving import granted
from tests.consent.letters import ready_letter
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault import ledger, participant_keys
from vault.studies import Role
from vault.studies import Scope as Key

WHY = "Work–life came up unasked."


@pytest.fixture
def survey(desk: Desk) -> UUID:
    """The short survey is asked, under a consent document."""
    instrument = desk.begin(shelf.SHORT_SURVEY)
    desk.publish(instrument, shelf.SHORT_SURVEY)
    with desk.house.stores.work() as work:
        documents.publish(
            work.db, desk.study.id, ready_letter(), approval=desk.approval, by=desk.person.id, now=desk.now
        )
        work.commit()
    return instrument


def _grow(desk: Desk, instrument: UUID) -> None:
    """The second version asks one question more, at the end."""
    with desk.house.stores.work() as work:
        draft = drafts.draft_of(work.db, instrument)
        definition = draft.definition
        last = definition.sections[-1]
        more = Question(
            id="work_life", kind=LongText(), label={"en": "And outside work?", "fr": "Et hors du travail ?"}
        )
        longer = msgspec.structs.replace(last, questions=(*last.questions, more))
        grown = msgspec.structs.replace(definition, sections=(*definition.sections[:-1], longer))
        draft = drafts.save_draft(work.db, instrument, grown, seen=draft.number, by=desk.person.id, now=desk.now)
        versions.publish(
            work.db, draft, [Reason(("work_life",), WHY, theme="Work and life")],
            approval=granted(work.db, draft, by=desk.person.id, now=desk.now), by=desk.person.id, now=desk.now,
        )  # fmt: skip
        work.commit()


def _asked(desk: Desk, instrument: UUID, **answers: str) -> str:
    """Somebody answers the first page of the newest version, and leaves; returns the pseudonym."""
    with desk.house.stores.work() as work:
        made = participants.enrol(work.db, work.keyring, desk.study.id, by=ledger.staff(desk.person.id), now=desk.now)
        work.keyring.flush()
        document = documents.in_use(work.db, desk.study.id, desk.now.date())
        assert document is not None
        agreements.agree(
            work.db, work.keyring, made.participant, {Scope.TAKE_PART: True}, document=document.fingerprint,
            language="en", now=desk.now, key=made.keys[Key.LINKAGE], signed=Signed(signature="A. Name"),
        )  # fmt: skip
        grant = decisions.grant_for(work.db, made.participant.id)
        run = responses.begin(work.db, work.keyring, made.participant, instrument, grant, now=desk.now)
        key = made.keys[Key.RESPONSES]
        loaded = responses.load(work.db, key, run)
        subject = participant_keys.commitment(work.keyring, made.participant.id)
        responses.save(work.db, key, grant, run, 0, answers, seen=0, loaded=loaded, now=desk.now, subject=subject)
        pseudonym = made.participant.pseudonym
        work.commit()
    return pseudonym


def _cells(page: Page, question: str) -> list[str]:
    row: HtmlElement
    (row,) = page.document.xpath("//tbody/tr[th/code=$id]", id=question)
    return [" ".join(cell.text_content().split()) for cell in row.xpath("td")]


def test_before_anybody_is_asked_the_page_says_so(desk: Desk, survey: UUID) -> None:
    assert "Nobody was asked yet." in desk.get("/asked").words()


def test_a_study_without_instruments_is_led_to_them(desk: Desk) -> None:
    assert f"{desk.at}/instruments" in desk.get("/asked").links()


def test_each_cell_says_which_kind_of_missing_it_is(desk: Desk, survey: UUID) -> None:
    first = _asked(desk, survey, university="calgary")
    _grow(desk, survey)
    second = _asked(desk, survey, university="alberta", role="clinician")

    page = desk.get("/asked", Role.ANALYST)

    assert [first in page.words("table"), second in page.words("table")] == [True, True]
    assert _cells(page, "university") == ["●answered", "●answered", "2 of 2"]
    assert _cells(page, "role") == ["○left out", "●answered", "1 of 2"]
    assert _cells(page, "agreement") == ["–did not apply", "–did not apply", "0 of 0"]
    assert _cells(page, "work_life") == ["▒not yet in the version", "◌not reached", "0 of 0"]


def test_each_question_says_since_when_and_why_it_is_asked(desk: Desk, survey: UUID) -> None:
    _grow(desk, survey)
    _asked(desk, survey)

    said = desk.get("/asked").words("table")

    assert f"Added in version 2 because: {WHY} (theme: Work and life)" in said
    assert "Since version 1" in said


def test_the_address_holds_what_is_shown(desk: Desk, survey: UUID) -> None:
    first = _asked(desk, survey)
    _grow(desk, survey)
    second = _asked(desk, survey)

    only_first = desk.get(f"/asked?instrument={survey}&version=1").words("table")
    finished = desk.get(f"/asked?instrument={survey}&runs=submitted").words()

    assert first in only_first
    assert second not in only_first
    assert "Nobody was asked yet." in finished


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INTERVIEWER, Role.TRANSCRIBER, Role.AUDITOR])
def test_without_the_key_there_are_counts_and_no_small_ones(desk: Desk, survey: UUID, role: Role) -> None:
    for _ in range(5):
        pseudonym = _asked(desk, survey)
    _grow(desk, survey)
    _asked(desk, survey)

    page = desk.get("/asked", role)

    assert pseudonym not in page.words()
    assert _cells(page, "work_life")[0] == "not shown"
    assert _cells(page, "university")[0] == "6"


def test_looking_at_the_matrix_stands_in_the_log(desk: Desk, survey: UUID) -> None:
    _asked(desk, survey)
    desk.get("/asked")

    assert "Opened 1 responses" in desk.get("/log").words()
