"""Sending what waits in the outbox, while somebody who may read addresses is signed in, and codes made anew."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from survey import letters, participants, statuses
from survey.letters import Contents, Letter, LetterKind, LetterState
from survey.participants import Participant, Standing
from survey.statuses import Status
from vault import identities, ledger, participant_keys
from vault.codes import TypedCode
from vault.errors import CannotOpen, Conflict
from vault.identities import Identity, Reader
from vault.studies import Scope


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter as it goes out: to whom, and what it brings. ``to`` is where it is mailed."""

    letter: Letter
    pseudonym: str
    identity: Identity = field(repr=False)
    contents: Contents = field(repr=False)

    @property
    def to(self) -> str:
        """The e-mail address; empty if there is none and only paper reaches the person."""
        return self.contents.to or self.identity.email


def outgoing(
    db: Session, rings: Session, study_id: UUID, reader: Reader, *, now: datetime, state: LetterState, most: int = 100,
    only: Collection[int] | None = None,
) -> Iterator[Ready]:  # fmt: skip
    """The letters in ``state``, opened one after the other; CannotOpen if the reader lacks the linkage scope.

    WAITING is what mail sends; HELD is what can be printed instead; ``only`` names letters by number. A letter to
    somebody who was forgotten or has withdrawn is dropped. Whoever takes one says what became of it, by ``sent`` or
    ``failed``. Each opening is a reading of an identity and stands in the log.
    """
    for letter in letters.in_state(db, study_id, state, most=most):
        if only is not None and letter.number not in only:
            continue
        participant = participants.find(db, study_id, letter.participant_id)
        if participant.standing is not Standing.ENROLLED:
            letters.settle(db, letter, LetterState.DROPPED, now=now)
            continue
        yield _ready(db, rings, participant, letter, reader, now=now)


def _ready(
    db: Session, rings: Session, participant: Participant, letter: Letter, reader: Reader, *, now: datetime
) -> Ready:
    study_id = participant.study_id
    identity = identities.read(db, rings, study_id, participant.id, reader, why="letter", now=now)
    key = participant_keys.open_for_member(
        db, rings, study_id, participant.id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed
    )
    contents = letters.contents_of(letter, key)
    return Ready(letter, participant.pseudonym, identity or Identity(), contents)


def sent(db: Session, rings: Session, letter: Letter, *, account_id: UUID, now: datetime) -> None:
    """The letter has left; the code in it is gone from here, and an invited person counts as invited."""
    letters.settle(db, letter, LetterState.SENT, now=now)
    if letter.kind is LetterKind.INVITATION:
        statuses.advance(
            db, letter.study_id, letter.participant_id, Status.INVITED, account_id=account_id, now=now
        )  # fmt: skip
    ledger.append(
        db, "letter.sent", actor=ledger.staff(account_id), now=now, study=letter.study_id,
        subject=participant_keys.commitment(rings, letter.participant_id), kind=letter.kind.value,
    )  # fmt: skip
    db.flush()


def failed(db: Session, letter: Letter, *, now: datetime) -> None:
    """The letter could not be handed over this time."""
    letters.failed_once(db, letter, now=now)


def undeliverable(db: Session, letter: Letter, *, now: datetime) -> None:
    """No mail can reach this person: an invitation can still be printed, a mail to oneself has failed."""
    if letter.kind is LetterKind.CODE:
        letters.settle(db, letter, LetterState.FAILED, now=now)
    else:
        letters.give_back(db, letter)


def invite(
    db: Session, rings: Session, study_id: UUID, chosen: Collection[UUID], *, account_id: UUID, now: datetime
) -> int:
    """The held invitations of these participants wait to be sent, and they count as approached; returns how many.

    NobodyMayCome or Full if one of them was only named so far and the board lets nobody else come in.
    """
    released = letters.release(db, study_id, chosen)
    for participant_id in chosen:
        participants.admit(
            db, rings, participants.seen(db, study_id, participant_id), by=ledger.staff(account_id), now=now
        )
        statuses.advance(db, study_id, participant_id, Status.APPROACHED, account_id=account_id, now=now)
    ledger.append(db, "invitations.released", actor=ledger.staff(account_id), now=now, study=study_id, letters=released)
    db.flush()
    return released


def renew(
    db: Session, rings: Session, participant: Participant, keys: Mapping[Scope, bytes], *, by: UUID, now: datetime,
    typed: bool = False, mail: bool = False, language: str = "",
) -> TypedCode:  # fmt: skip
    """The participant has a new code, and every former one opens nothing; CannotOpen without the responses key.

    ``keys`` come from ``assignments.keys_of`` (a lead) or ``key_of`` (their interviewer). With ``mail`` the code also
    waits in the outbox for somebody to decide between mail and paper; for that the linkage key is needed. There is none
    for whoever was made anonymous: nobody can tell any more whether it is they who ask for it.
    """
    if participant.standing is Standing.ERASED or Scope.RESPONSES not in keys:
        raise CannotOpen
    if participant.standing is Standing.ANONYMISED:
        raise Conflict("This participant is anonymous by now: nobody can tell whose code it would be. None was made.")
    own: dict[Scope, bytes] = {scope: key for scope, key in keys.items() if scope is not Scope.AUDIO}
    code = participant_keys.give_access(rings, participant.study_id, participant.id, own, typed=typed)
    letters.drop_all(db, participant.id, now=now)
    if mail:
        if Scope.LINKAGE not in own:
            raise CannotOpen
        letters.queue(
            db, participant.study_id, participant.id, own[Scope.LINKAGE], LetterKind.INVITATION,
            Contents(code.text, language=language), now=now, state=LetterState.HELD,
        )  # fmt: skip
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(
        db, "participant.code-renewed", actor=ledger.staff(by), now=now, study=participant.study_id, subject=subject
    )
    db.flush()
    return code


def mail_code(
    db: Session, participant: Participant, linkage_key: bytes, code: str, *, to: str, language: str, now: datetime
) -> None:
    """The participant's own code waits to be mailed to them, at an address that is kept for this letter only."""
    letters.queue(
        db, participant.study_id, participant.id, linkage_key, LetterKind.CODE, Contents(code, to, language), now=now
    )
