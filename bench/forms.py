"""An XLSForm of 2,000 rows, read and written: two languages, groups, conditions, constraints, filtered choices."""

import io
from collections.abc import Iterator

import xlsxwriter

from bench.figure import Figure, cpu_seconds
from instruments.definition import questions
from instruments.foreign.xlsform import read, write

ROWS = 2_000
_SECONDS = 3
_CHOICES = 30
_HEADER = (
    *("type", "name", "label::English (en)", "label::Français (fr)", "hint::English (en)", "hint::Français (fr)"),
    *(
        "required",
        "relevant",
        "constraint",
        "constraint_message::English (en)",
        "choice_filter",
        "appearance",
        "default",
    ),
)


def _survey() -> Iterator[tuple[str, ...]]:
    """Groups of twenty rows, of which eighteen ask, each about one that stands before it."""
    yield _HEADER
    for number in range(ROWS):
        name, before = f"q{number}", f"q{number - 2}"
        texts = (f"Question {number} about this?", f"Question {number} à ce sujet ?", "Think back.", "Pensez-y.")
        match number % 20:
            case 0:
                yield ("begin group", f"g{number}", *texts[:2], "", "", "", "", "", "", "", "field-list")
            case 19:
                yield ("end group",)
            case 1 | 2 | 3 | 4:
                yield ("select_one answers", name, *texts, "yes", "", "", "", "part = 'a' or part = ''")
            case 5 | 6 | 7 | 8:
                relevant = f"${{q{number - 4}}} = 'c1' or selected(${{q{number - 4}}}, 'c2')"
                yield ("select_multiple answers", name, *texts, "", relevant, "count-selected(.) <= 3", "Three.")
            case 9 | 10 | 11 | 12:
                relevant = f"not(selected(${{q{number - 4}}}, 'c3')) and count-selected(${{q{number - 4}}}) > 1"
                yield ("integer", name, *texts, "yes", relevant, ". >= 0 and . <= 120")
            case 13 | 14 | 15:
                yield ("text", name, *texts, "", f"${{q{number - 4}}} > 17", "string-length(.) < 200", "", "", "", "x")
            case 16:
                yield ("date", name, *texts, "", f"${{{before}}} != ''", ". <= today()")
            case _:
                yield ("note", name, f"You said ${{{before}}}.", f"Vous avez dit ${{{before}}}.")


def _form() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    survey, choices = book.add_worksheet("survey"), book.add_worksheet("choices")
    for at, row in enumerate(_survey()):
        survey.write_row(at, 0, row)
    choices.write_row(0, 0, ("list_name", "name", "label::English (en)", "label::Français (fr)", "part"))
    for number in range(_CHOICES):
        choices.write_row(
            number + 1, 0, ("answers", f"c{number}", f"Answer {number}", f"Réponse {number}", "ab"[number % 2])
        )
    book.close()
    return buffer.getvalue()


def measure() -> Iterator[Figure]:
    """Seconds of processor time to read such a form, and to write it again with its losses."""
    form = _form()
    began = cpu_seconds()
    found = read(form, "large.xlsx")
    seconds = cpu_seconds() - began
    asked = sum(1 for _ in questions(found.instrument))
    yield Figure(
        what=f"XLSForm of {ROWS:,} rows: read ({asked:,} questions, {len(found.lines):,} lines of account)",
        value=seconds * 1000,
        unit="ms",
        reference="",
        goal=f"≤ {_SECONDS} s",
        holds=seconds <= _SECONDS,
    )
    began = cpu_seconds()
    written = write(found.instrument)
    yield Figure(
        what=f"the same instrument written as an XLSForm and read back ({len(written.data) // 1024:,} KiB)",
        value=(cpu_seconds() - began) * 1000,
        unit="ms",
    )
