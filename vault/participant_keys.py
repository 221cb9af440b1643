"""A participant's keys: one for each scope, and whom each is wrapped for.

Making them needs public keys only, so somebody can be enrolled while nobody of the team is signed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from vault import keyring, ledger
from vault.accounts import Account
from vault.codes import LINK, LOCATOR, TYPED, TypedCode, new_code
from vault.errors import CannotOpen
from vault.keyring import Access, Salt, Wrap
from vault.passphrases import link_key, pretend, unwrap_secret, wrap_secret
from vault.prepared import Prepared
from vault.sealing import KEY_BYTES, new_key, open_sealed, seal
from vault.studies import Scope
from vault.study_keys import hold, seed_of, study_key
from vault.wraps import KeyPair, wrap

CODE = "code"
LINKED = "link"


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A new participant's keys and the code that opens their answers. None of it is stored in this form."""

    participant_id: UUID
    code: TypedCode = field(repr=False)
    keys: Mapping[Scope, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """A participant who came with their code, and the keys of their own that it opens."""

    study_id: UUID
    participant_id: UUID
    keys: Mapping[Scope, bytes] = field(repr=False)


def make(
    db: Session, rings: Session, study_id: UUID, *, now: datetime, typed: bool = False,
    interviewer: Account | None = None,
) -> NewKeys:  # fmt: skip
    """Keys for a participant who does not exist yet; the row in the main database comes after them.

    ``typed``: the code is short enough to be typed, else it is meant for a link. ``interviewer``: whom they are
    assigned to from the start.
    """
    hold(db, study_id)
    participant_id = uuid4()
    keys = {scope: new_key() for scope in Scope}
    rings.add(Salt(participant_id=participant_id, study_id=study_id, salt=new_key(), added_on=now.date()))
    for scope, key in keys.items():
        active = study_key(db, study_id, scope)
        place = ("participant-key", study_id, participant_id, scope.value, active.epoch)
        blob = wrap(active.public, key, *place)
        keyring.keep(rings, study_id, participant_id, scope, "study", "", active.epoch, blob)
    if interviewer is not None:
        assign(rings, study_id, participant_id, keys, interviewer)
    code = give_access(rings, study_id, participant_id, keys, typed=typed)
    rings.flush()
    return NewKeys(participant_id, code, keys)


def give_access(
    rings: Session, study_id: UUID, participant_id: UUID, keys: Mapping[Scope, bytes], *, typed: bool = False
) -> TypedCode:
    """A new code opens the participant's answers and what they said of themselves; every former one opens nothing.

    ``keys`` must hold the responses key. The linkage key has a wrap of its own, so that it can die alone; it opens
    with a key that lies beside the responses key, and not with that key, which others of the team hold.
    """
    rings.execute(delete(Access).where(Access.participant_id == participant_id))
    rings.execute(delete(Wrap).where(Wrap.participant_id == participant_id, Wrap.kind == "self"))
    locator = new_code(LOCATOR)
    while rings.get(Access, locator):
        locator = new_code(LOCATOR)
    code = TypedCode(locator, new_code(TYPED if typed else LINK))
    place = ("participant-self", study_id, participant_id)
    own = new_key()
    both = own + keys[Scope.RESPONSES]
    blob = wrap_secret(code.secret, both, *place) if typed else seal(link_key(code.secret, *place), both, *place)
    rings.add(Access(locator=code.locator, study_id=study_id, participant_id=participant_id))
    recipient = CODE if typed else LINKED
    keyring.keep(rings, study_id, participant_id, Scope.RESPONSES, "self", recipient, 0, blob)
    if Scope.LINKAGE in keys:
        blob = seal(own, keys[Scope.LINKAGE], *place, Scope.LINKAGE.value)
        keyring.keep(rings, study_id, participant_id, Scope.LINKAGE, "self", recipient, 0, blob)
    rings.flush()
    return code


_OWN = Prepared(
    select(Access.study_id, Access.participant_id, Wrap.scope, Wrap.recipient, Wrap.blob)
    .join(Wrap, (Wrap.participant_id == Access.participant_id) & (Wrap.kind == bindparam("kind")))
    .where(Access.locator == bindparam("locator"))
)


def enter(rings: Session, code: TypedCode) -> Entered:
    """Whose code it is, with their keys; CannotOpen, in the same time, for a code of nobody."""
    found = {row[2]: row for row in _OWN.rows(rings, locator=code.locator, kind="self")}
    # Stretching takes long, and nobody should wait for it.
    rings.rollback()
    study_id, participant_id, _, recipient, blob = found.get(Scope.RESPONSES, (None, None, None, "", b""))
    if study_id is None or participant_id is None or (recipient == LINKED) is not code.is_link:
        if not code.is_link:
            pretend(code.secret)
        raise CannotOpen
    place = ("participant-self", study_id, participant_id)
    if code.is_link:
        both = open_sealed(link_key(code.secret, *place), blob, *place)
    else:
        both = unwrap_secret(code.secret, blob, *place)
    keys = {Scope.RESPONSES: both[KEY_BYTES:]}
    if Scope.LINKAGE in found:
        keys[Scope.LINKAGE] = open_sealed(both[:KEY_BYTES], found[Scope.LINKAGE][4], *place, Scope.LINKAGE.value)
    return Entered(study_id, participant_id, keys)


def open_for_study(
    rings: Session, study_id: UUID, participant_id: UUID, scope: Scope, *, holder: KeyPair, epoch: int
) -> bytes:
    """The participant's key, opened with the scope's seed of ``epoch`` (keep ``holder`` while you loop)."""
    found = rings.get(Wrap, (study_id, participant_id, scope, "study", "", epoch))
    if found is None:
        raise CannotOpen
    return holder.unwrap(found.blob, "participant-key", study_id, participant_id, scope.value, epoch)


def open_for_member(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes
) -> bytes:
    """The participant's key, for a member who holds the scope; CannotOpen for anybody else."""
    theirs = (Wrap.participant_id == participant_id, Wrap.scope == scope, Wrap.kind == "study")
    epochs = rings.scalars(select(Wrap.epoch).where(*theirs).order_by(Wrap.epoch.desc())).all()
    # There are two only while the study's key is being changed, and then one of them opens.
    for epoch in epochs:
        try:
            holder = KeyPair(seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=epoch))
            return open_for_study(rings, study_id, participant_id, scope, holder=holder, epoch=epoch)
        except CannotOpen:
            continue
    raise CannotOpen


