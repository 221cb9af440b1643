"""From REDCap's fields to questions and sections: matrix groups, rankings, and what a field's other columns say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default

import msgspec

from instruments.conditions import Reference
from instruments.definition import ID, Question, Section
from instruments.foreign.markup import plain
from instruments.foreign.naming import Names
from instruments.foreign.redcap_fields import Field
from instruments.foreign.redcap_kinds import choices_in
from instruments.foreign.redcap_logic import Fields, Known
from instruments.foreign.redcap_tags import Annotation, listed
from instruments.foreign.rows import Row
from instruments.kinds import Information, Kind, LongText, Matrix, MultipleChoice, Option, Rank, ShortText, SingleChoice
from instruments.kinds import Row as Line
from instruments.sentences import Texts

_TRUE = frozenset(("y", "yes", "1", "true"))


@dataclass(slots=True)
class Draft:
    """A field on its way to become a question, or a row of one. Without a ``kind`` it asks nothing."""

    field: Field
    row: Row
    annotation: Annotation
    kind: Kind | None = None
    codes: Mapping[str, str] = default(default_factory=dict)
    question: str = ""


@dataclass(slots=True)
class _Block:
    """Fields that become one question: one, or the rows of a matrix under its ``heading``."""

    drafts: list[Draft]
    matrix: str = ""
    heading: str = ""

    @property
    def first(self) -> Draft:
        return self.drafts[0]


def sections_of(drafts: list[Draft], language: str) -> tuple[Section, ...]:
    """The sections with their questions. Each draft knows the id of its question then."""
    return tuple(_Sections(drafts, language).made())


class _Sections:
    """Makes questions of fields, and sections of forms and headers."""

    def __init__(self, drafts: list[Draft], language: str) -> None:
        self._language = language
        self._fields = Fields()
        self._blocks = list(_blocks(drafts))
        self._give_ids()

    def _give_ids(self) -> None:
        """A field keeps its name before a matrix takes one."""
        names = Names()
        for block in sorted(self._blocks, key=lambda block: bool(block.matrix)):
            if block.first.kind is None:
                continue
            said = block.matrix or block.first.field.variable
            found = names.id(said)
            if found != said:
                block.first.row.changes("name", "“%(said)s” is called “%(name)s” here.", said=said, name=found)
            for draft in block.drafts:
                draft.question = found
        for block in self._blocks:
            self._know(block)

    def _know(self, block: _Block) -> None:
        if not block.matrix:
            draft = block.first
            if draft.kind is not None:
                self._fields.know(draft.field.variable, Known(Reference(draft.question), draft.kind, draft.codes))
            return
        for draft, line in zip(block.drafts, _lines(block), strict=True):
            of = None if _is_ranked(block) else Reference(draft.question, line)
            self._fields.know(draft.field.variable, Known(of, draft.kind, draft.codes))

    def made(self) -> Iterator[Section]:
        """Every section with what is asked in it."""
        names = Names()
        found: list[Question] = []
        title: Texts = {}
        form = name = ""
        begun = False
        for block in self._blocks:
            header = block.first.field.header
            opens = bool(header) and not block.matrix
            same = begun and block.first.field.form == form
            if same and opens and not found and not title:
                title = self._texts(header, block.first.row, "section header")
            elif not same or opens:
                if begun and (found or title):
                    yield Section(id=name, questions=tuple(found), title=title)
                begun, form, found = True, block.first.field.form, []
                name = names.id(form or "section", "section")
                title = self._texts(header, block.first.row, "section header") if opens else {}
            if block.first.kind is not None:
                found.append(self._matrix(block) if block.matrix else self._question(block.first))
        if found or title:
            yield Section(id=name, questions=tuple(found), title=title)

    def _texts(self, said: str, row: Row, part: str) -> Texts:
        text = self._fields.text(plain(said, lines=True), row, part)
        return {self._language: text} if text else {}

    def _question(self, draft: Draft) -> Question:
        field, row = draft.field, draft.row
        label = self._texts(field.label, row, "field label")
        if not label:
            row.changes("field label", "There is no label, so the name stands in its place.")
        return Question(
            id=draft.question,
            kind=_tagged(draft),
            label=label or {self._language: field.variable},
            help=self._texts(field.note, row, "field note"),
            notes={self._language: draft.annotation.words} if draft.annotation.words else {},
            required=field.required.lower() in _TRUE and not isinstance(draft.kind, Information),
            relevant=self._fields.condition(field.branching, row),
            identifying=field.identifier.lower() in _TRUE and not isinstance(draft.kind, Information),
        )

    def _matrix(self, block: _Block) -> Question:
        first = block.first
        conditions = [self._fields.condition(draft.field.branching, draft.row) for draft in block.drafts]
        shared = conditions[0] if len(set(conditions)) == 1 else ""
        label = self._texts(block.heading, first.row, "section header")
        if not label:
            first.row.changes("matrix group name", "The matrix has no heading, so its name stands in its place.")
            label = {self._language: block.matrix}
        lines = tuple(
            Line(id=name, label=self._line_label(draft), relevant="" if shared else condition)
            for draft, name, condition in zip(block.drafts, _lines(block), conditions, strict=True)
        )
        return Question(
            id=first.question,
            kind=_ranking(block, lines) if _is_ranked(block) else _matrix_kind(block, lines),
            label=label,
            notes=_joined([draft.annotation.words for draft in block.drafts], self._language),
            required=_for_all(block, "required", "Only some rows have to be answered there; here none has to."),
            relevant=shared,
            identifying=_for_any(block),
        )

    def _line_label(self, draft: Draft) -> Texts:
        label = self._texts(draft.field.label, draft.row, "field label") or {self._language: draft.field.variable}
        note = self._texts(draft.field.note, draft.row, "field note")
        if not note:
            return label
        draft.row.changes("field note", "The note of the row stands in brackets behind its label.")
        return {self._language: f"{label[self._language]} ({note[self._language]})"}


def _blocks(drafts: list[Draft]) -> Iterator[_Block]:
    """What becomes one question each. Rows of a matrix stand together and have the same choices."""
    held: _Block | None = None
    for draft in drafts:
        matrix = draft.field.matrix if isinstance(draft.kind, SingleChoice | MultipleChoice) else ""
        if draft.field.matrix and draft.kind is not None and not matrix:
            draft.row.loses(
                "matrix group name", "Only questions with choices can be rows of a matrix; it stands alone."
            )
        if held and matrix and matrix == held.matrix and _goes_with(draft, held.first):
            if not _looks_at(draft, held):
                held.drafts.append(draft)
                continue
            draft.row.changes(
                "matrix group name", "It depends on another row of its matrix, so it begins a matrix of its own."
            )
        heading = draft.field.header or (held.heading if held and matrix and held.matrix == matrix else "")
        if held:
            yield held
        held = _Block([draft], matrix, heading)
    if held:
        yield held


def _looks_at(draft: Draft, held: _Block) -> bool:
    """Whether a row is shown only where another row before it was answered in some way."""
    said = draft.field.branching.casefold()
    return any(f"[{one.field.variable.casefold()}{end}" in said for one in held.drafts for end in ("]", "("))


def _goes_with(draft: Draft, first: Draft) -> bool:
    same = draft.field.form == first.field.form and not draft.field.header and type(draft.kind) is type(first.kind)
    return same and choices_in(draft.field.choices) == choices_in(first.field.choices)


def _lines(block: _Block) -> list[str]:
    """The ids of the rows: the fields' names, without the name of the matrix where all begin with it."""
    prefix = f"{block.first.question}_"
    variables = [draft.field.variable for draft in block.drafts]
    if all(said.startswith(prefix) and ID.fullmatch(said.removeprefix(prefix)) for said in variables):
        variables = [said.removeprefix(prefix) for said in variables]
    names = Names()
    return [names.id(said, "row") for said in variables]


