"""What was answered in a run: sealed page by page, never overwritten, closed once.

Everything here is written for the moment in which a person waits for the next page, so it speaks to the database in
few statements and without the object mapper.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from consent.grants import Grant
from consent.scopes import Scope
from instruments.kinds import Answer, Answers
from instruments.route import Plan
from survey import apart, asking, drafts, runs
from survey.participants import Somebody, Standing
from survey.runs import Kind, Response, ResponseRow
from survey.statuses import HasWithdrawn
from vault import ledger, participant_keys, records
from vault.errors import CannotOpen, Conflict, Invalid, Missing
from vault.prepared import Prepared
from vault.values import Value


class AlreadySubmitted(Conflict):
    """What was submitted stands as it is."""

    public = "These answers were sent already and stand as they are. Nothing was changed."


class Unfinished(Invalid):
    """Something that has to be answered is not; ``slots`` are the pages to go back to."""

    public = "Some questions still need an answer before you can send. The list leads you to them."

    def __init__(self, slots: tuple[int, ...]) -> None:
        super().__init__()
        self.slots = slots


class Kept(Value, frozen=True):
    """One save of one page."""

    slot: int
    sequence: int
    day: date
    at: datetime
    answers: Answers


class Loaded(Value, frozen=True):
    """Everything that was saved in a run. On each page the newest save counts; the earlier ones are among ``saves``."""

    answers: dict[str, Answer]
    newest: Mapping[int, int] = msgspec.field(default_factory=dict)  # sequence by slot
    slot: int | None = None  # of the last save: where somebody who comes back goes on
    last: int = 0  # the highest sequence
    saves: tuple[Kept, ...] = ()


class Saved(Value, frozen=True):
    """A page is safe. ``overtaken``: it had been saved from elsewhere since it was shown; both saves are kept."""

    sequence: int
    overtaken: bool


class _Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed: the answers of the page, which are Json values (msgspec cannot say so), and the moment."""

    at: datetime
    answers: dict[str, Any]
    apart: bytes = b""  # answers that say who somebody is, sealed under the linkage key; see survey.apart


_MIDNIGHT = time(tzinfo=UTC)

_decode = msgspec.json.Decoder(_Page).decode
_encode = msgspec.json.Encoder().encode


def begin(
    db: Session, rings: Session, participant: Somebody, instrument_id: UUID, grant: Grant,
    *, now: datetime, kind: Kind = Kind.SELF, actor: str = "",
) -> Response:  # fmt: skip
    """The participant's run through an instrument: the one they began, else a new one on the newest version.

    Here stands the rule that nothing is asked without consent in force, an approved version and a line in the log.
    ConsentMissing, NotApproved, NothingPublished, NotOffered, StudyClosed or HasWithdrawn say what is lacking.
    ``actor`` is who asks, the participant if empty. Call it whenever somebody arrives, so that an approval that has
    ended ends asking.
    """
    _require_standing(participant, grant)
    there = runs.going_on(db, participant.id, instrument_id, kind)
    if there is not None:
        if there.submitted_on is None:
            asking.require(db, participant.study_id, participant.site_id, there.version_id, on=now.date())
        return there
    askable = asking.of_participant(db, participant, instrument_id, on=now.date())
    response = Response(
        uuid4(), participant.study_id, participant.id, instrument_id, askable.version.id, kind, now.date(), None
    )
    if not runs.add(db, response):
        # Two tabs began at the same moment; the other one was first.
        first = runs.going_on(db, participant.id, instrument_id, kind)
        if first is None:
            raise Conflict
        return first
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(
        db, "response.begun", actor=actor or ledger.participant(subject), now=now, study=response.study_id,
        subject=subject, kind=kind.value, version=str(response.version_id), number=askable.version.number,
        approval=askable.approval,
    )  # fmt: skip
    db.flush()
    return response


def _require_standing(participant: Somebody, grant: Grant) -> None:
    if participant.standing is not Standing.ENROLLED:
        raise HasWithdrawn
    _require_grant(participant.id, grant)


def _require_grant(participant_id: UUID, grant: Grant) -> None:
    if grant.participant != participant_id:
        raise Missing
    grant.require(Scope.TAKE_PART)


def load(db: Session, key: bytes, response: Response, *, linkage: bytes | None = None) -> Loaded:
    """What was saved in the run; CannotOpen with another key, or if a page was altered or moved.

    Without the participant's ``linkage`` key, ``apart.KEPT_APART`` stands for answers that say who somebody is.
    """
    return assembled(records.load_response(db, key, response.participant_id, response.id), response, linkage=linkage)


