"""Large forms: one of many megabytes is read, held in memory only, and nobody else can make us hold as much."""

import io
import random
import tempfile
from zipfile import ZIP_STORED, ZipFile

import pytest
import werkzeug.formparser

from tests.web.ask.conftest import Desk
from tests.web.ask.test_bringing import FORM, brought
from tests.web.visitors import ORIGIN
from vault.studies import Role
from web.team.bringing import MOST

AT = "/instruments/bring"


def _form(size: int) -> bytes:
    """A form with a picture that makes it ``size`` bytes larger."""
    book = io.BytesIO(FORM)
    with ZipFile(book, "a", ZIP_STORED) as zipped:
        zipped.writestr("xl/media/image1.png", random.Random(1).randbytes(size))  # noqa: S311 - no secret
    return book.getvalue()


class Unread(io.RawIOBase):
    """A body of that many bytes that fails the test as soon as somebody reads of it."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """The test client finds out how long it is."""
        self._at = offset + (self._size if whence == io.SEEK_END else 0)
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def readable(self) -> bool:
        """It could be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """It must not be."""
        raise AssertionError("the body was read")


def _offered(desk: Desk, role: Role | None, size: int) -> tuple[int, str]:
    """Status and text of the answer to a body that nobody is to read."""
    browser = desk.house.visitor() if role is None else desk.browser(role)
    response = browser.client.open(
        f"{desk.at}{AT}", method="POST", base_url=ORIGIN, input_stream=Unread(size),
        content_type="multipart/form-data; boundary=b",
    )  # fmt: skip
    return response.status_code, response.text


def test_a_form_of_many_megabytes_is_read_and_no_part_of_it_lies_on_a_disk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 14.2.4, 11.7.2."""
    desk.get(AT)

    def refused(*args: object, **more: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refused)
    monkeypatch.setattr(werkzeug.formparser, "SpooledTemporaryFile", refused)

    page = brought(desk, _form(8_000_000))

    assert (page.status, "How many?" in page.form("/take").submit().words()) == (200, True)


def test_a_file_beyond_the_limit_is_refused_in_a_sentence_that_names_it_and_is_not_read(desk: Desk) -> None:
    status, text = _offered(desk, Role.LEAD, MOST + 1)

    assert status == 413
    assert "The file is larger than 25 MB, the most that this page takes." in text
    assert "at most 25 MB" in desk.get(AT).words()


@pytest.mark.parametrize("role", [None, Role.ANALYST, Role.AUDITOR])
def test_of_whoever_may_not_bring_forms_in_nothing_large_is_read(desk: Desk, role: Role | None) -> None:
    """ASVS 15.2.2."""
    status, text = _offered(desk, role, 8_000_000)

    assert status == 403
    assert ("You were signed out before the file was sent." in text) == (role is None)


def test_of_another_study_nothing_large_is_read(desk: Desk) -> None:
    elsewhere = desk.house.sign_in(desk.house.person("olga"))

    response = elsewhere.client.open(
        f"{desk.at}{AT}", method="POST", base_url=ORIGIN, input_stream=Unread(8_000_000),
        content_type="multipart/form-data; boundary=b",
    )  # fmt: skip

    assert response.status_code == 404


def test_other_pages_take_no_more_than_before(desk: Desk) -> None:
    browser = desk.browser()
    response = browser.client.open(
        f"{desk.at}/enrol/sheet", method="POST", base_url=ORIGIN, input_stream=Unread(2_000_000),
        content_type="multipart/form-data; boundary=b",
    )  # fmt: skip

    assert response.status_code == 413
    assert "The file is larger than 1 MB, the most that this page takes." in response.text
