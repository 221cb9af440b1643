"""Instruments, conditions and answers of every shape, for tests that state laws."""

from datetime import date
from functools import cache

from hypothesis import strategies as st

from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
    printed,
)
from instruments.conditions import Number as Digits
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import (
    Answer,
    Cell,
    Date,
    Information,
    Json,
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
    options_of,
    points_of,
)
from instruments.sentences import Texts

TODAY = date(2026, 11, 23)
CODES = ("a", "b", "c", "other")

# XML and YAML files hold no lone surrogates, and a person cannot type one.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
labels: st.SearchStrategy[Texts] = st.fixed_dictionaries({"en": words}, optional={"fr": words})


def asked(kind: Kind, question_id: str = "q", **more: object) -> Question:
    """A question of this kind with no more words than it needs."""
    return Question(id=question_id, kind=kind, label={"en": question_id.capitalize()}, **more)  # type: ignore[arg-type]


def of_questions(*questions: Question, **more: object) -> Instrument:
    """A survey of one section with these questions."""
    return of_sections(Section(id="all", questions=questions), **more)


def of_sections(*sections: Section, **more: object) -> Instrument:
    """A survey in English with these sections."""
    made: dict[str, object] = {"id": "it", "role": Role.SURVEY, "title": {"en": "It"}, "languages": ("en",), **more}
    return Instrument(sections=sections, **made)  # type: ignore[arg-type]


def options(*codes: str, **more: object) -> tuple[Option, ...]:
    """Options with these codes, which are their labels as well."""
    return tuple(Option(code=code, label={"en": code}, **more) for code in codes)  # type: ignore[arg-type]


def rows(*ids: str) -> tuple[Row, ...]:
    """Rows of a matrix with these ids."""
    return tuple(Row(id=row, label={"en": row}) for row in ids)


@cache
def operands(ids: tuple[str, ...], *, own: bool) -> st.SearchStrategy[Operand]:
    """What can stand on either side of a comparison."""
    looked_at: st.SearchStrategy[Reference | Own] = st.builds(
        Reference, st.sampled_from(ids), st.sampled_from(["", "r0"])
    )
    if own:
        looked_at = st.one_of(looked_at, st.just(Own()))
    numbers = st.one_of(
        st.integers(-(10**14), 10**14), st.decimals(-1000, 1000, places=3).map(float).filter(lambda found: found % 1)
    )
    texts = st.text(st.characters(exclude_characters="'", exclude_categories=["Cs"]), max_size=8)
    return st.one_of(
        looked_at,
        texts.map(Text),
        st.sampled_from([*CODES, "yes", "2006-10"]).map(Text),
        numbers.map(Digits),
        st.builds(CountSelected, looked_at),
        st.builds(Length, looked_at),
    )


def _all_of(parts: list[Condition]) -> Condition:
    # The parser makes one level of "a and b and c"; a tree with one inside another is never made.
    return AllOf(tuple(inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,))))


def _any_of(parts: list[Condition]) -> Condition:
    return AnyOf(tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))))


@cache
def conditions(ids: tuple[str, ...], *, own: bool = False) -> st.SearchStrategy[Condition]:
    """Trees that the parser makes, about these questions."""
    side = operands(ids, own=own)
    looked_at = side.filter(lambda found: isinstance(found, Reference | Own))
    leaves: st.SearchStrategy[Condition] = st.one_of(
        side,
        st.builds(Comparison, side, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), side),
        st.builds(Selected, looked_at, st.sampled_from(CODES)),
        st.builds(Truth, st.booleans()),
    )

    def grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(st.builds(Not, inner), parts.map(_all_of), parts.map(_any_of))

    return st.recursive(leaves, grown, max_leaves=6)


@cache
@st.composite
def _options(draw: st.DrawFn, before: tuple[str, ...]) -> tuple[Option, ...]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    return tuple(
        Option(
            code=code,
            label=draw(labels),
            words=code == "other",
            exclusive=draw(st.integers(0, 9)) == 0,
            declines=draw(st.integers(0, 9)) == 0,
            relevant=_condition(draw, before, one_in=5),
        )
        for code in codes
    )


def _condition(draw: st.DrawFn, before: tuple[str, ...], *, one_in: int) -> str:
    if not before or draw(st.integers(1, one_in)) > 1:
        return ""
    return printed(draw(conditions(before)))


@cache
def cells(before: tuple[str, ...]) -> st.SearchStrategy[Cell]:
    """Kinds that can stand in a matrix."""
    return st.one_of(
        st.builds(Scale, first=st.integers(-3, 1), last=st.integers(2, 9), low=labels),
        st.builds(SingleChoice, options=_options(before)),
        st.builds(MultipleChoice, options=_options(before)),
        st.just(YesNo()),
        st.builds(Number, least=st.integers(-9, 0), most=st.integers(1, 99), decimals=st.integers(0, 2)),
        st.builds(ShortText, longest=st.integers(1, 99)),
    )


