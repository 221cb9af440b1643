"""An amendment form as a Word document, with real headings; what was taken out is struck through, what was put in is
underlined, and what was taken out stands in square brackets as well."""

import io
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document
from docx.shared import Pt

from instruments.wording import Mark
from web.team.amendment import Amendment, Block, Chapter
from web.team.amendment_paper import words


def word_of(form: Amendment, *, at: datetime) -> bytes:
    """The form as a document; ``at`` is the moment that it bears, and nothing in it says who made it."""
    document, said = docx.Document(), words()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _clean(form.title)[:255], "", ""
    properties.last_modified_by = ""
    properties.created = properties.modified = at.replace(tzinfo=None)
    document.add_heading(_clean(form.title), 1)
    for label, value in form.facts:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(_clean(value))
    document.add_heading(said["changes"], 2)
    if not form.changes:
        document.add_paragraph(said["none"])
    for block in form.changes:
        _change(document, block, said)
    document.add_heading(said["marked"], 2).paragraph_format.page_break_before = True
    document.add_paragraph(said["legend"])
    _copy(document, form.marked)
    document.add_heading(said["clean"], 2).paragraph_format.page_break_before = True
    _copy(document, form.clean)
    return _packed(document, at)


def _clean(text: str) -> str:
    return "".join(
        letter if letter in "\n\t" or (letter >= " " and letter not in "\ufffe\uffff") else " " for letter in text
    )


def _small(document: Document, text: str) -> None:
    document.add_paragraph().add_run(_clean(text)).font.size = Pt(9)


def _change(document: Document, block: Block, said: dict[str, str]) -> None:
    document.add_heading(_clean(block.heading), 3)
    _small(document, block.what)
    for one in block.given:
        document.add_paragraph(_clean(one.reason))
        theme = f"{said['theme']}: {one.theme}" if one.theme else ""
        evidence = f"{said['evidence']}: {one.evidence}" if one.evidence else ""
        _small(document, " · ".join(filter(None, (theme, evidence, one.source))))
    if not block.given:
        _small(document, said["no-reason"])


def _copy(document: Document, chapters: tuple[Chapter, ...]) -> None:
    for chapter in chapters:
        if chapter.title:
            document.add_heading(_clean(chapter.title), 3)
        for block in chapter.blocks:
            if block.heading:
                document.add_heading(_clean(block.heading), 4 if chapter.title else 3)
            if block.what:
                _small(document, block.what)
            _lines(document, block)


def _lines(document: Document, block: Block) -> None:
    for line in block.lines:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{line.name}: ").font.size = Pt(9)
        for piece in line.pieces:
            text = _clean(piece.text)
            run = paragraph.add_run(f"[{text}]" if piece.mark is Mark.OUT else text)
            run.font.strike = piece.mark is Mark.OUT or None
            run.font.underline = piece.mark is Mark.IN or None


def _packed(document: Document, at: datetime) -> bytes:
    """The archive, stamped with the moment that the document bears instead of the one it was packed in."""
    buffer, out = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with ZipFile(buffer) as packed, ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        for name in packed.namelist():
            zipped.writestr(ZipInfo(name, at.timetuple()[:6]), packed.read(name), ZIP_DEFLATED)
    return out.getvalue()
