"""Every byte that an installation has written, and whether something is among them."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_STEP = 16


def files(*folders: Path, since: float = 0) -> Iterator[tuple[Path, bytes]]:
    """Every file below the folders that was written to ``since`` then, with its content.

    What another process removes meanwhile is left out.
    """
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file() and path.stat().st_mtime >= since:
                    yield path, path.read_bytes().rstrip(b"\0")
            except FileNotFoundError:
                continue


def spellings(secret: bytes | str) -> set[bytes]:
    """A secret as it may have been written down: as it is, in hex, in base 64, in UTF-16, without its hyphens."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), repr(raw)[2:-1].encode()}
    for shift in range(3):
        # Whatever stands before it, the middle of the secret looks like this.
        found.add(base64.b64encode(bytes(shift) + raw)[4:-4])
        found.add(base64.urlsafe_b64encode(bytes(shift) + raw)[4:-4])
    if isinstance(secret, str):
        for text in (secret, secret.lower(), secret.replace("-", ""), secret.replace(" ", "")):
            found |= {text.encode(), text.encode("utf-16-le")}
    return {spelling for spelling in found if len(spelling) >= 7}


def leaks(secrets: Mapping[str, bytes | str], *folders: Path, since: float = 0) -> set[tuple[str, str]]:
    """Which secrets stand in which files, in whatever spelling."""
    # Wherever a spelling of seven bytes or more stands, one of its windows of four begins at a multiple of four.
    index: dict[bytes, list[tuple[str, bytes, int]]] = {}
    for name, secret in secrets.items():
        for spelling in spellings(secret):
            for at in range(4):
                index.setdefault(spelling[at : at + 4], []).append((name, spelling, at))
    return {
        (name, path.name)
        for path, content in files(*folders, since=since)
        for place in range(0, len(content) - 3, 4)
        if content[place : place + 4] in index
        for name, spelling, at in index[content[place : place + 4]]
        if content.startswith(spelling, max(0, place - at))
    }


def remnants(blobs: Iterable[bytes], *folders: Path, since: float = 0) -> int:
    """How many of the blobs have left a trace of 31 bytes or more in any file."""
    index = {blob[at : at + _STEP]: number for number, blob in enumerate(blobs) for at in range(len(blob) - _STEP + 1)}
    return len({
        index[content[at : at + _STEP]]
        for _, content in files(*folders, since=since)
        for at in range(0, len(content) - _STEP + 1, _STEP)
        if content[at : at + _STEP] in index
    })  # fmt: skip
