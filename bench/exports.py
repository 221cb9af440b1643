"""Tables of ten thousand people with a hundred answers each: memory, and time against opening them and a bare writer.

For memory, records come sealed out of a spool on a disk, as while a release is built. For time, both sides open the
same sealed pages of ten answers; the bare side gives the answers to the library as they are: no records, no names, no
labels, no gaps, nothing merged or guarded. Reading the pages from a database is in neither.
"""

import csv
import io
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from bench.figure import Figure, at_least, cpu_seconds
from exports.dataset import Cell, Dataset, Record
from exports.formats import dta, long_csv, parquet, sav, wide_csv
from exports.spool import Spool
from exports.stat_files import file_in_memory, path_of, pour
from instruments.kinds import Json
from instruments.route import Missingness
from tests.exports.samples import BARRIERS, many
from vault.sealing import new_key, open_sealed, seal

PEOPLE, QUESTIONS, WORDS = 10_000, 100, 30
ROUNDS = 3
_MIB = 2**20
_STREAMED, _WHOLE, _GROWTH = 250, 800, 16
_LITTLE = f"≤ {_GROWTH} MiB"
_SHARE = 0.5
_LARGEST = 85  # words of an answer: a table nearly as large as SPSS and Stata files may become
_PAGE = 10  # answers that are sealed together
_ROWS = 5000
_NUMBERS = {option.code: float(at) for at, option in enumerate(BARRIERS, 1)}

WRITERS: Mapping[str, tuple[str, ModuleType, int]] = {
    "wide": ("wide CSV", wide_csv, _STREAMED),
    "long": ("long CSV", long_csv, _STREAMED),
    "parquet": ("Parquet", parquet, _STREAMED),
    "sav": ("SPSS", sav, _WHOLE),
    "dta": ("Stata", dta, _WHOLE),
}


class _Nowhere:
    """A sink that counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        return len(data)


def _sealed(people: int, words: int, folder: Path) -> Dataset:
    """The records sealed on a disk, as they are while a release is built."""
    data = many(people, QUESTIONS, words)
    spool = Spool(folder, {data.instruments[0].id: [column.question.id for column in data.instruments[0].columns]})
    for record in data.records():
        spool.put(record)
    spool.flush()
    return replace(data, records=spool.__iter__)


class _Pages:
    """The answers of a survey sealed page by page."""

    def __init__(self, people: int, words: int) -> None:
        self.data = many(people, QUESTIONS, words)
        self._key, encode = new_key(), msgspec.json.encode
        self._sealed: list[list[bytes]] = []
        for record in self.data.records():
            answers = [(name, cell.answer) for name, cell in record.cells.items()]
            pages = [dict(answers[at : at + _PAGE]) for at in range(0, len(answers), _PAGE)]
            self._sealed.append([seal(self._key, encode(page), "bench", at) for at, page in enumerate(pages)])

    def opened(self) -> Iterator[dict[str, Json]]:
        """The answers of one person after the other."""
        decode = msgspec.json.decode
        for pages in self._sealed:
            answers: dict[str, Json] = {}
            for at, page in enumerate(pages):
                answers |= decode(open_sealed(self._key, page, "bench", at))
            yield answers

    def records(self) -> Iterator[Record]:
        """The same as writers get it."""
        (instrument,), day = self.data.instruments, self.data.made_on
        for case, answers in zip(self.data.cases, self.opened(), strict=True):
            cells = {name: Cell(Missingness.ANSWERED, answer) for name, answer in answers.items()}
            yield Record(case.id, case.id, instrument.id, 1, 1, day, "en", True, cells)  # noqa: FBT003


def peak(name: str, people: int, words: int) -> tuple[float, float]:
    """MiB of the file, and MiB that the process has taken at most."""
    with tempfile.TemporaryDirectory() as folder:
        data = _sealed(people, words, Path(folder))
        nowhere = _Nowhere()
        next(iter(WRITERS[name][1].files(data))).write(nowhere)
    return nowhere.size / _MIB, _most_taken()


def _most_taken() -> float:
    """MiB, at most so far. What getrusage says would count the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def seconds(name: str, people: int, words: int) -> tuple[float, float]:
    """Seconds of processor time of the writer, and of the bare one, which take turns; the median of the rounds."""
    pages = _Pages(people, words)
    data = replace(pages.data, records=pages.records)
    ours, bare = [], []
    for _ in range(ROUNDS):
        began = cpu_seconds()
        next(iter(WRITERS[name][1].files(data))).write(_Nowhere())
        between = cpu_seconds()
        _BARE[name]((list(answers.values()) for answers in pages.opened()), _Nowhere())
        ours.append(between - began)
        bare.append(cpu_seconds() - between)
    return statistics.median(ours), statistics.median(bare)


