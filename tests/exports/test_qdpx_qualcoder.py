"""The project taken in as QualCoder 3 does it, step by step, into the tables that it has.

Written down from how its importer behaves: a file is read with whatever ends its lines as one character; a code is a
category only if it says that it is not codable; names are keys of its tables; a code that bears the GUID of a case
becomes the case's text; a note needs a date, a path and a name of its own, and is lost if a text refers to it.
"""

import io
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from exports.dataset import Dataset
from tests.exports.reading_qdpx import NS, Opened, project, said, with_records
from tests.exports.samples import many, sample

_TABLES = """
    create table source (id integer primary key, name text unique, fulltext text, owner text, date text);
    create table code_cat (catid integer primary key, name text unique, supercatid integer);
    create table code_name (cid integer primary key, name text unique, catid integer, guid text);
    create table code_text (cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner text,
        unique (cid, fid, pos0, pos1, owner));
    create table annotation (fid integer, pos0 integer, pos1 integer);
    create table cases (caseid integer primary key, name text unique, guid text);
    create table case_text (caseid integer, fid integer, pos0 integer, pos1 integer);
    create table attribute_type (name text primary key, kind text, of text);
    create table attribute (name text references attribute_type, of text, value text, id integer,
        unique (name, of, id));
    create table journal (name text unique, entry text, date text, owner text);
"""


