"""For NVivo: classification sheets (``.xlsx``) of participants and of files, and transcripts by speaker (``.txt``).

A sheet has the name of the classification in its first cell, attributes in the first row, cases in the first column.
In transcripts every paragraph begins with its speaker, and a participant's name is that of the case, so NVivo's
"auto code by speaker" leads to the cases that the sheet describes. Names of files are those of the documents.
"""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from exports.attributes import About, known_of
from exports.case_tables import CaseTable, case_table
from exports.dataset import Dataset, File, Sink
from exports.documents import documents
from exports.file_names import FileNames
from exports.turns import has_turns, lines_of
from exports.workbooks import books, cut_cells
from exports.xml_text import in_one_line

PARTICIPANTS, FILES, TRANSCRIPTS = "nvivo/participants", "nvivo/files", "nvivo/transcripts"
MOST_COLUMNS = 256  # the first is the case

_FILE_HEADER = ("File", "Participant", *About)
_ALWAYS = (
    "NVivo: a blank attribute does not say why there is no answer (skipped, declined, not asked).",
    "NVivo: what was said in people's own words is in the transcripts and documents, not in the sheets; interviewers' "
    "notes and memos are in the documents only.",
    "NVivo: no recording belongs to these transcripts, so they have no times; import them as files and let NVivo code "
    "them by speaker.",
)


def files(data: Dataset) -> Iterator[File]:
    """Both sheets, then a transcript for every document in which a participant speaks."""
    table = _table(data)
    rows = (row[:MOST_COLUMNS] for row in table.rows())
    yield from books(PARTICIPANTS, "Participants", table.header[:MOST_COLUMNS], rows, data.made_on)
    yield from books(FILES, "Files", _FILE_HEADER, _of_files(data), data.made_on)
    names = FileNames()
    for document in documents(data):
        name = names.give(document.name)
        if has_turns(document):
            lines = "".join(f"{line}\n" for line in lines_of(document)).encode()
            yield File(f"{TRANSCRIPTS}/{name}.txt", partial(_write, lines=lines))


def losses(data: Dataset) -> tuple[str, ...]:
    """What these files cannot carry."""
    table = _table(data)
    found = list(_ALWAYS)
    if left := table.header[MOST_COLUMNS:]:
        names = ", ".join(islice(left, 20)) + (", …" if len(left) > 20 else "")
        found.append(f"NVivo: a sheet has at most {MOST_COLUMNS} columns; left out (columns: {len(left)}): {names}.")
    if cut := cut_cells(row[:MOST_COLUMNS] for row in table.rows()):
        found.append(f"NVivo: attributes that are longer than a cell are cut (cells: {cut}).")
    return tuple(found)


def _table(data: Dataset) -> CaseTable:
    return case_table(data, "Participant", open_too=False)


def _of_files(data: Dataset) -> Iterator[tuple[str, ...]]:
    names = FileNames()
    for document in documents(data):
        known = dict(known_of(document, data.language))
        yield (
            names.give(document.name),
            in_one_line(document.case.pseudonym),
            *(known.get(about, "") for about in About),
        )


def _write(sink: Sink, *, lines: bytes) -> None:
    sink.write(lines)
