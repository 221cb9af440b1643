"""Definitions as values: read back as they were, equal if and only if their one text is, named by a fingerprint."""

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.canonical import FORMAT, canonical, fingerprint, plain
from instruments.definition import (
    CODE,
    ID,
    LANGUAGE,
    LARGEST,
    DefinitionUnreadable,
    Instrument,
    Role,
    find,
    from_json,
    questions,
    to_json,
)
from instruments.kinds import (
    Information,
    Matrix,
    Number,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
    choice,
    code_of,
    codes_of,
    name_of,
    options_of,
    points_of,
    words_of,
)
from instruments.sentences import Problem, Sentence, counted, in_language, written_by_author
from tests.instruments.making import asked, instruments, json_values, of_questions, options, rows

LAW = settings(max_examples=100, deadline=None)


@LAW
@given(instruments())
def test_a_definition_is_read_back_as_it_was(instrument: Instrument) -> None:
    again = from_json(to_json(instrument))
    assert again == instrument
    assert canonical(again) == canonical(instrument)


@LAW
@given(instruments(), instruments())
def test_definitions_have_one_text_if_and_only_if_they_are_equal(one: Instrument, other: Instrument) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@LAW
@given(instruments())
def test_the_canonical_text_says_the_whole_definition_and_no_default(instrument: Instrument) -> None:
    first, _, body = canonical(instrument).partition("\n")
    assert first == FORMAT
    assert from_json(body.encode()) == instrument
    assert plain(instrument) == json.loads(body)
    assert body.strip() == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_the_order_of_languages_in_a_text_and_two_ways_to_write_a_number_make_no_difference() -> None:
    one = of_questions(asked(Number(most=5), help={"en": "a", "fr": "b"}))
    other = of_questions(asked(Number(most=5.0), help={"fr": "b", "en": "a"}))
    assert fingerprint(one) == fingerprint(other)
    assert one == other


def test_what_is_left_out_is_the_same_as_its_default() -> None:
    written = msgspec.json.decode(to_json(of_questions(asked(ShortText(), required=False))))
    del written["sections"][0]["questions"][0]["required"]
    del written["help"]
    assert fingerprint(from_json(msgspec.json.encode(written))) == fingerprint(of_questions(asked(ShortText())))


def test_the_fingerprint_of_a_definition_is_what_it_was_when_the_first_one_was_published() -> None:
    """A changed default or spelling would give every version that was ever published another fingerprint."""
    kind = SingleChoice(options=options("yes", "no"))
    instrument = of_questions(asked(kind, required=True), asked(Number(most=2.5), "n"), role=Role.GUIDE)
    assert canonical(instrument) == (
        "verbatim instrument 1\n"
        '{"id":"it","languages":["en"],"role":"guide","sections":[{"id":"all","questions":['
        '{"id":"q","kind":{"kind":"single_choice","options":[{"code":"yes","label":{"en":"yes"}},'
        '{"code":"no","label":{"en":"no"}}]},"label":{"en":"Q"},"required":true},'
        '{"id":"n","kind":{"kind":"number","most":2.5},"label":{"en":"N"}}]}],"title":{"en":"It"}}\n'
    )
    assert fingerprint(instrument) == "7dbd11aee0862606d9759f3eacca781357d1a1ef9c264d045d7b9d720f57f654"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b" " * (LARGEST + 1),
        to_json(of_questions(asked(YesNo()))).replace(b"yes_no", b"slider"),
        to_json(of_questions(asked(YesNo()))).replace(b'"required"', b'"requird"'),
    ],
)
def test_bytes_that_are_no_definition_are_refused(data: bytes) -> None:
    with pytest.raises(DefinitionUnreadable):
        from_json(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_definition_or_refused(data: bytes) -> None:
    with pytest.raises(DefinitionUnreadable):
        from_json(data)


def test_a_program_that_puts_something_strange_into_a_definition_is_told() -> None:
    with pytest.raises(TypeError):
        plain({1, 2})


def test_a_lone_surrogate_has_a_fingerprint_too() -> None:
    assert len(fingerprint(of_questions(asked(YesNo(), help={"en": "\ud800"})))) == 64


def test_a_definition_cannot_be_changed_and_refuses_what_it_does_not_know() -> None:
    instrument = of_questions(asked(YesNo()))
    with pytest.raises(AttributeError):
        instrument.id = "other"  # type: ignore[misc]


def test_questions_are_found_by_their_id_in_the_order_in_which_they_stand() -> None:
    instrument = of_questions(asked(YesNo(), "a"), asked(Information(), "b"))
    assert [question.id for question in questions(instrument)] == ["a", "b"]
    assert find(instrument, "b") is not None
    assert find(instrument, "c") is None
    assert [question.asks for question in questions(instrument)] == [True, False]
    assert (instrument.language, msgspec.structs.replace(instrument, languages=()).language) == ("en", "en")


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (ID, ["a", "A1_b", "a" * 64], ["", "1a", "_a", "a.b", "a-b", "é", "a" * 65]),
        (CODE, ["1", "a.b-c_d", "9" * 64], ["", "a b", "é", "a" * 65]),
        (LANGUAGE, ["en", "fr-CA", "zh-Hant-TW", "es-419"], ["", "EN", "english", "en-us"]),
    ],
)
def test_ids_codes_and_languages_have_their_shapes(shape: re.Pattern[str], good: list[str], bad: list[str]) -> None:
    assert all(shape.fullmatch(text) for text in good)
    assert not any(shape.fullmatch(text) for text in bad)


def test_a_kind_is_named_as_in_a_file_and_tells_its_options_and_points() -> None:
    choices = SingleChoice(options=options("a"))
    assert name_of(choices) == "single_choice"
    assert options_of(Matrix(each=choices, rows=rows("r"))) == options_of(choices) == options("a")
    assert options_of(YesNo()) == ()
    assert [list(points_of(scale)) for scale in (Scale(), Scale(first=0, last=10, step=5), Scale(step=0))] == [
        [1, 2, 3, 4, 5],
        [0, 5, 10],
        [],
    ]


@given(json_values)
def test_any_value_has_codes_and_words_or_none(value: object) -> None:
    assert all(isinstance(code, str) and code for code in codes_of(value))  # type: ignore[arg-type]
    assert isinstance(code_of(value), str)  # type: ignore[arg-type]
    assert isinstance(words_of(value), str)  # type: ignore[arg-type]


def test_a_choice_is_its_code_with_words_where_there_are_some() -> None:
    assert (choice("a"), choice("a", "nurse")) == ("a", {"code": "a", "words": "nurse"})
    assert [(code_of(one), words_of(one)) for one in (choice("a"), choice("a", "nurse"))] == [("a", ""), ("a", "nurse")]
    assert codes_of(["a", {"code": "b", "words": "x"}, 3, None]) == ["a", "b"]


def test_a_sentence_is_said_in_the_language_of_the_page() -> None:
    sentence = Sentence("Choose “%(option)s”.", {"option": {"en": "None", "fr": "Aucune"}})
    assert sentence.filled("fr") == {"option": "Aucune"}
    assert str(sentence) == "Choose “None”."
    assert str(counted("%(count)s mentor", "%(count)s mentors", 1)) == "1 mentor"
    assert str(counted("%(count)s mentor", "%(count)s mentors", 2)) == "2 mentors"
    assert str(written_by_author({"en": "100 % sure?"})) == "100 % sure?"
    assert (in_language({"en": "", "fr": "Oui"}, "en"), in_language({}, "en")) == ("Oui", "")
    assert Problem("agree.row.time", sentence).question == "agree"
