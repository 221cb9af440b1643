"""A checklist filled in for a study, as Markdown, as a Word document and on paper."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import docx
from sqlalchemy.orm import Session

from consent import typesetting
from exports.cells import storable
from exports.reporting import counted, remarks
from exports.reporting.checklists import CHECKLISTS, Checklist, Item, Source
from exports.reporting.counted import Facts
from exports.reporting.known import known
from vault import studies

_TEMPLATE = Path(__file__).parent / "templates" / "checklist.typ"

_IN_THE_PAPER = "To be written in the paper: give the page here once it is."
_OPEN = "Not filled in yet."


@dataclass(frozen=True, slots=True)
class Line:
    """An item with what the records tell and what the team says; both may be empty."""

    item: Item
    known: str
    said: str

    @property
    def text(self) -> str:
        """What stands beside the item."""
        told = " ".join(filter(None, (self.known, self.said)))
        if told:
            return told
        return _IN_THE_PAPER if self.item.source is Source.PAPER else _OPEN

    @property
    def open(self) -> bool:
        """Whether somebody has to write something yet."""
        return not self.known and not self.said


@dataclass(frozen=True, slots=True)
class Filled:
    """A checklist for one study."""

    study: str
    checklist: Checklist
    lines: tuple[Line, ...]

    @property
    def parts(self) -> Mapping[str, list[Line]]:
        """The lines by the parts of the checklist, in order."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.item.part, []).append(line)
        return found


def every(db: Session, study_id: UUID, *, now: datetime) -> tuple[Filled, ...]:
    """Each checklist with everything that is known or was said; the records are counted once for all."""
    of = counted.facts(db, study_id, now=now)
    return tuple(_filled(db, study_id, one, of) for one in CHECKLISTS)


def filled(db: Session, study_id: UUID, checklist: Checklist, *, now: datetime) -> Filled:
    """One checklist with everything that is known or was said."""
    return _filled(db, study_id, checklist, counted.facts(db, study_id, now=now))


def _filled(db: Session, study_id: UUID, checklist: Checklist, of: Facts) -> Filled:
    told = known(of, checklist)
    said = remarks.of_study(db, study_id, checklist)
    lines = tuple(Line(item, told.get(item.key, ""), said.get(item.key, "")) for item in checklist.items)
    return Filled(studies.find(db, study_id).title, checklist, lines)


def markdown(of: Filled) -> bytes:
    """The checklist as Markdown. What was typed cannot become markup of a table or a heading."""
    said = [f"# {of.checklist.name}: {_plain(of.study)}", "", of.checklist.cited]
    for part, lines in of.parts.items():
        said += ["", f"## {part}", "", "| Item | Asks | Reported |", "|---|---|---|"]
        said += [f"| {one.item.number} {one.item.name} | {one.item.asks} | {_plain(one.text)} |" for one in lines]
    return ("\n".join(said) + "\n").encode()


def _plain(text: str) -> str:
    text = " ".join(text.split())
    for letter in "\\`*_[]<>|#":
        text = text.replace(letter, f"\\{letter}")
    return text


def word(of: Filled, *, at: datetime) -> bytes:
    """The checklist as a Word document that bears this moment and nobody's name."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = f"{of.checklist.name}: {of.study}"[:255], "", ""
    properties.last_modified_by = ""
    properties.created = properties.modified = at.replace(tzinfo=None)
    document.add_heading(storable(f"{of.checklist.name}: {of.study}"), 1)
    document.add_paragraph(of.checklist.cited)
    for part, lines in of.parts.items():
        document.add_heading(part, 2)
        table = document.add_table(rows=1, cols=3, style="Table Grid")
        for cell, head in zip(table.rows[0].cells, ("Item", "Asks", "Reported"), strict=True):
            cell.paragraphs[0].add_run(head).bold = True
        for one in lines:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = f"{one.item.number} {one.item.name}", one.item.asks
            cells[2].text = storable(one.text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def paper(of: Filled, *, at: datetime) -> bytes:
    """The checklist as a tagged PDF."""
    data: Mapping[str, typesetting.Data] = {
        "title": of.checklist.name,
        "study": of.study,
        "cited": of.checklist.cited,
        "parts": [
            {
                "name": part,
                "rows": [[f"{one.item.number} {one.item.name}", one.item.asks, one.text] for one in lines],
            }
            for part, lines in of.parts.items()
        ],
    }
    return typesetting.pdf(_TEMPLATE.read_text(encoding="utf-8"), data, at=at)
