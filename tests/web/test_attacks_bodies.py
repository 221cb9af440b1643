"""Attacks 18 and 20: bodies that are too large, plaintext on a disk, many who sign in (ASVS 5.2.1, 11.7.2, 15.2.2)."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import werkzeug.formparser

from tests.vault.people import Person
from tests.web.serving import served
from tests.web.visitors import ORIGIN, House
from vault import passphrases
from vault.settings import Settings

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("size", [1_100_000, 20_000_000])
def test_a_form_of_many_words_is_refused_and_not_kept_in_memory(house: House, ada: Person, size: int) -> None:
    """ASVS 5.2.1, 15.2.2."""
    browser = house.sign_in(ada)
    sent = [("csrf_token", browser.token()), ("title", "x" * size)]

    page = browser.post("/studies/new", sent)

    assert page.status == 413
    assert page.title == "This is too much at once"


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(
    "odd", ["a%00b", "%ff%fe", "%ed%a0%80", "%f4%90%80%80", "%e2%80%ae%e2%80%8b", "%0d%0a", "%1b[31m"]
)
def test_odd_characters_are_taken_or_refused_and_break_nothing(house: House, odd: str) -> None:
    """ASVS 2.2.1: also what PostgreSQL cannot keep."""
    browser = house.sign_in(house.person("ada"))
    study = house.found(browser)
    token = browser.token()
    forms = {
        "/studies/new": f"title=T{odd}&reference=R{odd}",
        f"/studies/{study}/sites": f"name=N{odd}",
        f"/studies/{study}/members/new": f"name=N{odd}&email=a{odd}@example.org&role=analyst&site=",
        "/sign-in": f"email=a{odd}@example.org&passphrase=p{odd}&next={odd}",
        "/sign-in/forgotten": f"email=a{odd}@e.org&recovery_code={odd}0&code={odd}1&new=n{odd}&again=n{odd}",
        "/welcome": f"code=c{odd}",
        "/language": f"language={odd}&back=/{odd}",
    }
    found = {
        path: browser.client.post(
            path, base_url=ORIGIN, data=f"csrf_token={token}&{body}", content_type=FORM
        ).status_code
        for path, body in forms.items()
    }  # fmt: skip
    found |= {
        path: browser.client.get(path, base_url=ORIGIN).status_code
        for path in (f"/{odd}", f"/studies/{odd}", f"/sign-in?next=/{odd}", f"/studies/{study}/participants/{odd}")
    }
    assert {path: status for path, status in found.items() if status >= 500} == {}


def test_a_form_of_many_small_fields_is_read_quickly_or_refused(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    body = f"csrf_token={browser.token()}&" + "&".join(f"a{number}=" for number in range(60_000))
    began = time.process_time()

    response = browser.client.post("/studies/new", base_url=ORIGIN, data=body, content_type=FORM)

    assert response.status_code in {413, 422}
    assert time.process_time() - began < 5


def test_no_part_of_a_request_lies_on_a_disk(
    house: House, ada: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """ASVS 14.2.4, 11.7.2: nothing asks for a temporary file, whatever is sent how."""

    def refused(*args: object, **more: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refused)
    monkeypatch.setattr(werkzeug.formparser, "SpooledTemporaryFile", refused)
    browser = house.sign_in(ada)
    token = browser.token()
    large = b"x" * 900_000
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + large + b"\r\n--b--\r\n"

    found = {}
    for rule in house.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments:
            for body, kind in ((large, FORM), (large, "text/plain"), (part, "multipart/form-data; boundary=b")):
                response = browser.client.post(
                    rule.rule, base_url=ORIGIN, data=body, content_type=kind, headers={"X-CSRFToken": token}
                )
                found[rule.rule, kind] = response.status_code
    assert 500 not in found.values(), found
    assert {status for (_, kind), status in found.items() if kind.startswith("multipart")} == {415}


def test_a_real_server_refuses_a_body_that_never_says_how_long_it_is(settings: Settings, tmp_path: Path) -> None:
    """ASVS 4.2.1, 15.2.2: in pieces, without Content-Length, and it goes on answering others."""

    def endless() -> Iterator[bytes]:
        yield b"csrf_token=x&email="
        for _ in range(400):
            yield b"x" * 10_000

    with served(settings, tmp_path / "log") as browser:
        try:
            status, _ = browser.ask("POST", "/sign-in", endless(), {"Content-Type": FORM})
        except (ConnectionError, BrokenPipeError):
            status = 413  # the server has hung up while we were still sending
        assert status in {400, 413}
        assert browser.ask("GET", "/healthz")[0] == 200


class Slow:
    """A stretching that lasts until it is let go, and counts how many go on at once."""

    lock = threading.Lock()
    go = threading.Event()
    running = most = 0

    def __init__(self, **cost: object) -> None:
        pass

    def derive(self, secret: bytes) -> bytes:
        """What a stretching gives back, after a while."""
        with Slow.lock:
            Slow.running += 1
            Slow.most = max(Slow.most, Slow.running)
        Slow.go.wait(20)
        with Slow.lock:
            Slow.running -= 1
        return bytes(64)


def test_of_very_many_who_sign_in_at_once_some_wait_and_the_others_are_asked_to_come_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 15.2.2: memory for three stretchings at once, whoever knocks how often."""
    Slow.go.clear()
    Slow.running = Slow.most = 0
    monkeypatch.setattr(passphrases, "Argon2id", Slow)
    monkeypatch.setattr(passphrases, "_PATIENCE", 20.0)
    knocking, allowed = 40, passphrases.AT_ONCE + passphrases._WAITING
    answers: list[tuple[int, str]] = []

    def knock(number: int) -> None:
        form = house.visitor().get("/sign-in").form("/sign-in")
        page = form.fill(email=f"p{number}@example.org", passphrase="some words or other").submit()
        answers.append((page.status, page.words("main")))

    threads = [threading.Thread(target=knock, args=(number,)) for number in range(knocking)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(answers) < knocking - allowed and time.monotonic() < until:
        time.sleep(0.02)
    refused = list(answers)
    Slow.go.set()
    for thread in threads:
        thread.join()

    assert [status for status, _ in refused] == [503] * (knocking - allowed)
    assert all("Wait half a minute and try again" in words for _, words in refused)
    assert sorted(status for status, _ in answers) == [422] * allowed + [503] * (knocking - allowed)
    assert Slow.most == passphrases.AT_ONCE
