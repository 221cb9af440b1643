"""The way through a version for somebody who is asked only a few of its questions, because they answered before.

Pages and their slots are those of the version, and so is the route: a condition sees what was answered before beside
what is answered now. Nothing is shown, read or counted as asked but the few.
"""

from collections.abc import Collection, Container, Iterable

import msgspec

from instruments.condition_parser import parse
from instruments.conditions import references
from instruments.definition import Instrument
from instruments.kinds import Answer, Answers
from instruments.pages import shown_by
from instruments.route import Missingness, Plan, Reached


class Narrowed(Plan):
    """A plan of which only some questions are asked. Its methods take the answers of before and of now together."""

    __slots__ = ("only",)

    def __init__(self, whole: Plan, only: Collection[str]) -> None:
        super().__init__(whole.instrument)
        self.only = frozenset(only)

    def reached(self, answers: Answers) -> Reached:
        """The few that the route leads to; among the answers that count are those of before."""
        whole = super().reached(answers)
        found = tuple([name for name in whole.questions if name in self.only])
        return Reached(found, tuple(dict.fromkeys(self._ids[name].slot for name in found)), whole.answers)

    def replaced(self, slot: int, answers: Answers, own: Answers) -> dict[str, Answer]:
        """All answers, those of one page exchanged for ``own``. What was answered before stays."""
        of_page = {step.id for step in self._ids.values() if step.slot == slot and step.id in self.only}
        kept = {name: answer for name, answer in answers.items() if name not in of_page}
        return kept | {name: answer for name, answer in own.items() if name in of_page}

    def missing(
        self, answers: Answers, also: Iterable[str] = (), *,
        sent: Container[int] | None = None, reached: Reached | None = None,
    ) -> dict[str, Missingness]:  # fmt: skip
        """What became of the few; every other question was not asked here."""
        found = super().missing(answers, also, sent=sent, reached=super().reached(answers))
        return {name: what if name in self.only else Missingness.NOT_ASKED for name, what in found.items()}

    def _up_to(self, slot, answers):  # type: ignore[no-untyped-def]  # its types are private to the plan
        # What stands on a page depends on no answer of the same page, so what was answered there before comes first.
        walk, steps = super()._up_to(slot, answers)
        for step in steps:
            if step.id not in self.only:
                walk.reaches(step)
        return walk, [step for step in steps if step.id in self.only]

    def possible(self, answers: Answers) -> tuple[str, ...]:
        """Those of the few that ask something and are reached, or may be once others of the few are answered."""
        led_to = frozenset(self.reached(answers).questions)
        found: list[str] = []
        for step in self._steps:
            if step.id in self.only and (step.id in led_to or self._looked_at(step.id) & frozenset(found)):
                found.append(step.id)
        return tuple(name for name in found if self._ids[name].asks)

    def asked(self, answers: Answers) -> Instrument:
        """The few that are reached, or may be, as an instrument of their own, with what there is to read to them."""
        shown = {*self.possible(answers), *self.reached(answers).questions}
        return only_of(self.instrument, shown)

    def _looked_at(self, name: str) -> frozenset[str]:
        """The questions on which it depends whether this one is asked, and what is shown of it."""
        return _looked_at(self, name)


def with_needed(plan: Plan, chosen: Collection[str], known: Container[str]) -> tuple[str, ...]:
    """``chosen`` and what their route needs, in the order of the plan: questions on whose answers it depends whether
    and how they are asked, as far as they are not ``known`` (asked before); and what is new to read in their sections.
    """
    wanted: set[str] = set()
    waiting = [name for name in chosen if plan.question(name) is not None]
    walked: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in walked:
            continue
        walked.add(name)
        if name in chosen or name not in known:
            wanted.add(name)
        waiting += [other for other in _looked_at(plan, name) if plan.question(other) is not None]
    sections = {plan.pages[slot].section for name in wanted if (slot := plan.slot_of(name)) is not None}
    order = [(page.section, question) for page in plan.pages for question in page.questions]
    read = {one.id for section, one in order if section in sections and not one.asks and one.id not in known}
    return tuple(one.id for _, one in order if one.id in wanted | read)


def _looked_at(plan: Plan, name: str) -> frozenset[str]:
    question, slot = plan.question(name), plan.slot_of(name)
    if question is None or slot is None:
        return frozenset()
    section = plan.section_of(slot)
    return shown_by(question) | (references(parse(section.relevant)) if section.relevant else frozenset())


def only_of(instrument: Instrument, shown: Container[str]) -> Instrument:
    """The instrument without questions that are not among ``shown``, and without sections that are left empty."""
    sections = [
        msgspec.structs.replace(section, questions=tuple(one for one in section.questions if one.id in shown))
        for section in instrument.sections
    ]
    return msgspec.structs.replace(instrument, sections=tuple(one for one in sections if one.questions))
