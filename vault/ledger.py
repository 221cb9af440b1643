"""The log of deeds: one line for each, written in the transaction of the deed, never changed afterwards.

A line names no person and tells nothing that anybody said. Participants stand in it as commitments whose salts die
with them; ``facts`` are what a board may read. The body is stored as the very text that will be hashed.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from sqlalchemy import Index, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base

OPERATOR = "operator"
SYSTEM = "system"

FORMAT = 1

# After these a checkpoint goes to the auditors at once.
AT_ONCE = frozenset({
    "approval.recorded", "consent.published", "erasure.keys-destroyed", "erasure.promised", "escrow.entrusted",
    "escrow.used", "key.granted", "log.key-changed", "member.joined", "member.left", "release.approved",
    "release.fetched",
})  # fmt: skip

# After these, and those above, the log is sequenced at once: whoever leaves is given a receipt, and may not come back
# for it. A decision about consent is followed by further pages, so its receipt comes with the next second's round.
_SEQUENCED_AT_ONCE = AT_ONCE | {"participant.withdrew"}
_MARK = "log-at-once"

Fact = str | int | bool | Sequence[str]

_ACTION = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+")
_ACTOR = re.compile(r"operator|system|staff:[0-9a-f-]{36}|participant:[0-9a-f]{64}")
_COMMITMENT = re.compile(r"([0-9a-f]{64})?")


# Of these there are many, and each is written while somebody waits for the next page: no index is kept of their names.
BUT_PAGES = text("action <> 'answers.saved'")


class LedgerEntry(AppendOnly, Base):
    """One line. ``number`` is the order of writing, not of committing; the tree over the lines has its own order."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ledger_entry_of_deed", "study_id", "action", sqlite_where=BUT_PAGES, postgresql_where=BUT_PAGES),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str]
    body: Mapped[str]


_LINE: Prepared[()] = Prepared(insert(LedgerEntry).inline(), ["study_id", "action", "body"])


def staff(account_id: UUID) -> str:
    """How a member of a team stands in the log."""
    return f"staff:{account_id}"


def participant(commitment: str) -> str:
    """How a participant stands in the log; ``commitment`` comes from ``committed``."""
    return f"participant:{commitment}"


def committed(salt: bytes, value: bytes) -> str:
    """SHA-256 over a label, the salt's length as 4 bytes, the salt and ``value``, in hex.

    Whoever has salt and value can show that the log meant them; without the salt it says nothing.
    """
    return hashlib.sha256(b"verbatim/v1 commit\0" + len(salt).to_bytes(4, "big") + salt + value).hexdigest()


_SPELLED = msgspec.json.Encoder(order="sorted").encode


def canonical(value: Mapping[str, object]) -> str:
    """The one spelling of ``value`` as JSON: keys sorted, no spaces, no escapes beyond JSON's own."""
    return _SPELLED(value).decode()


# The lines of saved pages tell only the day, so most moments are the same.
@lru_cache(maxsize=64)
def moment(at: datetime) -> str:
    """How a moment stands in a line."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def append(
    db: Session, action: str, *, actor: str, now: datetime, study: UUID | None = None, subject: str = "",
    detail: str = "", **facts: Fact,
) -> None:  # fmt: skip
    """The deed has its line as soon as it is committed, and not if it is not.

    ``subject`` and ``detail`` are commitments or empty. A malformed line is a ValueError: a fault of ours.
    """
    if not (_ACTION.fullmatch(action) and _ACTOR.fullmatch(actor)):
        raise ValueError("an action or actor that the log does not know")
    if not (_COMMITMENT.fullmatch(subject) and _COMMITMENT.fullmatch(detail)):
        raise ValueError("subject and detail stand in the log as commitments only")
    body = canonical({
        "v": FORMAT,
        "at": moment(now),
        "actor": actor,
        "action": action,
        "study": str(study or ""),
        "subject": subject,
        "detail": detail,
        "facts": {name: _fact(value) for name, value in facts.items()},
    })  # fmt: skip
    _LINE.write(db, study_id=study, action=action, body=body)
    if action in _SEQUENCED_AT_ONCE:
        db.info[_MARK] = True


def asks_to_be_sequenced(db: Session) -> bool:
    """Whether a deed of this session should be a leaf as soon as it is committed."""
    # The session's own notes are not there before somebody writes one.
    return "info" in vars(db) and bool(db.info.get(_MARK))


def _fact(value: Fact) -> str | int | bool | list[str]:
    return value if isinstance(value, (str, int)) else [str(item) for item in value]


def of_study(db: Session, study_id: UUID, *, most: int = 200) -> list[Mapping[str, object]]:
    """The newest ``most`` lines of a study, newest first, as the values that were written."""
    lines = select(LedgerEntry.body).where(LedgerEntry.study_id == study_id).order_by(LedgerEntry.number.desc())
    return [json.loads(body) for body in db.scalars(lines.limit(most))]
