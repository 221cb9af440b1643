"""A project of the REFI-QDA standard (``.qdpx``): texts, pre-coded, with cases, variables, memos and the code book.

What each program needs is a profile (exports.refi_profiles); how a document becomes a text, exports.spans. Records are
read twice: for the texts, and for what is said of them, since cases name their texts before the texts come.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias
from uuid import UUID

from exports.attributes import About, Variable, known_of, variables_of
from exports.codetree import case_guid, code_tree
from exports.dataset import Case, Dataset, File, Sink
from exports.documents import Document, documents
from exports.guids import guid
from exports.refi import ORIGIN, PROJECT, Elements, document, moment
from exports.refi_profiles import PROFILES, Losses, Profile, Sets
from exports.selections import (
    Selection,
    check_utf16,
    in_characters,
    in_utf16,
    note_guid,
    selections_of,
    source_guid,
)
from exports.spans import Script, note_of, script_of
from exports.xml_text import in_one_line
from exports.zips import Archive, archive

# By case the GUIDs of its texts, each with those of its selections.
_Sources: TypeAlias = dict[UUID, list[tuple[str, tuple[str, ...]]]]

_LAYOUT = (
    "Each text is one participant on one occasion: the wording of a question on a line, the answer below, an empty "
    "line. Both are coded with the question; the wording and the answer each with who speaks.",
)


def files(data: Dataset, *, profile: str = "standard") -> Iterator[File]:
    """The project as one program reads it; ``profile`` is one of ``PROFILES``."""
    project = _Project(data, PROFILES[profile])
    yield File(f"project-{profile}.qdpx", project.write)


def losses(data: Dataset, *, profile: str = "standard") -> tuple[str, ...]:
    """What the project cannot carry; reads the records once."""
    found = _Project(data, PROFILES[profile]).losses()
    for each in documents(data):
        found.see(each, script_of(each), note_of(each))
    return found.sentences()


class _Project:
    """A dataset as one program is to read it."""

    def __init__(self, data: Dataset, profile: Profile) -> None:
        self.data = data
        self.profile = profile
        self.tree = code_tree(data, with_cases=profile.case_codes)
        self.variables = variables_of(data)
        self.made = {"creatingUser": guid(data.study, "user"), "creationDateTime": moment(data.made_on)}

    def losses(self) -> Losses:
        return Losses(self.profile, self.tree, self.variables)

    def write(self, sink: Sink) -> None:
        with archive(sink, self.data.made_on) as zipped:
            sources = self._put_texts(zipped)
            with zipped.open("project.qde") as out:
                attributes = {
                    "name": in_one_line(self.data.title) or ORIGIN,
                    "origin": ORIGIN,
                    "creatingUserGUID": self.made["creatingUser"],
                    "creationDateTime": self.made["creationDateTime"],
                }
                with document(out, "Project", PROJECT, attributes) as elements:
                    _Telling(self, elements, sources).tell()

    def selections(self, each: Document, script: Script) -> tuple[Selection, ...]:
        return selections_of(self.data, each, script, of_case=self.profile.case_codes)

    def known_of_case(self, case: Case) -> Iterator[tuple[Variable, str]]:
        for attribute in self.data.attributes:
            value = case.attributes.get(attribute.name)
            if value is not None:
                yield self.variables.of_cases[attribute.name], value

    def known_of_document(self, each: Document) -> Iterator[tuple[Variable, str]]:
        for about, value in known_of(each, self.data.language):
            yield self.variables.of_documents[about], value
        if not self.profile.cases:
            yield self.variables.participant, each.case.pseudonym
            yield from self.known_of_case(each.case)

    def _put_texts(self, zipped: Archive) -> _Sources:
        """Put every text and memo into the zip; what is answered says which belong to whom."""
        sources: _Sources = {}
        for each in documents(self.data):
            script, note = script_of(each), note_of(each)
            if script.text:
                zipped.add(f"sources/{source_guid(each)}.txt", script.text.encode())
                spoken = self.selections(each, script) if self.profile.case_selections else ()
                of_case = sources.setdefault(each.case.id, [])
                of_case.append((source_guid(each), tuple(selection.guid for selection in spoken)))
            if note:
                zipped.add(f"sources/{note_guid(each)}.txt", note.encode())
        return sources


class _Telling:
    """``project.qde``, from its first element to its last."""

    def __init__(self, project: _Project, elements: Elements, sources: _Sources) -> None:
        self.project = project
        self.profile = project.profile
        self.elements = elements
        self.sources = sources
        self.losses = project.losses()
        # Of documents that went by, names are remembered, never words.
        self.notes: list[dict[str, str]] = []
        self.sets: dict[str, list[str]] = {}

    def tell(self) -> None:
        """Everything, in the order of the schema; a container that would be empty is left out."""
        elements, project = self.elements, self.project
        with elements.within("Users"):
            elements.leaf("User", {"guid": project.made["creatingUser"], "name": ORIGIN, "id": ORIGIN.lower()})
        with elements.within("CodeBook"), elements.within("Codes"):
            for code in project.tree.codes:
                elements.code(code)
        if self.profile.sets is not Sets.VALUES:
            with elements.within("Variables"):
                for variable in self._declared():
                    elements.variable(variable)
        if self.profile.cases and project.data.cases:
            with elements.within("Cases"):
                for case in project.data.cases:
                    self._case(case)
        self._documents()
        if self.notes:
            with elements.within("Notes"):
                for note in self.notes:
                    elements.leaf("Note", note)
        if self.sets:
            with elements.within("Sets"):
                for name, members in self.sets.items():
                    self._set(name, members)
        elements.leaf("Description", text=self._description())

    def _declared(self) -> Iterator[Variable]:
        yield from self.project.variables.of_cases.values()
        yield from self.project.variables.of_documents.values()
        if not self.profile.cases:
            yield self.project.variables.participant

    def _case(self, case: Case) -> None:
        elements = self.elements
        with elements.within("Case", {"guid": case_guid(case), "name": in_one_line(case.pseudonym)}):
            for variable, value in self.project.known_of_case(case):
                elements.value(variable, value)
            of_case = self.sources.get(case.id, [])
            for source, _ in of_case:
                elements.reference("SourceRef", source)
            for _, selections in of_case:
                for selection in selections:
                    elements.reference("SelectionRef", selection)

    def _documents(self) -> None:
        if self.sources:
            with self.elements.within("Sources"):
                self._each_document()
        else:
            self._each_document()

    def _each_document(self) -> None:
        for each in documents(self.project.data):
            script, note = script_of(each), note_of(each)
            self.losses.see(each, script, note)
            if script.text:
                self._source(each, script, anchored=bool(note) and self.profile.anchored_memos)
            if note:
                self.notes.append(self._described(note_guid(each), f"Memo {each.name}", each.day))

    def _source(self, each: Document, script: Script, *, anchored: bool) -> None:
        elements = self.elements
        count = in_utf16(script.text) if self.profile.utf16 else in_characters(script.text)
        with elements.within("TextSource", self._described(source_guid(each), each.name, each.day)):
            for selection in self.project.selections(each, script):
                start, end = count(selection.start), count(selection.end)
                if self.profile.utf16:
                    check_utf16(script.text, selection, start, end)
                self._selection(selection, start, end)
            if anchored:
                elements.reference("NoteRef", note_guid(each))
            for variable, value in self.project.known_of_document(each):
                self._known(variable, value, source_guid(each))

    def _selection(self, selection: Selection, start: int, end: int) -> None:
        made = self.project.made
        place = {"startPosition": str(start), "endPosition": str(end)}
        with self.elements.within(
            "PlainTextSelection", {"guid": selection.guid, "name": selection.quote, **place, **made}
        ):
            for code in selection.codes:
                with self.elements.within("Coding", {"guid": guid(UUID(selection.guid), code), **made}):
                    self.elements.reference("CodeRef", code)

    def _known(self, variable: Variable, value: str, source: str) -> None:
        if self.profile.sets is Sets.VALUES:
            self.sets.setdefault(f"{variable.name}::{in_one_line(value)}", []).append(source)
            return
        self.elements.value(variable, value)
        if self.profile.sets is Sets.INSTRUMENTS and variable is self.project.variables.of_documents[About.INSTRUMENT]:
            self.sets.setdefault(value, []).append(source)

    def _set(self, name: str, members: list[str]) -> None:
        with self.elements.within("Set", {"guid": guid(self.project.data.study, "set", name), "name": name}):
            for member in members:
                self.elements.reference("MemberSource", member)

    def _described(self, of: str, name: str, day: date) -> dict[str, str]:
        path = {"guid": of, "name": name, "plainTextPath": f"internal://{of}.txt"}
        return path | self.project.made | {"creationDateTime": moment(day)}

    def _description(self) -> str:
        data = self.project.data
        reference = in_one_line(data.reference)
        approved = [f"Approval {reference}."] if reference else []
        return "\n".join([f"Release of {data.made_on}.", *approved, *_LAYOUT, *self.losses.sentences()])
