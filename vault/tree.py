"""The tree over a log: how leaves become one hash, and how somebody is shown that nothing was changed (RFC 6962, 9162).

Pure. The hash of a complete subtree is asked for by level and place, level 0 being the leaves; so a proof costs as many
look-ups as the logarithm of the leaves, wherever those are kept.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()

# The hashes of complete subtrees of 256, 65,536 … leaves are kept; what lies between them is made from at most 255.
STEP = 8

Subtree = Callable[[int, int], bytes]


def leaf_hash(body: str) -> bytes:
    """The leaf for a line of the log."""
    return hashlib.sha256(b"\0" + body.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two."""
    return hashlib.sha256(b"\1" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over a complete subtree, given a power of two of hashes of one level."""
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[place : place + 2]) for place in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(slots=True)
class Frontier:
    """The roots of the complete subtrees that a tree of ``size`` leaves falls into, the largest first."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The tree has one more leaf; yields level, place and hash of every subtree to be kept that it completes."""
        place, level = self.size, 0
        while place & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            place, level = place >> 1, level + 1
            if level % STEP == 0:
                yield level, place, leaf
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The hash over all leaves."""
        if not self.hashes:
            return EMPTY
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def packed(self) -> bytes:
        """The hashes as bytes, from which ``unpacked`` makes the same again."""
        return b"".join(self.hashes)

    @classmethod
    def unpacked(cls, size: int, packed: bytes) -> "Frontier":
        """What was packed at this size."""
        return cls(size, [packed[start : start + HASH_BYTES] for start in range(0, len(packed), HASH_BYTES)])


def root_of(subtree: Subtree, begin: int, end: int) -> bytes:
    """The hash over the leaves from ``begin`` to before ``end``, as they stand in any tree that a proof is about."""
    frontier = Frontier()
    while begin < end:
        level = (end - begin).bit_length() - 1
        frontier.hashes.append(subtree(level, begin >> level))
        begin += 1 << level
    return frontier.root()


def _split(begin: int, end: int) -> int:
    """Where the two halves of a range of more than one leaf meet: after the greatest power of two below its length."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def inclusion(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """The hashes by which leaf ``index`` is shown to be in the tree of ``size``, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in this tree")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = _split(begin, end)
        if index < middle:
            path.append(root_of(subtree, middle, end))
            end = middle
        else:
            path.append(root_of(subtree, begin, middle))
            begin = middle
    return path[::-1]


def consistency(subtree: Subtree, former: int, size: int) -> list[bytes]:
    """The hashes by which the tree of ``size`` is shown to begin with the tree of ``former``."""
    if not 0 <= former <= size:
        raise ValueError("no such tree before this one")
    begin, end, path = 0, size, []
    while 0 < former < end:
        middle = _split(begin, end)
        if former <= middle:
            path.append(root_of(subtree, middle, end))
            end = middle
        else:
            path.append(root_of(subtree, begin, middle))
            begin = middle
    if begin:
        path.append(root_of(subtree, begin, end))
    return path[::-1]
