"""QDA-XML, the words of the REFI-QDA standard 1.0: elements as they come, so that a project never stands in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Protocol

from lxml import etree

from exports.attributes import Type, Variable
from exports.codetree import Code
from exports.dataset import Sink

ORIGIN = "Verbatim"
PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
_VALUES = {
    Type.TEXT: "TextValue",
    Type.BOOLEAN: "BooleanValue",
    Type.INTEGER: "IntegerValue",
    Type.FLOAT: "FloatValue",
    Type.DATE: "DateValue",
}


class _Outlet:
    """A sink that says how much it took, as lxml asks of a file."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        self._sink.write(data)
        return len(data)


class _Opening(Protocol):
    """What makes an element around whatever is written in its context; lxml does not name the type."""

    def __call__(self, tag: str, attrib: dict[str, str], /) -> AbstractContextManager[None]: ...


class Elements:
    """Writes elements of one namespace. Texts and attributes have to be writable; see exports.xml_text."""

    def __init__(self, opening: _Opening, write: Callable[[str], None], namespace: str) -> None:
        self._opening = opening
        self._write = write
        self._namespace = namespace

    def within(self, name: str, attributes: Mapping[str, str] | None = None) -> AbstractContextManager[None]:
        """An element around whatever is written in the context."""
        return self._opening(f"{{{self._namespace}}}{name}", dict(attributes or {}))

    def leaf(self, name: str, attributes: Mapping[str, str] | None = None, text: str = "") -> None:
        """An element without others in it."""
        with self.within(name, attributes):
            if text:
                self._write(text)

    def reference(self, name: str, guid: str) -> None:
        """A reference to what bears this GUID."""
        self.leaf(name, {"targetGUID": guid})

    def code(self, code: Code) -> None:
        """A code with all below it."""
        attributes = {
            "guid": code.guid,
            "name": code.name,
            "isCodable": "true" if code.codable else "false",
            "color": code.colour,
        }
        with self.within("Code", attributes):
            if code.description:
                self.leaf("Description", text=code.description)
            for child in code.children:
                self.code(child)

    def variable(self, variable: Variable) -> None:
        """The declaration of a variable."""
        attributes = {"guid": variable.guid, "name": variable.name, "typeOfVariable": variable.type}
        with self.within("Variable", attributes):
            if variable.description:
                self.leaf("Description", text=variable.description)

    def value(self, variable: Variable, value: str) -> None:
        """What a case or a source has of a variable; what is missing is not to be written at all."""
        with self.within("VariableValue"):
            self.reference("VariableRef", variable.guid)
            self.leaf(_VALUES[variable.type], text=variable.written(value))


@contextmanager
def document(out: Sink, root: str, namespace: str, attributes: Mapping[str, str]) -> Iterator[Elements]:
    """An XML file from its declaration to the end of its root."""
    with etree.xmlfile(_Outlet(out), encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(f"{{{namespace}}}{root}", dict(attributes), nsmap={None: namespace}):
            yield Elements(file.element, file.write, namespace)


def moment(day: date) -> str:
    """A day as a date with a time. No time of day is known: it is midnight, UTC."""
    return f"{day.isoformat()}T00:00:00Z"
