"""From the interviewer's page to what changed: topics, what is known of the interview, candidate questions, the memo.

The page and its script send the same fields. A field that is not sent was not touched; what stands already is not said
again, so a save says what is new and nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from instruments import fields as named
from instruments.answers import filled, question_reader
from instruments.definition import Instrument, Question, questions
from instruments.fields import Circumstances
from instruments.kinds import Answer, Json, Topic
from instruments.sentences import Problem
from survey import notes
from survey.deltas import About, Candidate, Delta, Memo, Record, TopicNote

Fields = Mapping[str, Sequence[str]]

ABOUT = ("tape", "setting", "present")
NEW = "new"


def asked_of(guide: Instrument) -> tuple[Question, ...]:
    """What there is to ask, in the order of the guide."""
    return tuple(question for question in questions(guide) if question.asks)


def shown(question: Question, record: Record) -> Mapping[str, Sequence[str]]:
    """The fields of a question as they stand."""
    answer = record.topics.get(question.id)
    return filled(question, answer) if answer is not None else {}


def seen_field(register: str) -> str:
    """Where a page says which entry of a register it had shown."""
    return f"seen.{register}"


def delta_of(guide: Instrument, sent: Fields, record: Record, *, now: datetime) -> tuple[Delta, list[Problem]]:
    """What the fields change in the record, and what cannot be taken of them; the rest is kept all the same."""
    topics: dict[str, TopicNote] = {}
    problems: list[Problem] = []
    for question in asked_of(guide):
        if not _touched(question, sent):
            continue
        answer, wrong = question_reader(question)(_stamped(question, sent, record, now), Circumstances(now.date(), {}))
        problems.extend(wrong)
        if not wrong and answer != record.topics.get(question.id):
            topics[question.id] = TopicNote(answer, _seen(sent, f"topic:{question.id}"))
    return Delta(topics, _about(sent, record), _candidates(sent, record), _memo(sent, record)), problems


def is_empty(delta: Delta) -> bool:
    """Whether nothing changed."""
    return not (delta.topics or delta.meta or delta.candidates or delta.memo)


def _one(sent: Fields, name: str) -> str | None:
    values = sent.get(name)
    return values[0] if values else None


def _seen(sent: Fields, register: str) -> int:
    text = _one(sent, seen_field(register)) or "0"
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _touched(question: Question, sent: Fields) -> bool:
    """Unticked boxes are not sent, so the page names the questions whose fields it holds."""
    return question.id in sent.get("holds", ())


def _stamped(question: Question, sent: Fields, record: Record, now: datetime) -> Fields:
    """The fields with the time of each probe: as the script says, as it stands, or this moment."""
    if not isinstance(question.kind, Topic):
        return sent
    stands = record.topics.get(question.id)
    before = stands.get("probes") if isinstance(stands, dict) else None
    ticked: Mapping[str, Answer] = before if isinstance(before, dict) else {}
    at = {}
    for probe in sent.get(named.probe_field(question.id), ()):
        field = named.probe_at_field(question.id, probe)
        at[field] = [str(_one(sent, field) or ticked.get(probe) or notes.moment(now))]
    return {**sent, **at}


def _about(sent: Fields, record: Record) -> About | None:
    changed: dict[str, str] = {}
    for name in ABOUT:
        value = _one(sent, f"about.{name}")
        if value is not None and value.strip() != str(record.about.get(name, "")):
            changed[name] = value.strip()
    if not changed:
        return None
    return About(changed.get("tape"), changed.get("setting"), changed.get("present"), seen=_seen(sent, "meta"))


def _candidates(sent: Fields, record: Record) -> list[Candidate]:
    stands = {one.id: one for one in record.candidates}
    found = []
    for name in dict.fromkeys([*sent.get("candidate", ()), NEW]):
        words, theme = _one(sent, f"candidate.{name}.words"), _one(sent, f"candidate.{name}.theme")
        if words is None or (name == NEW and not words.strip()):
            continue
        after = _one(sent, f"candidate.{name}.after") or ""
        one = Candidate(
            id=uuid4().hex if name == NEW else name,
            words=words.strip(),
            theme=(theme or "").strip(),
            after=after,
            removed=not words.strip(),
            seen=_seen(sent, f"candidate:{name}"),
        )
        former = stands.get(one.id)
        if former is None or (former.words, former.theme) != (one.words, one.theme):
            found.append(one)
    return found


def _memo(sent: Fields, record: Record) -> Memo | None:
    text = _one(sent, "memo")
    if text is None or text.strip() == record.memo:
        return None
    return Memo(text.strip(), _seen(sent, "memo"))


def paused(record: Record) -> bool:
    """Whether the conversation is interrupted at this moment."""
    pauses = record.about.get("pauses")
    return bool(isinstance(pauses, list) and pauses and isinstance(pauses[-1], list) and len(pauses[-1]) == 1)


def turned(record: Record, *, now: datetime) -> Delta:
    """The clock stands still from now on, or runs again."""
    held = record.about.get("pauses")
    pauses: list[list[str]] = (
        [[str(one) for one in pause] for pause in held if isinstance(pause, list)] if isinstance(held, list) else []
    )
    if paused(record):
        pauses[-1].append(notes.moment(now))
    else:
        pauses.append([notes.moment(now)])
    return Delta(meta=About(pauses=pauses, seen=newest_of_meta(record)))


def newest_of_meta(record: Record) -> int:
    """The last entry about the interview itself."""
    return max((at for register, at in record.newest.items() if register.startswith("meta:")), default=0)


def state_of(answer: Json) -> str:
    """What became of a topic, in a word: asked, skipped, declined, or nothing yet."""
    state = answer.get("state") if isinstance(answer, dict) else ""
    return str(state or "") if isinstance(answer, dict) else ("asked" if answer is not None else "")
