"""LimeSurvey's types of question as kinds. Some ask two things at once and become several questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from instruments.foreign import built_in_words as words
from instruments.foreign.languages import in_all
from instruments.foreign.limesurvey_source import Source
from instruments.foreign.limesurvey_texts import date_of, text_of
from instruments.foreign.naming import Names
from instruments.kinds import (
    MOST_POINTS,
    Cell,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    SingleChoice,
    YesNo,
)
from instruments.sentences import Texts

MOST_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes one question: its kind, what is added to the question's code, and to its text."""

    kind: Kind
    suffix: str = ""
    heading: Texts = field(default_factory=dict)


def parts_of(source: Source) -> list[Part]:
    """The questions that a question becomes; none if it asks nothing here, which its row says then."""
    kind = source.entry.data.get("type", "")
    if kind in _LEFT_OUT:
        source.row.leave_out(_LEFT_OUT[kind])
        return []
    make = _TYPES.get(kind)
    if make is None:
        source.row.leave_out("“%(type)s” is no type of question that is known here. Ask it in another way.", type=kind)
        return []
    parts = make(source)
    if not parts:
        source.row.leave_out("It has no lines or answers, so there is nothing to choose from.")
    return parts


_LEFT_OUT = {
    "*": "It is worked out from other answers, so nobody is asked. Work it out from the data.",
    "|": "A file cannot be handed in with an answer here.",
    "I": "Whoever answers can always choose the language of the page, so it is not asked.",
}


def _alone(kind: Kind) -> list[Part]:
    return [Part(kind)]


def _built_in(source: Source, *options: tuple[str, Mapping[str, str]]) -> tuple[Option, ...]:
    languages = source.speech.languages
    return tuple(Option(code=code, label=in_all(languages, said)) for code, said in options)


def _points(last: int) -> Callable[[Source], list[Part]]:
    return lambda source: _matrix(source, Scale(first=1, last=last))


def _matrix(source: Source, each: Cell, suffix: str = "", heading: Texts | None = None) -> list[Part]:
    rows = source.matrix_rows()
    return [Part(Matrix(each=each, rows=rows), suffix, heading or {})] if rows else []


def _yes_no_uncertain(source: Source) -> list[Part]:
    options = _built_in(source, ("Y", words.YES), ("U", words.UNCERTAIN), ("N", words.NO))
    return _matrix(source, SingleChoice(options=options))


def _increase_same_decrease(source: Source) -> list[Part]:
    options = _built_in(source, ("I", words.INCREASE), ("S", words.SAME), ("D", words.DECREASE))
    return _matrix(source, SingleChoice(options=options))


def _array(source: Source) -> list[Part]:
    options = source.options(source.answers)
    return _matrix(source, SingleChoice(options=options)) if options else []


def _array_by_column(source: Source) -> list[Part]:
    source.row.changes("type", "Lines stand below one another here, and answers beside one another.")
    return _array(source)


def _two_scales(source: Source) -> list[Part]:
    found = []
    scales = (("0", source.answers, "dualscale_headerA"), ("1", source.second_answers, "dualscale_headerB"))
    for suffix, answers, header in scales:
        options = source.options(answers)
        heading = source.speech.texts(source.settings.by_language(header))
        found += _matrix(source, SingleChoice(options=options), suffix, heading) if options else []
    return _said_to_be_several(source, found)


def _said_to_be_several(source: Source, parts: list[Part]) -> list[Part]:
    if parts:
        source.row.changes(
            "type", "It asks more than one thing of each line, so it became %(count)s questions.", count=len(parts)
        )
    return parts


def _numbers(source: Source) -> list[Part]:
    """An array of numbers: boxes to tick, or for each column a question of its own."""
    settings = source.settings
    if settings.is_on("multiflexible_checkbox"):
        options = source.options(source.columns)
        return _matrix(source, MultipleChoice(options=options)) if options else []
    least, most = settings.number("multiflexible_min"), settings.number("multiflexible_max")
    step = settings.count("multiflexible_step") or 1
    if settings.is_on("input_boxes"):
        return _by_column(source, Number(least=least, most=most, decimals=MOST_DECIMALS))
    first, last = int(1 if least is None else least), int(10 if most is None else most)
    if first < last and (last - first) // step < MOST_POINTS:
        return _by_column(source, Scale(first=first, last=last, step=step))
    return _by_column(source, Number(least=min(first, last), most=max(first, last)))


