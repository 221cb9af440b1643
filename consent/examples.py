"""Ready consent documents to begin from: folders in ``library/``, readable without this program.

A folder has ``document.yaml`` (title, questions, what a signature means, where each element of informed consent stands)
and, for each language, ``letter.en.md`` and ``script.en.md``, which is read out where consent is spoken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec
import yaml

from consent.elements import Element
from consent.scopes import Scope
from consent.wording import Asked, Cover, Texts, Wording
from vault.errors import Missing

_LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class Example:
    """A ready document. ``name`` is its folder's; ``label`` says what it is and that it is an example."""

    name: str
    label: str
    wording: Wording
    invented: Mapping[str, tuple[str, ...]]  # contacts, each with its spellings

    def with_contacts(self, contacts: Mapping[str, str]) -> Wording:
        """The wording with a study's own contacts in place of the invented ones; KeyError if one is not given."""
        text, script = self.wording.text, self.wording.script
        for contact, spellings in self.invented.items():
            text, script = (_exchanged(texts, spellings, contacts[contact]) for texts in (text, script))
        return replace(self.wording, text=text, script=script)


def _exchanged(texts: Texts, spellings: Iterable[str], other: str) -> Texts:
    found = dict(texts)
    for spelling in spellings:
        found = {language: text.replace(spelling, other) for language, text in found.items()}
    return found


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """document.yaml."""

    label: str
    title: dict[str, str]
    asked: dict[Scope, dict[str, str]]
    signing: dict[str, str]
    necessary: frozenset[Scope]
    covers: dict[Element, Cover]
    invented: dict[str, tuple[str, ...]]
    note: dict[str, str] = {}


def library() -> tuple[Example, ...]:
    """Every ready document, by name."""
    return tuple(read(path.parent) for path in sorted(_LIBRARY.glob("*/document.yaml")))


@cache
def invented() -> tuple[str, ...]:
    """Every spelling of every contact that is invented in a ready document."""
    return tuple(one for example in library() for spellings in example.invented.values() for one in spellings)


def find(name: str) -> Example:
    """The ready document of this name, or Missing."""
    for example in library():
        if example.name == name:
            return example
    raise Missing


def read(folder: Path) -> Example:
    """The document in ``folder``; its languages are those of its title, in that order."""
    plain = yaml.safe_load((folder / "document.yaml").read_text(encoding="utf-8"))
    said = msgspec.convert(plain, _Written)
    languages = tuple(said.title)
    wording = Wording(
        languages=languages,
        title=said.title,
        text=_files(folder, "letter", languages),
        asked=tuple(Asked(scope, question) for scope, question in said.asked.items()),
        signing=said.signing,
        script=_files(folder, "script", languages),
        note=said.note,
        necessary=said.necessary,
        covers=said.covers,
    )
    return Example(folder.name, said.label, wording, said.invented)


def _files(folder: Path, kind: str, languages: tuple[str, ...]) -> Texts:
    paths: Mapping[str, Path] = {language: folder / f"{kind}.{language}.md" for language in languages}
    return {language: path.read_text(encoding="utf-8") for language, path in paths.items() if path.is_file()}
