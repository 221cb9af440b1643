"""Zip files that are written from front to back into something that cannot go back, the same bytes every time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from exports.dataset import Sink
from vault.errors import Refused

# Beyond it an entry needs an extension of the format (zip64) that some programs do not read.
LARGEST = 2**31 - 1
_READABLE = 0o644 << 16
_UNIX = 3


class EntryTooLarge(Refused):
    """An entry is larger than every program can read."""

    public = (
        "A file of this release would have more than 2 GiB, which many programs cannot read. "
        "Ask for fewer participants or instruments at a time."
    )


class _Outlet:
    """A sink with what zipfile asks of a file. Once it is shut, nothing more comes through."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._open = True

    def write(self, data: bytes) -> int:
        if self._open:
            self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """Whoever takes the bytes decides when they are safe."""

    def shut(self) -> None:
        self._open = False


class _Entry:
    """An entry that says no before it is too large."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._size = 0

    def write(self, data: bytes, /) -> None:
        self._size += len(data)
        if self._size > LARGEST:
            raise EntryTooLarge
        self._out.write(data)


class Archive:
    """A zip as it is being written. Entries bear ``day`` as their date, at midnight."""

    def __init__(self, zipped: ZipFile, day: date) -> None:
        self._zipped = zipped
        self._day = day

    def add(self, name: str, data: bytes) -> None:
        """An entry that is at hand."""
        self._zipped.writestr(self._entry(name), data)

    @contextmanager
    def open(self, name: str) -> Iterator[Sink]:
        """An entry to write to; no other can be added before the context ends. It may raise EntryTooLarge."""
        with self._zipped.open(self._entry(name), "w") as out:
            yield _Entry(out)

    def _entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name, (self._day.year, self._day.month, self._day.day, 0, 0, 0))
        entry.compress_type = ZIP_DEFLATED
        entry.external_attr = _READABLE
        entry.create_system = _UNIX  # else it would say on which system the release was made
        return entry


@contextmanager
def archive(sink: Sink, day: date) -> Iterator[Archive]:
    """A zip that ends when the context does. After an error it has no end, so nobody takes it for whole."""
    outlet = _Outlet(sink)
    with ZipFile(outlet, "w", ZIP_DEFLATED) as zipped:  # type: ignore[call-overload]
        try:
            yield Archive(zipped, day)
        except BaseException:
            outlet.shut()
            raise
