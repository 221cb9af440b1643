"""Documents for coding: what one case said on one occasion as one text with parts, each with its question and speaker.

A survey's document has the answers that were given in people's own words; an interview's has the interviewer's notes
topic by topic, the questions outside the guide, and no memo, which is a note about the document. What was chosen from
options is no text to code; it stands in the tables.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from exports.dataset import Case, Column, Dataset, Instrument, Record
from instruments.definition import Role
from instruments.kinds import Json, Kind, LongText, Matrix, ShortText, Topic, code_of, options_of, words_of
from instruments.piping import filled
from instruments.sentences import Texts, in_language

_LATER: Texts = {
    "en": "(asked in a catch-up, version {version})",
    "fr": "(demandé en rattrapage, version {version})",
}

_LONGEST = 32  # of an instrument's id in a name


class Speaker(StrEnum):
    """Whose words they are. An interviewer's notes are the interviewer's words about what was said."""

    PARTICIPANT = "participant"
    INTERVIEWER = "interviewer"


@dataclass(frozen=True, slots=True)
class Part:
    """What was said to one question: ``heading`` is the question as this version worded it, ``text`` never empty."""

    question: str  # its id; empty outside the guide
    heading: str
    speaker: Speaker
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything of one record that can be coded. ``name`` is unique in the dataset, ASCII, at most 50 characters."""

    id: UUID  # of the record
    name: str
    case: Case
    record: Record
    instrument: Instrument
    day: date
    parts: tuple[Part, ...]
    memo: str = field(default="", repr=False)


def documents(data: Dataset) -> Iterator[Document]:
    """The documents in the order of the records; records in which nothing was said have none."""
    cases = data.cases_by_id()
    instruments = {instrument.id: instrument for instrument in data.instruments}
    for record in data.records():
        document = document_of(record, cases[record.case], instruments[record.instrument], data.language)
        if document.parts or document.memo:
            yield document


def document_of(record: Record, case: Case, instrument: Instrument, language: str) -> Document:
    """The record as a text, with or without parts; headings in the language of the record, else ``language``."""
    spoken = _Spoken(record, instrument, record.language or language)
    parts = [part for column in instrument.columns for part in _parts(column, spoken)]
    parts += [
        Part("", aside.words, Speaker.INTERVIEWER, f"Asked outside the guide. Theme: {aside.theme or 'none noted'}.")
        for aside in record.asides
        if aside.words
    ]
    name = f"{case.pseudonym} {_short(instrument.id)} {record.occasion}"
    return Document(record.id, name, case, record, instrument, record.day, tuple(parts), record.memo)


def _short(instrument_id: str) -> str:
    """The id, or its beginning with a mark by which two long ids differ."""
    if len(instrument_id) <= _LONGEST:
        return instrument_id
    return f"{instrument_id[: _LONGEST - 7]}-{hashlib.sha256(instrument_id.encode()).hexdigest()[:6]}"


class _Spoken:
    """A record with the wordings of its version, as they were on the screen: earlier answers piped into them."""

    def __init__(self, record: Record, instrument: Instrument, language: str) -> None:
        self.record, self.language = record, language
        self.speaker = Speaker.INTERVIEWER if instrument.role is Role.GUIDE else Speaker.PARTICIPANT
        self._questions = {
            column.question.id: column.wordings.get(record.version_of(column.question.id), column.question)
            for column in instrument.columns
        }
        self._answers = {name: cell.answer for name, cell in record.cells.items() if cell.answer is not None}

    def heading(self, question_id: str, row: Texts) -> str:
        """The question as it was asked, with the row of a matrix behind it."""
        asked = self._filled(self._questions[question_id].label)
        of_row = self._filled(row)
        whole = f"{asked} – {of_row}" if of_row else asked
        later = self.record.cells[question_id].version
        return f"{whole} {in_language(_LATER, self.language).format(version=later)}" if later else whole

    def _filled(self, texts: Texts) -> str:
        return filled(in_language(texts, self.language), self._questions, self._answers, self.language)


def _parts(column: Column, spoken: _Spoken) -> Iterator[Part]:
    name = column.question.id
    wording = column.wordings.get(spoken.record.version_of(name), column.question)
    for row, text in _texts(wording.kind, spoken.record.cells[name].answer):
        if text.strip():
            yield Part(name, spoken.heading(name, row), spoken.speaker, text)


def _texts(kind: Kind, answer: Json) -> Iterator[tuple[Texts, str]]:
    """What stands in an answer in somebody's own words, each with the label of its row if it has one."""
    match kind, answer:
        case Topic(), dict():
            notes = answer.get("notes")
            if isinstance(notes, str):
                yield {}, notes
        case ((ShortText() | LongText()), str()):
            yield {}, answer
        case Matrix(), dict():
            for row in kind.rows:
                value = answer.get(row.id)
                own = [value] if isinstance(value, str) and isinstance(kind.each, ShortText) else _own_words(value)
                for text in own:
                    yield row.label, text
        case _ if options_of(kind):
            for text in _own_words(answer):
                yield {}, text
        case _:
            return


def _own_words(answer: Json) -> Iterator[str]:
    for chosen in answer if isinstance(answer, list) else [answer]:
        if code_of(chosen) and words_of(chosen):
            yield words_of(chosen)
