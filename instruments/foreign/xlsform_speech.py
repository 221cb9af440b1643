"""In which languages an XLSForm is written, and its texts by the tags of those languages."""

from collections.abc import Iterable, Mapping, Sequence

from instruments.foreign.account import Fate, Line
from instruments.foreign.languages import UNSAID, Tags, tag_of
from instruments.foreign.xlsform_columns import MEDIA, TRANSLATED, Table
from instruments.sentences import Sentence, Texts

_TEXTS = tuple(sorted(TRANSLATED - set(MEDIA)))


class Speech:
    """The languages of a form, its default language first.

    A text in a column without a language is in the form's default language. Where the form does not say which that
    is, it is the first one of the labels; and if the labels have none either, it is taken to be English.
    """

    def __init__(self, tables: Sequence[Table], default: str) -> None:
        tags = Tags()
        said = _languages(tables)
        self._assumed = False
        if default and default.casefold() != "default":
            self._unsaid = tags.give(_spelled(default, said))
        elif _labels_without_language(tables) or not said:
            self._assumed = True
            in_use = {tag_of(language) for language in said}
            self._unsaid = tags.give(UNSAID if UNSAID not in in_use else "?")
        else:
            self._unsaid = tags.give(said[0])
        self._tags: dict[str, str] = {}
        self._joined: list[tuple[str, str]] = []  # two spellings of one language
        for language in said:
            former = _spelled(language, [one for one in said[: said.index(language)] if _apart(one, language, tables)])
            if former != language:
                self._joined.append((former, language))
            self._tags[language.casefold()] = self._tags.get(former.casefold()) or tags.give(language)
        self.unknown = tuple(tags.unknown)
        found = (*self._tags.values(), *((self._unsaid,) if _any_without_language(tables) else ()))
        declared = list(dict.fromkeys(found)) or [self._unsaid]
        self.languages = tuple(sorted(declared, key=lambda tag: tag != self._unsaid))

    def texts(self, cells: Mapping[str, str] | None) -> Texts:
        """Cells by what their columns call the language, as texts by tag in the order of the form's languages."""
        found: dict[str, str] = {}
        for language, cell in (cells or {}).items():
            tag = self._tags.get(language.casefold(), self._unsaid) if language else self._unsaid
            # A column that names the language says it better than one that does not.
            if language or tag not in found:
                found[tag] = cell
        return {tag: found[tag] for tag in self.languages if tag in found}

    def hidden(self, cells: Mapping[str, str]) -> str:
        """The text without a language that gives way to another one in the same language; empty if none does."""
        named = {self._tags.get(language.casefold()) for language in cells if language}
        return cells.get("", "") if self._unsaid in named else ""

    def lines(self) -> list[Line]:
        """What the author has to know about the languages."""
        found = []
        for former, language in self._joined:
            sentence = Sentence(
                "“%(one)s” and “%(other)s” never stand on one sheet, so they are taken for one language.",
                {"one": former, "other": language},
            )
            found.append(Line("survey, label", language, Fate.CHANGED, sentence))
        if self._assumed:
            sentence = Sentence(
                "The form does not say in which language its labels are. It is called “%(tag)s” here; write the right "
                "one in the draft.",
                {"tag": self._unsaid},
            )
            found.append(Line("survey, label", self._unsaid, Fate.CHANGED, sentence))
        for name in self.unknown:
            if name != "?":
                sentence = Sentence(
                    "“%(name)s” is no language that is known here. It is called “%(tag)s”; write the right one in the "
                    "draft.",
                    {"name": name, "tag": self._tags.get(name.casefold(), self._unsaid)},
                )
                found.append(Line("survey, label", name, Fate.CHANGED, sentence))
        return found


def _spelled(said: str, others: Iterable[str]) -> str:
    """The language as one of the others spells it, if one does: “English” for “English (en)”."""
    tag = tag_of(said)
    return next((other for other in others if tag is not None and tag_of(other) == tag), said)


def _apart(one: str, other: str, tables: Iterable[Table]) -> bool:
    """Whether no sheet has columns of both: then nobody meant two languages by them."""
    for table in tables:
        there = {column.language.casefold() for column in table.columns}
        if {one.casefold(), other.casefold()} <= there:
            return False
    return True


def _languages(tables: Iterable[Table]) -> list[str]:
    """What the columns that hold anything call their languages, those of labels first."""
    found: dict[str, str] = {}
    for names in (("label",), _TEXTS):
        for table in tables:
            used = {language for entry in table.entries for name in names for language in entry.texts.get(name, ())}
            for column in table.columns:
                if column.language in used and column.language:
                    found.setdefault(column.language.casefold(), column.language)
    return list(found.values())


def _labels_without_language(tables: Sequence[Table]) -> bool:
    return any("" in entry.texts.get("label", ()) for table in tables[:1] for entry in table.entries)


def _any_without_language(tables: Iterable[Table]) -> bool:
    return any("" in entry.texts.get(name, ()) for table in tables for entry in table.entries for name in _TEXTS)
