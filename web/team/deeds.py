"""What the lines of the log say. A deed without words here is shown by its name, so that nothing is hidden."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.scopes import Scope as Agreed
from instruments import drafts, versions
from instruments.drafts import InstrumentRow
from survey import sampling
from vault.accounts import Account
from vault.studies import Site
from web.kit.key_scopes import SCOPES
from web.team.consent_wording import SCOPES as AGREED
from web.team.incidents import SORTS
from web.team.instruments import title_of
from web.team.roles import ROLES

# Names in parentheses are facts of the line, put into words by ``_fact``.
DEEDS: dict[str, LazyString] = {
    "study.founded": _l("Began the study %(reference)s."),
    "site.added": _l("Added the site %(name)s."),
    "member.joined": _l("Took %(account)s into the team, role: %(role)s."),
    "member.left": _l("Ended the membership of %(account)s, role: %(role)s."),
    "account.welcomed": _l("Made a link by which %(account)s sets up their account."),
    "key.granted": _l("Granted %(account)s the key to %(scope)s."),
    "key.rotated": _l("Changed the key to %(scope)s."),
    "key.taken": _l("Took the key to %(scope)s from %(account)s."),
    "approval.recorded": _l(
        "Recorded the approval %(reference)s of %(board)s, in force from %(effective)s to %(expires)s."
    ),
    "enrolment.one-more": _l("Decided that one person more may be enrolled than approved: %(most)s."),
    "amendment.drafted": _l("Wrote amendment %(amendment)s."),
    "amendment.submitted": _l("Sent amendment %(amendment)s to the board on %(day)s."),
    "amendment.approved": _l("Recorded that the board approved amendment %(amendment)s on %(day)s."),
    "amendment.refused": _l("Recorded that the board refused amendment %(amendment)s on %(day)s."),
    "amendment.withdrawn": _l("Withdrew amendment %(amendment)s on %(day)s."),
    "decision-letter.kept": _l("Kept a letter of the board, sealed."),
    "decision-letter.read": _l("Read a letter of the board."),
    "escrow.entrusted": _l("Made %(cards)s cards; %(threshold)s of them open the study together."),
    "escrow.used": _l("Opened the study with the cards."),
    "identity.read": _l("Read a participant's name and contacts."),
    "identity.searched": _l("Looked for a participant by their contact."),
    "instrument.begun": _l("Began the instrument %(instrument)s."),
    "instrument.copied": _l(
        "Copied %(instrument)s from version %(version)s of %(source)s in another study; fingerprint %(fingerprint)s."
    ),
    "instrument.copied-draft": _l(
        "Copied %(instrument)s from the draft of %(source)s in another study; fingerprint %(fingerprint)s."
    ),
    "instrument.offered": _l("Said to whom %(instrument)s is offered: %(groups)s."),
    "instrument.published": _l("Published version %(version)s of %(instrument)s, under approval %(approval)s."),
    "consent.begun": _l("Began a version of the consent document."),
    "consent.published": _l("Published version %(number)s of the consent document, under approval %(approval)s."),
    "consent.decided": _l("Decided about taking part; agreed to: %(yes)s; did not agree to: %(no)s."),
    "answers.read": _l("Opened %(responses)s responses (%(why)s)."),
    "answers.saved": _l("Answered a page of an instrument; the time of day is not kept here."),
    "frame.extended": _l("Added to the sampling frame: %(cells)s."),
    "quota.set": _l("Set a quota: %(target)s of %(part)s."),
    "quota.dropped": _l("Took away the quota of %(part)s."),
    "link.opened": _l("Opened enrolment by the address /join/%(word)s."),
    "link.stopped": _l("Closed enrolment by the address /join/%(word)s."),
    "participant.enrolled": _l("Enrolled a participant."),
    "participant.admitted": _l("Let a participant come in who was only named, or had not wanted to before."),
    "participants.imported": _l("Enrolled %(participants)s participants from a sheet."),
    "participant.placed": _l("Set a participant's site and stratum."),
    "participant.assigned": _l("Assigned a participant to %(account)s."),
    "participant.unassigned": _l("Ended a participant's assignment to %(account)s."),
    "participant.code-renewed": _l("Made a new code for a participant."),
    "participant.withdrew": _l("Withdrew from the study."),
    "identity.corrected": _l("Corrected a participant's name and contacts."),
    "invitations.released": _l("Released %(letters)s invitations to be mailed."),
    "letter.sent": _l("Sent a participant a letter."),
    "nominations.read": _l("Read who named whom."),
    "nomination.linked": _l("Said of somebody who was named that they are a participant whom the study knew."),
    "response.begun": _l("Began an instrument, version %(number)s, under approval %(approval)s."),
    "response.submitted": _l("Finished an instrument."),
    "interview.started": _l("Began an interview."),
    "interview.ended": _l("Ended an interview."),
    "catch-up.offered": _l("Offered a catch-up of %(instrument)s, version %(version)s: %(questions)s. Why: %(reason)s"),
    "catch-up.closed": _l("Closed a catch-up of %(instrument)s, version %(version)s. Why: %(reason)s"),
    "catch-up.letters-prepared": _l("Prepared %(letters)s letters about a catch-up."),
    "candidates.read": _l("Read the candidate questions."),
    "candidate.entered": _l("Entered a candidate question that follows from a theme."),
    "candidate.accepted": _l("Accepted a candidate question into the draft of %(instrument)s, as %(question)s."),
    "candidate.merged": _l("Merged a candidate question into another."),
    "candidate.declined": _l("Declined a candidate question."),
    "candidate.reopened": _l("Opened a candidate question again."),
    "release.asked": _l("Asked for the release %(release)s (%(profile)s) with %(cases)s participants."),
    "release.started": _l("Set the release %(release)s (%(profile)s) going: %(job)s."),
    "release.checked": _l("Had the release %(release)s (%(profile)s) checked."),
    "release.looked-through": _l("Looked through the names taken out of the release %(release)s (%(profile)s)."),
    "release.approved": _l(
        "Approved the release %(release)s (%(profile)s) with %(cases)s participants, asked for by %(asked_by)s; "
        "decided alone: %(alone)s."
    ),
    "release.holds-erased": _l(
        "The release %(release)s holds somebody who was erased; it was fetched %(fetched)s times."
    ),
    "release.refused": _l("Refused the release %(release)s (%(profile)s)."),
    "release.withdrawn": _l("Withdrew the request for the release %(release)s (%(profile)s)."),
    "release.built": _l("Built the release %(release)s (%(profile)s) and sealed it."),
    "release.fetched": _l("Fetched the release %(release)s (%(profile)s)."),
    "release.expired": _l("Destroyed the file of the release %(release)s (%(profile)s)."),
    "roster.read": _l("Read every name, to take them out of a release."),
    "incident.recorded": _l("Recorded the incident %(number)s (%(sort)s), noticed %(noticed)s."),
    "incident.owed": _l("Said of the incident %(number)s that it has to be reported until %(when)s: %(whom)s."),
    "incident.acted": _l("Wrote down what was done about the incident %(number)s."),
    "incident.reported": _l("Wrote down that the incident %(number)s was reported at %(when)s: %(whom)s."),
    "incident.closed": _l("Closed the incident %(number)s."),
    "incident.reopened": _l("Opened the incident %(number)s again."),
    "board.asked": _l("Put to the team as number %(number)s: %(concern)s."),
    "board.answered": _l("Said something to number %(number)s of the board's questions."),
    "board.settled": _l("Held number %(number)s of the board's questions for answered."),
    "consents.sampled": _l("Looked at %(consents)s consents on the board's behalf."),
    "reporting.written": _l("Wrote what the team says to items of %(checklist)s: %(items)s."),
    "evidence.taken": _l("Took the evidence of the study along."),
    "erasure.promised": _l("Promised that a participant will be forgotten."),
    "erasure.keys-destroyed": _l("Destroyed a participant's keys."),
    "erasure.reapplied": _l("Forgot again whom a restored copy had brought back."),
}

_OTHERS = {
    "operator": _l("Whoever runs this installation"),
    "participant": _l("A participant"),
    "system": _l("Verbatim itself"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it is shown."""

    at: datetime
    who: str
    what: str


