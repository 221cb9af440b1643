"""What participants agreed to: decisions that only ever grow in number, of which the last on each scope counts."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, bindparam, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent import documents, signatures
from consent.documents import Text
from consent.grants import Grant
from consent.scopes import Scope, standing
from consent.signatures import Signed
from vault import ledger, participant_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Invalid, Missing
from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base


class Mode(StrEnum):
    """How somebody decided."""

    TYPED = "typed"  # read and signed by the participant
    SPOKEN = "spoken"  # read out by a member of the team and answered aloud
    WITHDRAWAL = "withdrawal"  # no text was in front of anybody: a no needs none


class Occasion(AppendOnly, Base):
    """One time at which a participant decided something. Who vouches for it is sealed for linkage."""

    __tablename__ = "consent_occasion"
    __table_args__ = (
        CheckConstraint("mode <> 'spoken' OR read_by IS NOT NULL", name="consent_spoken_was_read_by_somebody"),
        CheckConstraint("mode <> 'typed' OR read_by IS NULL", name="consent_typed_was_read_by_the_participant"),
        CheckConstraint(
            "mode = 'withdrawal' OR (document IS NOT NULL AND language IS NOT NULL)", name="consent_has_a_text"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[UUID] = mapped_column(index=True)
    mode: Mapped[Mode]
    document: Mapped[str | None]  # fingerprint of the text that was on the screen or read out
    language: Mapped[str | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # None: the participant
    at: Mapped[datetime]
    sealed: Mapped[bytes | None]


class Decision(AppendOnly, Base):
    """One yes or no to one scope. A change of mind is a further Decision."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("decision_once_on_an_occasion", "occasion_id", "scope", unique=True),
        CheckConstraint("document IS NOT NULL OR NOT agreed", name="decision_yes_needs_a_text"),
    )

    # Decisions are put in order by number, because a clock can be set back.
    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[UUID] = mapped_column(index=True)
    occasion_id: Mapped[UUID] = mapped_column(ForeignKey("consent_occasion.id"))
    scope: Mapped[Scope]
    agreed: Mapped[bool]
    document: Mapped[str | None]  # as on the occasion
    decided_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Sitting:
    """An occasion with what was decided on it, in order."""

    occasion: Occasion
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many participants' last word on ``scope`` was a yes, or a no, under document ``number`` (None: a withdrawal
    without a document). Small numbers can point to persons: pages decide who sees them."""

    number: int | None
    scope: Scope
    agreed: int
    declined: int


_OF_OCCASION = ("id", "study_id", "participant_id", "mode", "document", "language", "read_by", "at", "sealed")
_OF_DECISION = ("study_id", "participant_id", "occasion_id", "scope", "agreed", "document", "decided_at")
_OCCASION: Prepared[()] = Prepared(insert(Occasion), _OF_OCCASION)
_DECISION: Prepared[()] = Prepared(insert(Decision).inline(), _OF_DECISION)


def record(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, choices: Mapping[Scope, bool], *, document: str,
    language: str, now: datetime, key: bytes | None = None, signed: Signed | None = None, read_by: UUID | None = None,
    site_id: UUID | None = None,
) -> Occasion:  # fmt: skip
    """What the participant said to each scope that was put to them stands, bound to the text by its fingerprint.

    With ``read_by`` (an account) it was spoken, else typed. A scope without a choice is not decided. A yes needs the
    document that is in use that day at the participant's site, a signature or, if spoken, a witness or a recording,
    and ``key``, the participant's linkage key, to seal them with. A no needs only a document of this study: saying no
    is never harder than saying yes. Invalid says which of these is lacking.
    """
    text = _text(db, study_id, document)
    asked = documents.published(text).wording
    if not choices or not asked.scopes.issuperset(choices):
        raise Invalid("Decide each thing that this document asks, and nothing else.")
    if language not in asked.languages:
        raise Invalid("This document does not exist in that language. Read it in one of its own, and decide then.")
    mode = Mode.TYPED if read_by is None else Mode.SPOKEN
    if mode is Mode.SPOKEN and not asked.script.get(language):
        raise Invalid("This document has no text to be read out, so consent to it cannot be spoken.")
    vouched = _vouched(db, signed or Signed(), read_by)
    if any(choices.values()):
        in_use = documents.put_before(db, study_id, now.date(), site_id=site_id)
        if in_use is None or in_use.fingerprint != document:
            raise Invalid("This text is not the one in use today. Load the page again and read it before you decide.")
        signatures.require(vouched, spoken=mode is Mode.SPOKEN)
    occasion = Occasion(
        study_id=study_id, participant_id=participant_id, mode=mode, document=document, language=language,
        read_by=read_by, at=now, sealed=None,
    )  # fmt: skip
    occasion.sealed = _sealed(occasion, vouched, key)
    _keep(db, rings, occasion, choices, number=text.number, digest=signatures.digest(vouched))
    return occasion


def _text(db: Session, study_id: UUID, mark: str) -> Text:
    try:
        return documents.text_of(db, study_id, mark)
    except Missing:
        raise Invalid("This text is not one of this study's. Load the page again and read it.") from None


def _vouched(db: Session, signed: Signed, read_by: UUID | None) -> Signed:
    """What is sealed: with the printed name of whoever read the text out, as it was on that day."""
    if read_by is None:
        return signatures.tidy(Signed(signature=signed.signature))
    account = db.get(Account, read_by)
    if account is None:
        raise Missing
    return signatures.tidy(Signed(witness=signed.witness, recording=signed.recording, reader=account.name))


def _sealed(occasion: Occasion, vouched: Signed, key: bytes | None) -> bytes | None:
    if vouched == Signed():
        return None
    if key is None:
        raise CannotOpen
    return signatures.keep(key, vouched, *_place(occasion))


def _place(occasion: Occasion) -> tuple[UUID, UUID, UUID, str]:
    return occasion.study_id, occasion.participant_id, occasion.id, occasion.document or ""


def _keep(
    db: Session, rings: Session, occasion: Occasion, choices: Mapping[Scope, bool], *, number: int, digest: str
) -> None:
    """The occasion, its decisions and its line in the log."""
    ordered = {scope: choices[scope] for scope in Scope if scope in choices}
    _OCCASION.write(db, **{name: getattr(occasion, name) for name in _OF_OCCASION})
    for scope, agreed in ordered.items():
        _DECISION.write(
            db, study_id=occasion.study_id, participant_id=occasion.participant_id, occasion_id=occasion.id,
            scope=scope, agreed=agreed, document=occasion.document, decided_at=occasion.at,
        )  # fmt: skip
    subject = participant_keys.commitment(rings, occasion.participant_id)
    facts = {
        "document": occasion.document or "",
        "language": occasion.language or "",
        "mode": occasion.mode.value,
        "number": number,
        "yes": [scope.value for scope, agreed in ordered.items() if agreed],
        "no": [scope.value for scope, agreed in ordered.items() if not agreed],
    }
    payload = {**facts, "at": occasion.at.isoformat(), "occasion": str(occasion.id), "signed": digest}
    ledger.append(
        db, "consent.decided",
        actor=ledger.staff(occasion.read_by) if occasion.read_by else ledger.participant(subject), now=occasion.at,
        study=occasion.study_id, subject=subject,
        detail=participant_keys.detail(rings, occasion.participant_id, ledger.canonical(payload).encode()), **facts,
    )  # fmt: skip


def withdraw_all(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, *, now: datetime, by: UUID | None = None,
    only: Collection[Scope] = tuple(Scope),
) -> Occasion:  # fmt: skip
    """The participant says no to ``only`` from now on, whatever was said before, signed by nobody and for no reason.

    ``by`` is the account that was told, None where the participant did it themselves. For somebody who stops, ``only``
    is ``scopes.PARTICIPATION``; for one change of mind it is one scope.
    """
    occasion = Occasion(
        study_id=study_id, participant_id=participant_id, mode=Mode.WITHDRAWAL, document=None, language=None,
        read_by=by, at=now, sealed=None,
    )  # fmt: skip
    _keep(db, rings, occasion, dict.fromkeys(only, False), number=0, digest="")
    return occasion


_WORDS = Prepared(
    select(Decision.number, Decision.scope, Decision.agreed).where(
        Decision.participant_id == bindparam("participant_id")
    )
)


def grant_for(db: Session, participant_id: UUID) -> Grant:
    """What the participant agrees to at this moment."""
    return Grant(participant_id, standing(_WORDS.rows(db, participant_id=participant_id)))


class Stance(NamedTuple):
    """What somebody agrees to now, whether they ever agreed to take part, and in which language they were asked."""

    grant: Grant
    took_part: bool
    language: str


def stances(db: Session, study_id: UUID) -> dict[UUID, Stance]:
    """The stance of everybody in the study who ever decided something."""
    asked = select(Occasion.participant_id, Occasion.language).where(Occasion.study_id == study_id)
    asked = asked.where(Occasion.language.is_not(None)).order_by(Occasion.at)
    tongue = {participant_id: language or "" for participant_id, language in db.execute(asked)}
    said = select(Decision.participant_id, Decision.number, Decision.scope, Decision.agreed)
    said = said.where(Decision.study_id == study_id).order_by(Decision.participant_id)
    alike: dict[frozenset[Scope], frozenset[Scope]] = {}  # of ten thousand people most agree to the same
    found = {}
    for who, rows in itertools.groupby(db.execute(said), key=lambda row: row[0]):
        stands = standing(words := [(number, scope, agreed) for _, number, scope, agreed in rows])
        took_part = any(agreed and scope is Scope.TAKE_PART for _, scope, agreed in words)
        found[who] = Stance(Grant(who, alike.setdefault(stands, stands)), took_part, tongue.get(who, ""))
    return found


def ever(db: Session, participant_id: UUID) -> bool:
    """Whether the participant has decided anything yet."""
    return bool(_WORDS.rows(db, participant_id=participant_id))


def of_participant(db: Session, participant_id: UUID) -> Sequence[Decision]:
    """Everything the participant decided, oldest first."""
    return db.scalars(select(Decision).where(Decision.participant_id == participant_id).order_by(Decision.number)).all()


def history(db: Session, participant_id: UUID) -> tuple[Sitting, ...]:
    """Every occasion on which the participant decided something, oldest first."""
    theirs = db.scalars(select(Occasion).where(Occasion.participant_id == participant_id))
    occasions = {occasion.id: occasion for occasion in theirs}
    found: dict[UUID, list[Decision]] = {}
    for decision in of_participant(db, participant_id):
        found.setdefault(decision.occasion_id, []).append(decision)
    return tuple(Sitting(occasions[occasion], tuple(decisions)) for occasion, decisions in found.items())


def signed_on(key: bytes, occasion: Occasion) -> Signed:
    """Who vouches for an occasion, opened with the participant's linkage key; empty if nobody had to."""
    if occasion.sealed is None:
        return Signed()
    return signatures.read(key, occasion.sealed, *_place(occasion))


def counts(db: Session, study_id: UUID) -> list[Count]:
    """How many agree and how many do not, by document and scope, each participant's last word only."""
    numbers = {document.fingerprint: document.number for document in documents.of_study(db, study_id)}
    last: dict[tuple[UUID, Scope], tuple[str | None, bool]] = {}
    said = select(Decision.participant_id, Decision.scope, Decision.document, Decision.agreed)
    for participant_id, scope, mark, agreed in db.execute(
        said.where(Decision.study_id == study_id).order_by(Decision.number)
    ):
        last[participant_id, scope] = mark, agreed
    found: dict[tuple[int, Scope], list[bool]] = {}
    for (_, scope), (mark, agreed) in last.items():
        found.setdefault((numbers.get(mark or "", 0), scope), []).append(agreed)
    order = list(Scope)
    return [
        Count(number or None, scope, sum(words), len(words) - sum(words))
        for (number, scope), words in sorted(found.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    ]
