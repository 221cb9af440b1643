"""Two versions collated as in a critical edition: question against question, each with what happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from instruments.comparison import WHOLE, Difference, What, compare, section_place
from instruments.definition import Instrument
from instruments.sentences import in_language
from web.team.collated_lines import Pair, Side, merged, of_question, of_section, of_whole

# A sign and a word for whatever can happen, so that neither colour nor sight is needed.
WHAT: Mapping[What, tuple[str, LazyString]] = {
    What.ADDED: ("+", _l("added")),
    What.RESTORED: ("+", _l("asked again")),
    What.RETIRED: ("−", _l("retired")),
    What.MOVED: ("↕", _l("moved")),
    What.REWORDED: ("≈", _l("reworded")),
    What.TRANSLATED: ("≈", _l("translated")),
    What.OPTIONS: ("○", _l("options changed")),
    What.ROWS: ("≡", _l("rows changed")),
    What.PROBES: ("◦", _l("probes changed")),
    What.KIND: ("!", _l("another kind")),
    What.LIMITS: ("↔", _l("limits changed")),
    What.CONDITION: ("?", _l("condition changed")),
    What.OBLIGATION: ("*", _l("obligation changed")),
    What.HANDLING: ("§", _l("handling changed")),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One question (or section, or the whole) in both versions, with what happened to it."""

    place: str
    what: tuple[What, ...]
    pairs: tuple[Pair, ...]
    number_before: int | None = None
    number_after: int | None = None

    @property
    def changed(self) -> bool:
        """Whether anything happened to it."""
        return bool(self.what)

    @property
    def groups(self) -> frozenset[str]:
        """The options, rows or probes among which something differs: they are shown with their neighbours."""
        return frozenset(pair.group for pair in self.pairs if pair.group and pair.differs)


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its own entry if it changed itself, then those of its questions."""

    title: str
    own: Entry | None
    entries: tuple[Entry, ...]

    @property
    def changed(self) -> bool:
        """Whether anything happened in it."""
        return self.own is not None or any(entry.changed for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Collation:
    """Two versions against each other. ``counts`` says how often each thing happened."""

    whole: Entry | None
    parts: tuple[Part, ...]
    counts: Mapping[What, int]
    languages: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the two versions differ at all."""
        return bool(self.counts)

    @property
    def changes(self) -> list[Entry]:
        """Everything that changed, in the order in which it is read."""
        own = [entry for part in self.parts for entry in (part.own, *part.entries) if entry is not None]
        return [entry for entry in (self.whole, *own) if entry is not None and entry.changed]


def collate(
    before: Instrument, after: Instrument, earlier: Sequence[Instrument] = (), *, language: str = ""
) -> Collation:
    """Everything that both versions ask, in the order of the newer one, retired questions where they stood.

    The texts are shown in ``language`` if one of the two has it, else in all of theirs.
    """
    every = tuple(dict.fromkeys((*after.languages, *before.languages)))
    languages = (language,) if language in every else every or (after.language,)
    differences = {one.place: one for one in compare(before, after, earlier)}
    old, new = Side(before, languages[0]), Side(after, languages[0])
    members: dict[str, list[str]] = {}
    for name in merged(list(old.home), list(new.home)):
        members.setdefault(new.home.get(name) or old.home[name], []).append(name)
    parts = tuple(
        _part(name, members.get(name, []), old, new, differences, languages)
        for name in merged(list(old.sections), list(new.sections))
    )
    happened = [what for difference in differences.values() for what in difference.kinds]
    whole = differences.get(WHOLE)
    return Collation(
        Entry(WHOLE, _what(whole), of_whole(before, after, languages)) if whole else None,
        parts,
        {what: happened.count(what) for what in WHAT if what in happened},
        languages,
    )


def _what(difference: Difference | None) -> tuple[What, ...]:
    return tuple(what for what in WHAT if difference and what in difference.kinds)


def _part(
    name: str,
    members: Sequence[str],
    old: Side,
    new: Side,
    differences: Mapping[str, Difference],
    languages: Sequence[str],
) -> Part:
    known = new.sections.get(name) or old.sections[name]
    place = section_place(name)
    own = (
        Entry(place, _what(differences[place]), of_section(name, old, new, languages)) if place in differences else None
    )
    entries = tuple(
        Entry(
            question,
            _what(differences.get(question)),
            of_question(question, old, new, languages, details=question in differences),
            old.speaker.numbers.get(question),
            new.speaker.numbers.get(question),
        )
        for question in members
    )
    return Part(in_language(known.title, languages[0]), own, entries)
