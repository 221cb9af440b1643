"""Every document as a Word file (``.docx``): its name is Heading 1, each question Heading 2, a memo stands last.

Who speaks stands in a paragraph of its own in the style "Speaker", so a program that codes by paragraph styles (NVivo,
ATLAS.ti) finds questions and speakers. The file says nothing about who wrote it, on what, or when: its date is that of
the release.
"""

import io
from collections.abc import Iterator
from datetime import datetime, time
from functools import cache, partial
from typing import cast
from zipfile import ZipFile

import docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

from exports.attributes import About, known_of
from exports.dataset import Dataset, File, Sink
from exports.documents import Document, documents
from exports.file_names import FileNames
from exports.spans import note_of
from exports.turns import paragraphs, speaker_name
from exports.xml_text import forbids, in_one_line, writable
from exports.zips import archive

FOLDER = "documents"
SPEAKER, ABOUT, MEMO = "Speaker", "About", "Memo"

_KEPT_STYLES = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Heading 1", "Heading 2"}
_NEEDLESS = {
    KIND.THUMBNAIL,
    KIND.EXTENDED_PROPERTIES,
    KIND.CUSTOM_XML,
    KIND.NUMBERING,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
}
_ALWAYS = (
    "Word: answers that were chosen from options are not in it; the tables have them.",
    "Word: nothing is coded beforehand; questions are headings (Heading 2), speakers have the style of that name.",
)


def files(data: Dataset) -> Iterator[File]:
    """A file for each document."""
    names = FileNames()
    for document in documents(data):
        name = names.give(document.name)
        yield File(f"{FOLDER}/{name}.docx", partial(_write, document=document, data=data))


def losses(data: Dataset) -> tuple[str, ...]:
    """What a Word file cannot carry."""
    replaced = sum(
        any(forbids(text) for part in document.parts for text in (part.heading, part.text))
        for document in documents(data)
    )
    if replaced:
        return (*_ALWAYS, f"Word: control characters became \ufffd (documents: {replaced}).")
    return _ALWAYS


def _write(sink: Sink, *, document: Document, data: Dataset) -> None:
    word = docx.Document(io.BytesIO(_template()))
    _describe(word, document, data)
    _fill(word, document, data)
    buffer = io.BytesIO()
    word.save(buffer)
    # The library stamps what it packs with the moment of packing.
    with ZipFile(buffer) as packed, archive(sink, data.made_on) as zipped:
        for name in packed.namelist():
            zipped.add(name, packed.read(name))


def _describe(word: WordDocument, document: Document, data: Dataset) -> None:
    properties = word.core_properties
    properties.title = in_one_line(document.name)
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = datetime.combine(data.made_on, time())
    properties.language = document.record.language or data.language
    spoken = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if spoken is not None:
        spoken.set(qn("w:val"), properties.language)


def _fill(word: WordDocument, document: Document, data: Dataset) -> None:
    styles = {name: cast(ParagraphStyle, word.styles[name]) for name in ("Heading 1", "Heading 2", SPEAKER, ABOUT)}
    word.add_paragraph(in_one_line(document.name), styles["Heading 1"])
    for line in _about(document, data):
        word.add_paragraph(line, styles[ABOUT])
    before = ("", "")
    for part in document.parts:
        heading = in_one_line(part.heading) or part.question
        if (part.question, heading) != before:
            word.add_paragraph(heading, styles["Heading 2"])
        before = part.question, heading
        word.add_paragraph(speaker_name(document, part.speaker), styles[SPEAKER])
        for paragraph in paragraphs(writable(part.text)):
            word.add_paragraph(paragraph)
    if note := note_of(document):
        word.add_paragraph(MEMO, styles["Heading 2"])
        for paragraph in paragraphs(note):
            word.add_paragraph(paragraph)


def _about(document: Document, data: Dataset) -> Iterator[str]:
    yield f"Participant: {in_one_line(document.case.pseudonym)}"
    for about, value in known_of(document, data.language):
        moved = " (moved by a number of days, another one for each participant)" if data.shifted else ""
        yield f"{about}{moved if about is About.DAY else ''}: {value}"
    for attribute in data.attributes:
        if value := in_one_line(document.case.attributes.get(attribute.name, "")):
            yield f"{in_one_line(attribute.name)}: {value}"


@cache
def _template() -> bytes:
    """An empty document with the styles that are used, and without what the library's own says about its maker."""
    word = docx.Document()
    for relationships in (word.part.rels, word.part.package.rels):
        for key in [key for key, relationship in relationships.items() if relationship.reltype in _NEEDLESS]:
            del relationships[key]
    for style in list(word.styles):
        if style.name not in _KEPT_STYLES:
            style.delete()
    for name, bold, points in ((SPEAKER, True, 11), (ABOUT, False, 9)):
        style = cast(ParagraphStyle, word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
        style.base_style = word.styles["Normal"]
        style.font.bold, style.font.size = bold, Pt(points)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = bold
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()
