"""Records on their way from the databases to the writers: gathered once, kept sealed, read as often as a writer likes.

A release of several files would open and clean everything as many times, and on PostgreSQL could read something else
each time. What lies on the disk meanwhile has no name there and is sealed under a key that is never written down.
"""

import struct
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from exports.dataset import Aside, CaughtUp, Cell, Record
from instruments.route import Missingness
from vault.errors import CannotOpen
from vault.sealing import new_key, open_sealed, seal

_LENGTH = struct.Struct(">I")
_SIZE = 256 * 1024

_encode = msgspec.msgpack.Encoder().encode
_ANSWERED = Missingness.ANSWERED
# Most cells say no more than what became of the question, and are all alike.
_BLANK = {became: Cell(became) for became in Missingness}


class Spool:
    """Records in the order in which they were put in. ``columns`` are the questions of each instrument, by its id."""

    def __init__(self, folder: Path, columns: Mapping[str, Sequence[str]]) -> None:
        # Closed by ``close``, or with the process: the file has no name under which it could stay.
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._key = new_key()
        self._columns = columns
        self._lot: list[Any] = []
        self._waiting = self._lots = 0
        self.records = 0

    def close(self) -> None:
        """Nothing of it is left."""
        self._file.close()

    def put(self, record: Record) -> None:
        """The record stands behind those before."""
        plain = _encode(_plain(record, self._columns[record.instrument]))
        self._lot.append(plain)
        self._waiting += len(plain)
        self.records += 1
        if self._waiting >= _SIZE:
            self.flush()

    def flush(self) -> None:
        """Everything that was put in can be read."""
        if self._lot:
            sealed = seal(self._key, _encode(self._lot), "spool", self._lots)
            self._file.write(_LENGTH.pack(len(sealed)) + sealed)
            self._lots += 1
            self._lot, self._waiting = [], 0

    def __iter__(self) -> Iterator[Record]:
        """Every record anew; several may read at the same time."""
        at = 0
        for number in range(self._lots):
            length = _LENGTH.unpack(self._read(at, _LENGTH.size))[0]
            lot = open_sealed(self._key, self._read(at + _LENGTH.size, length), "spool", number)
            at += _LENGTH.size + length
            for plain in msgspec.msgpack.decode(lot):
                yield _record(msgspec.msgpack.decode(plain), self._columns)

    def _read(self, at: int, length: int) -> bytes:
        self._file.seek(at)
        found = self._file.read(length)
        if len(found) != length:
            raise CannotOpen
        return found


def _plain(record: Record, columns: Sequence[str]) -> list[Any]:
    cells = [record.cells[name] for name in columns]
    return [
        record.id.bytes, record.case.bytes, record.instrument, record.version, record.occasion, record.day.toordinal(),
        record.language, record.finished, [one.became for one in cells],
        [one.answer for one in cells if one.became is _ANSWERED],
        [[one.words, one.after, one.theme] for one in record.asides], record.memo,
        [[one.version, one.day.toordinal(), one.questions] for one in record.later],
        [[at, one.version] for at, one in enumerate(cells) if one.version] if record.later else [],
    ]  # fmt: skip


def _record(plain: Sequence[Any], columns: Mapping[str, Sequence[str]]) -> Record:
    identity, case, instrument, version, occasion, day, language, finished, became, answers, asides, memo, *more = plain
    later, versions = more
    given = iter(answers)
    # A word finds its cell although it is no Missingness: the two are equal, and so are their hashes.
    words = [_BLANK[one] for one in became]
    cells = {
        name: Cell(_ANSWERED, next(given)) if cell.became is _ANSWERED else cell
        for name, cell in zip(columns[instrument], words, strict=True)
    }
    for at, asked_in in versions:
        name = columns[instrument][at]
        cells[name] = Cell(cells[name].became, cells[name].answer, asked_in)
    return Record(
        UUID(bytes=identity), UUID(bytes=case), instrument, version, occasion, date.fromordinal(day), language,
        finished, cells, tuple(Aside(*one) for one in asides), memo,
        tuple(CaughtUp(number, date.fromordinal(on), tuple(names)) for number, on, names in later),
    )  # fmt: skip
