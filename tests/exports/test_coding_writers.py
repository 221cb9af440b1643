"""What holds for every writer of files for people who code: the same bytes, sound names, nothing put down."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exports.dataset import Aside, Attribute, Column, Theme
from exports.formats import atlas, maxqda, nvivo, qualcoder_survey, taguette, text, word_documents
from instruments.definition import Question
from instruments.kinds import LongText
from tests.exports.other_programs import bytes_of, written
from tests.exports.samples import CASES, FORM, GUIDE, HOSTILE, record, sample

WRITERS = [atlas, maxqda, nvivo, qualcoder_survey, taguette, text, word_documents]
WORDS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=30))
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
@settings(deadline=None, max_examples=25)
@given(WORDS, WORDS, WORDS)
def test_any_words_can_be_written_wherever_people_write_words(
    writer: ModuleType, answer: str, label: str, note: str
) -> None:
    case = replace(CASES[0], attributes={label: answer})
    asked = Question(id="asked", kind=LongText(), label={"en": label})
    form = replace(FORM, title={"en": label}, columns=(Column(asked, {"en": label}, {1: asked}),))
    topic = {"state": "asked", "notes": answer, "probes": {}}
    records = [
        record(case, GUIDE, 1, {"experience": topic}, asides=(Aside(note, "experience", answer),), memo=note),
        record(case, form, 1, {"asked": answer}),
    ]
    data = replace(
        sample(),
        title=label,
        attributes=(Attribute(label),),
        cases=(case,),
        instruments=(GUIDE, form),
        themes=(Theme(note, (("short_survey", "asked"),)),),
        records=lambda: iter(records),
    )
    for name, content in written(writer.files, data).items():
        assert name.isascii()
        if name.endswith((".docx", ".xlsx")):
            with ZipFile(BytesIO(content)) as packed:
                for part in packed.namelist():
                    etree.fromstring(packed.read(part))
        else:
            assert "\x00" not in content.decode("utf-8")
    assert writer.losses(data)


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
