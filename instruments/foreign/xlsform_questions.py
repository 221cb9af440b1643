"""From a row of an XLSForm to a question; whatever of the row is not taken as it is stands in its lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from instruments.conditions import Condition, Own, Reference, Truth, printed
from instruments.definition import Question
from instruments.foreign.expressions import Scope, condition
from instruments.foreign.folding import ALWAYS, Value
from instruments.foreign.retelling import with_parts
from instruments.foreign.xlsform_codes import recoded
from instruments.foreign.xlsform_columns import MEDIA
from instruments.foreign.xlsform_directory import Directory, Place
from instruments.foreign.xlsform_grids import Grid
from instruments.foreign.xlsform_kinds import Maker, is_yes_no, kind_of, offered_by
from instruments.foreign.xlsform_limits import Limited, limited
from instruments.foreign.xlsform_lists import ChoiceList
from instruments.foreign.xlsform_tree import NO, YES, Group, Leaf
from instruments.foreign.xlsform_types import Sort
from instruments.foreign.xpath import Inexpressible
from instruments.kinds import Information, Kind, Matrix, MultipleChoice, Option, Row, SingleChoice, YesNo, options_of
from instruments.sentences import Sentence, Texts

# What of a row is the question itself, and is accounted for with it.
_ITSELF = frozenset(("type", "name", "disabled", "relevant", "constraint", "required"))
_LOST: Mapping[str, Sentence] = {
    "default": Sentence("Nothing is filled in beforehand here, so the default was left out."),
    "read_only": Sentence("Whatever is asked can be answered here, so read_only was left out."),
    "calculation": Sentence("Nothing is calculated here, so the calculation was left out."),
    "appearance": Sentence("How this looks there was left out; here it looks as all questions of its kind do."),
    "choice_filter": Sentence("This has no choices to filter, so choice_filter was left out."),
    "parameters": Sentence("The parameters were left out; they cannot be said here."),
    "repeat_count": Sentence("Nothing is repeated here, so repeat_count was left out."),
    "trigger": Sentence("Nothing happens by itself here, so trigger was left out."),
    "rows": Sentence("How large the field is was left out; here that follows from the kind of question."),
    "required_message": Sentence("What to say when an answer is missing follows from the kind of question here."),
    "constraint_message": Sentence(
        "No condition or pattern is here with which the message could be shown, so it was left out."
    ),
    "guidance_hint": Sentence("The guidance was left out."),
}
_MEDIA = Sentence("Pictures, sounds and films are not shown here, so it was left out.")
_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_PIPED = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Questions:
    """Makes questions of rows. Everything that they refer to has to be in the directory already."""

    maker: Maker
    directory: Directory

    def scope(self, place: Place, leaf: Leaf | None = None, *, own: bool = False) -> Scope:
        """What the expressions of a row look at. In its constraint, its own name is the dot."""
        own_id = self.directory.id_of(leaf) if leaf is not None and own else ""

        def refer(name: str) -> Value:
            found = self.directory.value(name, place)
            return Own() if own_id and found == Reference(own_id) else found

        def chosen(of: Reference | Own) -> ChoiceList | None:
            name = self.directory.list_of(of) if isinstance(of, Reference) else (leaf.type.list_name if leaf else "")
            return self.maker.lists.get(name)

        return Scope(refer, own=own, recode=lambda found: recoded(found, chosen))

    def relevant(self, node: Leaf | Group, place: Place) -> Condition:
        """Under which condition the row is asked; ALWAYS where there is none or it cannot be said."""
        said = node.entry.get("relevant")
        if not said:
            return ALWAYS
        try:
            return condition(said, self.scope(place))
        except Inexpressible as why:
            node.row.loses("relevant", "“%(expression)s” was left out, so this is asked always.", expression=said[:200])
            node.row.says("relevant", why.said)
            return ALWAYS

    def texts(self, node: Leaf | Group, column: str, place: Place) -> Texts:
        """The texts under a column, with the answers that they repeat named as here."""
        cells = node.entry.texts.get(column)
        if not cells:
            return {}
        if hidden := self.maker.speech.hidden(cells):
            node.row.loses(column, "“%(said)s” stands under no language beside a text in that language.", said=hidden)
        return {tag: self._piped(text, node, column, place) for tag, text in self.maker.speech.texts(cells).items()}

    def _piped(self, text: str, node: Leaf | Group, column: str, place: Place) -> str:
        def named(match: re.Match[str]) -> str:
            try:
                found = self.directory.value(match[1], place, repeated=True)
            except Inexpressible:
                found = ALWAYS
            if isinstance(found, Reference) and not found.row and column != "constraint_message":
                return f"${{{found.question}}}"
            node.row.changes(column, "The answer to “%(name)s” cannot be repeated in a text.", name=match[1])
            return f"[{match[1]}]"

        return _REFERENCE.sub(named, text) if "${" in text else text

    def _with_piped_options(self, kind: Kind, leaf: Leaf, place: Place) -> Kind:
        if not any("${" in text for option in options_of(kind) for text in option.label.values()):
            return kind

        def piped(option: Option) -> Option:
            label = {tag: self._piped(text, leaf, "type", place) for tag, text in option.label.items()}
            return msgspec.structs.replace(option, label=label)

        return with_parts(kind, piped, lambda row: row)

    def of(self, leaf: Leaf, place: Place) -> Question:
        """The question that a row asks."""
        used: set[str] = set()
        shown = leaf.type.sort is not Sort.NOTE and _is_shown(leaf)
        kind = Information() if shown else kind_of(leaf, self.maker, self.scope(place, leaf), used)
        kind = self._with_piped_options(kind, leaf, place)
        label = self.texts(leaf, "label", place)
        help_ = self.texts(leaf, "hint", place)
        if not label and help_ and isinstance(kind, Information):
            leaf.row.changes("hint", "There is no label, so the hint is what is read.")
            label, help_ = help_, {}
        if shown:
            leaf.row.changes("read_only", "Nobody can answer this, so it is only read here.")
            used.update(("read_only", "required", "constraint"))
        elif isinstance(kind, Information):
            used.add("read_only")
        found = self._limited(leaf, kind, place)
        message = self.texts(leaf, "constraint_message", place)
        relevant = self.relevant(leaf, place)
        self._account(leaf, used, message_is_lost=bool(message) and not found.shows_message)
        return Question(
            id=self.directory.id_of(leaf),
            kind=found.kind,
            label=label,
            help=help_,
            notes=self.texts(leaf, "guidance_hint", place),
            required=self._required(leaf, found.kind, place),
            relevant="" if relevant == ALWAYS else printed(relevant),
            constraint=found.constraint,
            message=message if found.shows_message else {},
        )

    def _limited(self, leaf: Leaf, kind: Kind, place: Place) -> Limited:
        said = leaf.entry.get("constraint")
        if isinstance(kind, Information):
            if said and leaf.type.sort is Sort.NOTE:
                leaf.row.loses("constraint", "There is nothing to answer here, so the constraint was left out.")
            return Limited(kind)
        scope = self.scope(place, leaf, own=True)
        if leaf.type.limits:
            kind = limited(kind, leaf.type.limits, scope, message=False).kind
        if not said:
            return Limited(kind, shows_message=bool(getattr(kind, "pattern", "")))
        found = limited(kind, said, scope, message="constraint_message" in leaf.entry.texts)
        if found.lost:
            leaf.row.loses("constraint", "“%(expression)s” was not taken as a whole.", expression=said[:200])
        for sentence in found.lost:
            leaf.row.says("constraint", sentence)
        for sentence in found.notices:
            leaf.row.changes("constraint", sentence.text, **sentence.values)
        return found

    def _required(self, leaf: Leaf, kind: Kind, place: Place) -> bool:
        said = leaf.entry.get("required")
        if said.lower() in NO:
            return False
        if isinstance(kind, Information):
            leaf.row.loses("required", "There is nothing to answer here, so it is not required.")
            return False
        if said.lower() in YES:
            return True
        try:
            found = condition(said, self.scope(place, leaf, own=True))
        except Inexpressible:
            found = Own()
        if isinstance(found, Truth):
            return found.value
        leaf.row.loses(
            "required",
            "An answer is needed always or never here. This was “%(expression)s”, and is optional now.",
            expression=said[:200],
        )
        return False

    def _account(self, leaf: Leaf, used: set[str], *, message_is_lost: bool) -> None:
        for name in leaf.entry.cells:
            if name not in _ITSELF and name not in used and not (name == "read_only" and says_no(leaf, name)):
                leaf.row.says(name, _LOST[name])
        for name in leaf.entry.texts:
            if name in MEDIA:
                leaf.row.says(name, _MEDIA)
        if "required_message" in leaf.entry.texts:
            leaf.row.says("required_message", _LOST["required_message"])
        if message_is_lost:
            leaf.row.says("constraint_message", _LOST["constraint_message"])

    def matrix(self, grid: Grid, place: Place) -> Question:
        """The question that a table asks: the same of each of its rows."""
        group = grid.group
        rows = []
        for leaf in grid.rows:
            relevant = self.relevant(leaf, place)
            self._account(leaf, {"appearance"}, message_is_lost="constraint_message" in leaf.entry.texts)
            rows.append(
                Row(
                    id=self.directory.id_of(leaf),
                    label=self.texts(leaf, "label", place),
                    relevant="" if relevant == ALWAYS else printed(relevant),
                )
            )
        relevant = self.relevant(group, place)
        each = self._each(grid.rows[0], place)
        self.group_account(group, {"appearance"})
        if grid.header is not None:
            grid.header.row.leave_out("This only shows the choices above the rows, which a matrix does anyhow.")
        return Question(
            id=self.directory.id_of(group),
            kind=Matrix(each=each, rows=tuple(rows)),
            label=self.texts(group, "label", place) or grid.label,
            help=self.texts(group, "hint", place),
            required=grid.required,
            relevant="" if relevant == ALWAYS else printed(relevant),
        )

    def _each(self, leaf: Leaf, place: Place) -> SingleChoice | MultipleChoice | YesNo:
        of = self.maker.lists.get(leaf.type.list_name)
        if of is None:
            return SingleChoice()
        self.maker.lists.use(of.name)
        if leaf.type.sort is Sort.SELECT_MULTIPLE:
            return MultipleChoice(options=offered_by(leaf, of, self.scope(place)))
        return YesNo() if is_yes_no(of) else SingleChoice(options=offered_by(leaf, of, self.scope(place)))

    def group_account(self, group: Group, used: set[str]) -> None:
        """Say of everything that a group has and a section does not that it was left out."""
        for name in group.entry.cells:
            if name not in ("type", "name", "disabled", "relevant") and name not in used and not says_no(group, name):
                group.row.says(name, _LOST.get(name, _OF_GROUPS))
        for name in group.entry.texts:
            if name not in ("label", "hint"):
                group.row.says(name, _MEDIA if name in MEDIA else _OF_GROUPS)


_OF_GROUPS = Sentence("A section has no such thing, so it was left out.")


def says_no(node: Leaf | Group, column: str) -> bool:
    """Whether "no" stands under a column, which is what an empty cell says."""
    return node.entry.get(column).lower() in NO


def _is_shown(leaf: Leaf) -> bool:
    """Whether the row only shows something, though its type asks."""
    return leaf.entry.get("read_only").lower() in YES
