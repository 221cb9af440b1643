"""How deltas are checked, sealed and read back."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy.orm import Session

from instruments.answers import filled, question_reader
from instruments.definition import Question
from instruments.fields import Circumstances
from instruments.kinds import Json
from instruments.reading_topics import is_moment
from instruments.route import Plan
from survey import deltas
from survey.deltas import About, Delta, Numbered, TopicNote
from survey.runs import Response
from vault import records
from vault.errors import CannotOpen, Invalid

_ANY_DAY = date(9999, 12, 31)
_SHORT = 500


class NoteUnreadable(Invalid):
    """What was sent is no delta."""

    public = "These notes could not be read, so they were not kept. Copy them, load the page again and enter them anew."


class AnswerNotTaken(Invalid):
    """An answer that its question does not take. Which one, the page has said beside its field."""

    public = "An answer cannot be taken as it is, so this was not kept. Look at what you typed, then save again."


class _Inside(msgspec.Struct, frozen=True):
    at: datetime
    delta: Delta


_decode = msgspec.json.Decoder(_Inside).decode
_read_delta = msgspec.json.Decoder(Delta).decode


def moment(now: datetime) -> str:
    """A time as it stands in notes: UTC, to the second."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_json(data: bytes) -> Delta:
    """The delta that a page sent. Raises NoteUnreadable."""
    try:
        return _read_delta(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise NoteUnreadable from None


def checked(delta: Delta, plan: Plan | None) -> Delta:
    """The delta with each answer in its one spelling; Invalid for what its question or field does not take."""
    topics = {name: _topic(plan, name, said) for name, said in delta.topics.items()}
    if delta.meta is not None:
        _check_about(delta.meta)
    if len(delta.tab) > 64 or any(not candidate.id or len(candidate.id) > 64 for candidate in delta.candidates):
        raise NoteUnreadable
    texts = [text for one in delta.candidates for text in (one.words, one.theme, one.after)]
    if delta.memo is not None:
        texts.append(delta.memo.text)
    if any(len(text) > deltas.LONGEST for text in texts):
        raise Invalid("A text is longer than 50,000 characters. Shorten it, or carry on in a second one.")
    return Delta(topics, delta.meta, delta.candidates, delta.memo, delta.tab)


def _topic(plan: Plan | None, name: str, said: TopicNote) -> TopicNote:
    question = plan.question(name) if plan else None
    if question is None:
        raise NoteUnreadable
    if said.answer is None:
        return said
    if question.identifying and _says_something(said.answer):
        raise Invalid("Names do not go into the notes. Enter the person under “Somebody was named”.")
    return TopicNote(_spelled(question, said.answer), said.seen)


def _says_something(answer: Json) -> bool:
    """Whether there is more than what became of a topic and which probes were raised."""
    return bool(answer.get("notes")) if isinstance(answer, dict) and "state" in answer else bool(answer)


def _spelled(question: Question, answer: Json) -> Json:
    """The answer as a page with these fields would have given it."""
    found, problems = question_reader(question)(filled(question, answer), Circumstances(_ANY_DAY, {}))
    if problems:
        raise AnswerNotTaken
    return found


def _check_about(about: About) -> None:
    if any(len(text) > _SHORT for text in (about.tape, about.setting, about.present) if text):
        raise Invalid("What is noted about the interview may have 500 characters in each field. Shorten it.")
    moments = [text for text in (about.started_at, about.ended_at) if text]
    pauses = about.pauses or []
    moments += [text for pause in pauses for text in pause if text]
    if len(pauses) > deltas.MOST_PAUSES or any(not 1 <= len(pause) <= 2 for pause in pauses):
        raise NoteUnreadable
    if not all(map(is_moment, moments)):
        raise NoteUnreadable


def written(delta: Delta, now: datetime) -> bytes:
    """The bytes that are sealed."""
    return msgspec.json.encode(_Inside(now, delta))


def read(db: Session, key: bytes, response: Response, *, after: int = 0) -> list[Numbered]:
    """The deltas of a run later than sequence ``after``, in order; CannotOpen if one was altered or moved."""
    return assembled(records.load_response(db, key, response.participant_id, response.id, after=after), response)


def assembled(pages: Iterable[records.Saved], response: Response) -> list[Numbered]:
    """The same from the run's pages, where they have been opened already, in the order of saving."""
    found = []
    for page in pages:
        if page.address != response.address(page.address.slot):
            raise CannotOpen
        inside = _decode(page.plain)
        found.append(Numbered(page.sequence, inside.at, inside.delta))
    return found
