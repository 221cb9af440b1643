"""Files for MAXQDA, read by what its manual says of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from exports.codetree import LONGEST_NAME
from exports.dataset import Dataset, Instrument
from exports.documents import documents
from exports.formats import maxqda
from exports.spans import note_of, script_of
from tests.exports.other_programs import written
from tests.exports.samples import CASES, FORM, GUIDE, record, sample

Coded = list[tuple[str, str]]


def _structured(data: Dataset) -> dict[str, Coded]:
    """Documents with their coded passages, by the rules of its manual; commands stand anywhere, in capitals or not."""
    text = written(maxqda.files, data)[maxqda.STRUCTURED].decode("utf-8-sig")
    found: dict[str, Coded] = {}
    before, *texts = re.split(r"#TEXT", text, flags=re.IGNORECASE)
    assert before == ""
    for each in texts:
        name, _, body = each.partition("\n")
        assert name not in found
        codings = re.findall(r"#CODE([^\n]*)\n(.*?)\n#ENDCODE", body, re.DOTALL | re.IGNORECASE)
        assert len(codings) == len(re.findall(r"#CODE", body, re.IGNORECASE))
        found[name] = [(code, quote) for code, quote in codings]
    return found


def _with(given: dict[str, Any], instrument: Instrument = FORM) -> Dataset:
    return replace(sample(), records=lambda: iter([record(CASES[0], instrument, 1, given)]))


def test_every_document_is_there_with_every_answer_coded_by_its_question() -> None:
    read = _structured(sample())
    every = {document.name: document for document in documents(sample())}
    assert set(read) == set(every)
    for name, codings in read.items():
        answers = [passage.turns[1].quote for passage in script_of(every[name]).passages]
        memo = [note_of(every[name])] if note_of(every[name]) else []
        assert [quote for _, quote in codings] == answers + memo
    assert [code for code, _ in read["P-0001 list_1 1"]] == [
        "Guide for mentees\\experience",
        "Guide for mentees\\effect",
        "Guide for mentees\\Outside the guide",
        "Memo",
    ]


@pytest.mark.parametrize("command", ["#TEXTstolen", "#CODEx\nwords\n#ENDCODE", "a #endcode b", "#Text"])
def test_what_somebody_said_is_never_a_command(command: str) -> None:
    data = _with({"place": command})
    assert list(_structured(data)) == ["P-0001 short_survey 1"]
    ((_, quote),) = _structured(data)["P-0001 short_survey 1"]
    assert quote.replace("# ", "#") == command
    assert "behind the # (documents: 1)" in maxqda.losses(data)[-1]


def test_a_number_sign_that_is_no_command_stays_as_it_is() -> None:
    ((_, quote),) = _structured(_with({"place": "We are #1, #texas"}))["P-0001 short_survey 1"]
    assert quote == "We are #1, #texas"
    assert not any("#TEXT" in loss for loss in maxqda.losses(sample()))


def test_names_of_codes_that_are_too_long_are_named_as_a_loss() -> None:
    question = _with_long_id("q" * 64)
    assert any("q" * 64 in loss for loss in maxqda.losses(question))
    ((code, _),) = _structured(question)["P-0001 short_survey 1"]
    assert [len(part) <= LONGEST_NAME for part in code.split("\\")] == [True, True]


def _with_long_id(long: str) -> Dataset:
    """A survey with one question that has an id as long as ids can be."""
    column = next(column for column in FORM.columns if column.question.id == "place")
    asked = column.question.__class__(id=long, kind=column.question.kind, label=column.question.label)
    form = replace(FORM, columns=(replace(column, question=asked, wordings={1: asked}),))
    records = [record(CASES[0], form, 1, {long: "Calgary"})]
    return replace(sample(), instruments=(form,), themes=(), records=lambda: iter(records))


def _turns(data: Dataset) -> Iterator[tuple[str, list[str]]]:
    for name, text in written(maxqda.files, data).items():
        if name.startswith(f"{maxqda.TURNS}/"):
            assert text.startswith(b"\xef\xbb\xbf")
            title, *lines = text.decode("utf-8-sig").splitlines()
            assert name == f"{maxqda.TURNS}/{title}.txt"
            yield title, lines


def test_turns_are_there_where_a_participant_speaks_and_not_for_notes() -> None:
    assert [title for title, _ in _turns(sample())] == [f"P-000{number} short_survey 1" for number in (1, 2, 4)]


def test_every_paragraph_of_a_turn_begins_with_a_speaker_so_that_nothing_else_is_taken_for_one() -> None:
    ((_, lines),) = _turns(_with({"story": "At first.\n\nNote: later.\nHe said: no."}))
    assert lines == [
        "Interviewer: Tell us a story of mentoring.",
        "P-0001: At first.",
        "P-0001: Note: later.",
        "P-0001: He said: no.",
    ]


def test_a_speakers_name_has_at_most_63_characters_and_no_colon() -> None:
    case = replace(CASES[0], pseudonym="a: b" * 40)
    data = replace(_with({"place": "x"}), cases=(case,))
    ((_, lines),) = _turns(data)
    name, _, said = lines[1].partition(": ")
    assert said == "x"
    assert len(name) <= 63
    assert ":" not in name


def test_what_happened_outside_the_guide_has_a_code_of_its_own() -> None:
    notes = {"experience": {"state": "asked", "notes": "Yes.", "probes": {}}}
    assert [code for code, _ in _structured(_with(notes, GUIDE))["P-0001 list_1 1"]] == [
        "Guide for mentees\\experience"
    ]