class _Facts(dict[str, str]):
    """Facts in words; one that a line does not have is a dash and no fault."""

    def __missing__(self, name: str) -> str:
        return "–"


def in_words(db: Session, line: Mapping[str, Any]) -> Line:
    """When, who and what, in the language of the page."""
    facts = _Facts({name: _fact(db, name, value) for name, value in line["facts"].items()})
    if "instrument" in facts:
        facts["instrument"] = _instrument(db, line["study"], facts["instrument"])
    sentence = DEEDS.get(line["action"])
    what = str(sentence) % facts if sentence else f"{line['action']} {_listed(facts)}".strip()
    return Line(datetime.fromisoformat(line["at"]), _actor(db, line["actor"]), what)


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in facts.items())


def _actor(db: Session, actor: str) -> str:
    kind, _, number = actor.partition(":")
    if kind == "staff":
        return _person(db, number)
    return str(_OTHERS.get(kind, _OTHERS["system"]))


def _person(db: Session, number: str) -> str:
    account = db.get(Account, UUID(number))
    return account.name if account else number


def _instrument(db: Session, study: str, key: str) -> str:
    """What an instrument is called, of which the log knows the short name only."""
    here = (InstrumentRow.study_id == UUID(study), InstrumentRow.key == key)
    row = db.scalar(select(InstrumentRow).where(*here))
    if row is None:
        return key
    published = versions.of_instrument(db, row.id)
    return title_of(versions.definition_of(published[-1]) if published else drafts.draft_of(db, row.id).definition)


def _cells(value: object) -> str:
    """Cells of the sampling frame, which stand in the log as JSON."""
    cells = value if isinstance(value, list) else [value]
    return "; ".join(sampling.name_of(json.loads(str(cell))) or str(_l("everybody")) for cell in cells)


# Facts that are one word of several. An instrument's role is another thing of the same name as a member's.
_WORDS: dict[str, Mapping[str, LazyString]] = {
    "role": {role.value: words[0] for role, words in ROLES.items()},
    "scope": {scope.value: words for scope, words in SCOPES.items()},
    "sort": {sort.value: words for sort, words in SORTS.items()},
}


def _fact(db: Session, name: str, value: object) -> str:
    if name in {"cells", "part"}:
        return _cells(value)
    if name == "groups":
        groups = json.loads(str(value))
        return "; ".join(f"{name}: {', '.join(values)}" for name, values in groups.items()) or str(_l("everybody"))
    if name in {"yes", "no"} and isinstance(value, list):
        return ", ".join(str(AGREED[Agreed(one)]) for one in value).lower() or "–"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if name in {"account", "asked_by"}:
        return _person(db, text)
    if name == "release":
        return text[:8]
    if name == "alone":
        return str(_l("yes") if value else _l("no"))
    if name in _WORDS:
        return str(_WORDS[name].get(text, text))
    if name == "site" and text:
        site = db.get(Site, UUID(text))
        return site.name if site else text
    return text