class Taken:
    """A project that was taken in."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(_TABLES)
        self.users = {user.attrib["guid"]: user.attrib["name"] for user in opened.every("User")}
        self.types = {each.attrib["guid"]: each.attrib["name"] for each in opened.every("Variable")}
        for code in opened.all("CodeBook", "Codes", "Code"):
            self._code(code, None)
        for variable in opened.every("Variable"):
            kind = "numeric" if variable.attrib["typeOfVariable"] in {"Integer", "Float"} else "character"
            self._add("attribute_type", variable.attrib["name"], kind, "file")
        referred = {reference.attrib["targetGUID"] for reference in opened.every("NoteRef")}
        for source in opened.all("Sources", "TextSource"):
            self._source(source)
        for note in opened.all("Notes", "Note"):
            if note.attrib["guid"] not in referred:
                self._add("journal", note.attrib["name"], self._read(note), *self._made(note))
        for case in opened.all("Cases", "Case"):
            self._case(case)

    def rows(self, query: str) -> list[Any]:
        """What a query finds."""
        return self.db.execute(query).fetchall()

    def _add(self, table: str, *values: object) -> int:
        marks = ", ".join("?" * len(values))
        return self.db.execute(f"insert into {table} values ({marks})", values).lastrowid or 0  # noqa: S608

    def _code(self, code: "etree._Element", category: int | None) -> None:
        if code.attrib["isCodable"] == "false":
            made = self._add("code_cat", None, code.attrib["name"], category)
            for child in code.findall(NS + "Code"):
                self._code(child, made)
        else:
            assert not code.findall(NS + "Code")
            self._add("code_name", None, code.attrib["name"], category, code.attrib["guid"])

    def _read(self, of: "etree._Element") -> str:
        path = "sources/" + of.attrib["plainTextPath"].partition("internal://")[2]
        with io.TextIOWrapper(io.BytesIO(self.opened.files[path]), encoding="utf-8", errors="replace") as file:
            return file.read()

    def _made(self, of: "etree._Element") -> tuple[str, str]:
        return of.attrib["creationDateTime"].replace("T", " ").replace("Z", ""), self.users[of.attrib["creatingUser"]]

    def _source(self, source: "etree._Element") -> None:
        text = self._read(source)
        day, owner = self._made(source)
        made = self._add("source", None, source.attrib["name"], text, owner, day)
        for selection in source.findall(NS + "PlainTextSelection"):
            start, end = int(selection.attrib["startPosition"]), int(selection.attrib["endPosition"])
            codings = selection.findall(NS + "Coding")
            for coding in codings:
                [[code]] = self.db.execute("select cid from code_name where guid = ?", [coding[0].attrib["targetGUID"]])
                self._add("code_text", code, made, text[start:end], start, end, self._made(selection)[1])
            if not codings:
                self._add("annotation", made, start, end)
        for name, value in self._values(source):
            self._add("attribute", name, "file", value, made)

    def _values(self, of: "etree._Element") -> Iterator[tuple[str, str]]:
        for value in of.findall(NS + "VariableValue"):
            yield self.types[value[0].attrib["targetGUID"]], value[1].text or ""

    def _case(self, case: "etree._Element") -> None:
        made = self._add("cases", None, case.attrib["name"], case.attrib["guid"])
        for name, value in self._values(case):
            self._add("attribute", name, "case", value, made)
            self.db.execute("update attribute_type set of = 'case' where name = ?", [name])
        for [code] in self.db.execute("select cid from code_name where guid = ?", [case.attrib["guid"]]).fetchall():
            self.db.execute(
                "insert into case_text select ?, fid, pos0, pos1 from code_text where cid = ?", [made, code]
            )
            self.db.execute("delete from code_text where cid = ?", [code])
            self.db.execute("delete from code_name where cid = ?", [code])


@pytest.fixture
def taken() -> Taken:
    return Taken(project(sample(), "qualcoder"))


def test_every_coding_lies_on_the_words_that_it_was_made_on(taken: Taken) -> None:
    cases = {case.attrib["guid"] for case in taken.opened.every("Case")}
    quotes = Counter(
        selection.attrib["name"]
        for selection in taken.opened.every("PlainTextSelection")
        for reference in selection.iter(NS + "CodeRef")
        if reference.attrib["targetGUID"] not in cases
    )

    assert Counter(text for (text,) in taken.rows("select seltext from code_text")) == quotes
    assert ("Time, time, time.", "Interviewer") in taken.rows(
        "select seltext, name from code_text join code_name using (cid)"
    )


def test_every_text_belongs_as_a_whole_to_its_case(taken: Taken) -> None:
    assert taken.rows(
        "select cases.name, source.name, pos0, pos1 = length(replace(fulltext, char(0), ' ')) from case_text"
        " join cases using (caseid) join source on fid = source.id"
    ) == [
        ("P-0001", "P-0001 list_1 1", 0, 1),
        ("P-0001", "P-0001 list_1 2", 0, 1),
        ("P-0001", "P-0001 short_survey 1", 0, 1),
        ("P-0002", "P-0002 short_survey 1", 0, 1),
        ("P-0003", "P-0003 list_1 1", 0, 1),
        ("P-0004", "P-0004 short_survey 1", 0, 1),
    ]


def test_no_code_for_a_case_is_left_behind_and_no_junk_is_made(taken: Taken) -> None:
    assert taken.rows("select * from annotation") == []
    assert taken.rows("select name from code_cat where catid not in (select catid from code_name)") == []
    assert not [name for (name,) in taken.rows("select name from code_name") if name.startswith("P-")]


def test_instruments_themes_and_speakers_are_categories(taken: Taken) -> None:
    assert taken.rows(
        "select code_cat.name, group_concat(code_name.name, '; ') from code_name join code_cat using (catid)"
        " group by catid order by catid"
    ) == [
        ("Guide for mentees", "experience; effect; Guide for mentees – barriers; retired_one; Outside the guide"),
        ("Short survey", "role; reasons; place; story"),
        ("Themes", "Themes – Barriers; Effect, on “career”; Unasked yet"),
        ("Speakers", "Participant; Interviewer"),
    ]


def test_a_variable_is_of_cases_or_of_files_and_never_of_both(taken: Taken) -> None:
    assert not taken.rows("select name from attribute a join attribute_type t using (name) where a.of != t.of")

    assert dict(taken.rows("select name, of from attribute_type")) == {
        "Site": "case", "group": "case", "gender": "case", "language": "case", "quotable": "case",
        "Instrument": "file", "Instrument version": "file", "Occasion": "file", "Day": "file",
        "Document language": "file", "Finished": "file",
    }  # fmt: skip
    assert ("Calgary",) in taken.rows("select value from attribute where name = 'Site' and of = 'case'")


def test_memos_become_entries_of_the_journal_on_their_day(taken: Taken) -> None:
    assert taken.rows("select name, entry, date, owner from journal") == [
        ("Memo P-0001 list_1 1", "Tired, but open.\nRing again.", "2026-11-09 00:00:00", "Verbatim")
    ]


@pytest.mark.parametrize("data", [many(40, questions=6), with_records(sample(), said("Just this."))])
def test_any_project_goes_in_without_breaking_a_key(data: Dataset) -> None:
    taken = Taken(project(data, "qualcoder"))

    texts = len(taken.opened.all("Sources", "TextSource"))
    assert taken.rows("select count(*) from source") == [(texts,)]
    assert taken.rows("select count(*) from case_text") == [(texts,)]