def assembled(pages: Iterable[records.Saved], response: Response, *, linkage: bytes | None = None) -> Loaded:
    """The same from the run's pages, where they have been opened already, in the order of saving."""
    answers: dict[int, Answers] = {}
    newest: dict[int, int] = {}
    saves: list[Kept] = []
    for page in pages:
        # The address is authenticated, so a row that claims another run or version does not get here unnoticed.
        if page.address != response.address(page.address.slot):
            raise CannotOpen
        inside = _decode(page.plain)
        slot, sequence = page.address.slot, page.sequence
        own = apart.opened(inside.apart, linkage, page.address, dict)
        given = {**inside.answers, **own} if own else inside.answers
        saves.append(Kept(slot, sequence, page.day, inside.at, given))
        answers[slot], newest[slot] = given, sequence
    merged = {name: answer for slot in sorted(answers) for name, answer in answers[slot].items()}
    if not saves:
        return Loaded({})
    return Loaded(merged, newest, saves[-1].slot, saves[-1].sequence, tuple(saves))


def save(
    db: Session, key: bytes, grant: Grant, response: Response, slot: int, answers: Answers,
    *, seen: int, loaded: Loaded, now: datetime, subject: str, linkage: bytes | None = None,
) -> Saved:  # fmt: skip
    """The page is sealed and kept; what was kept before stays too. The log says so, and of the time only the day.

    ``seen`` is the sequence of this page's save that was on the screen, 0 if there was none. ``response`` comes from
    ``runs.find(…, writing=True)`` and ``loaded`` from ``load`` in the same transaction, so this needs two statements.
    ``subject`` is how the participant stands in the log, which their session knows.
    ConsentMissing without consent in force, AlreadySubmitted after the end. Answers that say who somebody is are
    sealed under the ``linkage`` key; CannotOpen if there are some and it is not given.
    """
    _require_grant(response.participant_id, grant)
    if response.submitted_on is not None:
        raise AlreadySubmitted
    address = response.address(slot)
    content, own = apart.divided(answers, apart.identifying(runs.plan_of(db, response)))
    kept = apart.sealed(own, linkage, address)
    plain = _encode(_Page(now, content | dict.fromkeys(own, apart.KEPT_APART), kept))
    sequence = records.save(db, key, address, plain, now=now, after=loaded.last)
    # At which moment somebody turned a page is sealed with the page, and would be told by the times of these lines.
    ledger.append(
        db, "answers.saved", actor=ledger.participant(subject), now=datetime.combine(now.date(), _MIDNIGHT),
        study=response.study_id, subject=subject, kind=response.kind.value, version=str(response.version_id),
    )  # fmt: skip
    return Saved(sequence, loaded.newest.get(slot, 0) > seen)


def submit(
    db: Session, rings: Session, key: bytes, grant: Grant, response: Response, plan: Plan, *, now: datetime,
    linkage: bytes | None = None, beside: Answers = MappingProxyType({}),
) -> bool:  # fmt: skip
    """The run is sent and stands from now on; returns False, and changes nothing, if it was sent before.

    Unfinished if something that has to be answered is not. ``beside`` are answers of earlier runs on which the way
    through this one depends.
    """
    if response.submitted_on is not None:
        return False
    _require_grant(response.participant_id, grant)
    lacking = plan.open({**beside, **load(db, key, response, linkage=linkage).answers}, now.date())
    if lacking:
        raise Unfinished(tuple(lacking))
    return close(db, rings, response, now=now)


_CLOSE: Prepared[()] = Prepared(
    update(ResponseRow).where(ResponseRow.id == bindparam("response_id"), ResponseRow.submitted_on.is_(None)),
    ["submitted_on"],
)


def close(db: Session, rings: Session, response: Response, *, now: datetime, actor: str = "") -> bool:
    """The run is over, with what is in it; returns False if it was already. The log says so once."""
    # A clock can be set back, but nothing ends before it began.
    day = max(now.date(), response.begun_on)
    if not _CLOSE.write(db, response_id=response.id, submitted_on=day):
        return False
    drafts.drop(db, response.id)
    subject = participant_keys.commitment(rings, response.participant_id)
    ledger.append(
        db, "response.submitted", actor=actor or ledger.participant(subject), now=now, study=response.study_id,
        subject=subject, kind=response.kind.value, version=str(response.version_id),
    )  # fmt: skip
    db.flush()
    return True
