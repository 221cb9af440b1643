"""The codes that a coder starts from: instruments with their questions, themes, speakers. The same in every format.

A question's code bears the question's id, which is short and never changes meaning; its wording in each version stands
in the description. Only questions that can be answered in words have a code. GUIDs are made from the study, so they
are the same in every release and every format.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from exports.dataset import Case, Column, Dataset, Instrument, Theme
from exports.documents import Speaker
from exports.guids import guid
from exports.xml_text import in_one_line, writable
from instruments.definition import Question, Role
from instruments.kinds import LongText, Matrix, ShortText, Topic, options_of
from instruments.sentences import in_language

THEMES, SPEAKERS, OUTSIDE = "Themes", "Speakers", "Outside the guide"
LONGEST_NAME = 63  # what most programs show, and MAXQDA keeps, of a code's name

_INSTRUMENT_COLOURS = ("#1F77B4", "#2CA02C", "#9467BD", "#8C564B", "#17BECF", "#BCBD22")
_THEME_COLOUR, _CASE_COLOUR = "#FF7F0E", "#7F7F7F"
_SPEAKER_COLOURS = {Speaker.INTERVIEWER: "#C7C7C7", Speaker.PARTICIPANT: "#D62728"}
_SPEAKERS = {
    Speaker.INTERVIEWER: "The interviewer's words: notes, and the wording of every question, in surveys too.",
    Speaker.PARTICIPANT: "The participant's own words.",
}


@dataclass(frozen=True, slots=True)
class Code:
    """A label. One that is not ``codable`` only holds others together."""

    guid: str
    name: str
    colour: str
    description: str = ""
    children: tuple["Code", ...] = ()

    @property
    def codable(self) -> bool:
        """Whether anything can bear it: a code without others below it."""
        return not self.children

    def walk(self) -> Iterator["Code"]:
        """This code and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class CodeTree:
    """All codes with names that are unique over the whole tree. ``renamed`` says which name became which."""

    codes: tuple[Code, ...]
    renamed: tuple[tuple[str, str], ...] = field(default=())

    def walk(self) -> Iterator[Code]:
        """Every code, in order."""
        for code in self.codes:
            yield from code.walk()

    def long_names(self) -> tuple[str, ...]:
        """The names that some program cuts."""
        return tuple(code.name for code in self.walk() if len(code.name) > LONGEST_NAME)


def question_guid(data: Dataset, instrument: str, question: str) -> str:
    """The code of a question; of all questions outside the guide if ``question`` is empty."""
    return guid(data.study, "question", instrument, question)


def speaker_guid(data: Dataset, speaker: Speaker) -> str:
    """The code of a speaker."""
    return guid(data.study, "speaker", speaker)


def case_guid(case: Case) -> str:
    """The GUID of a case, which is also that of its code where a program finds a case's text by one."""
    return guid(case.id, "case")


def code_tree(data: Dataset, *, with_cases: bool = False) -> CodeTree:
    """The codes of a dataset; ``with_cases`` adds one for each case, bearing the GUID of the case."""
    codes = [code for at, instrument in enumerate(data.instruments) for code in _instrument(data, instrument, at)]
    if data.themes:
        themes = tuple(_theme(data, theme) for theme in data.themes)
        codes.append(Code(guid(data.study, "themes"), THEMES, _THEME_COLOUR, children=themes))
    speakers = tuple(
        Code(speaker_guid(data, speaker), speaker.capitalize(), _SPEAKER_COLOURS[speaker], _SPEAKERS[speaker])
        for speaker in Speaker
    )
    codes.append(Code(guid(data.study, "speakers"), SPEAKERS, _CASE_COLOUR, children=speakers))
    if with_cases:
        codes += [Code(case_guid(case), in_one_line(case.pseudonym), _CASE_COLOUR) for case in data.cases]
    return _with_unique_names(codes)


def said_in_words(column: Column) -> bool:
    """Whether any version of the question could be answered in somebody's own words."""
    return any(_takes_words(question) for question in (column.question, *column.wordings.values()))


