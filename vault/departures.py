"""When somebody leaves a study or changes their role: the keys they held become worthless, whatever crashes meanwhile.

What has to follow stands in ``Study.owed`` from the moment of the departure until it is done.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vault import keyring, ledger, rotation
from vault.keyring import Wrap
from vault.studies import HOLDS, Member, Role, Scope, Study, join, leave, members
from vault.study_keys import hold, take_away

ASSIGNMENTS = "assignments"


def part_with(db: Session, member: Member, *, by: UUID, now: datetime) -> None:
    """The member is none any more and holds no grant; ``settle`` has to follow."""
    leave(db, member, by=by, now=now)
    _owe(db, member.study_id, [ASSIGNMENTS, *_taken(db, member, frozenset(Scope), by=by, now=now)])


def change_role(
    db: Session, member: Member, role: Role, *, by: UUID, now: datetime, ends_on: date | None = None
) -> Member:  # fmt: skip
    """The member has ``role`` and no grant of a scope that it lacks; ``settle`` has to follow, then a new grant.

    ``ends_on`` is the last day of an auditor.
    """
    leave(db, member, by=by, now=now)
    lost = _taken(db, member, set(Scope) - HOLDS[role], by=by, now=now)
    _owe(db, member.study_id, [ASSIGNMENTS, *lost])
    return join(db, member.study_id, member.account_id, role, by=by, now=now, site_id=member.site_id, ends_on=ends_on)


def _taken(db: Session, member: Member, scopes: Set[Scope], *, by: UUID, now: datetime) -> list[Scope]:
    lost = take_away(db, member.study_id, member.account_id, scopes)
    for scope in lost:
        ledger.append(
            db, "key.taken", actor=ledger.staff(by), now=now, study=member.study_id, account=str(member.account_id),
            scope=scope.value,
        )  # fmt: skip
    return lost


def owed(db: Session, study_id: UUID) -> frozenset[str]:
    """What is still to follow from departures: names of scopes to rotate, ASSIGNMENTS."""
    return frozenset(db.get_one(Study, study_id, populate_existing=True).owed.split())


def settle(
    db: Session, rings: Session, study_id: UUID, *, account_id: UUID, seed: bytes, now: datetime
) -> Iterator[str]:
    """Nothing is owed any more. A generator; the member ``account_id`` must hold every scope that is owed."""
    for debt in sorted(owed(db, study_id)):
        if debt == ASSIGNMENTS:
            yield from _end_assignments(db, rings, study_id)
        else:
            yield from rotation.rotate(db, rings, study_id, Scope(debt), account_id=account_id, seed=seed, now=now)
        _pay(db, study_id, debt)
        yield f"settled {debt}"


def _end_assignments(db: Session, rings: Session, study_id: UUID) -> Iterator[str]:
    """Only standing interviewers and leads have wraps of single participants."""
    standing = [str(one.account_id) for one in members(db, study_id) if one.role in (Role.INTERVIEWER, Role.LEAD)]
    rings.execute(delete(Wrap).where(Wrap.study_id == study_id, Wrap.kind == "member", Wrap.recipient.not_in(standing)))
    yield "unassigned"
    keyring.scrub(rings)


def _owe(db: Session, study_id: UUID, debts: Iterable[str]) -> None:
    hold(db, study_id, alone=True)
    study = db.get_one(Study, study_id, populate_existing=True)
    study.owed = " ".join(sorted({*study.owed.split(), *debts}))
    db.flush()


def _pay(db: Session, study_id: UUID, debt: str) -> None:
    hold(db, study_id, alone=True)
    study = db.get_one(Study, study_id, populate_existing=True)
    study.owed = " ".join(sorted({*study.owed.split()} - {debt}))
    db.flush()
