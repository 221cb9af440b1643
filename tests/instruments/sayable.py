"""Instruments that have nothing in them but what an XLSForm can say."""

import datetime as dt

from hypothesis import strategies as st

from instruments.conditions import AllOf, AnyOf, Comparison, Condition, Not, Reference, Selected, Text, printed
from instruments.conditions import Number as Digits
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import (
    Cell,
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
)
from instruments.sentences import Texts

LANGUAGES = ("fr-CA", "en")
CODES = ("a", "B.2", "c-3", "7", "none", "yes", "no", "other")

# A spreadsheet keeps neither control characters nor spaces at the ends; "${" begins an answer that is repeated.
_words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="$\u200b\ufeff"), min_size=1)
_labels: st.SearchStrategy[Texts] = st.tuples(_words, _words).map(lambda said: dict(zip(LANGUAGES, said, strict=True)))
_perhaps: st.SearchStrategy[Texts] = st.one_of(st.just({}), _labels)
_days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(str)


@st.composite
def _limits(draw: st.DrawFn, least: int, most: int) -> tuple[int, int]:
    low, high = sorted((draw(st.integers(least, most)), draw(st.integers(least, most))))
    return low, high


@st.composite
def _options(draw: st.DrawFn, before: list[Question], *, words: bool = False, fewest: int = 1) -> tuple[Option, ...]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=fewest, unique=True))
    return tuple(
        Option(
            code=code,
            label=draw(_labels),
            words=words and draw(st.booleans()),
            relevant=draw(_conditions(before)) if draw(st.integers(0, 3)) == 0 else "",
        )
        for code in codes
    )


@st.composite
def _texts(draw: st.DrawFn) -> Kind:
    shortest, longest = draw(_limits(1, 2000))
    if draw(st.booleans()):
        return LongText(shortest=shortest, longest=longest)
    return ShortText(
        shortest=draw(st.sampled_from([0, shortest])),
        longest=longest,
        format=draw(st.sampled_from(["", "email", "phone", "web"])),
        pattern=draw(st.sampled_from(["", "[A-Z]+", "it's", 'say "x"'])),
    )


@st.composite
def _numbers(draw: st.DrawFn) -> Kind:
    least, most = draw(_limits(-(10**9), 10**9))
    return Number(
        least=draw(st.sampled_from([None, least])),
        most=draw(st.sampled_from([None, most])),
        decimals=draw(st.integers(0, 10)),
    )


@st.composite
def _dates(draw: st.DrawFn) -> Kind:
    earliest, latest = sorted((draw(_days), draw(_days)))
    return Date(
        precision=draw(st.sampled_from(["day", "month", "year"])),
        earliest=draw(st.sampled_from(["", earliest, "today"])),
        latest=draw(st.sampled_from(["", latest, "today"])),
    )


@st.composite
def _scales(draw: st.DrawFn) -> Kind:
    first, step, steps = draw(st.integers(-5, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 10))
    last = first + step * steps
    return Scale(
        first=first,
        last=last,
        step=step,
        low=draw(_perhaps),
        high=draw(_perhaps),
        middle=draw(_perhaps) if steps % 2 == 0 else {},
    )


@st.composite
def _several(draw: st.DrawFn, before: list[Question]) -> Kind:
    options = list(draw(_options(before, words=True)))
    if draw(st.booleans()):
        options[-1] = Option(code=options[-1].code, label=options[-1].label, exclusive=True)
    together = sum(not option.exclusive for option in options)
    at_least = draw(st.integers(0, together))
    at_most = draw(st.one_of(st.none(), st.integers(max(at_least, 1), 9)))
    return MultipleChoice(options=tuple(options), at_least=at_least, at_most=at_most)


@st.composite
def _matrices(draw: st.DrawFn, before: list[Question]) -> Kind:
    options = tuple(
        Option(code=code, label=draw(_labels))
        for code in draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    )
    cells: list[Cell] = [SingleChoice(options=options), MultipleChoice(options=options), YesNo()]
    each = draw(st.sampled_from(cells))
    rows = tuple(
        Row(id=f"r{number}", label=draw(_labels), relevant=draw(_conditions(before)) if draw(st.booleans()) else "")
        for number in range(draw(st.integers(1, 3)))
    )
    return Matrix(each=each, rows=rows)


