"""REDCap data dictionaries: every row is accounted for, and what cannot be read names its row."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.definition import Question, find, from_json, questions, to_json
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.redcap import read
from instruments.foreign.redcap_fields import HEADINGS
from instruments.foreign.redcap_kinds import PATTERNS, TYPES, VALIDATIONS
from instruments.inspection import inspect
from instruments.kinds import (
    Date,
    Information,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from instruments.patterns import pattern
from tests.house.tree import ROOT

OTHERS = ROOT.parent / "shared/forms/redcap"
LAW = settings(max_examples=100, deadline=None)

Row = dict[str, str]


def dictionary(*rows: Row, delimiter: str = ",") -> bytes:
    """A dictionary as REDCap writes it; a row says only what it has."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(HEADINGS.values())
    for row in rows:
        writer.writerow([row.get(name, "") for name in HEADINGS])
    return file.getvalue().encode()


def field(variable: str, kind: str = "text", **more: str) -> Row:
    """A field of the form "one"."""
    return {"variable": variable, "form": "one", "type": kind, "label": variable.capitalize(), **more}


RECORD = field("record_id")
NEW_YEAR = "1999-12-31"
OPTION_A = Option(code="1", label={"en": "A"})


def imported(*rows: Row) -> Imported:
    return read(dictionary(*rows), "study.csv")


def asked(*rows: Row) -> list[Question]:
    return list(questions(imported(*rows).instrument))


def only(row: Row) -> Question:
    (question,) = asked(row)
    return question


def single(*options: tuple[str, str]) -> SingleChoice:
    return SingleChoice(options=tuple(Option(code=code, label={"en": label}) for code, label in options))


def said(found: Imported, fate: Fate) -> list[str]:
    return [f"{line.place}: {line.sentence}" for line in found.lines if line.fate is fate]


def taken_or_refused(data: bytes) -> Imported | str:
    """What was read, or the sentence with which it was refused."""
    try:
        return read(data, "study.csv")
    except FormUnreadable as refused:
        return str(refused.said)


@pytest.mark.skipif(not OTHERS.is_dir(), reason="the forms that others made are not beside the project")
@pytest.mark.parametrize("file", sorted(OTHERS.glob("*.csv")), ids=lambda file: file.stem)
def test_a_dictionary_that_others_made_is_taken_with_every_row_accounted_for_or_refused_with_its_row(
    file: Path,
) -> None:
    data = file.read_bytes()
    found = taken_or_refused(data)
    if isinstance(found, str):
        assert found.startswith("Nothing in this file can be asked up to row 2, “record_id”.")
        return
    count = len(list(csv.reader(io.StringIO(data.decode("utf-8-sig")))))
    rows = [line.place for line in found.lines if "," not in line.place]
    assert rows == ["file", *(f"row {number}" for number in range(2, count + 1))]
    assert [one for one in inspect(found.instrument) if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (field("q"), ShortText()),
        (field("q", annotation="@CHARLIMIT='40'"), ShortText(longest=40)),
        (field("q", "notes"), LongText()),
        (field("q", validation="email"), ShortText(format="email")),
        (field("q", validation="integer", least="1", most="9"), Number(least=1, most=9)),
        (field("q", validation="number_2dp_comma_decimal", least="0,5"), Number(least=0.5, decimals=2)),
        (field("q", validation="date_dmy", least="31-12-1999", most="today"), Date(earliest=NEW_YEAR, latest="today")),
        (field("q", validation="date_mdy", least="2000-01-31"), Date(earliest="2000-01-31")),
        (field("q", validation="zipcode"), ShortText(pattern="[0-9]{5}(-[0-9]{4})?")),
        (field("q", "yesno"), YesNo()),
        (field("q", "truefalse"), single(("1", "True"), ("0", "False"))),
        (field("q", "radio", choices="1, A, or b | x"), single(("1", "A, or b"), ("x", "x"))),
        (field("q", "dropdown", choices="1, A\n2, <b>B</b>"), single(("1", "A"), ("2", "B"))),
        (
            field("q", "checkbox", choices="1, A | 0, None", annotation="@NONEOFTHEABOVE='0' @MAXCHECKED=1"),
            MultipleChoice(options=(OPTION_A, Option(code="0", label={"en": "None"}, exclusive=True)), at_most=1),
        ),
        (field("q", "radio", choices="1, A | 2, B", annotation="@HIDECHOICE='2'"), single(("1", "A"))),
        (field("q", "slider"), Scale(first=0, last=100)),
        (
            field("q", "slider", choices="No | So so | Yes", least="1", most="9"),
            Scale(first=1, last=9, low={"en": "No"}, middle={"en": "So so"}, high={"en": "Yes"}),
        ),
        (field("q", "slider", most="500"), Number(least=0, most=500)),
        (field("q", "descriptive"), Information()),
    ],
)  # fmt: skip
def test_a_field_becomes_the_kind_of_question_that_it_is(row: Row, kind: object) -> None:
    keep = field("keep")
    assert find(imported(row, keep).instrument, "q") is not None
    assert asked(row, keep)[0].kind == kind