def _bare_csv(rows: Iterator[list[Any]], sink: _Nowhere) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(row)
        if text.tell() > 1 << 16:
            sink.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
    sink.write(text.getvalue().encode())


def _bare_long(rows: Iterator[list[Any]], sink: _Nowhere) -> None:
    _bare_csv(([number, at, answer] for number, row in enumerate(rows) for at, answer in enumerate(row)), sink)


class _File(_Nowhere):
    """What pyarrow asks of a file besides."""

    closed = False

    def __init__(self, sink: _Nowhere) -> None:
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        return self._sink.write(bytes(data))

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """There is nothing to close."""


def _bare_parquet(rows: Iterator[list[Any]], sink: _Nowhere) -> None:
    writer: Any = None
    while several := [row for _, row in zip(range(_ROWS), rows, strict=False)]:
        columns = [pa.array(column) for column in zip(*several, strict=True)]
        table = pa.Table.from_arrays(columns, [f"q{at}" for at in range(len(columns))])
        writer = writer or pq.ParquetWriter(_File(sink), table.schema, use_dictionary=False)
        writer.write_table(table)
    writer.close()


def _frame(rows: Iterator[list[Any]]) -> pl.DataFrame:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    return pl.DataFrame({
        f"q{at}": [_NUMBERS[code] for code in column] if column[0] in _NUMBERS else column
        for at, column in enumerate(columns)
    })  # fmt: skip


def _bare_sav(rows: Iterator[list[Any]], sink: _Nowhere) -> None:
    with file_in_memory() as descriptor:
        pyreadstat.write_sav(_frame(rows), path_of(descriptor), row_compress=True)
        pour(descriptor, sink)


def _bare_dta(rows: Iterator[list[Any]], sink: _Nowhere) -> None:
    with file_in_memory() as descriptor:
        pyreadstat.write_dta(_frame(rows), path_of(descriptor), version=14)
        pour(descriptor, sink)


_BARE: Mapping[str, Callable[[Iterator[list[Any]], _Nowhere], None]] = {
    "wide": _bare_csv, "long": _bare_long, "parquet": _bare_parquet, "sav": _bare_sav, "dta": _bare_dta,
}  # fmt: skip


def _alone(deed: str, name: str, people: int = PEOPLE, words: int = WORDS) -> tuple[float, float]:
    """What a deed of this file returns in a process that has loaded nothing else."""
    code = f"from bench import exports; print(*exports.{deed}({name!r}, {people}, {words}))"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    first, second = map(float, done.stdout.split())
    return first, second


def measure() -> Iterator[Figure]:
    """For each kind of table its memory, how that grows where it must not, and its time."""
    for name, (called, _, most) in WRITERS.items():
        size, taken = _alone("peak", name)
        what = f"{called}, {PEOPLE:,} people × {QUESTIONS} answers"
        yield _memory(f"{what}: memory", size, taken, most)
        if most == _STREAMED:
            more = _alone("peak", name, PEOPLE * 2)[1] - taken
            yield Figure(f"{called}, twice as many people: more", more, "MiB", "", None, _LITTLE, more <= _GROWTH)
        else:
            yield _memory(f"{called}, the largest table: memory", *_alone("peak", name, words=_LARGEST), most)
        ours, bare = _alone("seconds", name)
        answers, share = PEOPLE * QUESTIONS, bare / ours
        reference = f"opened and bare, {answers / bare:,.0f}/s"
        yield Figure(f"{what}: speed", answers / ours, "answers/s", reference, share, *at_least(_SHARE, share))


def _memory(what: str, size: float, taken: float, most: int) -> Figure:
    return Figure(what, taken, "MiB", f"a file of {size:,.0f} MiB", None, f"≤ {most} MiB", taken <= most)
