"""Scripts for R and Python that load the CSV tables with labels and kinds of gap, and need nothing but R or Python.

They read the codebook that stands beside the tables, so they are the same for every release and hold no word of it.
"""

from collections.abc import Iterator
from functools import partial

from exports.cells import BLANK, FORMULA
from exports.dataset import Dataset, File, Sink

_R = r"""# Loads the tables of this release: labels, types, and for every value that is missing the reason.
#
#   source("scripts/load.R")                      # in the folder of the release; or load_release("path/to/it")
#   release$tables$short_survey$years             # numbers; NA where there is no answer
#   release$became$short_survey$years             # "answered", "skipped", "declined", "not_asked" ...
#   attr(release$tables$short_survey$years, "label")
#
# Choices are factors with the labels as levels, flags are TRUE or FALSE, days are dates (UTC). Base R is enough.

load_release <- function(folder = ".") {
  read_table <- function(...) {
    path <- file.path(folder, "csv", ...)
    # The names are read apart from the rest: in front of them stands a mark that says "UTF-8".
    names <- strsplit(gsub("^\xef\xbb\xbf|\"", "", readLines(path, n = 1, warn = FALSE), useBytes = TRUE), ",")[[1]]
    empty <- as.data.frame(matrix(character(0), 0, length(names), dimnames = list(NULL, names)))
    tryCatch(
      read.csv(path, header = FALSE, skip = 1, col.names = names, colClasses = "character", check.names = FALSE,
               na.strings = character(0), encoding = "UTF-8", fill = FALSE, blank.lines.skip = FALSE),
      error = function(problem) if (grepl("no lines", conditionMessage(problem))) empty else stop(problem))
  }

  # An apostrophe stands where a sheet might have taken a text for a formula; here it is taken away again.
  follows <- "'*[@BLANK@]*[@FORMULA@]"
  plain <- function(text) {
    text <- gsub(paste0("([;\t\r\n])'(?=", follows, ")"), "\\1", text, perl = TRUE)
    sub(paste0("^'(?=", follows, "|'*[\t\r\n]|'*<[a-z_]+>\\z)"), "", text, perl = TRUE)
  }

  convert <- function(text, type, meanings) {
    switch(type,
      number = as.numeric(text),
      flag = as.integer(text) == 1L,
      day = as.Date(text),
      choice = {
        labels <- plain(meanings$label)
        twice <- labels %in% labels[duplicated(labels)] | labels == ""
        labels[twice] <- trimws(paste0(labels[twice], " (", meanings$value[twice], ")"))
        factor(plain(text), levels = plain(meanings$value), labels = labels)
      },
      plain(text))
  }

  variables <- read_table("codebook.csv")
  values <- read_table("values.csv")
  tables <- became <- list()
  for (name in unique(variables$table)) {
    cells <- read_table("wide", paste0(name, ".csv"))
    reasons <- cells
    for (variable in names(cells)) {
      at <- variables$table == name & variables$variable == variable
      meanings <- values[values$table == name & values$variable == variable & values$missing == "0", ]
      missing <- grepl("^<[a-z_]+>$", cells[[variable]])
      reasons[[variable]] <- ifelse(missing, gsub("[<>]", "", cells[[variable]]), "answered")
      text <- cells[[variable]]
      text[missing] <- NA
      column <- convert(text, variables$type[at], meanings)
      attr(column, "label") <- plain(variables$label[at])
      cells[[variable]] <- column
    }
    tables[[name]] <- cells
    became[[name]] <- reasons
  }
  about <- read_table("about.csv")
  about$text <- plain(about$text)
  list(tables = tables, became = became, variables = variables, values = values,
       cases = read_table("cases.csv"), about = about)
}

release <- load_release(if (file.exists("csv")) "." else "..")
"""

