"""Somebody named somebody else. The named one becomes a participant who is only identified; who named them is sealed
under their own linkage key, so it dies with it, and nobody without the linkage scope sees that there is a tie.

Whoever names somebody cannot see whether the study knows them already. So a person who is named by two becomes two
participants, until a holder of the linkage key says that they are the same one.
"""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import letters, once, participants, statuses
from survey.opening import Opener
from survey.participants import Participant, Standing
from survey.recruitment import entry_of, keep_person
from survey.statuses import Status
from vault import identities, ledger, participant_sessions
from vault.accounts import Account
from vault.errors import Conflict, Missing
from vault.identities import Identity, Reader
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Scope


class UnderWay(Conflict):
    """Only somebody who was named, and to whom nothing has happened since, can turn out to be somebody else."""

    public = "This person has been approached already, so they stay who they are. Nothing was changed."


class NamedAlready(Conflict):
    """The same form was sent again with the same person in it."""

    public = "This form has entered this person already, so nobody was entered again."


class Nomination(AppendOnly, Base):
    """The nominee in clear; the nominator and how they know each other sealed under the nominee's linkage key."""

    __tablename__ = "nomination"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(index=True)
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Named:
    """A nomination as a holder of the linkage key sees it."""

    nominee_id: UUID
    nominator_id: UUID = field(repr=False)
    relation: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Alike:
    """A participant who may be the same person as somebody who was named."""

    participant_id: UUID
    by_email: bool  # else they have the same name
    named: bool  # named too and not yet approached, else a participant like any other


def _place(study_id: UUID, nominee_id: UUID) -> tuple[str, UUID, UUID]:
    return ("nomination", study_id, nominee_id)


def nominate(
    db: Session, rings: Session, nominator: Participant, identity: Identity, *, now: datetime, relation: str = "",
    by: UUID | None = None, stratum_id: UUID | None = None, site_id: UUID | None = None,
    interviewer: Account | None = None, language: str = "", form: bytes | None = None,
) -> Participant:  # fmt: skip
    """The named person is a participant, identified and not yet approached; Invalid if nobody could reach them.

    ``by`` is the account of the interviewer who was told, None where the participant named them. Nobody's keys are
    needed: the nominee's are made here. The log does not say which participant it was, for it would tie the two.

    ``form`` is the value that a form brought (``once``); NamedAlready where it has named the very same person.
    """
    entry = entry_of(identity)
    study_id = nominator.study_id
    actor = ledger.SYSTEM if by is None else ledger.staff(by)
    if form is not None:
        said = (entry.name, entry.email, entry.telephone, entry.address, entry.note, relation)
        if not once.first(db, study_id, once.number_of(form, "nominee", nominator.id, actor, *said), now=now):
            raise NamedAlready
    enrolled = participants.enrol(
        db, rings, study_id, by=actor, now=now, site_id=site_id, stratum_id=stratum_id, interviewer=interviewer,
        status=Status.IDENTIFIED, named=True,
    )  # fmt: skip
    kept = Identity(entry.name, entry.email, entry.telephone, entry.address, entry.note)
    keep_person(db, enrolled, kept, now=now, language=language)
    nominee, key = enrolled.participant, enrolled.keys[Scope.LINKAGE]
    plain = json.dumps({"by": str(nominator.id), "relation": relation.strip()}, ensure_ascii=False).encode()
    blob = seal(key, padded(plain), *_place(study_id, nominee.id))
    db.add(Nomination(study_id=study_id, nominee_id=nominee.id, blob=blob))
    db.flush()
    return nominee


def is_waiting(db: Session, participant: Participant) -> bool:
    """Whether nothing has happened with somebody since they were named."""
    return participant.standing is Standing.ENROLLED and statuses.current(db, participant.id) is Status.IDENTIFIED