def test_every_validation_that_has_a_pattern_has_one_that_can_be_matched() -> None:
    for name, text in PATTERNS.items():
        assert not pattern(text).matches(""), name
        assert VALIDATIONS[name] == ShortText(pattern=text)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (field("q", "calc", choices="[a]+1"), "It is calculated from other answers"),
        (field("q", "file"), "A file, picture or signature cannot be handed in"),
        (field("q", "sql", choices="select 1"), "Its choices come from a database"),
        (field("q", annotation="@HIDDEN"), "It is hidden from whoever answers"),
        (field("q", annotation="@CALCTEXT(if([a]>1,'x','y'))"), "It is hidden from whoever answers"),
        (field("q", "descriptive", label=""), "It has no text"),
        ({}, "The row is empty."),
    ],
)
def test_what_asks_nobody_is_left_out_and_says_so(row: Row, why: str) -> None:
    found = imported(field("a"), row)
    assert [question.id for question in questions(found.instrument)] == ["a"]
    assert [line.split(": ", 1)[1].startswith(why) for line in said(found, Fate.LEFT_OUT)] == [True]
    assert said(found, Fate.LEFT_OUT)[0].startswith("row 3: ")


def test_the_field_that_names_the_record_is_left_out_only_at_the_beginning() -> None:
    assert [question.id for question in asked(RECORD, field("passport_id"))] == ["passport_id"]
    assert [question.id for question in asked(field("colour"), field("study_id"))] == ["colour", "study_id"]


