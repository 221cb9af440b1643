"""Runs with the catch-ups that follow them, as the cells of records: one record for one way through an instrument."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from exports.dataset import CaughtUp, Cell
from instruments.route import Missingness
from survey import merging_runs
from survey.merging_runs import Opened, Said
from survey.runs import Response

_BLANK = {became: Cell(became) for became in Missingness}

NumberOf = Callable[[Response], int]


@dataclass(frozen=True, slots=True)
class Joined:
    """What becomes one record: whose run it is, everything that was said in it, and which runs are a part of it."""

    run: Response
    parts: tuple[Response, ...]  # whose asides and memos belong to it; none if it is what was answered once more
    cells: Mapping[str, Cell] = field(repr=False)
    later: tuple[CaughtUp, ...] = ()


def joined(opened: Sequence[Opened], ids: Sequence[str], number_of: NumberOf) -> list[Joined]:
    """One person's runs through one instrument. ``number_of`` says under which version a run was.

    What was answered in a catch-up although it was answered before, because it was worded anew, stands in a record of
    its own behind the others, in which nothing else was asked.
    """
    found = merging_runs.together(opened, ids)
    records = []
    for each in found:
        cells = {name: _cell(each.run, each.cells.get(name), number_of) for name in ids}
        later = []
        for run, came in each.later:
            names = tuple(name for name in ids if name in came and each.cells[name].run.id == run.id)
            if names:
                later.append(CaughtUp(number_of(run), day_of(run), names))
        records.append(Joined(each.run, (each.run, *(run for run, _ in each.later)), cells, tuple(later)))
    for each in found:
        for run, said in each.again:
            records.append(Joined(run, (), {name: _cell(run, said.get(name), number_of) for name in ids}))
    return records


def day_of(run: Response) -> date:
    """The day of a run: of a conversation when it began, of a survey when it was sent."""
    return run.begun_on if run.kind.spoken else run.submitted_on or run.begun_on


def _cell(run: Response, said: Said | None, number_of: NumberOf) -> Cell:
    """A cell of the record of ``run``; nothing said means that it was not asked there."""
    if said is None:
        return _BLANK[Missingness.NOT_ASKED]
    version = 0 if said.run.id == run.id else number_of(said.run)
    if said.became is Missingness.ANSWERED or version:
        return Cell(said.became, said.answer, version)
    return _BLANK[said.became]
