"""Single changes to a definition: a question put in, moved, split off, duplicated. Each gives a new definition.

A change names what it is about by id. It is total: a question that is not there is not moved, and nothing else is.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import count
from typing import TypeVar

from msgspec.structs import fields, replace

from instruments.comparison import WHOLE, section_place
from instruments.definition import Instrument, Question, Section, find, questions
from instruments.kinds import Value
from instruments.sentences import Texts

LONGEST_ID = 64

Said = TypeVar("Said", bound=Value)


def part(instrument: Instrument, place: str) -> object:
    """What stands at a place (a question's id, ``section.ID``, ``*``), to be compared with what stood there before.

    A question is compared for itself and not for where it stands; None if there is none.
    """
    if place == WHOLE:
        return replace(instrument, sections=())
    section = next((one for one in instrument.sections if section_place(one.id) == place), None)
    return replace(section, questions=()) if section else find(instrument, place)


def section_of(instrument: Instrument, question_id: str) -> Section | None:
    """The section in which a question stands."""
    return next((one for one in instrument.sections if any(q.id == question_id for q in one.questions)), None)


def free_id(wanted: str, taken: Collection[str]) -> str:
    """``wanted`` if nobody has it, else with the lowest number behind it that nobody has."""
    # In a statistics file, names that differ in capitals only are the same name.
    known = {name.casefold() for name in taken}
    if wanted.casefold() not in known:
        return wanted
    numbered = (f"{wanted[: LONGEST_ID - 5]}_{number}" for number in count(2))
    return next(name for name in numbered if name.casefold() not in known)


def ids(instrument: Instrument) -> list[str]:
    """The ids of all questions."""
    return [question.id for question in questions(instrument)]


def with_question(instrument: Instrument, question: Question, *, was: str = "") -> Instrument:
    """``question`` stands where the one named ``was`` stood, by default the one of the same id."""
    return _first_named(instrument, was or question.id, (question,))


def inserted(
    instrument: Instrument, new: Sequence[Question], *, after: str = "", section: str = "", first: bool = False
) -> Instrument:
    """The questions stand behind ``after``; else at the end of ``section`` (or as the first there), else of the whole.

    An instrument without sections gets one.
    """
    home = section_of(instrument, after)
    if home is not None:
        at = [question.id for question in home.questions].index(after) + 1
    else:
        named = next((one for one in instrument.sections if one.id == section), None)
        home = named or (instrument.sections[-1] if instrument.sections else None)
        at = 0 if first or home is None else len(home.questions)
    if home is None:
        return replace(instrument, sections=(Section(id=section or "part_1", questions=tuple(new)),))
    grown = replace(home, questions=(*home.questions[:at], *new, *home.questions[at:]))
    return replace(instrument, sections=tuple(grown if one is home else one for one in instrument.sections))


def restored(instrument: Instrument, before: Instrument, question_id: str) -> Instrument:
    """A question of ``before`` is asked again, behind what it stood behind there, as far as that is still there."""
    home, question = section_of(before, question_id), find(before, question_id)
    if home is None or question is None or find(instrument, question_id):
        return instrument
    former = [one.id for one in home.questions]
    ahead = former[: former.index(question_id)]
    after = next((name for name in reversed(ahead) if find(instrument, name)), "")
    return inserted(instrument, [question], after=after, section=home.id, first=not after)


def without(instrument: Instrument, question_id: str) -> Instrument:
    """The question is not asked any more. Its section stays, even if it is empty then."""
    return _first_named(instrument, question_id, ())


def moved_by_one(instrument: Instrument, question_id: str, *, up: bool) -> Instrument:
    """One place up or down; from the edge of a section into the one beside it."""
    home, question = section_of(instrument, question_id), find(instrument, question_id)
    if home is None or question is None:
        return instrument
    inside = [one.id for one in home.questions]
    at = inside.index(question_id)
    if 0 <= at + (-1 if up else 1) < len(inside):
        order = list(home.questions)
        order.insert(at - 1 if up else at + 1, order.pop(at))
        changed = replace(home, questions=tuple(order))
        return replace(instrument, sections=tuple(changed if one is home else one for one in instrument.sections))
    beside = [one.id for one in instrument.sections].index(home.id) + (-1 if up else 1)
    if not 0 <= beside < len(instrument.sections):
        return instrument
    target = instrument.sections[beside].id
    return inserted(without(instrument, question_id), [question], section=target, first=not up)


def moved_to(instrument: Instrument, question_id: str, *, after: str = "", section: str = "") -> Instrument:
    """The question stands behind ``after``, or as the first of ``section``."""
    question = find(instrument, question_id)
    if question is None or after == question_id:
        return instrument
    return inserted(without(instrument, question_id), [question], after=after, section=section, first=True)


def duplicated(instrument: Instrument, question_id: str) -> tuple[Instrument, str]:
    """A copy stands behind the question, under an id of its own, which is returned."""
    question = find(instrument, question_id)
    if question is None:
        return instrument, question_id
    name = free_id(question_id, ids(instrument))
    return inserted(instrument, [replace(question, id=name)], after=question_id), name


def split(instrument: Instrument, question_id: str, taken: Collection[str] = ()) -> tuple[Instrument, str]:
    """A new section begins with the question, asked under the condition of the one that it was split from.

    ``taken`` are ids that sections had before and that the new one does not get. Returned with the section's id.
    """
    home = section_of(instrument, question_id)
    if home is None or home.questions[0].id == question_id:
        return instrument, home.id if home else ""
    at = [question.id for question in home.questions].index(question_id)
    name = free_id(home.id, [*taken, *(section.id for section in instrument.sections)])
    rest = Section(id=name, questions=home.questions[at:], relevant=home.relevant)
    sections: list[Section] = []
    for section in instrument.sections:
        sections += [replace(home, questions=home.questions[:at]), rest] if section is home else [section]
    return replace(instrument, sections=tuple(sections)), name


def with_section(instrument: Instrument, section: Section, *, was: str = "") -> Instrument:
    """The section's id, title, help and condition are these; its questions stay what they are."""
    kept = [
        replace(section, questions=one.questions) if one.id == (was or section.id) else one
        for one in instrument.sections
    ]
    return replace(instrument, sections=tuple(kept))


def added_section(instrument: Instrument, section: Section, *, after: str = "") -> Instrument:
    """A further section stands behind ``after``, or at the end."""
    order = list(instrument.sections)
    at = next((at for at, one in enumerate(order, 1) if one.id == after), len(order))
    order.insert(at, section)
    return replace(instrument, sections=tuple(order))


def moved_section(instrument: Instrument, section_id: str, *, up: bool) -> Instrument:
    """The section stands one place further up or down, with its questions."""
    order = list(instrument.sections)
    at = next((at for at, one in enumerate(order) if one.id == section_id), None)
    if at is None or not 0 <= at + (-1 if up else 1) < len(order):
        return instrument
    order.insert(at - 1 if up else at + 1, order.pop(at))
    return replace(instrument, sections=tuple(order))


def joined(instrument: Instrument, section_id: str) -> Instrument:
    """The section is gone; its questions stand at the end of the one before it (or begin the one behind it)."""
    order = list(instrument.sections)
    at = next((at for at, one in enumerate(order) if one.id == section_id), None)
    if at is None:
        return instrument
    gone = order.pop(at)
    if at:
        order[at - 1] = replace(order[at - 1], questions=(*order[at - 1].questions, *gone.questions))
    elif order:
        order[0] = replace(order[0], questions=(*gone.questions, *order[0].questions))
    elif gone.questions:
        return instrument
    return replace(instrument, sections=tuple(order))


def spoken(question: Question, languages: Sequence[str]) -> Question:
    """The question with those of its texts that are in ``languages``; with all of them where it has none of these."""
    return _spoken(question, languages)


def _spoken(value: Said, languages: Sequence[str]) -> Said:
    return replace(value, **dict(_parts_spoken(value, languages)))


def _parts_spoken(value: Value, languages: Sequence[str]) -> Iterator[tuple[str, object]]:
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, dict):
            yield field.name, _in(held, languages)
        elif isinstance(held, Value):
            yield field.name, _spoken(held, languages)
        elif isinstance(held, tuple):
            yield field.name, tuple(_spoken(one, languages) if isinstance(one, Value) else one for one in held)


def _in(texts: Texts, languages: Sequence[str]) -> Texts:
    kept = {language: texts[language] for language in languages if texts.get(language)}
    if kept or not texts or not languages:
        return kept
    return {languages[0]: next(iter(texts.values()))}


def _first_named(instrument: Instrument, question_id: str, new: tuple[Question, ...]) -> Instrument:
    """``new`` stands in place of the question; of two with the same id, which nobody publishes, the first is meant."""
    home = section_of(instrument, question_id)
    if home is None:
        return instrument
    at = [question.id for question in home.questions].index(question_id)
    changed = replace(home, questions=(*home.questions[:at], *new, *home.questions[at + 1 :]))
    return replace(instrument, sections=tuple(changed if one is home else one for one in instrument.sections))
