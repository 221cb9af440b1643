"""The sheet ``survey`` as a tree of groups and questions; what is broken in it is refused with its row."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TypeAlias

from instruments.foreign.account import FormUnreadable
from instruments.foreign.rows import Row, Rows
from instruments.foreign.xlsform_columns import Entry, Table
from instruments.foreign.xlsform_lists import Choice, ChoiceList, Lists
from instruments.foreign.xlsform_types import EXTERNAL, Sort, Type, known_types, lacks_list, type_of
from instruments.sentences import Sentence

MOST_COPIES = 2_000
DEEPEST = 50
YES = frozenset(("yes", "true", "true()"))
NO = frozenset(("", "no", "false", "false()"))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row that asks, shows, calculates or records something. ``copy`` tells what a loop makes of it several times."""

    entry: Entry
    type: Type
    row: Row = field(repr=False)
    copy: str = ""

    @property
    def name(self) -> str:
        """The name of the row."""
        return self.entry.get("name")


@dataclass(slots=True)
class Group:
    """A group, a repeat, one round of a loop, or the whole form."""

    entry: Entry
    type: Type
    row: Row = field(repr=False)
    children: "list[Node]" = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict, repr=False)  # in which row each name inside stands

    @property
    def name(self) -> str:
        """The name of the group; the whole form has none."""
        return self.entry.get("name")


Node: TypeAlias = Leaf | Group


def tree_of(table: Table, rows: Rows, lists: Lists, settings: dict[str, str]) -> Group:
    """The form as a tree. ``settings`` gains those that stand between the questions. Raises FormUnreadable."""
    top = Group(Entry(0, {}, {}, {}), Type(Sort.BEGIN, "group"), Row("survey", ""))
    stack = [top]
    for entry in table.entries:
        row = rows.open(table.place(entry.number), entry.get("name"))
        kind = _type(entry, row)
        if kind is None:
            continue
        if kind.sort is Sort.SETTING:
            settings.setdefault(_setting(entry.get("type")), entry.get("name"))
        elif kind.sort is Sort.END:
            _end(entry, kind, stack)
        else:
            _check_name(entry, kind, stack[-1])
            _check_list(entry, kind, lists)
            if kind.sort is Sort.BEGIN:
                group = Group(entry, kind, row)
                stack[-1].children.append(group)
                stack.append(group)
                if len(stack) > DEEPEST:
                    raise _refused(entry, _TOO_DEEP)
            else:
                stack[-1].children.append(Leaf(entry, kind, row))
    if len(stack) > 1:
        unended = stack[-1]
        sentence = Sentence(
            "Sheet survey, row %(row)s: the %(kind)s “%(name)s” begins here and never ends. Add a row “end %(kind)s”.",
            {"kind": unended.type.of, "name": unended.name},
        )
        raise _refused(unended.entry, sentence)
    return _unrolled(top, lists)


def _refused(entry: Entry, sentence: Sentence) -> FormUnreadable:
    return FormUnreadable(replace(sentence, values={**sentence.values, "row": entry.number}))


def _type(entry: Entry, row: Row) -> Type | None:
    """What the row is; None if it is nothing, which its line says."""
    said = entry.get("type")
    if entry.get("disabled").lower() in YES:
        row.leave_out("This row is disabled in the form.")
        return None
    if not said:
        if entry.get("name") or entry.texts.get("label"):
            raise _refused(entry, _NO_TYPE)
        row.leave_out("This row has neither type nor name nor label, so it asks nothing.")
        return None
    found = type_of(said)
    if found is None and lacks_list(said):
        raise _refused(entry, replace(_NO_LIST_NAMED, values={"said": said}))
    if found is None:
        close = get_close_matches(said.lower(), known_types(), 1)
        sentence = _UNKNOWN_TYPE_LIKE if close else _UNKNOWN_TYPE
        raise _refused(entry, replace(sentence, values={"said": said, "close": close[0] if close else ""}))
    return found


_NO_TYPE = Sentence(
    "Sheet survey, row %(row)s: there is no type. Write what this is, for example text, or delete the row."
)
_NO_LIST_NAMED = Sentence(
    "Sheet survey, row %(row)s: “%(said)s” names no list. Write the name of a list on the sheet choices behind it."
)
_UNKNOWN_TYPE = Sentence(
    "Sheet survey, row %(row)s: “%(said)s” is no type that is known. Write one of XLSForm's, or delete the row."
)
_UNKNOWN_TYPE_LIKE = Sentence(
    "Sheet survey, row %(row)s: “%(said)s” is no type that is known. Did you mean “%(close)s”?"
)
_TOO_DEEP = Sentence("Sheet survey, row %(row)s: there are too many groups within groups. End some before.")
_TOO_MANY = Sentence(
    "Sheet survey, row %(row)s: the loop makes more than %(most)s questions of these rows. Ask them once, or divide it."
)


def _setting(said: str) -> str:
    plain = "_".join(said.lower().split()).removeprefix("set_")
    return plain if plain in ("form_title", "form_id") else "prefix"


