"""Letters of a board, as they came: sealed, because they name people, for whoever keeps a study's approvals.

They are sealed under a key of the study in the linkage scope: leads and coordinators hold that one and are who records
approvals. Analysts, interviewers and auditors open none; an auditor sees that there is a letter, and its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.amendments import Amendment
from vault import ledger, study_keys
from vault.errors import Invalid, Missing
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Scope
from vault.study_keys import LETTERS

LARGEST = 20 * 1024 * 1024

# By their first bytes: what a program calls a file does not count.
_KINDS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class DecisionLetter(AppendOnly, Base):
    """One letter, about a decision, or about an amendment that was refused or is under way."""

    __tablename__ = "decision_letter"
    __table_args__ = (
        CheckConstraint("(approval IS NULL) <> (amendment_id IS NULL)", name="decision_letter_about_one_thing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    approval: Mapped[int | None] = mapped_column(NUMBER, ForeignKey("approval.number"), default=None)
    amendment_id: Mapped[UUID | None] = mapped_column(ForeignKey("amendment.id"), default=None)
    kind: Mapped[str]
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(deferred=True)
    kept_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kept_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Keeper:
    """A member with the seed that opens what they may read."""

    id: UUID
    seed: bytes = field(repr=False)


def kind_of(data: bytes) -> str:
    """What kind of file it is; Invalid if it is none that a letter can be, or too large."""
    if len(data) > LARGEST:
        raise Invalid("The letter is larger than 20 MB. Scan it in grey, or send it as a PDF.")
    kind = next((kind for begin, kind in _KINDS.items() if data.startswith(begin)), None)
    if kind is None:
        raise Invalid("Choose the letter as a PDF, or as a picture in PNG or JPEG.")
    return kind


def keep(
    db: Session, study_id: UUID, data: bytes, *, by: Keeper, now: datetime, approval: int | None = None,
    amendment: Amendment | None = None,
) -> DecisionLetter:  # fmt: skip
    """The letter is kept sealed; Invalid for what is no letter, CannotOpen for whoever does not hold the key."""
    kind, key = kind_of(data), _key(db, study_id, by)
    id_ = uuid4()
    letter = DecisionLetter(
        id=id_, study_id=study_id, approval=approval, amendment_id=amendment.row.id if amendment else None, kind=kind,
        size=len(data), sealed=seal(key, padded(data), *_place(study_id, id_)), kept_by=by.id, kept_at=now,
    )  # fmt: skip
    db.add(letter)
    db.flush()
    ledger.append(
        db, "decision-letter.kept", actor=ledger.staff(by.id), now=now, study=study_id, letter=str(id_),
        approval=approval or 0, amendment=amendment.row.number if amendment else 0, bytes=len(data),
    )  # fmt: skip
    return letter


def _key(db: Session, study_id: UUID, by: Keeper) -> bytes:
    return study_keys.secret_of(db, study_id, Scope.LINKAGE, LETTERS, account_id=by.id, seed=by.seed)


def _place(study_id: UUID, letter_id: UUID) -> tuple[str, UUID, UUID]:
    return ("decision-letter", study_id, letter_id)


def read(db: Session, study_id: UUID, letter_id: UUID, *, by: Keeper, now: datetime) -> tuple[DecisionLetter, bytes]:
    """The letter as it came, and the log says who read it; CannotOpen for whoever does not hold the key."""
    letter = db.get(DecisionLetter, letter_id)
    if letter is None or letter.study_id != study_id:
        raise Missing
    data = unpadded(open_sealed(_key(db, study_id, by), letter.sealed, *_place(study_id, letter_id)))
    ledger.append(
        db, "decision-letter.read", actor=ledger.staff(by.id), now=now, study=study_id, letter=str(letter_id)
    )  # fmt: skip
    return letter, data


def of_study(db: Session, study_id: UUID) -> Sequence[DecisionLetter]:
    """Every letter of a study, the first one first; their contents stay sealed."""
    mine = select(DecisionLetter).where(DecisionLetter.study_id == study_id)
    return db.scalars(mine.order_by(DecisionLetter.kept_at, DecisionLetter.id)).all()
