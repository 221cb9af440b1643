"""For Taguette: every document as a web page (``.html``), and the codebook as a table (``.csv``) of tags.

Taguette keeps headings and paragraphs of a page, and takes the name of the file for that of the document, up to 50
characters. In the table only ``tag`` and ``description`` count. It begins with a byte order mark, without which
Taguette guesses the encoding, and every cell is quoted, without which its reader ends a row at rare line separators.
"""

from collections.abc import Iterator
from functools import partial
from html import escape

from exports.cells import quoted
from exports.codetree import code_tree
from exports.dataset import Dataset, File, Sink
from exports.documents import Document, documents
from exports.file_names import FileNames
from exports.spans import note_of, script_of
from exports.turns import paragraphs, speaker_name
from exports.xml_text import in_one_line

DOCUMENTS, CODEBOOK = "taguette/documents", "taguette/codebook.csv"
LONGEST_TAG = 200

_MARK = "\ufeff"
_ALWAYS = (
    "Taguette: attributes and dates are not in it; who took part and when stands in the document's name only by the "
    "participant's name and the number of the occasion.",
    "Taguette: nothing is coded beforehand; questions are headings, and the codebook has a tag for each.",
    "Taguette: answers that were chosen from options are not in it; the tables have them.",
)


def files(data: Dataset) -> Iterator[File]:
    """The codebook, then a page for each document."""
    yield File(CODEBOOK, partial(_write_codebook, data=data))
    names = FileNames()
    for document in documents(data):
        name = names.give(document.name)
        yield File(f"{DOCUMENTS}/{name}.html", partial(_write_page, document=document, language=data.language))


def losses(data: Dataset) -> tuple[str, ...]:
    """What these files cannot carry."""
    long = [tag for tag, _ in _tags(data) if len(tag) > LONGEST_TAG]
    if long:
        return (*_ALWAYS, f"Taguette takes {LONGEST_TAG} characters for a tag; {len(long)} are cut there.")
    return _ALWAYS


def _tags(data: Dataset) -> Iterator[tuple[str, str]]:
    for code in code_tree(data).walk():
        if code.codable:
            yield code.name, code.description


def _write_codebook(sink: Sink, *, data: Dataset) -> None:
    rows = [("tag", "description"), *((tag[:LONGEST_TAG], description) for tag, description in _tags(data))]
    table = "".join(f"{quoted(tag)},{quoted(description)}\r\n" for tag, description in rows)
    sink.write(f"{_MARK}{table}".encode())


def _write_page(sink: Sink, *, document: Document, language: str) -> None:
    sink.write("".join(_page(document, language)).encode())


def _page(document: Document, language: str) -> Iterator[str]:
    title = escape(in_one_line(document.name))
    spoken = escape(document.record.language or language)
    yield f'<!DOCTYPE html>\n<html lang="{spoken}"><head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n'
    yield f"<h1>{title}</h1>\n"
    for passage in script_of(document).passages:
        wording, answer = passage.turns
        yield f"<h2>{escape(wording.quote)}</h2>\n"
        name = f"<b>{escape(speaker_name(document, answer.speaker))}:</b> "
        for paragraph in paragraphs(answer.quote):
            yield f"<p>{name}{escape(paragraph)}</p>\n"
            name = ""
    if note := note_of(document):
        yield "<h2>Memo</h2>\n"
        yield from (f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs(note))
    yield "</body></html>\n"
