"""What stands in the board's overview and in the files beside it: rows of text, the same for people and programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from consent import documents
from exports import releases
from exports.evidence.access import LOOKS, Review
from instruments import versions
from survey import board_questions, incidents, oversight, progress
from survey.statuses import Status
from survey.suppression import LEAST
from vault import approvals, studies
from vault.accounts import Account
from vault.approvals import Approval


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and a table below it, all of it text."""

    name: str  # of the file that holds the same for programs
    heading: str
    sentences: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())


def sections(db: Session, study_id: UUID, review: Review, *, now: datetime) -> tuple[Section, ...]:
    """Everything that the board sees in counts, deeds and rules; nobody's name but the team's, and no small number."""
    names = _Names(db)
    return (
        _approvals(db, study_id),
        _people(db, study_id),
        _consents(db, study_id, now=now),
        _departures(db, study_id),
        _texts(db, study_id),
        _incidents(db, study_id),
        _questions(db, study_id, names),
        _releases(db, study_id, now=now),
        _roles(review, names),
        _keys(review, names),
        _looks(review, names),
    )


class _Names(dict[str, str]):
    """Names of the team by the account's number."""

    def __init__(self, db: Session) -> None:
        super().__init__()
        self._db = db

    def __missing__(self, number: str) -> str:
        account = self._db.get(Account, UUID(number))
        self[number] = account.name if account else number
        return self[number]


def _approvals(db: Session, study_id: UUID) -> Section:
    places = {site.id: site.name for site in studies.sites(db, study_id)}
    heads = "Board", "Reference", "Where", "From", "Until and including", "Participants", "Covers"
    rows = tuple(_approval(one, places) for one in reversed(approvals.of_study(db, study_id)))
    return Section("approvals", "Approvals", heads=heads, rows=rows)


def _approval(one: Approval, places: Mapping[UUID, str]) -> tuple[str, ...]:
    return (
        one.board, one.reference, places[one.site_id] if one.site_id else "every site", one.effective_on.isoformat(),
        one.expires_on.isoformat(), str(one.sample_size or "not limited"), one.covers,
    )  # fmt: skip


def _people(db: Session, study_id: UUID) -> Section:
    counted = progress.overview(db, study_id, exact=False)
    shown = [status for status in Status if counted.totals[status] != 0]
    rows = [
        (row.site or "–", row.stratum or "–", *(_few(row.cells[status]) for status in shown), _few(row.total))
        for row in counted.rows
    ]
    total = ("all", "", *(_few(counted.totals[status]) for status in shown), _few(counted.everybody))
    heads = "Site", "Group", *(status.value.replace("-", " ") for status in shown), "all"
    said = f"A number under {LEAST} is not shown, nor one that would give it away."
    return Section("people", "People", (said,), heads, (*rows, total) if rows else ())


def _consents(db: Session, study_id: UUID, *, now: datetime) -> Section:
    rows = tuple(
        (
            f"version {one.document}" if one.document else "by leaving",
            one.scope.value.replace("-", " "),
            str(one.yes),
            str(one.no),
        )
        for one in oversight.consents(db, study_id)
    )
    due = str(oversight.outdated(db, study_id, on=now.date()))
    said = f"Who agreed under an earlier text than the one that is in use: {due}."
    return Section("consents", "Consents", (said,), ("Document", "Scope", "yes", "no"), rows)


def _departures(db: Session, study_id: UUID) -> Section:
    rows = tuple(
        (one.way.value, str(one.people), _lasted(one.longest), str(one.waiting))
        for one in oversight.departures(db, study_id)
    )
    heads = "How", "People", "Longest time from the request to the death of the keys", "Still waiting"
    return Section("withdrawals", "Withdrawals", heads=heads, rows=rows)


