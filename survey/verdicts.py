"""What the team says about candidate questions: those entered from a theme, and what was decided about each.

The words of somebody who was interviewed are never copied here: they are read from the interview, with its key, and are
gone with it. What is kept beside them (a theme, evidence, a note) is sealed for whoever reads answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import candidates, once
from survey.candidates import Heard
from vault import ledger, study_keys
from vault.errors import Conflict, Invalid, Missing
from vault.sealing import derive, open_sealed, padded, seal, unpadded
from vault.store import AppendOnly, Base
from vault.studies import Scope

LONGEST = 5_000


class Verdict(StrEnum):
    """What became of a candidate."""

    OPEN = "open"
    MERGED = "merged"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class CandidateRow(AppendOnly, Base):
    """A candidate that was entered from a theme, or one from an interview about which something was decided.

    The id of one from an interview is derived from where it stands there; without the key nobody sees from which.
    """

    __tablename__ = "candidate"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    sealed: Mapped[bytes]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]


class VerdictRow(AppendOnly, Base):
    """One decision about a candidate. A change of mind is a further one, and the last ``turn`` counts."""

    __tablename__ = "candidate_verdict"
    __table_args__ = (
        CheckConstraint("(verdict = 'merged') = (into_id IS NOT NULL)", name="candidate_verdict_merged_into"),
        CheckConstraint(
            "(verdict = 'accepted') = (instrument_id IS NOT NULL AND question <> '')",
            name="candidate_verdict_accepted_as",
        ),
        Index("candidate_verdict_of_question", "instrument_id", "question"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Verdict]
    into_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidate.id"), default=None)
    instrument_id: Mapped[UUID | None] = mapped_column(ForeignKey("instrument.id"), default=None)
    question: Mapped[str] = mapped_column(default="")
    sealed: Mapped[bytes]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime]


class Decided(Conflict):
    """What was decided stands until somebody opens it again."""

    public = "This candidate has been decided on already. Open it again first, if that was wrong."


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody of the team says about a candidate."""

    words: str = ""
    theme: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A decision, with what was said about it."""

    verdict: Verdict
    by: UUID
    at: datetime
    into: UUID | None = None
    instrument_id: UUID | None = None
    question: str = ""
    said: Said = field(default_factory=Said, repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may belong in the next version: its words, where it comes from, what was decided."""

    id: UUID
    study_id: UUID
    words: str = field(repr=False)  # empty once the interview can no longer be read
    theme: str = field(repr=False)
    evidence: str = field(repr=False)
    heard: Heard | None = None  # None: entered from a theme, or heard in an interview that is gone
    by: UUID | None = None  # who entered it, from a theme
    at: datetime | None = None
    kept: bool = False  # whether there is a row of it
    steps: tuple[Step, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What was decided last."""
        return self.steps[-1].verdict if self.steps else Verdict.OPEN


@dataclass(frozen=True, slots=True)
class By:
    """Who decides, with the seed that opens what they may read."""

    id: UUID
    seed: bytes = field(repr=False)


def listed(db: Session, rings: Session, study_id: UUID, *, by: By, now: datetime) -> tuple[Candidate, ...]:
    """Every candidate of a study: those from interviews, oldest first, then those from themes and those whose interview
    is gone. CannotOpen without the responses scope. The log says that somebody looked.
    """
    key = _key(db, study_id, by)
    steps = _steps(db, study_id, key)
    rows = _rows(db, study_id)
    found = []
    for one in candidates.of_team(db, rings, study_id, account_id=by.id, seed=by.seed, now=now):
        id_ = _id(key, one)
        found.append(
            Candidate(
                id_, study_id, one.words, one.theme, f"{one.pseudonym}, {one.held_on.isoformat()}", heard=one,
                kept=id_ in rows, steps=steps.get(id_, ()),
            )
        )  # fmt: skip
    there = {one.id for one in found}
    for row in rows.values():
        if row.id not in there:
            said = _opened(key, row.sealed, row.id, 0)
            known = (row.entered_by, row.entered_at) if said.words else (None, None)
            found.append(
                Candidate(
                    row.id, study_id, said.words, said.theme, said.evidence, by=known[0], at=known[1], kept=True,
                    steps=steps.get(row.id, ()),
                )
            )  # fmt: skip
    return tuple(found)


def find(every: Sequence[Candidate], candidate_id: UUID) -> Candidate:
    """The candidate with this id, or Missing."""
    found = next((one for one in every if one.id == candidate_id), None)
    if found is None:
        raise Missing
    return found


def enter(db: Session, study_id: UUID, said: Said, *, by: By, now: datetime, form: UUID | None = None) -> UUID:
    """The study has a candidate that follows from a theme: one for each ``form``, however often that is sent."""
    if not said.words or not said.theme:
        raise Invalid("Write the question, and the theme that it follows from.")
    key = _key(db, study_id, by)
    if form is not None and not once.first(db, study_id, form, now=now):
        return form
    row = _row(key, form or uuid4(), study_id, said, by=by, now=now)
    db.add(row)
    ledger.append(db, "candidate.entered", actor=ledger.staff(by.id), now=now, study=study_id)
    db.flush()
    return row.id


def decline(db: Session, candidate: Candidate, note: str, *, by: By, now: datetime) -> None:
    """The candidate does not go into the next version, and everybody who reads answers sees why."""
    if not note:
        raise Invalid("Say in a sentence why it is declined.")
    _require_open(candidate)
    decide(db, candidate, Verdict.DECLINED, Said(note=note), by=by, now=now)


def merge(db: Session, candidate: Candidate, into: Candidate, *, by: By, now: datetime) -> None:
    """The candidate asks the same as another one, and goes where that one goes."""
    _require_open(candidate)
    if into.id == candidate.id or into.study_id != candidate.study_id or into.verdict is Verdict.MERGED:
        raise Invalid("Choose another candidate, one that is not itself merged.")
    _keep(db, into, _key(db, candidate.study_id, by), by=by, now=now)
    decide(db, candidate, Verdict.MERGED, Said(), by=by, now=now, into=into.id)


def decide(
    db: Session, candidate: Candidate, verdict: Verdict, said: Said, *, by: By, now: datetime,
    into: UUID | None = None, instrument_id: UUID | None = None, question: str = "", instrument: str = "",
) -> None:  # fmt: skip
    """One decision more about the candidate. Conflict, at the latest in the database, if another came in between."""
    key = _key(db, candidate.study_id, by)
    _keep(db, candidate, key, by=by, now=now)
    turn = len(candidate.steps) + 1
    db.add(
        VerdictRow(
            candidate_id=candidate.id, turn=turn, verdict=verdict, into_id=into, instrument_id=instrument_id,
            question=question, sealed=_sealed(key, said, candidate.id, turn), decided_by=by.id, decided_at=now,
        )
    )  # fmt: skip
    action = "candidate.reopened" if verdict is Verdict.OPEN else f"candidate.{verdict.value}"
    facts = {"instrument": instrument, "question": question} if instrument else {}
    ledger.append(db, action, actor=ledger.staff(by.id), now=now, study=candidate.study_id, **facts)
    db.flush()


def _require_open(candidate: Candidate) -> None:
    if candidate.verdict is not Verdict.OPEN:
        raise Decided


def _keep(db: Session, candidate: Candidate, key: bytes, *, by: By, now: datetime) -> None:
    if not candidate.kept and db.get(CandidateRow, candidate.id) is None:
        db.add(_row(key, candidate.id, candidate.study_id, Said(), by=by, now=now))
        db.flush()


def _row(key: bytes, id_: UUID, study_id: UUID, said: Said, *, by: By, now: datetime) -> CandidateRow:
    sealed = _sealed(key, said, id_, 0)
    return CandidateRow(id=id_, study_id=study_id, sealed=sealed, entered_by=by.id, entered_at=now)


def _key(db: Session, study_id: UUID, by: By) -> bytes:
    """The study's key to what is said of candidates. It stays the same when the key to the answers is changed."""
    return study_keys.secret_of(db, study_id, Scope.RESPONSES, "candidates", account_id=by.id, seed=by.seed)


def _id(key: bytes, heard: Heard) -> UUID:
    return UUID(bytes=derive(key, "candidate", heard.response.id, heard.id, length=16))


def _sealed(key: bytes, said: Said, candidate_id: UUID, turn: int) -> bytes:
    if any(len(text) > LONGEST for text in (said.words, said.theme, said.evidence, said.note)):
        raise Invalid("A text is longer than 5,000 characters. Shorten it.")
    return seal(key, padded(msgspec.json.encode(said)), "candidate", candidate_id, turn)


def _opened(key: bytes, sealed: bytes, candidate_id: UUID, turn: int) -> Said:
    plain = unpadded(open_sealed(key, sealed, "candidate", candidate_id, turn))
    return msgspec.json.decode(plain, type=Said)


def _rows(db: Session, study_id: UUID) -> dict[UUID, CandidateRow]:
    query = select(CandidateRow).where(CandidateRow.study_id == study_id)
    return {row.id: row for row in db.scalars(query.order_by(CandidateRow.entered_at, CandidateRow.id))}


def _steps(db: Session, study_id: UUID, key: bytes) -> Mapping[UUID, tuple[Step, ...]]:
    found: dict[UUID, tuple[Step, ...]] = {}
    for row in verdicts_of(db, study_id):
        step = Step(
            row.verdict, row.decided_by, row.decided_at, row.into_id, row.instrument_id, row.question,
            _opened(key, row.sealed, row.candidate_id, row.turn),
        )  # fmt: skip
        found[row.candidate_id] = (*found.get(row.candidate_id, ()), step)
    return found


def verdicts_of(db: Session, study_id: UUID) -> Sequence[VerdictRow]:
    """Every decision on the candidates of a study, without what was said; those on one candidate in their order."""
    query = select(VerdictRow).join(CandidateRow, CandidateRow.id == VerdictRow.candidate_id)
    return db.scalars(
        query.where(CandidateRow.study_id == study_id).order_by(VerdictRow.candidate_id, VerdictRow.turn)
    ).all()


def said_of(db: Session, row: VerdictRow, study_id: UUID, *, by: By) -> Said:
    """What was said with a decision; CannotOpen without the responses scope."""
    return _opened(_key(db, study_id, by), row.sealed, row.candidate_id, row.turn)
