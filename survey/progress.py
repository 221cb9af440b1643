"""How a study goes, in counts only: who stands where, how far the quotas are, what was begun and sent."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.drafts import InstrumentRow
from instruments.versions import Version
from survey import frames, sampling, statuses
from survey.participants import Participant, Standing
from survey.runs import Kind, ResponseRow
from survey.sampling import Quota, Stratum
from survey.statuses import COUNTING, Status
from survey.suppression import hidden
from vault import studies


@dataclass(frozen=True, slots=True)
class Row:
    """One site × stratum. None in a cell or total: not shown."""

    site: str  # empty: no site
    stratum: str  # empty: no stratum
    cells: Mapping[Status, int | None]
    total: int | None


@dataclass(frozen=True, slots=True)
class QuotaFill:
    """How far a quota is; None: not shown."""

    quota: Quota
    taken: int | None


@dataclass(frozen=True, slots=True)
class RunCount:
    """How many runs of a version are open or sent; None: not shown."""

    instrument: str
    version: int
    kind: Kind
    open: int | None
    submitted: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything about recruitment that is a count. Cells and totals add up wherever they are shown."""

    rows: tuple[Row, ...]
    totals: Mapping[Status, int | None]
    everybody: int | None
    quotas: tuple[QuotaFill, ...]
    balance: Mapping[str, Mapping[str, int]]  # empty unless exact


_Place = tuple[UUID | None, UUID | None]
_Key = tuple[Hashable, ...]


def overview(db: Session, study_id: UUID, *, exact: bool) -> Overview:
    """Who stands where: site × stratum × status, and the quotas.

    Unless ``exact`` (for roles that hold a key of participants), numbers below five are not shown, and none that
    would give them away.
    """
    counted = _counted(db, study_id)
    strata, quotas = frames.strata(db, study_id), frames.quotas(db, study_id)
    places = _places(counted, db, study_id, strata)
    values: dict[_Key, int] = {("all",): sum(counted.values())}
    lines: list[tuple[_Key, list[_Key]]] = []
    for place in places:
        for status in Status:
            values["cell", place, status] = counted[place, status]
        values["row", place] = sum(counted[place, status] for status in Status)
        lines.append((("row", place), [("cell", place, status) for status in Status]))
    for status in Status:
        values["column", status] = sum(counted[place, status] for place in places)
        lines.append((("column", status), [("cell", place, status) for place in places]))
    lines.append((("all",), [("row", place) for place in places]))
    lines.append((("all",), [("column", status) for status in Status]))
    for quota, cells in _quota_cells(quotas, strata, places):
        values["quota", quota.id] = sum(values[cell] for cell in cells)
        lines.append((("quota", quota.id), cells))
    gone: frozenset[_Key] = frozenset() if exact else hidden(values, lines)

    def shown(*key: Hashable) -> int | None:
        return None if key in gone else values[key]

    names = {site.id: site.name for site in studies.sites(db, study_id)}
    cells_of = {stratum.id: stratum.name for stratum in strata}
    rows = tuple(
        Row(
            names[place[0]] if place[0] else "",
            cells_of[place[1]] if place[1] else "",
            {status: shown("cell", place, status) for status in Status},
            shown("row", place),
        )
        for place in places
    )
    return Overview(
        rows,
        {status: shown("column", status) for status in Status},
        shown("all"),
        tuple(QuotaFill(quota, shown("quota", quota.id)) for quota in quotas),
        sampling.balance(strata, _placed(counted)) if exact else {},
    )


def _counted(db: Session, study_id: UUID) -> Counter[tuple[_Place, Status]]:
    standing = statuses.of_study(db, study_id)
    rows = db.execute(
        select(Participant.id, Participant.site_id, Participant.stratum_id).where(
            Participant.study_id == study_id, Participant.standing != Standing.LINKED
        )
    )
    return Counter(
        ((site_id, stratum_id), standing.get(participant_id, Status.IDENTIFIED))
        for participant_id, site_id, stratum_id in rows
    )


def _places(
    counted: Mapping[tuple[_Place, Status], int], db: Session, study_id: UUID, strata: Sequence[Stratum]
) -> list[_Place]:  # fmt: skip
    """The rows of the table: every combination in which somebody stands, sites by name and strata in their order."""
    sites: dict[UUID | None, int] = {site.id: at for at, site in enumerate(studies.sites(db, study_id), 1)}
    order: dict[UUID | None, int] = {stratum.id: at for at, stratum in enumerate(strata, 1)}
    found = {place for place, _ in counted}
    return sorted(found, key=lambda place: (sites.get(place[0], 0), order.get(place[1], 0)))


def _quota_cells(
    quotas: Sequence[Quota], strata: Sequence[Stratum], places: Sequence[_Place]
) -> list[tuple[Quota, list[_Key]]]:  # fmt: skip
    """For each quota the cells of the table that it counts."""
    attributes = {stratum.id: stratum.attributes for stratum in strata}
    return [
        (
            quota,
            [
                ("cell", place, status)
                for place in places
                if sampling.within(attributes[place[1]] if place[1] else {}, quota.of)
                for status in COUNTING
            ],
        )
        for quota in quotas
    ]


def placed(db: Session, study_id: UUID) -> dict[UUID | None, int]:
    """How many people who count towards quotas stand in each stratum (None: in no stratum), whatever the site."""
    return _placed(_counted(db, study_id))


def _placed(counted: Mapping[tuple[_Place, Status], int]) -> dict[UUID | None, int]:
    placed: Counter[UUID | None] = Counter()
    for (place, status), count in counted.items():
        if status in COUNTING:
            placed[place[1]] += count
    return placed


def runs_by_version(db: Session, study_id: UUID, *, exact: bool) -> tuple[RunCount, ...]:
    """How many runs of each version are open and sent, trials left out; small numbers as in ``overview``.

    Catch-ups are a kind of their own, and no further runs of the sample.
    """
    rows = db.execute(
        select(InstrumentRow.key, Version.number, ResponseRow.kind, func.count(), func.count(ResponseRow.submitted_on))
        .join(Version, Version.id == ResponseRow.version_id)
        .join(InstrumentRow, InstrumentRow.id == ResponseRow.instrument_id)
        .where(ResponseRow.study_id == study_id, ResponseRow.kind != Kind.TEST)
        .group_by(InstrumentRow.key, Version.number, ResponseRow.kind)
        .order_by(InstrumentRow.key, Version.number, ResponseRow.kind)
    )
    found = []
    for key, number, kind, every, submitted in rows:
        pair = {"open": every - submitted, "submitted": submitted}
        gone = frozenset[str]() if exact else hidden(pair, [])
        shown = {name: None if name in gone else count for name, count in pair.items()}
        found.append(RunCount(key, number, kind, shown["open"], shown["submitted"]))
    return tuple(found)
