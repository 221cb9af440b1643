"""Whom and what the texts of a study may name, and the ways in which each of them can be written.

This is linkage data: whoever has it can undo what is done with it. It is made by exports.roster, used by
exports.finding, and kept nowhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache
from typing import NamedTuple

from nicknames import NickNamer

from exports import lexicon
from exports.spelling import UNSPACED, WORD, folded, foldings


class Sort(StrEnum):
    """What was found."""

    PERSON = "person"
    INSTITUTION = "institution"
    EMAIL = "e-mail"
    TELEPHONE = "telephone"
    ADDRESS = "web address"


class Policy(StrEnum):
    """When a name that is also an ordinary word (Grace, Will) is taken for the name."""

    ALWAYS = "always"
    CAPITALISED = "capitalised"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody or something that a text may name, and what is put there instead: ``mentor 3``, ``a university``."""

    label: str
    sort: Sort
    names: tuple[str, ...] = field(repr=False)  # every spelling under which the study ever had them
    emails: tuple[str, ...] = field(default=(), repr=False)
    telephones: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody and everything that a study knows by name."""

    known: tuple[Known, ...] = field(default=(), repr=False)


class How(IntEnum):
    """How surely a word is somebody's, the surest first."""

    FAMILY = 0
    GIVEN = 1
    JOINED = 2  # several parts written as one: vanderberg, annawren, awren
    NICK = 3
    NEAR = 4
    SOUND = 5


