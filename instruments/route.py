"""The way through an instrument: which questions are reached, which page is next, what a page that was sent says.

A ``Plan`` is made once for a version and serves every request. Answers are taken from left to right: a condition sees
only answers to earlier questions that are reached themselves, and of those only options and rows that are offered. So
the way always ends, and an answer on a branch that was left counts for nothing until the branch is taken again; it is
kept all the while.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from instruments.answers import filled
from instruments.condition_parser import parse
from instruments.definition import Instrument, Question, Role, Section
from instruments.fields import Circumstances, Form
from instruments.kinds import Answer, Answers, Rank, codes_of, options_of
from instruments.offering import Offering
from instruments.pages import Page, pages_of
from instruments.ranking import move_field, moved
from instruments.required import lacking
from instruments.sentences import Problem
from instruments.walking import Step, Walk

_MOST = 1000  # of what is remembered of a plan


class Missingness(StrEnum):
    """What became of a question for one participant: never one blank for all of these."""

    ANSWERED = "answered"
    SKIPPED = "skipped"  # reached and left without an answer
    NOT_REACHED = "not_reached"  # skipped by nobody: the conversation or the page did not get there
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"  # the route did not lead there
    NOT_ASKED = "not_asked"  # not in the version that was answered
    WITHDRAWN = "withdrawn"

    @property
    def was_asked(self) -> bool:
        """Whether the question came up."""
        return self in {Missingness.ANSWERED, Missingness.SKIPPED, Missingness.DECLINED}


class Reached(msgspec.Struct, frozen=True):
    """What the route leads to: questions and pages in order, and the answers that count."""

    questions: tuple[str, ...]
    slots: tuple[int, ...]
    answers: Answers


class PageRead(msgspec.Struct, frozen=True):
    """What a page that was sent says. Without problems, ``answers`` are what is to be sealed for the page, those to
    questions that are not reached any more among them. With problems, they are those that are sound by themselves.
    """

    answers: dict[str, Answer]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one is, in words that a page can say: part 2 of 5, about 6 minutes left (None if nobody estimated)."""

    part: int
    parts: int
    minutes: int | None


