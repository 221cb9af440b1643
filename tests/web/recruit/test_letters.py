"""The outbox: letters by mail through a real server, on paper as a file that everybody can read, never twice."""

import io
import re
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from pypdf import PdfReader

from survey import letters
from survey.letters import LetterState
from survey.statuses import Status
from survey.withdrawals import Way
from tests.web.pages import Page
from tests.web.recruit.conftest import Office
from web.kit import guard, mail


class Box:
    """Takes mail on this machine; refuses addresses that begin with ``no``, and may go away after some letters."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.goes_away_after: int | None = None
        self.while_taking: Callable[[], object] | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.goes_away_after is not None and len(self.letters) >= self.goes_away_after:
            server.transport.abort()  # type: ignore[union-attr]
            return "421 gone"
        if address.startswith("no"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        if self.while_taking is not None:
            self.while_taking()
        return "250 OK"

    @property
    def addressed(self) -> list[str]:
        """To whom the letters went, in order."""
        return [str(letter["To"]) for letter in self.letters]


@pytest.fixture
def box(office: Office) -> Iterator[Box]:
    """A mail server, and the installation hands its mail over to it."""
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    with_mail(office, f"smtp://127.0.0.1:{port}?from=study@example.org")
    yield handler
    controller.stop()


def with_mail(office: Office, url: str | None) -> None:
    object.__setattr__(guard.kit_of(office.house.app).settings, "smtp_url", url)


def release(office: Office) -> Page:
    return office.get("/letters").form("/letters/release").submit()


def send(office: Office) -> Page:
    return office.get("/letters").form("/letters/send").submit()


def said(page: Page) -> str:
    return " ".join(page.notices)


def test_a_letter_is_mailed_once_with_link_and_code_in_the_language_of_the_person(office: Office, box: Box) -> None:
    jo = office.field.enrol("Jo Example", "jo@example.org")
    kim = office.field.enrol("Kim Ñáñez", "kim@example.org", language="fr")
    assert "2 letters wait to be mailed" in said(release(office))
    assert office.field.status(jo) is Status.APPROACHED
    assert "2 letters were mailed" in said(send(office))

    assert box.addressed == ["jo@example.org", "kim@example.org"]
    english, french = (letter.get_body().get_content() for letter in box.letters)  # type: ignore[attr-defined]
    assert "Hello Jo Example," in english
    assert f"https://localhost/p#{jo.code}" in english
    assert english.replace("\r\n", "\n").endswith("read what you answered.\n")
    assert f"type this code:\n\n    {jo.code}\n\n" in english.replace("\r\n", "\n")
    assert f"https://localhost/p#{kim.code}" in french
    assert "Kim Ñáñez" in french
    assert box.letters[0]["From"] == "study@example.org"
    assert office.field.status(jo) is Status.INVITED
    page = office.get("/letters")
    assert "2 sent so far" in page.words()
    assert page.document.xpath("//form[contains(@action, '/send')]") == []
    office.coordinator.send(f"{office.at}/letters/send")
    assert len(box.letters) == 2
    assert office.field.actions().count("letter.sent") == 2
    assert office.field.actions().count("identity.read") == 2


def test_only_what_was_ticked_is_released(office: Office, box: Box) -> None:
    office.field.enrol("Jo", "jo@example.org")
    office.field.enrol("Kim", "kim@example.org")
    form = office.get("/letters").form("/letters/release")
    first = form.value("letter")
    form.values = [pair for pair in form.values if pair[0] != "letter"]
    assert "Nothing was chosen" in said(form.submit())
    form.values.append(("letter", first))
    assert "1 letter waits to be mailed" in said(form.submit())
    send(office)

    assert box.addressed == ["jo@example.org"]


def test_whoever_no_mail_reaches_is_named_by_pseudonym_and_can_be_written_to_on_paper(office: Office, box: Box) -> None:
    lost = office.field.enrol("Wilhelmina", "no-such@example.org")
    silent = office.field.enrol("Max", "", telephone="+1 403 555 0100")
    jo = office.field.enrol("Jo", "jo@example.org")
    release(office)
    page = send(office)

    assert box.addressed == ["jo@example.org"]
    assert "1 letter was mailed" in said(page)
    assert "No mail reaches these" in said(page)
    assert {name for name in (lost.pseudonym, silent.pseudonym) if name in said(page)} == {
        lost.pseudonym, silent.pseudonym,
    }  # fmt: skip
    assert "Wilhelmina" not in page.text
    assert "no-such" not in page.text
    assert jo.pseudonym not in page.words()
    held = page.document.xpath("//input[@name='letter']")
    assert len(held) == 2
    # They are not ticked again, so that nobody releases them by habit.
    assert [one.get("checked") for one in held] == [None, None]
    form = page.form("/letters/release")
    form.values += [("letter", one.get("value")) for one in held]
    paper = office.coordinator.post(f"{office.at}/letters/print", form.values)
    assert paper.headers["Content-Type"] == "application/pdf"
    assert lost.code.split("-")[2] in text_of(paper)


def test_a_server_that_goes_away_loses_no_letter_and_sends_none_twice(office: Office, box: Box) -> None:
    for at in range(5):
        office.field.enrol(f"Person {at}", f"p{at}@example.org")
    release(office)
    box.goes_away_after = 2
    page = send(office)
    assert "2 letters were mailed" in said(page)
    assert "could not be sent at this moment" in said(page)
    assert len(page.document.xpath("//ul/li[contains(., 'invitation')]")) == 3
    box.goes_away_after = None
    assert "3 letters were mailed" in said(send(office))

    assert box.addressed == [f"p{at}@example.org" for at in range(5)]


def test_a_server_that_is_not_there_is_said_and_no_address_was_read(office: Office, box: Box) -> None:
    office.field.enrol()
    release(office)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with_mail(office, f"smtp://127.0.0.1:{free}")

    assert "could not be sent at this moment" in said(send(office))
    assert "identity.read" not in office.field.actions()
    assert len(office.get("/letters").document.xpath("//ul/li[contains(., 'invitation')]")) == 1


def test_two_people_who_mail_at_once_send_nothing_twice(office: Office, box: Box) -> None:
    office.field.enrol("Jo", "jo@example.org")
    office.field.enrol("Kim", "kim@example.org")
    release(office)
    token = office.lead.token()
    answers: list[str] = []

    def meanwhile() -> None:
        box.while_taking = None
        page = office.lead.post(f"{office.at}/letters/send", [("csrf_token", token)]).follow()
        answers.append(said(page))

    box.while_taking = meanwhile
    assert "2 letters were mailed" in said(send(office))

    assert answers == [mail.Underway.public]
    assert box.addressed == ["jo@example.org", "kim@example.org"]


def test_whoever_withdraws_while_letters_go_out_is_not_written_to(office: Office, box: Box) -> None:
    office.field.enrol("Jo", "jo@example.org")
    kim = office.field.enrol("Kim", "kim@example.org")
    release(office)
    box.while_taking = lambda: office.field.withdraw(kim, Way.STOP) if len(box.letters) == 1 else None
    send(office)

    assert box.addressed == ["jo@example.org"]
    assert office.field.status(kim) is Status.WITHDRAWN


def test_at_most_so_many_are_mailed_in_one_round_and_the_next_goes_on(
    office: Office, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.team.letters._AT_ONCE", 2)
    for at in range(3):
        office.field.enrol(f"Person {at}", f"p{at}@example.org")
    release(office)

    assert "2 letters were mailed" in said(send(office))
    assert "1 letter was mailed" in said(send(office))
    assert box.addressed == ["p0@example.org", "p1@example.org", "p2@example.org"]


def test_without_a_mail_server_letters_are_printed(office: Office) -> None:
    office.field.enrol()
    page = office.get("/letters")
    assert "sends no mail" in page.words()
    assert "Invite these by mail" not in page.words()
    office.coordinator.post(f"{office.at}/letters/release", page.form("/letters/release").values)

    page = office.coordinator.send(f"{office.at}/letters/send").follow()
    assert "This installation sends no mail" in said(page)
    page = page.form("/letters/back").submit()
    assert len(page.document.xpath("//input[@name='letter']")) == 1


def text_of(page: Page) -> str:
    reader = PdfReader(io.BytesIO(page.response.get_data()))
    return "\n".join(one.extract_text() for one in reader.pages)


def test_letters_on_paper_are_tagged_and_bring_address_link_and_code(office: Office) -> None:
    jo = office.field.enrol("Jo Example", "jo@example.org", address="Here 1\nT2N 1N4 Calgary", typed=True)
    kim = office.field.enrol("Kim #set *Sample*", "", telephone="1", language="fr")
    form = office.get("/letters").form("/letters/release")
    page = office.coordinator.post(f"{office.at}/letters/print", form.values)

    assert page.status == 200
    assert "attachment" in page.headers["Content-Disposition"]
    assert page.headers["Cache-Control"] == "no-store"
    reader = PdfReader(io.BytesIO(page.response.get_data()))
    assert len(reader.pages) == 2
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    first, second = (one.extract_text() for one in reader.pages)
    for words in ("Jo Example", "Here 1", "T2N 1N4 Calgary", "https://localhost/p", "2026-11-23"):
        assert words in first, words
    for text, someone in ((first, jo), (second, kim)):
        assert someone.code in re.sub(r"\s|\u200b", "", text)
    assert "Kim #set *Sample*" in second
    # They go on waiting until somebody says that they were posted.
    assert office.field.status(jo) is Status.IDENTIFIED
    assert len(office.get("/letters").document.xpath("//input[@name='letter']")) == 2


def test_what_was_posted_is_kept_here_no_longer_and_the_person_counts_as_invited(office: Office) -> None:
    jo = office.field.enrol()
    form = office.get("/letters").form("/letters/release")
    page = office.coordinator.post(f"{office.at}/letters/posted", form.values).follow()

    assert "1 letter was posted" in said(page)
    assert office.field.status(jo) is Status.INVITED
    assert "Nothing was chosen" in said(office.coordinator.post(f"{office.at}/letters/print", form.values).follow())
    again = office.coordinator.post(f"{office.at}/letters/posted", form.values).follow()
    assert "Nothing was chosen" in said(again)
    assert office.field.actions().count("letter.sent") == 1
    with office.field.stores.work(reading=True) as work:
        assert [bytes(one.blob) for one in letters.in_state(work.db, office.field.study.id, LetterState.SENT)] == [b""]


def test_what_waits_to_be_mailed_can_be_printed_after_all(office: Office, box: Box) -> None:
    office.field.enrol()
    release(office)
    page = office.get("/letters").form("/letters/back").submit()

    assert "1 letter can be printed" in said(page)
    assert len(page.document.xpath("//input[@name='letter'][@checked]")) == 1
    office.coordinator.send(f"{office.at}/letters/send")
    assert box.letters == []


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "1e3"])
def test_a_letter_that_does_not_exist_is_none_that_was_chosen(office: Office, number: str) -> None:
    office.field.enrol()
    for path in ("release", "print", "posted"):
        page = office.coordinator.send(f"{office.at}/letters/{path}", [("letter", number)]).follow()
        assert "Nothing was chosen" in said(page)