class Form(NamedTuple):
    """A way in which a name can be written as one word, folded."""

    word: str
    how: How


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name taken apart. Words that only join others (van, de) belong to the family name."""

    given: tuple[str, ...] = field(repr=False)
    family: tuple[str, ...] = field(repr=False)

    @property
    def initials(self) -> frozenset[str]:
        """The capital letters that can stand for the person: JS and JMS for John Michael Smith."""
        if not (self.given and self.family):
            return frozenset()
        plain = [word for word in self.family if word not in lexicon.PARTICLES] or [self.family[-1]]
        letters = "".join(word[0] for word in self.given)
        said = {letters[0] + plain[-1][0], letters + plain[-1][0], letters + "".join(word[0] for word in self.family)}
        return frozenset(word.upper() for word in said)


_COMMA = re.compile(r"\s*,\s*")
_SHORTEST_HANDLE = 5


def taken_apart(name: str) -> Name:
    """The name's given and family parts, folded; ``Wren, Ann`` and ``Dr Ann Wren, PhD`` are Ann Wren."""
    pieces = [_plain(piece) for piece in _COMMA.split(name)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 1:
        return Name(_flat(group for piece in pieces[1:] for group in piece), _flat(pieces[0]))
    groups = pieces[0] if pieces else []
    at = next((at for at, group in enumerate(groups[1:-1], 1) if lexicon.PARTICLES.issuperset(group)), len(groups) - 1)
    return Name(_flat(groups[:at]), _flat(groups[at:])) if groups else Name((), ())


def _plain(piece: str) -> list[list[str]]:
    """What stands between spaces, each as the folded words that a hyphen or an apostrophe joins."""
    groups = []
    for group in piece.split():
        found = [word for word in WORD.findall(group) if not UNSPACED.search(word) and not lexicon.is_title(word)]
        kept = [folded(word) for word in found if folded(word) not in lexicon.SUFFIXES]
        groups.append([word for word in kept if word])
    return [group for group in groups if group]


def _flat(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(word for group in groups for word in group)


@cache
def _nicknames() -> NickNamer:
    return NickNamer()


def forms_of(known: Known) -> Iterator[Form]:
    """Every way in which one word can name this person."""
    for name in known.names:
        if "@" in name:
            continue
        for spelled in _spellings(name):
            yield from _forms(taken_apart(spelled))
        # What a hyphen or an apostrophe joins is also written without it: Jean-Luc, O'Brien.
        for group in re.findall(rf"{WORD.pattern}(?:[-‐‑'’]{WORD.pattern})+", name):
            yield Form(folded(group), How.JOINED)
    for email in known.emails:
        local = folded(email.partition("@")[0])
        if len(local) >= _SHORTEST_HANDLE and local.isalpha() and not lexicon.is_ordinary(local):
            yield Form(local, How.JOINED)


def _spellings(name: str) -> Iterator[str]:
    """The name, and once more with Müller as Mueller."""
    yield name
    doubled = WORD.sub(lambda word: foldings(word.group())[-1] if foldings(word.group()) else "", name)
    if folded(doubled) != folded(name):
        yield doubled


def _forms(name: Name) -> Iterator[Form]:
    family = [word for word in name.family if len(word) > 1 and word not in lexicon.PARTICLES]
    if not family and name.family:
        family = [name.family[-1]]
    given = [word for word in name.given if len(word) > 1]
    yield from (Form(word, How.FAMILY) for word in family if len(word) > 1)
    yield from (Form(word, How.GIVEN) for word in given)
    for word in given:
        others = _nicknames().nicknames_of(word) | _nicknames().canonicals_of(word)
        yield from (Form(folded(nick), How.NICK) for nick in sorted(others) if len(folded(nick)) > 1)
    yield from (Form(word, How.JOINED) for word in _joined(name, family, given))


def _joined(name: Name, family: list[str], given: list[str]) -> Iterator[str]:
    whole = "".join(name.family)
    if len(name.family) > 1:
        yield whole
    for last in {whole, *family[-1:]}:
        for first in given[:1]:
            yield from (first + last, last + first)
            handles = (first[0] + last, last + first[0])
            yield from (word for word in handles if len(word) >= _SHORTEST_HANDLE and not lexicon.is_ordinary(word))
    if len(given) > 1:
        yield "".join(given[:2])


def particles_of(known: Known) -> frozenset[str]:
    """The words that join the parts of this person's names: van, der; o for O'Brien."""
    words = {folded(word) for name in known.names for word in WORD.findall(name)}
    return frozenset(words & lexicon.PARTICLES)


def unspaced(known: Known) -> Iterator[str]:
    """The names in scripts that put no space between words; they are looked for letter by letter."""
    for name in known.names:
        joined = "".join(name.split())
        if len(joined) > 1 and UNSPACED.search(joined) and UNSPACED.search(joined[-1]):
            yield joined


# What institutions are, with what their names say of it in English and French.
INSTITUTIONS: dict[str, tuple[str, ...]] = {
    "university": ("universit", "universidad"), "hospital": ("hospital", "hôpital"), "institute": ("institut",),
    "college": ("college", "collège", "cégep"), "school": ("school", "école"), "clinic": ("clinic", "clinique"),
    "centre": ("centre", "center"), "foundation": ("foundation", "fondation"),
}  # fmt: skip
_UNIVERSITY = frozenset({"university", "universite", "universitat", "universidad", "univ", "uni", "u"})
_SMALL = frozenset(
    ["of", "the", "de", "du", "des", "la", "le", "les", "l", "d", "and", "et", "für", "von", "at", "a", "in"]
)


def phrases_of(known: Known) -> frozenset[tuple[str, ...]]:
    """Every way in which the institution is written out, as folded words.

    ``University of Calgary`` is also Calgary University, U of Calgary and Université de Calgary, but Calgary alone is
    the city; ``McGill University`` is McGill.
    """
    found: set[tuple[str, ...]] = set()
    for name in known.names:
        words = tuple(filter(None, map(folded, WORD.findall(name))))
        bare = words[1:] if words[:1] == ("the",) else words
        if not bare:
            continue
        found |= {words, bare}
        place = tuple(word for word in bare if word not in _UNIVERSITY and word not in _SMALL)
        if place and len(place) < len(bare) and _UNIVERSITY.intersection(bare):
            found |= set(_universities(place))
            if not _SMALL.intersection(bare) and not lexicon.is_ordinary("".join(place)):
                found.add(place)
    return frozenset(found)


def _universities(place: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return (
        ("university", "of", *place), (*place, "university"), ("u", "of", *place), ("uni", "of", *place),
        ("universite", "de", *place), ("universite", "d", *place), ("universite", *place), ("u", *place),
        ("uof" + place[0], *place[1:]),
        ("u", "of", place[0][0]),
    )  # fmt: skip


def acronyms_of(known: Known) -> frozenset[str]:
    """Capital letters that stand for the institution: UBC, UdeM, UofC. Two letters alone stand for too much."""
    found = set()
    for name in known.names:
        words = [word for word in WORD.findall(name) if folded(word)]
        large = [word for word in words if folded(word) not in _SMALL]
        if len(large) > 1:
            found.add("".join(word[0].upper() for word in large))
            kept = ("".join(word[0].upper() if word in large else folded(word) for word in words[at:]) for at in (0, 1))
            found |= {word for word in kept if len(word) > 3 and word[0].isupper()}
        if len(words) == 1 and name.isupper():
            found.add(name.strip())
    return frozenset(word for word in found if len(word) > 2 and not lexicon.is_acronym(word))
