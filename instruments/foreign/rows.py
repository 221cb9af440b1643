"""Keeping account while a file is read: each row once, in order; below it, what of it was not taken as it is."""

from dataclasses import dataclass, field

from instruments.foreign.account import Fate, Line
from instruments.sentences import Filling, Sentence

TAKEN = Sentence("Taken as it is.")
PARTLY = Sentence("Taken, except for what the other lines about this row say.")


@dataclass(slots=True)
class Row:
    """A row of the file that is being read. Until something else is said, it is taken as it is."""

    place: str
    name: str
    left_out: Sentence | None = None
    parts: list[Line] = field(default_factory=list)

    def changes(self, part: str, text: str, **values: Filling) -> None:
        """A part of the row is expressed in another way."""
        self.parts.append(Line(f"{self.place}, {part}", self.name, Fate.CHANGED, Sentence(text, values)))

    def loses(self, part: str, text: str, **values: Filling) -> None:
        """A part of the row cannot be expressed; the rest is taken."""
        self.says(part, Sentence(text, values))

    def says(self, part: str, sentence: Sentence, fate: Fate = Fate.LEFT_OUT) -> None:
        """What somebody else found out about a part of the row."""
        self.parts.append(Line(f"{self.place}, {part}", self.name, fate, sentence))

    def leave_out(self, text: str, **values: Filling) -> None:
        """Nothing of the row is taken. What is said first is what counts."""
        self.left_out = self.left_out or Sentence(text, values)

    def lines(self) -> list[Line]:
        """What became of the row, and below it of its parts."""
        if self.left_out:
            return [Line(self.place, self.name, Fate.LEFT_OUT, self.left_out)]
        if self.parts:
            return [Line(self.place, self.name, Fate.CHANGED, PARTLY), *self.parts]
        return [Line(self.place, self.name, Fate.TAKEN, TAKEN)]


@dataclass(slots=True)
class Rows:
    """All rows of a file in their order."""

    _rows: list[Row] = field(default_factory=list)

    def open(self, place: str, name: str) -> Row:
        """A further row."""
        row = Row(place, name)
        self._rows.append(row)
        return row

    def lines(self) -> tuple[Line, ...]:
        """The account of every row."""
        return tuple(line for row in self._rows for line in row.lines())
