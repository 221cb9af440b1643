"""Our questions as rows of a REDCap data dictionary: the columns of each, by our name for the column."""

from collections.abc import Callable, Iterator, Mapping

from instruments.definition import Question
from instruments.foreign.built_in_words import NO, YES
from instruments.foreign.markup import has_markup
from instruments.foreign.redcap_kinds import PATTERNS, VALIDATIONS
from instruments.kinds import (
    Cell,
    Date,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    options_of,
    points_of,
)
from instruments.sentences import Texts

Row = dict[str, str]
Say = Callable[[Texts], str]

_BY_PATTERN = {pattern: name for name, pattern in reversed(list(PATTERNS.items()))}
_LAST_DAY = {"02": "28", "04": "30", "06": "30", "09": "30", "11": "30"}


_CONTROLS = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])


def escaped(text: str) -> str:
    """The text without what no table can hold, and so that what looks like HTML in it is read as text."""
    text = text.translate(_CONTROLS)
    return text.replace("&", "&amp;").replace("<", "&lt;") if has_markup(text) else text


def rows_of(question: Question, variable: str, names: Mapping[str, str], say: Say) -> Iterator[Row]:
    """The rows of a question, without its condition. ``names`` are the fields of its rows, by their id or code,
    or the one field of the probes of a topic."""
    label, note = say(question.label), say(question.help)
    shared = {
        "note": note,
        "required": "y" if question.required else "",
        "identifier": "y" if question.identifying else "",
    }
    notes = say(question.notes)
    match question.kind:
        case Matrix():
            yield from _matrix(question.kind, variable, names, say, shared | {"header": label, "annotation": notes})
        case Rank():
            yield from _rank(question.kind, variable, names, say, shared | {"header": label, "annotation": notes})
        case Topic(probes=probes):
            yield _annotated(shared | {"variable": variable, "label": label, "type": "notes"}, notes)
            if probes:
                choices = " | ".join(f"{probe.id}, {_cell(say(probe.label))}" for probe in probes)
                yield {"variable": next(iter(names.values())), "label": label, "type": "checkbox", "choices": choices}
        case kind:
            yield _annotated(_columns(kind, say) | shared | {"variable": variable, "label": label}, notes, say, kind)
            yield from _own_words(kind, variable, names, say)


def _own_words(kind: Kind, variable: str, names: Mapping[str, str], say: Say) -> Iterator[Row]:
    """A text field for each option that somebody may put in their own words, shown where that option is chosen."""
    for option in options_of(kind):
        if option.words:
            chosen = (
                f"[{variable}({option.code})] = '1'"
                if isinstance(kind, MultipleChoice)
                else f"[{variable}] = '{option.code}'"
            )
            yield {"variable": names[option.code], "type": "text", "label": say(option.label), "branching": chosen}


def _matrix(kind: Matrix, group: str, names: Mapping[str, str], say: Say, shared: Row) -> Iterator[Row]:
    """A row for each row. What has no choices is no matrix there, so its label stands before that of each row."""
    columns = _columns(in_matrix(kind.each), say)
    for at, line in enumerate(kind.rows):
        row = shared | {"variable": names[line.id], "label": say(line.label), "note": ""}
        if columns["type"] in ("radio", "checkbox"):
            row |= {"matrix": group, "header": shared["header"] if at == 0 else ""}
        else:
            row |= {"label": f"{shared['header']} – {row['label']}", "header": ""}
        yield columns | _annotated(
            row | {"annotation": columns.get("annotation", "")}, row["annotation"] if at == 0 else ""
        )


def _rank(kind: Rank, group: str, names: Mapping[str, str], say: Say, shared: Row) -> Iterator[Row]:
    """A row for each option, in which it is given a place that no other has."""
    places = " | ".join(f"{place}, {place}" for place in range(1, (kind.top or len(kind.options)) + 1))
    for at, option in enumerate(kind.options):
        row = shared | {"variable": names[option.code], "label": say(option.label), "note": "", "ranking": "y"}
        row |= {"type": "radio", "choices": places, "matrix": group}
        yield row if at == 0 else row | {"header": "", "annotation": ""}


def _annotated(row: Row, words: str, say: Say | None = None, kind: Kind | None = None) -> Row:
    """The row with its notes beside its tags; a number's unit stands with the note."""
    found = [row.get("annotation", ""), words]
    unit = say(kind.unit) if say and isinstance(kind, Number) else ""
    note = row.get("note", "")
    return row | {"annotation": " ".join(filter(None, found)), "note": f"{note} ({unit})".strip() if unit else note}


