"""From text to a condition. Nothing is ever executed; what is not in this grammar is refused with its position.

either     = both { "or" both }
both       = single { "and" single }
single     = "not" "(" either ")" | "(" either ")" | "true" "(" ")" | "false" "(" ")"
           | "selected" "(" answer "," literal ")" | operand [ sign operand ]
operand    = answer | literal | ("count-selected" | "string-length") "(" answer ")"
answer     = "${" id [ "." row ] "}" | "."           the dot only in a constraint
literal    = 'text' | "text" | [-] digits [ . digits ]
sign       = "=" | "!=" | "<" | "<=" | ">" | ">="
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Number,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
    references,
)
from instruments.sentences import Filling, Sentence
from vault.errors import Invalid

LONGEST = 4000
DEEPEST = 40

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<answer>\$\{\s*[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?\s*\})
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))
    |(?P<sign>!=|<=|>=|=|<|>)
    |(?P<word>[A-Za-z][A-Za-z0-9_-]*)
    |(?P<mark>[(),.])""",
    re.VERBOSE,
)
_FUNCTIONS = ("not", "true", "false", "selected", "count-selected", "string-length")
_CURLY = "‘’“”`´"


class ConditionUnreadable(Invalid):
    """The text is no condition. ``position`` counts characters from 1, ``problem`` says what to write instead."""

    def __init__(self, position: int, text: str, **values: Filling) -> None:
        self.position = position
        self.problem = Sentence(text, values)
        super().__init__(f"At character {position}: {self.problem}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str, *, constraint: bool = False) -> Condition:
    """The condition that ``text`` says. ``.`` is understood only in a ``constraint``. Raises ConditionUnreadable."""
    if len(text) > LONGEST:
        raise ConditionUnreadable(LONGEST, "Shorten the condition to %(most)s characters.", most=LONGEST)
    parser = _Parser(_tokens(text), own=constraint)
    found = parser.either()
    parser.end()
    return found


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match.group(), at + 1))
        at = match.end()
    tokens.append(_Token("end", "", len(text) + 1))
    return tokens


def _unreadable(text: str, at: int) -> ConditionUnreadable:
    character = text[at]
    if character in _CURLY:
        return ConditionUnreadable(at + 1, "Write straight quotation marks (') instead of %(mark)s.", mark=character)
    if character in "'\"":
        return ConditionUnreadable(at + 1, "Close the quotation mark that is opened here.")
    if character == "$":
        return ConditionUnreadable(at + 1, "Name a question like this: ${question}.")
    if character in "-0123456789":
        return ConditionUnreadable(at + 1, "Write a number with digits and one point, for example 2.5.")
    return ConditionUnreadable(at + 1, "Take out %(mark)s; it means nothing here.", mark=character)


class _Parser:
    """Reads tokens from left to right; each method leaves behind what it has understood."""

    def __init__(self, tokens: list[_Token], *, own: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._own = own
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _is_word(self, word: str) -> bool:
        return self._next.kind == "word" and self._next.text == word

    def _expect(self, mark: str) -> None:
        token = self._take()
        if token.text != mark or token.kind != "mark":
            raise ConditionUnreadable(token.position, "Write %(mark)s here.", mark=mark)

    def end(self) -> None:
        """Nothing is left over; raise if something is."""
        token = self._next
        if token.kind == "end":
            return
        if token.kind == "word" and token.text.lower() in ("and", "or"):
            raise ConditionUnreadable(token.position, "Write 'and' and 'or' in small letters.")
        if token.kind == "sign":
            raise ConditionUnreadable(token.position, "Compare two things at a time and join comparisons with 'and'.")
        if token.text == ")":
            raise ConditionUnreadable(token.position, "Take out this bracket, or open it before.")
        raise ConditionUnreadable(token.position, "Join this to what stands before it with 'and' or 'or'.")

    def either(self) -> Condition:
        """Parts joined by ``or``, or the one there is."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConditionUnreadable(self._next.position, "Use fewer brackets within brackets.")
        parts = [self._both()]
        while self._is_word("or"):
            self._take()
            parts.append(self._both())
        self._depth -= 1
        if len(parts) == 1:
            return parts[0]
        return AnyOf(tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._is_word("and"):
            self._take()
            parts.append(self._single())
        if len(parts) == 1:
            return parts[0]
        return AllOf(tuple(inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,))))

    def _single(self) -> Condition:
        token = self._next
        if token.kind == "mark" and token.text == "(":
            return self._enclosed()
        if token.kind == "word" and token.text in ("not", "true", "false", "selected"):
            return self._function()
        left = self._operand()
        if self._next.kind != "sign":
            return left
        sign = self._take().text
        return Comparison(left, sign, self._operand())

    def _enclosed(self) -> Condition:
        self._expect("(")
        inner = self.either()
        self._expect(")")
        return inner

    def _function(self) -> Condition:
        name = self._take().text
        if name == "not":
            return Not(self._enclosed())
        self._expect("(")
        if name == "selected":
            of = self._answer()
            self._expect(",")
            found: Condition = Selected(of, self._code())
        else:
            found = Truth(name == "true")
        self._expect(")")
        return found

    def _code(self) -> str:
        token = self._take()
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "number":
            return token.text
        raise ConditionUnreadable(token.position, "Write the option's code in quotation marks, for example 'yes'.")

    def _answer(self) -> Reference | Own:
        token = self._take()
        if token.kind == "answer":
            question, _, row = token.text[2:-1].strip().partition(".")
            return Reference(question, row)
        if token.kind == "mark" and token.text == ".":
            if self._own:
                return Own()
            raise ConditionUnreadable(token.position, "Name the question: the dot is understood only in a constraint.")
        raise ConditionUnreadable(token.position, "Name a question here, like this: ${question}.")

    def _operand(self) -> Operand:
        token = self._next
        if token.kind == "answer" or token.text == ".":
            return self._answer()
        self._take()
        if token.kind == "text":
            return Text(token.text[1:-1])
        if token.kind == "number":
            return _number(token)
        if token.text in ("count-selected", "string-length"):
            self._expect("(")
            of = self._answer()
            self._expect(")")
            return CountSelected(of) if token.text == "count-selected" else Length(of)
        raise _no_operand(token)


def _number(token: _Token) -> Number:
    if len(token.text) > 17 or sum(letter.isdigit() for letter in token.text) > 15:
        raise ConditionUnreadable(token.position, "Write a number of at most 15 digits.")
    return Number(float(token.text) if "." in token.text else int(token.text))


def _no_operand(token: _Token) -> ConditionUnreadable:
    if token.kind == "end":
        return ConditionUnreadable(token.position, "Say what comes here: the condition ends too early.")
    if token.kind == "word" and token.text.lower() in _FUNCTIONS:
        return ConditionUnreadable(token.position, "Write %(word)s in small letters.", word=token.text)
    if token.kind == "word":
        return ConditionUnreadable(
            token.position,
            "%(word)s is not known here. Name a question as ${%(word)s}, or put a text in quotation marks: '%(word)s'.",
            word=token.text,
        )
    return ConditionUnreadable(token.position, "Name a question, a text or a number before %(mark)s.", mark=token.text)


@lru_cache(maxsize=8192)
def looked_at(text: str, *, constraint: bool = False) -> frozenset[str]:
    """The ids of the questions that a condition looks at; none if it cannot be read."""
    try:
        return references(parse(text, constraint=constraint))
    except ConditionUnreadable:
        return frozenset()
