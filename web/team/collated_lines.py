"""The lines of two versions against each other: each text, option, probe and rule, with what went out and came in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from instruments.definition import Instrument, Question, Section
from instruments.kinds import Matrix, Option, Probe, Row, Topic, options_of
from instruments.sentences import Texts, in_language
from instruments.wording import Mark, Piece, pieces
from web.team.conditions_in_words import Speaker
from web.team.kinds_in_words import kind_in_words, limits


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


# What lines are called, said once for a version and not once for each of its lines.
_WORDS = {
    "label": _l("Question"),
    "help": _l("Help"),
    "notes": _l("Note to the interviewer"),
    "message": _l("If the answer does not fit"),
    "answer": _l("Answer"),
    "asked": _l("Asked if"),
    "rules": _l("Rules"),
    "heading": _l("Heading"),
    "below": _l("Text below the heading"),
    "probe": _l("Probe"),
    "probes": _l("Probes"),
    "row": _l("Row"),
    "rows": _l("Rows"),
    "option": _l("Option"),
    "options": _l("Options"),
    "required": _l("has to be answered"),
    "may_decline": _l("may be declined"),
    "identifying": _l("kept with names and contacts"),
    "new_page": _l("begins a page"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the two columns. A side is None where that version has no such line."""

    name: str
    language: str
    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None
    leads: bool = False
    group: str = ""  # for an option, row or probe: what it and its neighbours are

    @property
    def item(self) -> bool:
        """Whether it is one of several of its sort."""
        return bool(self.group)

    @property
    def differs(self) -> bool:
        """Whether the two sides say something else."""
        return any(piece.mark is not Mark.SAME for piece in (*(self.before or ()), *(self.after or ())))


class Side:
    """One of the two versions, ready to be spoken of."""

    def __init__(self, instrument: Instrument, language: str) -> None:
        self.instrument = instrument
        self.words = {name: str(words) for name, words in _WORDS.items()}
        self.speaker = Speaker.of(instrument, language)
        self.sections = {section.id: section for section in instrument.sections}
        self.home = {question.id: section.id for section in instrument.sections for question in section.questions}


def merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The names in their new order; each that is gone follows the one that it used to follow."""
    found, previous = list(new), ""
    for name in old:
        if name not in found:
            found.insert(found.index(previous) + 1 if previous else 0, name)
        previous = name
    return found


def of_whole(before: Instrument, after: Instrument, languages: Sequence[str]) -> tuple[Pair, ...]:
    """What belongs to no question: title, introduction, provenance, languages, time. Only what differs."""
    names = {"title": _("Title"), "help": _("Introduction"), "provenance": _("Where the wording comes from")}
    pairs = [pair for field, name in names.items() for pair in _texts(name, before, after, field, languages)]
    pairs += _pair(_("Languages"), ", ".join(before.languages), ", ".join(after.languages))
    pairs += _pair(_("Expected to take"), _minutes(before), _minutes(after))
    return tuple(pair for pair in pairs if pair.differs)


def _minutes(instrument: Instrument) -> str:
    return _("%(minutes)s minutes", minutes=instrument.minutes) if instrument.minutes else ""


def of_section(name: str, old: Side, new: Side, languages: Sequence[str]) -> tuple[Pair, ...]:
    """A section without its questions."""
    before, after = old.sections.get(name), new.sections.get(name)
    return (
        *_texts(new.words["heading"], before, after, "title", languages, leads=True),
        *_texts(new.words["below"], before, after, "help", languages),
        *_pair(new.words["asked"], _condition(before, old), _condition(after, new)),
    )


def of_question(name: str, old: Side, new: Side, languages: Sequence[str], *, details: bool) -> tuple[Pair, ...]:
    """A question in both versions, with everything that belongs to it or, without ``details``, its label only."""
    before, after = old.speaker.known.get(name), new.speaker.known.get(name)
    label = tuple(_texts(new.words["label"], before, after, "label", languages, leads=True))
    return (*label, *_details(before, after, old, new, languages)) if details else label


def _details(
    before: Question | None, after: Question | None, old: Side, new: Side, languages: Sequence[str]
) -> Iterator[Pair]:
    for field in ("help", "notes", "message"):
        yield from _texts(new.words[field], before, after, field, languages)
    yield from _pair(new.words["answer"], _answer(before, old), _answer(after, new))
    left, right = _items(before), _items(after)
    for where in merged(list(left), list(right)):
        one, other = left.get(where), right.get(where)
        name, group = _names(one or other, new)
        for language in languages:
            was, now = _item(one, language, languages, old), _item(other, language, languages, new)
            yield from _pair(name, was, now, language, group=group)
    order = [[where for where in side if where in left and where in right] for side in (left, right)]
    if order[0] != order[1]:
        yield from _pair(_("Order"), _in_order(left, order[0], old), _in_order(right, order[1], new))
    yield from _pair(new.words["asked"], _condition(before, old), _condition(after, new))
    yield from _pair(new.words["rules"], _rules(before, new), _rules(after, new))


def _items(question: Question | None) -> dict[str, Option | Row | Probe]:
    if question is None:
        return {}
    kind = question.kind
    found: dict[str, Option | Row | Probe] = {f"option.{option.code}": option for option in options_of(kind)}
    found |= {f"row.{row.id}": row for row in (kind.rows if isinstance(kind, Matrix) else ())}
    return found | {f"probe.{probe.id}": probe for probe in (kind.probes if isinstance(kind, Topic) else ())}


def _item(item: Option | Row | Probe | None, language: str, languages: Sequence[str], side: Side) -> str:
    """What an option, row or probe says in a language; beside the first, how it is offered."""
    if item is None:
        return ""
    said = item.label.get(language, "")
    rules: list[str] = []
    if isinstance(item, Option):
        held = ((item.words, "with a field for own words"), (item.exclusive, "goes with no other"))
        rules += [_(rule) for holds, rule in (*held, (item.declines, "counts as declined")) if holds]
    if not isinstance(item, Probe) and item.relevant:
        rules.append(_("only if %(condition)s", condition=side.speaker.condition(item.relevant)))
    return f"{said} ({'; '.join(rules)})".strip() if rules and language == languages[0] else said


def _in_order(items: Mapping[str, Option | Row | Probe], order: Sequence[str], side: Side) -> str:
    return "; ".join(in_language(items[where].label, side.speaker.language) for where in order)


def _names(item: Option | Row | Probe | None, side: Side) -> tuple[str, str]:
    """What one is called, and what several are."""
    what = "probe" if isinstance(item, Probe) else "row" if isinstance(item, Row) else "option"
    return side.words[what], side.words[f"{what}s"]


def _condition(of: Question | Section | None, side: Side) -> str:
    return side.speaker.condition(of.relevant) if of else ""


def _answer(question: Question | None, side: Side) -> str:
    # In a guide every question is a topic: to say so of each would only be noise.
    if question is None or isinstance(question.kind, Topic):
        return ""
    said = [kind_in_words(question.kind), *limits(question.kind, side.speaker.language)]
    said += [side.speaker.condition(question.constraint, constraint=True)] if question.constraint else []
    return "; ".join(said)


def _rules(question: Question | None, side: Side) -> str:
    names = ("required", "may_decline", "identifying", "new_page")
    return "; ".join(side.words[name] for name in names if getattr(question, name, False))


def _texts(
    name: str,
    before: object,
    after: object,
    field: str,
    languages: Sequence[str],
    *,
    leads: bool = False,
    group: str = "",
) -> Iterator[Pair]:
    """The text ``field`` of both things in each language; a thing that is not there has none."""
    old: Texts = getattr(before, field, {})
    new: Texts = getattr(after, field, {})
    for language in languages:
        yield from _pair(name, old.get(language, ""), new.get(language, ""), language, leads=leads, group=group)


def _pair(
    name: str, before: str, after: str, language: str = "", *, leads: bool = False, group: str = ""
) -> Iterator[Pair]:
    if before or after:
        found = pieces(before, after)
        left = tuple(piece for piece in found if piece.mark is not Mark.IN)
        right = tuple(piece for piece in found if piece.mark is not Mark.OUT)
        yield Pair(name, language, left or None, right or None, leads, group)
