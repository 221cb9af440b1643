"""Pages made small on their way, where that gives nothing away.

Compressing text that holds a secret beside text that a stranger chose tells the stranger something about the secret by
its length (BREACH). So only pages are packed that repeat nothing of their address, and only by a view that says so:
participants' pages do. A form from elsewhere, which could make a page repeat more, is refused before it gets here.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from web.kit.sent import here
from web.kit.site import page

_WORTH_IT = 1000
# The least effort makes a page of questions six times smaller; the greatest takes half as long again for a tenth more.
_EFFORT = 1
# With a window of 8 kB and a small table the packer's memory comes out of what the process has already: larger ones
# are asked of the operating system and given back for each page.
_WINDOW = 13
_TABLE = 6

# RFC 1952: no name, no time, no system; and the last block of RFC 1951, with nothing in it.
_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_END = b"\x03\0"
_LENGTHS = struct.Struct("<BHH").pack
_CHECKS = struct.Struct("<II").pack
_SHORT = 300  # bytes; less than this is sent as it is


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is the same whoever looks at it, packed once: it ends with a whole byte and refers to
    nothing outside of it, so that it can stand between any others."""

    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, html: str) -> "Part":
        """The part with this text."""
        plain = html.encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


def packed(html: str, status: int = 200) -> Response:
    """The page as an answer, compressed for a browser that takes it so."""
    body = html.encode()
    if len(body) <= _WORTH_IT or not _taken():
        return _answer(body, status)
    packer = zlib.compressobj(_EFFORT, zlib.DEFLATED, 16 + _WINDOW, _TABLE)
    return _answer(packer.compress(body) + packer.flush(), status, ("Content-Encoding", "gzip"))


def joined(parts: Sequence[Part | str]) -> Response:
    """The same for a page in parts: what is the same for everybody was packed before."""
    pieces = [part.encode() if isinstance(part, str) else part.plain for part in parts]
    body = b"".join(pieces)
    if not _taken():
        return _answer(body, 200)
    blocks = [
        _block(piece) if isinstance(part, str) else part.packed for part, piece in zip(parts, pieces, strict=True)
    ]
    ending = _END + _CHECKS(zlib.crc32(body), len(body))
    return _answer(b"".join([_HEAD, *blocks, ending]), 200, ("Content-Encoding", "gzip"))


def _block(plain: bytes) -> bytes:
    """What is not the same for everybody, in blocks that end with a whole byte."""
    if not plain:
        return b""
    if len(plain) < _SHORT:
        return _LENGTHS(0, len(plain), len(plain) ^ 0xFFFF) + plain
    packer = zlib.compressobj(_EFFORT, zlib.DEFLATED, -_WINDOW, _TABLE)
    return packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)


def _taken() -> bool:
    return "gzip" in here().environ.get("HTTP_ACCEPT_ENCODING", "")


def _answer(body: bytes, status: int, *more: tuple[str, str]) -> Response:
    return page(body, status, ("Vary", "Accept-Encoding"), *more)
