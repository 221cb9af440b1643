"""Pages in pieces: what never changes is text made once, what changes is a small function that fills a gap.

A page of questions is compiled once for a version, page and language, and costs a request one pass over its pieces.
What fills a gap is escaped there: nothing that a person or an author wrote reaches a page in any other way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flask_babel import gettext
from markupsafe import escape

from instruments import piping
from instruments.definition import Question
from instruments.fields import Form
from instruments.kinds import NO, YES, Answers
from instruments.sentences import Problem, Sentence, Texts, in_language
from web.kit.sentences import said


@dataclass(slots=True)
class Filling:
    """What one request puts into the gaps of a page.

    ``form`` is what the fields hold, ``answers`` those that count, ``wrong`` the sentences by place (a question, or a
    row of a matrix), ``fields`` the names of the fields to which they belong.
    """

    form: Form = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()


Gap: TypeAlias = Callable[[Filling], str]
Piece: TypeAlias = str | Gap


@dataclass(frozen=True, slots=True)
class Repeats:
    """A gap for which it matters what was answered, and not only what stands in the fields of the page."""

    fill: Gap

    def __call__(self, filling: Filling) -> str:
        return self.fill(filling)


@dataclass(frozen=True, slots=True)
class Language:
    """In which language a page is compiled, and what it needs to repeat an answer in words."""

    tag: str
    questions: Mapping[str, Question]
    yes_no: Mapping[str, str]

    @classmethod
    def of(cls, tag: str, questions: Mapping[str, Question]) -> "Language":
        """The language of the request, which has to be ``tag``."""
        return cls(tag, questions, {YES: gettext("Yes"), NO: gettext("No")})

    def said(self, texts: Texts) -> Piece:
        """An author's text, escaped; with answers repeated in it where it does so."""
        text = in_language(texts, self.tag)
        if "${" not in text:
            return str(escape(text))
        return Repeats(
            lambda filling: str(escape(piping.filled(text, self.questions, filling.answers, self.tag, self.yes_no)))
        )

    def paragraphs(self, texts: Texts, opening: str = "<p>") -> list[Piece]:
        """An author's text with an empty line between paragraphs, each opened by ``opening``."""
        text = in_language(texts, self.tag).replace("\r\n", "\n")
        parts = [part.strip() for part in text.split("\n\n") if part.strip()]
        return [piece for part in parts for piece in (opening, self.said({self.tag: part}), "</p>")]

    def label(self, question_id: str, answers: Answers) -> str:
        """What a question asks, not escaped."""
        text = in_language(self.questions[question_id].label, self.tag)
        return piping.filled(text, self.questions, answers, self.tag, self.yes_no)

    def sentence(self, sentence: Sentence) -> str:
        """A sentence of the rules in this language, not escaped."""
        return said(sentence, self.tag)


def settle(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same with neighbouring texts joined: as few pieces as there can be."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return tuple(found)


def filled(pieces: Sequence[Piece], filling: Filling) -> str:
    """The pieces with their gaps filled."""
    return "".join([piece if isinstance(piece, str) else piece(filling) for piece in pieces])


def place_of(name: str) -> str:
    """Beside what a message about a field stands: the row of a matrix, else the whole question."""
    parts = name.split(".")
    return ".".join(parts[:3]) if len(parts) > 2 and parts[1] == "row" else parts[0]


def told(problems: Sequence[Problem], language: Language) -> tuple[dict[str, str], frozenset[str]]:
    """The sentences by place, and the fields they are about."""
    wrong: dict[str, str] = {}
    for problem in problems:
        place, sentence = place_of(problem.field), language.sentence(problem.sentence)
        wrong[place] = f"{wrong[place]} {sentence}" if place in wrong else sentence
    return wrong, frozenset(problem.field for problem in problems)


def error(place: str) -> Gap:
    """The message beside a place, if there is one."""
    before = (
        f'<p class="error" id="{place}-error"><span class="sign" aria-hidden="true">!</span> '
        f'<span class="unseen">{escape(gettext("Error:"))}</span> '
    )

    def fill(filling: Filling) -> str:
        said = filling.wrong.get(place)
        return f"{before}{escape(said)}</p>" if said else ""

    return fill


def where_wrong(place: str, text: str) -> Gap:
    """``text`` where there is a message beside a place."""
    return lambda filling: text if place in filling.wrong else ""


def described(place: str, *others: str) -> list[Piece]:
    """The attribute that ties hint and message to a control or group; absent where there is neither."""
    ids = " ".join(other for other in others if other)
    if ids:
        return [f' aria-describedby="{ids}', where_wrong(place, f" {place}-error"), '"']
    return [where_wrong(place, f' aria-describedby="{place}-error"')]


def invalid(name: str) -> Gap:
    """The attribute that says that what stands in a field cannot be taken."""
    return lambda filling: ' aria-invalid="true"' if name in filling.fields else ""


def value(name: str) -> Gap:
    """What a field holds, escaped."""

    def fill(filling: Filling) -> str:
        typed = filling.form.get(name)
        return str(escape(typed[0])) if typed else ""

    return fill


def chosen(name: str, code: str, text: str = " checked") -> Gap:
    """``text`` where ``code`` is among what a field holds."""

    def fill(filling: Filling) -> str:
        held = filling.form.get(name)
        return text if held and code in held else ""

    return fill
