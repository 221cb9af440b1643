"""Names for what other programs call something: as it is called there, as far as an instrument can say it."""

import re
import unicodedata
from collections.abc import Iterable

from instruments.definition import CODE, ID

LONGEST = 64

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_]+")
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_.-]+")


class Names:
    """The names given so far in one list. No two are alike; ids not even where they differ in capital letters only."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._codes = set(taken)
        self._taken = {name.casefold() for name in self._codes}
        self._next: dict[str, int] = {}

    def id(self, said: str, otherwise: str = "q") -> str:
        """An id: ``said`` itself where it is one that is free, else what is nearest to it.

        ``otherwise`` begins the name of what has no letter to begin with.
        """
        plain = said if ID.fullmatch(said) else _NOT_IN_IDS.sub("_", _ascii(said)).strip("_")
        if not plain[:1].isalpha():
            plain = f"{otherwise}_{plain}".rstrip("_")
        found = self._free(plain[:LONGEST].rstrip("_") or otherwise)
        self._taken.add(found.casefold())
        return found

    def _free(self, plain: str) -> str:
        if plain.casefold() not in self._taken:
            return plain
        # Counting goes on where it stopped, so that ten thousand fields of one name do not take forever.
        number = self._next.get(plain.casefold(), 2)
        while (found := _numbered(plain, number)).casefold() in self._taken:
            number += 1
        self._next[plain.casefold()] = number + 1
        return found

    def code(self, said: str, otherwise: str = "option") -> str:
        """The code of an option, likewise; capital letters tell codes apart."""
        plain = said if CODE.fullmatch(said) else _NOT_IN_CODES.sub("_", _ascii(said)).strip("_")[:LONGEST]
        plain = plain or otherwise
        found, number = plain, self._next.get(plain, 2)
        while found in self._codes:
            found = _numbered(plain, number)
            number += 1
        self._next[plain] = number
        self._codes.add(found)
        return found


def _numbered(plain: str, number: int) -> str:
    end = f"_{number}"
    return plain[: LONGEST - len(end)].rstrip("_") + end


def _ascii(said: str) -> str:
    """The letters without what stands above and below them; what has no ASCII letter becomes a gap."""
    # A novel in place of a name is cut before work is spent on it.
    decomposed = unicodedata.normalize("NFKD", said[: 4 * LONGEST].strip())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
