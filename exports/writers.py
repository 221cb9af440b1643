"""Which module writes what a profile names, and the files of a release in their order.

Writers are named and not imported: the libraries of a few take seventy megabytes, of which most releases have no use.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from exports.dataset import Dataset, File

# Whose module is not called like its format.
_CALLED = {"docx": "word_documents"}


@dataclass(frozen=True, slots=True)
class Written:
    """What one writer contributes: its name in the release, its files, and what it says that it loses."""

    name: str
    files: Iterator[File]
    losses: tuple[str, ...]


def of_release(data: Dataset, formats: Iterable[str]) -> Iterator[Written]:
    """Each writer in turn, by the name that profiles give it; behind a colon stands the program it writes for."""
    for spelled in formats:
        name, _, flavour = spelled.partition(":")
        options = {"profile": flavour} if flavour else {}
        module = import_module(f"exports.formats.{_CALLED.get(name, name)}")
        files, losses = partial(module.files, data, **options), partial(module.losses, data, **options)
        yield Written(name, iter(files()), tuple(losses()))