_PYTHON = r'''"""Loads the tables of this release: labels, types, and for every value that is missing the reason.

    from load import load_release                       # in the folder scripts; or: python scripts/load.py
    release = load_release("path/to/the/release")
    survey = release["short_survey"]
    survey.columns["years"]                             # numbers; None where there is no answer
    survey.became["years"]                              # "answered", "skipped", "declined", "not_asked" ...
    survey.labels["years"]; survey.meanings["role"]     # what it is called; what the codes of a choice mean
    survey.frame()                                      # a frame of polars or pandas, if one of them is installed

Choices are the codes of options, flags are True or False, days are dates (UTC). Python 3.9 and its library are enough.
"""

import csv
import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

_FOLLOWS = "'*[@BLANK@]*[@FORMULA@]"
_WITHIN = re.compile(f"([;\\t\\r\\n])'(?={_FOLLOWS})")
_FIRST = re.compile(f"'(?={_FOLLOWS}|'*[\\t\\r\\n]|'*<[a-z_]+>\\Z)")
_GAP = re.compile("<([a-z_]+)>")


def _plain(text):
    """The text as it was: without the apostrophes that keep sheets from taking it for a formula."""
    text = _WITHIN.sub(r"\1", text)
    return text[1:] if _FIRST.match(text) else text


def _number(text):
    return float(text) if "." in text or "e" in text else int(text)


def _flag(text):
    return text == "1"


_TYPES = {"text": _plain, "choice": _plain, "number": _number, "flag": _flag, "day": date.fromisoformat}


@dataclass
class Table:
    """One instrument: a value for each record in every column, and beside it what became of it."""

    name: str
    columns: dict = field(default_factory=dict)
    became: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    meanings: dict = field(default_factory=dict)

    def rows(self):
        """One dictionary for each record."""
        return [dict(zip(self.columns, values)) for values in zip(*self.columns.values())]

    def frame(self):
        """A frame of polars, or else of pandas."""
        try:
            import polars

            return polars.DataFrame(self.columns, infer_schema_length=None)
        except ImportError:
            import pandas

            return pandas.DataFrame(self.columns)


def _read(path):
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def load_release(folder="."):
    """The tables by the name of the instrument."""
    folder = Path(folder) / "csv"
    tables, types = {}, {}
    for line in _read(folder / "codebook.csv"):
        table = tables.setdefault(line["table"], Table(line["table"]))
        types[line["table"], line["variable"]] = _TYPES[line["type"]]
        table.labels[line["variable"]] = _plain(line["label"])
        table.columns[line["variable"]], table.became[line["variable"]] = [], []
    for line in _read(folder / "values.csv"):
        if line["missing"] == "0":
            meanings = tables[line["table"]].meanings.setdefault(line["variable"], {})
            meanings[_plain(line["value"])] = _plain(line["label"])
    for name, table in tables.items():
        for line in _read(folder / "wide" / f"{name}.csv"):
            for variable, cell in line.items():
                gap = _GAP.fullmatch(cell)
                table.became[variable].append(gap.group(1) if gap else "answered")
                table.columns[variable].append(None if gap else types[name, variable](cell))
    return tables


if __name__ == "__main__":
    for name, table in load_release(Path(__file__).resolve().parent.parent).items():
        print(f"{name}: {len(table.rows())} records, {len(table.columns)} variables")
        for variable, reasons in table.became.items():
            counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
            print(f"  {variable}: {table.labels[variable]!r} {counts}")
'''


def files(data: Dataset) -> Iterator[File]:
    """A script for R and one for Python."""
    yield File("scripts/load.R", partial(_write, _filled(_R)))
    yield File("scripts/load.py", partial(_write, _filled(_PYTHON)))


def losses(data: Dataset) -> tuple[str, ...]:
    """R reads every end of a line as one and the same."""
    return ("R: however a line of an answer ended, R reads a line feed.",)


def _filled(script: str) -> bytes:
    """The script with the characters that exports.cells looks for, spelled so that any editor can show them."""
    return script.replace("@BLANK@", _spelled(BLANK)).replace("@FORMULA@", _spelled(FORMULA)).encode("ascii")


def _spelled(characters: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() and sign not in "\"\\ " else f"\\u{ord(sign):04x}"
                   for sign in characters)  # fmt: skip


def _write(script: bytes, sink: Sink) -> None:
    sink.write(script)
