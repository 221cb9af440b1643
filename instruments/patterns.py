"""Patterns for short texts: a part of regular expressions, matched without backtracking.

Patterns come with imported forms and are run on what strangers type, so Python's ``re``, which some patterns keep
busy for years, is not let near them. A pattern here becomes a set of places that a text is moved through once, letter
by letter (Thompson 1968): the time is at most letters × places, and both are limited.

Understood: letters, ``.``, ``[a-z]``, ``[^…]``, ``\\d \\w \\s`` and their capitals, ``\\`` before a sign, ``( )``,
``(?: )``, ``|``, ``* + ? {m} {m,} {m,n}``; ``^`` at the start and ``$`` at the end change nothing, because a pattern
always has to match the whole text. Everything else is refused with its position.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from instruments.sentences import Sentence
from vault.errors import Invalid

LONGEST = 300
MOST_PLACES = 1000
MOST_REPEATS = 200
DEEPEST = 30

_LETTERS: dict[str, Callable[[str], bool]] = {
    "d": str.isdecimal,
    "w": lambda letter: letter.isalnum() or letter == "_",
    "s": str.isspace,
}
_QUANTIFIERS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_SIGNS = frozenset("\\^$.|?*+()[]{}/-@#&%!\"'`~,:;<>= _")


class PatternUnreadable(Invalid):
    """The text is no pattern of ours. ``position`` counts from 1, ``problem`` says what to do."""

    def __init__(self, position: int, problem: Sentence) -> None:
        self.position = position
        self.problem = problem
        super().__init__(f"At character {position}: {problem}")


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter for which ``fits`` is true."""

    fits: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple["_Part", ...]


