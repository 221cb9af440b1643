"""Every byte that an installation has written, and whether something is among them."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_STEP = 16


def files(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below the folders with its content; what another process removes meanwhile is left out."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file():
                    yield path, path.read_bytes()
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
    return {spelling for spelling in found if len(spelling) >= 6}


def leaks(secrets: Mapping[str, bytes | str], *folders: Path) -> set[tuple[str, str]]:
    """Which secrets stand in which files, in whatever spelling."""
    wanted = {name: spellings(secret) for name, secret in secrets.items()}
    return {
        (name, path.name)
        for path, content in files(*folders)
        for name, forms in wanted.items()
        if any(form in content for form in forms)
    }


def remnants(blobs: Iterable[bytes], *folders: Path) -> int:
    """How many of the blobs have left a trace of 31 bytes or more in any file."""
    index = {blob[at : at + _STEP]: number for number, blob in enumerate(blobs) for at in range(len(blob) - _STEP + 1)}
    return len({
        index[content[at : at + _STEP]]
        for _, content in files(*folders)
        for at in range(0, len(content) - _STEP + 1, _STEP)
        if content[at : at + _STEP] in index
    })  # fmt: skip