class Plan:
    """An instrument compiled. Every method is total: any answers, of whatever shape, have their way."""

    __slots__ = ("_far", "_first", "_ids", "_of_section", "_ranked", "_steps", "_straight", "instrument", "pages")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.pages: tuple[Page, ...] = pages_of(instrument)
        self._of_section = {section.id: section for section in instrument.sections}
        conditions = {section.id: parse(section.relevant) for section in instrument.sections if section.relevant}
        self._steps: list[Step] = []
        self._first: list[int] = []
        for page in self.pages:
            self._first.append(len(self._steps))
            section = conditions.get(page.section)
            self._steps += [Step(question, page.slot, section) for question in page.questions]
        self._first.append(len(self._steps))
        self._ranked = [
            [(one.id, one.kind) for one in page.questions if isinstance(one.kind, Rank)] for page in self.pages
        ]
        self._ids = {step.id: step for step in self._steps}
        # Where nothing depends on an answer the route is the same for everybody.
        depends = any(step.section or step.condition or step.offering.conditional for step in self._steps)
        self._straight: Reached | None = None
        if not depends:
            self._straight = Plan.reached(self, {})
        self._far: dict[tuple[int, tuple[str, ...]], Progress] = {}

    @classmethod
    def of(cls, instrument: Instrument) -> "Plan":
        """The plan of an instrument. Raises ConditionUnreadable or PatternUnreadable if it was never inspected."""
        return cls(instrument)

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        step = self._ids.get(question_id)
        return step.question if step else None

    def slot_of(self, question_id: str) -> int | None:
        """The page on which a question stands."""
        step = self._ids.get(question_id)
        return step.slot if step else None

    def section_of(self, slot: int) -> Section:
        """The section to which a page belongs."""
        return self._of_section[self.pages[slot].section]

    def offering(self, question_id: str) -> Offering:
        """Which options and rows a question offers; ask it with ``reached(answers).answers``."""
        return self._ids[question_id].offering

    def reached(self, answers: Answers) -> Reached:
        """Everything that the route leads to, given all answers that are kept."""
        straight = self._straight
        if straight is not None:
            counting = {name: answers[name] for name in straight.questions if answers.get(name) is not None}
            return Reached(straight.questions, straight.slots, counting)
        walk = Walk(answers)
        found = [step for step in self._steps if walk.reaches(step)]
        slots = dict.fromkeys(step.slot for step in found)
        return Reached(tuple(step.id for step in found), tuple(slots), walk.counting)

    def slots(self, answers: Answers) -> tuple[int, ...]:
        """The pages on which something is reached."""
        return self._straight.slots if self._straight is not None else self.reached(answers).slots

    def first(self, answers: Answers) -> int | None:
        """The first page; None if there is nothing to show."""
        return self.after(-1, answers)

    def after(self, slot: int, answers: Answers) -> int | None:
        """The next page; None after the last."""
        slots = self.slots(answers)
        at = bisect_right(slots, slot)
        return slots[at] if at < len(slots) else None

    def before(self, slot: int, answers: Answers) -> int | None:
        """The page before; None before the first."""
        slots = self.slots(answers)
        at = bisect_left(slots, slot)
        return slots[at - 1] if at else None

    def shown(self, slot: int, answers: Answers) -> tuple[Question, ...]:
        """The questions of a page that are reached."""
        walk, steps = self._up_to(slot, answers)
        return tuple(step.question for step in steps if walk.reaches(step))

    def filled(self, slot: int, answers: Answers) -> dict[str, list[str]]:
        """The form fields of a page as they are when it is shown again with these answers."""
        walk, steps = self._up_to(slot, answers)
        fields: dict[str, list[str]] = {}
        for step in steps:
            if walk.reaches(step) and step.id in walk.counting:
                fields |= filled(step.question, walk.counting[step.id])
        return fields

    def moved(self, slot: int, form: Form) -> dict[str, list[str]] | None:
        """The form after the button of a rank was pressed; None if none was, and the page is meant to be read."""
        for question_id, kind in self._ranked[slot]:
            name = move_field(question_id)
            if form.get(name):
                after = {field: list(values) for field, values in form.items() if field != name}
                return after | {question_id: list(moved(kind, form.get(question_id, ()), form[name][0]))}
        return None

    def read(self, slot: int, form: Form, answers: Answers, today: date) -> PageRead:
        """What the page says that was sent, given all answers that are kept so far."""
        walk, steps = self._up_to(slot, answers)
        circumstances = Circumstances(today, walk.counting)
        own: dict[str, Answer] = {}
        problems: list[Problem] = []
        for step in steps:
            if not walk.leads_to(step):
                if step.id in answers:
                    own[step.id] = answers[step.id]
                continue
            answer, wrong = step.read(form, circumstances)
            if step.required and not wrong:
                wrong = lacking(step.question, answer, step.offering.rows(walk.counting))
            if wrong:
                problems.extend(wrong)
            if answer is not None:
                own[step.id] = walk.counting[step.id] = answer
            if step.conditional and step.id in answers:
                whole = step.offering.with_hidden(answer, answers[step.id], walk.counting)
                own |= {} if whole is None else {step.id: whole}
        return PageRead(own, tuple(problems))

    def replaced(self, slot: int, answers: Answers, own: Answers) -> dict[str, Answer]:
        """All answers, those of one page exchanged for ``own``: what was taken back on it is gone."""
        kept = {name: answer for name, answer in answers.items() if self.slot_of(name) != slot}
        return kept | {name: answer for name, answer in own.items() if self.slot_of(name) == slot}

    def open(self, answers: Answers, today: date) -> dict[int, tuple[Problem, ...]]:
        """What still has to be done before these answers can be submitted, by page; nothing if they can."""
        read = {slot: self.read(slot, self.filled(slot, answers), answers, today) for slot in self.slots(answers)}
        return {slot: page.problems for slot, page in read.items() if page.problems}

    def missing(
        self, answers: Answers, also: Iterable[str] = (), *,
        sent: Container[int] | None = None, reached: Reached | None = None,
    ) -> dict[str, Missingness]:  # fmt: skip
        """What became of every question that asks something; ``also`` names questions of other versions.
        ``sent`` are the pages that were sent, all if it is None: what is blank on another one was not reached. In a
        guide whatever says nothing was not reached: a topic is skipped by saying so. ``reached`` spares a walk.
        """
        reached = reached or self.reached(answers)
        led_to = frozenset(reached.questions)
        guide = self.instrument.role is Role.GUIDE
        found = {}
        for step in (step for step in self._steps if step.asks):
            if step.id not in led_to:
                found[step.id] = Missingness.NOT_APPLICABLE
            elif step.id not in reached.answers and (guide or (sent is not None and step.slot not in sent)):
                found[step.id] = Missingness.NOT_REACHED
            else:
                found[step.id] = _became(step.question, reached.answers.get(step.id))
        return {name: Missingness.NOT_ASKED for name in also if name not in self._ids} | found

    def progress(self, slot: int, answers: Answers, reached: Reached | None = None) -> Progress:
        """How far one is on a page: parts are sections in which something is reached. ``reached`` spares a walk."""
        reached = reached or self.reached(answers)
        key = slot, reached.questions
        found = self._far.get(key)
        if found is None:
            if len(self._far) >= _MOST:
                self._far.clear()
            found = self._far[key] = self._progress(slot, reached)
        return found

    def _progress(self, slot: int, reached: Reached) -> Progress:
        parts = list(dict.fromkeys(self.pages[at].section for at in reached.slots))
        here = self.pages[slot].section
        asked = [step for step in map(self._ids.__getitem__, reached.questions) if step.asks]
        left = sum(step.slot >= slot for step in asked)
        minutes = self.instrument.minutes
        whole = sum(step.asks for step in self._steps)
        about = None if minutes is None or not whole else max(1, round(minutes * left / whole))
        return Progress(parts.index(here) + 1 if here in parts else len(parts), len(parts), about)

    def _up_to(self, slot: int, answers: Answers) -> tuple[Walk, list[Step]]:
        """The walk as it stands in front of a page, and the steps on the page."""
        begin, end = self._first[slot], self._first[slot + 1]
        walk = Walk(answers)
        for step in self._steps[:begin]:
            walk.reaches(step)
        return walk, self._steps[begin:end]


def _became(question: Question, answer: Answer) -> Missingness:
    if answer is None:
        return Missingness.SKIPPED
    if isinstance(answer, dict):
        if answer.get("declined") is True or answer.get("state") == "declined":
            return Missingness.DECLINED
        if answer.get("state") == "skipped":
            return Missingness.SKIPPED
    declining = {option.code for option in options_of(question.kind) if option.declines}
    chosen = codes_of(answer)
    return Missingness.DECLINED if declining and chosen and declining.issuperset(chosen) else Missingness.ANSWERED
