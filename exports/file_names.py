"""Names of files that every system takes: ASCII, short, and no two alike where capitals make no difference."""

import re

LONGEST = 50  # Taguette takes no longer name for a document, and the name of its file is what it proposes

_OTHER = re.compile(r"[^A-Za-z0-9 ._-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class FileNames:
    """Gives every name once: if it was given before, in whatever capitals, a number stands behind it."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, name: str) -> str:
        """A name for a file, without its ending, as near to ``name`` as it can be."""
        wanted = _OTHER.sub("-", name).strip(" .-")[:LONGEST].rstrip(" .") or "document"
        if _DEVICES.match(wanted):
            wanted = f"_{wanted}"[:LONGEST]
        given, number = wanted, 1
        while given.lower() in self._given:
            number += 1
            ending = f" {number}"
            given = f"{wanted[: LONGEST - len(ending)]}{ending}"
        self._given.add(given.lower())
        return given