def _is_ranked(block: _Block) -> bool:
    ranked = block.first.field.ranking.lower() in _TRUE
    return ranked and isinstance(block.first.kind, SingleChoice) and len(block.drafts) > 1


def _ranking(block: _Block, lines: tuple[Line, ...]) -> Kind:
    places = len(choices_in(block.first.field.choices))
    block.first.row.changes(
        "matrix ranking", "Its rows are put in order here, instead of each being given a place that no other has."
    )
    options = tuple(Option(code=line.id, label=line.label, relevant=line.relevant) for line in lines)
    return Rank(options=options, top=places if places < len(lines) else None)


def _matrix_kind(block: _Block, lines: tuple[Line, ...]) -> Kind:
    kind = _tagged(block.first)
    for draft in block.drafts[1:]:
        if draft.annotation.tags != block.first.annotation.tags:
            draft.row.loses(
                "field annotation", "What is set for this row alone has no effect: rows share their answers."
            )
    return Matrix(each=kind if isinstance(kind, SingleChoice | MultipleChoice) else ShortText(), rows=lines)


def _for_all(block: _Block, column: str, otherwise: str) -> bool:
    said = [getattr(draft.field, column).lower() in _TRUE for draft in block.drafts]
    if any(said) and not all(said):
        block.first.row.changes("required field", otherwise)
    return all(said)