@cache
def kinds(before: tuple[str, ...]) -> st.SearchStrategy[Kind]:
    """Every kind of question, sound by itself."""
    return st.one_of(
        cells(before),
        st.builds(LongText, longest=st.integers(1, 999)),
        st.builds(Date, precision=st.sampled_from(["day", "month", "year"]), latest=st.sampled_from(["", "today"])),
        st.builds(Rank, options=_options(before), top=st.one_of(st.none(), st.integers(1, 2))),
        st.just(Information()),
        st.just(Topic(probes=(Probe(id="p0", label={"en": "Who"}), Probe(id="p1", label={"en": "When"})))),
        _matrices(before),
    )


@cache
@st.composite
def _matrices(draw: st.DrawFn, before: tuple[str, ...]) -> Matrix:
    found = tuple(
        Row(id=f"r{number}", label=draw(labels), relevant=_condition(draw, before, one_in=5))
        for number in range(draw(st.integers(1, 3)))
    )
    return Matrix(each=draw(cells(before)), rows=found)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Surveys whose conditions look at earlier questions only."""
    before: tuple[str, ...] = ()
    sections = []
    for at in range(draw(st.integers(1, 3))):
        earlier = before
        questions = []
        for _ in range(draw(st.integers(0, 4))):
            name = f"q{len(before)}"
            questions.append(
                Question(
                    id=name,
                    kind=draw(kinds(before)),
                    label=draw(labels),
                    help=draw(st.one_of(st.just({}), labels)),
                    required=draw(st.booleans()),
                    may_decline=draw(st.booleans()),
                    relevant=_condition(draw, before, one_in=2),
                    new_page=draw(st.integers(0, 3)) == 0,
                )
            )
            before = (*before, name)
        sections.append(
            Section(
                id=f"s{at}",
                questions=tuple(questions),
                title=draw(labels),
                relevant=_condition(draw, earlier, one_in=3),
            )
        )
    return Instrument(
        id="it",
        role=draw(st.sampled_from(Role)),
        title=draw(labels),
        languages=("en", "fr"),
        sections=tuple(sections),
        minutes=draw(st.one_of(st.none(), st.integers(1, 90))),
    )


# Any JSON at all: what a stored answer never is, and what everything that reads one must survive.
json_values: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(CODES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["code", "words", "declined", "state", "probes", "r0", "x"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)


def _choices(kind: Kind) -> st.SearchStrategy[Json]:
    codes = [option.code for option in options_of(kind)]
    own_words = st.sampled_from(["nurse", "DPhil"]).map(lambda said: {"code": "other", "words": said})
    plain: st.SearchStrategy[Json] = st.sampled_from(codes)
    return st.one_of(plain, own_words) if "other" in codes else plain


_TOPICS: st.SearchStrategy[Answer] = st.fixed_dictionaries({
    "state": st.sampled_from(["asked", "skipped", "declined"]),
    "notes": st.sampled_from(["", "Two mentors."]),
    "probes": st.dictionaries(st.sampled_from(["p0", "p1"]), st.sampled_from(["", "2026-11-23T12:04:05Z"])),
})  # fmt: skip

_PLAIN: dict[type[Kind], st.SearchStrategy[Answer]] = {
    ShortText: st.sampled_from(["Calgary", "été", "x"]),
    LongText: st.sampled_from(["Calgary", "été\nx"]),
    YesNo: st.sampled_from(["yes", "no"]),
    Number: st.integers(-9, 99),
    Date: st.sampled_from(["2006", "2006-10", "2006-10-04"]),
    Topic: _TOPICS,
    Information: st.none(),
}


def answers_to(kind: Kind) -> st.SearchStrategy[Answer]:
    """Answers of the right shape, whatever limits there may be."""
    match kind:
        case SingleChoice():
            return _choices(kind)
        case MultipleChoice():
            codes = [option.code for option in kind.options]
            return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(
                lambda chosen: [code for code in codes if code in chosen]
            )
        case Rank():
            return st.lists(st.sampled_from([option.code for option in kind.options]), min_size=1, unique=True).map(
                list[Json]
            )
        case Scale():
            return st.sampled_from(list(points_of(kind)))
        case Matrix(rows=lines, each=each):
            return st.dictionaries(st.sampled_from([row.id for row in lines]), answers_to(each), min_size=1)
        case _:
            return _PLAIN[type(kind)]


def sets_of_answers(instrument: Instrument) -> st.SearchStrategy[dict[str, Answer]]:
    """Answers to some of the questions: mostly of the right shape, sometimes of any."""
    every = [question for section in instrument.sections for question in section.questions]
    return st.fixed_dictionaries(
        {},
        optional={
            question.id: st.one_of(answers_to(question.kind), answers_to(question.kind), json_values)
            for question in every
        },
    )


def sound_answers(instrument: Instrument) -> st.SearchStrategy[dict[str, Answer]]:
    """Answers of the right shape to some of the questions."""
    every = [question for section in instrument.sections for question in section.questions if question.asks]
    return st.fixed_dictionaries(
        {},
        optional={
            question.id: st.one_of(answers_to(question.kind), st.just({"declined": True}))
            if question.may_decline
            else answers_to(question.kind)
            for question in every
        },
    )
