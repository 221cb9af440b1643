"""What a release is made of, before any file: cases, what was asked of them, and what they answered. Plain values.

A ``Dataset`` is small and fits in memory; the answers are not, so ``records`` reads them anew each time it is called,
in the same order, one run after the other. By the time a ``Dataset`` reaches a writer, consent, the profile and the
roster have had their say: everything in it may stand in the file. Writers decide nothing about that, and know neither a
database nor a key. The same dataset gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from instruments.definition import Question, Role
from instruments.kinds import Answer
from instruments.route import Missingness
from instruments.sentences import Texts


class Sink(Protocol):
    """Where a writer writes to. It cannot go back: nothing of a release is ever put down in the clear."""

    def write(self, data: bytes, /) -> object:
        """``data`` stands behind what was written before."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release: its name within it (ASCII, parts separated by "/"), and what writes it from the start."""

    name: str
    write: Callable[[Sink], None] = field(repr=False)


class AttributeKind(StrEnum):
    """What the values of an attribute are. All are kept as text: ``"yes"``, ``"12"``, ``"2006-10-04"``."""

    TEXT = "text"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that is known of every case, such as the site, a part of the sampling frame, or ``quotable``."""

    name: str  # as the study wrote it; unique, but not an identifier
    kind: AttributeKind = AttributeKind.TEXT


@dataclass(frozen=True, slots=True)
class Case:
    """A participant, by the pseudonym that stands in this release. An attribute that is not known is not there."""

    id: UUID  # not the one in the database; the same in every release of a study, unless releases may not be linked
    pseudonym: str
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A question over all versions of its instrument. ``question`` is its newest wording."""

    question: Question
    section: Texts  # title of the section in which it stands, empty if it has none
    wordings: Mapping[int, Question]  # by number of version; a version that is not there does not ask it


@dataclass(frozen=True, slots=True)
class Version:
    """A published version as far as a file has to name it."""

    number: int
    fingerprint: str
    published_on: date
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A survey or a guide over all its versions; columns in the order of the newest, retired questions at the end."""

    id: str  # unique in the dataset, an identifier
    title: Texts
    role: Role
    versions: tuple[Version, ...]
    columns: tuple[Column, ...]
    caught_up: bool = False  # somebody was asked questions later, in a catch-up


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one question in one run. ``answer`` is there only if it was answered; see instruments.kinds.

    ``version`` is the one under which it was asked, where that is another than the record's: in a catch-up.
    """

    became: Missingness
    answer: Answer = field(default=None, repr=False)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """A question outside the guide, with the topic after which it came up and what was thought of it."""

    words: str = field(repr=False)
    after: str  # a question's id, empty if it is not known
    theme: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A catch-up that stands in a record: under which version, on which day, and whose cells it filled."""

    version: int
    day: date  # shifted as the record's
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one case through one version: a survey filled in, or an interview held.

    ``cells`` has an entry for every column of the instrument. ``occasion`` counts the runs of the same case through
    the same instrument from 1. ``day`` is shifted if the release says so.
    """

    id: UUID  # as for a case
    case: UUID
    instrument: str
    version: int
    occasion: int
    day: date
    language: str
    finished: bool
    cells: Mapping[str, Cell] = field(repr=False)
    asides: tuple[Aside, ...] = field(default=(), repr=False)
    memo: str = field(default="", repr=False)
    later: tuple[CaughtUp, ...] = ()

    def version_of(self, question: str) -> int:
        """The version under which a question was asked, or would have been."""
        return self.cells[question].version or self.version


@dataclass(frozen=True, slots=True)
class Theme:
    """A finding that caused questions: ``questions`` names them as (instrument's id, question's id)."""

    name: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that a release may say. ``language`` is the one of labels, where a text exists in it."""

    id: UUID  # of the release
    study: UUID  # GUIDs of what outlives a release, such as questions and themes, are made from it
    title: str
    reference: str
    language: str
    made_on: date
    shifted: bool  # whether dates were moved by a constant for each case
    attributes: tuple[Attribute, ...]
    cases: tuple[Case, ...]  # by pseudonym
    instruments: tuple[Instrument, ...]
    themes: tuple[Theme, ...]
    records: Callable[[], Iterator[Record]] = field(repr=False)  # by pseudonym, instrument, occasion

    def cases_by_id(self) -> Mapping[UUID, Case]:
        """Every case by its id. Ask once and keep it."""
        return {case.id: case for case in self.cases}

    def instrument(self, instrument_id: str) -> Instrument:
        """The instrument with this id; KeyError if there is none."""
        return {instrument.id: instrument for instrument in self.instruments}[instrument_id]
