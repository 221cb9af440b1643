"""What the demo study is made of: people, answers and interview notes, as they stand written in ``demo_study/``.

Only files are read here. Whoever wants another demo edits them.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from consent.scopes import Scope
from survey.withdrawals import Way
from vault.studies import Role

_FOLDER = Path(__file__).parent / "demo_study"
_PART = re.compile(r"^## ([a-z_]+)\n", re.MULTILINE)

MENTEES = range(1, 22)
MENTORS = range(22, 29)

Ends = Literal["interviewed", "identified", "invited", "no-reply", "declined", "said-no", "consented"]


class Colleague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the team."""

    role: Role
    name: str
    email: str


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody answers to the short survey; what is not here is left out."""

    years: int
    degrees: list[str]
    has_mentor: str
    state: Literal["sent", "begun"] = "sent"
    gender: str = ""  # only where it differs from that of the sampling frame
    gender_words: str = ""
    other_degree: str = ""
    assigned_or_chosen: str = ""
    meetings: int | None = None
    agreement: list[int] | Literal["declined"] | None = None  # in the order of the statements
    barrier: list[str] = []
    comment: str = ""


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is asked to take part."""

    key: str
    name: str
    university: str
    gender: str
    mentor: bool = False
    work: str = ""
    wave: int = 0  # when the person is approached; 0: never
    language: str = "en"
    typed_code: bool = False
    note: str = ""
    consent: Literal["typed", "spoken"] = "typed"
    witness: str = ""
    recording: str = ""
    declines: list[Scope] = []
    takes_back: list[Scope] = []
    nominates: str = ""
    nominated_by_self: bool = False
    relation: str = ""
    survey: Survey | None = None
    ends: Ends = "interviewed"
    leaves: Way | None = None

    @property
    def number(self) -> int:
        """The number of the person's interview; 0 if there is none."""
        return int(self.key) if self.key.isdigit() else 0

    @property
    def email(self) -> str:
        """An address of the kind that reaches nobody."""
        plain = self.name.lower().replace("é", "e").replace("’", "")
        return ".".join(plain.split()) + "@example.org"


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many people are wanted in a part of the frame."""

    of: dict[str, str]
    target: int


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What frames the study."""

    title: str
    reference: str
    board: str
    board_reference: str
    covers: str
    amendments: dict[int, str]
    sites: list[str]
    frame: str
    quotas: list[Quota]
    link: str
    contacts: dict[str, str]  # in place of those that are invented in the ready letter


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that was asked outside the guide."""

    words: str
    theme: str
    after: str


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above the notes of an interview."""

    minutes: int
    setting: str
    present: str = ""
    pauses: list[tuple[int, int]] = []  # after how many minutes, and for how many
    probes: dict[str, list[str]] = {}
    asked: list[str] = []  # without notes: what was said there is kept elsewhere, as whom somebody named
    skipped: list[str] = []
    declined: list[str] = []
    candidates: list[Candidate] = []


@dataclass(frozen=True, slots=True)
class Notes:
    """An interview as it was noted: about itself, then question by question in the order in which they came up."""

    about: _Head
    topics: dict[str, str] = field(repr=False)
    memo: str = field(repr=False)

    @property
    def words(self) -> int:
        """How long the notes are."""
        return sum(len(text.split()) for text in (*self.topics.values(), self.memo))


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is written in the folder."""

    frame: Frame
    team: tuple[Colleague, ...]
    people: dict[str, Person]
    interviews: dict[int, Notes]

    @property
    def nominator(self) -> dict[str, str]:
        """By the key of somebody who was named, who named them."""
        return {person.nominates: person.key for person in self.people.values() if person.nominates}


class _People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    team: list[Colleague]
    people: list[Person]


@cache
def material() -> Material:
    """What is written in ``demo_study/``; a ValueError for a file that does not fit."""
    people = msgspec.convert(_yaml("people.yaml"), _People)
    frame = msgspec.convert(_yaml("study.yaml"), Frame)
    interviews = {int(path.stem): notes(path.read_text(encoding="utf-8")) for path in _interview_files()}
    return Material(frame, tuple(people.team), {person.key: person for person in people.people}, interviews)


def _yaml(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


def _interview_files() -> list[Path]:
    return sorted((_FOLDER / "interviews").glob("[0-9][0-9].md"))


def notes(text: str) -> Notes:
    """The notes in a file: a head in YAML between two lines of dashes, then parts under ``## question``."""
    _, head, body = text.split("---\n", 2)
    first, *parts = _PART.split(body)
    if first.strip():
        raise ValueError("notes that belong to no question")
    found = {name: said.strip() for name, said in zip(parts[::2], parts[1::2], strict=True)}
    memo = found.pop("memo", "")
    return Notes(msgspec.convert(yaml.safe_load(head), _Head), found, memo)
