"""A document as one text, and where in it each question and each speaker stands, counted in characters.

The text has, for each part, the wording of the question on a line of its own, the answer from the next line on, and an
empty line between parts::

    What gets in the way of good mentoring here?
    Time, time, time.

    Did your mentor have a mentor?
    Chains of mentoring

A *passage* is wording and answer together; its two *turns* are the wording, which counts as the interviewer's words
(in a survey too: it is what was asked), and the answer, which belongs to whoever said it. Positions count Unicode
characters from 0, the end is exclusive. Each quote is what was to be said, not what was cut out, so that the two can
be compared.
"""

from dataclasses import dataclass, field

from exports.documents import Document, Part, Speaker
from exports.xml_text import in_one_line, writable
from vault.errors import Refused

_BETWEEN = "\n\n"
_NO_WORDING = "–"
# Most programs take this for a mark of the encoding where a file begins with it, and count from behind it.
_MARK = "\ufeff"


class QuoteMoved(Refused):
    """A quote does not stand where its position says; a file with it would put codings on the wrong words."""

    public = "A quotation is not where its position says it is. No file was written; please report this."


@dataclass(frozen=True, slots=True)
class Turn:
    """Words of one speaker in one stretch."""

    start: int
    end: int
    speaker: Speaker
    quote: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """What was asked and answered. ``number`` tells passages apart that belong to the same question."""

    question: str  # its id; empty outside the guide
    number: int
    start: int
    end: int
    turns: tuple[Turn, ...]
    quote: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A document as a text with its passages. Without parts, there is no text."""

    text: str = field(repr=False)
    passages: tuple[Passage, ...]

    def check(self) -> None:
        """Return if every quote stands where its position says; raise QuoteMoved if not."""
        spans = [(passage.start, passage.end, passage.quote) for passage in self.passages]
        spans += [(turn.start, turn.end, turn.quote) for passage in self.passages for turn in passage.turns]
        if any(self.text[start:end] != quote for start, end, quote in spans):
            raise QuoteMoved


def script_of(document: Document) -> Script:
    """The document as a text, checked."""
    passages: list[Passage] = []
    count: dict[str, int] = {}
    at = 0
    for part in document.parts:
        number = count[part.question] = count.get(part.question, 0) + 1
        passage = _passage(part, number, at)
        passages.append(passage)
        at = passage.end + len(_BETWEEN)
    text = _BETWEEN.join(passage.quote for passage in passages)
    script = Script(text, tuple(passages))
    script.check()
    return script


def _passage(part: Part, number: int, at: int) -> Passage:
    wording = in_one_line(part.heading).lstrip(_MARK) or part.question or _NO_WORDING
    answer = writable(part.text)
    begin = at + len(wording) + 1
    end = begin + len(answer)
    turns = (
        Turn(at, at + len(wording), Speaker.INTERVIEWER, wording),
        Turn(begin, end, part.speaker, answer),
    )
    return Passage(part.question, number, at, end, turns, f"{wording}\n{answer}")


def note_of(document: Document) -> str:
    """The memo as a text of its own, empty if there is none."""
    memo = writable(document.memo).lstrip(_MARK)
    return memo if memo.strip() else ""
