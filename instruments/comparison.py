"""What is different between two definitions, question by question: what a reader compares and what needs a reason.

Two definitions are equal if and only if there is no difference. ``place`` names what differs: a question by its id, a
section as ``section.ID``, and what belongs to the instrument as a whole as ``*``.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from instruments.definition import Instrument, Question, Section, questions
from instruments.kinds import Kind, Matrix, Number, Option, Probe, Row, Scale, Topic, name_of, options_of
from instruments.sentences import Texts
from instruments.wording import Wording, wordings

WHOLE = "*"


class What(StrEnum):
    """In which way something differs."""

    ADDED = "added"
    RESTORED = "restored"  # asked before, left out for a while, asked again
    RETIRED = "retired"
    MOVED = "moved"  # to another section, or to another place in its section
    REWORDED = "reworded"  # label, help, notes, message, title, ends of a scale, unit
    TRANSLATED = "translated"  # said in a language in which it was not said before
    OPTIONS = "options"
    ROWS = "rows"
    PROBES = "probes"
    KIND = "kind"
    LIMITS = "limits"  # range, length, format, pattern, points, number of choices, constraint
    CONDITION = "condition"
    OBLIGATION = "obligation"  # whether it has to be answered, and may be declined
    HANDLING = "handling"  # where the answer is kept, where a page begins, how long it takes


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: in which section (empty for a section itself), and behind what (empty: it is first)."""

    section: str
    behind: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One question (or section, or the whole) that differs, in which ways, and how its texts read before and after.

    Together the differences say everything: whoever has the earlier definition can make the later one with them.
    ``spot`` is where something stands now that is new or was moved.
    """

    place: str
    kinds: frozenset[What]
    texts: tuple[Wording, ...]
    before: Question | None = None
    after: Question | None = None
    spot: Spot | None = None
    around: Section | Instrument | None = None  # the section as it is now without its questions, or the whole likewise

    @property
    def question(self) -> str:
        """The question's id; empty if the difference is not about a question."""
        return self.place if self.before or self.after else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was changed. It may cover several differences (``places``) and name a theme and its evidence."""

    places: tuple[str, ...]
    reason: str
    theme: str = ""
    evidence: str = ""


def section_place(section_id: str) -> str:
    """How a section is named among differences and reasons."""
    return f"section.{section_id}"


def compare(before: Instrument, after: Instrument, earlier: Iterable[Instrument] = ()) -> tuple[Difference, ...]:
    """Every difference: the whole, sections, then questions as they stand now, then those that are retired.

    ``earlier`` are the definitions before ``before``: what was asked in one of them is restored, not added.
    """
    asked_once = {question.id for instrument in earlier for question in questions(instrument)}
    found = [_whole(before, after), *_sections(before, after), *_questions(before, after, asked_once)]
    return tuple(difference for difference in found if difference.kinds)


def _whole(before: Instrument, after: Instrument) -> Difference:
    kinds, texts = _reworded(
        (where, getattr(before, where), getattr(after, where)) for where in ("title", "help", "provenance")
    )
    if (before.id, before.role) != (after.id, after.role):
        kinds |= {What.KIND}
    if before.languages != after.languages:
        kinds |= {What.TRANSLATED}
    if before.minutes != after.minutes:
        kinds |= {What.HANDLING}
    return Difference(WHOLE, frozenset(kinds), texts, around=replace(after, sections=()))


def _sections(before: Instrument, after: Instrument) -> Iterator[Difference]:
    old = {section.id: section for section in before.sections}
    new = {section.id: section for section in after.sections}
    moved = out_of_order([name for name in old if name in new], [name for name in new if name in old])
    behind = ""
    for name, section in new.items():
        former = old.get(name)
        empty = Section(id=name)
        kinds, texts = _reworded(
            (where, getattr(former or empty, where), getattr(section, where)) for where in ("title", "help")
        )
        if former is None:
            kinds = {What.ADDED}
        else:
            kinds |= {What.CONDITION} if former.relevant != section.relevant else set()
            kinds |= {What.MOVED} if name in moved else set()
        spot = Spot("", behind) if kinds & {What.ADDED, What.MOVED} else None
        behind = name
        if kinds:
            around = replace(section, questions=())
            yield Difference(section_place(name), frozenset(kinds), texts, spot=spot, around=around)
    for name, section in old.items():
        if name not in new:
            gone = tuple(wordings("title", section.title, {})) + tuple(wordings("help", section.help, {}))
            yield Difference(section_place(name), frozenset({What.RETIRED}), gone)


def _questions(before: Instrument, after: Instrument, asked_once: set[str]) -> Iterator[Difference]:
    old = {question.id: question for question in questions(before)}
    new = {question.id: question for question in questions(after)}
    moved = _moved(before, after)
    spots = _spots(after)
    for name, question in new.items():
        if name in old:
            yield _question(old[name], question, spots[name] if name in moved else None)
        else:
            kind = What.RESTORED if name in asked_once else What.ADDED
            yield Difference(name, frozenset({kind}), _all_texts(None, question), None, question, spots[name])
    for name, question in old.items():
        if name not in new:
            yield Difference(name, frozenset({What.RETIRED}), _all_texts(question, None), question, None)


def _spots(instrument: Instrument) -> dict[str, Spot]:
    found = {}
    for section in instrument.sections:
        behind = ""
        for question in section.questions:
            found[question.id] = Spot(section.id, behind)
            behind = question.id
    return found


def _moved(before: Instrument, after: Instrument) -> set[str]:
    """Questions that stand in another section, and the fewest that changed places within theirs."""
    old = {question.id: section.id for section in before.sections for question in section.questions}
    new = {question.id: section.id for section in after.sections for question in section.questions}
    moved = {name for name in new if name in old and old[name] != new[name]}
    for section in {*new.values()}:
        stayed = {name for name in new if new[name] == section and old.get(name) == section}
        moved |= out_of_order([name for name in old if name in stayed], [name for name in new if name in stayed])
    return moved


def out_of_order(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest names that have to be moved to get from one order of the same names to the other."""
    place = {name: at for at, name in enumerate(before)}
    # The longest rising run of old places stays where it is (Fredman 1975): ends[n] closes the best run of n + 1.
    ends: list[int] = []
    last: list[str] = []
    previous: dict[str, str] = {}
    for name in after:
        at = bisect_left(ends, place[name])
        ends[at : at + 1] = [place[name]]
        last[at : at + 1] = [name]
        if at:
            previous[name] = last[at - 1]
    stays = set()
    name_or_none = last[-1] if last else None
    while name_or_none is not None:
        stays.add(name_or_none)
        name_or_none = previous.get(name_or_none)
    return set(after) - stays


