"""Instruments on paper: PDF and Word say the same, in each language, with version and fingerprint on every page."""

import io
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from pypdf import PdfReader

from instruments import shelf
from instruments.canonical import fingerprint
from instruments.definition import Instrument, Question, Role, Section, questions
from instruments.foreign import printed_docx, printed_pdf
from instruments.foreign.printed_pdf import NoLetters
from instruments.foreign.printed_sheet import Block, Item, sheet
from instruments.foreign.printed_words import _ENGLISH, _FRENCH
from instruments.kinds import (
    Date,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from tests.instruments.making import asked, instruments, of_questions, of_sections, options, rows

AT = datetime(2026, 11, 30, 9, 15, tzinfo=UTC)
GUIDE = shelf.load(shelf.LIST_1[-1])
SURVEY = shelf.load(shelf.SHORT_SURVEY)


def pdf(instrument: Instrument, language: str = "en", number: int | None = 4) -> PdfReader:
    return PdfReader(io.BytesIO(printed_pdf.write(instrument, language=language, number=number, at=AT)))


def word(instrument: Instrument, language: str = "en", number: int | None = 4) -> Document:
    return docx.Document(io.BytesIO(printed_docx.write(instrument, language=language, number=number, at=AT)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def words_in(document: Document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(paragraph.text for paragraph in document.paragraphs), *cells]).split())


def headings(document: Document) -> list[tuple[str, str]]:
    found = [(str(one.style.name if one.style else ""), one.text) for one in document.paragraphs]
    return [(style, text) for style, text in found if style.startswith("Heading")]


def blocks(question: Question, *more: Question) -> list[Block]:
    """What stands below the last question."""
    return list(sheet(of_questions(question, *more), "en", 1).chapters[0].parts[-1].blocks)


@pytest.mark.parametrize("instrument", [GUIDE, SURVEY], ids=["guide", "survey"])
def test_every_question_option_and_probe_is_on_both_papers(instrument: Instrument) -> None:
    on_pdf, in_word = text_of(pdf(instrument)), words_in(word(instrument))
    for question in questions(instrument):
        # A narrow column breaks lines within words, and pypdf then reads spaces there.
        assert "".join(question.label["en"].split()) in "".join(on_pdf.split())
        assert " ".join(question.label["en"].split()) in in_word
        if isinstance(question.kind, Topic):
            assert all(probe.label["en"] in on_pdf and probe.label["en"] in in_word for probe in question.kind.probes)
        if isinstance(question.kind, SingleChoice | MultipleChoice | Rank):
            assert all(one.label["en"] in on_pdf and one.label["en"] in in_word for one in question.kind.options)


@pytest.mark.parametrize("instrument", [GUIDE, SURVEY], ids=["guide", "survey"])
def test_version_and_fingerprint_stand_in_the_footer_of_every_page(instrument: Instrument) -> None:
    mark = fingerprint(instrument)
    for page in pdf(instrument).pages:
        said = "".join(page.extract_text().split())
        assert "Version4" in said
        assert mark in said
    footer = word(instrument).sections[0].footer
    assert "Version 4" in footer.paragraphs[0].text
    assert mark in footer.paragraphs[1].text
    fields = [one.get(qn("w:instr")) for one in footer.paragraphs[0]._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_a_draft_says_that_it_is_one() -> None:
    assert "Draft" in text_of(pdf(SURVEY, number=None))
    assert "Draft" in word(SURVEY, number=None).sections[0].footer.paragraphs[0].text


def test_the_pdf_is_tagged_and_says_its_title_and_language() -> None:
    reader = pdf(GUIDE)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Guide for mentees (List 1)"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_word_document_has_real_headings_a_table_with_a_head_and_nobody_who_made_it() -> None:
    document = word(SURVEY)
    assert headings(document)[:3] == [
        ("Heading 1", "Short survey before the interview"),
        ("Heading 2", "About you"),
        ("Heading 3", "1  Which of these describes your work best?"),
    ]
    assert document.tables[0].rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert (document.core_properties.author, document.core_properties.language) == ("", "en")


@pytest.mark.parametrize("write", [printed_pdf.write, printed_docx.write])
def test_the_same_version_is_the_same_paper_byte_for_byte(write: object) -> None:
    assert callable(write)
    first = write(GUIDE, language="en", number=4, at=AT)
    assert first == write(GUIDE, language="en", number=4, at=AT)
    assert first != write(GUIDE, language="en", number=5, at=AT)


def test_a_paper_is_in_the_language_that_is_asked_for_and_so_are_its_own_words() -> None:
    question = Question(id="q", kind=YesNo(), label={"en": "Why?", "fr": "Pourquoi ?"}, required=True)
    instrument = of_questions(question, languages=("en", "fr"), title={"en": "It", "fr": "Le titre"})
    for said in (text_of(pdf(instrument, "fr")), words_in(word(instrument, "fr"))):
        assert "Pourquoi ?" in said
        assert "Le titre" in said
        assert "Oui" in said
        assert "Une réponse est nécessaire." in said
        assert "Why?" not in said


@pytest.mark.parametrize("label", ["Γιατί;", "Почему?", "למה?", "لماذا؟", "क्यों?", "Tại sao?"])
def test_letters_that_the_fonts_have_are_set(label: str) -> None:
    assert pdf(of_questions(asked(YesNo()), title={"en": label})).pages


@pytest.mark.parametrize(
    "label", ["あなたに指導者はいますか。", "你现在有导师吗？请说明原因。", "คุณมีที่ปรึกษาหรือไม่ เพราะเหตุใด"]
)
def test_a_language_without_letters_is_refused_for_pdf_with_what_to_do_and_set_in_word(label: str) -> None:
    instrument = of_questions(asked(YesNo()), title={"en": label})
    with pytest.raises(NoLetters) as caught:
        pdf(instrument)
    assert "Choose the Word document" in caught.value.public
    assert word(instrument).paragraphs[0].text == label


def test_a_strange_letter_among_others_is_spelled_and_not_lost() -> None:
    assert "[U+738B]" in text_of(pdf(of_questions(asked(YesNo()), title={"en": "Dear 王"})))


def test_what_runs_from_right_to_left_does_so_in_word() -> None:
    instrument = of_questions(asked(YesNo()), languages=("ar",), title={"ar": "استبيان"})
    normal = word(instrument, "ar").styles["Normal"]
    assert normal.element.find(f".//{qn('w:bidi')}") is not None


def test_control_characters_keep_no_paper_from_being_made() -> None:
    instrument = of_questions(asked(YesNo()), title={"en": "a\x00b\x0bc\ud800"})
    assert pdf(instrument).pages
    assert word(instrument).paragraphs[0].text


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (ShortText(), [Block("field")]),
        (LongText(), [Block("lines", count=4)]),
        (YesNo(), [Block("round", items=(Item("Yes"), Item("No")))]),
        (Number(unit={"en": "kg"}, least=1), [Block("field", "kg, 1 or more")]),
        (Number(most=9), [Block("field", "up to 9")]),
        (Date(precision="month", latest="today"), [Block("field", "year, month")]),
        (SingleChoice(options=options("a")), [Block("own", "Choose one."), Block("round", items=(Item("a"),))]),
        (Scale(first=1, last=3, low={"en": "No"}),
         [Block("scale", items=(Item("1 – No"), Item("2"), Item("3")))]),
        (Matrix(each=YesNo(), rows=rows("x")), [Block("grid", "one", (Item("x"),), ("Yes", "No"))]),
        (Matrix(each=ShortText(), rows=rows("x")), [Block("hint", "x"), Block("field")]),
        (Rank(options=options("a", "b"), top=1),
         [Block("own", "Number the first 1; 1 stands first."), Block("number", items=(Item("a"), Item("b")))]),
        (Topic(probes=(Probe(id="p", label={"en": "Who"}),)), [
            Block("square", items=(Item("Who"),)),
            Block("scale", items=(Item("asked"), Item("skipped"), Item("declined"))),
            Block("lines", "Notes", count=6),
        ]),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_each_kind_of_question_has_its_place_to_answer(kind: Kind, made: list[Block]) -> None:
    assert blocks(asked(kind)) == made


def test_own_words_have_a_line_and_declining_a_box() -> None:
    other = Option(code="o", label={"en": "Other"}, words=True)
    assert blocks(asked(MultipleChoice(options=(other,)), may_decline=True, identifying=True)) == [
        Block("own", "Choose any that apply."),
        Block("square", items=(Item("Other", line=True),)),
        Block("round", items=(Item("I prefer not to answer this"),)),
        Block("own", "Says who somebody is; kept apart from the answers."),
    ]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("${one} = 'a'", "Only if 1 is “Option A”."),
        (
            "${one} != 'a' or ${n} > 3 and ${yn} = 'no'",
            "Only if 1 is not “Option A” or (2 is more than 3 and 3 is “No”).",
        ),
        ("selected(${one}, 'a')", "Only if 1 includes “Option A”."),
        ("${n} = ''", "Only if 2 is not answered."),
        ("${n} != ''", "Only if 2 is answered."),
        ("${n}", "Only if 2 is answered."),
        ("not(${n} >= 3)", "Only if it is not so that 2 is at least 3."),
        ("${m.x} = 'yes'", "Only if 4 “x” is “Yes”."),
        ("count-selected(${one}) <= 2", "Only if the number of choices in 1 is at most 2."),
        ("string-length(${one}) < 2", "Only if the length of 1 is less than 2."),
        ("this is none", "Only if this is none."),
    ],
)
def test_conditions_are_said_in_words_with_the_numbers_of_questions(condition: str, said: str) -> None:
    one = SingleChoice(options=(Option(code="a", label={"en": "Option A"}),))
    before = (
        asked(one, "one"),
        asked(Number(), "n"),
        asked(YesNo(), "yn"),
        asked(Matrix(each=YesNo(), rows=rows("x")), "m"),
    )
    assert blocks(*before, asked(LongText(), relevant=condition))[0] == Block("own", said)