def _columns(kind: Kind | Cell, say: Say) -> Row:
    """Type, choices, validation and tags of a kind of question."""
    match kind:
        case ShortText() | Number() | Date():
            return {"type": "text"} | _validated(kind)
        case LongText():
            return {"type": "notes", "annotation": _limit(kind)}
        case SingleChoice():
            return {"type": "radio", "choices": _choices(kind.options, say)}
        case MultipleChoice():
            return {"type": "checkbox", "choices": _choices(kind.options, say), "annotation": _tags(kind)}
        case Scale(step=1):
            return {"type": "slider", "choices": _ends(kind, say), "least": str(kind.first), "most": str(kind.last)}
        case Scale():
            return {"type": "radio", "choices": _choices(_points(kind), say)}
        case _:
            return {"type": "yesno" if isinstance(kind, YesNo) else "descriptive"}


def _validated(kind: ShortText | Number | Date) -> Row:
    """What a text has to be."""
    match kind:
        case ShortText():
            return {"validation": _validation(kind), "annotation": _limit(kind)}
        case Number():
            return {"validation": _decimals(kind), "least": _digits(kind.least), "most": _digits(kind.most)}
        case Date(precision="day"):
            limits = {"least": _day(kind.earliest, last=False), "most": _day(kind.latest, last=True)}
            return {"validation": "date_ymd", **limits}
        case _:
            return {}


def in_matrix(each: Cell) -> Cell:
    """What a matrix of REDCap asks of each row: choices, to which yes and no and the points of a scale become."""
    if isinstance(each, YesNo):
        return SingleChoice(options=(Option(code="1", label=YES), Option(code="0", label=NO)))
    if isinstance(each, Scale):
        return SingleChoice(options=_points(each))
    return each


def _points(scale: Scale) -> tuple[Option, ...]:
    """The points as options, those at the ends and in the middle with their names."""
    points = points_of(scale)
    named = (
        dict(zip((points[0], points[len(points) // 2], points[-1]), (scale.low, scale.middle, scale.high), strict=True))
        if points
        else {}
    )
    return tuple(Option(code=str(point), label=_with_point(point, named.get(point, {}))) for point in points)


def _with_point(point: int, texts: Texts) -> Texts:
    return {language: f"{point} – {said}" for language, said in texts.items() if said} or {"": str(point)}


def _cell(text: str) -> str:
    """A label between bars."""
    return " ".join(text.replace("|", "/").splitlines())


def _choices(options: tuple[Option, ...], say: Say) -> str:
    return " | ".join(f"{option.code}, {_cell(say(option.label))}".strip() for option in options)


def _validation(kind: ShortText) -> str:
    if kind.format and kind.format in VALIDATIONS:
        return kind.format
    return _BY_PATTERN.get(kind.pattern, "") if kind.pattern else ""


def _limit(kind: ShortText | LongText) -> str:
    return f"@CHARLIMIT='{kind.longest}'" if kind.longest != type(kind)().longest else ""


def _tags(kind: MultipleChoice) -> str:
    alone = ",".join(option.code for option in kind.options if option.exclusive)
    tags = [f"@NONEOFTHEABOVE='{alone}'" if alone else "", f"@MAXCHECKED={kind.at_most}" if kind.at_most else ""]
    return " ".join(filter(None, tags))


def _decimals(kind: Number) -> str:
    if not kind.decimals:
        return "integer"
    return f"number_{kind.decimals}dp" if kind.decimals < 5 else "number"


def _digits(limit: float | None) -> str:
    return "" if limit is None else format(limit, ".10g") if isinstance(limit, float) else str(limit)


def _day(limit: str, *, last: bool) -> str:
    """A limit to the day: the first or last one of a month or year."""
    if len(limit) == 4 and limit.isdecimal():
        return f"{limit}-12-31" if last else f"{limit}-01-01"
    if len(limit) == 7:
        return f"{limit}-{_LAST_DAY.get(limit[5:], '31') if last else '01'}"
    return limit


def _ends(kind: Scale, say: Say) -> str:
    low, middle, high = (_cell(say(text)) for text in (kind.low, kind.middle, kind.high))
    if middle:
        return f"{low} | {middle} | {high}"
    return f"{low} | {high}" if high else low