def _end(entry: Entry, kind: Type, stack: list[Group]) -> None:
    if len(stack) == 1:
        sentence = Sentence(
            "Sheet survey, row %(row)s: a %(kind)s ends here that never began. Delete the row, or add its beginning.",
            {"kind": kind.of},
        )
        raise _refused(entry, sentence)
    begun = stack.pop()
    if begun.type.of != kind.of:
        sentence = Sentence(
            "Sheet survey, row %(row)s: “end %(kind)s” stands here, but the %(begun)s “%(name)s” of row %(other)s has "
            "to end first. Write “end %(begun)s”.",
            {"kind": kind.of, "begun": begun.type.of, "name": begun.name, "other": begun.entry.number},
        )
        raise _refused(entry, sentence)


def _check_name(entry: Entry, kind: Type, group: Group) -> None:
    name = entry.get("name")
    if not name:
        if kind.sort not in (Sort.NOTE, Sort.META):  # an audit has no name of its own
            raise _refused(
                entry,
                Sentence("Sheet survey, row %(row)s: this has no name. Write one under name, for example age."),
            )
        return
    other = group.seen.setdefault(name, entry.number)
    if other != entry.number:
        sentence = Sentence(
            "Sheet survey, row %(row)s: “%(name)s” is the name of row %(other)s already. Rename one of the two.",
            {"name": name, "other": other},
        )
        raise _refused(entry, sentence)


def _check_list(entry: Entry, kind: Type, lists: Lists) -> None:
    name = kind.over if kind.of == "loop" else kind.list_name
    asks = kind.sort in (Sort.SELECT_ONE, Sort.SELECT_MULTIPLE, Sort.RANK) and "${" not in name
    if not (asks or kind.of == "loop") or name in lists or name.lower().endswith((".csv", ".xml", ".geojson")):
        return
    close = get_close_matches(name, list(lists), 1)
    sentence = _NO_LIST_LIKE if close else _NO_LIST
    values = {
        "list": name.removeprefix(EXTERNAL),
        "close": close[0].removeprefix(EXTERNAL) if close else "",
        "sheet": "external_choices" if kind.external else "choices",
    }
    raise _refused(entry, replace(sentence, values=values))


_NO_LIST = Sentence(
    "Sheet survey, row %(row)s: there is no list “%(list)s” on the sheet %(sheet)s. Add it there, or correct its name."
)
_NO_LIST_LIKE = Sentence(
    "Sheet survey, row %(row)s: there is no list “%(list)s” on the sheet %(sheet)s. Did you mean “%(close)s”?"
)


def _unrolled(group: Group, lists: Lists) -> Group:
    """The group with every loop in it written out: once for each choice of its list."""
    children: list[Node] = []
    for child in group.children:
        if isinstance(child, Leaf):
            children.append(child)
            continue
        inner = _unrolled(child, lists)
        over = lists.get(inner.type.over) if inner.type.of == "loop" else None
        if over is not None:
            lists.use(over.name)
            inner = replace(inner, children=list(_rounds(inner, over)))
        children.append(inner)
    return replace(group, children=children)


def leaves(group: Group) -> Iterator[Leaf]:
    """Every row in the group that is none."""
    for child in group.children:
        if isinstance(child, Leaf):
            yield child
        else:
            yield from leaves(child)


def _rounds(loop: Group, over: ChoiceList) -> Iterator[Group]:
    if len(over.choices) * sum(1 for _ in leaves(loop)) > MOST_COPIES:
        raise _refused(loop.entry, replace(_TOO_MANY, values={"most": MOST_COPIES}))
    loop.row.changes("type", "What is in the loop is asked once for each choice of “%(list)s”.", list=over.name)
    for number, choice in enumerate(over.choices):
        entry = Entry(loop.entry.number, {"name": choice.said}, {"label": choice.heard}, {})
        # The lines of the first round are those of all.
        row = loop.row if number == 0 else Row(loop.row.place, choice.said)
        children = [_copied(child, choice, first=number == 0) for child in loop.children]
        yield Group(entry, Type(Sort.BEGIN, "group"), row, children)


def _copied(node: Node, choice: Choice, *, first: bool) -> Node:
    row = node.row if first else Row(node.row.place, node.row.name)
    texts = {
        name: {language: _filled(text, language, choice) for language, text in cells.items()}
        for name, cells in node.entry.texts.items()
    }
    entry = replace(node.entry, texts=texts)
    if isinstance(node, Leaf):
        return replace(node, entry=entry, row=row, copy="_".join(filter(None, (node.copy, choice.code))))
    return replace(
        node, entry=entry, row=row, children=[_copied(child, choice, first=first) for child in node.children]
    )


def _filled(text: str, language: str, choice: Choice) -> str:
    """A text of a loop for one choice: ``%(label)s`` and ``%(name)s`` stand for it."""
    label = choice.heard.get(language) or next(iter(choice.heard.values()), choice.said)
    return text.replace("%(label)s", label).replace("%(name)s", choice.said)