def test_an_answer_that_is_repeated_is_called_by_its_number() -> None:
    question = Question(id="b", kind=YesNo(), label={"en": "And ${a}?"})
    assert (
        sheet(of_questions(asked(YesNo(), "a"), question), "en", 1).chapters[0].parts[1].label == "And [answer to 1]?"
    )


def test_headings_skip_no_level_where_a_section_has_no_title() -> None:
    instrument = of_sections(Section(id="a", questions=(asked(YesNo(), "q"),)))
    assert [style for style, _ in headings(word(instrument))] == ["Heading 1", "Heading 2"]
    assert pdf(instrument).pages


def test_the_papers_own_words_are_all_there_in_french() -> None:
    for name in _ENGLISH.__dataclass_fields__:
        english, french = getattr(_ENGLISH, name), getattr(_FRENCH, name)
        assert french
        assert english.count("{}") == french.count("{}")


@settings(max_examples=15, deadline=None)
@given(instruments())
def test_any_instrument_is_set_as_pdf_and_as_word(instrument: Instrument) -> None:
    for language in instrument.languages:
        assert words_in(word(instrument, language)).count("Version 4") == 1
        try:
            assert pdf(instrument, language).pages
        except NoLetters:
            assert not repr(instrument).isascii()


def test_a_guide_has_a_head_to_fill_in_and_a_survey_has_none() -> None:
    assert sheet(GUIDE, "en", 4).heads == ("Participant", "Date", "Interviewer")
    assert sheet(SURVEY, "en", 1).heads == ()
    assert GUIDE.role is Role.GUIDE


def test_the_parts_of_a_word_document_bear_the_moment_of_the_document() -> None:
    data = printed_docx.write(SURVEY, language="en", number=1, at=AT)
    with ZipFile(io.BytesIO(data)) as zipped:
        assert {one.date_time for one in zipped.infolist()} == {(2026, 11, 30, 9, 15, 0)}