_OBLIGATION = ("required", "may_decline")
_HANDLING = ("identifying", "new_page")
_OF_QUESTIONS = ("label", "help", "notes", "message")


def _question(before: Question, after: Question, spot: Spot | None) -> Difference:
    kinds, texts = _reworded((where, getattr(before, where), getattr(after, where)) for where in _OF_QUESTIONS)
    more, other = _kinds(before.kind, after.kind)
    kinds |= more | ({What.MOVED} if spot else set())
    for what, names in ((What.OBLIGATION, _OBLIGATION), (What.HANDLING, _HANDLING), (What.CONDITION, ("relevant",))):
        if any(getattr(before, name) != getattr(after, name) for name in names):
            kinds.add(what)
    if before.constraint != after.constraint:
        kinds.add(What.LIMITS)
    return Difference(after.id, frozenset(kinds), texts + other, before, after, spot)


def _kinds(before: Kind, after: Kind) -> tuple[set[What], tuple[Wording, ...]]:
    old, new = _parts(before), _parts(after)
    texts = tuple(wording for what in old for wording in _texts_of_parts(old[what], new[what]))
    found = {what for what in old if list(old[what].values()) != list(new[what].values())}
    if _names(before) != _names(after):
        return found | {What.KIND}, texts
    reworded, others = _reworded((where, said, _said(after)[where]) for where, said in _said(before).items())
    found |= reworded
    if _limits(before) != _limits(after):
        found.add(What.LIMITS)
    return found, texts + others


def _names(kind: Kind) -> tuple[str, str]:
    return name_of(kind), name_of(kind.each) if isinstance(kind, Matrix) else ""


Part = Option | Row | Probe


def _parts(kind: Kind) -> dict[What, dict[str, Part]]:
    return {
        What.OPTIONS: {f"option.{option.code}": option for option in options_of(kind)},
        What.ROWS: {f"row.{row.id}": row for row in (kind.rows if isinstance(kind, Matrix) else ())},
        What.PROBES: {f"probe.{probe.id}": probe for probe in (kind.probes if isinstance(kind, Topic) else ())},
    }


def _texts_of_parts(before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[Wording]:
    for where in dict.fromkeys((*after, *before)):
        old, new = before.get(where), after.get(where)
        yield from wordings(where, old.label if old else {}, new.label if new else {})


def _said(kind: Kind) -> dict[str, Texts]:
    """The texts of a kind besides those of its options, rows and probes."""
    of = kind.each if isinstance(kind, Matrix) else kind
    if isinstance(of, Scale):
        return {"low": of.low, "middle": of.middle, "high": of.high}
    return {"unit": of.unit} if isinstance(of, Number) else {}


def _limits(kind: Kind) -> list[tuple[str, object]]:
    of = kind.each if isinstance(kind, Matrix) else kind
    elsewhere = {"options", "probes", "rows", "low", "middle", "high", "unit"}
    return [(name, getattr(of, name)) for name in of.__struct_fields__ if name not in elsewhere]


def _reworded(texts: Iterable[tuple[str, Texts, Texts]]) -> tuple[set[What], tuple[Wording, ...]]:
    kinds: set[What] = set()
    found: list[Wording] = []
    for where, before, after in texts:
        if before == after:
            continue
        different = tuple(wordings(where, before, after))
        found += different
        new = all(language not in before or not before[language] for language in (one.language for one in different))
        kinds.add(What.TRANSLATED if before and different and new else What.REWORDED)
    return kinds, tuple(found)


def _all_texts(before: Question | None, after: Question | None) -> tuple[Wording, ...]:
    """The texts of a question that is there only once, all of them put in or taken out."""
    found: list[Wording] = []
    for where in _OF_QUESTIONS:
        found += wordings(where, getattr(before, where, {}), getattr(after, where, {}))
    old = {} if before is None else _every_part(before.kind)
    new = {} if after is None else _every_part(after.kind)
    for where in old | new:
        found += wordings(where, old.get(where, {}), new.get(where, {}))
    return tuple(found)


def _every_part(kind: Kind) -> dict[str, Texts]:
    return {where: part.label for parts in _parts(kind).values() for where, part in parts.items()} | _said(kind)
