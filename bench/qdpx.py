"""A REFI-QDA project of a thousand texts of five thousand words each, and how its memory grows with their number."""

import multiprocessing
import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache

from bench.figure import Figure
from exports.dataset import Cell, Dataset, Record
from exports.formats import qdpx
from instruments.route import Missingness
from tests.exports.samples import many

DOCUMENTS, WORDS = 1000, 5000
_QUESTIONS = 30  # a third of them is answered in words
_EACH = WORDS * 3 // _QUESTIONS
_SECONDS, _MIB = 60, 32
_LETTERS = "aaabcdeeeefghiiijklmnooopqrsttuuvwxyzé"


class _Nowhere:
    """A sink that counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes, /) -> None:
        self.size += len(data)


@cache
def _pool() -> list[str]:
    """Words as varied as those of people, so that packing them is as much work."""
    chance = random.Random(1)  # noqa: S311
    known = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 10))) for _ in range(4000)]
    often = [1 / (rank + 3) for rank in range(len(known))]
    return chance.choices(known, often, k=40 * _EACH)


def _dataset(documents: int) -> Dataset:
    plain = many(documents, questions=_QUESTIONS, words=1)

    def records() -> Iterator[Record]:
        pool, at = _pool(), 0
        for record in plain.records():
            cells = dict(record.cells)
            for name in [name for name in cells if int(name[1:]) % 3 == 2]:
                at = (at * 31 + 7) % (len(pool) - _EACH)
                cells[name] = Cell(Missingness.ANSWERED, " ".join(pool[at : at + _EACH]))
            yield replace(record, cells=cells)

    return replace(plain, records=records)


def _write(documents: int) -> tuple[float, float, float]:
    """Seconds, MiB of the file, and MiB that the process has taken at most."""
    [file] = qdpx.files(_dataset(documents), profile="qualcoder")
    nowhere = _Nowhere()
    _pool()
    began = time.monotonic()
    file.write(nowhere)
    taken = time.monotonic() - began
    return taken, nowhere.size / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(documents: int) -> tuple[float, float, float]:
    """The same in a process of its own, where nothing else takes memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_write, documents).result()


def measure() -> Iterator[Figure]:
    """Time and memory, as QualCoder reads the project."""
    _, _, small = _alone(DOCUMENTS // 10)
    seconds, size, large = _alone(DOCUMENTS)
    what = f"a project of {DOCUMENTS:,} texts of {WORDS:,} words"
    yield Figure(what, seconds, "s", f"a file of {size:,.0f} MiB", goal=f"≤ {_SECONDS} s", holds=seconds <= _SECONDS)
    grown = large - small
    yield Figure(
        "memory that nine tenths of them take", grown, "MiB", f"{large:,.0f} MiB in all", goal=f"≤ {_MIB} MiB",
        holds=grown <= _MIB,
    )  # fmt: skip
