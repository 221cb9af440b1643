"""Lines of a CSV as RFC 4180 says: commas, CRLF, quotation marks around texts; in UTF-8 with a mark at the beginning.

Without the mark Excel takes UTF-8 for something else. Texts are guarded (exports.cells); numbers, days and gaps
(``<declined>``) stand bare.
"""

from collections.abc import Callable, Iterable
from datetime import date

from exports.cells import quoted
from exports.dataset import Sink
from exports.gaps import SENTINELS, Gap
from exports.variables import Value

MARK = b"\xef\xbb\xbf"
_AT_ONCE = 1 << 16


def cell(value: Value) -> str:
    """A value as it stands between two commas."""
    return _CELLS[type(value)](value)


_CELLS: dict[type, Callable[..., str]] = {
    str: quoted,
    int: str,
    float: repr,
    date: date.isoformat,
    Gap: SENTINELS.__getitem__,
}


def write(sink: Sink, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A whole CSV: the header, whose names are quoted here, and rows of cells, which are not."""
    lines = [",".join(map(quoted, header))]
    size = 0
    sink.write(MARK)
    for row in rows:
        line = ",".join(row)
        lines.append(line)
        size += len(line)
        if size > _AT_ONCE:
            sink.write(_joined(lines))
            lines, size = [], 0
    sink.write(_joined(lines))


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
