"""A survey to import into ATLAS.ti (``.xlsx``), one for each instrument: one row becomes one document.

What begins a header says what becomes of its column: ``!`` the document's name, ``^`` its author, ``&`` its date, ``.``
a group of documents for whoever says yes, ``:`` a group for each value, ``#`` one for each of several values. A column
without any of these holds answers in words: the answer becomes text that is coded with the header. Behind ``::`` stands
a comment, which is the wording of the question.
"""

from collections.abc import Iterator

from exports.answer_fields import Field, Form, fields_of, said
from exports.attributes import About, known_of
from exports.case_tables import numbered
from exports.dataset import AttributeKind, Dataset, File, Instrument
from exports.documents import document_of
from exports.file_names import FileNames
from exports.workbooks import LONGEST, books, cut_cells
from exports.xml_text import in_one_line

FOLDER = "atlas.ti"
YES, NO = "Yes", "No"

_PREFIXES = {Form.OPEN: "", Form.ONE: ":", Form.SEVERAL: "#", Form.YES_NO: "."}
_GROUPS = (About.INSTRUMENT, About.VERSION, About.OCCASION, About.LANGUAGE)
_READ_AS_PREFIX = "!^&<.:# "
_ALWAYS = (
    "ATLAS.ti: a blank cell does not say why there is no answer (skipped, declined, not asked).",
    "ATLAS.ti: of a topic in a guide only the notes are in it, not which probes were raised and when.",
    "ATLAS.ti: in groups for several options a comma within the name of an option became a semicolon.",
    "ATLAS.ti: themes are not in it.",
)


def files(data: Dataset) -> Iterator[File]:
    """A workbook for each instrument with answers, or several if there are many people."""
    names = FileNames()
    for instrument in data.instruments:
        rows = (row for whose, row in _rows(data, instrument.id) if whose == instrument.id)
        name = f"{FOLDER}/{names.give(instrument.id)}"
        yield from books(name, "survey", _header(data, instrument), rows, data.made_on)


def losses(data: Dataset) -> tuple[str, ...]:
    """What such a survey cannot carry."""
    if cut := cut_cells(row for _, row in _rows(data)):
        return (*_ALWAYS, f"ATLAS.ti: what is longer than {LONGEST:,} characters is cut there (answers: {cut}).")
    return _ALWAYS


def _header(data: Dataset, instrument: Instrument) -> tuple[str, ...]:
    kinds = ["." if attribute.kind is AttributeKind.YES_NO else ":" for attribute in data.attributes]
    fields = fields_of(instrument, data.language)
    prefixes = ["!", "^", "&", *(":" for _ in _GROUPS), ".", *kinds, *(_PREFIXES[each.form] for each in fields)]
    names = ["Document", "Participant", "Date", *_GROUPS, About.FINISHED]
    names += [attribute.name for attribute in data.attributes]
    names += [each.name for each in fields]
    unique = numbered(_plain(name) for name in names)
    comments = [""] * (len(names) - len(fields)) + [f"::{_apart(each.wording)}" for each in fields]
    return tuple("".join(parts) for parts in zip(prefixes, unique, comments, strict=True))


def _rows(data: Dataset, only: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every record as a row, with its instrument's id; those of one instrument if it is named."""
    cases = data.cases_by_id()
    instruments = {instrument.id: instrument for instrument in data.instruments}
    fields = {instrument.id: fields_of(instrument, data.language) for instrument in data.instruments}
    for record in data.records():
        if only not in {"", record.instrument}:
            continue
        document = document_of(record, cases[record.case], instruments[record.instrument], data.language)
        known = dict(known_of(document, data.language))
        attributes = document.case.attributes
        cells = [
            in_one_line(document.name),
            in_one_line(document.case.pseudonym),
            f"{document.day:%Y%m%d}",
            *(_apart(known.get(each, "")) for each in _GROUPS),
            _yes_no(known[About.FINISHED]),
        ]
        for attribute in data.attributes:
            value = attributes.get(attribute.name, "")
            cells.append(_yes_no(value) if attribute.kind is AttributeKind.YES_NO else _apart(in_one_line(value)))
        cells += [_cell(each, said(each, record)) for each in fields[record.instrument]]
        yield record.instrument, tuple(cells)


def _cell(field: Field, said_in_it: tuple[str, ...]) -> str:
    match field.form:
        case Form.OPEN:
            return "\n".join(said_in_it)
        case Form.YES_NO:
            return "".join(map(_yes_no, said_in_it))
        case Form.SEVERAL:
            return ", ".join(_apart(each.replace(",", ";")) for each in said_in_it)
        case _:
            return " ".join(map(_apart, said_in_it))


def _yes_no(value: str) -> str:
    """In the spelling of which the program makes a group; anything else as it is."""
    return {"yes": YES, "no": NO}.get(value, in_one_line(value))


def _plain(name: str) -> str:
    """A name that is not read as anything else: without a prefix of its own."""
    return _apart(in_one_line(name)).lstrip(_READ_AS_PREFIX) or "column"


def _apart(text: str) -> str:
    """The text without what begins a comment."""
    while "::" in text:
        text = text.replace("::", ":")
    return text
