"""People of the team: what they sign in with, and the seed that only they can open.

The passphrase opens the seed, the second factor guards the door. Nobody can reset a passphrase: there is the printed
recovery code, there are colleagues who grant keys anew, there are the cards of ``escrow``.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger, second_factor
from vault.attempts import Spent, bucket, device_of, forgive, spend
from vault.codes import LINK, CodeUnreadable, new_code
from vault.errors import CannotOpen, Conflict, Invalid, Refused
from vault.passphrases import link_key, pretend, refuse_weak, unwrap_secret, wrap_secret
from vault.sealing import derive, new_key, open_sealed, seal
from vault.second_factor import WrongCode
from vault.store import Base, Work
from vault.wraps import KeyPair


class CannotSignIn(Refused):
    """One sentence for every reason, so that nobody learns which address has an account."""

    public = "These do not belong together. Check the e-mail address and what you typed, then try again."


class Account(Base):
    """A person of the team. E-mail address and name are in clear: colleagues need them, participants have none here."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(default="")
    key_number: Mapped[int] = mapped_column(default=0)  # how many key pairs there have been
    public_key: Mapped[bytes | None] = mapped_column(default=None)
    by_passphrase: Mapped[bytes | None] = mapped_column(default=None)
    by_recovery: Mapped[bytes | None] = mapped_column(default=None)
    totp: Mapped[bytes | None] = mapped_column(default=None)  # sealed under the seed
    totp_step: Mapped[int] = mapped_column(default=0)  # the last one used
    rehearsed_at: Mapped[datetime | None] = mapped_column(default=None)
    recovery_noted_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What a person has to learn, scan and print. None of it is stored in this form."""

    seed: bytes = field(repr=False)
    recovery_code: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who knew their passphrase or recovery code."""

    account: Account
    seed: bytes = field(repr=False)


def spelled(email: str) -> str:
    """The one spelling of an e-mail address by which an account is found."""
    return email.strip().lower()


def create(db: Session, *, email: str, name: str, by: str, now: datetime) -> Account:
    """An account without keys; ``give_keys`` makes it one that can be signed in to."""
    email, name = spelled(email), name.strip()
    if "@" not in email or not name:
        raise Invalid("Give a name and a full e-mail address, for example name@example.org.")
    if by_email(db, email):
        raise Conflict("There is an account with this e-mail address already.")
    account = Account(email=email, name=name, created_at=now)
    db.add(account)
    db.flush()
    ledger.append(db, "account.created", actor=by, now=now, account=str(account.id))
    return account


def by_email(db: Session, email: str) -> Account | None:
    """The account with this address, or None."""
    return db.scalar(select(Account).where(Account.email == spelled(email)))


def nobody_yet(db: Session) -> bool:
    """Whether the installation has no account at all."""
    return db.scalar(select(Account.id).limit(1)) is None


def give_keys(db: Session, account: Account, passphrase: str, *, now: datetime) -> NewKeys:
    """A new key pair, recovery code and second factor. What was granted to an earlier pair has to be granted anew.

    The account counts only after ``rehearse``. WeakPassphrase if the passphrase is one that is guessed early.
    """
    refuse_weak(passphrase, about=[account.email, *account.email.split("@"), *account.name.split(), "verbatim"])
    seed, secret = new_key(), second_factor.new_secret()
    account.key_number += 1
    account.public_key = KeyPair(seed).public
    account.by_passphrase = wrap_secret(passphrase, seed, "account", account.id, account.key_number)
    account.totp = seal(derive(seed, "totp"), secret.encode(), "totp", account.id)
    account.totp_step = 0
    account.rehearsed_at = account.recovery_noted_at = None
    code = _new_recovery(account, seed)
    ledger.append(db, "account.keys-made", actor=ledger.staff(account.id), now=now, key_number=account.key_number)
    db.flush()
    return NewKeys(seed, code, secret)


def _new_recovery(account: Account, seed: bytes) -> str:
    code = new_code(LINK)
    key = link_key(code, "recovery", account.id)
    account.by_recovery = seal(key, seed, "account-recovery", account.id, account.key_number)
    return code


def _opened(account: Account, passphrase: str) -> bytes:
    """The seed behind the passphrase; the same work and CannotSignIn if there is none."""
    if account.by_passphrase is None or account.closed_at is not None:
        pretend(passphrase)
        raise CannotSignIn
    try:
        seed = unwrap_secret(passphrase, account.by_passphrase, "account", account.id, account.key_number)
    except CannotOpen:
        raise CannotSignIn from None
    # A public key that somebody planted would have colleagues grant keys to a stranger.
    if KeyPair(seed).public != account.public_key:
        raise CannotSignIn
    return seed


def totp_secret(account: Account, seed: bytes) -> str:
    """The shared secret of the authenticator app; only its owner's seed opens it."""
    if account.totp is None:
        raise CannotOpen
    return open_sealed(derive(seed, "totp"), account.totp, "totp", account.id).decode()


def totp_uri(account: Account, seed: bytes) -> str:
    """What an authenticator app reads from a QR code."""
    return second_factor.uri(totp_secret(account, seed), account.email)


def _use_totp(db: Session, account: Account, seed: bytes, code: str, *, now: datetime) -> None:
    """The code is right and was not used before; it cannot be used again. WrongCode otherwise."""
    step = second_factor.step_of(totp_secret(account, seed), code, now=now)
    # Two requests with the same code race here, and the database lets one of them win.
    won = db.execute(update(Account).where(Account.id == account.id, Account.totp_step < step).values(totp_step=step))
    if won.rowcount != 1:  # type: ignore[attr-defined]
        raise WrongCode


