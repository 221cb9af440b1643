"""What a board says yes to: the very text of a draft, by a decision that takes the place of the one before."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consent.weighing import mark_of
from consent.wording import Wording
from instruments import versions
from instruments.canonical import fingerprint
from instruments.drafts import Draft, find_instrument
from vault import approvals
from vault.approvals import Approval, Decided
from vault.terms import CONSENT, Terms, named


def approved(db: Session, draft: Draft, former: int, *, by: UUID, now: datetime, since: date | None = None) -> int:
    """The number of a decision on this draft that replaces ``former``, with its dates unless told ``since`` when."""
    before = db.get_one(Approval, former)
    texts = (named(draft.instrument_id, fingerprint(draft.definition)),)
    decided = Decided(
        before.board, f"{before.reference}-A", before.covers, since or before.effective_on, before.expires_on,
        site_id=before.site_id, replaces=former, terms=Terms(texts=texts),
    )  # fmt: skip
    return approvals.record(db, before.study_id, decided, by=by, now=now).number


def approved_wording(
    db: Session, wording: Wording, former: int, *, by: UUID, now: datetime, since: date | None = None
) -> int:
    """The same for the wording of a consent document."""
    before = db.get_one(Approval, former)
    decided = Decided(
        before.board, f"{before.reference}-A", before.covers, since or before.effective_on, before.expires_on,
        site_id=before.site_id, replaces=former, terms=Terms(texts=(named(CONSENT, mark_of(wording)),)),
    )  # fmt: skip
    return approvals.record(db, before.study_id, decided, by=by, now=now).number


def granted(db: Session, draft: Draft, *, by: UUID, now: datetime) -> int:
    """A decision under which the draft may be published as it stands: the study's newest, or one in its place."""
    study_id = find_instrument(db, draft.instrument_id).study_id
    newest = approvals.of_study(db, study_id)[0].number
    exact = versions.weigh(db, draft, newest).exact
    return newest if exact else approved(db, draft, newest, by=by, now=now)
