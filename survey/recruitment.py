"""How people come into a study by the hand of its team: one at a time, or a sheet of them at once or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from instruments.sentences import Sentence
from survey import frames, letters, once, participants
from survey.letters import Contents, LetterKind, LetterState
from survey.participants import Enrolled, Participant
from survey.sheets import Entry, Known, RowProblem, is_email
from survey.statuses import Status
from vault import identities, ledger, studies
from vault.accounts import Account
from vault.codes import TypedCode
from vault.errors import Conflict, Invalid
from vault.identities import Identity, Reader
from vault.studies import Role, Scope

# A code that is typed is stretched with Argon2id, which takes about a tenth of a second each.
MOST_TYPED = 100


class NotImported(Invalid):
    """Some rows cannot be taken, so none was."""

    public = "Some rows cannot be taken, so nobody was enrolled. Correct the sheet and import it again."


class NoSuchInterviewer(Invalid):
    """Participants are assigned to standing interviewers and leads whose accounts are ready."""

    public = "This person is no interviewer of the study, or has not finished setting up their account."


class EnrolledAlready(Conflict):
    """The same form was sent again: a page was loaded anew, or a button pressed twice."""

    public = "This form has enrolled somebody already, so nobody was enrolled again. The letters wait under Letters."


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody who was enrolled this moment, with what their letter says. Nothing of it is stored in this form."""

    participant: Participant
    code: TypedCode = field(repr=False)
    identity: Identity = field(repr=False)


def use(db: Session, study_id: UUID, form: UUID, *, now: datetime) -> None:
    """The form is used up by whatever else this unit of work does; EnrolledAlready if it was."""
    if not once.first(db, study_id, form, now=now):
        raise EnrolledAlready


def known(db: Session, study_id: UUID) -> Known:
    """What the cells of a sheet may refer to."""
    interviewers = {account.email: account.id for account in ready_interviewers(db, study_id)}
    return Known(
        {site.name: site.id for site in studies.sites(db, study_id)}, frames.strata(db, study_id), interviewers
    )


def ready_interviewers(db: Session, study_id: UUID) -> Sequence[Account]:
    """The accounts to which participants can be assigned, by name."""
    accounts = [
        db.get_one(Account, member.account_id)
        for member in studies.members(db, study_id)
        if member.role in (Role.INTERVIEWER, Role.LEAD)
    ]
    return sorted((one for one in accounts if one.rehearsed_at and not one.closed_at), key=lambda one: one.name)


def interviewer(db: Session, study_id: UUID, account_id: UUID) -> Account:
    """The account of somebody to whom participants can be assigned; NoSuchInterviewer for anybody else."""
    for account in ready_interviewers(db, study_id):
        if account.id == account_id:
            return account
    raise NoSuchInterviewer


def entry_of(identity: Identity, *, row: int = 0) -> Entry:
    """A person typed into a form; Invalid if nobody could be reached by it."""
    if not (identity.name.strip() or identity.email.strip() or identity.telephone.strip()):
        raise Invalid("Give a name, an e-mail address or a telephone number.")
    if identity.email.strip() and not is_email(identity.email.strip()):
        raise Invalid("The e-mail address is not complete. Write it as name@example.org.")
    return Entry(
        row, identity.name.strip(), identity.email.strip(), identity.telephone.strip(), identity.address.strip(),
        identity.note.strip(),
    )  # fmt: skip


def duplicates(
    db: Session, rings: Session, study_id: UUID, entries: Collection[Entry], reader: Reader, *, now: datetime
) -> tuple[RowProblem, ...]:
    """The rows whose e-mail address somebody of this study has already; CannotOpen without the linkage key."""
    found = identities.find_each(db, rings, study_id, [entry.email for entry in entries], reader, now=now)
    return tuple(
        RowProblem(entry.row, Sentence("Somebody with this e-mail address is in the study already. Take the row out."))
        for entry in entries
        if found[entry.email]
    )


def enrol_one(
    db: Session, rings: Session, study_id: UUID, entry: Entry, *, by: str, now: datetime, typed: bool = False,
    language: str = "",
) -> Welcome:  # fmt: skip
    """One more participant: identified, with their identity sealed, and an invitation held in the outbox."""
    return _enrol(db, rings, study_id, entry, {}, by=by, now=now, typed=typed, language=language)


def enrol_many(
    db: Session, rings: Session, study_id: UUID, entries: Sequence[Entry], *, by: str, now: datetime,
    reader: Reader | None = None, typed: bool = False, language: str = "",
) -> list[Welcome]:  # fmt: skip
    """Every person of a sheet is a participant. NotImported if a reader is given and somebody was one already.

    Whoever imports a sheet looks for problems with ``sheets.entries`` and ``duplicates`` first.
    """
    if typed and len(entries) > MOST_TYPED:
        raise Invalid("Codes to be typed can be made for 100 people at once. Use links, or divide the sheet.")
    if reader is not None and duplicates(db, rings, study_id, entries, reader, now=now):
        raise NotImported
    accounts = {
        account_id: interviewer(db, study_id, account_id)
        for account_id in {entry.interviewer for entry in entries}
        if account_id
    }
    made = [
        _enrol(db, rings, study_id, entry, accounts, by=by, now=now, typed=typed, language=language)
        for entry in entries
    ]
    ledger.append(db, "participants.imported", actor=by, now=now, study=study_id, participants=len(made))
    db.flush()
    return made


def _enrol(
    db: Session, rings: Session, study_id: UUID, entry: Entry, accounts: Mapping[UUID, Account], *, by: str,
    now: datetime, typed: bool, language: str,
) -> Welcome:  # fmt: skip
    account = None
    if entry.interviewer is not None:
        account = accounts.get(entry.interviewer) or interviewer(db, study_id, entry.interviewer)
    enrolled = participants.enrol(
        db, rings, study_id, by=by, now=now, site_id=entry.site_id, stratum_id=entry.stratum_id, typed=typed,
        interviewer=account, status=Status.IDENTIFIED,
    )  # fmt: skip
    identity = Identity(entry.name, entry.email, entry.telephone, entry.address, entry.note)
    keep_person(db, enrolled, identity, now=now, language=language)
    return Welcome(enrolled.participant, enrolled.code, identity)


def keep_person(db: Session, enrolled: Enrolled, identity: Identity, *, now: datetime, language: str = "") -> None:
    """Who the new participant is stands sealed, and their code waits in a held invitation, sealed likewise."""
    participant, key = enrolled.participant, enrolled.keys[Scope.LINKAGE]
    identities.keep(db, participant.study_id, participant.id, key, identity, now=now)
    letters.queue(
        db, participant.study_id, participant.id, key, LetterKind.INVITATION,
        Contents(enrolled.code.text, language=language), now=now, state=LetterState.HELD,
    )  # fmt: skip
