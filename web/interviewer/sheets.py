"""What the interviewer's pages show of a guide and its notes: a sheet for each topic, what is around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from instruments.answers import filled
from instruments.definition import Instrument, Question
from instruments.kinds import Json, Topic
from instruments.sentences import Problem, Texts
from survey.deltas import Candidate, Earlier, Record
from web.interviewer import noting
from web.interviewer.noting import Fields
from web.kit.sentences import said

STATES = {
    "": _l("not yet"),
    "asked": _l("asked"),
    "partly": _l("partly"),
    "skipped": _l("skipped"),
    "declined": _l("declined"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One question of the guide as it stands, or as it was sent and could not be taken."""

    question: Question
    section: Texts
    read_before: tuple[Question, ...]  # what is said before it and asks nothing
    stands: Fields
    seen: int
    state: str
    earlier: tuple[Earlier, ...]  # replaced from another window that did not know it

    @property
    def number_of_ticks(self) -> int:
        """How many probes are ticked."""
        return len(self.stands.get(f"{self.question.id}.probe", ()))


@dataclass(frozen=True, slots=True)
class Around:
    """What is noted beside the topics."""

    about: Mapping[str, str]
    candidates: Sequence[Candidate]
    further: Candidate | None  # typed into the empty place and not taken
    memo: str
    earlier: tuple[Earlier, ...]


def of_guide(guide: Instrument, record: Record, sent: Fields | None = None, *, now: datetime) -> list[Sheet]:
    """The sheets in the order of the guide. With ``sent`` they show what was typed, taken or not."""
    found = []
    for section in guide.sections:
        before: list[Question] = []
        for question in section.questions:
            if not question.asks:
                before.append(question)
                continue
            found.append(_sheet(question, section.title, tuple(before), record, sent, now))
            before = []
    return found


def _sheet(
    question: Question, section: Texts, before: tuple[Question, ...], record: Record, sent: Fields | None,
    now: datetime,
) -> Sheet:  # fmt: skip
    register = f"topic:{question.id}"
    answer = record.topics.get(question.id)
    stands: Fields = filled(question, answer) if answer is not None else {}
    seen = record.newest.get(register, 0)
    if sent is not None and noting.holds(question, sent):
        typed, wrong = noting.answer_of(question, sent, record, now=now)
        if wrong or typed != answer:
            stands, seen = sent, noting.seen(sent, register)
    return Sheet(question, section, before, stands, seen, state_of(question, answer), _earlier(record, register))


def _earlier(record: Record, *registers: str) -> tuple[Earlier, ...]:
    return tuple(one for one in record.earlier if one.register in registers)


def around(record: Record, sent: Fields | None = None) -> Around:
    """What stands beside the topics. With ``sent`` what was typed shows, whether or not it could be taken."""
    about = {name: str(record.about.get(name, "")) for name in noting.ABOUT}
    candidates = list(record.candidates)
    memo, further = record.memo, None
    if sent is not None:
        about = {name: noting.one(sent, f"about.{name}") or about[name] for name in about}
        memo = noting.one(sent, "memo") or memo
        typed = {one.id: one for one in noting.candidates_in(sent)}
        candidates = [typed.get(one.id, one) for one in candidates]
        words = {one.words for one in candidates}
        further = typed.get(noting.NEW)
        if further is not None and further.words in words:
            further = None
    others = [one for one in record.earlier if not one.register.startswith("topic:")]
    return Around(about, candidates, further, memo, tuple(others))


def state_of(question: Question, answer: Json) -> str:
    """What became of a topic, in a word: asked, asked in part (some probes are ticked, not all), skipped, declined."""
    if not isinstance(question.kind, Topic):
        return "asked" if answer is not None else ""
    if not isinstance(answer, dict):
        return ""
    state, ticked = str(answer.get("state") or ""), answer.get("probes")
    count = len(ticked) if isinstance(ticked, dict) else 0
    return "partly" if state == "asked" and 0 < count < len(question.kind.probes) else state


def wrong(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Where on the page each problem is, and what to do about it."""
    return [(noting.anchor(problem.field), said(problem.sentence)) for problem in problems]


def text_of(earlier: Earlier) -> str:
    """What somebody replaced without having seen it, as text."""
    value = earlier.value
    if isinstance(value, dict):
        return str(value.get("notes") or value.get("words") or value.get("text") or "")
    return value if isinstance(value, str) else ""
