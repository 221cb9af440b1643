"""DDI-Codebook 2.5: what the CSV tables hold, in the XML in which archives describe data.

Values are described as they stand in the CSV, kinds of gap as missing categories; beside them stand the numbers of SPSS
and Stata. There are no frequencies: they would have to pass the checks of a table, and whoever has the data counts.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from lxml import etree

from exports.codebook import Table, flag_sets, remarks, tables, themes_of, versions_of
from exports.dataset import Dataset, File, Sink
from exports.gaps import LABELS, LETTERS, SENTINELS
from exports.outlet import Outlet
from exports.variables import Type, Variable
from exports.xml_text import in_one_line, writable
from instruments.sentences import Texts, in_language

_NAMESPACE = "ddi:codebook:2_5"
_XML = "http://www.w3.org/XML/1998/namespace"
_LANGUAGE = f"{{{_XML}}}lang"
_DOMAINS = {Type.TEXT: "text", Type.NUMBER: "numeric", Type.FLAG: "code", Type.CHOICE: "category", Type.DAY: "datetime"}
_FORMAT: Texts = {"en": "CSV, UTF-8, commas, a header line", "fr": "CSV, UTF-8, virgules, une ligne d’en-tête"}
_UNIT: Texts = {"en": "one line for each record", "fr": "une ligne par enregistrement"}


def files(data: Dataset) -> Iterator[File]:
    """One file."""
    yield File("ddi/codebook.xml", partial(_write, data))


def losses(data: Dataset) -> tuple[str, ...]:
    """What the description does not say."""
    return ("DDI: there are no frequencies and no other languages of labels than that of the release.",)


class _Writer:
    """Elements of the codebook as they are written."""

    def __init__(self, out: Any) -> None:
        self._out = out

    def within(self, tag: str, /, **attributes: str) -> AbstractContextManager[None]:
        """Everything written meanwhile stands in this element."""
        inside: AbstractContextManager[None] = self._out.element(f"{{{_NAMESPACE}}}{tag}", _clean(attributes))
        return inside

    def say(self, tag: str, text: str, /, **attributes: str) -> None:
        """An element with nothing but a text; none if the text is empty."""
        if text:
            with self.within(tag, **attributes):
                self._out.write(writable(text))

    def empty(self, tag: str, /, **attributes: str) -> None:
        """An element with nothing in it."""
        with self.within(tag, **attributes):
            pass


def _clean(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: in_one_line(value) for name, value in attributes.items() if value}


def _write(data: Dataset, sink: Sink) -> None:
    described = tuple(enumerate(tables(data), 1))
    with etree.xmlfile(Outlet(sink), encoding="utf-8") as out:
        out.write_declaration()
        attributes = {"version": "2.5", _LANGUAGE: data.language}
        with out.element(f"{{{_NAMESPACE}}}codeBook", attributes, nsmap={None: _NAMESPACE, "xml": _XML}):
            writer = _Writer(out)
            with writer.within("docDscr"):
                _citation(writer, data)
            _study(writer, data)
            for number, table in described:
                _file(writer, data, number, table)
            with writer.within("dataDscr"):
                for number, table in described:
                    _groups(writer, number, table)
                themes = themes_of(data)
                for number, table in described:
                    for at, variable in enumerate(table.variables, 1):
                        caused = themes.get((table.instrument.id, variable.source.question), ())
                        _variable(writer, variable, f"V{number}.{at}", f"F{number}", caused, data.language)


def _citation(writer: _Writer, data: Dataset) -> None:
    with writer.within("citation"):
        with writer.within("titlStmt"):
            writer.say("titl", data.title or data.reference or str(data.study))
            writer.say("IDNo", data.reference, agency="ethics board")
            writer.say("IDNo", str(data.id), agency="verbatim")
        with writer.within("prodStmt"):
            writer.say("prodDate", data.made_on.isoformat(), date=data.made_on.isoformat())
            writer.say("software", "Verbatim")


def _study(writer: _Writer, data: Dataset) -> None:
    with writer.within("stdyDscr"):
        _citation(writer, data)
        with writer.within("stdyInfo"), writer.within("sumDscr"):
            writer.say("dataKind", "survey and interview data")
        for remark in remarks(data):
            writer.say("notes", remark, type="days")


def _file(writer: _Writer, data: Dataset, number: int, table: Table) -> None:
    with writer.within("fileDscr", ID=f"F{number}", URI=f"../csv/wide/{table.stem}.csv"):
        with writer.within("fileTxt"):
            writer.say("fileName", f"csv/wide/{table.stem}.csv")
            said = [in_language(table.instrument.title, data.language), in_language(_UNIT, data.language)]
            writer.say("fileCont", " – ".join(filter(None, said)))
            with writer.within("dimensns"):
                writer.say("varQnty", str(len(table.variables)))
            writer.say("fileType", in_language(_FORMAT, data.language))
        for line in versions_of(table.instrument, data.language):
            writer.say("notes", line, type="version")


def _groups(writer: _Writer, number: int, table: Table) -> None:
    """Questions with several answers, and what is asked of several rows."""
    ids = {variable.name: f"V{number}.{at}" for at, variable in enumerate(table.variables, 1)}
    flags = flag_sets(table)
    flagged = {variable.name for several in flags.values() for variable in several}
    rows: dict[str, list[Variable]] = {}
    for variable in table.variables:
        if variable.source.together and variable.name not in flagged:
            rows.setdefault(variable.source.together, []).append(variable)
    groups = [("multipleResp", several) for several in flags.values()]
    groups += [("grid", tuple(several)) for several in rows.values() if len(several) > 1]
    for at, (type_, several) in enumerate(groups, 1):
        members = " ".join(ids[variable.name] for variable in several)
        with writer.within("varGrp", ID=f"G{number}.{at}", type=type_, var=members):
            writer.say("labl", several[0].stem)


def _variable(
    writer: _Writer, variable: Variable, identifier: str, file: str, themes: tuple[str, ...], language: str
) -> None:
    interval = "contin" if variable.type in {Type.NUMBER, Type.DAY} else "discrete"
    attributes = {"ID": identifier, "name": variable.name, "files": file, "intrvl": interval}
    if variable.type is Type.NUMBER:
        attributes["dcml"] = str(variable.decimals)
    with writer.within("var", **attributes):
        writer.say("labl", variable.label)
        if variable.source.question:
            with writer.within("qstn", responseDomainType=_DOMAINS[variable.type]):
                writer.say("qstnLit", variable.stem)
        if variable.gaps:
            with writer.within("invalrng"):
                for gap in variable.gaps:
                    writer.empty("item", VALUE=SENTINELS[gap])
        _categories(writer, variable, language)
        writer.say("concept", variable.source.section, vocab="section")
        for theme in themes:
            writer.say("concept", theme, vocab="theme")
        _format(writer, variable)
        writer.say("notes", " ".join(map(str, variable.source.versions)), type="versions")
        for wording in variable.source.earlier:
            writer.say("notes", wording, type="earlier wording")


def _categories(writer: _Writer, variable: Variable, language: str) -> None:
    for label in variable.labels:
        with writer.within("catgry"):
            writer.say("catValu", label.code)
            writer.say("labl", label.text)
            writer.say("txt", f"SPSS {label.number}, Stata {label.number}")
    codes = variable.gap_codes
    for gap in variable.gaps:
        with writer.within("catgry", missing="Y", missType=gap.value):
            writer.say("catValu", SENTINELS[gap])
            writer.say("labl", in_language(LABELS[gap], language))
            if variable.type is not Type.TEXT:
                writer.say("txt", f"SPSS {codes[gap]}, Stata .{LETTERS[gap]}")


def _format(writer: _Writer, variable: Variable) -> None:
    if variable.type is Type.DAY:
        writer.empty("varFormat", type="character", schema="ISO", category="date")
    else:
        is_number = variable.type in {Type.NUMBER, Type.FLAG}
        writer.empty("varFormat", type="numeric" if is_number else "character")