def _kinds(before: list[Question]) -> st.SearchStrategy[Kind]:
    return st.one_of(
        _texts(),
        st.just(ShortText(format="time")),
        _numbers(),
        _dates(),
        _scales(),
        st.just(YesNo()),
        st.just(Information()),
        st.builds(SingleChoice, options=_options(before, words=True)),
        _several(before),
        st.builds(Rank, options=_options(before, fewest=2)),
        _matrices(before),
    )


def _about(question: Question) -> list[Condition]:
    """Conditions that look at a question as one would."""
    it = Reference(question.id)
    match question.kind:
        case SingleChoice(options=options):
            return [Comparison(it, "=", Text(options[0].code)), Comparison(it, "!=", Text(options[-1].code))]
        case MultipleChoice(options=options) | Rank(options=options):
            return [Selected(it, option.code) for option in options]
        case YesNo():
            return [Comparison(it, "=", Text("yes")), Comparison(Text("no"), "!=", it)]
        case Number() | Scale():
            return [Comparison(it, ">", Digits(3)), Comparison(Digits(-2), "<=", it)]
        case Date():
            return [Comparison(it, "<", Text("2006-10-04")), Comparison(Text("2020-01-01"), "<=", it)]
        case Matrix(rows=rows, each=MultipleChoice(options=options)):
            return [Selected(Reference(question.id, rows[0].id), options[0].code)]
        case Matrix(rows=rows):
            return [Comparison(Reference(question.id, rows[-1].id), "=", Text(""))]
        case Information():
            return []
        case _:
            return [Comparison(it, "!=", Text("")), it]


@st.composite
def _conditions(draw: st.DrawFn, before: list[Question]) -> str:
    """A condition on earlier questions; none where there are none."""
    known: list[Condition] = [condition for question in before for condition in _about(question)]
    if not known:
        return ""
    parts: tuple[Condition, ...] = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)))
    if len(parts) == 1:
        return printed(Not(parts[0])) if draw(st.booleans()) else printed(parts[0])
    joined: list[Condition] = [AllOf(parts), AnyOf(parts), Not(AnyOf(parts))]
    return printed(draw(st.sampled_from(joined)))


@st.composite
def _questions(draw: st.DrawFn, name: str, before: list[Question]) -> Question:
    kind = draw(_kinds(before))
    asks = not isinstance(kind, Information)
    constraint = draw(st.booleans()) and isinstance(kind, Number | ShortText) and kind != ShortText(format="time")
    matrix = isinstance(kind, Matrix)
    return Question(
        id=name,
        kind=kind,
        label=draw(_labels),
        help=draw(_perhaps),
        notes={} if matrix else draw(_perhaps),
        required=asks and draw(st.booleans()),
        relevant=draw(_conditions(before)) if draw(st.booleans()) else "",
        constraint=". != 77 or . = 78" if constraint else "",
        message=draw(_perhaps) if constraint or (isinstance(kind, ShortText) and kind.pattern) else {},
    )


@st.composite
def sayable(draw: st.DrawFn) -> Instrument:
    """A survey of which an XLSForm can say everything."""
    before: list[Question] = []
    sections = []
    for at in range(draw(st.integers(1, 3))):
        earlier, mine = list(before), []
        for _ in range(draw(st.integers(1, 4))):
            mine.append(draw(_questions(f"q{len(before)}", before)))
            before = [*before, mine[-1]]
        relevant = draw(_conditions(earlier)) if draw(st.booleans()) else ""
        title, help_ = draw(_perhaps), draw(_perhaps)
        sections.append(Section(id=f"s{at}", questions=tuple(mine), title=title, help=help_, relevant=relevant))
    written = draw(_words)
    return Instrument(
        id="it",
        role=Role.SURVEY,
        title=dict.fromkeys(LANGUAGES, written),
        languages=LANGUAGES,
        sections=tuple(sections),
    )
