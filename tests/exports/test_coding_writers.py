"""What holds for every writer of files for people who code: the same bytes, sound names, nothing put down."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from exports.formats import atlas, maxqda, nvivo, qualcoder_survey, taguette, text, word_documents
from tests.exports.other_programs import bytes_of, written
from tests.exports.samples import sample

WRITERS = [atlas, maxqda, nvivo, qualcoder_survey, taguette, text, word_documents]
by_name = pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__.rpartition(".")[2])

_watched: list[str] | None = None


def _note(event: str, arguments: Any) -> None:
    if _watched is not None and event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        _watched.append(str(arguments[0]))
    if _watched is not None and event in {"tempfile.mkstemp", "tempfile.mkdtemp", "os.mkdir"}:
        _watched.append(event)


# A hook of this kind cannot be taken off again, so it is put on once and mostly sleeps.
sys.addaudithook(_note)


@contextmanager
def _watching() -> Iterator[list[str]]:
    global _watched  # noqa: PLW0603
    found: list[str] = []
    _watched = found
    try:
        yield found
    finally:
        _watched = None


@by_name
def test_the_same_release_twice_is_the_same_bytes(writer: ModuleType) -> None:
    assert written(writer.files, sample()) == written(writer.files, sample())


@by_name
def test_a_file_that_is_written_twice_is_the_same_both_times(writer: ModuleType) -> None:
    for file in writer.files(sample()):
        assert bytes_of(file) == bytes_of(file)


@by_name
def test_nothing_is_put_down_in_the_clear_while_files_are_written(writer: ModuleType) -> None:
    with _watching() as put_down:
        written(writer.files, sample())
    assert put_down == []


def test_the_watch_sees_what_is_put_down(tmp_path: Any) -> None:
    with _watching() as put_down:
        (tmp_path / "answers.txt").write_text("words")
    assert put_down == [str(tmp_path / "answers.txt")]


@by_name
def test_names_of_files_are_safe_and_different_even_without_capitals(writer: ModuleType) -> None:
    names = [file.name for file in writer.files(sample())]
    assert all(re.fullmatch(r"[a-z.]+(/[A-Za-z0-9][A-Za-z0-9 ._-]*)+", name) for name in names)
    assert len({name.lower() for name in names}) == len(names)


@by_name
def test_losses_are_sentences_that_name_no_participant(writer: ModuleType) -> None:
    losses = writer.losses(sample())
    assert losses
    assert all(loss.endswith(".") and "P-000" not in loss for loss in losses)
