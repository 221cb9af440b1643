"""What is known of a case or a document as variables with a type, where every value fits that type, else as text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exports.codetree import unique
from exports.dataset import AttributeKind, Dataset
from exports.documents import Document
from exports.guids import guid
from exports.xml_text import in_one_line, writable
from instruments.sentences import in_language

# Fifteen digits are exact in every program; a zero in front is part of a label, not of a number.
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", re.ASCII)
_DAY = re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII)
_BOOLEANS = {"yes": "true", "no": "false"}


class Type(StrEnum):
    """A type as QDA-XML names it."""

    TEXT = "Text"
    BOOLEAN = "Boolean"
    INTEGER = "Integer"
    FLOAT = "Float"
    DATE = "Date"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with a name that no other has."""

    guid: str
    name: str
    type: Type
    description: str = ""

    def written(self, value: str) -> str:
        """The value as QDA-XML spells it."""
        return _BOOLEANS[value] if self.type is Type.BOOLEAN else writable(value)


class About(StrEnum):
    """What is known of every document."""

    INSTRUMENT = "Instrument"
    VERSION = "Instrument version"
    OCCASION = "Occasion"
    DAY = "Day"
    LANGUAGE = "Document language"
    FINISHED = "Finished"


_TYPES = {
    About.INSTRUMENT: Type.TEXT,
    About.VERSION: Type.INTEGER,
    About.OCCASION: Type.INTEGER,
    About.DAY: Type.DATE,
    About.LANGUAGE: Type.TEXT,
    About.FINISHED: Type.BOOLEAN,
}
_SHIFTED = "Moved by a constant number of days, another one for each participant."


@dataclass(frozen=True, slots=True)
class Variables:
    """All variables: of cases by the attribute's name, of documents by what they say, and the participant's name.

    ``as_text`` names the attributes with a value that does not fit their type; ``renamed`` has old and new names.
    """

    of_cases: Mapping[str, Variable]
    of_documents: Mapping[About, Variable]
    participant: Variable
    as_text: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def variables_of(data: Dataset) -> Variables:
    """The variables of a dataset; needs no record."""
    given = [("Case", in_one_line(attribute.name) or "Attribute") for attribute in data.attributes]
    given += [("Document", about) for about in About]
    given.append(("Document", "Participant"))
    names = unique(given)
    renamed = tuple((old, new) for (_, old), new in zip(given, names, strict=True) if old != new)
    of_cases = {}
    as_text = []
    for attribute, name in zip(data.attributes, names, strict=False):
        values = [case.attributes[attribute.name] for case in data.cases if attribute.name in case.attributes]
        fits = fitting(attribute.kind, values)
        if fits is Type.TEXT and attribute.kind is not AttributeKind.TEXT:
            as_text.append(name)
        of_cases[attribute.name] = Variable(guid(data.study, "attribute", attribute.name), name, fits)
    of_documents = {
        about: Variable(
            guid(data.study, "about", about),
            name,
            _TYPES[about],
            _SHIFTED if about is About.DAY and data.shifted else "",
        )
        for about, name in zip(About, names[len(data.attributes) :], strict=False)
    }
    participant = Variable(guid(data.study, "participant"), names[-1], Type.TEXT)
    return Variables(of_cases, of_documents, participant, tuple(as_text), renamed)


def fitting(kind: AttributeKind, values: Iterable[str]) -> Type:
    """The type of an attribute: that of its kind if every value fits, else text."""
    each = list(values)
    match kind:
        case AttributeKind.YES_NO if all(value in _BOOLEANS for value in each):
            return Type.BOOLEAN
        case AttributeKind.NUMBER if all(_INTEGER.fullmatch(value) for value in each):
            return Type.INTEGER
        case AttributeKind.NUMBER if all(_DECIMAL.fullmatch(value) for value in each):
            return Type.FLOAT
        case AttributeKind.DATE if all(_is_day(value) for value in each):
            return Type.DATE
        case _:
            return Type.TEXT


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def known_of(document: Document, language: str) -> Iterator[tuple[About, str]]:
    """What is known of the document, in the spelling of attributes; what is not known is not there."""
    record, instrument = document.record, document.instrument
    yield About.INSTRUMENT, in_one_line(in_language(instrument.title, language)) or instrument.id
    yield About.VERSION, str(record.version)
    yield About.OCCASION, str(record.occasion)
    yield About.DAY, document.day.isoformat()
    if record.language:
        yield About.LANGUAGE, record.language
    yield About.FINISHED, "yes" if record.finished else "no"