def alike(
    db: Session, rings: Session, study_id: UUID, nominees: Sequence[UUID], reader: Reader, *, now: datetime
) -> Mapping[UUID, tuple[Alike, ...]]:
    """For each of ``nominees`` who waits the participants with the same e-mail address or name; CannotOpen without the
    linkage scope. Of two who wait the later one is like the earlier. The log says that somebody searched.
    """
    everybody = {one.id: one for one in participants.of_study(db, study_id)}
    waiting = [one for one in dict.fromkeys(nominees) if one in everybody and is_waiting(db, everybody[one])]
    if not waiting:
        return {}
    opener = Opener(db, rings, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed)
    emails: dict[str, set[UUID]] = {}
    names: dict[tuple[str, ...], set[UUID]] = {}
    for participant_id in everybody:
        key = opener.key_or_none(participant_id)
        identity = identities.own(db, participant_id, key) if key else None
        if identity is not None:
            emails.setdefault(identity.email.strip().lower(), set()).add(participant_id)
            names.setdefault(_spelled(identity.name), set()).add(participant_id)
    ledger.append(db, "identity.searched", actor=ledger.staff(reader.account_id), now=now, study=study_id)
    db.flush()
    found: dict[UUID, tuple[Alike, ...]] = {}
    for at, nominee in enumerate(waiting):
        same = {one for email, ones in emails.items() if email and nominee in ones for one in ones}
        like = same | {one for name, ones in names.items() if name and nominee in ones for one in ones}
        others = like - set(waiting[at:])
        ordered = sorted(others, key=lambda one: everybody[one].pseudonym)
        found[nominee] = tuple(Alike(one, one in same, one in waiting) for one in ordered)
    return {nominee: ones for nominee, ones in found.items() if ones}


def _spelled(name: str) -> tuple[str, ...]:
    """The words of a name without order, accents and case: René Durand is Durand, Rene."""
    plain = (one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    return tuple(sorted("".join(one if one.isalnum() else " " for one in plain).split()))


def link(
    db: Session, rings: Session, nominee: Participant, known: Participant, reader: Reader, *, now: datetime
) -> None:  # fmt: skip
    """Whoever named ``nominee`` has named ``known``, and the pseudonym of the nominee is nobody's any more.

    What was known of the nominee and not of ``known`` is kept with them; the rest dies, so ``erasure.carry_out`` has to
    follow. UnderWay if something has happened with the nominee since; CannotOpen without the linkage scope.
    """
    study_id, actor = nominee.study_id, ledger.staff(reader.account_id)
    db.refresh(nominee, with_for_update=True)
    rows = db.scalars(select(Nomination).where(Nomination.nominee_id == nominee.id).order_by(Nomination.number)).all()
    if not rows or known.id == nominee.id or known.study_id != study_id:
        raise Missing
    if not is_waiting(db, nominee):
        raise UnderWay
    opener = Opener(db, rings, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed)
    own, other = opener.key(nominee.id), opener.key(known.id)
    for row in rows:
        plain = open_sealed(own, row.blob, *_place(study_id, nominee.id))
        blob = seal(other, plain, *_place(study_id, known.id))
        db.add(Nomination(study_id=study_id, nominee_id=known.id, blob=blob))
    _complete(db, rings, known, other, identities.own(db, nominee.id, own), now=now)
    letters.drop_all(db, nominee.id, now=now)
    participant_sessions.end_all(db, nominee.id)
    participants.give_up(db, rings, nominee, actor=actor, now=now)
    ledger.append(db, "nomination.linked", actor=actor, now=now, study=study_id)
    db.flush()


def _complete(
    db: Session, rings: Session, known: Participant, key: bytes, more: Identity | None, *, now: datetime
) -> None:
    """Where nothing is known of somebody, what was said of them under another pseudonym counts."""
    stands = identities.own(db, known.id, key) or Identity()
    filled = Identity(**{name: getattr(stands, name) or getattr(more, name, "") for name in Identity.__slots__})
    if filled != stands:
        identities.keep(db, known.study_id, known.id, key, filled, now=now)
        identities.forget_token(rings, known.id)


def nominees(db: Session, study_id: UUID) -> frozenset[UUID]:
    """Everybody who was ever named by somebody."""
    return frozenset(db.scalars(select(Nomination.nominee_id).where(Nomination.study_id == study_id)))


def of_study(db: Session, rings: Session, study_id: UUID, reader: Reader, *, now: datetime) -> Sequence[Named]:
    """Who named whom, oldest first, without those who were forgotten; CannotOpen without the linkage scope.

    The log says that somebody looked.
    """
    opener = Opener(db, rings, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed)
    found = opened(db, study_id, opener.key_or_none)
    ledger.append(db, "nominations.read", actor=ledger.staff(reader.account_id), now=now, study=study_id)
    db.flush()
    return found


def opened(db: Session, study_id: UUID, key_of: Callable[[UUID], bytes | None]) -> list[Named]:
    """The same with each nominee's linkage key, for whoever has them already and owes the log a line."""
    found = []
    for row in db.scalars(select(Nomination).where(Nomination.study_id == study_id).order_by(Nomination.number)):
        key = key_of(row.nominee_id)
        if key is not None:
            said = json.loads(unpadded(open_sealed(key, row.blob, *_place(study_id, row.nominee_id))))
            found.append(Named(row.nominee_id, UUID(said["by"]), said["relation"]))
    return found