def _by_column(source: Source, each: Cell) -> list[Part]:
    found = []
    for column in source.columns:
        heading = source.said(column)
        found += _matrix(source, each, column.code, heading)
    return _said_to_be_several(source, found)


def _cell(source: Source) -> Cell:
    """A number or a few words in each line."""
    return text_of(source, one_line=True)


def _several_numbers(source: Source) -> list[Part]:
    settings = source.settings
    whole = settings.is_on("num_value_int_only")
    if settings.is_on("slider_layout"):
        least, most = settings.number("slider_min"), settings.number("slider_max")
        settings.said("slider_accuracy")
        return _matrix(source, Number(least=least, most=most, decimals=0 if whole else MOST_DECIMALS))
    least, most = settings.number("min_num_value_n"), settings.number("max_num_value_n")
    return _matrix(source, Number(least=least, most=most, decimals=0 if whole else MOST_DECIMALS))


def _number(source: Source) -> list[Part]:
    settings = source.settings
    return _alone(
        Number(
            unit=source.speech.texts(settings.by_language("suffix")),
            least=settings.number("min_num_value_n"),
            most=settings.number("max_num_value_n"),
            decimals=0 if settings.is_on("num_value_int_only") else MOST_DECIMALS,
        )
    )


def _other(source: Source) -> Texts:
    said = source.speech.texts(source.settings.by_language("other_replace_text"))
    return {**in_all(source.speech.languages, words.OTHER), **said}


def _with_other(source: Source, options: tuple[Option, ...], code: str) -> tuple[Option, ...]:
    if source.entry.data.get("other") != "Y":
        return options
    found = Names(option.code for option in options).code(code)
    return (*options, Option(code=found, label=_other(source), words=True))


def _list(source: Source) -> list[Part]:
    options = source.options(source.answers)
    options = _with_other(source, options, "-oth-")
    return _alone(SingleChoice(options=options)) if options else []


def _list_with_comment(source: Source) -> list[Part]:
    parts = _list(source)
    if parts:
        source.row.changes("type", "The comment on the answer is asked in a question of its own.")
        parts.append(Part(LongText(), "comment", in_all(source.speech.languages, words.COMMENT)))
    return parts


def _several(source: Source, *, comments: bool = False) -> list[Part]:
    options = source.options(source.lines, words=comments)
    options = _with_other(source, options, "other")
    if not options:
        return []
    settings = source.settings
    alone = {source.names.get(code.strip(), code.strip()) for code in settings.said("exclude_all_others").split(";")}
    options = tuple(msgspec.structs.replace(one, exclusive=True) if one.code in alone else one for one in options)
    offered = sum(not option.exclusive for option in options)
    at_least = min(settings.count("min_answers") or 0, offered)
    at_most = settings.count("max_answers") or None
    if at_most is not None and at_most < at_least:
        at_most = None
    return _alone(MultipleChoice(options=options, at_least=at_least, at_most=at_most))


def _ranking(source: Source) -> list[Part]:
    options = source.options(source.choices)
    most = source.settings.count("max_answers") or source.settings.count("max_subquestions")
    least = source.settings.count("min_answers")
    if least and least != (most or len(options)):
        source.row.changes(
            "settings", "At least %(least)s had to be put in order; here all that fit have to.", least=least
        )
    return _alone(Rank(options=options, top=most if most and most < len(options) else None)) if options else []


def _gender(source: Source) -> list[Part]:
    return _alone(SingleChoice(options=_built_in(source, ("F", words.FEMALE), ("M", words.MALE))))


_TYPES: Mapping[str, Callable[[Source], list[Part]]] = {
    "5": lambda _: _alone(Scale(first=1, last=5)),
    "A": _points(5),
    "B": _points(10),
    "C": _yes_no_uncertain,
    "E": _increase_same_decrease,
    "F": _array,
    "H": _array_by_column,
    "1": _two_scales,
    ":": _numbers,
    ";": lambda source: _by_column(source, _cell(source)),
    "K": _several_numbers,
    "Q": lambda source: _matrix(source, _cell(source)),
    "N": _number,
    "S": lambda source: _alone(text_of(source, one_line=True)),
    "T": lambda source: _alone(text_of(source, one_line=False)),
    "U": lambda source: _alone(text_of(source, one_line=False)),
    "D": lambda source: _alone(date_of(source)),
    "Y": lambda _: _alone(YesNo()),
    "G": _gender,
    "L": _list,
    "!": _list,
    "O": _list_with_comment,
    "M": _several,
    "P": lambda source: _several(source, comments=True),
    "R": _ranking,
    "X": lambda _: _alone(Information()),
}
