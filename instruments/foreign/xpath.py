"""The expressions of XLSForm as trees: XPath 1.0 with ``${name}``, as far as forms use it. Nothing is executed.

either = both { "or" both };  both = equal { "and" equal };  then = != < <= > >=, + -, * div mod, -x, a | b.
What cannot be read raises Inexpressible with a sentence; what can be read and cannot be said here is for
``expressions`` to find.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from instruments.sentences import Filling, Sentence
from vault.errors import Invalid

LONGEST = 20_000
DEEPEST = 60
MOST_TERMS = 50  # of a sum or product; ``and`` and ``or`` may join any number

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<ref>\$\{\s*(?:last-saved\#)?[^\W\d][\w.:-]*\s*\})
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)
    |(?P<sign>!=|<=|>=|=|<|>|\+|-|\*|\||//|/)
    |(?P<mark>\.\.|[(),.\[\]@])""",
    re.VERBOSE,
)
# What word processors make of quotation marks; XLSForm tools take them for straight ones.
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("=", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "div", "mod"),
)


class Inexpressible(Invalid):
    """The expression cannot be said as a condition here. ``said`` says why."""

    def __init__(self, text: str, **values: Filling) -> None:
        self.said = Sentence(text, values)
        super().__init__(str(self.said))


@dataclass(frozen=True, slots=True)
class Literal:
    """``'x'``, ``"x"``."""

    text: str


@dataclass(frozen=True, slots=True)
class Numeral:
    """``12``, ``2.5``."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """``${name}``."""

    name: str
    last_saved: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """``.``, ``../a/b``, ``name``; ``filtered`` if a step has something in brackets behind it."""

    steps: tuple[str, ...]
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """``name(…, …)``."""

    name: str
    arguments: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """``left sign right``; ``-x`` is ``0 - x``."""

    sign: str
    left: "Tree"
    right: "Tree"


Tree: TypeAlias = Literal | Numeral | Name | Path | Call | Operation
OWN = Path((".",))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def read(text: str) -> Tree:
    """The tree of an expression. Raises Inexpressible."""
    if len(text) > LONGEST:
        raise Inexpressible("The expression is too long to be read.")
    reader = _Reader(list(_tokens(text.translate(_STRAIGHT))))
    found = reader.level(0)
    reader.end()
    return found


def parts(tree: Tree, sign: str) -> list[Tree]:
    """What is joined by ``sign``, which is ``and`` or ``or``, from left to right; the whole if nothing is."""
    found: list[Tree] = []
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Operation) and part.sign == sign:
            waiting += [part.right, part.left]
        else:
            found.append(part)
    return found


def names_in(tree: Tree) -> set[str]:
    """The names that are looked at with ``${…}``."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case Name(name):
                found.add(name)
            case Call(_, arguments):
                waiting += arguments
            case Operation(_, left, right):
                waiting += [left, right]
            case _:
                pass
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Inexpressible(
                "It cannot be read from character %(at)s on: “%(rest)s”.", at=at + 1, rest=text[at : at + 20]
            )
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match.group(), at + 1)
        at = match.end()
    yield _Token("end", "", len(text) + 1)


class _Reader:
    """Reads tokens from left to right; each method leaves behind what it has understood."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.text in texts and self._next.kind != "text"

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._stuck()
        self._take()

    def _stuck(self) -> Inexpressible:
        if self._next.kind == "end":
            return Inexpressible("It ends too early.")
        return Inexpressible(
            "It cannot be read from character %(at)s on: “%(rest)s”.", at=self._next.position, rest=self._next.text
        )

    def end(self) -> None:
        """Nothing is left over; raise if something is."""
        if self._next.kind != "end":
            raise self._stuck()

    def level(self, number: int) -> Tree:
        """What binds at least as closely as this level of operators."""
        if number == len(_LEVELS):
            return self._negative()
        left = self.level(number + 1)
        count = 0
        while self._is(*_LEVELS[number]):
            count += 1
            if count > MOST_TERMS and number > 1:
                raise Inexpressible("The expression is too long to be read.")
            sign = self._take().text
            left = Operation(sign, left, self.level(number + 1))
        return left

    def _negative(self) -> Tree:
        if self._is("-"):
            self._take()
            self._deeper()
            negated = Operation("-", Numeral("0"), self._negative())
            self._depth -= 1
            return negated
        return self._primary()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Inexpressible("It has too many brackets within brackets.")

    def _primary(self) -> Tree:
        token = self._next
        if token.kind == "text":
            return Literal(self._take().text[1:-1])
        if token.kind == "number":
            return Numeral(self._take().text)
        if token.kind == "ref":
            name = self._take().text[2:-1].strip()
            found = Name(name.removeprefix("last-saved#"), name.startswith("last-saved#"))
            return self._path(("${}",)) if self._is("/", "[") else found
        if self._is("("):
            return self._enclosed()
        if token.kind == "name" and self._tokens[self._at + 1].text == "(":
            return self._call()
        return self._path(())

    def _enclosed(self) -> Tree:
        self._expect("(")
        self._deeper()
        found = self.level(0)
        self._depth -= 1
        self._expect(")")
        return found

    def _call(self) -> Tree:
        name = self._take().text
        self._expect("(")
        self._deeper()
        arguments: list[Tree] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.level(0))
        self._depth -= 1
        self._expect(")")
        if self._is("/", "["):
            return self._path((f"{name}()",))
        return Call(name, tuple(arguments))

    def _path(self, steps: tuple[str, ...]) -> Path:
        """A way through the form, with its steps; ``steps`` are those that were read already."""
        filtered = False
        found = list(steps)
        while True:
            if self._is("["):
                filtered = True
                self._take()
                self._deeper()
                self.level(0)
                self._depth -= 1
                self._expect("]")
            elif self._is("/", "//") and (found or self._tokens[self._at + 1].kind == "name"):
                self._take()
                found.append(self._step())
            elif not found:
                found.append(self._step())
            else:
                return Path(tuple(found), filtered)

    def _step(self) -> str:
        if self._is("@"):
            self._take()
        if self._next.kind == "name" or self._is(".", "..", "*"):
            return self._take().text
        raise self._stuck()
