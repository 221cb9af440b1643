"""An instrument as the rows of an XLSForm that pyxform accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from instruments.conditions import Reference, Selected, printed
from instruments.definition import ID, Instrument, Question, Section, questions
from instruments.foreign.languages import UNSAID, in_all, named
from instruments.foreign.naming import Names
from instruments.foreign.xlsform_constraints import limits_of
from instruments.foreign.xlsform_kinds import YES_OR_NO
from instruments.foreign.xlsform_paths import Written
from instruments.kinds import (
    LONGEST_WORDS,
    NO,
    YES,
    Cell,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    points_of,
)
from instruments.piping import PIPE
from instruments.sentences import Texts

# In every form, "meta" is what a form keeps about itself.
_RESERVED = "meta"
WHEN = "when"
_YES: Mapping[str, str] = {"en": "Yes", "de": "Ja", "es": "Sí", "fr": "Oui", "it": "Sì", "nl": "Ja", "pt": "Sim"}
_NO: Mapping[str, str] = {"en": "No", "de": "Nein", "es": "No", "fr": "Non", "it": "No", "nl": "Nee", "pt": "Não"}

Cells = dict[str, str]


@dataclass(slots=True)
class Rows:
    """The rows of both sheets, by the names of their columns."""

    languages: tuple[str, ...]
    survey: list[Cells] = field(default_factory=list)
    choices: list[Cells] = field(default_factory=list)
    lists: dict[tuple[tuple[str, ...], ...], str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)  # what questions are called in the file, if not by their id
    divided: list[str] = field(default_factory=list)  # the matrices of which each row is a question in the file

    def texts(self, column: str, texts: Texts, names: Mapping[str, str] | None = None) -> Cells:
        """The cells of a text in every language; ``names`` are those that questions have in the file."""
        said = {tag: _piped(texts.get(tag, ""), names or {}) for tag in self.languages}
        return {f"{column}::{named(tag)}": text for tag, text in said.items()}


def _piped(text: str, names: Mapping[str, str]) -> str:
    """The text with the answers that it repeats under their names in the file; any other ``${`` is taken apart."""
    if "${" not in text:
        return text
    kept = PIPE.sub(lambda found: f"$\0{{{names[found[1]]}}}" if found[1] in names else found[0], text)
    return kept.replace("${", "$ {").replace("$\0{", "${")


def rows_of(instrument: Instrument) -> Rows:
    """The rows that say what is asked."""
    writer = _Writer(instrument)
    writer.introduction(instrument.help)
    for section in instrument.sections:
        writer.section(section)
    return writer.rows


def _with_unit(help_: Texts, unit: Texts) -> Texts:
    """The help with the unit of the number, which has no other place in a form."""
    said = {tag: (help_.get(tag, ""), unit.get(tag, "")) for tag in {**help_, **unit}}
    return {tag: f"{one} ({other})" if one and other else one or other for tag, (one, other) in said.items()}


def _with_probes(notes: Texts, topic: Topic) -> Texts:
    """The notes to the interviewer with the probes, one in a line."""
    found = dict(notes)
    for probe in topic.probes:
        for tag, text in probe.label.items():
            found[tag] = f"{found.get(tag, '')}\n• {text}".strip()
    return found


class _Writer:
    """Writes section by section."""

    def __init__(self, instrument: Instrument) -> None:
        self.rows = Rows(instrument.languages or (UNSAID,))
        self._ids = Names((_RESERVED,))
        self.names: dict[str, str] = {}
        inside: dict[Reference, str] = {}
        kinds: dict[Reference, Kind] = {}
        for question in questions(instrument):
            if question.id not in self.names:
                self.names[question.id] = given = self._ids.id(question.id)
                if given != question.id:
                    self.rows.renamed[question.id] = given
            kinds.setdefault(Reference(question.id), question.kind)
            inside.setdefault(Reference(question.id), self.names[question.id])
        for question in questions(instrument):
            for row in question.kind.rows if isinstance(question.kind, Matrix) else ():
                inside.setdefault(Reference(question.id, row.id), self._ids.id(f"{self.names[question.id]}_{row.id}"))
        self._inside = inside
        self._written = Written(inside, kinds)
        # An answer can be repeated in a text only if it is one.
        self._repeated = {
            question.id: self.names[question.id]
            for question in questions(instrument)
            if not isinstance(question.kind, Matrix | Information)
        }
        self._seen: set[str] = set()

    def _add(self, **cells: str) -> Cells:
        row = dict(cells)
        self.rows.survey.append(row)
        return row

    def _texts(self, column: str, texts: Texts) -> Cells:
        return self.rows.texts(column, texts, self._repeated)

    def _label(self, label: Texts, otherwise: str) -> Cells:
        """A label; a form cannot do without, so what has none yet is called by its name."""
        said = any(text.strip() for text in label.values())
        return self._texts("label", label if said else {self.rows.languages[0]: otherwise})

    def introduction(self, help_: Texts) -> None:
        """What is said before the first question is a page of its own."""
        if any(help_.values()):
            self._add(type="begin group", name=self._ids.id("introduction"), appearance="field-list")
            self.rows.survey.append({"type": "note", "name": self._ids.id("introduction_text")})
            self.rows.survey[-1] |= self._texts("label", help_)
            self._add(type="end group")

    def section(self, section: Section) -> None:
        """A section is a group that is one page."""
        row = self._add(type="begin group", name=self._ids.id(section.id, "section"), appearance="field-list")
        row |= self._texts("label", section.title) | self._texts("hint", section.help)
        row["relevant"] = self._written.expression(section.relevant)
        for question in section.questions:
            if question.id not in self._seen:
                self._seen.add(question.id)
                self._question(question)
        self._add(type="end group")

    def _question(self, question: Question) -> None:
        if isinstance(question.kind, Matrix) and isinstance(question.kind.each, SingleChoice | MultipleChoice | YesNo):
            self._matrix(question, question.kind, "table-list")
        elif isinstance(question.kind, Matrix):
            self._matrix(question, question.kind, "field-list")
            self.rows.divided.append(question.id)
        else:
            self._plain(question)

    def _plain(self, question: Question) -> None:
        kind = question.kind
        row = self._add(**self._asked(question.id, kind), name=self.names[question.id])
        help_ = _with_unit(question.help, kind.unit) if isinstance(kind, Number) else question.help
        notes = _with_probes(question.notes, kind) if isinstance(kind, Topic) else question.notes
        row |= self._label(question.label, question.id) | self._texts("hint", help_)
        row |= self._texts("guidance_hint", notes) | self._texts("constraint_message", question.message)
        row["required"] = "yes" if question.required and question.asks else ""
        row["relevant"] = self._written.expression(question.relevant)
        row["constraint"] = self._constraint(question)
        for option in kind.options if isinstance(kind, SingleChoice | MultipleChoice) else ():
            if option.words:
                self._words(question, option)

    def _words(self, question: Question, option: Option) -> None:
        """A field of its own for a person's own words; who reads the file back knows it by its name."""
        name = self.names[question.id]
        field = f"{name}_words_{option.code}"
        # A code may have dots in it, as names in a form may; no id is called like that.
        row = self._add(type="text", name=self._ids.id(field) if ID.fullmatch(field) else field)
        row |= self._label(option.label, option.code)
        row["relevant"] = printed(Selected(Reference(name), option.code))
        row["constraint"] = f"string-length(.) <= {LONGEST_WORDS}"

    def _constraint(self, question: Question) -> str:
        parts = list(limits_of(question.kind))
        own = self._written.expression(question.constraint, question.kind)
        if own:
            parts.append(f"({own})" if parts and " or " in own else own)
        return " and ".join(parts)

    def _asked(self, name: str, kind: Kind | Cell) -> Cells:
        """The type, and what else says how it is asked."""
        match kind:
            case ShortText():
                return {"type": "time" if kind.format == "time" else "text"}
            case LongText() | Topic():
                return {"type": "text", "appearance": "multiline"}
            case Number():
                return {"type": "decimal" if kind.decimals > 0 else "integer"}
            case Date():
                return {"type": "date", "appearance": {"month": "month-year", "year": "year"}.get(kind.precision, "")}
            case Scale():
                return self._scale(name, kind)
            case YesNo():
                return {"type": f"select_one {self._yes_no()}"}
            case Information():
                return {"type": "note"}
            case _:
                return self._chosen(name, kind)

    def _chosen(self, name: str, kind: Kind | Cell) -> Cells:
        word = {SingleChoice: "select_one", MultipleChoice: "select_multiple", Rank: "rank"}.get(type(kind))
        options = kind.options if isinstance(kind, SingleChoice | MultipleChoice | Rank) else ()
        if word is None or not options:
            return {"type": "text"}
        conditions = [self._written.expression(option.relevant) for option in options]
        distinct = list(dict.fromkeys(filter(None, conditions)))
        numbers = [str(distinct.index(one) + 1) if one else "" for one in conditions]
        name = self._list(f"{name}_choices", [(option.code, option.label) for option in options], numbers)
        cases = [f"({WHEN} = '{number}' and ({one}))" for number, one in enumerate(distinct, 1)]
        choice_filter = " or ".join([f"{WHEN} = ''", *cases]) if distinct else ""
        return {"type": f"{word} {name}", "choice_filter": choice_filter}

    def _list(self, name: str, choices: list[tuple[str, Texts]], numbers: list[str] | None = None) -> str:
        """The name of the list of these choices, which may serve several questions."""
        numbers = numbers or [""] * len(choices)
        key = tuple(
            (code, when, *(label.get(tag, "") for tag in self.rows.languages))
            for (code, label), when in zip(choices, numbers, strict=True)
        )
        if key not in self.rows.lists:
            self.rows.lists[key] = name
            seen: set[str] = set()
            for (code, label), when in zip(choices, numbers, strict=True):
                if code not in seen:
                    seen.add(code)
                    cells = self._texts("label", label)
                    self.rows.choices.append({"list_name": name, "name": code, **cells, WHEN: when})
        return self.rows.lists[key]

    def _yes_no(self) -> str:
        languages = self.rows.languages
        return self._list(YES_OR_NO, [(YES, in_all(languages, _YES)), (NO, in_all(languages, _NO))])

    def _scale(self, name: str, kind: Scale) -> Cells:
        points = points_of(kind)
        if len(points) < 2:
            return {"type": "integer"}
        parameters = f"start={points[0]} end={points[-1]} step={kind.step}"
        middle = {points[len(points) // 2]: kind.middle} if len(points) % 2 else {}
        ticks = {points[0]: kind.low, **middle, points[-1]: kind.high}
        named_ticks = [(str(point), label) for point, label in ticks.items() if any(label.values())]
        if named_ticks:
            # pyxform looks a list of ticks up in small letters.
            parameters += f" tick_labelset={self._list(f'{name}_ticks'.lower(), named_ticks)}"
        return {"type": "range", "parameters": parameters}

    def _matrix(self, question: Question, kind: Matrix, appearance: str) -> None:
        """A matrix is a group that looks like a table, and where no table can show it, a group of questions."""
        name = self.names[question.id]
        row = self._add(type="begin group", name=name, appearance=appearance)
        row |= self._texts("label", question.label) | self._texts("hint", question.help)
        row["relevant"] = self._written.expression(question.relevant)
        table = appearance == "table-list"
        each = kind.each
        for part in kind.rows:
            cells = self._add(**self._asked(name, each), name=self._inside[Reference(question.id, part.id)])
            if table:
                cells["choice_filter"] = ""
            cells |= self._label(part.label, part.id)
            cells["required"] = "yes" if question.required else ""
            cells["relevant"] = self._written.expression(part.relevant)
            cells["constraint"] = " and ".join(limits_of(each))
        self._add(type="end group")