SEX = field("sex", "radio", choices="0, Female | 1, Male")
AGE = field("age", validation="integer")
BORN = field("born", validation="date_ymd")
GYM = field("gym", "checkbox", choices="1, Monday | 2, Tuesday")
BIRTH = field("birth", "yesno")


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ('[sex] = "0"', "${sex} = '0'"),
        ("[SEX]='0' AND [birth]='1'", "${sex} = '0' and ${birth} = 'yes'"),
        ("[sex]=0 or ([age]>=18 and [age]<>'99')", "${sex} = '0' or ${age} >= 18 and ${age} != 99"),
        ("([sex]='0' or [sex]='1') and [birth]<>'0'", "(${sex} = '0' or ${sex} = '1') and ${birth} != 'no'"),
        ("'18' <= [age]", "${age} >= 18"),
        ("[gym(1)]='1'", "selected(${gym}, '1')"),
        ("[gym(2)] = 0 || [gym(1)] <> '1'", "not(selected(${gym}, '2')) or not(selected(${gym}, '1'))"),
        ("[gym(2)] > 0", "selected(${gym}, '2')"),
        ("[gym] = ''", "count-selected(${gym}) = 0"),
        ("[birth] > 0", "${birth} = 'yes'"),
        ("[birth] = ''", "${birth} = ''"),
        ("[birth]", "${birth} = 'yes'"),
        ("not([sex]='0')", "${sex} != '0'"),
        ("!([gym(1)]='1' or [age]=5)", "not(selected(${gym}, '1') or ${age} = 5)"),
        ("[born] > '2000-01-01'", "${born} > '2000-01-01'"),
        ("[age] = [sex]", "${age} = ${sex}"),
        ("(([age]) > (5))", "${age} > 5"),
        ("([sex]='0') = '1'", "${sex} = '0'"),
        ("1 = 1 and [age] > 5", "true() and ${age} > 5"),
        ("if([age] > 5, 1, 0)", "${age} > 5"),
        ("if([sex] = '0', '0', '1') = 1", "${sex} != '0'"),
        ("sum([gym(1)], [gym(2)]) > 1", "count-selected(${gym}) > 1"),
    ],
)
def test_branching_logic_becomes_a_condition(there: str, here: str) -> None:
    found = imported(SEX, AGE, BORN, GYM, BIRTH, field("q", branching=there))
    question = find(found.instrument, "q")
    assert question
    assert question.relevant == here
    assert {line.fate for line in found.lines} == {Fate.TAKEN}


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("datediff([born],'today','y') > 18", "It calculates with datediff(), which no condition does here."),
        ("[age] + 1 > 18", "It calculates, which no condition does here."),
        ("[visit_1_arm_1][age] > 18", "[visit_1_arm_1][age] is known to REDCap only"),
        ("[user-name] = 'x'", "[user-name] is known to REDCap only"),
        ("[nobody] = '1'", "There is no question “nobody” here to look at."),
        ("[sex(1)] = '1'", "“sex” has no several answers to choose from."),
        ("[gym(9)] = '1'", "“9” is none of the answers that can be given."),
        ("[gym] = '1'", "It compares several answers with one. Say which option is meant."),
        ("[birth] = '7'", "“7” is none of the answers that can be given."),
        ("[age] = 'old'", "“old” is no number."),
        ("[sex] = '0' and", "It ends too early."),
        ("[sex] = '0' [age]", "“[age]” is not understood in it."),
        ("[sex] = ‘0’", "“‘” is not understood in it."),
        ("([sex] = '0') = [age]", "It compares what is true with something else."),
        ("(" * 99 + "[sex] = '0'" + ")" * 99, "It has too many brackets within brackets."),
        ("[sex] = '0' or " * 2000 + "[sex] = '0'", "It is longer than a condition can be."),
    ],
)
def test_branching_logic_that_cannot_be_expressed_is_left_out_with_the_reason_and_the_question_is_taken(
    there: str, why: str
) -> None:
    found = imported(SEX, AGE, BORN, GYM, BIRTH, field("q", branching=there))
    question = find(found.instrument, "q")
    assert question
    assert question.relevant == ""
    assert said(found, Fate.LEFT_OUT)[1].startswith(f"row 7, branching logic: {why}")


@pytest.mark.parametrize(
    ("branching", "why"),
    [
        ("[later] = '1'", "The condition ${later} = '1' was left out: “later” is asked later."),
        ("[name] = 'x'", "The condition ${name} = 'x' was left out: “name” says who somebody is"),
        ("[sex] = '7'", "The condition ${sex} = '7' was left out: it does not fit the answers"),
    ],
)
def test_a_condition_that_could_not_be_published_is_left_out_with_the_reason(branching: str, why: str) -> None:
    name = field("name", identifier="y")
    found = imported(name, SEX, field("q", branching=branching), field("later", "radio", choices="1, A"))
    (line,) = said(found, Fate.LEFT_OUT)
    assert line.startswith(f"row 4, condition: {why}")


