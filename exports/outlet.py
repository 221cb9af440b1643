"""A sink with what libraries ask of a file that they write: it counts, it flushes, and it leaves closing to others."""

from exports.dataset import Sink


class Outlet:
    """A file to a library, a sink underneath. It cannot go back."""

    closed = False

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        """``data`` goes to the sink; how much it was."""
        piece = bytes(data)
        self._sink.write(piece)
        return len(piece)

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """Whoever opened the sink closes it."""
