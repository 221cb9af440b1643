"""Instruments as REDCap data dictionaries, in one language, with a line for each thing that is not in the file."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

import msgspec

from instruments.definition import Instrument, Question, Section, questions
from instruments.foreign.account import Fate, Line, Written
from instruments.foreign.losses import losses
from instruments.foreign.naming import Names
from instruments.foreign.redcap import read
from instruments.foreign.redcap_fields import HEADINGS
from instruments.foreign.redcap_logic_writing import Column, Columns, logic_of
from instruments.foreign.redcap_rows import Row, escaped, in_matrix, rows_of
from instruments.foreign.retelling import retold, with_parts
from instruments.kinds import Information, Matrix, MultipleChoice, Rank, SingleChoice, Topic, YesNo
from instruments.sentences import Sentence, Texts, in_language

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z][A-Za-z0-9_]{0,63})(?:\.([A-Za-z][A-Za-z0-9_]{0,63}))?\s*\}")


def write(instrument: Instrument, language: str = "") -> Written:
    """The dictionary in one language, the instrument's first unless another is named, and what is not in it.

    The first row is the name of the record, which every dictionary has. Raises FormUnreadable where the instrument
    asks nothing that REDCap could ask, or could not be published.
    """
    there = _There(instrument, language or instrument.language)
    data = there.file()
    back = read(data, f"{there.instrument.id}.csv", language=there.language).instrument
    # A dictionary names its project by its file alone, and every title would otherwise be said to be lost.
    back = msgspec.structs.replace(
        back, title=there.instrument.title, sections=tuple(map(there.without_own, back.sections))
    )
    return Written(data, (*there.lines, *_not_split(losses(there.instrument, back), there.split)))


def _not_split(found: tuple[Line, ...], split: Mapping[str, str]) -> Iterator[Line]:
    """The lines, where what became several fields says that instead of being gone."""
    for line in found:
        if line.place in split:
            sentence = Sentence("Each row is a field of its own there: %(fields)s.", {"fields": split[line.place]})
            line = Line(line.place, line.name, Fate.CHANGED, sentence)  # noqa: PLW2901
        yield line


class _There:
    """An instrument as REDCap names it: ids in small letters, texts in one language."""

    def __init__(self, instrument: Instrument, language: str) -> None:
        self.language = language
        self.lines: list[Line] = []
        self.split: dict[str, str] = {}
        self._sections = _small([section.id for section in instrument.sections])
        self._questions = _small([question.id for question in questions(instrument)])
        self._names = Names(self._questions.values())
        self._groups = {one.id for one in questions(instrument) if isinstance(one.kind, Matrix | Rank)}
        self._parts = {question.id: self._named(question) for question in questions(instrument)}
        if len(instrument.languages) > 1:
            sentence = Sentence(
                "Only %(language)s is in the file; a dictionary has one language.", {"language": language}
            )
            self.lines.append(Line(instrument.id, "languages", Fate.LEFT_OUT, sentence))
        for said, found in (*self._sections.items(), *self._questions.items()):
            if said != found:
                sentence = Sentence("“%(said)s” is “%(name)s” in the file.", {"said": said, "name": found})
                self.lines.append(Line(said, said, Fate.CHANGED, sentence))
        self._fields = {
            self._questions[question]: {self._part(question, part): field for part, field in parts.items()}
            for question, parts in self._parts.items()
        }
        self.instrument = self._retold(instrument)

    def without_own(self, section: Section) -> Section:
        """A section that was read back, without the fields that stand beside a question (for its own words, or probes)
        and are no questions of the instrument."""
        beside = {
            field for question, parts in self._parts.items() if question not in self._groups for field in parts.values()
        }
        kept = tuple(question for question in section.questions if question.id not in beside)
        return msgspec.structs.replace(section, questions=kept)

    def _named(self, question: Question) -> dict[str, str]:
        """The fields of the rows or options of a question, by their name here."""
        match question.kind:
            case Matrix(rows=rows):
                parts = [row.id for row in rows]
            case Rank(options=options):
                parts = [option.code for option in options]
            case SingleChoice(options=options) | MultipleChoice(options=options):
                words = [option.code for option in options if option.words]
                return {code: self._names.id(f"{self._questions[question.id]}_{code}_words".lower()) for code in words}
            case Topic():
                return {"": self._names.id(f"{self._questions[question.id]}_probes")}
            case _:
                return {}
        return {part: self._names.id(f"{self._questions[question.id]}_{part}".lower()) for part in parts}

    def _part(self, question: str, part: str) -> str:
        """The name that a row, or an option of a ranking, has when it is read back: its field without the name of the
        matrix."""
        if question not in self._groups:
            return part
        return self._parts[question].get(part, part).removeprefix(f"{self._questions[question]}_")

    def _renamed(self, said: str) -> str:
        """A condition or text with every question called as it is there."""

        def name(match: re.Match[str]) -> str:
            question, row = match[1], match[2]
            if question not in self._questions:
                return match[0]
            end = f".{self._part(question, row)}" if row else ""
            return f"${{{self._questions[question]}{end}}}"

        return _REFERENCE.sub(name, said)

    def _texts(self, texts: Texts) -> Texts:
        said = in_language(texts, self.language)
        return {self.language: self._renamed(said)} if said else {}

    def _retold(self, instrument: Instrument) -> Instrument:
        sections = tuple(
            Section(
                id=self._sections[section.id],
                questions=tuple(self._question(question) for question in section.questions),
                title=self._texts(section.title),
                help=self._texts(section.help),
                relevant=self._renamed(section.relevant),
            )
            for section in instrument.sections
        )
        return msgspec.structs.replace(
            instrument,
            languages=(self.language,),
            sections=sections,
            title=self._texts(instrument.title),
            help=self._texts(instrument.help),
            provenance=self._texts(instrument.provenance),
        )

    def _question(self, question: Question) -> Question:
        def named(part: str) -> str:
            return self._part(question.id, part)

        kind = with_parts(
            question.kind,
            lambda option: msgspec.structs.replace(
                option,
                code=named(option.code) if isinstance(question.kind, Rank) else option.code,
                relevant=self._renamed(option.relevant),
            ),
            lambda row: msgspec.structs.replace(row, id=named(row.id), relevant=self._renamed(row.relevant)),
        )
        return msgspec.structs.replace(
            retold(msgspec.structs.replace(question, kind=kind), self._texts),
            id=self._questions[question.id],
            relevant=self._renamed(question.relevant),
            constraint=self._renamed(question.constraint),
            message=self._texts(question.message),
        )

    def file(self) -> bytes:
        """The dictionary."""
        forms = [section.id for section in self.instrument.sections if section.questions]
        record = {
            "variable": self._names.id("record_id"),
            "type": "text",
            "label": "Record ID",
            "form": (*forms, "form")[0],
        }
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(HEADINGS.values())
        columns = self._columns()
        for section in self.instrument.sections:
            for row in (*([record] if record else []), *self._rows(section, columns)):
                writer.writerow([row.get(name, "") for name in HEADINGS])
            record = {}
        return out.getvalue().encode("utf-8", "replace")

    def _rows(self, section: Section, columns: Columns) -> Iterator[Row]:
        header = self._say(section.title)
        for question in section.questions:
            fields = self._fields[question.id]
            rows = list(rows_of(question, question.id, fields, self._say))
            if len(rows) > 1 and not rows[0].get("matrix") and isinstance(question.kind, Matrix):
                self.split[question.id] = ", ".join(fields.values())
            if header and rows and rows[0].get("header"):
                # Both the section and the matrix have a heading: the section's stands over a field without text.
                name = self._names.id(f"{section.id}_heading")
                yield {"variable": name, "form": section.id, "type": "descriptive", "header": header}
            elif header and rows:
                rows[0]["header"] = header
            header = "" if rows else header
            for row, own in zip(rows, _own_conditions(question, len(rows)), strict=True):
                shown = [logic_of(said, columns) for said in (section.relevant, question.relevant, own)]
                shown.append(row.get("branching", ""))
                yield row | {"form": section.id, "branching": _all([said for said in shown if said])}

    def _columns(self) -> Columns:
        """Where each answer is."""
        found: dict[tuple[str, str], Column] = {}
        for question in questions(self.instrument):
            match question.kind:
                case Matrix(rows=rows, each=each):
                    kind = each if isinstance(each, YesNo) else in_matrix(each)
                    fields = self._fields[question.id]
                    found |= {(question.id, row.id): Column(fields[row.id], kind) for row in rows}
                case Information() | Rank() | Topic():
                    pass
                case kind:
                    found[question.id, ""] = Column(question.id, kind)
        return found

    def _say(self, texts: Texts) -> str:
        said = escaped(in_language(texts, self.language))
        return _REFERENCE.sub(lambda match: f"[{match[1]}]" if not match[2] else match[0], said)


def _small(ids: list[str]) -> dict[str, str]:
    """The ids in small letters; they differ by more than capitals."""
    names = Names()
    return {said: names.id(said.lower()) for said in ids}


def _own_conditions(question: Question, count: int) -> list[str]:
    match question.kind:
        case Matrix(rows=rows):
            return [row.relevant for row in rows]
        case Rank(options=options):
            return [option.relevant for option in options]
        case _:
            return [""] * count


def _all(conditions: list[str]) -> str:
    """All of the conditions at once."""
    if len(conditions) < 2:
        return "".join(conditions)
    return " and ".join(f"({said})" if " or " in said else said for said in conditions)
