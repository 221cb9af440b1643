"""What one word may be, given everybody and everything a study knows: asked once for each word, whatever the text."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from exports import lexicon
from exports.nearness import Nearness
from exports.roster_names import (
    Form,
    How,
    Known,
    Policy,
    Roster,
    Sort,
    acronyms_of,
    forms_of,
    particles_of,
    phrases_of,
    taken_apart,
)
from exports.spelling import capitalised, folded

_MOST_WORDS = 500_000
_SHORTEST_SPLIT = 5
_SHORTEST_BESIDE = 3
_NAMES_NEAR = (How.FAMILY, How.GIVEN)
_LONG_JOINED = 8
_WITH_FAMILY = (How.FAMILY, How.JOINED)


class Owner(NamedTuple):
    """Somebody (by place in the roster) whom a word may name, how surely, and by which part of the name."""

    who: int
    how: How
    part: str
    family: bool  # the part is the family name, or has it in it


class Anchor(NamedTuple):
    """The word of an institution's name by which it is found: which phrase, and the word's place in it."""

    who: int
    phrase: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a word may be. ``exact`` without ``ordinary`` is a name wherever it stands."""

    word: str = field(repr=False)
    owners: tuple[Owner, ...] = field(default=(), repr=False)
    exact: bool = False
    ordinary: bool = False  # an ordinary word, or too short to say anything
    elsewhere: bool = False  # only near, and known as a name of others
    place: bool = False  # only near, and known as a name of something that is nobody
    anchors: tuple[Anchor, ...] = field(default=(), repr=False)
    initials: tuple[int, ...] = ()
    head: bool = False  # the beginning of a name that may go on in the next word
    policy: Policy = Policy.CAPITALISED


class WordIndex:
    """A roster compiled."""

    __slots__ = (
        "_anchors", "_forms", "_heads", "_initials", "_near", "_near_anchors", "_policies", "_verdicts",
        "first_letters", "known", "particles",
    )  # fmt: skip

    def __init__(self, roster: Roster, policies: Mapping[str, Policy]) -> None:
        self.known: tuple[Known, ...] = roster.known
        self._policies = {folded(name): policy for name, policy in policies.items()}
        self._verdicts: dict[str, Verdict | None] = {}
        self._forms: dict[str, list[Owner]] = {}
        self._initials: dict[str, list[int]] = {}
        self._anchors: dict[str, list[Anchor]] = {}
        self._heads: dict[str, set[str]] = {}
        self.particles: dict[int, frozenset[str]] = {}
        self.first_letters: dict[int, frozenset[str]] = {}
        for who, known in enumerate(self.known):
            if known.sort is Sort.PERSON:
                self._add_person(who, known)
            elif known.sort is Sort.INSTITUTION:
                self._add_institution(who, known)
        self._add_plurals()
        near = {word for word, owners in self._forms.items() if any(_is_compared(owner) for owner in owners)}
        self._near = Nearness(near)
        self._near_anchors = Nearness(word for word in self._anchors if len(word) > 4)

    def _add_person(self, who: int, known: Known) -> None:
        for form in set(forms_of(known)):
            if form.how is How.NICK and (lexicon.opens_sentences(form.word) or lexicon.is_day(form.word)):
                continue
            self._add_form(who, form)
        names = [taken_apart(name) for name in known.names if "@" not in name]
        self.particles[who] = particles_of(known)
        self.first_letters[who] = frozenset(word[0] for name in names for word in (*name.given, *name.family))
        for letters in {letters for name in names for letters in name.initials}:
            if not lexicon.is_acronym(letters) and not lexicon.opens_sentences(letters.lower()):
                self._initials.setdefault(letters, []).append(who)

    def _add_form(self, who: int, form: Form) -> None:
        self._forms.setdefault(form.word, []).append(Owner(who, form.how, form.word, form.how in _WITH_FAMILY))
        if form.how in _NAMES_NEAR and len(form.word) >= _SHORTEST_SPLIT:
            for at in range(2, len(form.word) - 1):
                self._heads.setdefault(form.word[:at], set()).add(form.word[at:])

    def _add_institution(self, who: int, known: Known) -> None:
        for phrase in phrases_of(known):
            at = max(range(len(phrase)), key=lambda place: (_rarity(phrase[place]), -place))
            self._anchors.setdefault(phrase[at], []).append(Anchor(who, phrase, at))
        for letters in acronyms_of(known):
            self._initials.setdefault(letters, []).append(who)

    def _add_plurals(self) -> None:
        """The Wrens, and Anns where somebody forgot the apostrophe."""
        for word, owners in list(self._forms.items()):
            plural = word + "s"
            if len(word) > 2 and plural not in self._forms and not lexicon.is_ordinary(plural):
                self._forms[plural] = [owner for owner in owners if owner.how is not How.JOINED]
        self._forms = {word: owners for word, owners in self._forms.items() if owners}

    def verdict(self, raw: str) -> Verdict | None:
        """What this word may be; None for nearly all words."""
        try:
            return self._verdicts[raw]
        except KeyError:
            if len(self._verdicts) >= _MOST_WORDS:
                self._verdicts.clear()
            found = self._verdicts[raw] = self._judge(raw)
            return found

    def _judge(self, raw: str) -> Verdict | None:
        word = folded(raw)
        owners, exact, ordinary = tuple(self._forms.get(word, ())), True, lexicon.is_ordinary(word)
        if not owners:
            owners, exact = tuple(self._nearly(raw, word, ordinary)), False
        anchors = self._anchors.get(word, ())
        if not anchors and len(word) > 4 and not ordinary:
            anchors = [anchor for near in self._near_anchors.by_letters(word) for anchor in self._anchors[near]]
        initials = tuple(self._initials.get(raw, ())) if raw[-1].isupper() else ()
        if not (owners or anchors or initials or word in self._heads):
            return None
        return Verdict(
            word, owners, exact, ordinary or len(word) < 3, not exact and lexicon.is_proper(word),
            not exact and lexicon.is_place(word), tuple(anchors),
            initials, word in self._heads, self._policies.get(word, Policy.CAPITALISED),
        )  # fmt: skip

    def _nearly(self, raw: str, word: str, ordinary: bool) -> list[Owner]:
        large = capitalised(raw)
        if len(word) < 3 or (ordinary and not large) or (raw.isupper() and len(raw) < 5):
            return []
        letters = dict.fromkeys(self._near.by_letters(word), How.NEAR)
        sounds = {} if ordinary else dict.fromkeys(self._near.by_sound(word), How.SOUND)
        return [
            Owner(owner.who, how, name, owner.family)
            for name, how in (sounds | letters).items()
            for owner in self._forms[name]
            if _is_compared(owner)
        ]

    def resembles(self, word: str, who: Collection[int]) -> bool:
        """Whether the folded word is close to a part of the name of one of these people."""
        if len(word) < _SHORTEST_BESIDE:
            return False
        names = {word, *self._near.by_letters(word), *self._near.by_sound(word)}
        return any(owner.who in who for name in names for owner in self._forms.get(name, ()))

    def continues(self, first: str, second: str) -> bool:
        """Whether the two folded words are one name that somebody took apart: "Mac Donald"."""
        return second in self._heads.get(first, ())


def _is_compared(owner: Owner) -> bool:
    return owner.how in _NAMES_NEAR or (owner.how is How.JOINED and len(owner.part) >= _LONG_JOINED)


def _rarity(word: str) -> tuple[bool, int]:
    return not lexicon.is_ordinary(word), len(word)
