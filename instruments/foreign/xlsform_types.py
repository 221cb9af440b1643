"""What stands under ``type`` in an XLSForm, by whichever of its many names, as one of a few sorts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

EXTERNAL = "external_choices/"


class Sort(StrEnum):
    """What a row is."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    MOMENT = "dateTime"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"
    BARCODE = "barcode"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    CALCULATE = "calculate"
    FROM_FILE = "select from file"
    PLACE = "geopoint"
    MEDIA = "image, audio, video"
    FILE = "file"
    HIDDEN = "hidden"
    META = "metadata"
    INCLUDE = "include"
    SETTING = "setting"
    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Type:
    """A type. ``of`` is the list of a choice, or ``group``, ``repeat``, ``loop`` for what begins and ends.

    ``limits`` is the constraint that some of the older types bring with them.
    """

    sort: Sort
    of: str = ""
    other: bool = False  # "or_other": a further choice, in the person's own words
    over: str = ""  # the list that a loop goes over
    external: bool = False  # the list stands on the sheet external_choices
    limits: str = ""

    @property
    def list_name(self) -> str:
        """Under which name the list of a choice is known; those of another sheet are other lists."""
        return f"{EXTERNAL}{self.of}" if self.external else self.of


_NAMED: Mapping[Sort, str] = {
    Sort.TEXT: "text|string|q string|add text prompt",
    Sort.INTEGER: "integer|int|q int|add integer prompt",
    Sort.DECIMAL: "decimal|q decimal|add decimal prompt",
    Sort.RANGE: "range",
    Sort.DATE: "date|q date|add date prompt",
    Sort.TIME: "time|q time|add time prompt",
    Sort.MOMENT: "datetime|date time|q date time|q datetime|add date time prompt|add datetime prompt",
    Sort.NOTE: "note|q note|add note prompt",
    Sort.ACKNOWLEDGE: "acknowledge|q acknowledge|add acknowledge prompt|trigger",
    Sort.BARCODE: "barcode|q barcode|add barcode prompt",
    Sort.CALCULATE: "calculate|q calculate|add calculate prompt",
    Sort.PLACE: "geopoint|geotrace|geoshape|q geopoint|q geotrace|q geoshape|location|q location|gps"
    "|add location prompt|start-geopoint|background-geopoint|osm",
    Sort.MEDIA: "image|photo|q image|q picture|add image prompt|add photo prompt|audio|q audio|add audio prompt"
    "|video|q video|add video prompt|background-audio",
    Sort.FILE: "file|add file prompt",
    Sort.HIDDEN: "hidden",
    Sort.META: "start|start time|get start time|end|end time|get end time|today|get today|deviceid|device id"
    "|get device id|imei|phonenumber|get phone number|simserial|sim id|get sim id|subscriberid|subscriber id"
    "|get subscriber id|username|email|audit|uri:deviceid|uri:phonenumber|uri:simserial|uri:subscriberid|uri:username"
    "|uri:email|caseid|comments|text audit|audio audit|speed violations count|speed violations list"
    "|speed violations audit|calculate_here|sensor_statistic|sensor_stream|xml-external|csv-external",
    Sort.INCLUDE: "include",
    Sort.SETTING: "form_title|set_form_title|set form title|form_id|set_form_id|set form id|prefix",
}
_LIMITED: Mapping[str, Type] = {
    "percentage": Type(Sort.INTEGER, limits=". >= 0 and . <= 100"),
    "number of days in last month": Type(Sort.INTEGER, limits=". >= 0 and . <= 31"),
    "number of days in last six months": Type(Sort.INTEGER, limits=". >= 0 and . <= 183"),
    "number of days in last year": Type(Sort.INTEGER, limits=". >= 0 and . <= 365"),
    "phone number": Type(Sort.TEXT, limits=r"regex(., '^\d*$')"),
}
_PLAIN: Mapping[str, Type] = {
    **{name: Type(sort) for sort, names in _NAMED.items() for name in names.split("|")},
    **_LIMITED,
}
_BEGIN = re.compile(r"begin[ _](group|lgroup|repeat|looped group|loop)(?: (?:over )?(\S+))?", re.IGNORECASE)
_END = re.compile(r"end[ _](group|lgroup|repeat|looped group|loop)", re.IGNORECASE)
_STRUCTURES = {"group": "group", "lgroup": "repeat", "repeat": "repeat", "looped group": "repeat", "loop": "loop"}
_SELECTS: Mapping[Sort, str] = {
    Sort.SELECT_ONE: "select_one|select one from|select one using|select one|select1|q select1"
    "|add select one prompt using|select_one_external|select one external",
    Sort.SELECT_MULTIPLE: "select_multiple|select all that apply from|select all that apply|select multiple from"
    "|select multiple using|select multiple|q select|add select multiple prompt using",
    Sort.RANK: "rank",
    Sort.FROM_FILE: "select_one_from_file|select_multiple_from_file|select one from file|select multiple from file"
    "|rank_from_file",
}
_COMMANDS = {name: sort for sort, names in _SELECTS.items() for name in names.split("|")}
_SELECT = re.compile(
    "("
    + "|".join(sorted(map(re.escape, _COMMANDS), key=len, reverse=True))
    + r") (\S+)( (?:or specify other|or_other|or other))?",
    re.IGNORECASE,
)


def type_of(said: str) -> Type | None:
    """The type; None if no form has such a one."""
    text = " ".join(said.split())
    plain = _PLAIN.get(text.lower())
    if plain:
        return plain
    if found := _BEGIN.fullmatch(text):
        return Type(Sort.BEGIN, _STRUCTURES[found[1].lower()], over=found[2] or "")
    if found := _END.fullmatch(text):
        return Type(Sort.END, _STRUCTURES[found[1].lower()])
    if found := _SELECT.fullmatch(text):
        command = found[1].lower()
        return Type(_COMMANDS[command], found[2], other=bool(found[3]), external="external" in command)
    if text.lower().startswith("osm "):
        return Type(Sort.PLACE)
    return None


def lacks_list(said: str) -> bool:
    """Whether this would be a type if the name of a list stood behind it."""
    return " ".join(said.lower().split()) in _COMMANDS


def known_types() -> list[str]:
    """The types that one may have meant."""
    return [*_PLAIN, *_COMMANDS, "begin group", "begin repeat", "end group", "end repeat"]
