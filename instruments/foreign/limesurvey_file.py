"""LimeSurvey's survey file (.lss): its tables as values, in the two ways in which it has been written.

Until version 3 each language has its own row of a question; since version 4 the texts stand in tables of their own
(question_l10ns). Nothing in the file is followed: no entity, no address, no document type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from instruments.foreign.account import LARGEST_FILE, MOST_ROWS, FormUnreadable
from instruments.sentences import Sentence

LONGEST_TEXT = 200_000

Record = Mapping[str, str]
ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A group, question, subquestion or answer: ``data`` is its row, ``text`` and ``help`` are by language."""

    key: str
    data: Record
    text: ByLanguage
    help: ByLanguage

    @property
    def code(self) -> str:
        """What its author calls it."""
        return self.data.get("title") or self.data.get("code") or self.key

    @property
    def scale(self) -> str:
        """Which of two dimensions it belongs to."""
        return self.data.get("scale_id") or "0"

    @property
    def order(self) -> int:
        """Its place among its like."""
        said = self.data.get("question_order") or self.data.get("group_order") or self.data.get("sortorder") or "0"
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


@dataclass(frozen=True, slots=True)
class Lss:
    """A survey with everything in it by key, in order. ``attributes`` are by question, name and language."""

    languages: tuple[str, ...]
    settings: Record
    texts: tuple[Record, ...]
    groups: tuple[Entry, ...]
    questions: tuple[Entry, ...]
    subquestions: tuple[Entry, ...]
    answers: tuple[Entry, ...]
    attributes: Mapping[str, Mapping[str, ByLanguage]]
    others: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Languages in which there are texts, though the survey is not asked in them any more."""
        entries = (*self.groups, *self.questions, *self.subquestions, *self.answers)
        said = {language for entry in entries for language in (*entry.text, *entry.help)}
        return tuple(sorted(said - {"", *self.languages}))


_KNOWN = {
    "languages", "surveys", "surveys_languagesettings", "groups", "group_l10ns", "questions", "subquestions",
    "question_l10ns", "answers", "answer_l10ns", "question_attributes", "LimeSurveyDocType", "DBVersion",
}  # fmt: skip


def read_lss(data: bytes) -> Lss:
    """The survey in ``data``. Raises FormUnreadable."""
    root = _root(data)
    tables = {str(table.tag): tuple(_records(table)) for table in root if isinstance(table.tag, str)}
    if sum(map(len, tables.values())) > 20 * MOST_ROWS:
        raise FormUnreadable(Sentence("Divide the survey: it has more rows than any that somebody answers."))
    settings = next(iter(tables.get("surveys", ())), {})
    declared = [language.text or "" for language in root.iterfind("languages/language")]
    base = settings.get("language", "")
    languages = [base, *declared, *settings.get("additional_languages", "").split()]
    groups = _entries(tables, "groups", "gid", ("group_name", "description"), "group_l10ns")
    questions = _entries(tables, "questions", "qid", ("question", "help"), "question_l10ns")
    subquestions = _entries(tables, "subquestions", "qid", ("question", "help"), "question_l10ns")
    # Very old files keep subquestions among the questions.
    inner = tuple(one for one in questions if one.data.get("parent_qid") not in (None, "", "0"))
    if not questions:
        raise FormUnreadable(
            Sentence("There is no question in this file. Export the survey with “Survey structure (.lss)” again.")
        )
    return Lss(
        languages=tuple(dict.fromkeys(language.strip() for language in languages if language.strip())) or ("en",),
        settings=settings,
        texts=tables.get("surveys_languagesettings", ()),
        groups=groups,
        questions=tuple(one for one in questions if one not in inner),
        subquestions=(*subquestions, *inner),
        answers=_entries(tables, "answers", "aid", ("answer", ""), "answer_l10ns"),
        attributes=_attributes(tables.get("question_attributes", ())),
        others={name: rows for name, rows in tables.items() if rows and name not in _KNOWN},
    )


def _root(data: bytes) -> etree._Element:
    if len(data) > LARGEST_FILE:
        raise FormUnreadable(
            Sentence("Divide the file: there is room for %(most)s megabytes.", {"most": LARGEST_FILE // 2**20})
        )
    if data.startswith(b"PK"):
        raise FormUnreadable(Sentence("This is an archive. Unpack it, and choose the file in it that ends with .lss."))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, etree.XMLSyntaxError) and error.lineno else 1
        raise FormUnreadable(
            Sentence(
                "Row %(row)s of the file is no XML, or goes beyond what a survey needs. Export the survey again, and "
                "do not change the file.",
                {"row": line},
            )
        ) from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise FormUnreadable(
            Sentence("Row 1 of the file declares a document type, which no survey needs. Export the survey again.")
        )
    kind = (root.findtext("LimeSurveyDocType") or "").strip()
    if root.tag != "document" or kind != "Survey":
        raise FormUnreadable(
            Sentence(
                "This is not the structure of a LimeSurvey survey. In LimeSurvey, choose Export and then “Survey "
                "structure (.lss)”."
            )
        )
    return root


def _records(table: etree._Element) -> Iterator[Record]:
    for row in table.iterfind("rows/row"):
        found = {str(cell.tag): cell.text or "" for cell in row if isinstance(cell.tag, str)}
        if any(len(text) > LONGEST_TEXT for text in found.values()):
            raise FormUnreadable(
                Sentence(
                    "Row %(row)s of the file begins a text of more than %(most)s characters. Shorten it.",
                    {"row": row.sourceline or 1, "most": LONGEST_TEXT},
                )
            )
        yield found


def _entries(
    tables: Mapping[str, tuple[Record, ...]], name: str, key: str, columns: tuple[str, str], apart: str
) -> tuple[Entry, ...]:
    """The entries of a table, with the texts of all their languages, in order."""
    data: dict[str, Record] = {}
    texts: dict[str, dict[str, str]] = {}
    helps: dict[str, dict[str, str]] = {}
    for row in tables.get(name, ()):
        data.setdefault(_key(row, key), row)
    for row in (*tables.get(name, ()), *tables.get(apart, ())):
        language = row.get("language", "")
        for column, found in zip(columns, (texts, helps), strict=True):
            if row.get(column, "").strip():
                found.setdefault(_key(row, key), {}).setdefault(language, row[column])
    entries = [Entry(one, row, texts.get(one, {}), helps.get(one, {})) for one, row in data.items()]
    return tuple(sorted(entries, key=lambda entry: entry.order))


def _key(row: Record, key: str) -> str:
    """What the rows of all languages share: before version 4, an answer has no number of its own."""
    return row.get(key) or "\x1f".join(row.get(part, "") for part in ("qid", "scale_id", "code"))


def _attributes(rows: tuple[Record, ...]) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        name = row.get("attribute", "")
        found.setdefault(row.get("qid", ""), {}).setdefault(name, {})[row.get("language", "")] = row.get("value", "")
    return found