def test_a_matrix_group_becomes_one_question_under_its_heading() -> None:
    week = {"choices": "0, Monday | 1, Tuesday", "matrix": "week", "required": "y"}
    found = imported(
        SEX,
        field("gym", "checkbox", header="Which days?", **week),
        field("eat", "checkbox", branching="[sex] = '1'", note="out", **week),
        field("q", branching="[eat(1)] = '1'"),
    )
    _, matrix, q = questions(found.instrument)
    options = (Option(code="0", label={"en": "Monday"}), Option(code="1", label={"en": "Tuesday"}))
    assert isinstance(matrix.kind, Matrix)
    assert (matrix.id, matrix.label, matrix.required) == ("week", {"en": "Which days?"}, True)
    assert matrix.kind.each == MultipleChoice(options=options)
    assert [(row.id, row.label["en"]) for row in matrix.kind.rows] == [("gym", "Gym"), ("eat", "Eat (out)")]
    assert [row.relevant for row in matrix.kind.rows] == ["", "${sex} = '1'"]
    assert q.relevant == "selected(${week.eat}, '1')"


def test_a_row_that_depends_on_another_row_begins_a_matrix_of_its_own_under_the_same_heading() -> None:
    week = {"choices": "0, Monday | 1, Tuesday", "matrix": "week"}
    first, second = asked(
        field("gym", "checkbox", header="Which days?", **week),
        field("eat", "checkbox", branching="[gym(0)] = '1'", **week),
    )
    assert (first.id, second.id) == ("week", "week_2")
    assert second.label == {"en": "Which days?"}
    assert second.relevant == "selected(${week.gym}, '0')"


def test_a_ranked_matrix_becomes_a_ranking_of_its_rows() -> None:
    row = {"choices": "1, First | 2, Second", "matrix": "best", "ranking": "y"}
    (question,) = asked(*(field(f"best_{name}", "radio", **row) for name in ("time", "money", "fame")))
    assert isinstance(question.kind, Rank)
    assert [option.code for option in question.kind.options] == ["time", "money", "fame"]
    assert question.kind.top == 2


def test_forms_and_section_headers_become_sections_and_notes_help() -> None:
    found = imported(
        field("a", note="Have a look"),
        field("b", header="More"),
        field("f", "file", header="Uploads"),
        field("c", form="two", required="y", identifier="y", annotation="for the team @TODAY"),
    )
    assert [(section.id, dict(section.title), [question.id for question in section.questions])
            for section in found.instrument.sections] == [
        ("one", {}, ["a"]), ("one_2", {"en": "More"}, ["b"]), ("one_3", {"en": "Uploads"}, []), ("two", {}, ["c"]),
    ]  # fmt: skip
    a, _, c = questions(found.instrument)
    assert a.help == {"en": "Have a look"}
    assert (c.required, c.identifying, c.notes) == (True, True, {"en": "for the team"})


def test_the_answer_to_a_field_is_repeated_in_a_text_where_it_can_be() -> None:
    _, _, question = asked(
        field("name", identifier="y"), field("city"), field("q", label="[name], do you like [city]? [sic]")
    )
    assert question.label == {"en": "[name], do you like ${city}? [sic]"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "This is a workbook or an archive. Save the table in it as CSV"),
        (b"a,b\x00c", "This is no text."),
        (b"colour,size\nred,5", "Row 1 has no column “Variable / Field Name”."),
        (b"field_name,field_type,field_label,field_label\n", "Row 1 names the column “field_label” twice."),
        (dictionary(), "Row 2 is missing: put a row below the heading for each field."),
        (dictionary(field("a"), field("")), "Row 3 has no name."),
        (dictionary(field("a", "")), "Row 2, “a”, has no field type."),
        (dictionary(field("a", "txt")), "Row 2, “a”, has the field type “txt”, which REDCap does not know."),
        (dictionary(field("a"), field("A")), "Row 3 has the same name as row 2, “A”. Give one of them another."),
        (dictionary(field("a", "radio")), "Row 2, “a”, has no choices."),
        (dictionary(field("a", "radio", choices="1, A | 1, B")), "Row 2, “a”, has the code “1” twice."),
        (dictionary(field("a")) + b'b,"x', "Row 3 cannot be read:"),
        (dictionary(field("a")) + b"," * 20 + b"x", "Row 3 has more cells than the heading."),
        (dictionary(field("a", label="x" * 100_001)), "Row 2 holds more than 100000 characters in one cell."),
        (dictionary(RECORD), "Nothing in this file can be asked up to row 2, “record_id”."),
    ],
)
def test_what_cannot_be_read_names_its_row_and_what_to_do(data: bytes, said: str) -> None:
    found = taken_or_refused(data)
    assert isinstance(found, str)
    assert found.startswith(said)


