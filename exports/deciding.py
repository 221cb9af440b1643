"""Deciding on a release: another member looks at what was found and says yes or no.

A study with one person who may decide has nobody to ask. That person may declare so and decide alone, and the log
says that it was alone.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from exports import releases
from exports.releases import NotNow, Release, State
from vault import ledger, studies, study_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Invalid, Refused
from vault.sealing import Part, new_key, open_sealed, padded, seal, unpadded
from vault.studies import Permit, Scope
from vault.wraps import KeyPair, wrap

SENTENCE = 20  # characters; less is a word


class MayNotDecide(Refused):
    """The role of this member does not decide on releases."""

    public = "Only a lead of the study can decide on a release."


class SamePerson(Refused):
    """Four eyes see more than two."""

    public = "You asked for this release yourself. Another lead of the study has to decide on it."


class NothingDeclared(Invalid):
    """Whoever decides alone says so."""

    public = "Nobody else of this study may decide. Declare in a sentence that you decide alone, and why that is right."


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the roster took out of the texts, or found and left (``doubt``), for the approver's eyes."""

    sort: str
    label: str
    place: str
    count: int
    doubt: bool
    original: str = field(repr=False)


def others(db: Session, release: Release) -> Sequence[UUID]:
    """Who else than the one who asked may decide."""
    return [
        member.account_id
        for member in studies.members(db, release.study_id)
        if member.account_id != release.asked_by and Permit.APPROVE_RELEASES in studies.permits_of(member.role)
    ]


def may_approve(db: Session, release: Release, account: Account) -> tuple[bool, bool]:
    """Whether this member may approve the release at all, and whether they would do so alone, which they declare."""
    member = studies.membership(db, release.study_id, account.id)
    permitted = member is not None and Permit.APPROVE_RELEASES in studies.permits_of(member.role)
    own = release.asked_by == account.id
    alone = permitted and own and not others(db, release)
    return permitted and (not own or alone), alone


def approve(db: Session, release: Release, *, by: Account, now: datetime, declaration: str = "") -> None:
    """The release may be built. SamePerson for whoever asked, unless nobody else may decide and they declare so.

    NothingDeclared if whoever is alone says less than a sentence of ``SENTENCE`` characters about it;
    NotNow before the check and once it was decided.
    """
    release = releases.find(db, release.study_id, release.id, writing=True)
    permitted, alone = may_approve(db, release, by)
    if not permitted:
        raise SamePerson if release.asked_by == by.id and _decides(db, release, by) else MayNotDecide
    if release.state is not State.CHECKED or release.job is not None:
        raise NotNow
    if alone and len(declaration.strip()) < SENTENCE:
        raise NothingDeclared
    release.decided_by, release.decided_at, release.alone = by.id, now, alone
    release.said = declaration.strip() if alone else ""
    release.state = State.APPROVED
    found = release.found
    releases.log(
        db, release, "approved", actor=ledger.staff(by.id), now=now, asked_by=str(release.asked_by), alone=alone,
        cases=found.cases if found else 0, smallest_k=found.smallest if found else 0,
    )  # fmt: skip
    db.flush()


def _decides(db: Session, release: Release, by: Account) -> bool:
    member = studies.membership(db, release.study_id, by.id)
    return member is not None and Permit.APPROVE_RELEASES in studies.permits_of(member.role)


def refuse(db: Session, release: Release, *, by: Account, reason: str, now: datetime) -> None:
    """The release will not be built, and whoever asked reads why. NotNow once it was decided."""
    release = releases.find(db, release.study_id, release.id, writing=True)
    if not _decides(db, release, by):
        raise MayNotDecide
    if release.state not in (State.ASKED, State.CHECKED):
        raise NotNow
    if not reason.strip():
        raise Invalid("Say why, so that whoever asked can ask for something else.")
    release.decided_by, release.decided_at, release.said = by.id, now, reason.strip()
    release.state, release.job, release.attempt = State.REFUSED, None, None
    releases.log(db, release, "refused", actor=ledger.staff(by.id), now=now)
    db.flush()


def keep_replaced(db: Session, release: Release, lines: Sequence[Replaced]) -> None:
    """What was replaced lies with the release, sealed for whoever may know names."""
    active = study_keys.study_key(db, release.study_id, Scope.LINKAGE)
    key = new_key()
    plain = json.dumps([asdict(line) for line in lines], ensure_ascii=False).encode()
    release.replaced = seal(key, padded(plain), *_place(release))
    release.replaced_key = wrap(active.public, key, *_place(release), active.epoch)
    release.replaced_epoch = active.epoch
    db.flush()


def replaced(db: Session, release: Release, *, account: Account, seed: bytes, now: datetime) -> tuple[Replaced, ...]:
    """What was replaced, for a member who holds the linkage scope; CannotOpen for everybody else. The log says it.

    After the study's keys were changed it opens no more, and the release has to be checked again.
    """
    if release.replaced is None or release.replaced_key is None:
        raise CannotOpen
    epoch = release.replaced_epoch
    holder = KeyPair(
        study_keys.seed_of(db, release.study_id, Scope.LINKAGE, account_id=account.id, seed=seed, epoch=epoch)
    )
    key = holder.unwrap(release.replaced_key, *_place(release), epoch)
    lines = json.loads(unpadded(open_sealed(key, release.replaced, *_place(release))))
    releases.log(db, release, "looked-through", actor=ledger.staff(account.id), now=now, lines=len(lines))
    db.flush()
    return tuple(Replaced(**line) for line in lines)


def _place(release: Release) -> tuple[Part, ...]:
    return "release-replaced", release.study_id, release.id
