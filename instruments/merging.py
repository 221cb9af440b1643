"""Two definitions that were both made from a third become one, question by question.

Whatever only one of the two has changed is taken from it; what both have changed to the same is the same; what both
have changed differently is a conflict, which is named and decided by people. A question is compared for itself, so one
person may reword what the other moves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from instruments.comparison import WHOLE, out_of_order, section_place
from instruments.definition import Instrument, Question, Section, questions

ORDER = "order"  # the place of a conflict about where questions stand

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Merged:
    """The one definition; ``conflicts`` names what both had changed and stands here as in ``mine``."""

    instrument: Instrument
    conflicts: tuple[str, ...]


def merge(base: Instrument, mine: Instrument, theirs: Instrument) -> Merged:
    """What ``mine`` and ``theirs`` make of ``base`` together."""
    conflicts: list[str] = []
    whole = _whole(base, mine, theirs, conflicts)
    every = [{question.id: question for question in questions(one)} for one in (base, mine, theirs)]
    kept = _three(every[0], every[1], every[2], conflicts, lambda name: name)
    bare = [{one.id: replace(one, questions=()) for one in each.sections} for each in (base, mine, theirs)]
    sections = _three(bare[0], bare[1], bare[2], conflicts, section_place)
    order = _placed(base, mine, theirs, conflicts)
    made = _built(order, sections, kept)
    return Merged(replace(whole, sections=made), tuple(dict.fromkeys(conflicts)))


def _whole(base: Instrument, mine: Instrument, theirs: Instrument, conflicts: list[str]) -> Instrument:
    chosen = {}
    for name in ("title", "languages", "help", "provenance", "minutes"):
        before, my, their = (getattr(one, name) for one in (base, mine, theirs))
        if my != before and their not in (before, my):
            conflicts.append(WHOLE)
        chosen[name] = their if my == before else my
    return replace(mine, **chosen)


def _three(
    base: Mapping[str, Thing],
    mine: Mapping[str, Thing],
    theirs: Mapping[str, Thing],
    conflicts: list[str],
    place: Callable[[str], str],
) -> dict[str, Thing]:
    """Each thing as whoever changed it left it; one that is gone is not there."""
    found: dict[str, Thing] = {}
    for name in dict.fromkeys((*mine, *theirs)):
        before, my, their = base.get(name), mine.get(name), theirs.get(name)
        if my != before and their not in (before, my):
            conflicts.append(place(name))
        kept = their if my == before else my
        if kept is not None:
            found[name] = kept
        elif before is not None and my is None and their is not None and their != before:
            # Mine took out what they have reworded: it stays until somebody decides.
            found[name] = their
    return found


_Order = list[tuple[str, list[str]]]


def _order(instrument: Instrument) -> _Order:
    return [(section.id, [question.id for question in section.questions]) for section in instrument.sections]


def _placed(base: Instrument, mine: Instrument, theirs: Instrument, conflicts: list[str]) -> _Order:
    """Where everything stands: as whoever moved something has it, with what the other one put in."""
    if _moves(base, mine) and _moves(base, theirs) and not _agree(mine, theirs):
        conflicts.append(ORDER)
    leading, other = (mine, theirs) if _moves(base, mine) else (theirs, mine)
    order = _order(leading)
    _weave_sections(order, [section.id for section in other.sections])
    known = {name for _, inside in order for name in inside}
    for section, inside in _order(other):
        for at, name in enumerate(inside):
            if name not in known:
                _weave(order, section, inside[:at], name)
                known.add(name)
    return order


def _weave_sections(order: _Order, others: Sequence[str]) -> None:
    for at, name in enumerate(others):
        if name not in [known for known, _ in order]:
            before = next((one for one in reversed(others[:at]) if one in [known for known, _ in order]), None)
            place = [known for known, _ in order].index(before) + 1 if before else 0
            order.insert(place, (name, []))


def _weave(order: _Order, section: str, before: Sequence[str], name: str) -> None:
    """Put a question behind the nearest one that it stood behind; else first in its section."""
    for former in reversed(before):
        for _, inside in order:
            if former in inside:
                inside.insert(inside.index(former) + 1, name)
                return
    next(inside for known, inside in order if known == section).insert(0, name)


def _moves(base: Instrument, other: Instrument) -> bool:
    """Whether something that both have stands elsewhere."""
    old, new = _flat(base), _flat(other)
    shared = set(old) & set(new)
    if out_of_order([name for name in old if name in shared], [name for name in new if name in shared]):
        return True
    homes = [section.id for section in base.sections], [section.id for section in other.sections]
    both = set(homes[0]) & set(homes[1])
    if [name for name in homes[0] if name in both] != [name for name in homes[1] if name in both]:
        return True
    return any(old[name] != new[name] for name in shared)


def _agree(mine: Instrument, theirs: Instrument) -> bool:
    return not _moves(mine, theirs)


def _flat(instrument: Instrument) -> dict[str, str]:
    """The section of each question, in the order of the questions."""
    return {question.id: section.id for section in instrument.sections for question in section.questions}


def _built(order: _Order, sections: Mapping[str, Section], kept: Mapping[str, Question]) -> tuple[Section, ...]:
    """The sections with their questions. What stood in a section that is gone goes to the end of the one before it."""
    made: list[Section] = []
    waiting: tuple[Question, ...] = ()
    for name, inside in order:
        held = tuple(kept[one] for one in inside if one in kept)
        if name in sections:
            made.append(replace(sections[name], questions=(*waiting, *held)))
            waiting = ()
        elif made:
            made[-1] = replace(made[-1], questions=(*made[-1].questions, *held))
        else:
            waiting = (*waiting, *held)
    if waiting:
        made.append(Section(id="part_1", questions=waiting))
    return tuple(made)
