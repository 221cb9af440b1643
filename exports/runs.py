"""Names of several words: which words beside a name are parts of it, and whom the whole of it names.

A title or another part of the same name makes an ordinary word a name ("dr stone", "grace holt"). What belongs to a
name goes with it: Dr, J., van der, and a surname or given name that nobody knows ("Anna Berg", where only Annas of
other names are known); such a name is somebody else's, and is not taken for one of the study's people.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exports import lexicon
from exports.reading import DOT, JOINS, SOMEBODY, Hit, Reading, State
from exports.roster_names import How, Sort
from exports.spelling import begins_sentence, capitalised
from exports.word_index import Owner

_NEIGHBOURS = re.compile(r"[^\S\n]{1,3}|[-‐‑]")
_HYPHENS = ("-", "‐", "‑")
_COMMA = re.compile(r",\s{1,2}")
_MOST_BETWEEN = 3
_ARTICLES = frozenset({"A", "I"})  # capitals that are words
_RANK = {How.FAMILY: 0, How.GIVEN: 0, How.JOINED: 0, How.NICK: 1, How.NEAR: 2, How.SOUND: 3}


@dataclass(slots=True)
class _Name:
    """Words that are one name: where they stand, which of them are parts of a name, and who may be meant."""

    first: int
    last: int
    parts: list[int]
    who: frozenset[int]
    letters: list[str] = field(default_factory=list)  # initials beside it
    titled: bool = False
    another: bool = False  # somebody of whom the roster knows a part of the name only


def people(reading: Reading) -> Iterator[Hit]:
    """Where somebody is named. What may be a name or an ordinary word is put to the doubts of the reading."""
    for at, state in reading.states.items():
        if at in reading.used or state is State.NO:
            continue
        name = _Name(at, at, [at], _whose(reading, at))
        while _goes_on(reading, name):
            pass
        while _begins_before(reading, name):
            pass
        sure = name.titled or len(name.parts) > 1 or reading.states[at] is State.SURE
        if sure:
            _take_in_strangers(reading, name)
        hit = reading.hit(name.first, name.last, Sort.PERSON, _named(reading, name))
        if sure:
            reading.used.update(range(name.first, name.last + 1))
            yield hit
        else:
            reading.doubts.append(hit)


def _whose(reading: Reading, at: int) -> frozenset[int]:
    return frozenset(owner.who for owner in reading.verdicts[at].owners)


def _owners(reading: Reading, name: _Name) -> Iterator[Owner]:
    for part in name.parts:
        yield from (owner for owner in reading.verdicts[part].owners if owner.who in name.who)


def _goes_on(reading: Reading, name: _Name) -> bool:
    """Whether the next word belongs to the name too; then it does."""
    at = name.last + 1
    if at >= len(reading.words):
        return False
    gap = reading.gap(name.last)
    if JOINS.fullmatch(gap) or (_COMMA.fullmatch(gap) and _is_turned_round(reading, name, at)):
        return _takes(reading, name, at) or _reaches(reading, name, at) or _closes(reading, name, at)
    return _COMMA.fullmatch(gap) is not None and _closes(reading, name, at)


def _takes(reading: Reading, name: _Name, at: int) -> bool:
    """A further part of the same name, or the surname of another one."""
    if at in reading.used or not (reading.states.get(at) or _is_small(reading, name.last, at)):
        return False
    shared = name.who & _whose(reading, at)
    said = {owner.part for owner in _owners(reading, name)}
    fresh = frozenset(
        owner.who for owner in reading.verdicts[at].owners if owner.who in shared and owner.part not in said
    )
    if fresh:
        name.parts.append(at)
        name.who, name.last = fresh, at
        return True
    if not shared and not name.another and _is_strangers(reading, name, at):
        name.another, name.last = True, at
        return True
    return False


def _is_small(reading: Reading, beside: int, at: int) -> bool:
    """Whether a name that is also a word stands in small letters beside one in small letters: "nick thornbury"."""
    verdict = reading.verdicts.get(at)
    small = not capitalised(reading.words[at].raw) and not capitalised(reading.words[beside].raw)
    return small and verdict is not None and verdict.exact and bool(verdict.owners)


def _is_turned_round(reading: Reading, name: _Name, at: int) -> bool:
    """Whether a comma stands within a name: ``Wren, Ann``."""
    if reading.states.get(at, State.NO) is State.NO or not all(owner.family for owner in _owners(reading, name)):
        return False
    return any(owner.who in name.who and not owner.family for owner in reading.verdicts[at].owners)


def _is_strangers(reading: Reading, name: _Name, at: int) -> bool:
    """Whether a given name is followed by the family name of somebody else: nobody of the study is called so."""
    if reading.uncased or not _NEIGHBOURS.fullmatch(reading.gap(name.last)):
        return False
    after = reading.verdicts[at].owners
    both = capitalised(reading.words[at].raw) and capitalised(reading.words[name.last].raw)
    return both and not any(o.family for o in _owners(reading, name)) and all(owner.family for owner in after)


def _reaches(reading: Reading, name: _Name, at: int) -> bool:
    """Whether the name goes on after what only joins its parts: Maria *van der* Berg, Ann *J.* Wren."""
    joining = frozenset().union(*(reading.index.particles[who] for who in name.who))
    for place in range(at, min(at + _MOST_BETWEEN, len(reading.words) - 1)):
        letter = reading.is_letter(place) and reading.words[place].raw not in _ARTICLES
        if not letter and reading.fold(place) not in joining:
            return False
        gap = reading.gap(place)
        if not (JOINS.fullmatch(gap) or (letter and DOT.fullmatch(gap))):
            return False
        if _takes(reading, name, place + 1) and not name.another:
            return True
    return False


def _closes(reading: Reading, name: _Name, at: int) -> bool:
    """Whether an initial ends the name: Wren J., Wren, J."""
    word = reading.words[at]
    if not (reading.is_letter(at) and reading.text[word.end : word.end + 1] == "."):
        return False
    letter = word.raw.lower()
    named = any(owner.family for owner in _owners(reading, name))
    if not named or not any(letter in reading.index.first_letters[who] for who in name.who):
        return False
    name.letters.append(letter)
    name.last = at
    return True


def _begins_before(reading: Reading, name: _Name) -> bool:
    """Whether the word before belongs to the name too; then it does."""
    at = name.first - 1
    if at < 0 or at in reading.used:
        return False
    raw, gap = reading.words[at].raw, reading.gap(at)
    if JOINS.fullmatch(gap) and _is_small(reading, name.first, at) and _precedes(reading, name, at):
        return True
    if lexicon.is_title(raw) and (DOT.fullmatch(gap) or JOINS.fullmatch(gap)):
        name.titled = True
    elif reading.is_letter(at) and (DOT.fullmatch(gap) or JOINS.fullmatch(gap)) and _is_initial(reading, at):
        name.letters.append(raw.lower())
    elif JOINS.fullmatch(gap) and any(reading.fold(at) in reading.index.particles[who] for who in name.who):
        if len(raw) == 1 and gap not in ("'", "’"):
            return False
    else:
        return False
    name.first = at
    return True


def _precedes(reading: Reading, name: _Name, at: int) -> bool:
    """Whether the word before is another part of the same name; then it is taken."""
    said = {owner.part for owner in _owners(reading, name)}
    owners = reading.verdicts[at].owners
    fresh = frozenset(owner.who for owner in owners if owner.who in name.who and owner.part not in said)
    if fresh:
        name.parts.append(at)
        name.who, name.first = fresh, at
    return bool(fresh)


def _is_initial(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return not reading.uncased and (word.raw not in _ARTICLES or reading.text[word.end : word.end + 1] == ".")


def _take_in_strangers(reading: Reading, name: _Name) -> None:
    """A surname or given name that nobody knows goes with the part that somebody knows."""
    _take_in_beside(reading, name)
    if reading.uncased or name.another:
        return
    family = [owner.family for owner in _owners(reading, name)]
    after, before = name.last + 1, name.first - 1
    if not any(family) and after < len(reading.words) and _NEIGHBOURS.fullmatch(reading.gap(name.last)):
        if _is_unknown(reading, after):
            name.last, name.another = after, True
    elif all(family) and before >= 0 and not (name.titled or name.letters):
        begins = begins_sentence(reading.text, reading.words[before].start)
        known = lexicon.is_persons(reading.fold(before))
        if _NEIGHBOURS.fullmatch(reading.gap(before)) and _is_unknown(reading, before) and (known or not begins):
            name.first, name.another = before, True


def _take_in_beside(reading: Reading, name: _Name) -> None:
    """What a hyphen joins to a name is part of it if it has a capital or resembles it: García-*Márques*."""
    after, before = name.last + 1, name.first - 1
    if after < len(reading.words) and _is_beside(reading, name, after, reading.gap(name.last)):
        name.last = after
    if before >= 0 and _is_beside(reading, name, before, reading.gap(before)):
        name.first = before


def _is_beside(reading: Reading, name: _Name, at: int, gap: str) -> bool:
    if at in reading.used or not (gap in _HYPHENS or (reading.uncased and gap == " ")):
        return False
    large = gap in _HYPHENS and capitalised(reading.words[at].raw)
    return large or reading.index.resembles(reading.fold(at), name.who)


def _is_unknown(reading: Reading, at: int) -> bool:
    """Whether the word looks like a name and is none of the study's."""
    raw, word = reading.words[at].raw, reading.fold(at)
    if at in reading.used or reading.states.get(at, State.NO) is not State.NO:
        return False
    if len(word) < 3 or not capitalised(raw) or raw.isupper() or lexicon.is_title(raw):
        return False
    if lexicon.is_day(word) or lexicon.opens_sentences(word):
        return False
    return lexicon.is_persons(word) or not (lexicon.is_ordinary(word) or lexicon.is_proper(word))


def _named(reading: Reading, name: _Name) -> str:
    """Whose name it is; somebody's, where that is not clear."""
    verdicts = [reading.verdicts[part] for part in name.parts]
    if name.another or all(verdict.elsewhere for verdict in verdicts):
        return SOMEBODY
    letters = reading.index.first_letters
    who = [one for one in sorted(name.who) if all(letter in letters[one] for letter in name.letters)]
    if not who:
        return SOMEBODY
    surely = {one: max(_rank(verdict.owners, one) for verdict in verdicts) for one in who}
    return reading.label([one for one in who if surely[one] == min(surely.values())])


def _rank(owners: tuple[Owner, ...], who: int) -> int:
    return min(_RANK[owner.how] for owner in owners if owner.who == who)
