"""The first day of a colleague: a link, valid for a week and once, behind which they make keys of their own."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.accounts import Account
from vault.codes import LINK, CodeUnreadable, new_code, normalized
from vault.errors import Missing
from vault.sealing import derive
from vault.store import Base

VALID = timedelta(days=7)


class WelcomeVoid(Missing):
    """The link was used, has expired, was replaced by a newer one, or never was."""

    public = "This link or code is not valid any more. Ask whoever sent it for a new one."


class Welcome(Base):
    """A link that was given out. What stands here does not open it."""

    __tablename__ = "welcome"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


def _digest(code: str) -> bytes:
    try:
        return derive(normalized(code).encode(), "welcome")
    except CodeUnreadable:
        raise WelcomeVoid from None


def welcome(db: Session, account: Account, *, by: str, now: datetime, study: UUID | None = None) -> str:
    """A code for the colleague's link; former ones are void."""
    db.execute(delete(Welcome).where(Welcome.account_id == account.id))
    code = new_code(LINK)
    db.add(Welcome(digest=_digest(code), account_id=account.id, expires_at=now + VALID))
    ledger.append(db, "account.welcomed", actor=by, now=now, study=study, account=str(account.id))
    db.flush()
    return code


def welcomed(db: Session, code: str, *, now: datetime) -> Account:
    """Whom the code was made for; WelcomeVoid if it is not valid or the account was closed. It stays valid."""
    found = db.get(Welcome, _digest(code))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise WelcomeVoid
    account = db.get_one(Account, found.account_id)
    if account.closed_at is not None:
        raise WelcomeVoid
    return account


def use(db: Session, code: str, *, now: datetime) -> Account:
    """Whom the code was made for; it is void from now on, also for whoever uses it at the same moment."""
    account = welcomed(db, code, now=now)
    unused = (Welcome.digest == _digest(code), Welcome.used_at.is_(None))
    won = db.execute(update(Welcome).where(*unused).values(used_at=now))
    if won.rowcount != 1:  # type: ignore[attr-defined]
        raise WelcomeVoid
    return account
