"""The wording of a consent document: everything a person is shown before they decide, in every language, as one value.

Its canonical text is what is stored, hashed and kept for ever. What stands in it is what was on the screen, so a
fingerprint of it in a decision binds the two (21 CFR 11.70).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from consent.elements import Element
from consent.scopes import Scope
from vault.errors import Invalid

# What an author wrote, by language tag: {"en": "Yes", "fr": "Oui"}.
Texts: TypeAlias = Mapping[str, str]

FORMAT = "verbatim consent 1"


@dataclass(frozen=True, slots=True)
class Asked:
    """One scope and the question that asks for it."""

    scope: Scope
    question: Texts


@dataclass(frozen=True, slots=True)
class Cover:
    """Where an element of informed consent stands: under ``heading``, as the first language has it; or why nowhere."""

    heading: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A consent document's words. ``text`` and ``script`` are markdown, all others plain text.

    The first language is the one that the others are translations of.
    """

    languages: tuple[str, ...]
    title: Texts
    text: Texts
    asked: tuple[Asked, ...]
    signing: Texts  # what a signature below the text means
    script: Texts = field(default_factory=dict)  # what is read out where consent is spoken; none: it cannot be spoken
    note: Texts = field(default_factory=dict)  # shown above everything else, for example "this is an example"
    necessary: frozenset[Scope] = frozenset({Scope.TAKE_PART})
    covers: Mapping[Element, Cover] = field(default_factory=dict)

    @property
    def scopes(self) -> frozenset[Scope]:
        """What is asked for."""
        return frozenset(asked.scope for asked in self.asked)


@dataclass(frozen=True, slots=True)
class Published:
    """A wording with what it was published as. ``study`` is the study's title on that day."""

    study: str
    number: int
    wording: Wording


def canonical(published: Published) -> str:
    """The one text: a line that names the format, then JSON with sorted keys and no spaces."""
    body = json.dumps(_plain(published), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{FORMAT}\n{body}\n"


def from_canonical(text: str) -> Published:
    """What ``canonical`` wrote."""
    form, _, body = text.partition("\n")
    if form != FORMAT:
        raise ValueError("a consent document in a format that this version does not know")
    return msgspec.json.decode(body, type=Published)


def fingerprint(text: str) -> str:
    """SHA-256 of a canonical text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def written(wording: Wording) -> str:
    """A wording as JSON, to be worked on."""
    return json.dumps(_plain(wording), sort_keys=True, ensure_ascii=False)


def from_written(text: str) -> Wording:
    """What ``written`` wrote; Invalid if it is no wording."""
    try:
        return msgspec.json.decode(text, type=Wording)
    except msgspec.MsgspecError:
        raise Invalid("This is not a consent document that Verbatim wrote.") from None


def _plain(value: object) -> object:
    """Plain JSON values; what is put in any order in a value (a set) is put in one order."""
    return msgspec.to_builtins(value, order="sorted")