def opener(
    db: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes
) -> Callable[[Session, UUID], bytes]:
    """What opens one participant's key after another with the study's seed opened once; CannotOpen without the scope.

    The function takes the keyring and the participant's id.
    """
    epoch = study_key(db, study_id, scope).epoch
    holder = KeyPair(seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=epoch))

    def opened(rings: Session, participant_id: UUID) -> bytes:
        try:
            return open_for_study(rings, study_id, participant_id, scope, holder=holder, epoch=epoch)
        except CannotOpen:
            # While the study's key is being changed, somebody may have a wrap of the other epoch only.
            return open_for_member(db, rings, study_id, participant_id, scope, account_id=account_id, seed=seed)

    return opened


def assign(
    rings: Session, study_id: UUID, participant_id: UUID, keys: Mapping[Scope, bytes], interviewer: Account
) -> None:
    """The interviewer opens these keys of this participant, and of nobody else."""
    if interviewer.public_key is None or interviewer.rehearsed_at is None:
        raise CannotOpen
    unassign(rings, participant_id, interviewer.id)
    number = interviewer.key_number
    for scope, key in keys.items():
        place = ("participant-key-member", study_id, participant_id, scope.value, interviewer.id, number)
        blob = wrap(interviewer.public_key, key, *place)
        keyring.keep(rings, study_id, participant_id, scope, "member", str(interviewer.id), number, blob)
    rings.flush()


def unassign(rings: Session, participant_id: UUID, account_id: UUID) -> None:
    """The account has no wrap of this participant any more."""
    theirs = (Wrap.kind == "member", Wrap.recipient == str(account_id))
    rings.execute(delete(Wrap).where(Wrap.participant_id == participant_id, *theirs))


def open_assigned(
    rings: Session, study_id: UUID, participant_id: UUID, scope: Scope, *, account: Account, seed: bytes
) -> bytes:
    """The participant's key, for the interviewer they are assigned to; CannotOpen for anybody else."""
    number = account.key_number
    found = rings.get(Wrap, (study_id, participant_id, scope, "member", str(account.id), number))
    if found is None:
        raise CannotOpen
    place = ("participant-key-member", study_id, participant_id, scope.value, account.id, number)
    return KeyPair(seed).unwrap(found.blob, *place)


_SALT = Prepared(select(Salt.salt).where(Salt.participant_id == bindparam("participant_id")))


def _committed(rings: Session, participant_id: UUID, value: bytes) -> str:
    for (salt,) in _SALT.rows(rings, participant_id=participant_id):
        return ledger.committed(salt, value)
    raise CannotOpen


def commitment(rings: Session, participant_id: UUID) -> str:
    """How the participant stands in the log; CannotOpen once they are erased."""
    return _committed(rings, participant_id, participant_id.bytes)


def detail(rings: Session, participant_id: UUID, payload: bytes) -> str:
    """A commitment to something about the participant that the log may not tell."""
    return _committed(rings, participant_id, b"detail\0" + payload)
