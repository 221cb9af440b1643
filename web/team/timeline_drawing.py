"""A timeline as lines, boxes and signs with their places: what a template writes down as SVG. Knows nothing but that.

A slot is a half column: even between two columns, odd in the middle of one; see ``survey.chronicle``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

NARROWEST, WIDEST, COMFORTABLE = 20, 40, 780  # from one column to the next, and all of them where there are few
LEFT = 226  # the names of the lanes
HEAD = 138  # the names of the columns, which stand upright
ROW = 28
TITLE = 34
END = 16
LONGEST = 30  # characters of a lane's name that fit


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, and a note of it."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at a slot, and the word for it."""

    slot: int
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line: its name, where that leads, stretches of columns, and marks."""

    name: str
    href: str = ""
    bars: tuple[tuple[int, int], ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Lanes under a heading."""

    title: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A text at a place."""

    x: float
    y: float
    text: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A lane with the places of what is on it: bars as (x, width), marks with every sign of one slot together."""

    y: float
    name: str
    whole: str
    href: str
    bars: tuple[tuple[float, float], ...]
    marks: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place, in units of the drawing."""

    width: int
    height: int
    heads: tuple[Placed, ...]
    cuts: tuple[float, ...]
    titles: tuple[Placed, ...]
    rows: tuple[Row, ...]


def draw(heads: Sequence[Head], groups: Iterable[Group], cuts: Iterable[int] = ()) -> Drawing:
    """The drawing: a column for each head, a row for each lane, and a line from top to bottom at each of ``cuts``."""
    step = max(NARROWEST, min(WIDEST, COMFORTABLE // max(1, len(heads))))

    def x_of(slot: int) -> float:
        return LEFT + END + slot * step / 2

    y = HEAD
    titles, rows = [], []
    for group in groups:
        if not group.lanes:
            continue
        titles.append(Placed(0, y + TITLE - 10, group.title))
        y += TITLE
        for lane in group.lanes:
            rows.append(_row(lane, y, x_of))
            y += ROW
    placed = tuple(
        Placed(x_of(2 * at + 1), HEAD - 6, f"{head.name} {head.note}".strip()) for at, head in enumerate(heads)
    )
    width = round(x_of(2 * len(heads))) + END
    return Drawing(width, y + 6, placed, tuple(x_of(slot) for slot in sorted({*cuts})), tuple(titles), tuple(rows))


def _row(lane: Lane, y: float, x_of: Callable[[int], float]) -> Row:
    bars = tuple((x_of(2 * first) + 1, x_of(2 * last + 2) - x_of(2 * first) - 2) for first, last in lane.bars)
    return Row(y, shortened(lane.name), lane.name, lane.href, bars, tuple(_marks(lane.marks, y, x_of)))


def _marks(marks: Iterable[Mark], y: float, x_of: Callable[[int], float]) -> Iterable[Placed]:
    found: dict[int, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.slot, []).append(mark)
    for slot, here in sorted(found.items()):
        signs = "".join(dict.fromkeys(mark.sign for mark in here))
        yield Placed(x_of(slot), y + 19, signs, "; ".join(dict.fromkeys(mark.word for mark in here)))


def shortened(name: str) -> str:
    """A name that fits before the lane."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
