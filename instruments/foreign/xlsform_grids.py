"""Groups that are a table on the screen: the same choices for each row. Here they are a matrix."""

from dataclasses import dataclass

from instruments.foreign.xlsform_speech import Speech
from instruments.foreign.xlsform_tree import NO, YES, Group, Leaf
from instruments.foreign.xlsform_types import Sort
from instruments.sentences import Texts

# What a cell of a matrix cannot have for itself.
_ALONE = ("constraint", "choice_filter", "calculation", "trigger", "default", "read_only", "parameters")


@dataclass(frozen=True, slots=True)
class Grid:
    """A group that can be one matrix. ``header`` is the row that only shows the choices, where there is one."""

    group: Group
    rows: tuple[Leaf, ...]
    label: Texts
    header: Leaf | None = None

    @property
    def required(self) -> bool:
        """Whether every row needs an answer."""
        return self.rows[0].entry.get("required").lower() in YES

    def row_name(self, leaf: Leaf) -> str:
        """The name of a row within the matrix: without that of the group in front."""
        prefix = f"{self.group.name}_"
        shared = all(row.name.startswith(prefix) and row.name[len(prefix) :][:1].isalpha() for row in self.rows)
        return leaf.name.removeprefix(prefix) if shared else leaf.name


def is_table(group: Group) -> bool:
    """Whether the form shows the group as a table."""
    return "table-list" in _appearance(group) or _header(group) is not None


def grid_of(group: Group, speech: Speech) -> Grid | None:
    """The group as a grid; None if a matrix could not say what is in it."""
    if group.type.of != "group" or not is_table(group):
        return None
    header = _header(group)
    rows = [child for child in group.children if isinstance(child, Leaf) and child is not header]
    label = speech.texts(group.entry.texts.get("label")) or (
        speech.texts(header.entry.texts.get("label")) if header else {}
    )
    if not rows or not label or len(rows) + (header is not None) < len(group.children):
        return None
    return Grid(group, tuple(rows), label, header) if _alike(rows) else None


def _alike(rows: list[Leaf]) -> bool:
    first = rows[0]
    if first.type.sort not in (Sort.SELECT_ONE, Sort.SELECT_MULTIPLE) or first.type.other:
        return False
    required = first.entry.get("required").lower()
    if required not in YES | NO:
        return False
    return all(
        row.type == first.type
        and row.entry.get("required").lower() == required
        and not any(row.entry.get(name) for name in _ALONE)
        and not row.entry.texts.keys() & {"hint", "guidance_hint"}
        for row in rows
    )


def _appearance(node: Group | Leaf) -> list[str]:
    return node.entry.get("appearance").lower().split()


def _header(group: Group) -> Leaf | None:
    """The row that shows the choices above those that have none beside them."""
    first = group.children[0] if group.children else None
    bare = [isinstance(other, Leaf) and "list-nolabel" in _appearance(other) for other in group.children[1:]]
    shows = isinstance(first, Leaf) and "label" in _appearance(first) and bool(bare) and all(bare)
    return first if isinstance(first, Leaf) and shows else None
