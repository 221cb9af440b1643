"""Everything that an instrument says to anybody, for tests that look for what a file said."""

from collections.abc import Iterator

from instruments.canonical import plain
from instruments.definition import Instrument
from instruments.kinds import Json


def everything_said(instrument: Instrument) -> Iterator[str]:
    """Every text in it, in every language; ids, codes and conditions too."""
    yield from _texts(plain(instrument))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
