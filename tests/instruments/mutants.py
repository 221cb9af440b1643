"""Forms of other programs, changed in the ways in which people and programs change them before they are brought in."""

import datetime as dt
import io
import warnings
from collections.abc import Callable, Mapping
from random import Random

import openpyxl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Cell = str | float | bool | dt.date | dt.time | None
Sheet = list[list[Cell]]
Sheets = dict[str, Sheet]
Mutation = Callable[[Sheets, Random], None]

LONG = "ä word " * 700
HEADERS = (
    "label", "label::English (en)", "label::Français (fr)", "label::zz (zz)", "label: German", "hint",
    "hint::English (en)",
    "guidance_hint", "relevant", "relevance", "bind::relevant", "constraint", "constraint_message", "required",
    "required_message", "appearance", "calculation", "choice_filter", "parameters", "repeat_count", "trigger",
    "default",
    "read_only", "media::image", "media::audio::English (en)", "image", "note", "#tag", "", "disabled", "save_to",
    "name ",
)  # fmt: skip
TYPES = (
    "text", "integer", "decimal", "date", "time", "dateTime", "note", "range", "audit", "start-geopoint", "geopoint",
    "acknowledge", "barcode", "calculate", "hidden", "image", "select_one yes_no", "select_multiple list", "rank list",
    "select_one list or_other", "select_one_external list", "select_one_from_file list.csv", "select_multiple ${name}",
    "begin group", "begin_group", "begin repeat", "end group", "end repeat", "end_group", "begin loop over list",
    "xml-external", "csv-external", "background-audio", "Text", " select_one   yes_no ", "select_one yes no",
    "selectone",
)  # fmt: skip
CELLS = (
    "", "a", "a.b", "a-b", "1a", "größe", "имя", "meta", "yes", "no", "TRUE", "${a}", "${nobody} > 1",
    ". > 3 and . < 9",
    "selected(${a}, 'x')", "search('file')", "pulldata('f', 'a', 'b', ${a})", "once(uuid())",
    "instance('x')/data/item[y = 1]",
    "regex(., '^[a-z]+$')", "if(${a} = 1, 'x', 'y')", "position(..) > 1", "indexed-repeat(${a}, ${b}, 1)",
    "count(${a}) > 0",
    "jr:choice-name(${a}, '${a}')", "today() - 18 * 365", "start=0 end=10 step=1", "end=3",
    "randomize=true, seed=${a}",
    "field-list", "table-list", "label", "list-nolabel", "minimal", "w1 horizontal", "# note to myself",
    "Say \"hello\" & <b>bye</b>",
    "line\nbreak", "\u200btab\tinside", "\ufeffbom", "“quoted”", "=1+1", "${a", "}", "a b", LONG, "0", "-1", "1.50",
    "😀", "x" * 300,
)  # fmt: skip


