"""LimeSurvey's survey files: every group, question, line and answer is accounted for, in every language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from instruments.definition import Instrument, Question, find, from_json, questions, to_json
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.limesurvey import read
from instruments.foreign.limesurvey_kinds import _LEFT_OUT, _TYPES
from instruments.inspection import inspect
from instruments.kinds import (
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
    options_of,
)
from tests.house.tree import ROOT

OTHERS = ROOT.parent / "shared/forms/limesurvey"
LAW = settings(max_examples=100, deadline=None)

Words = Mapping[str, str] | str


@dataclass
class Ask:
    """A question of a survey that is written below."""

    type: str
    title: str = "q"
    text: Words = "Q?"
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    answers: Sequence[str] = ()
    second: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    relevance: str = "1"
    other: str = "N"
    mandatory: str = "N"
    preg: str = ""
    help: Words = ""


def _table(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    cells = "".join(
        "<row>" + "".join(f"<{key}>{escape(value)}</{key}>" for key, value in row.items()) + "</row>" for row in rows
    )
    return f"<{name}><rows>{cells}</rows></{name}>"


def survey(*asks: Ask, languages: Sequence[str] = ("en",), new: bool = True, more: str = "", group: str = "") -> bytes:
    """A survey of one group as LimeSurvey writes it: since version 4 (``new``), or before."""
    tables: dict[str, list[dict[str, str]]] = {name: [] for name in (
        "groups", "group_l10ns", "questions", "subquestions", "question_l10ns", "answers", "answer_l10ns",
        "question_attributes",
    )}  # fmt: skip

    def put(table: str, apart: str, key: str, row: dict[str, str], **texts: Words) -> None:
        said = [
            {name: words if isinstance(words, str) else words.get(language, "") for name, words in texts.items()}
            | {"language": language, key: row[key]}
            for language in languages
        ]
        if new:
            tables[table].append(row)
            tables[apart] += said
        else:
            tables[table] += [row | one for one in said]

    put("groups", "group_l10ns", "gid", {"gid": "2", "group_order": "0", "grelevance": group},
        group_name="One", description="")  # fmt: skip
    for at, ask in enumerate(asks):
        qid = str(10 + at)
        base = {"sid": "1", "gid": "2", "preg": "", "other": "N", "mandatory": "N", "relevance": "1"}
        put("questions", "question_l10ns", "qid", base | {
            "qid": qid, "parent_qid": "0", "type": ask.type, "title": ask.title, "question_order": str(at),
            "relevance": ask.relevance, "other": ask.other, "mandatory": ask.mandatory, "preg": ask.preg,
        }, question=ask.text, help=ask.help)  # fmt: skip
        for scale, codes in (("0", ask.lines), ("1", ask.columns)):
            for place, code in enumerate(codes):
                put("subquestions", "question_l10ns", "qid", base | {
                    "qid": f"{qid}{scale}{place:02}", "parent_qid": qid, "type": ask.type, "title": code,
                    "question_order": str(place), "scale_id": scale,
                }, question=code.upper(), help="")  # fmt: skip
        for scale, codes in (("0", ask.answers), ("1", ask.second)):
            for place, code in enumerate(codes):
                row = {"qid": qid, "code": code, "sortorder": str(place), "scale_id": scale}
                if new:
                    put("answers", "answer_l10ns", "aid", row | {"aid": f"{qid}{scale}{place}"}, answer=code.upper())
                else:
                    tables["answers"] += [
                        row | {"answer": code.upper(), "language": language} for language in languages
                    ]
        tables["question_attributes"] += [
            {"qid": qid, "attribute": name, "value": value} for name, value in ask.settings.items()
        ]
    named = [{"surveyls_language": language, "surveyls_title": f"Survey {language}"} for language in languages]
    parts = [_table(name, rows) for name, rows in tables.items() if rows and (new or "l10n" not in name)]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>'
        f"<languages>{''.join(f'<language>{one}</language>' for one in languages)}</languages>{''.join(parts)}"
        f"{_table('surveys', [{'sid': '1', 'language': languages[0], 'format': 'G'}])}"
        f"{_table('surveys_languagesettings', named)}{more}</document>"
    ).encode()


def imported(*asks: Ask) -> Imported:
    return read(survey(*asks), "s.lss")


def kinds(*asks: Ask) -> list[Kind]:
    return [question.kind for question in questions(imported(*asks).instrument)]


def said(found: Imported, fate: Fate) -> list[str]:
    return [f"{line.place}: {line.sentence}" for line in found.lines if line.fate is fate]


def errors(instrument: Instrument) -> list[str]:
    return [one.place for one in inspect(instrument) if one.severity is Severity.ERROR]


def rows(*codes: str) -> tuple[Row, ...]:
    return tuple(Row(id=code, label={"en": code.upper()}) for code in codes)


def options(*codes: str, words: bool = False, exclusive: bool = False) -> tuple[Option, ...]:
    return tuple(Option(code=code, label={"en": code.upper()}, words=words, exclusive=exclusive) for code in codes)


def of_words(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(code=code, label={"en": label}) for code, label in labels.items())


def _parts_in(data: bytes) -> int:
    """How many groups, questions, lines and answers a file has, counted once for all languages."""
    root = etree.fromstring(data)
    found: set[tuple[str, ...]] = set()
    for table, keys in (("groups", ("gid",)), ("questions", ("qid",)), ("subquestions", ("qid",))):
        found |= {(table, *(row.findtext(key) or "" for key in keys)) for row in root.iterfind(f"{table}/rows/row")}
    for row in root.iterfind("answers/rows/row"):
        found.add(("answers", *(row.findtext(key) or "" for key in ("qid", "scale_id", "code"))))
    return len(found)


@pytest.mark.skipif(not OTHERS.is_dir(), reason="the forms that others made are not beside the project")
@pytest.mark.parametrize("file", sorted(OTHERS.glob("*.lss")), ids=lambda file: file.stem)
def test_a_survey_that_others_made_is_taken_with_every_part_accounted_for(file: Path) -> None:
    data = file.read_bytes()
    found = read(data, file.name)
    heads = [line.place for line in found.lines if "," not in line.place]
    assert len(heads) == len(set(heads))
    assert sum(place.startswith(("group ", "question ")) for place in heads) == _parts_in(data)
    # What is left to mend, and said, is what the file itself does not say in one of its languages.
    assert set(errors(found.instrument)) <= {"help"}
    assert from_json(to_json(found.instrument)) == found.instrument


@pytest.mark.parametrize(
    ("ask", "made"),
    [
        (Ask("5"), [Scale(first=1, last=5)]),
        (Ask("A", lines="ab"), [Matrix(each=Scale(first=1, last=5), rows=rows("a", "b"))]),
        (Ask("B", lines="a"), [Matrix(each=Scale(first=1, last=10), rows=rows("a"))]),
        (Ask("C", lines="a"),
         [Matrix(each=SingleChoice(options=of_words(Y="Yes", U="Uncertain", N="No")), rows=rows("a"))]),
        (Ask("E", lines="a"),
         [Matrix(each=SingleChoice(options=of_words(I="Increase", S="Same", D="Decrease")), rows=rows("a"))]),
        (Ask("F", lines="ab", answers="xy"),
         [Matrix(each=SingleChoice(options=options("x", "y")), rows=rows("a", "b"))]),
        (Ask("H", lines="a", answers="x"), [Matrix(each=SingleChoice(options=options("x")), rows=rows("a"))]),
        (Ask("1", lines="a", answers="x", second="y"), [
            Matrix(each=SingleChoice(options=options("x")), rows=rows("a")),
            Matrix(each=SingleChoice(options=options("y")), rows=rows("a")),
        ]),
        (Ask(":", lines="a", columns="xy"), [Matrix(each=Scale(first=1, last=10), rows=rows("a"))] * 2),
        (Ask(":", lines="a", columns="x", settings={"input_boxes": "1", "multiflexible_max": "7"}),
         [Matrix(each=Number(most=7, decimals=10), rows=rows("a"))]),
        (Ask(":", lines="a", columns="xy", settings={"multiflexible_checkbox": "1"}),
         [Matrix(each=MultipleChoice(options=options("x", "y")), rows=rows("a"))]),
        (Ask(";", lines="a", columns="x"), [Matrix(each=ShortText(), rows=rows("a"))]),
        (Ask("K", lines="a", settings={"num_value_int_only": "1"}), [Matrix(each=Number(), rows=rows("a"))]),
        (Ask("Q", lines="a", settings={"maximum_chars": "9"}), [Matrix(each=ShortText(longest=9), rows=rows("a"))]),
        (Ask("N", settings={"min_num_value_n": "1", "max_num_value_n": "2.5", "suffix": "kg"}),
         [Number(unit={"en": "kg"}, least=1, most=2.5, decimals=10)]),
        (Ask("S"), [ShortText()]),
        (Ask("S", preg="/^[0-9]{2}$/"), [ShortText(pattern="[0-9]{2}")]),
        (Ask("S", preg="/a|b/"), [ShortText(pattern=".*(a|b).*")]),
        (Ask("S", settings={"numbers_only": "1"}), [Number(decimals=10)]),
        (Ask("T", settings={"maximum_chars": "99"}), [LongText(longest=99)]),
        (Ask("U"), [LongText()]),
        (Ask("D", settings={"date_min": "1910-01-01"}), [Date(earliest="1910-01-01")]),
        (Ask("Y"), [YesNo()]),
        (Ask("G"), [SingleChoice(options=of_words(F="Female", M="Male"))]),
        (Ask("L", answers="xy"), [SingleChoice(options=options("x", "y"))]),
        (Ask("!", answers="x", other="Y"), [SingleChoice(options=(
            *options("x"), Option(code="-oth-", label={"en": "Other"}, words=True)))]),
        (Ask("O", answers="x"), [SingleChoice(options=options("x")), LongText()]),
        (Ask("M", lines="ab", settings={"exclude_all_others": "b", "min_answers": "1", "max_answers": "2"}),
         [MultipleChoice(options=(*options("a"), *options("b", exclusive=True)), at_least=1, at_most=2)]),
        (Ask("M", lines=["other"], other="Y", settings={"other_replace_text": "Else"}), [MultipleChoice(options=(
            *options("other"), Option(code="other_2", label={"en": "Else"}, words=True)))]),
        (Ask("P", lines="a"), [MultipleChoice(options=options("a", words=True))]),
        (Ask("R", answers="xyz", settings={"max_answers": "2"}), [Rank(options=options("x", "y", "z"), top=2)]),
        (Ask("X"), [Information()]),
    ],
    ids=lambda value: value.type if isinstance(value, Ask) else "",
)  # fmt: skip
@pytest.mark.parametrize("new", [True, False], ids=["since 4", "before 4"])
def test_each_type_of_question_becomes_its_kind_in_both_ways_to_write_it(ask: Ask, made: list[Kind], new: bool) -> None:
    found = read(survey(ask, Ask("Y", "last"), new=new), "s.lss")
    assert [question.kind for question in questions(found.instrument)] == [*made, YesNo()]
    assert errors(found.instrument) == []


def test_a_question_that_asks_several_things_says_so_and_names_each() -> None:
    found = imported(Ask(":", "price", "Price?", lines="a", columns=["min", "max"]))
    assert [(one.id, one.label["en"]) for one in questions(found.instrument)] == [
        ("price_min", "Price? – MIN"), ("price_max", "Price? – MAX"),
    ]  # fmt: skip
    assert "question price (10), type: It asks more than one thing of each line, so it became 2 questions." in said(
        found, Fate.CHANGED
    )


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (Ask("*", "gone"), "It is worked out from other answers"),
        (Ask("|", "gone"), "A file cannot be handed in"),
        (Ask("I", "gone"), "Whoever answers can always choose the language"),
        (Ask("?", "gone"), "“?” is no type of question that is known here."),
        (Ask("S", "gone", settings={"hidden": "1"}), "It is hidden from whoever answers"),
        (Ask("L", "gone"), "It has no lines or answers"),
    ],
)
def test_what_asks_nobody_is_left_out_and_says_so(ask: Ask, why: str) -> None:
    found = imported(Ask("S"), ask)
    assert [question.id for question in questions(found.instrument)] == ["q"]
    assert any(line.startswith(f"question gone (11): {why}") for line in said(found, Fate.LEFT_OUT))


LOOKED_AT = (
    Ask("Y", "yn"),
    Ask("N", "num"),
    Ask("L", "list", answers="ab", other="Y"),
    Ask("M", "multi", lines="ab", other="Y"),
    Ask("F", "arr", lines="xy", answers="12"),
    Ask("S", "words"),
    Ask("1", "dual", lines="x", answers="1", second="2"),
    Ask(":", "ticks", lines="x", columns="cd", settings={"multiflexible_checkbox": "1"}),
)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ('yn == "Y"', "${yn} = 'yes'"),
        ('((yn.NAOK == "N"))', "${yn} = 'no'"),
        ('yn != "Y" and num.NAOK >= 18', "${yn} != 'yes' and ${num} >= 18"),
        ("num > '5' || num lt 3", "${num} > 5 or ${num} < 3"),
        ("!is_empty(num) && is_empty(words)", "${num} != '' and ${words} = ''"),
        ('list.NAOK eq "a" or list == "-oth-"', "${list} = 'a' or ${list} = '-oth-'"),
        ('multi_a.NAOK == "Y"', "selected(${multi}, 'a')"),
        ('1X2X13b.NAOK == "Y" or 1X2X13other == "Y"', "selected(${multi}, 'b') or selected(${multi}, 'other')"),
        ('is_empty(multi_a) or multi_b == ""', "not(selected(${multi}, 'a')) or not(selected(${multi}, 'b'))"),
        ("count(that.multi) > 1", "count-selected(${multi}) > 1"),
        ('arr_x == "2"', "${arr.x} = '2'"),
        ('1X2X14y.NAOK == "1"', "${arr.y} = '1'"),
        ('dual_x_1 == "2" and 1X2X16x#0 == "1"', "${dual_1.x} = '2' and ${dual_0.x} = '1'"),
        ('ticks_x_d == "1"', "selected(${ticks.x}, 'd')"),
        ("strlen(words) > 3", "string-length(${words}) > 3"),
        ("{num > 1}", "${num} > 1"),
        ("!(num > 1)", "not(${num} > 1)"),
        ("1", ""),
        ("", ""),
    ],
)
def test_a_relevance_equation_becomes_a_condition(there: str, here: str) -> None:
    found = imported(*LOOKED_AT, Ask("S", relevance=there))
    question = find(found.instrument, "q")
    assert question
    assert question.relevant == here


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("num + 1 > 2", "It calculates, which no condition does here."),
        ("regexMatch('/a/', words)", "It calculates with regexMatch(), which no condition does here."),
        ("nobody == 1", "There is no question “nobody” here to look at."),
        ("list_other == 'x'", "list_other is known to LimeSurvey only."),
        ("num.question == 'x'", "num.question is known to LimeSurvey only."),
        ("count(multi_a, multi_b) > 1", "It counts some of the options"),
        ("yn == 'maybe'", "“maybe” is none of the answers that can be given."),
        ("num > 1 ? 1 : 0", "“?” is not understood in it."),
        ("num >", "It ends too early."),
    ],
)
def test_an_equation_that_cannot_be_said_is_left_out_with_the_reason_and_the_question_is_taken(
    there: str, why: str
) -> None:
    found = imported(*LOOKED_AT, Ask("S", relevance=there))
    question = find(found.instrument, "q")
    assert question
    assert question.relevant == ""
    assert any(line.startswith(f"question q (18), relevance equation: {why}") for line in said(found, Fate.LEFT_OUT))


def test_conditions_of_old_surveys_count_where_there_is_no_equation() -> None:
    condition = {"qid": "18", "scenario": "1", "method": "=="}
    told = [
        condition | {"cid": "1", "cfieldname": "1X2X10", "value": "Y"},
        condition | {"cid": "2", "cfieldname": "1X2X12", "value": "a"},
        condition | {"cid": "3", "cfieldname": "1X2X12", "value": "b"},
        condition | {"cid": "4", "cfieldname": "+1X2X13a", "value": "Y", "scenario": "2"},
    ]
    found = read(survey(*LOOKED_AT, Ask("S"), more=_table("conditions", told)), "s.lss")
    question = find(found.instrument, "q")
    assert question
    assert question.relevant == ("${yn} = 'yes' and (${list} = 'a' or ${list} = 'b') or selected(${multi}, 'a')")
    assert [line.place for line in found.lines if line.place.startswith("condition")] == [
        f"condition {number}" for number in (1, 2, 3, 4)
    ]


def test_an_array_filter_becomes_the_condition_of_each_line_and_option() -> None:
    found = imported(
        Ask("M", "source", lines="abc"),
        Ask("F", "shown", lines="ab", answers="1", settings={"array_filter": "source"}),
        Ask("L", "hidden", answers="ab", settings={"array_filter_exclude": "source"}),
        Ask("M", "again", lines="a", settings={"array_filter": "shown"}),
    )
    _, shown, hidden, again = questions(found.instrument)
    assert isinstance(shown.kind, Matrix)
    assert [row.relevant for row in shown.kind.rows] == ["selected(${source}, 'a')", "selected(${source}, 'b')"]
    assert [one.relevant for one in options_of(hidden.kind)] == [
        "not(selected(${source}, 'a'))", "not(selected(${source}, 'b'))",
    ]  # fmt: skip
    assert [one.relevant for one in options_of(again.kind)] == ["${shown.a} != ''"]


def test_html_becomes_plain_text_and_answers_are_repeated_where_they_can_be() -> None:
    text = "<p>You live in <b>{city}</b>&nbsp;({city.question})</p><ul><li>one</li></ul>"
    found = imported(Ask("S", "city"), Ask("S", text=text, help="{q}"))
    _, question = questions(found.instrument)
    assert question.label == {"en": "You live in ${city} ({city.question})\n\n- one"}
    assert question.help == {"en": "[q]"}
    assert said(found, Fate.LEFT_OUT)[-2:] == [
        "question q (11), text: This is worked out there, and stands here as it is: {city.question}. Reword it.",
        "question q (11), text: The text repeats the answer to “q”, which is not known there. It says [q] now; "
        "reword it.",
    ]


def test_every_language_is_taken_under_its_tag_and_what_it_lacks_is_said() -> None:
    ask = Ask("C", text={"de-informal": "Wie?", "fr": "Comment ?", "en": "How?"}, lines="a", help={"fr": "Aide"})
    found = read(survey(ask, languages=("de-informal", "fr", "en", "xx-yy")), "s.lss")
    (question,) = questions(found.instrument)
    assert found.instrument.languages == ("de", "fr", "en", "qaa")
    assert question.label == {"de": "Wie?", "fr": "Comment ?", "en": "How?"}
    assert isinstance(question.kind, Matrix)
    assert options_of(question.kind)[0].label == {"de": "Ja", "fr": "Oui", "en": "Yes", "qaa": "Yes"}
    assert "survey, languages: The language “de-informal” is “de” here." in said(found, Fate.CHANGED)
    assert "question q (10), help: Write this in de, en, qaa." in said(found, Fate.TAKEN)


def test_settings_that_have_no_effect_are_listed_and_what_is_asked_is_kept() -> None:
    found = imported(Ask("S", mandatory="Y", settings={"prefix": "$", "time_limit": "30", "display_columns": "1"}))
    (question,) = questions(found.instrument)
    assert question.required
    assert "question q (10), settings: These settings have no effect here: prefix = $; time_limit = 30." in said(
        found, Fate.LEFT_OUT
    )


GOOD = survey(Ask("S"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Row 1 of the file is no XML"),
        (b"not xml", "Row 1 of the file is no XML"),
        (GOOD[:-40], "Row 1 of the file is no XML"),
        (b"PK\x03\x04", "This is an archive. Unpack it"),
        (b"<document/>", "This is not the structure of a LimeSurvey survey."),
        (GOOD.replace(b"Type>Survey", b"Type>Group"), "This is not the structure of a LimeSurvey survey."),
        (survey(), "There is no question in this file."),
        (survey(Ask("|")), "Nothing in this survey can be asked here"),
        (GOOD.replace(b"<gid>2</gid>", b"<gid>3</gid>", 1), "The question “q” is in a group that is not in the file."),
        (survey(Ask("S", text="x" * 200_001)), "Row 1 of the file begins a text of more than 200000 characters."),
        (b"<" + b"a><" * 100_000, "Row 1 of the file is no XML"),
        (GOOD.replace(b"?>", b"?><!DOCTYPE d>"), "Row 1 of the file declares a document type"),
        (GOOD.replace(b"?>", b'?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>').replace(b"Q?", b"&a;"),
         "Row 1 of the file declares a document type"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(FormUnreadable) as caught:
        read(data, "s.lss")
    assert str(caught.value.said).startswith(said)


def test_a_bomb_of_entities_is_refused_before_it_goes_off() -> None:
    """ASVS 1.5.1, 5.2.3."""
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    bomb = GOOD.replace(b"?>", f'?><!DOCTYPE d [<!ENTITY e0 "boom">{entities}]>'.encode()).replace(b"Q?", b"&e11;")
    with pytest.raises(FormUnreadable):
        read(bomb, "s.lss")


_codes = st.lists(st.sampled_from(["a", "b", "SQ001", "1", "é", "other"]), max_size=3, unique=True)
_texts = st.one_of(
    st.sampled_from(["", "Plain", "<p>Hi {a}</p>", "{if(a==1,'x','y')}", "INSERTANS:1X2X3", "${q}", "<ul><li>x"]),
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=9),
)
_relevances = st.sampled_from([
    "", "1", 'a == "Y"', 'a_SQ001.NAOK == "Y"', "is_empty(b)", "b > 3 and !(a < 2)", "1X2X10a == 'Y'", "x(", "{c}",
])  # fmt: skip


@st.composite
def _asks(draw: st.DrawFn) -> list[Ask]:
    titles = draw(st.lists(st.sampled_from(["a", "b", "c", "1x", "d_e"]), min_size=1, max_size=5))
    return [
        Ask(
            type=draw(st.sampled_from([*_TYPES, *_LEFT_OUT, "?"])),
            title=title,
            text={"en": draw(_texts), "fr": draw(_texts)},
            help={"en": draw(_texts)},
            lines=draw(_codes),
            columns=draw(_codes),
            answers=draw(_codes),
            second=draw(_codes),
            relevance=draw(_relevances),
            other=draw(st.sampled_from("YN")),
            mandatory=draw(st.sampled_from("YNS")),
            preg=draw(st.sampled_from(["", "/^a+$/", "/(?=x)/", "/a/i", "["])),
            settings=draw(
                st.dictionaries(
                    st.sampled_from([
                        "array_filter", "array_filter_exclude", "max_answers", "min_answers", "numbers_only",
                        "exclude_all_others", "multiflexible_max", "multiflexible_checkbox", "hidden", "prefix",
                        "max_num_value_n", "slider_layout", "date_min",
                    ]),
                    st.sampled_from(["", "1", "a", "b;c", "99", "-3", "2.5", "x y"]),
                    max_size=3,
                )
            ),
        )
        for title in titles
    ]  # fmt: skip


@LAW
@given(_asks(), st.booleans(), _relevances)
def test_any_survey_is_taken_whole_with_every_part_accounted_for(asks: list[Ask], new: bool, group: str) -> None:
    data = survey(*asks, languages=("en", "fr"), new=new, group=group)
    try:
        found = read(data, "s.lss")
    except FormUnreadable:
        assert all(ask.type in (*_LEFT_OUT, "?") or ask.settings.get("hidden") == "1" or _empty(ask) for ask in asks)
        return
    heads = [line.place for line in found.lines if "," not in line.place]
    assert sum(place.startswith(("group ", "question ")) for place in heads) == _parts_in(data)
    assert from_json(to_json(found.instrument)) == found.instrument
    conditions = [place for place in errors(found.instrument) if place.endswith(("relevant", "constraint"))]
    assert conditions == []
    told = {line.place.rpartition(", ")[2] for line in found.lines}
    assert set(errors(found.instrument)) <= told


def _empty(ask: Ask) -> bool:
    """Whether a question has nothing to choose from."""
    return not ask.lines or not ask.answers or not ask.columns or not ask.second


@LAW
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormUnreadable):
        read(data, "s.lss")


def test_asked_questions_keep_their_order_and_sections_their_condition() -> None:
    found = read(survey(Ask("Y", "a"), Ask("S", "b"), group="1"), "s.lss").instrument
    assert [question.id for question in questions(found)] == ["a", "b"]
    assert found.sections[0].title == {"en": "One"}
    assert isinstance(found.sections[0].questions[0], Question)
