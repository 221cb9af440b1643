"""REDCap data dictionaries that we write: read back, they are what was written, and what is lost is said."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import shelf
from instruments.condition_parser import parse
from instruments.conditions import Condition, evaluate, printed
from instruments.definition import Instrument, Question, Section, find, questions
from instruments.foreign.account import Fate, FormUnreadable
from instruments.foreign.redcap import read
from instruments.foreign.redcap_writing import write
from instruments.foreign.retelling import retold
from instruments.kinds import (
    Answer,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.sentences import Texts, in_language
from tests.instruments.making import (
    asked,
    conditions,
    instruments,
    of_questions,
    of_sections,
    options,
    rows,
    sound_answers,
)

LAW = settings(max_examples=60, deadline=None)


def written(instrument: Instrument) -> list[dict[str, str]]:
    """The rows of the file, by heading."""
    return list(csv.DictReader(io.StringIO(write(instrument).data.decode(), newline="")))


def lines(instrument: Instrument) -> list[str]:
    return [f"{line.place} {line.name}: {line.sentence}" for line in write(instrument).lines]


def column(name: str, instrument: Instrument) -> dict[str, str]:
    """A column by the name of its field, where something stands in it."""
    return {row["Variable / Field Name"]: row[name] for row in written(instrument) if row[name]}


labels = st.text(st.sampled_from("abc é,;'\".?!0{}"), min_size=1, max_size=12).map(lambda said: f"x{said}x")
_texts = labels.map(lambda said: {"en": said})
_maybe: st.SearchStrategy[Texts] = st.one_of(st.just({}), _texts)


def _options(*, exclusive: bool) -> st.SearchStrategy[tuple[Option, ...]]:
    one = st.builds(Option, code=st.sampled_from(["1", "0", "a", "B", "x_y", "-9"]), label=_texts,
                    exclusive=st.booleans() if exclusive else st.just(value=False))  # fmt: skip
    return st.lists(one, min_size=1, max_size=4, unique_by=lambda option: option.code).map(tuple)


_choices: st.SearchStrategy[SingleChoice | MultipleChoice] = st.one_of(
    st.builds(SingleChoice, options=_options(exclusive=False)),
    st.builds(MultipleChoice, options=_options(exclusive=True), at_most=st.one_of(st.none(), st.integers(1, 3))),
)
_rows = st.lists(
    st.builds(Row, id=st.sampled_from(["r", "s", "t_u"]), label=_texts), min_size=1, max_size=3,
    unique_by=lambda row: row.id,
).map(tuple)  # fmt: skip
_ranked = st.lists(
    st.builds(Option, code=st.sampled_from(["time", "money", "fame"]), label=_texts), min_size=2, max_size=3,
    unique_by=lambda option: option.code,
).map(tuple)  # fmt: skip
_limits = st.one_of(st.none(), st.integers(-99, 99))
sayable: st.SearchStrategy[Kind] = st.one_of(
    st.builds(ShortText, longest=st.sampled_from([200, 40])),
    st.builds(ShortText, format=st.sampled_from(["email", "phone", "time"])),
    st.just(ShortText(pattern="[0-9]{5}(-[0-9]{4})?")),
    st.builds(LongText, longest=st.sampled_from([10_000, 500])),
    _choices,
    st.just(YesNo()),
    st.builds(Number, least=_limits, most=_limits, decimals=st.sampled_from([0, 1, 2, 3, 4, 10])),
    st.builds(Date, earliest=st.sampled_from(["", "2006-10-04", "today"]), latest=st.sampled_from(["", "today"])),
    st.builds(Scale, first=st.integers(-5, 1), last=st.integers(2, 9), low=_maybe, middle=_maybe, high=_maybe),
    st.builds(Matrix, each=_choices.filter(lambda kind: not isinstance(kind, MultipleChoice) or not kind.at_most),
              rows=_rows),
    _ranked.map(lambda found: Rank(options=found, top=None)),
    st.just(Information()),
)  # fmt: skip


@st.composite
def _sayable(draw: st.DrawFn) -> Instrument:
    """Instruments that hold nothing that a dictionary could not say."""
    found, sections = 0, []
    for at in range(draw(st.integers(1, 3))):
        kinds = draw(st.lists(sayable, min_size=1, max_size=4))
        made = []
        for kind in kinds:
            grouped, asks = isinstance(kind, Matrix | Rank), not isinstance(kind, Information)
            made.append(
                Question(
                    id=f"q{found}", kind=kind, label=draw(_texts), help={} if grouped else draw(_maybe),
                    notes=draw(_maybe), required=asks and draw(st.booleans()), identifying=asks and draw(st.booleans()),
                )
            )  # fmt: skip
            found += 1
        # A section without a title that begins on a further page is one that REDCap tells by its form.
        sections.append(Section(id=f"s{at}", title=draw(_maybe), questions=tuple(made)))
    sections.append(Section(id="end", questions=(asked(YesNo(), "last"),)))
    return of_sections(*sections, id="it", title={"en": "it"})


@LAW
@given(_sayable())
def test_what_a_dictionary_can_say_is_read_back_the_same(instrument: Instrument) -> None:
    made = write(instrument)
    assert read(made.data, "it.csv").instrument == instrument
    assert made.lines == ()


@LAW
@given(instruments())
def test_any_instrument_is_written_and_each_of_its_questions_is_in_the_file_or_said_to_be_lost(
    instrument: Instrument,
) -> None:
    try:
        made = write(instrument)
    except FormUnreadable:
        assert not any(question.asks for question in questions(instrument))
        return
    back = read(made.data, "it.csv").instrument
    told = {line.place for line in made.lines}
    for question in questions(instrument):
        plain = retold(question, lambda texts: {"en": said} if (said := in_language(texts, "en")) else {})
        assert find(back, question.id) == plain or question.id in told


LOOKED_AT = of_questions(
    asked(SingleChoice(options=options("a", "b", "c", "other")), "one"),
    asked(MultipleChoice(options=options("a", "b", "c", "other")), "many"),
    asked(Number(), "number"),
    asked(YesNo(), "yn"),
    asked(LongText(), "words"),
    asked(Matrix(each=SingleChoice(options=options("a", "b")), rows=rows("r0", "r1")), "matrix"),
    asked(LongText(), "q"),
)
IDS = ("one", "many", "number", "yn", "words", "matrix")


def _asked_if(condition: str) -> Instrument:
    *before, last = LOOKED_AT.sections[0].questions
    shown = Question(id=last.id, kind=last.kind, label=last.label, relevant=condition)
    return of_questions(*before, shown)


@settings(max_examples=150, deadline=None)
@given(conditions(IDS), sound_answers(LOOKED_AT))
def test_a_condition_that_is_in_the_file_holds_there_whenever_it_holds_here(
    condition: Condition, answers: dict[str, Answer]
) -> None:
    instrument = _asked_if(printed(condition))
    made = write(instrument)
    question = find(read(made.data, "it.csv").instrument, "q")
    assert question
    if question.relevant:
        assert evaluate(parse(question.relevant), answers) == evaluate(condition, answers)
    else:
        assert any((line.place, line.name) == ("q", "relevant") for line in made.lines)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("${one} = 'a' and ${yn} = 'yes'", "[one] = 'a' and [yn] = '1'"),
        ("selected(${many}, 'a') or not(selected(${many}, 'b'))", "[many(a)] = '1' or [many(b)] = '0'"),
        ("${number} >= 18", "[number] >= 18"),
        ("not(${number} < 18)", "([number] >= 18 or [number] = '')"),
        ("not(${one} = 'a' or ${number} = 3)", "[one] <> 'a' and [number] <> 3"),
        ("count-selected(${many}) > 2", "sum([many(a)], [many(b)], [many(c)], [many(other)]) > 2"),
        ("string-length(${words}) > 2", "length([words]) > 2"),
        ("${matrix.r1} = 'b'", "[matrix_r1] = 'b'"),
        ("${words}", "[words] <> ''"),
    ],
)
def test_a_condition_becomes_branching_logic(here: str, there: str) -> None:
    assert column("Branching Logic (Show field only if...)", _asked_if(here)) == {"q": there}


def test_the_first_row_names_the_record_and_capitals_become_small() -> None:
    instrument = of_sections(
        Section(
            id="First", questions=(asked(YesNo(), "Mentor"), asked(LongText(), "why", relevant="${Mentor} = 'yes'"))
        )
    )
    assert [row["Variable / Field Name"] for row in written(instrument)] == ["record_id", "mentor", "why"]
    assert column("Branching Logic (Show field only if...)", instrument) == {"why": "[mentor] = '1'"}
    assert lines(instrument) == [
        "First First: “First” is “first” in the file.",
        "Mentor Mentor: “Mentor” is “mentor” in the file.",
    ]


def test_only_one_language_is_in_the_file_and_it_can_be_chosen() -> None:
    question = Question(id="q", kind=YesNo(), label={"en": "Why?", "fr": "Pourquoi ?"})
    instrument = of_questions(question, languages=("en", "fr"), title={"en": "It", "fr": "Le"})
    assert "Pourquoi ?" in write(instrument, "fr").data.decode()
    assert [str(line.sentence) for line in write(instrument, "fr").lines] == [
        "Only fr is in the file; a dictionary has one language."
    ]


def test_what_a_dictionary_has_no_word_for_is_written_beside_and_said() -> None:
    other = Option(code="other", label={"en": "Other"}, words=True)
    instrument = of_questions(
        asked(SingleChoice(options=(*options("a"), other)), "one", may_decline=True),
        asked(Topic(probes=(Probe(id="who", label={"en": "Who"}),)), "topic"),
        asked(Matrix(each=Number(), rows=rows("x", "y")), "numbers"),
    )
    assert column("Field Type", instrument) == {
        "record_id": "text", "one": "radio", "one_other_words": "text", "topic": "notes", "topic_probes": "checkbox",
        "numbers_x": "text", "numbers_y": "text",
    }  # fmt: skip
    assert column("Branching Logic (Show field only if...)", instrument) == {"one_other_words": "[one] = 'other'"}
    assert lines(instrument) == [
        "all questions: The questions of this section stand elsewhere in the file.",
        "one may_decline: That one may decline to answer is not in the file.",
        "one options: The options are not in the file as they are here, with all that each of them does.",
        "topic kind: This is asked in another way there than here: as “long_text”.",
        "numbers numbers: Each row is a field of its own there: numbers_x, numbers_y.",
    ]


def test_text_that_looks_like_html_is_text_when_it_is_read_back() -> None:
    instrument = of_questions(asked(YesNo(), "q"), asked(LongText(), "r", help={"en": "a <b>bold</b> &amp; <3 claim"}))
    assert read(write(instrument).data, "it.csv").instrument.sections == instrument.sections


@pytest.mark.parametrize("entry", shelf.ENTRIES, ids=lambda entry: entry.file)
def test_the_instruments_of_the_library_are_written(entry: shelf.Entry) -> None:
    instrument = shelf.load(entry)
    made = write(instrument)
    back = read(made.data, f"{instrument.id}.csv")
    assert [find(back.instrument, question.id) is not None for question in questions(instrument)] == [
        True for _ in questions(instrument)
    ]
    assert {line.fate for line in made.lines} <= {Fate.CHANGED, Fate.LEFT_OUT}
