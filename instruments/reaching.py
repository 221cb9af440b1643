"""Whether a condition can ever hold, and whether it can ever not, by trying every answer that makes a difference.

A condition looks at a few questions, and these at a few others. Each of them has few answers that the conditions can
tell apart: its options, or numbers just below, at and above each number that it is compared with. All of them are
tried, as the route would take them: what is not reached has no answer. Where there are too many, nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations, product
from math import prod

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import Comparison, Condition, Length, Reference, Text, evaluate, references, walk
from instruments.conditions import Number as Digits
from instruments.definition import Question
from instruments.kinds import (
    NO,
    STATES,
    YES,
    Answer,
    Cell,
    Kind,
    Matrix,
    MultipleChoice,
    Number,
    Scale,
    SingleChoice,
    Topic,
    YesNo,
    points_of,
)

MOST = 400
MOST_QUESTIONS = 40  # of so many, and each with answers of its own, there are more ways than anybody tries
_WORDS = "words"  # stands for every text that nothing is compared with

Outcome = frozenset[bool]
UNKNOWN: Outcome = frozenset({True, False})

# A question as far as it matters: its id, under which conditions it is asked, and its answers that can be told apart.
_Link = tuple[str, tuple[str, ...], tuple[object, ...]]


class Reach:
    """Knows the questions of an instrument in order, each with the conditions under which it is asked.

    ``enforced``: what has to be answered is answered, which is so in a survey and not in a conversation.
    """

    def __init__(self, asked: Sequence[tuple[Question, tuple[str, ...]]], *, enforced: bool) -> None:
        self._enforced = enforced
        self._place = {question.id: at for at, (question, _) in enumerate(asked)}
        self._asked = asked

    def outcomes(self, conditions: Sequence[str]) -> Outcome:
        """Whether all of these can hold together, and whether they can fail to."""
        texts = tuple(text for text in conditions if text)
        trees = [tree for tree in map(_parsed, texts) if tree is not None]
        if len(trees) < len(texts):
            return UNKNOWN
        names = self._looked_at(trees)
        if names is None:
            return UNKNOWN
        constants = _constants(trees + [tree for name in names for tree in self._trees(name)])
        links = []
        for name in names:
            question, own = self._asked[self._place[name]]
            answers = None if question.identifying else _of_kind(question.kind, constants.get(name, ()))
            if answers is None:
                return UNKNOWN
            needed = self._enforced and question.required and not question.may_decline
            links.append((name, own, answers if needed else (None, *answers)))
        if prod(len(answers) for _, _, answers in links) > MOST:
            return UNKNOWN
        return _tried(texts, tuple(links))

    def _trees(self, name: str) -> list[Condition]:
        own = (_parsed(text) for text in self._asked[self._place[name]][1])
        return [tree for tree in own if tree is not None]

    def _looked_at(self, trees: Sequence[Condition]) -> list[str] | None:
        """The questions that matter, and those that matter for them, in order; None if one is not known."""
        found: set[str] = set()
        waiting = list(chain.from_iterable(references(tree) for tree in trees))
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            if name not in self._place or any(_parsed(text) is None for text in self._asked[self._place[name]][1]):
                return None
            found.add(name)
            if len(found) > MOST_QUESTIONS:
                return None
            waiting += chain.from_iterable(references(tree) for tree in self._trees(name))
        return sorted(found, key=self._place.__getitem__)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Condition | None:
    try:
        return parse(text)
    except ConditionUnreadable:
        return None


@lru_cache(maxsize=4096)
def _tried(texts: tuple[str, ...], links: tuple[_Link, ...]) -> Outcome:
    trees = [tree for text in texts if (tree := _parsed(text)) is not None]
    own = [[tree for text in conditions if (tree := _parsed(text)) is not None] for _, conditions, _ in links]
    found: set[bool] = set()
    for values in product(*(answers for _, _, answers in links)):
        counting: dict[str, Answer] = {}
        for (name, _, _), conditions, value in zip(links, own, values, strict=True):
            if value is not None and all(evaluate(condition, counting) for condition in conditions):
                counting[name] = _thawed(value)
        found.add(all(evaluate(tree, counting) for tree in trees))
        if len(found) == len(UNKNOWN):
            break
    return frozenset(found)


def _thawed(value: object) -> Answer:
    """An answer that was made so that it can be remembered, as it is."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, frozenset):
        return {"state": next(iter(value))}
    return value  # type: ignore[return-value]


def _constants(trees: Sequence[Condition]) -> Mapping[str, tuple[object, ...]]:
    """What each question is compared with; None where that is no constant."""
    found: dict[str, list[object]] = {}
    for node in chain.from_iterable(map(walk, trees)):
        if isinstance(node, Comparison):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(side, Reference) and isinstance(other, Text | Digits):
                    found.setdefault(side.question, []).append(other.value)
                elif isinstance(side, Reference):
                    found.setdefault(side.question, []).append(None)
        elif isinstance(node, Length) and isinstance(node.of, Reference):
            found.setdefault(node.of.question, []).append(None)
    return {name: tuple(values) for name, values in found.items()}


def _of_kind(kind: Kind | Cell, compared: Sequence[object]) -> tuple[object, ...] | None:
    """The answers that can be told apart; None if they are not known."""
    if None in compared:
        return None
    match kind:
        case SingleChoice(options=options):
            return tuple(option.code for option in options) or None
        case YesNo():
            return YES, NO
        case Topic():
            return tuple(frozenset({state}) for state in STATES)
        case Scale():
            return tuple(points_of(kind)) or None
        case Number():
            return None if any(_is_text(value) for value in compared) else tuple(_around(kind, compared)) or None
        case MultipleChoice(options=options):
            codes = [option.code for option in options]
            return tuple(_subsets(codes)) if len(codes) <= 6 else None
        case Matrix():
            return None
        case _:
            return _texts(compared)


def _is_text(value: object) -> bool:
    """Whether a constant is a text other than the empty one, which stands for no answer."""
    return isinstance(value, str) and value != ""


def _around(kind: Number, compared: Sequence[object]) -> Iterator[object]:
    step = 10 ** -max(kind.decimals, 0)
    constants = [value for value in compared if isinstance(value, int | float)]
    ends = [end for end in (kind.least, kind.most) if end is not None]
    near = {round(value + way * step, 10) for value in (*constants, *ends, 0) for way in (-1, 0, 1)}
    for value in sorted(near):
        if (kind.least is None or value >= kind.least) and (kind.most is None or value <= kind.most):
            yield value


def _subsets(codes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(codes) + 1):
        yield from combinations(codes, size)


def _texts(compared: Sequence[object]) -> tuple[object, ...] | None:
    """Texts that are compared for being the same only; dates that are put in order are not known here."""
    if any(not isinstance(value, str) for value in compared):
        return None
    if any(value[:4].isdigit() for value in map(str, compared)):
        return None
    return (_WORDS, *dict.fromkeys(str(value) for value in compared if value))