def _for_any(block: _Block) -> bool:
    said = [draft.field.identifier.lower() in _TRUE for draft in block.drafts]
    if any(said) and not all(said):
        block.first.row.changes(
            "identifier", "One of the rows says who somebody is, so the whole matrix is kept apart."
        )
    return any(said)


def _joined(words: list[str], language: str) -> Texts:
    said = "\n".join(dict.fromkeys(text for text in words if text))
    return {language: said} if said else {}


def _tagged(draft: Draft) -> Kind:
    """The kind with what the tags of its annotation say about it."""
    kind = draft.kind
    unused = []
    for tag, value in draft.annotation.tags:
        made = _with_tag(kind, tag, value, draft)
        if made is None:
            unused.append(f"@{tag}")
        kind = made or kind
    if unused:
        draft.row.loses("field annotation", "%(tags)s has no effect here.", tags=", ".join(dict.fromkeys(unused)))
    if kind is None:
        raise TypeError("what asks nothing becomes no question")
    return kind


def _with_tag(kind: Kind | None, tag: str, value: str, draft: Draft) -> Kind | None:
    """The kind with one tag applied; None if the tag means nothing for it."""
    match tag, kind:
        case "CHARLIMIT", ShortText() | LongText() if _is_count(value):
            return msgspec.structs.replace(kind, longest=min(int(value[:6]), 50_000))
        case "MAXCHECKED", MultipleChoice() if _is_count(value):
            return msgspec.structs.replace(kind, at_most=int(value[:6]))
        case "NONEOFTHEABOVE", MultipleChoice():
            codes = {draft.codes.get(code, code) for code in listed(value)}
            return msgspec.structs.replace(kind, options=tuple(_exclusive(one, codes) for one in kind.options))
        case "HIDECHOICE", SingleChoice() | MultipleChoice():
            codes = {draft.codes.get(code, code) for code in listed(value)}
            kept = tuple(option for option in kind.options if option.code not in codes)
            if not kept:
                return None
            draft.row.changes(
                "field annotation", "The choices that are hidden there were left out: %(codes)s.", codes=value
            )
            return msgspec.structs.replace(kind, options=kept)
    return None


def _is_count(value: str) -> bool:
    return value.isascii() and value.isdecimal() and int(value[:6]) > 0


def _exclusive(option: Option, codes: set[str]) -> Option:
    return msgspec.structs.replace(option, exclusive=True) if option.code in codes else option
