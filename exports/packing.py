"""The file of a release on its way into the database: cut into pieces, each sealed before it is written."""

import hashlib
from uuid import UUID

from exports import attempts, fetching
from exports.attempts import Attempt
from exports.dataset import Sink
from exports.releases import ReleasePiece
from vault import pieces
from vault.sealing import new_key

_SIZE = pieces.LARGEST


class Pieces:
    """A sink that keeps what it is given as sealed pieces of an attempt, in short transactions of their own."""

    def __init__(self, attempt: Attempt, signs: attempts.Signs) -> None:
        self._attempt, self._signs = attempt, signs
        self._buffer = bytearray()
        self._place = fetching.place(attempt.study_id, attempt.release_id, attempt.number)
        self.key = new_key()
        self.lengths: list[int] = []

    @property
    def size(self) -> int:
        """How long the file is, once it is closed."""
        return sum(self.lengths)

    def write(self, data: bytes, /) -> int:
        """``data`` stands behind what was written before."""
        self._buffer += data
        while len(self._buffer) >= _SIZE:
            self._keep(bytes(self._buffer[:_SIZE]))
            del self._buffer[:_SIZE]
        return len(data)

    def close(self) -> bytes:
        """The file is whole; returns what opens its list of pieces, sealed."""
        if self._buffer or not self.lengths:
            self._keep(bytes(self._buffer))
            self._buffer.clear()
        return pieces.seal_manifest(self.key, self.lengths, *self._place)

    def _keep(self, data: bytes) -> None:
        number = len(self.lengths)
        blob = pieces.seal_piece(self.key, data, *self._place, number)
        with self._attempt.stores.work() as work:
            attempts.held(work.db, self._attempt)
            work.db.add(_piece(self._attempt.release_id, self._attempt.number, number, blob))
            work.commit()
        self.lengths.append(len(data))
        self._signs(number, 0)


def _piece(release_id: UUID, attempt: UUID, number: int, blob: bytes) -> ReleasePiece:
    return ReleasePiece(release_id=release_id, attempt=attempt, number=number, blob=blob)


class Digest:
    """A sink in front of another one that counts and hashes what goes through."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        """On it goes."""
        self._hash.update(data)
        self.size += len(data)
        self._sink.write(data)
        return len(data)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, in hex."""
        return self._hash.hexdigest()
