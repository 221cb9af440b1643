"""Whether every question can be reached, and every condition can tell people apart: advice, never an error."""

from collections.abc import Iterator, Sequence
from functools import partial

from instruments.condition_parser import looked_at
from instruments.definition import Instrument, Question, Role, Section
from instruments.findings import Finding, Spot
from instruments.kinds import Matrix, options_of
from instruments.reaching import Reach
from instruments.remembering import OfValues
from instruments.whereabouts import Whereabouts, whereabouts

NEVER = frozenset({False})
ALWAYS = frozenset({True})


def inspect_reach(instrument: Instrument, only: Section | None = None) -> Iterator[Finding]:
    """Findings about what is never asked, and about conditions that always hold.

    With ``only``, those in one section. They are remembered for each section: they depend on it and on whatever it
    looks at, also by a detour.
    """
    enforced = instrument.role is Role.SURVEY
    where = whereabouts(instrument)
    if len(where.named) < len(where.order):
        every = [(question, section) for section in instrument.sections for question in section.questions]
        reach = Reach(list(map(_asked, every)), enforced=enforced)
        for section in instrument.sections:
            yield from _section(section, reach)
        return
    for section in instrument.sections if only is None else [only]:
        names = _NAMES.found((section,), partial(_looked_at, section))
        if names is _NOTHING:
            continue
        links = [(where.named[name], where.homes[name]) for name in _by_whatever_detour(names, where)]
        values = (section, *(question for question, _ in links))
        entered = tuple(home.relevant for _, home in links)
        yield from _FOUND.found(values, partial(_found, section, links, enforced), enforced, entered)


_NOTHING: frozenset[str] = frozenset({""})
_NAMES: OfValues[frozenset[str]] = OfValues(2048)
_FOUND: OfValues[tuple[Finding, ...]] = OfValues(2048)

_Link = tuple[Question, Section]


def _asked(link: _Link) -> tuple[Question, tuple[str, ...]]:
    question, home = link
    return question, tuple(text for text in (home.relevant, question.relevant) if text)


def _found(section: Section, links: Sequence[_Link], enforced: bool) -> tuple[Finding, ...]:
    return tuple(_section(section, Reach(list(map(_asked, links)), enforced=enforced)))


def _conditions(section: Section) -> Iterator[str]:
    yield section.relevant
    for question in section.questions:
        yield question.relevant
        for _, text in _of_parts(question):
            yield text


def _looked_at(section: Section) -> frozenset[str]:
    """The questions that the conditions of a section look at; ``_NOTHING`` if it has no condition at all."""
    texts = [text for text in _conditions(section) if text]
    return frozenset().union(*map(looked_at, texts)) if texts else _NOTHING


def _by_whatever_detour(names: frozenset[str], where: Whereabouts) -> list[str]:
    """These questions and those on which it depends whether they are asked, in their order."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in where.named:
            found.add(name)
            waiting += looked_at(where.homes[name].relevant) | looked_at(where.named[name].relevant)
    return sorted(found, key=where.places.__getitem__)


def _of_parts(question: Question) -> list[tuple[str, str]]:
    """The conditions under which options and rows are offered."""
    parts = [(f"option.{option.code}", option.relevant) for option in options_of(question.kind)]
    if isinstance(question.kind, Matrix):
        parts += [(f"row.{row.id}", row.relevant) for row in question.kind.rows]
    return parts


def _section(section: Section, reach: Reach) -> Iterator[Finding]:
    entered = reach.outcomes([section.relevant]) if section.relevant else ALWAYS
    spot = Spot.of(section).at("relevant")
    if entered == NEVER:
        yield spot.advice("Nothing of this section is ever asked: no answers lead to it. Look at its condition.")
        return
    if section.relevant and entered == ALWAYS:
        yield spot.advice("This condition holds whatever is answered. Leave it out, or look at it again.")
    for question in section.questions:
        here = Spot.of(question)
        if question.relevant:
            together = reach.outcomes([section.relevant, question.relevant])
            if together == NEVER:
                yield here.at("relevant").advice("This is never asked: no answers lead to it. Look at its condition.")
                continue
            if reach.outcomes([question.relevant]) == ALWAYS:
                yield here.at("relevant").advice(
                    "This condition holds whatever is answered. Leave it out, or look at it again."
                )
        for name, text in _of_parts(question):
            if text and reach.outcomes([section.relevant, question.relevant, text]) == NEVER:
                yield here.at(f"{name}.relevant").advice("This is never offered: no answers lead to it.")
