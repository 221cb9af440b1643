"""The scripts for R and Python, run by R and Python: they load what the release says, and need nothing else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exports.codebook import Table, tables
from exports.formats import scripts
from exports.gaps import Gap
from exports.variables import Type, Value
from tests.exports.other_programs import put_down, written
from tests.exports.samples import many, sample
from tests.exports.test_tables import CSV_WRITERS, said, spelled


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("release")
    for writer in (*CSV_WRITERS, scripts):
        put_down(written(writer.files, sample()), folder)
    return folder


def loaded(record: dict[str, Value], table: Table) -> dict[str, Any]:
    """The record as a script gives it."""
    types = {variable.name: variable.type for variable in table.variables}
    flag = {name: bool(value) for name, value in record.items() if types[name] is Type.FLAG}
    return {name: None if isinstance(value, Gap) else value for name, value in (record | flag).items()} | {
        name: None for name, value in record.items() if isinstance(value, Gap)
    }


def test_the_python_script_runs_by_itself_and_loads_what_was_said(release: Path) -> None:
    shown = (
        "import json, runpy, sys\n"
        "load = runpy.run_path('scripts/load.py')['load_release']\n"
        "tables = load('.')\n"
        "print(json.dumps({name: [table.rows(), table.became, table.labels, table.meanings]"
        " for name, table in tables.items()}, default=str))\n"
    )
    plain = subprocess.run(
        [sys.executable, "-I", "-S", "scripts/load.py"], cwd=release, check=True, capture_output=True, text=True,
        timeout=60, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "short_survey: 3 records" in plain.stdout
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", shown], cwd=release, check=True, capture_output=True, text=True, timeout=60
    )
    found = json.loads(done.stdout)
    for table in tables(sample()):
        rows, became, labels, meanings = found[table.stem]
        records = list(said(table, sample()))
        assert rows == json.loads(json.dumps([loaded(record, table) for record in records], default=str))
        for variable in table.variables:
            words = [
                value.value if isinstance(value, Gap) else "answered"
                for value in (record[variable.name] for record in records)
            ]
            assert became[variable.name] == words
            assert labels[variable.name] == variable.label
            assert meanings.get(variable.name, {}) == {label.code: label.text for label in variable.labels}


def test_the_python_script_makes_a_frame(release: Path) -> None:
    code = (
        "import runpy\n"
        "frame = runpy.run_path('scripts/load.py')['load_release']('.')['short_survey'].frame()\n"
        "assert frame['years'].to_list() == [2.5, 0, 60], frame\n"
        "assert frame['role'].to_list() == ['other', None, None]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=release, check=True, timeout=60)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_r_script_runs_by_itself_and_loads_what_was_said(release: Path, locale: str) -> None:
    code = (
        'source("scripts/load.R")\n'
        "for (name in names(release$tables)) for (variable in names(release$tables[[name]])) {\n"
        "  column <- release$tables[[name]][[variable]]\n"
        '  text <- if (is.numeric(column)) sprintf("%.15g", column) else as.character(column)\n'
        '  cells <- c(name, variable, class(column)[1], attr(column, "label"), ifelse(is.na(column), "NA", text),\n'
        "             release$became[[name]][[variable]])\n"
        '  hex <- vapply(cells, function(cell) paste(charToRaw(enc2utf8(cell)), collapse = ""), "")\n'
        '  cat(paste(hex, collapse = " "), "\\n")\n'
        "}\n"
    )
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", code], cwd=release, check=False, capture_output=True, text=True, timeout=120,
        env={**os.environ, "LC_ALL": locale},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
    found = [[bytes.fromhex(cell).decode() for cell in line.strip().split(" ")] for line in done.stdout.splitlines()]
    by_name = {(name, variable): rest for name, variable, *rest in ([*row] for row in found)}
    classes = {
        Type.TEXT: "character",
        Type.NUMBER: "numeric",
        Type.FLAG: "logical",
        Type.CHOICE: "factor",
        Type.DAY: "Date",
    }
    for table in tables(sample()):
        records = list(said(table, sample()))
        for variable in table.variables:
            class_, label, *rest = by_name[table.stem, variable.name]
            assert (class_, label) == (classes[variable.type], variable.label)
            values = [record[variable.name] for record in records]
            meanings = {label.code: label.text for label in variable.labels}
            wanted = []
            for value in values:
                text = spelled(value)
                if isinstance(value, Gap):
                    text = "NA"
                elif variable.type is Type.FLAG:
                    text = "TRUE" if value else "FALSE"
                elif variable.type is Type.CHOICE:
                    text = meanings[str(value)]
                elif variable.type is Type.NUMBER:
                    text = f"{value:.15g}"
                wanted.append(text)
            # R knows one end of a line only.
            assert rest[: len(records)] == [re.sub("\r\n?", "\n", text) for text in wanted], variable.name
            words = [value.value if isinstance(value, Gap) else "answered" for value in values]
            assert rest[len(records) :] == words


def test_no_word_of_a_release_stands_in_a_script() -> None:
    assert written(scripts.files, sample()) == written(scripts.files, many(1, questions=3))
    for script in written(scripts.files, sample()).values():
        assert script.isascii()
