"""One LimeSurvey question as it is read: its lines, answers and settings, under the names they have here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from instruments.foreign.limesurvey_file import ByLanguage, Entry
from instruments.foreign.markup import has_markup, plain
from instruments.foreign.naming import Names
from instruments.foreign.rows import Row
from instruments.kinds import Option
from instruments.kinds import Row as Line
from instruments.sentences import Texts

_COUNT = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?")

# What LimeSurvey writes for every question, whether or not it means anything for it.
_USUAL = {
    "answer_order": {"normal"},
    "assessment_value": {"1"},
    "commented_checkbox": {"checked"},
    "commented_checkbox_auto": {"1"},
    "display_columns": {"1"},
    "dropdown_dates_minute_step": {"1"},
    "form_title": {""},
    "location_city": {"1"},
    "location_country": {"1"},
    "location_defaultcoordinates": {""},
    "location_mapheight": {"300"},
    "location_mapservice": {"0"},
    "location_mapwidth": {"500"},
    "location_mapzoom": {"11"},
    "location_postal": {"1"},
    "location_state": {"1"},
    "multiflexible_step": {"1"},
    "other_position": {"default", "end"},
    "public_statistics": {"0"},
    "samechoiceheight": {"1"},
    "samelistheight": {"1"},
    "save_as_default": {"N"},
    "scale_export": {"0"},
    "showpopups": {"1"},
    "slider_custom_handle": {"f1ae"},
    "slider_default_set": {"1"},
    "slider_handle": {"0"},
    "slider_separator": {"|"},
    "statistics_graphtype": {"0"},
    "statistics_showgraph": {"1"},
    "statistics_showmap": {"1"},
    "time_limit_action": {"1"},
    "value_range_allows_missing": {"1"},
}  # fmt: skip


class Settings:
    """The attributes of a question; what nobody asks for is what has no effect here."""

    def __init__(self, attributes: Mapping[str, ByLanguage]) -> None:
        self._attributes = attributes
        self._asked: set[str] = set()

    def said(self, name: str) -> str:
        """What an attribute is set to, in whatever language; empty if to nothing."""
        self._asked.add(name)
        return next((value.strip() for value in self._attributes.get(name, {}).values() if value.strip()), "")

    def by_language(self, name: str) -> ByLanguage:
        """What an attribute says in each language."""
        self._asked.add(name)
        return {language: text for language, text in self._attributes.get(name, {}).items() if text.strip()}

    def is_on(self, name: str) -> bool:
        """Whether an attribute is switched on."""
        return self.said(name) in ("1", "Y")

    def count(self, name: str) -> int | None:
        """An attribute that is a plain number from 0 up; else it counts as not asked for."""
        said = self.said(name)
        if _COUNT.fullmatch(said):
            return int(said)
        self._asked.discard(name)
        return None

    def number(self, name: str) -> int | float | None:
        """An attribute that is a number; else it counts as not asked for."""
        said = self.said(name)
        if _NUMBER.fullmatch(said):
            return float(said) if "." in said else int(said)
        self._asked.discard(name)
        return None

    def unused(self) -> list[str]:
        """Attributes that were set to something, and that nobody asked for."""
        found = []
        for name in sorted(self._attributes):
            values = {value.strip() for value in self._attributes[name].values()} - {"", "0", "N"}
            if name not in self._asked and values - _USUAL.get(name, set()):
                found.append(f"{name} = {_short(' / '.join(sorted(values)))}")
        return found


def _short(said: str) -> str:
    """A value on one line, as far as one reads it."""
    line = " ".join(said.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


class Speech:
    """The languages of a survey under their tags, and its texts without HTML in them."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = tags

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags, the first language first."""
        return tuple(dict.fromkeys(self._tags.values()))

    def texts(self, said: ByLanguage) -> Texts:
        """The texts by tag. What is said in no language in particular is said in the first."""
        found = {}
        for language, tag in self._tags.items():
            text = plain(said.get(language, ""))
            if text and tag not in found:
                found[tag] = text
        if not found and said.get("", "").strip():
            return {tag: plain(said[""]) for tag in self.languages}
        return found

    def of_entry(self, entry: Entry, row: Row, otherwise: str) -> Texts:
        """What an entry says; its code where it says nothing."""
        if any(map(has_markup, (*entry.text.values(), *entry.help.values()))):
            row.changes("text", "The text is plain now; its HTML is gone.")
        found = self.texts(entry.text)
        if not found:
            row.changes("text", "There is no text, so its code stands in its place.")
        return found or dict.fromkeys(self.languages, otherwise)


@dataclass(slots=True)
class Source:
    """A question with what belongs to it. ``rows`` is the account of each of its lines and answers, by their key."""

    entry: Entry
    row: Row
    settings: Settings
    speech: Speech
    lines: tuple[Entry, ...]
    columns: tuple[Entry, ...]
    answers: tuple[Entry, ...]
    second_answers: tuple[Entry, ...]
    rows: Mapping[str, Row]
    names: dict[str, str] = field(default_factory=dict)  # the code of a line, column or answer: its name here
    taken: set[str] = field(default_factory=set)  # the keys of the lines, columns and answers that are asked with

    @property
    def choices(self) -> tuple[Entry, ...]:
        """What each condition of a line or an answer belongs to; lines of a ranking are but its places."""
        first, second = self.lines, self.answers
        if self.entry.data.get("type") == "R":
            first, second = second, first
        return first or second

    def matrix_rows(self) -> tuple[Line, ...]:
        """The lines as rows of a matrix."""
        names = Names()
        found = []
        for entry in self.lines:
            name = self._named(entry, names.id(entry.code, "row"))
            found.append(Line(id=name, label=self.said(entry)))
        return tuple(found)

    def options(self, entries: tuple[Entry, ...], *, words: bool = False) -> tuple[Option, ...]:
        """Lines or answers as options."""
        names = Names()
        found = []
        for entry in entries:
            code = self._named(entry, names.code(entry.code))
            found.append(Option(code=code, label=self.said(entry), words=words))
        return tuple(found)

    def said(self, entry: Entry) -> Texts:
        """What a line, column or answer says, which is taken herewith."""
        if any(text.strip() for text in entry.help.values()) and entry.key not in self.taken:
            self.rows[entry.key].loses("help", "Only the question itself has a help here, so this one was left out.")
        self.taken.add(entry.key)
        return self.speech.of_entry(entry, self.rows[entry.key], entry.code)

    def _named(self, entry: Entry, name: str) -> str:
        if name != entry.code and self.names.get(entry.code) != name:
            self.rows[entry.key].changes("code", "“%(said)s” is called “%(name)s” here.", said=entry.code, name=name)
        self.names.setdefault(entry.code, name)
        return name
