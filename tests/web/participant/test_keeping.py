"""What a participant takes along: the code, by mail if they like, and everything that is held about them."""

import json
import socket
import threading
from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests.web.pages import Page
from tests.web.participant.conftest import Place
from tests.web.participant.test_answering import SOUND, form_of, through
from tests.web.simultaneous import twice
from vault.settings import Settings
from web.kit import guard, mail
from web.kit.mail import AddressRefused, Letter, NotSent


class Box(MessageHandler):
    """Keeps what arrives; refuses addresses that begin with ``no``."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []
        self.arrived = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        if address.startswith("no"):
            return "550 nobody of that name"
        if address.startswith("later"):
            return "451 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        self.letters.append(message)
        self.arrived.set()


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    """A mail server on this machine, and its address."""
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}?from=study@example.org"
    controller.stop()


def with_mail(place: Place, url: str | None) -> None:
    """The installation hands its mail over at ``url``."""
    kit = guard.kit_of(place.house.app)
    object.__setattr__(kit.settings, "smtp_url", url)


def test_the_code_is_sent_once_to_the_address_that_was_typed(place: Place, box: tuple[Box, str]) -> None:
    handler, url = box
    with_mail(place, url)
    browser, enrolled, _ = place.agreed()

    page = browser.get("/p/later").form("/p/later").fill(address="ada@example.org").submit()

    assert "on its way" in page.notices[0]
    assert handler.arrived.wait(10)
    (letter,) = handler.letters
    assert (letter["To"], letter["From"]) == ("ada@example.org", "study@example.org")
    assert enrolled.code.text in letter.as_string()


@pytest.mark.parametrize(("address", "status"), [("no@example.org", 422), ("ada", 422), ("later@example.org", 503)])
def test_an_address_that_cannot_be_used_is_said_and_kept_in_its_field(
    place: Place, box: tuple[Box, str], address: str, status: int
) -> None:
    with_mail(place, box[1])
    browser, _, _ = place.agreed()

    page = browser.get("/p/later").form("/p/later").fill(address=address).submit()

    assert page.status == status
    assert list(page.complaints.values()) == ["address"]
    assert page.form("/p/later").value("address") == address


def test_nobody_is_plagued_with_codes(place: Place, box: tuple[Box, str]) -> None:
    with_mail(place, box[1])
    browser, _, _ = place.agreed()

    def ask() -> Page:
        return browser.get("/p/later").form("/p/later").fill(address="ada@example.org").submit()

    assert [ask().status for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_button_that_is_pressed_twice_sends_one_letter_and_says_so_twice(place: Place, box: tuple[Box, str]) -> None:
    """ASVS 15.4.2."""
    with_mail(place, box[1])
    browser, _, _ = place.agreed()
    form = browser.get("/p/later").form("/p/later").fill(address="ada@example.org")

    pages = [*twice(browser, form), form.submit()]

    assert all("on its way" in page.notices[0] for page in pages)
    assert len(box[0].letters) == 1
    assert "on its way" in form.fill(address="other@example.org").submit().notices[0]
    assert len(box[0].letters) == 2


def test_a_letter_that_could_not_be_sent_is_not_said_to_be_on_its_way_when_it_is_asked_for_again(
    place: Place, box: tuple[Box, str]
) -> None:
    browser, _, _ = place.agreed()
    with_mail(place, box[1])
    form = browser.get("/p/later").form("/p/later").fill(address="later@example.org")
    assert [form.submit().status for _ in range(2)] == [503, 503]

    other = form.fill(address="ada@example.org")
    with_mail(place, "smtp://127.0.0.1:1")
    assert other.submit().status == 503
    with_mail(place, box[1])

    assert "on its way" in other.submit().notices[0]
    assert len(box[0].letters) == 1


def test_a_page_that_cannot_be_read_sends_nothing_and_keeps_the_address(place: Place, box: tuple[Box, str]) -> None:
    with_mail(place, box[1])
    browser, _, _ = place.agreed()
    page = browser.get("/p/later").form("/p/later").fill(address="ada@example.org").tamper(once="?")

    assert (page.status, page.form("/p/later").value("address")) == (422, "ada@example.org")
    assert box[0].letters == []
    assert "on its way" in page.form("/p/later").submit().notices[0]


def test_without_a_mail_server_nothing_is_offered(place: Place) -> None:
    with_mail(place, None)
    browser, enrolled, _ = place.agreed()
    page = browser.get("/p/later")

    assert "/p/later" not in [form.action for form in page.forms()]
    assert enrolled.code.text in page.words()


def test_a_letter_is_not_sent_in_the_clear_to_another_machine(settings: Settings) -> None:
    object.__setattr__(settings, "smtp_url", "smtp://127.0.0.1:1")
    with pytest.raises(NotSent):
        mail.send(settings, Letter("ada@example.org", "Subject", "Body"))


@pytest.mark.parametrize(
    "address", ["a@b", "a b@example.org", "Ada <ada@example.org>", "a@example.org\nBcc: b@c.d", ""]
)
def test_what_is_no_single_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(AddressRefused):
        mail.checked(address)


def test_a_visit_that_was_closed_on_a_device_is_over(place: Place) -> None:
    browser, _, page = place.agreed()

    browser.get("/p/later").form("/p/out").submit()

    assert browser.get(page.path).location == "/p"


def test_everything_that_is_held_is_on_a_page_and_in_a_file(place: Place) -> None:
    browser, enrolled, page = place.agreed()
    form_of(page).fill(**SOUND).submit(then="next")

    shown = browser.get("/p/mine")
    taken = browser.get("/p/mine.json")

    for said in ("Clinician investigator", "12 years", "Ada Participant", enrolled.participant.pseudonym):
        assert said in shown.words()
    held = json.loads(taken.text)
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert {one["id"]: one["answer"] for one in held["responses"][0]["answers"]}["years"] == 12
    assert held["consents"][0]["decided"]["take-part"] is True


def test_what_is_held_stays_readable_after_sending(place: Place) -> None:
    browser, _, page = place.agreed()
    through(page).form("/p/submit").submit()

    assert "Nothing more" in browser.get("/p/mine").words()
