"""One text read with a roster in hand: what each word may be where it stands, and which institutions are named.

Words are judged one by one (exports.word_index); here their surroundings decide. In a text without capitals, or with
nothing else, capitals say nothing. Names of several words are for exports.runs.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from exports import lexicon
from exports.nearness import is_near
from exports.roster_names import How, Policy, Sort
from exports.spelling import Word, begins_sentence, capitalised, folded, says_nothing_by_case, words
from exports.word_index import Anchor, Verdict, WordIndex

SOMEBODY = "a person"
JOINS = re.compile(r"\s{1,3}|[-‐‑]\s{0,2}|[_.'’·]")
DOT = re.compile(r"\.?\s{1,3}|\.[-‐‑]?")
_BROKEN = re.compile(r"[-‐‑]?\s*\n\s*|[-‐‑]\s*")
_BEFORE_MONTH = lexicon.word_set("""
    in since until till last next early late mid of by from to before after this every each end during en de
    depuis fin debut des jusqu d ce dernier prochain and et or
    """)  # fmt: skip
_MOST_INITIALS = 3


class State(IntEnum):
    """Whether a word is taken for a name where it stands; a weak one needs something that speaks for it."""

    NO = 0
    WEAK = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """``text[start:end]``, which is ``original``, names what ``label`` says."""

    start: int
    end: int
    sort: Sort
    label: str
    original: str = field(repr=False)


class Reading:
    """A text with what its words may be. ``used`` are the places of words that stand in a hit."""

    __slots__ = ("doubts", "index", "states", "text", "uncased", "used", "verdicts", "words")

    def __init__(self, text: str, index: WordIndex, masked: list[tuple[int, int]]) -> None:
        self.text, self.index = text, index
        self.words = _outside(words(text), masked)
        self.verdicts = dict(self._judged())
        self.uncased = bool(self.verdicts) and says_nothing_by_case(self.words)
        self.states = {at: self._state(at, verdict) for at, verdict in self.verdicts.items() if verdict.owners}
        self.used: set[int] = set()
        self.doubts: list[Hit] = []

    def _judged(self) -> Iterator[tuple[int, Verdict]]:
        """Words that may be something; a name that a space or the end of a line took apart becomes one word again."""
        found, verdict_of = self.words, self.index.verdict
        mended: list[Word] = []
        self.words = mended
        open_head = False
        for word in found:
            if open_head and self._one_word(mended[-1], word):
                before = mended.pop()
                mended.append(Word(before.start, word.end, before.raw + word.raw))
            else:
                mended.append(word)
            verdict = verdict_of(mended[-1].raw)
            open_head = verdict is not None and verdict.head
            if verdict is not None:
                yield len(mended) - 1, verdict

    def _one_word(self, first: Word, second: Word) -> bool:
        one, two = folded(first.raw), folded(second.raw)
        if not self.index.continues(one, two):
            return False
        gap = self.text[first.end : second.start]
        if _BROKEN.fullmatch(gap):
            return True
        return gap.isspace() and not (lexicon.is_ordinary(one) and lexicon.is_ordinary(two))

    def gap(self, at: int) -> str:
        """What stands between a word and the next one."""
        return self.text[self.words[at].end : self.words[at + 1].start]

    def fold(self, at: int) -> str:
        return folded(self.words[at].raw) if 0 <= at < len(self.words) else ""

    def _state(self, at: int, verdict: Verdict) -> State:
        large = capitalised(self.words[at].raw)
        if verdict.exact:
            return self._state_of_exact(at, verdict, large)
        if self.uncased:
            return State.NO if verdict.ordinary else State.WEAK if verdict.place else State.SURE
        if verdict.ordinary:
            begins = begins_sentence(self.text, self.words[at].start)
            return State.NO if not large or begins or lexicon.is_day(verdict.word) else State.WEAK
        if not large:
            near = len(verdict.word) >= 5 and any(owner.how is How.NEAR for owner in verdict.owners)
            return State.SURE if near else State.NO
        return State.WEAK if verdict.place else State.SURE

    def _state_of_exact(self, at: int, verdict: Verdict, large: bool) -> State:
        if not verdict.ordinary or verdict.policy is Policy.ALWAYS or self._is_led(at, verdict):
            return State.SURE
        if not self.uncased and not large:
            return State.NO
        if verdict.policy is Policy.ASK or self.uncased:
            return State.WEAK
        if lexicon.is_day(verdict.word) and self._is_date(at):
            return State.WEAK
        if begins_sentence(self.text, self.words[at].start):
            opens = lexicon.opens_sentences(verdict.word) or lexicon.follows_verb(self.fold(at + 1))
            return State.WEAK if opens else State.SURE
        return State.SURE

    def _is_led(self, at: int, verdict: Verdict) -> bool:
        """Whether a word that joins the parts of this very name stands before it: van der *berg*."""
        before = self.fold(at - 1)
        owners = (owner.who for owner in verdict.owners if owner.family)
        return len(before) > 1 and any(before in self.index.particles[who] for who in owners)

    def _is_date(self, at: int) -> bool:
        word = self.words[at]
        beside = self.text[max(word.start - 4, 0) : word.start] + self.text[word.end : word.end + 4]
        return any(letter.isdecimal() for letter in beside) or self.fold(at - 1) in _BEFORE_MONTH

    def institutions(self) -> Iterator[Hit]:
        """Where an institution is named, written out."""
        for at, verdict in self.verdicts.items():
            if at in self.used or not verdict.anchors:
                continue
            fitting = [anchor for anchor in verdict.anchors if self._fits(at, anchor)]
            if fitting:
                best = max(fitting, key=lambda anchor: len(anchor.phrase))
                first = at - best.at
                self.used.update(range(first, first + len(best.phrase)))
                yield self.hit(first, first + len(best.phrase) - 1, Sort.INSTITUTION, self.index.known[best.who].label)

    def _fits(self, at: int, anchor: Anchor) -> bool:
        first, last = at - anchor.at, at - anchor.at + len(anchor.phrase) - 1
        if first < 0 or last >= len(self.words):
            return False
        if not all(self._joined(place) for place in range(first, last)):
            return False
        said = [self.fold(place) for place in range(first, last + 1)]
        if not all(word == part or is_near(word, part) for word, part in zip(said, anchor.phrase, strict=True)):
            return False
        if len(anchor.phrase) > 1 or self.uncased:
            return len(anchor.phrase) > 1 or not lexicon.is_ordinary(said[0])
        return capitalised(self.words[at].raw) or (said[0] == anchor.phrase[0] and not lexicon.is_ordinary(said[0]))

    def _joined(self, at: int) -> bool:
        gap = self.gap(at)
        return bool(JOINS.fullmatch(gap) or (DOT.fullmatch(gap) and len(self.words[at].raw) < 5))  # U. of, Univ. of

    def initials(self) -> Iterator[Hit]:
        """Where somebody is named by capital letters alone: JS, J.S., UBC."""
        if self.uncased:
            return
        at = 0
        while at < len(self.words):
            last = at
            while last + 1 < len(self.words) and self.is_letter(last) and self.is_letter(last + 1):
                if not DOT.fullmatch(self.gap(last)) or last + 1 in self.used:
                    break
                last += 1
            if at not in self.used:
                yield from self._initials(at, last)
            at = last + 1

    def is_letter(self, at: int) -> bool:
        raw = self.words[at].raw
        return len(raw) == 1 and raw.isupper()

    def _initials(self, first: int, last: int) -> Iterator[Hit]:
        verdict = self.index.verdict("".join(word.raw for word in self.words[first : last + 1]))
        if verdict is None or not verdict.initials:
            return
        who = sorted(set(verdict.initials))
        hit = self.hit(first, last, self.index.known[who[0]].sort, self.label(who))
        if len(who) > _MOST_INITIALS:
            self.doubts.append(hit)
        else:
            yield hit

    def hit(self, first: int, last: int, sort: Sort, label: str) -> Hit:
        start, end = self.words[first].start, self.words[last].end
        return Hit(start, end, sort, label, self.text[start:end])

    def label(self, who: list[int]) -> str:
        labels = list(dict.fromkeys(self.index.known[one].label for one in who))
        return " or ".join(labels) if len(labels) < 3 else SOMEBODY


def _outside(found: list[Word], masked: list[tuple[int, int]]) -> list[Word]:
    """The words that stand in none of the spans; both are in order."""
    if not masked:
        return found
    kept, spans = [], iter([*masked, (sys.maxsize, sys.maxsize)])
    start, end = next(spans)
    for word in found:
        while word.start >= end:
            start, end = next(spans)
        if word.start < start:
            kept.append(word)
    return kept
