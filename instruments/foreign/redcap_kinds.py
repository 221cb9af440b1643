"""REDCap's types of field as kinds of question, and its validations as what a text, number or date has to be."""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from instruments.foreign.account import FormUnreadable
from instruments.foreign.markup import has_markup, plain
from instruments.foreign.naming import Names
from instruments.foreign.redcap_fields import Field
from instruments.foreign.rows import Row
from instruments.kinds import (
    MOST_POINTS,
    Date,
    Information,
    Kind,
    LongText,
    MultipleChoice,
    Number,
    Option,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from instruments.reading_dates import is_date
from instruments.sentences import Sentence

MOST_DECIMALS = 10

_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9]"
_YMD, _DMY, _MDY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", "[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"

# The first of two that are the same is the one that is written.
PATTERNS: Mapping[str, str] = MappingProxyType({
    "alpha_only": "[A-Za-z]+",
    "datetime_ymd": f"{_YMD} {_CLOCK}",
    "datetime_mdy": f"{_MDY} {_CLOCK}",
    "datetime_dmy": f"{_DMY} {_CLOCK}",
    "datetime_seconds_ymd": f"{_YMD} {_CLOCK}:[0-5][0-9]",
    "datetime_seconds_mdy": f"{_MDY} {_CLOCK}:[0-5][0-9]",
    "datetime_seconds_dmy": f"{_DMY} {_CLOCK}:[0-5][0-9]",
    "time_hh_mm_ss": f"{_CLOCK}:[0-5][0-9]",
    "time_mm_ss": "[0-5]?[0-9]:[0-5][0-9]",
    "ssn": "[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "zipcode": "[0-9]{5}(-[0-9]{4})?",
    "mrn_10d": "[0-9]{10}",
    "mrn_generic": "[A-Za-z0-9_-]+",
    "vmrn": "[0-9]{4,9}",
    "postalcode_australia": "[0-9]{4}",
    "postalcode_canada": "[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]",
    "postalcode_french": "[0-9]{5}",
    "postalcode_germany": "[0-9]{5}",
    "postalcode_uk": "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}",
})  # fmt: skip
VALIDATIONS: Mapping[str, ShortText | Number | Date] = MappingProxyType({
    "": ShortText(),
    "email": ShortText(format="email"),
    "phone": ShortText(format="phone"),
    "phone_australia": ShortText(format="phone"),
    "phone_uk": ShortText(format="phone"),
    "time": ShortText(format="time"),
    "integer": Number(),
    "int": Number(),
    "number": Number(decimals=MOST_DECIMALS),
    "float": Number(decimals=MOST_DECIMALS),
    "number_comma_decimal": Number(decimals=MOST_DECIMALS),
    **{f"number_{count}dp": Number(decimals=count) for count in range(1, 5)},
    **{f"number_{count}dp_comma_decimal": Number(decimals=count) for count in range(1, 5)},
    "date": Date(),
    "date_ymd": Date(),
    "date_mdy": Date(),
    "date_dmy": Date(),
    **{name: ShortText(pattern=pattern) for name, pattern in PATTERNS.items()},
})  # fmt: skip
_ALIASES = {"select": "dropdown", "textarea": "notes", "note": "notes", "yes_no": "yesno", "true_false": "truefalse"}
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_TURNED_DATE = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
TYPES = "text, notes, dropdown, radio, checkbox, yesno, truefalse, slider, calc, descriptive, file, sql"


def type_of(field: Field) -> str:
    """The type in REDCap's own word for it. Raises FormUnreadable."""
    found = field.type.lower().replace(" ", "")
    found = _ALIASES.get(found, found)
    if found not in TYPES.split(", "):
        raise FormUnreadable(
            Sentence(
                "Row %(row)s, “%(name)s”, has the field type “%(type)s”, which REDCap does not know. Write one of "
                "these: %(types)s.",
                {"row": field.row, "name": field.variable, "type": field.type, "types": TYPES},
            )
        )
    return found


def kind_of(field: Field, row: Row, language: str) -> tuple[Kind, Mapping[str, str]] | None:
    """The kind of question that a field is, and what REDCap's values are called in its answers where they are called
    otherwise; None if it asks nothing, which ``row`` says then. Raises FormUnreadable."""
    match type_of(field):
        case "text":
            return _text(field, row), {}
        case "notes":
            return LongText(), {}
        case "yesno":
            return YesNo(), {"1": "yes", "0": "no"}
        case "truefalse":
            return SingleChoice(options=_true_or_false(language)), {}
        case "slider":
            return _slider(field, row, language), {}
        case "descriptive":
            return Information(), {}
        case "checkbox" | "radio" | "dropdown" as found:
            options, codes = options_of(field, row, language)
            return (MultipleChoice if found == "checkbox" else SingleChoice)(options=options), codes
        case "calc":
            row.leave_out("It is calculated from other answers, so nobody is asked. Calculate it from the data.")
        case "file":
            row.leave_out("A file, picture or signature cannot be handed in with an answer here.")
        case _:
            row.leave_out("Its choices come from a database of the other program. Write them out as radio to ask it.")
    return None


def _true_or_false(language: str) -> tuple[Option, ...]:
    return Option(code="1", label={language: "True"}), Option(code="0", label={language: "False"})


def options_of(field: Field, row: Row, language: str) -> tuple[tuple[Option, ...], Mapping[str, str]]:
    """The choices of a field, and the codes that had to be changed. Raises FormUnreadable."""
    names = Names()
    codes: dict[str, str] = {}
    options = []
    for said, label in choices_in(field.choices):
        if said in codes:
            raise FormUnreadable(
                Sentence(
                    "Row %(row)s, “%(name)s”, has the code “%(code)s” twice. Give each choice a code of its own.",
                    {"row": field.row, "name": field.variable, "code": said},
                )
            )
        codes[said] = names.code(said)
        options.append(Option(code=codes[said], label={language: plain(label, lines=True) or said}))
    if not options:
        raise FormUnreadable(
            Sentence(
                "Row %(row)s, “%(name)s”, has no choices. Write them as codes and labels: 1, Yes | 0, No.",
                {"row": field.row, "name": field.variable},
            )
        )
    _say_what_changed(field, row, codes)
    return tuple(options), {} if all(said == code for said, code in codes.items()) else codes


def _say_what_changed(field: Field, row: Row, codes: Mapping[str, str]) -> None:
    for said, code in codes.items():
        if said != code:
            row.changes(
                "choices", "The code “%(said)s” is “%(code)s” here, as codes have no such signs.", said=said, code=code
            )
    if any("," not in part.strip(",") for part in parts_of(field.choices)):
        row.changes("choices", "A choice with a code alone, or a label alone, has the one for the other.")
    if has_markup(field.choices):
        row.changes("choices", "The choices are plain text now; their HTML is gone.")


def parts_of(choices: str) -> list[str]:
    """The choices of a cell: what stands between bars, or on lines as old versions have it."""
    between = choices.split("|") if "|" in choices else choices.split("\n")
    return [part.strip() for part in between if part.strip()]


def choices_in(choices: str) -> list[tuple[str, str]]:
    """The code and label of each choice."""
    found = []
    for part in parts_of(choices):
        code, comma, label = part.partition(",")
        found.append((code.strip(), label.strip()) if comma and code.strip() else (part.strip(" ,"), part.strip(" ,")))
    return found


def _text(field: Field, row: Row) -> Kind:
    validation = field.validation.lower()
    kind = VALIDATIONS.get(validation)
    if kind is None:
        row.loses("validation", "“%(validation)s” is not known here; any text can be written.", validation=validation)
        return ShortText()
    if field.choices:
        row.loses("choices", "The list behind the text field is not known here; any text can be written.")
    if validation in PATTERNS or validation.startswith("phone"):
        row.changes(
            "validation",
            "“%(validation)s” is checked by what the text looks like alone.",
            validation=validation,
        )
        return kind
    match kind:
        case Number():
            least, most = _number(field.least, row, "minimum"), _number(field.most, row, "maximum")
            return msgspec.structs.replace(kind, least=least, most=most)
        case Date():
            day_first = validation == "date_dmy"
            earliest = _date(field.least, row, "minimum", day_first=day_first)
            latest = _date(field.most, row, "maximum", day_first=day_first)
            return msgspec.structs.replace(kind, earliest=earliest, latest=latest)
    for limit, part in ((field.least, "minimum"), (field.most, "maximum")):
        if limit:
            row.loses(part, "The limit “%(limit)s” has no meaning for this text.", limit=limit)
    return kind


def _number(said: str, row: Row, part: str) -> int | float | None:
    found = said.replace(",", ".")
    if not said or _NUMBER.fullmatch(found):
        return None if not said else float(found) if "." in found else int(found)
    row.loses(part, "The limit “%(limit)s” is no fixed number, so there is none. Set one if it is needed.", limit=said)
    return None


def _date(said: str, row: Row, part: str, *, day_first: bool) -> str:
    if said.lower() in ("", "today"):
        return said.lower()
    turned = _TURNED_DATE.fullmatch(said)
    if turned:
        day, month = (turned[1], turned[2]) if day_first else (turned[2], turned[1])
        said = f"{turned[3]}-{int(month):02}-{int(day):02}"
    if is_date(said):
        return said
    row.loses(part, "The limit “%(limit)s” is no fixed date, so there is none. Set one if it is needed.", limit=said)
    return ""


def _slider(field: Field, row: Row, language: str) -> Kind:
    labels = [plain(part.strip()) for part in field.choices.split("|")]
    least, most = _number(field.least, row, "minimum"), _number(field.most, row, "maximum")
    first, last = math.floor(0 if least is None else least), math.ceil(100 if most is None else most)
    if last <= first or last - first >= MOST_POINTS:
        row.changes(
            "field type",
            "A slider from %(first)s to %(last)s has more points than a scale can; a number is asked for instead.",
            first=first,
            last=last,
        )
        return Number(least=min(first, last), most=max(first, last))
    ends = (labels[0], labels[1] if len(labels) > 2 else "", labels[-1] if len(labels) > 1 else "")
    low, middle, high = ({language: text} if text else {} for text in ends)
    return Scale(first=first, last=last, low=low, middle=middle, high=high)
