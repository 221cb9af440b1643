"""Whether every question can be reached, and every condition can tell people apart: advice, never an error."""

from collections.abc import Iterator

from instruments.definition import Instrument, Role, Section
from instruments.findings import Finding, Spot
from instruments.kinds import Matrix, options_of
from instruments.reaching import Reach

NEVER = frozenset({False})
ALWAYS = frozenset({True})


def inspect_reach(instrument: Instrument) -> Iterator[Finding]:
    """Findings about what is never asked, and about conditions that always hold."""
    asked = [
        (question, tuple(text for text in (section.relevant, question.relevant) if text))
        for section in instrument.sections
        for question in section.questions
    ]
    reach = Reach(asked, enforced=instrument.role is Role.SURVEY)
    for section in instrument.sections:
        yield from _section(section, reach)


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
        parts = [(f"option.{option.code}", option.relevant) for option in options_of(question.kind)]
        if isinstance(question.kind, Matrix):
            parts += [(f"row.{row.id}", row.relevant) for row in question.kind.rows]
        for name, text in parts:
            if text and reach.outcomes([section.relevant, question.relevant, text]) == NEVER:
                yield here.at(f"{name}.relevant").advice("This is never offered: no answers lead to it.")
