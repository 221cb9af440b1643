"""Every document as plain text (``.txt``): UTF-8 without a byte order mark, line feeds, nothing else changed.

The text is that of the REFI-QDA project, so a position in the one is a position in the other. The memo is a file of its
own beside it, because it is a note about the document.
"""

from collections.abc import Iterator
from functools import partial

from exports.dataset import Dataset, File, Sink
from exports.documents import documents
from exports.file_names import FileNames
from exports.spans import note_of, script_of
from exports.xml_text import forbids

FOLDER = "text"

_ALWAYS = (
    "Plain text: attributes, dates, codes and speakers are not in it; the tables and the project (QDPX) have them.",
    "Plain text: answers that were chosen from options are not in it; the tables have them.",
)


def files(data: Dataset) -> Iterator[File]:
    """A file for each document with a text, and one for each memo."""
    names = FileNames()
    for document in documents(data):
        name = names.give(document.name)
        if text := script_of(document).text:
            yield File(f"{FOLDER}/{name}.txt", partial(_write, text=text))
        if note := note_of(document):
            yield File(f"{FOLDER}/{name} memo.txt", partial(_write, text=f"{note.rstrip()}\n"))


def losses(data: Dataset) -> tuple[str, ...]:
    """What plain text cannot carry."""
    replaced = sum(
        any(forbids(text) for part in document.parts for text in (part.heading, part.text))
        for document in documents(data)
    )
    if replaced:
        return (*_ALWAYS, f"Plain text: control characters became \ufffd (documents: {replaced}).")
    return _ALWAYS


def _write(sink: Sink, *, text: str) -> None:
    sink.write(text.encode())
