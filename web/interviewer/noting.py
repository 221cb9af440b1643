"""From the interviewer's page to what changed: topics, what is known of the interview, candidate questions, the memo.

The page and its script send the same fields. A field that is not sent was not touched; what stands already is not said
again, so a save says what is new and nothing else. What cannot be taken is a problem beside its field, and everything
else is kept all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from instruments import fields as named
from instruments.answers import question_reader
from instruments.definition import Instrument, Question, questions
from instruments.fields import Circumstances
from instruments.kinds import Answer, Topic
from instruments.sentences import Problem, Sentence
from survey import deltas, notes, once
from survey.deltas import About, Candidate, Delta, Memo, Record, TopicNote
from survey.once import FormUnreadable

Fields = Mapping[str, Sequence[str]]

ABOUT = ("tape", "setting", "present")
NEW = "new"

_SHORT = 500
_TOO_LONG = Sentence("This is longer than 500 characters. Shorten it, or write it into the notes.")
_MUCH_TOO_LONG = Sentence("This is longer than 50,000 characters. Shorten it, or carry on in a second one.")
_NOT_RECORDED = Sentence("There is no consent to be recorded. Take notes instead, or ask for it first.")


def asked_of(guide: Instrument) -> tuple[Question, ...]:
    """What there is to ask, in the order of the guide."""
    return tuple(question for question in questions(guide) if question.asks)


def delta_of(
    guide: Instrument, sent: Fields, record: Record, *, now: datetime, recorded: bool = True
) -> tuple[Delta, list[Problem]]:
    """What the fields change in the record, and what cannot be taken of them; the rest is kept all the same.

    ``recorded`` says whether the participant agrees to be recorded: no tape is named without it.
    """
    problems: list[Problem] = []
    delta = Delta(
        _topics(guide, sent, record, now, problems),
        _about(sent, record, problems, recorded=recorded),
        _candidates(sent, record, problems),
        _memo(sent, record, problems),
        (one(sent, "tab") or "")[:64],
    )
    return delta, problems


def is_empty(delta: Delta) -> bool:
    """Whether nothing changed."""
    return not (delta.topics or delta.meta or delta.candidates or delta.memo)


def units(registers: Iterable[str]) -> list[str]:
    """The parts of the page in which these registers stand: what is known of the interview is one part."""
    return sorted({"meta" if register.startswith("meta:") else register for register in registers})


def kept(delta: Delta) -> list[str]:
    """The parts of the page of which the delta keeps something."""
    return units(deltas.registers(delta))


def anchor(field: str) -> str:
    """Where on the page a person finds the field of a problem: the field itself, or the topic it belongs to."""
    if field.endswith(".notes") or field == "memo" or field.startswith(("about.", "candidate.")):
        return field
    return f"t-{field.partition('.')[0]}"


def unit_of(field: str) -> str:
    """The part of the page to which the field of a problem belongs."""
    kind, _, rest = field.partition(".")
    if kind == "about":
        return "meta"
    if kind == "candidate":
        return f"candidate:{rest.partition('.')[0]}"
    return field if field == "memo" else f"topic:{kind}"


def one(sent: Fields, name: str) -> str | None:
    """The first value of a field; None if it was not sent."""
    values = sent.get(name)
    return values[0] if values else None


def seen(sent: Fields, register: str) -> int:
    """Which entry of a register the page had shown."""
    text = one(sent, f"seen.{register}") or "0"
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def holds(question: Question, sent: Fields) -> bool:
    """Unticked boxes are not sent, so the page names the questions whose fields it holds."""
    return question.id in sent.get("holds", ())


def answer_of(question: Question, sent: Fields, record: Record, *, now: datetime) -> tuple[Answer, list[Problem]]:
    """What the fields say to a question, and why it cannot be taken."""
    answer, wrong = question_reader(question)(_stamped(question, sent, record, now), Circumstances(now.date(), {}))
    return answer, list(wrong)


def _topics(
    guide: Instrument, sent: Fields, record: Record, now: datetime, problems: list[Problem]
) -> dict[str, TopicNote]:
    found: dict[str, TopicNote] = {}
    for question in asked_of(guide):
        if not holds(question, sent):
            continue
        answer, wrong = answer_of(question, sent, record, now=now)
        problems += wrong
        if not wrong and answer != record.topics.get(question.id):
            found[question.id] = TopicNote(answer, seen(sent, f"topic:{question.id}"))
    return found


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
        at[field] = [str(one(sent, field) or ticked.get(probe) or notes.moment(now))]
    return {**sent, **at}


def _about(sent: Fields, record: Record, problems: list[Problem], *, recorded: bool) -> About | None:
    changed: dict[str, str] = {}
    for name in ABOUT:
        value = one(sent, f"about.{name}")
        if value is None or value.strip() == str(record.about.get(name, "")):
            continue
        if len(value) > _SHORT:
            problems.append(Problem(f"about.{name}", _TOO_LONG))
        elif name == "tape" and value.strip() and not recorded:
            problems.append(Problem(f"about.{name}", _NOT_RECORDED))
        else:
            changed[name] = value.strip()
    if not changed:
        return None
    return About(changed.get("tape"), changed.get("setting"), changed.get("present"), seen=seen(sent, "meta"))


def candidates_in(sent: Fields) -> list[Candidate]:
    """The candidate questions that the page held, the empty place for a further one left out."""
    found = []
    for name in dict.fromkeys([*sent.get("candidate", ()), NEW]):
        words, theme = one(sent, f"candidate.{name}.words"), one(sent, f"candidate.{name}.theme")
        if words is None or (name == NEW and not words.strip()):
            continue
        words, after = words.strip(), one(sent, f"candidate.{name}.after") or ""
        at = seen(sent, f"candidate:{name}")
        found.append(Candidate(name, words, (theme or "").strip(), after, removed=not words, seen=at))
    return found


def _candidates(sent: Fields, record: Record, problems: list[Problem]) -> list[Candidate]:
    stands = {former.id: former for former in record.candidates}
    found = []
    for said in candidates_in(sent):
        former = stands.get(said.id)
        if former is not None and (former.words, former.theme) == (said.words, said.theme):
            continue
        if former is None and said.removed:
            continue
        long = [name for name in ("words", "theme") if len(getattr(said, name)) > deltas.LONGEST]
        problems += [Problem(f"candidate.{said.id}.{name}", _MUCH_TOO_LONG) for name in long]
        if not long:
            name = _name(sent, said) if said.id == NEW else said.id
            if name == said.id or name not in stands:
                found.append(Candidate(name, said.words, said.theme, said.after, said.removed, said.seen))
    return found


def _name(sent: Fields, said: Candidate) -> str:
    """What a question is called that the page had no name for: the same when the same page is sent again."""
    try:
        return once.number_of(once.read(one(sent, "once")), "candidate", said.words, said.theme, said.after).hex
    except FormUnreadable:
        return uuid4().hex


def _memo(sent: Fields, record: Record, problems: list[Problem]) -> Memo | None:
    text = one(sent, "memo")
    if text is None or text.strip() == record.memo:
        return None
    if len(text) > deltas.LONGEST:
        problems.append(Problem("memo", _MUCH_TOO_LONG))
        return None
    return Memo(text.strip(), seen(sent, "memo"))


def paused(record: Record) -> bool:
    """Whether the conversation is interrupted at this moment."""
    pauses = _pauses(record)
    return bool(pauses and len(pauses[-1]) == 1)


def _pauses(record: Record) -> list[list[str]]:
    held = record.about.get("pauses")
    return [[str(at) for at in pause] for pause in held if isinstance(pause, list)] if isinstance(held, list) else []


def turned(record: Record, *, pause: bool, now: datetime) -> Delta:
    """The clock stands still from now on, or runs again; an empty delta if it does already."""
    if paused(record) is pause:
        return Delta()
    pauses = _pauses(record)
    if pause:
        pauses.append([notes.moment(now)])
    else:
        pauses[-1].append(notes.moment(now))
    return Delta(meta=About(pauses=pauses, seen=newest_of_meta(record)))


def newest_of_meta(record: Record) -> int:
    """The last entry about the interview itself."""
    return max((at for register, at in record.newest.items() if register.startswith("meta:")), default=0)
