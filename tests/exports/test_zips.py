"""Zip files written from front to back."""

from datetime import date
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pytest

from exports import zips
from exports.formats import qdpx
from exports.zips import EntryTooLarge, archive
from tests.exports.reading_qdpx import Tape
from tests.exports.samples import sample

DAY = date(2026, 11, 29)


def _made(**files: bytes) -> bytes:
    tape = Tape()
    with archive(tape, DAY) as zipped:
        for name, data in files.items():
            zipped.add(name, data)
        with zipped.open("long") as out:
            for _ in range(100):
                out.write(b"line\n" * 1000)
    return b"".join(tape.pieces)


def test_a_sink_that_only_takes_bytes_gets_a_zip_that_others_read() -> None:
    with ZipFile(BytesIO(_made(one=b"1", two=b""))) as zipped:
        assert zipped.testzip() is None
        assert {name: len(zipped.read(name)) for name in zipped.namelist()} == {"one": 1, "two": 0, "long": 500_000}


def test_the_same_files_are_the_same_bytes_and_say_nothing_of_the_machine() -> None:
    assert _made(one=b"1") == _made(one=b"1")
    with ZipFile(BytesIO(_made(one=b"1"))) as zipped:
        assert {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in zipped.infolist()} == {
            ((2026, 11, 29, 0, 0, 0), 3, 0o644)
        }


def test_bytes_leave_while_an_entry_is_still_being_written() -> None:
    tape = Tape()
    with archive(tape, DAY) as zipped, zipped.open("random") as out:
        for number in range(20_000):
            out.write(str(number * 7919 % 10_007).encode())
        assert sum(map(len, tape.pieces)) > 10_000


@pytest.mark.parametrize("within", [True, False])
def test_after_an_error_the_zip_has_no_end(*, within: bool) -> None:
    tape = Tape()
    with pytest.raises(ValueError, match="amid"), archive(tape, DAY) as zipped:  # noqa: PT012
        zipped.add("one", b"1")
        if within:
            with zipped.open("two") as out:
                out.write(b"2")
                raise ValueError("amid")
        raise ValueError("amid")
    with pytest.raises(BadZipFile):
        ZipFile(BytesIO(b"".join(tape.pieces)))


def test_an_entry_that_many_programs_could_not_read_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "LARGEST", 20_000)
    [file] = qdpx.files(sample())
    tape = Tape()

    with pytest.raises(EntryTooLarge, match="Ask for fewer participants"):
        file.write(tape)
    assert b"PK\x05\x06" not in b"".join(tape.pieces)
