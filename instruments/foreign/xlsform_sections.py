"""The groups of an XLSForm as sections, one after the other: sections do not stand within sections."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from instruments.conditions import Condition, Reference, Selected, printed
from instruments.definition import Question, Section
from instruments.foreign.folding import ALWAYS, all_of
from instruments.foreign.naming import Names
from instruments.foreign.retelling import with_parts
from instruments.foreign.rows import Row
from instruments.foreign.xlsform_directory import ASKED, Directory, Place
from instruments.foreign.xlsform_grids import is_table
from instruments.foreign.xlsform_questions import Questions, says_no
from instruments.foreign.xlsform_tree import Group, Leaf
from instruments.foreign.xlsform_types import Sort
from instruments.kinds import Option, options_of
from instruments.sentences import Sentence, Texts

_LEFT_OUT: Mapping[Sort, Sentence] = {
    Sort.CALCULATE: Sentence("Nothing is calculated here. Where a condition needs this, write it into the condition."),
    Sort.FROM_FILE: Sentence("The choices stand in another file. Write them on the sheet choices, or ask for words."),
    Sort.PLACE: Sentence("A place cannot be marked on a map here. Ask for it in words."),
    Sort.MEDIA: Sentence("Nobody can send a picture, sound or film here. Ask for what it should tell in words."),
    Sort.FILE: Sentence("Nobody can send a file here. Ask for what it should tell in words."),
    Sort.HIDDEN: Sentence("Nothing is kept here that nobody is asked and nobody sees."),
    Sort.META: Sentence("Nothing about devices, and no time besides that of the answers, is recorded here."),
    Sort.INCLUDE: Sentence("Another form is included here. Bring it in too and copy its questions."),
}
_USED = Sentence("Its calculation was written into the conditions that look at it.")
_NOT_OF_CALCULATIONS = Sentence("Nobody sees or answers a calculation, so only what is worked out was taken.")
_NO_LIST = Sentence("Its choices depend on an answer. Write them on the sheet choices, or ask for words.")


@dataclass(slots=True)
class _Run:
    """Questions that follow each other in the same group, which become a section."""

    groups: tuple[Group, ...]  # around them, from the outside
    questions: list[Question] = field(default_factory=list)


def sections_of(top: Group, questions: Questions) -> tuple[tuple[Section, ...], dict[str, Row]]:
    """The sections, and where each stands in the form. Every row has been accounted for afterwards."""
    runs: list[_Run] = []
    for group in _walk(top, (), (), questions, runs):
        _account(group, runs, questions)
    _account_calculations(top, questions.directory)
    sections = _Sections(questions)
    return tuple(sections.made(runs)), sections.rows


def _walk(
    group: Group, groups: tuple[Group, ...], place: Place, questions: Questions, runs: list[_Run]
) -> Iterator[Group]:
    """Collects the questions of a group and of what is in it; yields every group that is not a matrix."""
    run = _Run(groups)
    for child in group.children:
        if isinstance(child, Group) and questions.directory.grid_of(child) is None:
            inside = (*place, f"{child.name} {id(child)}")
            yield from _walk(child, (*groups, child), inside, questions, runs)
            run = _Run(groups)
            yield child
            continue
        if run.questions and isinstance(child, Leaf) and _own_words(child, place, run, questions):
            continue
        question = _question(child, place, questions)
        if question is not None:
            if not run.questions:
                runs.append(run)
            run.questions.append(question)


def _question(node: Leaf | Group, place: Place, questions: Questions) -> Question | None:
    grid = questions.directory.grid_of(node) if isinstance(node, Group) else None
    if grid is not None:
        return questions.matrix(grid, (*place, f"{grid.group.name} {id(grid.group)}"))
    if not isinstance(node, Leaf):
        return None
    if node.type.sort is Sort.NOTE and not node.entry.texts.keys() & {"label", "hint"}:
        node.row.leave_out("There is nothing to read in it but a picture, sound or film, which is not shown here.")
        return None
    if questions.directory.id_of(node):
        if node.name and questions.directory.id_of(node) != node.name and not node.copy:
            node.row.changes("name", "It is called “%(id)s” here.", id=questions.directory.id_of(node))
        return questions.of(node, place)
    if node.type.sort is not Sort.CALCULATE:
        why = _NO_LIST if node.type.sort in ASKED else _LEFT_OUT[node.type.sort]
        node.row.left_out = node.row.left_out or why
    return None


def _own_words(leaf: Leaf, place: Place, run: _Run, questions: Questions) -> bool:
    """Whether the row is the field that this program writes for own words; then it becomes that of its option."""
    asked = run.questions[-1]
    code = leaf.name.removeprefix(f"{asked.id}_words_")
    if leaf.type.sort is not Sort.TEXT or code == leaf.name or code not in (one.code for one in options_of(asked.kind)):
        return False
    if questions.relevant(leaf, place) != Selected(Reference(asked.id), code):
        return False

    def with_words(option: Option) -> Option:
        return msgspec.structs.replace(option, words=True) if option.code == code else option

    run.questions[-1] = msgspec.structs.replace(asked, kind=with_parts(asked.kind, with_words, lambda row: row))
    leaf.row.changes("type", "This is the field for own words that stands beside the option “%(code)s”.", code=code)
    return True


def _account_calculations(group: Group, directory: Directory) -> None:
    """Say of what is calculated whether it became part of a condition, now that all conditions are known."""
    for child in group.children:
        if isinstance(child, Group):
            _account_calculations(child, directory)
        elif child.type.sort is Sort.CALCULATE:
            if child.name in directory.used:
                child.row.changes("calculation", _USED.text)
                for name in (*child.entry.cells, *child.entry.texts):
                    own = name in ("type", "name", "calculation", "disabled")
                    if name in child.entry.texts or not (own or says_no(child, name)):
                        child.row.says(name, _NOT_OF_CALCULATIONS)
            else:
                child.row.left_out = child.row.left_out or _LEFT_OUT[Sort.CALCULATE]


def _account(group: Group, runs: list[_Run], questions: Questions) -> None:
    """Say what became of a group."""
    around = [run for run in runs if group in run.groups]
    if not around:
        group.row.leave_out("Nothing in it was taken.")
        return
    appearance = group.entry.get("appearance").lower().split()
    seen = is_table(group) or set(appearance) <= {"field-list"}
    questions.group_account(group, {"appearance"} if seen else set())
    if group.type.of == "repeat":
        group.row.changes("type", "What repeats there is asked once here. Copy the section as often as it is needed.")
    if is_table(group):
        group.row.changes("appearance", "This is no table here: its questions stand one below the other.")
    if any(run.groups.index(group) > 0 for run in around):
        group.row.changes("type", "Sections do not stand within sections: this one follows, with both titles.")


@dataclass(slots=True)
class _Sections:
    """Makes sections of runs, and remembers which groups have been introduced."""

    questions: Questions
    _names: Names = field(default_factory=Names)
    rows: dict[str, Row] = field(default_factory=dict)  # where each section stands in the form
    _introduced: set[int] = field(default_factory=set)
    _conditions: dict[int, Condition] = field(default_factory=dict)

    def made(self, runs: list[_Run]) -> Iterator[Section]:
        """The sections of the runs, in order."""
        for run in runs:
            yield self._section(run)

    def _section(self, run: _Run) -> Section:
        place: Place = ()
        titles: list[Texts] = []
        helps: list[Texts] = []
        conditions: list[Condition] = []
        for group in run.groups:
            conditions.append(self._condition(group, place))
            titles.append(self.questions.texts(group, "label", place))
            if id(group) not in self._introduced:
                helps.append(self.questions.texts(group, "hint", place))
                self._introduced.add(id(group))
            place = (*place, f"{group.name} {id(group)}")
        relevant = all_of(conditions)
        given = self._names.id(run.groups[-1].name if run.groups else "questions", "section")
        if run.groups:
            self.rows[given] = run.groups[-1].row
        return Section(
            id=given,
            questions=tuple(run.questions),
            title=self._joined(titles, " – "),
            help=self._joined(helps, "\n\n"),
            relevant="" if relevant == ALWAYS else printed(relevant),
        )

    def _condition(self, group: Group, place: Place) -> Condition:
        if id(group) not in self._conditions:
            self._conditions[id(group)] = self.questions.relevant(group, place)
        return self._conditions[id(group)]

    def _joined(self, texts: list[Texts], between: str) -> Texts:
        languages = self.questions.maker.speech.languages
        said = {tag: between.join(filter(None, (text.get(tag, "") for text in texts))) for tag in languages}
        return {tag: text for tag, text in said.items() if text}