def _texts(db: Session, study_id: UUID) -> Section:
    asked = oversight.asked(db, study_id)
    references = {one.number: one.reference for one in approvals.of_study(db, study_id)}
    rows = [
        (
            row.key, str(version.number), version.published_at.date().isoformat(), references[version.approval],
            str(len(versions.changes_of(db, version))), str(asked[version.id]) if version.id in asked else "0",
            version.fingerprint,
        )
        for row, published in versions.of_study(db, study_id)
        for version in published
    ]  # fmt: skip
    rows += [
        (
            "consent document", str(one.number), one.published_at.date().isoformat(), references[one.approval], "", "",
            one.fingerprint,
        )
        for one in reversed(documents.of_study(db, study_id))
    ]  # fmt: skip
    heads = "Text", "Version", "Published", "Approval", "Changes", "Asked by it", "SHA-256"
    return Section("texts", "Instruments and consent texts", heads=heads, rows=tuple(rows))


def _incidents(db: Session, study_id: UUID) -> Section:
    rows = tuple(
        (
            str(one.row.number), one.row.sort.value, one.row.happened_on.isoformat(), _moment(one.row.noticed_at),
            "; ".join(f"{duty.whom} until {_moment(duty.due_at)}, told {_moment(duty.told_at)}" for duty in one.duties),
            "closed" if one.closed else "open", one.row.words,
        )
        for one in reversed(incidents.of_study(db, study_id))
    )  # fmt: skip
    heads = "Number", "Kind", "Happened", "Noticed", "Who had to be told", "State", "What happened"
    return Section("incidents", "Incidents", heads=heads, rows=rows)


def _questions(db: Session, study_id: UUID, names: Mapping[str, str]) -> Section:
    rows: list[tuple[str, ...]] = []
    for thread in reversed(board_questions.of_study(db, study_id)):
        row = thread.question
        rows.append((str(row.number), _moment(row.asked_at), names[str(row.asked_by)], row.concern.value, row.words))
        for one in thread.answers:
            kind = "settled" if one.settled else "answer"
            rows.append((str(row.number), _moment(one.said_at), names[str(one.said_by)], kind, one.words))
    heads = "Number", "When", "By", "What", "Words"
    return Section("questions", "The board's questions", heads=heads, rows=tuple(rows))


def _releases(db: Session, study_id: UUID, *, now: datetime) -> Section:
    rows = tuple(
        (
            one.release.id.hex[:8], one.release.profile, one.state.value, one.release.terms.purpose,
            one.release.terms.recipients, str(one.release.found.smallest if one.release.found else "–"), one.asked_by,
            f"{one.decided_by} (alone)" if one.release.alone else one.decided_by, str(one.fetched),
            one.release.digest or "–",
        )
        for one in reversed(releases.of_study(db, study_id, now=now))
    )  # fmt: skip
    heads = (
        "Release", "Profile", "State", "What for", "To whom", "Smallest group", "Asked for by", "Decided by", "Fetched",
        "SHA-256 of the manifest",
    )  # fmt: skip
    return Section("releases", "Releases", heads=heads, rows=rows)


def _roles(review: Review, names: Mapping[str, str]) -> Section:
    rows = tuple((names[one.account], one.role, one.since, one.until or "today") for one in review.roles)
    return Section("roles", "Access: roles", heads=("Member", "Role", "Since", "Until"), rows=rows)


def _keys(review: Review, names: Mapping[str, str]) -> Section:
    rows = tuple((names[one.account], one.scope, one.since, one.until or "today") for one in review.keys)
    said = "A role alone opens nothing: whoever reads what is sealed holds its key."
    return Section("keys", "Access: keys", (said,), ("Member", "Key to", "Since", "Until"), rows)


def _looks(review: Review, names: Mapping[str, str]) -> Section:
    rows = tuple(
        (names[one.account], LOOKS[one.deed], str(one.times), one.first, one.last) for one in review.looks
    )  # fmt: skip
    heads = "Member", "Looked at", "Times", "First", "Last"
    return Section("looks", "Access: who looked at what", heads=heads, rows=rows)


def _few(number: int | None) -> str:
    return f"under {LEAST}" if number is None else str(number)


def _lasted(time: timedelta | None) -> str:
    return "–" if time is None else f"{max(1, round(time.total_seconds() / 60))} min"


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "–"


def table(section: Section) -> Sequence[Mapping[str, str]]:
    """The rows of a section by the names of their columns."""
    return [dict(zip(section.heads, row, strict=True)) for row in section.rows]
