"""An instrument on paper, as a Word document: the same as the PDF, with headings, tables and fields that Word knows.

The same bytes come out for the same version, language and moment. Nothing in the file says who made it.
"""

import io
import re
from datetime import datetime
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document
from docx.enum.text import WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from instruments.definition import Instrument
from instruments.foreign.printed_sheet import Block, Item, Part, Sheet, sheet
from instruments.foreign.printed_words import words_for

ROUND, SQUARE = "\N{WHITE CIRCLE}", "\N{BALLOT BOX}"
_RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"))
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTH = Cm(16.2)


def write(instrument: Instrument, *, language: str, number: int | None, at: datetime) -> bytes:
    """The document of a version in one of its languages; a draft has no ``number``, ``at`` is the moment it bears."""
    made = sheet(instrument, language, number)
    word = docx.Document()
    _describe(word, made, at)
    _Writer(word, made).write()
    buffer = io.BytesIO()
    word.save(buffer)
    return _packed(buffer, at)


def _packed(buffer: io.BytesIO, at: datetime) -> bytes:
    """The archive, stamped with the moment that the document bears instead of the one it was packed in."""
    out = io.BytesIO()
    with ZipFile(buffer) as packed, ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        for name in packed.namelist():
            zipped.writestr(ZipInfo(name, at.timetuple()[:6]), packed.read(name), ZIP_DEFLATED)
    return out.getvalue()


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _describe(word: Document, made: Sheet, at: datetime) -> None:
    properties = word.core_properties
    properties.title = _clean(made.title)[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = at.replace(tzinfo=None)
    properties.language = made.language
    thumbnails = [key for key, one in word.part.package.rels.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]
    for key in thumbnails:
        del word.part.package.rels[key]
    spoken = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if spoken is not None:
        spoken.set(qn("w:val"), made.language)
        spoken.set(qn("w:eastAsia"), made.language)
        spoken.set(qn("w:bidi"), made.language)
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    if made.language.partition("-")[0] in _RIGHT_TO_LEFT:
        normal = cast(ParagraphStyle, word.styles["Normal"])
        normal.element.get_or_add_pPr().append(_element("w:bidi"))


class _Writer:
    """Adds paragraphs and tables, one below the other."""

    def __init__(self, word: Document, made: Sheet) -> None:
        self._word = word
        self._made = made
        _, self._words = words_for(made.language)

    def write(self) -> None:
        """The whole document."""
        made = self._made
        self._word.add_heading(_clean(made.title), 1)
        self._own(made.version)
        for block in made.about:
            self._block(block)
        for head in made.heads:
            self._field(f"{head}: ", "")
        for chapter in made.chapters:
            if chapter.title:
                self._word.add_heading(_clean(chapter.title), 2)
            for block in chapter.blocks:
                self._block(block)
            for part in chapter.parts:
                self._part(part, 3 if chapter.title else 2)
        self._footer()

    def _part(self, part: Part, level: int) -> None:
        if part.number:
            self._word.add_heading(f"{part.number}  {_clean(part.label)}", level)
        else:
            self._word.add_paragraph(_clean(part.label))
        for block in part.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block.kind:
            case "hint":
                self._word.add_paragraph().add_run(_clean(block.text)).italic = True
            case "own":
                self._own(block.text)
            case "round" | "square":
                self._boxes(ROUND if block.kind == "round" else SQUARE, block.items)
            case "number":
                self._boxes("___", block.items)
            case "scale":
                self._word.add_paragraph("     ".join(f"{ROUND} {_clean(item.text)}" for item in block.items))
            case "field":
                self._field("", f" {_clean(block.text)}")
            case "grid":
                self._grid(block)
            case _:
                self._lines(block)

    def _own(self, text: str) -> Paragraph:
        paragraph = self._word.add_paragraph()
        paragraph.add_run(_clean(text)).font.size = Pt(9)
        return paragraph

    def _boxes(self, box: str, items: tuple[Item, ...]) -> None:
        for item in items:
            paragraph = self._word.add_paragraph(f"{box} {_clean(item.text)}")
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.left_indent = Cm(0.6)
            paragraph.paragraph_format.first_line_indent = Cm(-0.6)
            if item.line:
                paragraph.add_run(" \t")
                paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, leader=WD_TAB_LEADER.LINES)

    def _field(self, before: str, behind: str) -> None:
        paragraph = self._word.add_paragraph(f"{_clean(before)}\t{behind}".rstrip(" "))
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(8), leader=WD_TAB_LEADER.LINES)

    def _lines(self, block: Block) -> None:
        if block.text:
            self._own(block.text)
        for _ in range(block.count):
            paragraph = self._word.add_paragraph("\t")
            paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, leader=WD_TAB_LEADER.LINES)

    def _grid(self, block: Block) -> None:
        table = self._word.add_table(rows=1, cols=len(block.columns) + 1, style="Table Grid")
        box = SQUARE if block.text == "several" else ROUND
        for cell, text in zip(table.rows[0].cells, (self._words.row, *block.columns), strict=True):
            cell.text = _clean(text)
        _repeats_its_head(table)
        for item in block.items:
            for cell, text in zip(table.add_row().cells, (item.text, *(box for _ in block.columns)), strict=True):
                cell.text = _clean(text)
        first = _WIDTH * 2 // 5
        for row in table.rows:
            for at, cell in enumerate(row.cells):
                cell.width = first if at == 0 else (_WIDTH - first) // len(block.columns)
        self._word.add_paragraph()

    def _footer(self) -> None:
        made, words = self._made, self._words
        footer = self._word.sections[0].footer
        paragraph = footer.paragraphs[0]
        for run in (f"{_clean(made.title)} · {made.version} · {words.page} ", "PAGE", " / ", "NUMPAGES"):
            if run in ("PAGE", "NUMPAGES"):
                paragraph._p.append(_field_of(run))
            else:
                paragraph.add_run(run).font.size = Pt(8)
        footer.add_paragraph().add_run(f"{words.fingerprint} {made.fingerprint}").font.size = Pt(7)


def _repeats_its_head(table: Table) -> None:
    """The first row is a head: it is read out as one, and stands again on the next page."""
    properties: BaseOxmlElement = table.rows[0]._tr.get_or_add_trPr()
    properties.append(_element("w:tblHeader"))


def _element(tag: str) -> BaseOxmlElement:
    return cast(BaseOxmlElement, OxmlElement(tag))


def _field_of(instruction: str) -> BaseOxmlElement:
    """A field that Word works out, with what stands there until it does."""
    field = _element("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text = _element("w:r"), _element("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    return field
