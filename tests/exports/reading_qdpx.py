"""Projects as somebody else reads them: the zip by zipfile, the XML by lxml, and all of it by pyrefiqda."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyrefiqda
import pytest
from lxml import etree

from exports.dataset import Dataset, File, Instrument, Record
from exports.formats import qdpx
from instruments.definition import Question
from instruments.kinds import Answer
from tests.exports.samples import CASES, GUIDE, record

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "refi"
NS = "{urn:QDA-XML:project:1.0}"


class Tape:
    """A sink that can only be written to."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)


def written(file: File) -> bytes:
    """All bytes of the file."""
    tape = Tape()
    file.write(tape)
    return b"".join(tape.pieces)


class Opened:
    """A project that was unpacked."""

    def __init__(self, data: bytes) -> None:
        with ZipFile(BytesIO(data)) as zipped:
            assert zipped.testzip() is None
            self.files = {name: zipped.read(name) for name in zipped.namelist()}
        self.root = etree.fromstring(self.files["project.qde"])

    def all(self, *path: str) -> list["etree._Element"]:
        """The elements at a path below the root: ``all("Sources", "TextSource")``."""
        return self.root.findall("/".join(NS + step for step in path))

    def every(self, name: str) -> Iterator["etree._Element"]:
        """All elements of a name, wherever they are."""
        return self.root.iter(NS + name)

    def text(self, source: "etree._Element") -> str:
        """What stands in the file of a source or note, to the letter."""
        return self.files["sources/" + source.attrib["plainTextPath"].removeprefix("internal://")].decode("utf-8")

    def sources(self) -> dict[str, "etree._Element"]:
        """The texts by name."""
        return {source.attrib["name"]: source for source in self.all("Sources", "TextSource")}

    def codes(self) -> dict[str, "etree._Element"]:
        """The codes by GUID."""
        return {code.attrib["guid"]: code for code in self.every("Code")}

    def coded(self, source: "etree._Element") -> set[tuple[str, str]]:
        """What is coded in a text: the name of the code and the quote."""
        names = {guid: code.attrib["name"] for guid, code in self.codes().items()}
        return {
            (names[reference.attrib["targetGUID"]], selection.attrib["name"])
            for selection in source.findall(NS + "PlainTextSelection")
            for reference in selection.iter(NS + "CodeRef")
        }

    def values(self, of: "etree._Element") -> dict[str, tuple[str, str]]:
        """The variables of a case or text by name, each with the type of the value and the value."""
        names = {each.attrib["guid"]: each.attrib["name"] for each in self.every("Variable")}
        found = {}
        for value in of.findall(NS + "VariableValue"):
            reference, given = value
            name = names[reference.attrib["targetGUID"]]
            assert name not in found
            found[name] = (etree.QName(given).localname, given.text or "")
        return found


def project(data: Dataset, profile: str = "standard") -> Opened:
    """The dataset as a project, read back."""
    [file] = qdpx.files(data, profile=profile)
    return Opened(written(file))


def by_pyrefiqda(data: Dataset, where: Path, profile: str = "standard") -> pyrefiqda.models.Project:
    """The dataset as a project, read back by pyrefiqda, with its files unpacked below ``where``."""
    [file] = qdpx.files(data, profile=profile)
    path = where / file.name
    path.write_bytes(written(file))
    return pyrefiqda.RefiProject.load(path, where / "unpacked")


def schema(name: str) -> etree.XMLSchema:
    """One of the standard's schemas; skips the test where they do not stand beside the project."""
    path = SCHEMAS / name
    if not path.is_file():
        pytest.skip("the schemas of REFI-QDA are not beside the project")
    return etree.XMLSchema(etree.parse(path))


def with_records(data: Dataset, *records: Record) -> Dataset:
    """The dataset with other records."""
    return replace(data, records=lambda: iter(records))


def topic(notes: str) -> Answer:
    """An answer to a topic."""
    return {"state": "asked", "notes": notes, "probes": {}}


def said(notes: str, **more: Any) -> Record:
    """A record of the first case in which only notes to the first topic were taken, under the second version."""
    return record(CASES[0], GUIDE, 2, {"experience": topic(notes)}, **more)


def asking(wording: str) -> Instrument:
    """The guide with another wording of the first topic in the second version."""
    first, *others = GUIDE.columns
    worded = Question(id=first.question.id, kind=first.question.kind, label={"en": wording})
    return replace(GUIDE, columns=(replace(first, wordings={2: worded}), *others))
