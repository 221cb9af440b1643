"""What is coded in a document before any coder sees it: stretches of its text with the codes that each bears."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from exports.codetree import case_guid, question_guid, speaker_guid
from exports.dataset import Dataset
from exports.documents import Document
from exports.guids import guid
from exports.spans import QuoteMoved, Script


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a text and its codes by GUID. ``quote`` is what stands there."""

    guid: str
    start: int
    end: int
    codes: tuple[str, ...]
    quote: str = field(repr=False)


def source_guid(document: Document) -> str:
    """The GUID of the document's text."""
    return guid(document.id, "source")


def note_guid(document: Document) -> str:
    """The GUID of the memo about the document."""
    return guid(document.id, "note")


def selections_of(data: Dataset, document: Document, script: Script, *, of_case: bool) -> tuple[Selection, ...]:
    """One selection for each stretch, in the order of the text, longer ones first.

    Passages bear the code of their question, turns that of their speaker; ``of_case`` adds the whole text with the code
    of the case. Stretches that are the same are one selection with several codes.
    """
    found: dict[tuple[int, int], Selection] = {}
    for new in _stretches(data, document, script, of_case=of_case):
        old = found.get((new.start, new.end), new)
        codes = tuple(dict.fromkeys((*old.codes, *new.codes)))
        found[new.start, new.end] = Selection(old.guid, new.start, new.end, codes, old.quote)
    return tuple(sorted(found.values(), key=lambda selection: (selection.start, -selection.end)))


def _stretches(data: Dataset, document: Document, script: Script, *, of_case: bool) -> Iterator[Selection]:
    if of_case:
        whole = guid(document.id, "whole")
        yield Selection(whole, 0, len(script.text), (case_guid(document.case),), script.text)
    for passage in script.passages:
        # A GUID says which passage and turn it is, not where: it stays when a name before it becomes shorter.
        path = ("passage", passage.question, str(passage.number))
        code = question_guid(data, document.instrument.id, passage.question)
        yield Selection(guid(document.id, *path), passage.start, passage.end, (code,), passage.quote)
        for number, turn in enumerate(passage.turns):
            spoken = (speaker_guid(data, turn.speaker),)
            yield Selection(guid(document.id, *path, str(number)), turn.start, turn.end, spoken, turn.quote)


def in_characters(text: str) -> Callable[[int], int]:
    """Positions as the standard counts them: Unicode characters."""
    return int


def in_utf16(text: str) -> Callable[[int], int]:
    """From a position in characters to one in UTF-16 units, where whatever is beyond the first plane counts twice."""
    beyond = [at for at, character in enumerate(text) if character > "\uffff"] if text and max(text) > "\uffff" else []
    return lambda at: at + bisect_left(beyond, at)


def check_utf16(text: str, selection: Selection, start: int, end: int) -> None:
    """Return if the quote stands between these positions of the text as UTF-16; raise QuoteMoved if not."""
    if text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") != selection.quote:
        raise QuoteMoved
