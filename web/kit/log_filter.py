"""Which lines of a study's log somebody wants to see, said in the address in words that a board understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from vault import log_lines
from vault.accounts import Account
from vault.log_lines import LogLine, Wanted
from vault.studies import Member

PAGE = 100

# Every deed is in one group: by its name, or by the beginning of its name. Of answered pages there are so many that
# nobody would find anything else, so they are shown to whoever asks for them only.
GROUPS: dict[str, tuple[LazyString, tuple[str, ...]]] = {
    "names": (
        _l("Looking at names"),
        ("identity.read", "identity.searched", "roster.read", "nominations.read", "release.looked-through"),
    ),
    "answers": (_l("Reading answers"), ("answers.read", "candidates.read")),
    "consent": (_l("Consent and its texts"), ("consent.", "consents.")),
    "leaving": (_l("Withdrawals and erasures"), ("participant.withdrew", "erasure.")),
    "team": (_l("Team, keys and cards"), ("member.", "account.", "key.", "escrow.", "log.")),
    "approvals": (
        _l("Approvals"),
        (
            "study.", "site.", "approval.", "amendment.", "decision-letter.", "enrolment.", "evidence.", "reporting.",
            "board.",
        ),
    ),
    "incidents": (_l("Incidents"), ("incident.",)),
    "instruments": (
        _l("Questions and their changes"),
        ("instrument.", "candidate.", "catch-up.offered", "catch-up.closed"),
    ),
    "recruiting": (
        _l("Recruiting"),
        (
            "frame.", "quota.", "link.", "participants.", "participant.enrolled", "participant.admitted",
            "participant.placed",
            "participant.assigned", "participant.unassigned", "participant.code-renewed", "identity.corrected",
            "invitations.", "letter.", "nomination.", "catch-up.letters-prepared",
        ),
    ),
    "asking": (_l("Surveys and interviews"), ("response.", "interview.")),
    "pages": (_l("Every page that was answered"), ("answers.saved",)),
    "releases": (
        _l("Releases"),
        (
            "release.asked", "release.started", "release.checked", "release.approved", "release.holds-erased",
            "release.refused", "release.withdrawn", "release.built", "release.fetched", "release.expired",
        ),
    ),
}  # fmt: skip

_ACTORS: dict[str, tuple[LazyString, str]] = {
    "participants": (_l("Participants"), "participant:"),
    "operator": (_l("Whoever runs this installation"), "operator"),
    "system": (_l("Verbatim itself"), "system"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for, as it was written there, and what is wrong with it."""

    what: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    before: int | None = None
    wrong: str = ""

    @property
    def address(self) -> dict[str, str]:
        """The parts of the address that say the same, without the page."""
        parts = {"what": self.what, "who": self.who, "since": self.since, "until": self.until}
        return {name: value for name, value in parts.items() if value}

    @property
    def wanted(self) -> Wanted:
        """The same for the log."""
        deeds = GROUPS[self.what][1] if self.what else ()
        actor = _ACTORS[self.who][1] if self.who in _ACTORS else f"staff:{self.who}" if self.who else ""
        return Wanted(
            deeds=deeds, pages=self.what == "pages", actor=actor, since=_day(self.since), until=_day(self.until)
        )


def asked(parts: Mapping[str, str], *, people: Mapping[str, str]) -> Filter:
    """What the address asks for; what it cannot ask for is left out, and ``wrong`` says so in a sentence.

    ``people`` are the names of those who can be asked for, by their number.
    """
    what, who = parts.get("what", ""), parts.get("who", "")
    since, until, before = parts.get("since", ""), parts.get("until", ""), parts.get("before", "")
    wrong = ""
    if (what and what not in GROUPS) or (who and who not in people and who not in _ACTORS):
        wrong = gettext("There is no such kind of deed, or nobody of that name in this study. Choose from the lists.")
        what, who = what if what in GROUPS else "", who if who in people or who in _ACTORS else ""
    if (since and _day(since) is None) or (until and _day(until) is None):
        wrong = gettext("Write a date like 2026-11-22.")
        since, until = since if _day(since) else "", until if _day(until) else ""
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    return Filter(what, who, since, until, number, wrong)


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if len(written) == 10 and day.year < 9999 else None


def people(db: Session, study_id: UUID) -> dict[str, str]:
    """Everybody who is or was a member, by number, in the order of their names."""
    rows = select(Account.id, Account.name).join(Member, Member.account_id == Account.id)
    rows = rows.where(Member.study_id == study_id).order_by(Account.name, Account.id).distinct()
    return {str(account_id): name for account_id, name in db.execute(rows)}


def choices(names: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What can be asked for: kinds of deeds, and people."""
    others = [(key, str(label)) for key, (label, _) in _ACTORS.items()]
    return [(key, str(label)) for key, (label, _) in GROUPS.items()], [*names.items(), *others]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of lines, how many there are in all, and where the next page begins."""

    lines: list[LogLine]
    total: int
    older: int | None


def found(db: Session, study_id: UUID, one: Filter) -> Found:
    """The lines that were asked for, the newest first."""
    lines = log_lines.newest(db, study_id, one.wanted, most=PAGE + 1, before=one.before)
    older = lines[PAGE - 1].number if len(lines) > PAGE else None
    return Found(lines[:PAGE], log_lines.count(db, study_id, one.wanted), older)
