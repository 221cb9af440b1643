"""A small team with real accounts and keys, for tests that need somebody to hold something."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from vault import accounts, approvals, ledger, studies, study_keys
from vault.accounts import Account
from vault.studies import Member, Role, Study
from vault.wraps import fingerprint

PASSPHRASE = "correct horse battery staple lamp"


@dataclass(frozen=True)
class Person:
    """An account and the seed that only its passphrase opens."""

    account: Account
    seed: bytes = field(repr=False)
    recovery_code: str = field(repr=False)
    totp_secret: str = field(repr=False)

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.account.id


def person(db: Session, name: str, *, now: datetime) -> Person:
    """Somebody whose account counts: keys made, passphrase rehearsed."""
    account = accounts.create(db, email=f"{name}@example.org", name=name.title(), by=ledger.OPERATOR, now=now)
    keys = accounts.give_keys(db, account, PASSPHRASE, now=now)
    code = pyotp.TOTP(keys.totp_secret).at(now)
    seed = accounts.rehearse(db, account, PASSPHRASE, code, now=now)
    return Person(account, seed, keys.recovery_code, keys.totp_secret)


def study_of(db: Session, lead: Person, *, now: datetime, title: str = "Mentors and mentees") -> Study:
    """A study with keys, led by ``lead``."""
    study = studies.found(db, title, "MM-1", by=lead.id, now=now)
    study_keys.make(db, study.id, by=lead.account, now=now)
    return study


def approved_for(db: Session, study_id: UUID, *, now: datetime) -> None:
    """A board has approved the study, so that people may be enrolled."""
    if not approvals.of_study(db, study_id):
        year, lead = timedelta(days=365), studies.members(db, study_id)[0].account_id
        decided = approvals.Decided("Board", "R-1", "All", (now - year).date(), (now + 3 * year).date())
        approvals.record(db, study_id, decided, by=lead, now=now)


def joined(db: Session, study: Study, someone: Person, role: Role, *, by: Person, now: datetime) -> Member:
    """A member who holds the keys of their role."""
    member = studies.join(db, study.id, someone.id, role, by=by.id, now=now)
    shown = fingerprint(someone.account.public_key or b"")
    study_keys.give(db, member, someone.account, shown=shown, by=by.id, seed=by.seed, now=now)
    return member
