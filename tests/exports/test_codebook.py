"""What becomes of questions in a table: merged over versions nothing is lost, and every gap says why."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.codebook import Table, flag_sets, tables, themes_of
from exports.dataset import Attribute, AttributeKind, Case, Column, Dataset, Instrument, Record
from exports.gaps import Gap
from exports.variables import AnswerUnfitting, Type, Value, Variable
from instruments.definition import Question, Role
from instruments.kinds import (
    Date,
    Kind,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Row,
    Scale,
    SingleChoice,
    Topic,
    choice,
)
from instruments.route import Missingness
from tests.exports.samples import ATTRIBUTES, CASES, GUIDE, MADE_ON, RELEASE, STUDY, _versions, record, sample

CODES = ("a", "b", "c", "d-e", "f.g")


def dataset(*kinds: Kind, answers: Mapping[int, Any], label: str = "What?", more: tuple[Column, ...] = ()) -> Dataset:
    """One question in as many versions as there are kinds; by version, what one person answered to it."""
    asked = {at: Question(id="q", kind=kind, label={"en": f"{label} {at}"}) for at, kind in enumerate(kinds, 1)}
    column = Column(asked[max(asked)], {}, asked)
    instrument = Instrument("form", {"en": "Form"}, Role.SURVEY, _versions(len(kinds), "en"), (column, *more))

    def records() -> list[Record]:
        return [
            record(CASES[0], instrument, version, {"q": answer}, occasion=version)
            for version, answer in sorted(answers.items())
        ]

    return Dataset(
        id=RELEASE, study=STUDY, title="Study", reference="", language="en", made_on=MADE_ON, shifted=False,
        attributes=(), cases=CASES, instruments=(instrument,), themes=(), records=lambda: iter(records()),
    )  # fmt: skip


def read(data: Dataset) -> tuple[Table, list[dict[str, Value]]]:
    """The only table and its rows by the names of variables."""
    (table,) = tables(data)
    names = [variable.name for variable in table.variables]
    return table, [dict(zip(names, row, strict=True)) for row in table.rows(data)]


def variable(table: Table, name: str) -> Variable:
    """The variable with this name."""
    return next(each for each in table.variables if each.name == name)


def options(codes: list[str]) -> tuple[Option, ...]:
    """An option for each code; every second one asks for words."""
    return tuple(Option(code=code, label={"en": code.upper()}, words=CODES.index(code) % 2 == 1) for code in codes)


def plain(code: str) -> str:
    """The code as part of a name."""
    return re.sub("[-.]", "_", code)


SUBSETS = st.lists(st.sampled_from(CODES), min_size=1, unique=True)


@given(st.lists(SUBSETS, min_size=1, max_size=3), st.data())
def test_every_choice_under_every_version_can_be_read_from_the_table(versions: list[list[str]], draw: Any) -> None:
    answers: dict[int, Any] = {}
    for at, codes in enumerate(versions, 1):
        code = draw.draw(st.sampled_from(codes))
        words = draw.draw(st.sampled_from(["", "mine"])) if CODES.index(code) % 2 else ""
        answers[at] = choice(code, words)
    table, rows = read(dataset(*(SingleChoice(options=options(codes)) for codes in versions), answers=answers))
    assert {label.code for label in variable(table, "q").labels} == {code for codes in versions for code in codes}
    for row, answer, codes in zip(rows, answers.values(), versions, strict=True):
        code = answer["code"] if isinstance(answer, dict) else answer
        assert row["q"] == code
        for other in CODES:
            said = row.get(f"q_{plain(other)}_words")
            if said is not None and other not in codes:
                assert said is Gap.NOT_ASKED
            elif said is not None:
                mine = answer["words"] if isinstance(answer, dict) else Gap.SKIPPED
                assert said == (mine if other == code else Gap.NOT_APPLICABLE)


@given(st.lists(SUBSETS, min_size=1, max_size=3), st.data())
def test_every_set_of_choices_can_be_read_from_the_table(versions: list[list[str]], draw: Any) -> None:
    answers = {
        at: draw.draw(st.lists(st.sampled_from(codes), min_size=1, unique=True)) for at, codes in enumerate(versions, 1)
    }
    _, rows = read(dataset(*(MultipleChoice(options=options(codes)) for codes in versions), answers=answers))
    for row, chosen, codes in zip(rows, answers.values(), versions, strict=True):
        for code in {code for offered in versions for code in offered}:
            assert row[f"q_{plain(code)}"] == (Gap.NOT_ASKED if code not in codes else int(code in chosen))


@given(st.lists(SUBSETS, min_size=1, max_size=3), st.data())
def test_every_order_can_be_read_from_the_table(versions: list[list[str]], draw: Any) -> None:
    answers = {
        at: draw.draw(st.permutations(codes).map(lambda order: order[:3])) for at, codes in enumerate(versions, 1)
    }
    _, rows = read(dataset(*(Rank(options=options(codes), top=3) for codes in versions), answers=answers))
    for row, order, codes in zip(rows, answers.values(), versions, strict=True):
        for code in {code for offered in versions for code in offered}:
            absent = Gap.NOT_PLACED if code in codes else Gap.NOT_ASKED
            assert row[f"q_{plain(code)}"] == (order.index(code) + 1 if code in order else absent)


@given(st.lists(st.lists(st.sampled_from("rst"), min_size=1, unique=True), min_size=1, max_size=3), st.data())
def test_every_row_of_every_version_can_be_read_from_the_table(versions: list[list[str]], draw: Any) -> None:
    kinds = [
        Matrix(each=Scale(first=1, last=7), rows=tuple(Row(id=row, label={"en": row}) for row in rows))
        for rows in versions
    ]
    answers = {
        at: draw.draw(st.dictionaries(st.sampled_from(rows), st.integers(1, 7), min_size=1))
        for at, rows in enumerate(versions, 1)
    }
    _, found = read(dataset(*kinds, answers=answers))
    for row, answer, asked in zip(found, answers.values(), versions, strict=True):
        for name in {name for rows in versions for name in rows}:
            absent = Gap.SKIPPED if name in asked else Gap.NOT_ASKED
            assert row[f"q_{name}"] == answer.get(name, absent)


@pytest.mark.parametrize("became", [each for each in Missingness if each is not Missingness.ANSWERED])
def test_a_question_without_an_answer_says_why_in_every_variable(became: Missingness) -> None:
    kind = Matrix(each=MultipleChoice(options=options(["a", "b"])), rows=(Row(id="r", label={"en": "R"}),))
    table, (row,) = read(dataset(kind, answers={1: became}))
    asked = [each.name for each in table.variables if each.source.question]
    assert asked == ["q_r_a", "q_r_b", "q_r_b_words"]
    assert {row[name] for name in asked} == {Gap(became.value)}


def test_a_later_option_changes_no_number() -> None:
    before, _ = read(dataset(SingleChoice(options=options(["b", "c"])), answers={}))
    after, _ = read(
        dataset(SingleChoice(options=options(["b", "c"])), SingleChoice(options=options(["a", "b", "c"])), answers={})
    )
    assert variable(before, "q").numbers == {"b": 1, "c": 2}
    assert variable(after, "q").numbers == {"b": 1, "c": 2, "a": 3}


def test_codes_that_are_numbers_stay_what_they_are() -> None:
    numbered = tuple(Option(code=code, label={"en": code}) for code in ("0", "10", "-1"))
    table, _ = read(dataset(SingleChoice(options=numbered), answers={}))
    assert variable(table, "q").numbers == {"0": 0, "10": 10, "-1": -1}
    padded = tuple(Option(code=code, label={"en": code}) for code in ("01", "1"))
    table, _ = read(dataset(SingleChoice(options=padded), answers={}))
    assert variable(table, "q").numbers == {"01": 1, "1": 2}


@pytest.mark.parametrize(
    ("least", "base"),
    [(0, 90), (-90, 90), (-91, 990), (-1000, 9990), (-10_000, 99_990), (None, 9_000_000_000_000_000)],
)
def test_the_codes_of_gaps_are_below_every_answer(least: int | None, base: int) -> None:
    table, _ = read(dataset(Number(least=least), answers={}))
    found = variable(table, "q")
    assert found.base == base
    assert max(found.gap_codes.values()) < (-(10**15) if least is None else least)
    assert all(int(float(code)) == code for code in found.gap_codes.values())


def test_the_widest_limits_of_any_version_count() -> None:
    table, _ = read(dataset(Number(least=-500, decimals=2), Number(least=0), answers={}))
    assert (variable(table, "q").base, variable(table, "q").decimals) == (990, 2)


def test_a_partial_date_is_kept_as_it_was_given_and_has_no_day() -> None:
    kind = Date(precision="year")
    _, rows = read(dataset(kind, kind, answers={1: "2006-10", 2: "2006-10-04"}))
    assert [(row["q"], row["q_day"]) for row in rows] == [
        ("2006-10", Gap.IMPRECISE),
        ("2006-10-04", date(2006, 10, 4)),
    ]


def test_a_topic_has_its_notes_and_its_probes_whether_they_were_ticked_at_a_known_time_or_not() -> None:
    kind = Topic(probes=tuple(Probe(id=name, label={"en": name}) for name in ("x", "y", "z")))
    answer = {"state": "asked", "notes": "", "probes": {"x": "2026-11-23T12:04:05Z", "z": ""}}
    _, (row,) = read(dataset(kind, answers={1: answer}))
    assert (row["q"], row["q_asked"]) == (Gap.SKIPPED, 1)
    assert (row["q_x"], row["q_y"], row["q_z"]) == (1, 0, 1)


def test_what_was_not_offered_is_not_applicable_and_what_was_offered_and_left_out_is_not() -> None:
    has = Question(id="has", kind=SingleChoice(options=options(["a", "b"])), label={"en": "Has?"})
    kind = MultipleChoice(
        options=(Option(code="x", label={"en": "X"}), Option(code="y", label={"en": "Y"}, relevant="${has} = 'a'"))
    )
    rows = Matrix(
        each=Scale(), rows=(Row(id="r", label={"en": "R"}, relevant="${has} = 'a'"), Row(id="s", label={"en": "S"}))
    )
    column = Column(has, {}, {1: has})
    for said, expected in (("a", 0), ("b", Gap.NOT_APPLICABLE)):
        data = dataset(kind, answers={1: ["x"]}, more=(column,))
        instrument = data.instruments[0]
        several = record(CASES[0], instrument, 1, {"q": ["x"], "has": said})
        (table,) = tables(data)
        values = {each.name: each.read(several, CASES[0]) for each in table.variables}
        assert (values["q_x"], values["q_y"]) == (1, expected)
        data = dataset(rows, answers={}, more=(column,))
        row = record(CASES[0], data.instruments[0], 1, {"q": {"s": 2}, "has": said})
        (table,) = tables(data)
        values = {each.name: each.read(row, CASES[0]) for each in table.variables}
        assert values["q_r"] is (Gap.SKIPPED if said == "a" else Gap.NOT_APPLICABLE)


def test_what_an_option_depends_on_may_not_be_in_the_release() -> None:
    kind = MultipleChoice(options=(Option(code="y", label={"en": "Y"}, relevant="${gone} = 'a'"), *options(["a"])))
    _, (row,) = read(dataset(kind, answers={1: ["a"]}))
    assert row["q_y"] == 0


def test_older_wordings_stand_in_the_codebook() -> None:
    old = SingleChoice(options=(Option(code="a", label={"en": "Old A"}),))
    new = SingleChoice(options=(Option(code="a", label={"en": "New A"}),))
    table, _ = read(dataset(old, new, answers={}))
    assert variable(table, "q").label == "What? 2"
    assert variable(table, "q").source.earlier == ("1: What? 1", "1: Old A (a)")
    assert [label.text for label in variable(table, "q").labels] == ["New A"]


def test_a_retired_question_keeps_its_column_and_label() -> None:
    table = tables(sample())[0]
    assert variable(table, "retired_one").label == "What about life outside work?"
    assert variable(table, "retired_one").source.versions == (1,)


def test_labels_are_in_the_language_of_the_release_where_there_is_one() -> None:
    french = tables(sample(language="fr"))[1]
    assert variable(french, "role").label == "Quel est votre rôle ?"
    assert variable(french, "reasons_second").label == "Deux raisons – Second reason"
    assert [label.text for label in variable(french, "mentored").labels] == ["Non", "Oui"]


def test_sets_of_flags_are_the_questions_with_several_answers_and_the_probes() -> None:
    guide, form = tables(sample())
    assert {name: [flag.name for flag in flags] for name, flags in flag_sets(form).items()} == {
        "barriers": ["barriers_time", "barriers_money", "barriers_skills", "barriers_none"]
    }
    assert [flag.name for flag in flag_sets(guide)["experience"]] == ["experience_formal", "experience_touch"]


def test_themes_stand_beside_the_questions_that_they_caused() -> None:
    assert themes_of(sample())["list_1", "barriers"] == ("Barriers",)


def test_a_question_named_like_what_is_known_of_a_record_takes_nothing_away() -> None:
    question = Question(id="day", kind=Number(), label={"en": "Which day?"})
    data = dataset(Number(), answers={1: 3}, more=(Column(question, {}, {1: question}),))
    table, (row,) = read(data)
    assert row["day"] == MADE_ON.replace(day=9)
    assert len({each.name for each in table.variables} | {each.companion for each in table.variables}) == 2 * len(
        table.variables
    )


def test_an_attribute_is_of_its_kind_unless_a_value_was_made_so_coarse_that_it_is_not() -> None:
    attributes = (
        Attribute("Age", AttributeKind.NUMBER),
        Attribute("Began", AttributeKind.DATE),
        Attribute("Café?", AttributeKind.YES_NO),
    )
    values = {"Age": "41", "Began": "2006-10-04", "Café?": "yes"}
    for coarse, types in (
        ({}, [Type.NUMBER, Type.DAY, Type.FLAG]),
        ({"Age": "40-49", "Began": "2006"}, [Type.TEXT, Type.TEXT, Type.FLAG]),
    ):
        cases = (Case(CASES[0].id, "P-1", values), Case(CASES[1].id, "P-2", values | coarse), Case(CASES[2].id, "P-3"))
        data = Dataset(
            id=RELEASE, study=STUDY, title="", reference="", language="en", made_on=MADE_ON, shifted=False,
            attributes=attributes, cases=cases, instruments=(GUIDE,), themes=(), records=lambda: iter(()),
        )  # fmt: skip
        (table,) = tables(data)
        found = [variable(table, name) for name in ("case_Age", "case_Began", "case_Cafe")]
        assert [each.type for each in found] == types
        run = record(cases[2], GUIDE, 1, {})
        assert [each.read(run, cases[2]) for each in found] == [Gap.NOT_KNOWN] * 3
        assert found[2].read(run, cases[1]) == 1


def test_an_answer_that_no_version_allows_is_named_and_not_dropped() -> None:
    for kind, answer in (
        (SingleChoice(options=options(["a"])), "gone"),
        (MultipleChoice(options=options(["a"])), ["a", "gone"]),
        (Number(), "12"),
        (Date(), "2006-13-41"),
    ):
        with pytest.raises(AnswerUnfitting):
            read(dataset(kind, answers={1: answer}))


def test_a_label_that_is_too_long_keeps_what_tells_it_from_its_neighbours() -> None:
    kind = MultipleChoice(options=options(["a", "b"]))
    table, _ = read(dataset(kind, answers={}, label="é" * 200))
    short = variable(table, "q_b").short_label(80, in_bytes=False)
    assert len(short) <= 80
    assert short.endswith("… – B")
    assert len(variable(table, "q_b").short_label(255, in_bytes=True).encode()) <= 255
    assert variable(table, "case").short_label(80, in_bytes=False) == "Case"


def test_attributes_are_variables_of_every_table() -> None:
    for table in tables(sample()):
        assert [each.source.part for each in table.variables if each.source.kind == "attribute"] == [
            attribute.name for attribute in ATTRIBUTES
        ]
