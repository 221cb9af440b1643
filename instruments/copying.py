"""Copies: what one study asks, or writes, becomes the draft of another; every question keeps its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.drafts import Draft, InstrumentRow
from instruments.foreign.naming import Names
from vault import ledger, studies
from vault.studies import Permit


@dataclass(frozen=True, slots=True)
class Source:
    """What can be copied: the newest version of an instrument, or its draft (``number`` 0)."""

    row: InstrumentRow
    study: str  # its title
    number: int
    definition: Instrument

    @property
    def value(self) -> str:
        """What a form says for it."""
        return f"{self.row.id}" if self.number else f"{self.row.id}/draft"


def offered(db: Session, account_id: UUID, *, to: UUID) -> Sequence[Source]:
    """What somebody may copy into a study from the others in which they work: what those ask, and to authors there also
    what is being written, if it differs.
    """
    found = []
    for study, member in studies.of_account(db, account_id):
        permits = studies.permits_of(member.role)
        if study.id == to or Permit.SEE_INSTRUMENTS not in permits:
            continue
        for row, published in versions.of_study(db, study.id):
            if published:
                newest = published[-1]
                found.append(Source(row, study.title, newest.number, versions.definition_of(newest)))
            if Permit.AUTHOR in permits:
                written = drafts.draft_of(db, row.id).definition
                if not published or fingerprint(written) != published[-1].fingerprint:
                    found.append(Source(row, study.title, 0, written))
    return found


def copy(db: Session, study_id: UUID, source: Source, *, by: UUID, now: datetime) -> Draft:
    """The study has a draft that begins as ``source``, under a name that it has free; the log says what it is from."""
    taken = [row.key for row in drafts.instruments_of(db, study_id)]
    made = replace(source.definition, id=Names(taken).id(source.definition.id))
    draft = drafts.begin(db, study_id, made, by=by, now=now)
    action = "instrument.copied" if source.number else "instrument.copied-draft"
    ledger.append(
        db, action, actor=ledger.staff(by), now=now, study=study_id, instrument=made.id, source=source.row.key,
        version=source.number, fingerprint=fingerprint(source.definition),
    )  # fmt: skip
    db.flush()
    return draft
