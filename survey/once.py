"""Forms that do something once, also when a button is pressed twice or a page is loaded anew.

Each brings a random value that was made with its page and is kept nowhere. What is kept is the number that follows from
the value together with where and by whom it was sent; so somebody else's value is no more than a new one.
"""

import re
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import Invalid
from vault.prepared import Prepared, dialect_of
from vault.sealing import KEY_BYTES, Part, derive
from vault.store import Base
from vault.studies import Study

_VALUE = re.compile(f"[0-9a-f]{{{2 * KEY_BYTES}}}")
_NUMBER_BYTES = 16


class FormUnreadable(Invalid):
    """The form came without its value, or with one that no page of ours makes."""

    public = "The button did not work, because the page was too old or arrived incomplete. Press it again."


class EnrolmentForm(Base):
    """A form that was sent and has brought people into the study, or something else. Sent once more it does nothing."""

    __tablename__ = "enrolment_form"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey(Study.id))
    sent_on: Mapped[date]
    # Sealed under a key that only the form's value makes: what was answered, for whoever sends it again at once.
    answer: Mapped[bytes | None] = mapped_column(default=None)


_USE: dict[str, Prepared[()]] = {
    dialect: Prepared(made(EnrolmentForm).on_conflict_do_nothing(), ["id", "study_id", "sent_on"])
    for dialect, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_THIS = EnrolmentForm.id == bindparam("form")
_RELEASE: Prepared[()] = Prepared(delete(EnrolmentForm).where(_THIS))
_KEEP: Prepared[()] = Prepared(update(EnrolmentForm).where(_THIS), ["answer"])
_KEPT = Prepared(select(EnrolmentForm.answer).where(_THIS))


def new() -> str:
    """A value for a form that is about to be shown."""
    return secrets.token_hex(KEY_BYTES)


def read(value: str | None) -> bytes:
    """The value that a form brought; FormUnreadable if it is none of ours."""
    if value is None or not _VALUE.fullmatch(value):
        raise FormUnreadable
    return bytes.fromhex(value)


def number_of(value: bytes, *deed: Part) -> UUID:
    """By which the form is known again when it is sent for this very deed. It tells nothing of either."""
    return UUID(bytes=derive(value, "form", *deed, length=_NUMBER_BYTES))


def first(db: Session, study_id: UUID, form: UUID, *, now: datetime) -> bool:
    """Whether the form is sent for the first time; it is used up by whatever else this unit of work does.

    Of two at the same moment the second waits until the first is done with, and is the first if that came to nothing.
    """
    return _USE[dialect_of(db).name].write(db, id=form, study_id=study_id, sent_on=now.date()) == 1


def release(db: Session, form: UUID) -> None:
    """The form may be sent again: what it was to do outside of the database came to nothing."""
    _RELEASE.write(db, form=form)


def keep(db: Session, form: UUID, answer: bytes) -> None:
    """The sealed answer stands with the form that was used."""
    _KEEP.write(db, form=form, answer=answer)


def kept(db: Session, form: UUID) -> bytes | None:
    """The sealed answer, as long as it is kept."""
    return next((answer for (answer,) in _KEPT.rows(db, form=form)), None)


def sweep(db: Session, *, now: datetime) -> None:
    """No answer of the day before yesterday or earlier is kept; that the forms were used stays known."""
    old = (EnrolmentForm.answer.is_not(None), EnrolmentForm.sent_on < now.date() - timedelta(days=1))
    db.execute(update(EnrolmentForm).where(*old).values(answer=None).execution_options(synchronize_session=False))
