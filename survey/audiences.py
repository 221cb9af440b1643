"""To whom an instrument is offered: everybody, or the groups of the sampling frame that the study names.

Groups are values of the frame's attributes. ``{"role": ("mentee",)}`` is every cell of mentees; with a second attribute
a cell has to be in both. Whoever has no stratum is in no group.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments import drafts
from survey import frames, sampling
from survey.sampling import Stratum
from vault import ledger
from vault.errors import Invalid, Missing
from vault.prepared import Prepared
from vault.store import Base

Groups = Mapping[str, Sequence[str]]


class Audience(Base):
    """An instrument that is not offered to everybody. Setting it anew changes the groups."""

    __tablename__ = "audience"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    groups: Mapped[str]  # as JSON, attributes and values in the order of the frame


def groups_of(db: Session, instrument_id: UUID) -> Groups:
    """The groups to which an instrument is offered; none of them: to everybody."""
    found: Groups = {}
    for (spelled,) in _GROUPS.rows(db, instrument_id=instrument_id):
        found = json.loads(spelled)
    return found


_GROUPS = Prepared(select(Audience.groups).where(Audience.instrument_id == bindparam("instrument_id")))


def _read(row: Audience | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(row.groups) if row else {}
    return found


def restrict(db: Session, study_id: UUID, instrument_id: UUID, groups: Groups, *, by: UUID, now: datetime) -> bool:
    """The instrument is offered to these groups from now on, to everybody if there are none; False if it was already.

    Whoever has begun it finishes. Invalid for groups that the frame does not have.
    """
    instrument = drafts.find_instrument(db, instrument_id)
    if instrument.study_id != study_id:
        raise Missing
    frame = sampling.attributes_of(frames.strata(db, study_id))
    if any(value not in frame.get(name, ()) for name, values in groups.items() for value in values):
        raise Invalid("The sampling frame has no such group. Choose among those on the page.")
    kept = {name: [value for value in frame[name] if value in groups[name]] for name in frame if groups.get(name)}
    # Every value of an attribute leaves nobody out, and does so when the frame grows.
    kept = {name: values for name, values in kept.items() if len(values) < len(frame[name])}
    row = db.get(Audience, instrument_id)
    if kept == _read(row):
        return False
    spelled = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    if row is None:
        db.add(Audience(instrument_id=instrument_id, groups=spelled))
    elif kept:
        row.groups = spelled
    else:
        db.delete(row)
    ledger.append(
        db, "instrument.offered", actor=ledger.staff(by), now=now, study=study_id, instrument=instrument.key,
        groups=spelled,
    )  # fmt: skip
    db.flush()
    return True


def is_in(groups: Groups, stratum: Stratum | None) -> bool:
    """Whether somebody in this cell of the frame (None: in no cell) is in the groups."""
    if not groups:
        return True
    return stratum is not None and all(stratum.attributes.get(name) in values for name, values in groups.items())


def admits(db: Session, study_id: UUID, instrument_id: UUID, stratum_id: UUID | None) -> bool:
    """Whether the instrument is offered to somebody with this stratum."""
    groups = groups_of(db, instrument_id)
    if not groups:
        return True
    return is_in(groups, next((one for one in frames.strata(db, study_id) if one.id == stratum_id), None))
