"""What every name in an XLSForm stands for here: a question, a row of a matrix, something calculated, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from instruments.conditions import Reference
from instruments.definition import ID
from instruments.foreign.expressions import Scope, value
from instruments.foreign.folding import Value
from instruments.foreign.naming import Names
from instruments.foreign.rows import Row
from instruments.foreign.xlsform_grids import Grid, grid_of
from instruments.foreign.xlsform_lists import Lists
from instruments.foreign.xlsform_speech import Speech
from instruments.foreign.xlsform_tree import Group, Leaf
from instruments.foreign.xlsform_types import Sort
from instruments.foreign.xpath import Inexpressible, read

ASKED = frozenset(
    (
        *(Sort.TEXT, Sort.INTEGER, Sort.DECIMAL, Sort.RANGE, Sort.DATE, Sort.TIME, Sort.MOMENT, Sort.ACKNOWLEDGE),
        *(Sort.BARCODE, Sort.SELECT_ONE, Sort.SELECT_MULTIPLE, Sort.RANK),
    )
)
Place = tuple[str, ...]  # the groups around something, from the outside


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for. Neither reference nor calculation: it was left out."""

    place: Place
    reference: Reference | None = None
    calculation: str = ""
    list_name: str = ""


@dataclass(slots=True)
class Directory:
    """Looks names up from where they are used: of two of the same name, the one in the nearest group is meant."""

    _targets: dict[str, list[Target]] = field(default_factory=dict)
    _ids: dict[int, str] = field(default_factory=dict)
    _grids: dict[int, Grid] = field(default_factory=dict)
    _lists_of: dict[Reference, str] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    rows: dict[str, Row] = field(default_factory=dict)  # where each question stands in the form
    used: set[str] = field(default_factory=set)  # the calculations that became part of a condition

    def id_of(self, node: Leaf | Group) -> str:
        """The id of the question that was made of this; empty if none was."""
        return self._ids.get(id(node), "")

    def grid_of(self, group: Group) -> Grid | None:
        """The matrix that this group is, if it is one."""
        return self._grids.get(id(group))

    def list_of(self, reference: Reference) -> str:
        """The list that a question takes its options from; empty for one that has none."""
        return self._lists_of.get(reference, "")

    def target(self, name: str, place: Place) -> Target:
        """What the name stands for at this place. Raises Inexpressible."""
        found = self._targets.get(name, [])
        if not found:
            raise Inexpressible("There is no question “%(name)s” in the form.", name=name)
        near = sorted(found, key=lambda target: _shared(target.place, place))
        if len(near) > 1 and _shared(near[-1].place, place) == _shared(near[-2].place, place):
            raise Inexpressible("Several questions are named “%(name)s”.", name=name)
        return near[-1]

    def value(self, name: str, place: Place, *, repeated: bool = False) -> Value:
        """What the name stands for in an expression at this place. Raises Inexpressible.

        Where the answer is only ``repeated`` in a text, nothing that is calculated becomes part of a condition.
        """
        target = self.target(name, place)
        if target.reference is not None:
            return target.reference
        if not target.calculation:
            raise Inexpressible("“%(name)s” is not asked here.", name=name)
        if name in self._busy or len(self._busy) > 30:
            raise Inexpressible("“%(name)s” is calculated from itself.", name=name)
        self._busy.add(name)
        try:
            refer = partial(self.value, place=target.place, repeated=repeated)
            found = value(read(target.calculation), Scope(refer))
        finally:
            self._busy.discard(name)
        if not repeated:
            self.used.add(name)
        return found

    def add(self, node: Leaf, target: Target) -> None:
        """A further name."""
        self._targets.setdefault(node.name, []).append(target)
        if target.reference is not None and target.list_name:
            self._lists_of[target.reference] = target.list_name

    def name(self, node: Leaf | Group, given: str, *, row_of: str = "") -> None:
        """The question that is made of this has this id, or it is this row of the matrix ``row_of``."""
        self._ids[id(node)] = given
        if not row_of:
            self.rows[given] = node.row

    def table(self, group: Group, grid: Grid) -> None:
        """This group is a matrix."""
        self._grids[id(group)] = grid


def _shared(one: Place, other: Place) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def directory_of(top: Group, lists: Lists, speech: Speech) -> Directory:
    """Gives every question its id: the name it has, where that can be one, and else what is nearest to it."""
    directory = Directory()
    names = Names()
    waiting = list(_asked(top, (), directory, speech))
    # Who is called as an id can be keeps the name, whoever comes first.
    for plain in (True, False):
        for node, place, grid in waiting:
            if bool(ID.fullmatch(node.name) and not _copied(node)) is plain:
                _register(directory, names, node, place, grid, lists)
    return directory


def _copied(node: Leaf | Group) -> bool:
    return isinstance(node, Leaf) and bool(node.copy)


def _asked(
    group: Group, place: Place, directory: Directory, speech: Speech
) -> Iterator[tuple[Leaf | Group, Place, Grid | None]]:
    for child in group.children:
        if isinstance(child, Leaf):
            yield child, place, None
            continue
        grid = grid_of(child, speech)
        if grid is not None:
            directory.table(child, grid)
            yield child, place, grid
        else:
            yield from _asked(child, (*place, f"{child.name} {id(child)}"), directory, speech)


def _register(
    directory: Directory, names: Names, node: Leaf | Group, place: Place, grid: Grid | None, lists: Lists
) -> None:
    if isinstance(node, Group):
        if grid is not None:
            _register_grid(directory, names, grid, place)
        return
    sort = node.type.sort
    if sort is Sort.CALCULATE:
        directory.add(node, Target(place, calculation=node.entry.get("calculation")))
        return
    lacks_list = sort in (Sort.SELECT_ONE, Sort.SELECT_MULTIPLE, Sort.RANK) and node.type.list_name not in lists
    if sort is not Sort.NOTE and (sort not in ASKED or lacks_list):
        directory.add(node, Target(place))
        return
    said = f"{node.name}_{node.copy}" if node.copy else node.name
    given = names.id(said, "note" if sort is Sort.NOTE else "q")
    directory.name(node, given)
    directory.add(node, Target(place, Reference(given), list_name="" if lacks_list else node.type.list_name))


def _register_grid(directory: Directory, names: Names, grid: Grid, place: Place) -> None:
    given = names.id(grid.group.name)
    directory.name(grid.group, given)
    within = Names()
    inside = (*place, f"{grid.group.name} {id(grid.group)}")
    for leaf in grid.rows:
        row = within.id(grid.row_name(leaf), "row")
        directory.name(leaf, row, row_of=given)
        directory.add(leaf, Target(inside, Reference(given, row), list_name=leaf.type.list_name))
    if grid.header is not None:
        directory.add(grid.header, Target(inside))