def test_a_dictionary_may_be_encoded_and_separated_in_the_usual_ways() -> None:
    wanted = read(dictionary(field("a", label="Été")), "x.csv").instrument
    text = dictionary(field("a", label="Été")).decode()
    for data in (
        text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252"),
        text.replace("\r\n", "\r").encode(), dictionary(field("a", label="Été"), delimiter=";"),
        dictionary(field("a", label="Été"), delimiter="\t"), b"sep=,\n" + text.encode(),
    ):  # fmt: skip
        assert read(data, "x.csv").instrument == wanted


def test_names_of_columns_that_the_program_itself_uses_or_once_used_are_understood() -> None:
    new = (
        b"field_name,form_name,field_type,field_label,select_choices_or_calculations,required_field\n"
        b'a,f,radio,A,"1, B",y'
    )
    old = (
        b"Field Label,Field Type,Choices OR Calculations,Variable / Field Name,Form Name,Required Field?,Colour\n"
        b'A,radio,"1, B",a,f,y,red'
    )
    assert read(new, "x.csv").instrument == read(old, "x.csv").instrument
    assert said(read(old, "x.csv"), Fate.LEFT_OUT) == [
        "file, heading: The column “Colour” is not known here and was not read."
    ]


_cells = st.one_of(
    st.sampled_from(["", "y", "1, A | 2, B", "[a]='1'", "[b(1)]=1 or [c]>3", "m", "g", "@HIDDEN", "5", "today"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
_types = st.sampled_from(TYPES.split(", "))
_NAMES = ("a", "b", "c", "d_1", "E", "1f", "g", "é", "x__y")


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=8, unique=True))
    found = []
    for name in names:
        row = {column: draw(_cells) for column in HEADINGS if draw(st.integers(0, 3)) == 0}
        row |= {"variable": name, "type": draw(_types), "form": draw(st.sampled_from(["f", "g"]))}
        if draw(st.booleans()):
            row["choices"] = draw(st.sampled_from(["1, A | 2, B", "1, A", "x y, <i>Z</i> | 0, "]))
        if draw(st.booleans()):
            row |= {"matrix": "m", "ranking": draw(st.sampled_from(["", "y"]))}
        if draw(st.booleans()):
            row["validation"] = draw(st.sampled_from([*VALIDATIONS, "nonsense"]))
        found.append(row)
    return found


@LAW
@given(_rows())
def test_any_dictionary_is_taken_whole_with_every_row_accounted_for_or_refused_with_its_row(rows: list[Row]) -> None:
    found = taken_or_refused(dictionary(*rows))
    if isinstance(found, str):
        assert "row " in found.lower()
        return
    assert [line.place for line in found.lines if "," not in line.place] == [
        "file", *(f"row {number}" for number in range(2, len(rows) + 2))
    ]  # fmt: skip
    assert from_json(to_json(found.instrument)) == found.instrument
    places = {(one.place, str(one.sentence)) for one in inspect(found.instrument) if one.severity is Severity.ERROR}
    # What is left to mend is what a dictionary itself says wrongly: limits, and more answers asked for than there are.
    assert {place for place, _ in places} <= {
        "least",
        "earliest",
        "at_most",
        "at_least",
        "most",
        "shortest",
        "sections",
    }


@LAW
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(FormUnreadable):
        read(data, "x.csv")


def test_a_long_dictionary_is_read_in_seconds() -> None:
    rows = [
        field(f"q{at}", "radio", choices="1, A | 2, B", branching=f"[q{at - 1}]='1'" if at else "")
        for at in range(2000)
    ]
    assert len(list(questions(imported(*rows).instrument))) == 2000