def _takes_words(question: Question) -> bool:
    kind = question.kind
    if isinstance(kind, Topic | ShortText | LongText):
        return True
    if isinstance(kind, Matrix) and isinstance(kind.each, ShortText):
        return True
    return any(option.words for option in options_of(kind))


def _instrument(data: Dataset, instrument: Instrument, at: int) -> Iterator[Code]:
    colour = _INSTRUMENT_COLOURS[at % len(_INSTRUMENT_COLOURS)]
    questions = [
        Code(
            question_guid(data, instrument.id, column.question.id),
            column.question.id,
            colour,
            _wordings(column, instrument, data.language),
        )
        for column in instrument.columns
        if said_in_words(column)
    ]
    if instrument.role is Role.GUIDE:
        outside = "Questions that came up in the conversation and stand in no version of the guide."
        questions.append(Code(question_guid(data, instrument.id, ""), OUTSIDE, colour, outside))
    if questions:
        title = in_one_line(in_language(instrument.title, data.language)) or instrument.id
        lines = [
            f"Version {version.number}, published on {version.published_on}, fingerprint {version.fingerprint}."
            for version in instrument.versions
        ]
        described = "\n".join(lines)
        yield Code(guid(data.study, "instrument", instrument.id), title, colour, described, tuple(questions))


def _wordings(column: Column, instrument: Instrument, language: str) -> str:
    """The wording; with the numbers of versions where it is not the same in all of them."""
    by_wording: dict[str, list[str]] = {}
    for number, question in sorted(column.wordings.items()):
        by_wording.setdefault(writable(in_language(question.label, language)), []).append(str(number))
    everywhere = len(by_wording) <= 1 and len(column.wordings) == len(instrument.versions)
    if everywhere or not by_wording:
        return writable(in_language(column.question.label, language))
    return "\n".join(
        f"Version{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}: {wording}"
        for wording, numbers in by_wording.items()
    )


def _theme(data: Dataset, theme: Theme) -> Code:
    titles = {each.id: in_one_line(in_language(each.title, data.language)) or each.id for each in data.instruments}
    caused = ", ".join(f"{question} ({titles.get(instrument, instrument)})" for instrument, question in theme.questions)
    described = f"Questions asked because of this theme: {caused}." if caused else ""
    name = in_one_line(theme.name) or THEMES
    return Code(guid(data.study, "theme", theme.name), name, _THEME_COLOUR, described)


def folded(name: str) -> str:
    """The name as a program sees it that takes capitals and ways of typing an accent for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unique(names: list[tuple[str, str]]) -> list[str]:
    """For each (parent, name) a name that no other has: "Parent – Name" where a name occurs twice, then a number."""
    count = Counter(folded(name) for _, name in names)
    longer = [f"{parent} – {name}" if parent and count[folded(name)] > 1 else name for parent, name in names]
    # Whoever has the name that was given takes it first, so that a made one never pushes it aside.
    taken = {folded(name) for (_, given), name in zip(names, longer, strict=True) if count[folded(given)] == 1}
    found = []
    for (_, given), name in zip(names, longer, strict=True):
        chosen, number = name, 1
        while count[folded(given)] > 1 and folded(chosen) in taken:
            number += 1
            chosen = f"{name} ({number})"
        taken.add(folded(chosen))
        found.append(chosen)
    return found


def _with_unique_names(codes: list[Code]) -> CodeTree:
    pairs = [pair for code in codes for pair in _parents("", code)]
    names = unique(pairs)
    rest = iter(names)
    tree = tuple(_named(code, rest) for code in codes)
    renamed = tuple((given, name) for (_, given), name in zip(pairs, names, strict=True) if given != name)
    return CodeTree(tree, renamed)


def _parents(parent: str, code: Code) -> Iterator[tuple[str, str]]:
    yield parent, code.name
    for child in code.children:
        yield from _parents(code.name, child)


def _named(code: Code, names: Iterator[str]) -> Code:
    name = next(names)
    return replace(code, name=name, children=tuple(_named(child, names) for child in code.children))
