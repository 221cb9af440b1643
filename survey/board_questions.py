"""What the ethics board asks the team or finds, and what the team answers. Both stand in the log, without their words.

Neither names anybody: participants are called by their pseudonym.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.remarks import fingerprint, remark
from vault import ledger, study_keys
from vault.errors import Invalid, Missing
from vault.store import AppendOnly, Base


class Concern(StrEnum):
    """What the board writes."""

    QUESTION = "question"
    FINDING = "finding"


class BoardQuestion(AppendOnly, Base):
    """A question or a finding. ``number`` counts from 1 within its study."""

    __tablename__ = "board_question"
    __table_args__ = (Index("board_question_once", "study_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    concern: Mapped[Concern]
    words: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]


class BoardAnswer(AppendOnly, Base):
    """What was said to it afterwards, by the team or by the board, in the order of ``turn``."""

    __tablename__ = "board_answer"

    question_id: Mapped[UUID] = mapped_column(ForeignKey("board_question.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str]
    from_board: Mapped[bool]
    settled: Mapped[bool]  # the board holds it for answered
    said_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    said_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Thread:
    """A question or finding with everything that was said to it, oldest first."""

    question: BoardQuestion
    answers: tuple[BoardAnswer, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether the board held it for answered, and nothing was said since."""
        return bool(self.answers) and self.answers[-1].settled

    @property
    def waits_for_team(self) -> bool:
        """Whether the last word is the board's, and it asks for one of the team."""
        return not self.settled and (not self.answers or self.answers[-1].from_board)


def ask(db: Session, study_id: UUID, concern: Concern, words: str, *, by: UUID, now: datetime) -> BoardQuestion:
    """The team has a question or a finding of the board to answer."""
    words = remark(words, "Write the question or the finding.")
    # Two at once get their numbers one after the other.
    study_keys.hold(db, study_id, alone=True)
    newest = db.scalar(select(func.max(BoardQuestion.number)).where(BoardQuestion.study_id == study_id))
    row = BoardQuestion(
        id=uuid4(), study_id=study_id, number=(newest or 0) + 1, concern=concern, words=words, asked_by=by, asked_at=now
    )
    db.add(row)
    ledger.append(
        db, "board.asked", actor=ledger.staff(by), now=now, study=study_id, number=row.number, concern=concern.value,
        text=fingerprint(words),
    )  # fmt: skip
    db.flush()
    return row


def answer(
    db: Session, thread: Thread, words: str, *, from_board: bool, settled: bool = False, by: UUID, now: datetime
) -> None:
    """Something more was said to it; with ``settled`` the board holds it for answered, and need say nothing more.

    Conflict, at the latest in the database, if somebody else has said something meanwhile.
    """
    if settled and not from_board:
        raise Invalid("Only the board says that its question is answered.")
    words = remark(words, "" if settled else "Write what you have to say to it.")
    row = thread.question
    db.add(
        BoardAnswer(
            question_id=row.id, turn=len(thread.answers) + 1, words=words, from_board=from_board, settled=settled,
            said_by=by, said_at=now,
        )
    )  # fmt: skip
    ledger.append(
        db, "board.settled" if settled else "board.answered", actor=ledger.staff(by), now=now, study=row.study_id,
        number=row.number, text=fingerprint(words),
    )  # fmt: skip
    db.flush()


def of_study(db: Session, study_id: UUID) -> Sequence[Thread]:
    """Every question and finding on a study, the newest first."""
    rows = db.scalars(
        select(BoardQuestion).where(BoardQuestion.study_id == study_id).order_by(BoardQuestion.number.desc())
    ).all()
    said = select(BoardAnswer).join(BoardQuestion).where(BoardQuestion.study_id == study_id)
    answers: dict[UUID, list[BoardAnswer]] = {}
    for one in db.scalars(said.order_by(BoardAnswer.question_id, BoardAnswer.turn)):
        answers.setdefault(one.question_id, []).append(one)
    return [Thread(row, tuple(answers.get(row.id, ()))) for row in rows]


def find(db: Session, study_id: UUID, question_id: UUID) -> Thread:
    """The question with this id in a study, or Missing."""
    row = db.get(BoardQuestion, question_id)
    if row is None or row.study_id != study_id:
        raise Missing
    said = select(BoardAnswer).where(BoardAnswer.question_id == row.id).order_by(BoardAnswer.turn)
    return Thread(row, tuple(db.scalars(said)))
