"""What readers of other programs' files share: names, plain texts, tables, and conditions that can stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.definition import CODE, ID, Instrument, Question, Section, find
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable
from instruments.foreign.csv_tables import read_table
from instruments.foreign.markup import has_markup, plain
from instruments.foreign.naming import LONGEST, Names
from instruments.foreign.rows import Rows
from instruments.foreign.settling import settle
from instruments.inspecting_conditions import inspect_conditions
from instruments.kinds import Number, YesNo
from tests.instruments.making import asked, instruments, of_questions, of_sections

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(st.lists(any_text, max_size=12))
def test_every_id_is_one_and_no_two_are_alike_even_in_other_capitals(said: list[str]) -> None:
    names = Names()
    given_names = [names.id(one) for one in said]
    assert all(ID.fullmatch(name) for name in given_names)
    assert len({name.casefold() for name in given_names}) == len(said)


@given(st.lists(any_text, max_size=12))
def test_every_code_is_one_and_no_two_are_alike(said: list[str]) -> None:
    names = Names()
    codes = [names.code(one) for one in said]
    assert all(CODE.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(said)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("age", "age"), ("Age_2", "Age_2"), ("état civil", "etat_civil"), ("1st", "q_1st"), ("年齢", "q"), ("", "q"),
        ("a--b", "a_b"), ("x" * 99, "x" * LONGEST),
    ],
)  # fmt: skip
def test_a_name_stays_what_it_was_as_far_as_it_can(said: str, name: str) -> None:
    assert Names().id(said) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    names = Names(["age"])
    assert [names.id("Age"), names.id("age"), names.id("x" * 80), names.id("x" * 80)] == [
        "Age_2", "age_3", "x" * LONGEST, "x" * (LONGEST - 2) + "_2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain  text ", "plain  text"),
        ("a < b & c > d", "a < b & c > d"),
        ("for those <18 years> old, AT&T", "for those <18 years> old, AT&T"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<b>bold</b>&nbsp;&amp; <i class='x'>not</i>", "bold & not"),
        ('<a href="https://x.org">here</a> <a href="javascript:x">there</a>', "here (https://x.org) there"),
        ('<a href="https://x.org"></a>', "https://x.org"),
        ('<img alt="A map" src="x"> <img src="y">', "[A map]"),
        ("a<!-- <b>hidden</b> -->b", "ab"),
        ("<style>p {}</style><script>alert(1)</script>text", "text"),
        ("<table><tr><th>A</th><td>B</td></tr><tr><td>C</td></tr></table>", "A B\n\nC"),
        ("<!-- never closed <b>x</b>", "<!-- never closed x"),
        ("line\nbreak <b>x</b>", "line break x"),
    ],
)  # fmt: skip
def test_html_becomes_what_a_reader_would_see(said: str, shown: str) -> None:
    assert plain(said) == shown


def test_line_breaks_of_the_file_can_be_those_of_the_page() -> None:
    assert plain("line\nbreak <b>x</b>", lines=True) == "line\nbreak x"


@given(any_text)
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert has_markup(text) or plain(text) == text.strip()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<a ", '<a href="', "<b>", "<!--", "</", "<a><a>", "<a></a>", "<p>", "&#", "<ul><li>"]
)
def test_no_markup_keeps_anybody_waiting(piece: str) -> None:
    plain("<b>" + piece * (100_000 // len(piece)))


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n1,2\n", [("a", "b"), ("1", "2")]),
        (b"a;b\r\n1;2", [("a", "b"), ("1", "2")]),
        (b"a\tb\r1\t2", [("a", "b"), ("1", "2")]),
        (b'a,b\n"1\r\n2","x ""y"""', [("a", "b"), ("1\n2", 'x "y"')]),
        (b"sep=;\na;b", [("a", "b")]),
    ],
)
def test_a_table_is_read_as_a_spreadsheet_would(data: bytes, rows: list[tuple[str, ...]]) -> None:
    assert list(read_table(data).rows) == rows


def test_a_table_in_windows_encoding_is_read_with_a_note() -> None:
    table = read_table("a,é".encode("cp1252"))
    assert table.rows == (("a", "é"),)
    assert str(table.notes[0]).startswith("The file is not encoded in UTF-8, so it was read as Windows-1252.")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(FormUnreadable, match="there is room for 20000 rows"):
        read_table(b"a\n" * 20_002)


def test_the_account_has_each_row_once_and_below_it_what_was_not_taken() -> None:
    rows = Rows()
    rows.open("row 2", "a")
    changed = rows.open("row 3", "b")
    changed.changes("label", "It is plain now.")
    changed.loses("logic", "It calculates.")
    gone = rows.open("row 4", "c")
    gone.changes("label", "It is plain now.")
    gone.leave_out("It asks nobody.")
    gone.leave_out("Said too late.")
    assert [(line.place, line.fate, str(line.sentence)) for line in rows.lines()] == [
        ("row 2", Fate.TAKEN, "Taken as it is."),
        ("row 3", Fate.CHANGED, "Taken, except for what the other lines about this row say."),
        ("row 3, label", Fate.CHANGED, "It is plain now."),
        ("row 3, logic", Fate.LEFT_OUT, "It calculates."),
        ("row 4", Fate.LEFT_OUT, "It asks nobody."),
    ]


@given(instruments())
def test_sound_conditions_are_left_as_they_are(instrument: Instrument) -> None:
    settled, dropped = settle(instrument)
    guilty = [one for one in inspect_conditions(settled) if one.severity is Severity.ERROR]
    assert guilty == []
    if not dropped:
        assert settled == instrument


def test_what_cannot_stand_goes_with_its_reason_and_the_question_stays() -> None:
    instrument = of_sections(
        Section(id="one", relevant="${b} = 'yes'", questions=(asked(YesNo(), "a", relevant="${gone} = 1"),)),
        Section(id="two", questions=(
            asked(YesNo(), "b"), asked(YesNo(), "name", identifying=True),
            asked(YesNo(), "c", relevant="${name} = 'yes'"), asked(Number(), "d", constraint="${c} = 'maybe'"),
            asked(YesNo(), "e", relevant="${b} = 'yes'"),
        )),
    )  # fmt: skip
    settled, dropped = settle(instrument)
    assert [(one.section, one.question, str(one.sentence).partition(": ")[2]) for one in dropped] == [
        ("one", "", "“b” is asked later. Move that question up and write the condition again."),
        ("one", "a", "there is no question “gone” here to look at."),
        ("two", "c", "“name” says who somebody is, and is kept apart."),
        ("two", "d", "it does not fit the answers that can be given. Write it again."),
    ]
    kept = find(settled, "e")
    assert kept
    assert kept.relevant == "${b} = 'yes'"
    assert settled.sections[0].relevant == ""


def test_an_answer_that_is_not_known_is_repeated_in_no_text() -> None:
    question = Question(id="b", kind=YesNo(), label={"en": "${a}, ${c} and ${b}"}, help={"en": "${c}"})
    settled, dropped = settle(of_questions(asked(YesNo(), "a"), question, asked(YesNo(), "c")))
    found = find(settled, "b")
    assert found
    assert (found.label, found.help) == ({"en": "${a}, [c] and [b]"}, {"en": "[c]"})
    assert [one.part for one in dropped] == ["text", "text"]
