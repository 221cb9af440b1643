"""How an instrument falls into pages: always the same way, whatever is answered.

A section is a page. A question begins a new one where its author says so, and where what is shown of it depends on an
answer given on the same page (its condition, an option's or row's condition, a repeated answer): what is on a page is
then known before the page is shown, and nobody is told to answer what they could not see.
"""

from dataclasses import dataclass

from instruments.condition_parser import parse
from instruments.conditions import references
from instruments.definition import Instrument, Question
from instruments.offering import conditions_within
from instruments.piping import piped_into


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once. ``slot`` is its place among all pages, from 0, and under what its answers are sealed."""

    slot: int
    section: str
    questions: tuple[Question, ...]


def pages_of(instrument: Instrument) -> tuple[Page, ...]:
    """All pages in order. Raises ConditionUnreadable, which an inspected instrument never does."""
    found: list[tuple[str, list[Question]]] = []
    for section in instrument.sections:
        page: list[Question] = []
        for question in section.questions:
            if page and (question.new_page or shown_by(question) & {other.id for other in page}):
                found.append((section.id, page))
                page = []
            page.append(question)
        if page:
            found.append((section.id, page))
    return tuple(Page(slot, section, tuple(page)) for slot, (section, page) in enumerate(found))


def shown_by(question: Question) -> frozenset[str]:
    """The questions on whose answers it depends what is shown of this one."""
    conditions = [question.relevant, *conditions_within(question.kind)]
    looked_at = (references(parse(condition)) for condition in conditions if condition)
    return piped_into(question).union(*looked_at)