def rehearse(db: Session, account: Account, passphrase: str, code: str, *, now: datetime) -> bytes:
    """The account counts: its owner has opened the seed with the passphrase and shown a code of their app."""
    seed = _opened(account, passphrase)
    _use_totp(db, account, seed, code, now=now)
    account.rehearsed_at = now
    ledger.append(db, "account.rehearsed", actor=ledger.staff(account.id), now=now, key_number=account.key_number)
    db.flush()
    return seed


def _try(
    work: Work, server_key: bytes, kind: str, email: str, device: str | None, now: datetime
) -> tuple[Spent, Account | None]:
    """Count a try, for the browser if it is known to the account, else for the address; then look the account up.

    No transaction is open afterwards: stretching takes long, and nobody should wait for it.
    """
    account = by_email(work.db, email)
    own = device_of(server_key, account.id, device) if account else None
    counted = bucket(server_key, kind, "device", own) if own else bucket(server_key, kind, "account", spelled(email))
    work.commit()
    return spend(work, counted, now=now), account


def prove_passphrase(
    work: Work, server_key: bytes, email: str, passphrase: str, *, device: str | None, now: datetime
) -> Proven:
    """Who knows the passphrase of this address. CannotSignIn, in the same time, whatever was wrong; TooManyTries.

    Commits ``work`` before it tries, see ``attempts.spend``.
    """
    spent, account = _try(work, server_key, "passphrase", email, device, now)
    if account is None:
        pretend(passphrase)
        raise CannotSignIn
    seed = _opened(account, passphrase)
    forgive(work.db, spent)
    return Proven(account, seed)


def prove_second_factor(
    work: Work, server_key: bytes, account: Account, seed: bytes, code: str, *, device: str | None, now: datetime
) -> None:
    """The owner of the passphrase has the app too, and is signed in; for a new account that is its rehearsal.

    WrongCode or TooManyTries otherwise. Commits ``work`` before it tries.
    """
    spent, _ = _try(work, server_key, "second-factor", account.email, device, now)
    _use_totp(work.db, account, seed, code, now=now)
    forgive(work.db, spent)
    if account.rehearsed_at is None:
        account.rehearsed_at = now
    ledger.append(work.db, "account.signed-in", actor=ledger.staff(account.id), now=now)
    work.db.flush()


def change_passphrase(db: Session, account: Account, old: str, new: str, *, now: datetime) -> None:
    """The new passphrase opens the same seed, the old one nothing. CannotSignIn if the old one is wrong."""
    seed = _opened(account, old)
    refuse_weak(new, about=[account.email, *account.email.split("@"), *account.name.split(), "verbatim"])
    account.by_passphrase = wrap_secret(new, seed, "account", account.id, account.key_number)
    ledger.append(db, "account.passphrase-changed", actor=ledger.staff(account.id), now=now)
    db.flush()


def new_recovery_code(db: Session, account: Account, seed: bytes, *, now: datetime) -> str:
    """A recovery code to be printed; the former one opens nothing."""
    code = _new_recovery(account, seed)
    account.recovery_noted_at = now
    ledger.append(db, "account.recovery-renewed", actor=ledger.staff(account.id), now=now)
    db.flush()
    return code


def _recovered(account: Account, code: str) -> bytes:
    if account.by_recovery is None or account.closed_at is not None:
        raise CannotSignIn
    try:
        key = link_key(code, "recovery", account.id)
        return open_sealed(key, account.by_recovery, "account-recovery", account.id, account.key_number)
    except (CannotOpen, CodeUnreadable):
        raise CannotSignIn from None


def recover(
    work: Work, server_key: bytes, email: str, recovery_code: str, totp_code: str, new: str,
    *, device: str | None, now: datetime,
) -> NewKeys:  # fmt: skip
    """Passphrase forgotten: the recovery code and the app together set a new one, and a new recovery code with it.

    CannotSignIn for every wrong combination. Commits ``work`` before it tries.
    """
    spent, account = _try(work, server_key, "recovery", email, device, now)
    if account is None:
        raise CannotSignIn
    seed = _recovered(account, recovery_code)
    try:
        _use_totp(work.db, account, seed, totp_code, now=now)
    except WrongCode:
        raise CannotSignIn from None
    refuse_weak(new, about=[account.email, *account.email.split("@"), *account.name.split(), "verbatim"])
    account.by_passphrase = wrap_secret(new, seed, "account", account.id, account.key_number)
    code = _new_recovery(account, seed)
    forgive(work.db, spent)
    ledger.append(work.db, "account.recovered", actor=ledger.staff(account.id), now=now)
    work.db.flush()
    return NewKeys(seed, code, totp_secret(account, seed))


def renew_second_factor(
    work: Work, server_key: bytes, account: Account, seed: bytes, recovery_code: str, *, device: str | None,
    now: datetime,
) -> str:  # fmt: skip
    """Phone lost: whoever gave the passphrase and has the recovery code gets a new secret for their app.

    Commits ``work`` before it tries.
    """
    spent, _ = _try(work, server_key, "recovery", account.email, device, now)
    if not hmac.compare_digest(_recovered(account, recovery_code), seed):
        raise CannotSignIn
    secret = second_factor.new_secret()
    account.totp = seal(derive(seed, "totp"), secret.encode(), "totp", account.id)
    account.totp_step = 0
    forgive(work.db, spent)
    ledger.append(work.db, "account.second-factor-renewed", actor=ledger.staff(account.id), now=now)
    work.db.flush()
    return secret


def close(db: Session, account: Account, *, by: str, now: datetime) -> None:
    """Nobody signs in to the account any more. Its memberships are ended by the leads of its studies."""
    account.closed_at = now
    ledger.append(db, "account.closed", actor=by, now=now, account=str(account.id))
    db.flush()
