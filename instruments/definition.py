"""What an instrument is: a survey or a guide, its sections, and their questions. Values that nothing can change.

A definition is the whole of what is asked and how, in every language, and nothing about when or of whom: number,
approval and dates of a version stand beside it. ``question.id`` never changes meaning over versions; answers given
under different versions are merged by it.

Texts may say what was answered before: ``${id}`` in a label or help is replaced by the answer (instruments.piping).
"""

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from instruments.kinds import Information, Kind, Value
from instruments.sentences import Texts
from vault.errors import Invalid

# Also a name in a statistics file and part of the name of a form field, so it is short and has no dot.
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2}|-[0-9]{3})?")
LARGEST = 8_000_000


class Role(StrEnum):
    """Who reads the questions: the participant, or an interviewer."""

    SURVEY = "survey"
    GUIDE = "guide"


class Question(Value, frozen=True):
    """Something that is asked, or read (information)."""

    id: str
    kind: Kind
    label: Texts
    help: Texts = msgspec.field(default_factory=dict)
    notes: Texts = msgspec.field(default_factory=dict)  # to the interviewer; never shown to a participant
    required: bool = False
    may_decline: bool = False  # offers "I prefer not to answer this"
    relevant: str = ""  # asked only where this condition on earlier questions holds
    constraint: str = ""  # what has to hold for an answer, which is the dot in it
    message: Texts = msgspec.field(default_factory=dict)  # what to do when the constraint or the pattern is not met
    identifying: bool = False  # the answer goes to the linkage store only
    new_page: bool = False  # begins a page of its own within its section

    @property
    def asks(self) -> bool:
        """Whether there is anything to answer."""
        return not isinstance(self.kind, Information)


class Section(Value, frozen=True):
    """Questions that belong together; by default they are one page."""

    id: str
    questions: tuple[Question, ...] = ()
    title: Texts = msgspec.field(default_factory=dict)
    help: Texts = msgspec.field(default_factory=dict)
    relevant: str = ""  # none of its questions is asked unless this condition on earlier sections holds


class Instrument(Value, frozen=True):
    """A survey or guide. The first of its languages is the one it was written in."""

    id: str
    role: Role
    title: Texts
    languages: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    help: Texts = msgspec.field(default_factory=dict)
    provenance: Texts = msgspec.field(
        default_factory=dict
    )  # where the wording comes from, shown wherever the instrument is: "our reconstruction"
    minutes: int | None = None  # how long it is expected to take

    @property
    def language(self) -> str:
        """The language in which the instrument was written."""
        return self.languages[0] if self.languages else "en"


class DefinitionUnreadable(Invalid):
    """The bytes are no definition, or one of another shape than ours."""

    public = "This is not an instrument that Verbatim can read."


def questions(instrument: Instrument) -> Iterator[Question]:
    """All questions in the order in which they stand."""
    for section in instrument.sections:
        yield from section.questions


def find(instrument: Instrument, question_id: str) -> Question | None:
    """The question with this id, if there is one."""
    return next((question for question in questions(instrument) if question.id == question_id), None)


_DECODER = msgspec.json.Decoder(Instrument)
_ENCODER = msgspec.json.Encoder()


def to_json(instrument: Instrument) -> bytes:
    """The definition as JSON that ``from_json`` reads back as the same value. For a fingerprint, see canonical."""
    return _ENCODER.encode(instrument)


def size_of(part: Value) -> int:
    """How many bytes a part of a definition takes as JSON."""
    return len(_ENCODER.encode(part))


def from_json(data: bytes) -> Instrument:
    """The definition in ``data``. Raises DefinitionUnreadable."""
    if len(data) > LARGEST:
        raise DefinitionUnreadable
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DefinitionUnreadable from error
