"""A survey to import into QualCoder (``.xlsx``): column 1 is the case, every further one a question or an attribute.

Not CSV: QualCoder's reader of CSV fails on a line break within an answer. Every cell is text, because it takes the
number 0 and the value FALSE for empty. It makes a case of each row, a text coded with the column's name of each answer
in an open column, and an attribute of everything else.
"""

from collections.abc import Iterator

from exports.case_tables import case_table
from exports.dataset import Dataset, File
from exports.workbooks import LONGEST, books, cut_cells
from exports.xml_text import in_one_line

NAME = "qualcoder/survey"

# QualCoder takes these out of the names of columns, and refuses the file if two are the same afterwards.
_TAKEN_OUT = str.maketrans(dict.fromkeys("!@#$%^&*()-+=[]{}\\|;:,.<>/?~`\t\xa0"))

_ALWAYS = (
    "QualCoder survey: QualCoder takes a column for text to code if it has 20 different answers or more, else for an "
    "attribute; to change that, right-click on the column's header before you import.",
    "QualCoder survey: of a column of texts QualCoder makes a text for every case, empty where nothing was said.",
    "QualCoder survey: a blank cell does not say why there is no answer (skipped, declined, not asked); the project "
    "and the tables for statistics do.",
    "QualCoder survey: of a topic in a guide only the notes are in it, not which probes were raised and when.",
    "QualCoder survey: themes are not in it.",
)


def files(data: Dataset) -> Iterator[File]:
    """The survey, in several files if there are many people; import them one after the other."""
    table = case_table(data, "case", open_too=True, name=column_name)
    yield from books(NAME, "survey", table.header, table.rows(), data.made_on)


def losses(data: Dataset) -> tuple[str, ...]:
    """What a survey for QualCoder cannot carry."""
    cut = cut_cells(case_table(data, "case", open_too=True).rows())
    if cut:
        return (
            *_ALWAYS,
            f"QualCoder survey: what is longer than {LONGEST:,} characters is cut there (answers: {cut}).",
        )
    return _ALWAYS


def column_name(name: str) -> str:
    """A name that QualCoder leaves as it is."""
    return " ".join(in_one_line(name).translate(_TAKEN_OUT).split())