def sheets_of(data: bytes, *, most: int = 20_000) -> Sheets:
    """The sheets of a workbook as cells, the first ``most`` rows of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl does not know and leaves out has nothing to do with cells
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {
        page.title: [list(row) for row in page.iter_rows(max_row=min(most, page.max_row), values_only=True)]
        for page in book.worksheets
    }


def _some(sheets: Sheets, random: Random) -> Sheet:
    named = [name for name in sheets if name.strip().lower() in ("survey", "choices")] or list(sheets)
    return sheets[random.choice(named)] if named else []


def _row(sheet: Sheet, random: Random) -> int:
    return random.randrange(1, len(sheet)) if len(sheet) > 1 else 0


def _column(sheet: Sheet, name: str) -> int | None:
    found = (
        [at for at, cell in enumerate(sheet[0]) if str(cell or "").strip().lower().startswith(name)] if sheet else []
    )
    return found[0] if found else None


def cell_changed(sheets: Sheets, random: Random) -> None:
    """Something else stands in a cell."""
    sheet = _some(sheets, random)
    if sheet and sheet[0]:
        row = sheet[_row(sheet, random)]
        row[random.randrange(len(row))] = random.choice(CELLS)


def typed(sheets: Sheets, random: Random) -> None:
    """A number, a date or a truth stands where a text was."""
    sheet = _some(sheets, random)
    if sheet and sheet[0]:
        row = sheet[_row(sheet, random)]
        kinds: list[Cell] = [
            1.0,
            1.5,
            -3.0,
            True,
            False,
            dt.date(2006, 10, 4),
            dt.time(12, 30),
        ]
        row[random.randrange(len(row))] = random.choice(kinds)


def type_changed(sheets: Sheets, random: Random) -> None:
    """A row is of another type."""
    for sheet in sheets.values():
        at = _column(sheet, "type")
        if at is not None and len(sheet) > 1:
            sheet[_row(sheet, random)][at] = random.choice(TYPES)
            return


def row_taken_out(sheets: Sheets, random: Random) -> None:
    """A row is gone: perhaps the end of a group, perhaps the last choice of a list."""
    sheet = _some(sheets, random)
    if len(sheet) > 1:
        del sheet[_row(sheet, random)]


def row_doubled(sheets: Sheets, random: Random) -> None:
    """A row stands twice."""
    sheet = _some(sheets, random)
    if len(sheet) > 1:
        at = _row(sheet, random)
        sheet.insert(at, list(sheet[at]))


def row_emptied(sheets: Sheets, random: Random) -> None:
    """Empty rows stand in the middle, some with nothing but spaces."""
    sheet = _some(sheets, random)
    if len(sheet) > 1:
        width = len(sheet[0])
        sheet[_row(sheet, random) : 0] = [
            [random.choice([None, " ", "\xa0"])] * width for _ in range(random.choice([1, 2, 70]))
        ]


def rows_swapped(sheets: Sheets, random: Random) -> None:
    """Two rows have changed places."""
    sheet = _some(sheets, random)
    if len(sheet) > 2:
        one, other = _row(sheet, random), _row(sheet, random)
        sheet[one], sheet[other] = sheet[other], sheet[one]


def column_added(sheets: Sheets, random: Random) -> None:
    """A further column, with things in it."""
    sheet = _some(sheets, random)
    if sheet:
        header = random.choice(HEADERS)
        for at, row in enumerate(sheet):
            row.append(header if at == 0 else random.choice(CELLS) if random.random() < 0.3 else None)


def header_changed(sheets: Sheets, random: Random) -> None:
    """A column is called otherwise, in capitals, with spaces, or is one of another language."""
    sheet = _some(sheets, random)
    if sheet and sheet[0]:
        at = random.randrange(len(sheet[0]))
        said = str(sheet[0][at] or "")
        sheet[0][at] = random.choice([said.upper(), f" {said} ", said.replace("_", " "), f"{said}::English (en)",
    f"{said}::fr",
                                      random.choice(HEADERS)])  # fmt: skip


def column_taken_out(sheets: Sheets, random: Random) -> None:
    """A column is gone."""
    sheet = _some(sheets, random)
    if sheet and sheet[0]:
        at = random.randrange(len(sheet[0]))
        for row in sheet:
            del row[at : at + 1]


def sheet_lost(sheets: Sheets, random: Random) -> None:
    """A sheet is gone, or called otherwise."""
    if sheets:
        name = random.choice(list(sheets))
        sheet = sheets.pop(name)
        if random.random() < 0.7:
            sheets[random.choice([name.upper()[:31], f" {name}"[:31], "Sheet1", name.title()[:31]])] = sheet


MUTATIONS: tuple[Mutation, ...] = (
    cell_changed, cell_changed, typed, type_changed, type_changed, row_taken_out, row_doubled, row_emptied,
    rows_swapped,
    column_added, column_added, header_changed, column_taken_out, sheet_lost,
)  # fmt: skip


def workbook_of(sheets: Mapping[str, Sheet], random: Random) -> bytes:
    """The sheets as a workbook, sometimes with formulas and cells that are merged."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    days = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    fancy = random.random() < 0.2
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                _put(page, at, column, cell, days)
        if fancy and len(rows) > 2:
            page.write_formula(len(rows), 0, "=1+1", value=2)
            page.merge_range(len(rows) + 1, 0, len(rows) + 2, 1, "merged")
    if not sheets:
        book.add_worksheet("empty")
    book.close()
    return buffer.getvalue()


def _put(page: Worksheet, at: int, column: int, cell: Cell, days: object) -> None:
    if isinstance(cell, bool):
        page.write_boolean(at, column, cell)
    elif isinstance(cell, int | float):
        page.write_number(at, column, cell)
    elif isinstance(cell, dt.date | dt.time):
        page.write_datetime(at, column, cell, days)
    elif cell is not None and str(cell):
        page.write_string(at, column, str(cell))