@dataclass(frozen=True, slots=True)
class _Either:
    parts: tuple["_Part", ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    of: "_Part"
    least: int
    most: int | None


_Part: TypeAlias = _Letter | _Sequence | _Either | _Repeat


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text can be: it goes on to ``after`` by a letter that fits, or without one if there is no ``fits``."""

    fits: Callable[[str], bool] | None
    after: tuple[int, ...]


class Pattern:
    """A pattern that is ready to be matched. The text has come through when it reaches place 0."""

    def __init__(self, places: list[_Place], start: int) -> None:
        self._places = places
        self._start = self._reached([start])

    def matches(self, text: str) -> bool:
        """Whether the whole of ``text`` fits."""
        here = self._start
        for letter in text:
            onward: list[int] = []
            for number in here:
                place = self._places[number]
                if place.fits is not None and place.fits(letter):
                    onward.extend(place.after)
            if not onward:
                return False
            here = self._reached(onward)
        return 0 in here

    def _reached(self, numbers: Iterable[int]) -> frozenset[int]:
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                if self._places[number].fits is None:
                    waiting.extend(self._places[number].after)
        return frozenset(found)


@functools.lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """The pattern that ``text`` says. Raises PatternUnreadable."""
    if len(text) > LONGEST:
        raise PatternUnreadable(LONGEST, Sentence("Shorten the pattern to %(most)s characters.", {"most": LONGEST}))
    part = _Reader(text).whole()
    places = [_Place(None, ())]
    return Pattern(places, _laid_out(part, 0, places))


def _laid_out(part: _Part, after: int, places: list[_Place]) -> int:
    """The number of the place where ``part`` begins, given the place to be at ``after`` it."""
    if len(places) > MOST_PLACES:
        raise PatternUnreadable(1, Sentence("Simplify the pattern; it repeats too much."))
    match part:
        case _Letter(fits):
            places.append(_Place(fits, (after,)))
        case _Sequence(()) | _Repeat(_, 0, 0):
            # Even what is empty takes a place, so that the number of places limits the work.
            places.append(_Place(None, (after,)))
        case _Sequence(parts):
            for inner in reversed(parts):
                after = _laid_out(inner, after, places)
            return after
        case _Either(parts):
            starts = tuple(_laid_out(inner, after, places) for inner in parts)
            places.append(_Place(None, starts))
        case _Repeat(of, least, most):
            return _repeated(of, least, most, after, places)
    return len(places) - 1


def _repeated(of: _Part, least: int, most: int | None, after: int, places: list[_Place]) -> int:
    if most is None:
        again = len(places)
        places.append(_Place(None, (after,)))
        start = _laid_out(of, again, places)
        places[again] = _Place(None, (start, after))
        after = again
    else:
        end = after
        for _ in range(most - least):
            start = _laid_out(of, after, places)
            places.append(_Place(None, (start, end)))
            after = len(places) - 1
    for _ in range(least):
        after = _laid_out(of, after, places)
    return after


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> _Part:
        """All of the text as one part; raises if something is left over."""
        self._skip("^")
        part = self._either()
        if self._at < len(self._text):
            raise self._unreadable(Sentence("Take out this bracket, or open it before."))
        return part

    def _unreadable(self, problem: Sentence, at: int | None = None) -> PatternUnreadable:
        return PatternUnreadable((self._at if at is None else at) + 1, problem)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) * found
        return found

    def _either(self) -> _Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._unreadable(Sentence("Use fewer brackets within brackets."))
        parts = [self._sequence()]
        while self._skip("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._peek() not in ("", "|", ")"):
            if self._peek() == "$" and self._at == len(self._text) - 1:
                self._at += 1
                break
            parts.append(self._quantified(self._single()))
        return _Sequence(tuple(parts))

    def _single(self) -> _Part:
        letter = self._peek()
        if letter == "(":
            return self._group()
        if letter == "[":
            return self._class()
        if letter in "*+?{":
            raise self._unreadable(Sentence("Say before this sign what is to be repeated."))
        if letter in "^$":
            raise self._unreadable(Sentence("Take out %(sign)s: the whole text is always matched.", {"sign": letter}))
        self._at += 1
        if letter == "\\":
            return _Letter(self._escaped())
        if letter == ".":
            return _Letter(lambda typed: typed != "\n")
        return _Letter(letter.__eq__)

    def _group(self) -> _Part:
        opened = self._at
        self._at += 1
        if self._peek() == "?" and not self._skip("?:"):
            raise self._unreadable(Sentence("Use plain brackets: looking ahead or behind is not understood."))
        part = self._either()
        if not self._skip(")"):
            raise self._unreadable(Sentence("Close the bracket that is opened here."), opened)
        return part

    def _escaped(self) -> Callable[[str], bool]:
        letter = self._peek()
        self._at += 1
        if letter.lower() in _LETTERS:
            fits = _LETTERS[letter.lower()]
            return fits if letter.islower() else lambda typed: not fits(typed)
        if letter in _SIGNS:
            return letter.__eq__
        raise self._unreadable(Sentence("This is not understood after \\; use \\d, \\w, \\s or a sign."), self._at - 1)

    def _class(self) -> _Part:
        opened = self._at
        self._at += 1
        negated = self._skip("^")
        fitting = [self._class_part(opened)]  # a bracket that closes means itself where nothing stands before it
        while not self._skip("]"):
            fitting.append(self._class_part(opened))
        fits = tuple(fitting)
        return _Letter(lambda typed: any(fit(typed) for fit in fits) != negated)

    def _class_part(self, opened: int) -> Callable[[str], bool]:
        first = self._peek()
        if not first:
            raise self._unreadable(Sentence("Close the bracket that is opened here."), opened)
        self._at += 1
        if first == "\\":
            return self._escaped()
        last = self._text[self._at + 1 : self._at + 2]
        if self._peek() != "-" or last in ("", "]"):
            return first.__eq__
        self._at += 2
        if last < first or last == "\\":
            raise self._unreadable(Sentence("Turn this range round: the lower letter comes first."), self._at - 3)
        return lambda typed: first <= typed <= last

    def _quantified(self, part: _Part) -> _Part:
        letter = self._peek()
        if letter in _QUANTIFIERS and letter:
            self._at += 1
            least, most = _QUANTIFIERS[letter]
        elif letter == "{":
            least, most = self._counts()
        else:
            return part
        if self._peek() in ("?", "+", "*", "{") and self._peek():
            raise self._unreadable(Sentence("Take out this sign: one sign of repetition is enough."))
        return _Repeat(part, least, most)

    def _counts(self) -> tuple[int, int | None]:
        opened = self._at
        inside, closed, _ = self._text[opened + 1 :].partition("}")
        low, comma, high = inside.partition(",")
        digits = [low] + ([high] if high else [])
        if not closed or not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in digits):
            raise self._unreadable(Sentence("Write how often as {2}, {2,} or {2,4}."))
        self._at = opened + len(inside) + 2
        least = int(low)
        most = None if comma and not high else int(high or low)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self._unreadable(
                Sentence("Write the lower number first and at most %(most)s.", {"most": MOST_REPEATS}), opened
            )
        return least, most
