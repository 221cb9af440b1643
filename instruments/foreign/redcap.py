"""REDCap data dictionaries (.csv): a form becomes a section, a field a question, a matrix group a matrix.

What asks nobody (calculations, uploads, hidden fields, the record's name) is left out, and the account says so.
"""

import re
from pathlib import PurePath

from instruments.definition import Instrument, Role
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.csv_tables import read_table
from instruments.foreign.markup import has_markup, plain
from instruments.foreign.naming import Names
from instruments.foreign.redcap_fields import Field, fields_of
from instruments.foreign.redcap_kinds import kind_of
from instruments.foreign.redcap_questions import Draft, sections_of
from instruments.foreign.redcap_tags import annotation_of
from instruments.foreign.rows import Row, Rows
from instruments.foreign.settling import settle
from instruments.inspection import inspect
from instruments.sentences import Sentence

_DATED = re.compile(r"_(?:DataDictionary|data_dictionary)(?:_[0-9-]+)?\Z")
_RECORD = re.compile(r"(?:^|_)(?:id|record|number|no)$|record|subjid|study_?id|participant_?id", re.IGNORECASE)
_RECORD_LABEL = re.compile(r"\b(?:id|record|identifier)\b", re.IGNORECASE)


def read(data: bytes, name: str, *, language: str = "en") -> Imported:
    """The dictionary as a survey in ``language`` (a dictionary does not say which it is in). Raises FormUnreadable,
    which names the row and what to do there."""
    table = read_table(data)
    fields, unknown = fields_of(table)
    rows = Rows()
    whole = rows.open("file", name)
    for note in table.notes:
        whole.says("encoding", note, Fate.CHANGED)
    for heading in unknown:
        whole.loses("heading", "The column “%(heading)s” is not known here and was not read.", heading=heading)
    opened = [(field, rows.open(field.place, field.variable)) for field in fields]
    drafts = _drafts(opened, language)
    if not any(draft.kind for draft in drafts):
        last = next(field for field in reversed(fields) if not field.empty)
        raise FormUnreadable(
            Sentence(
                "Nothing in this file can be asked up to row %(row)s, “%(name)s”. Add a field that somebody answers.",
                {"row": last.row, "name": last.variable},
            )
        )
    stem = _DATED.sub("", PurePath(name).stem) or "dictionary"
    instrument = Instrument(
        id=Names().id(stem, "form"),
        role=Role.SURVEY,
        title={language: " ".join(stem.replace("_", " ").split()) or stem},
        languages=(language,),
        sections=sections_of(drafts, language),
    )
    settled, dropped = settle(instrument)
    by_question = {draft.question: draft.row for draft in reversed(drafts)}
    for loss in dropped:
        by_question[loss.question].says(loss.part, loss.sentence)
    for finding in inspect(settled):
        if finding.severity is Severity.ERROR:
            by_question.get(finding.question, whole).says(finding.place, finding.sentence, Fate.TAKEN)
    return Imported(settled, rows.lines())


def _drafts(opened: list[tuple[Field, Row]], language: str) -> list[Draft]:
    """Every field that is not empty; those that ask nothing, have no kind."""
    drafts: list[Draft] = []
    for field, row in opened:
        if field.empty:
            row.leave_out("The row is empty.")
            continue
        draft = Draft(field, row, annotation_of(field.annotation))
        if not drafts and _names_the_record(field):
            row.leave_out("The first field of a dictionary names the record. Here a participant's pseudonym does that.")
        elif _is_hidden(draft):
            row.leave_out("It is hidden from whoever answers, so nobody is asked.")
        elif field.type.lower() == "descriptive" and not plain(field.label):
            row.leave_out("It has no text, so there is nothing to read.")
        else:
            found = kind_of(field, row, language)
            if found:
                draft.kind, draft.codes = found
                _say_what_is_elsewhere(field, row)
        drafts.append(draft)
    return drafts


def _names_the_record(field: Field) -> bool:
    plain_text = field.type.lower() == "text" and not (field.choices or field.branching or field.matrix)
    return plain_text and bool(_RECORD.search(field.variable) or _RECORD_LABEL.search(field.label))


def _is_hidden(draft: Draft) -> bool:
    tags = {tag for tag, _ in draft.annotation.tags}
    return bool(tags & {"HIDDEN", "HIDDEN-SURVEY", "CALCTEXT", "CALCDATE"})


def _say_what_is_elsewhere(field: Field, row: Row) -> None:
    """What a dictionary says about pages that look otherwise here."""
    if field.alignment:
        row.loses("custom alignment", "How answers are laid out is decided by the page.")
    if field.number:
        row.loses("question number", "“%(number)s” is not shown: the page numbers nothing.", number=field.number)
    if field.validation and field.type.lower() not in ("text", "slider"):
        row.loses("validation", "“%(said)s” has no effect on such a question.", said=field.validation)
    for part, said in (("field label", field.label), ("field note", field.note), ("section header", field.header)):
        if has_markup(said):
            row.changes(part, "The text is plain now; its HTML is gone.")
