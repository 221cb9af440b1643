"""Everybody and everything that a study knows by name, read at once for whoever holds its linkage key.

A person is called by what they are to the study and a number: mentee 2, mentor 3. What they are is the value of the
frame's attribute "role" or "group" if it has one; else those who were named by others are what most nominations say
(mentor, supervisor ...), and the others are its counterpart (mentee ...). Numbers follow the order of enrolment and
count everybody who was ever enrolled, so nobody's number changes when somebody is forgotten.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exports.roster_names import INSTITUTIONS, Known, Roster, Sort
from exports.spelling import words
from exports.unlocked import Unlocked
from survey import frames, nominations
from survey.opening import Opener
from survey.participants import Participant
from survey.sampling import Stratum
from survey.statuses import StatusEvent
from vault import identities, ledger, studies
from vault.accounts import Account
from vault.identities import Identity, IdentityRecord, Reader
from vault.studies import Scope

KeyOf = Callable[[UUID], bytes | None]

_ROLES = frozenset({"role", "group", "rôle", "groupe"})
_NAMED, _OTHERS = "colleague", "participant"  # where nothing says what people are to each other
# What somebody who was named is to whoever named them, and what that one is to them.
_COUNTERPARTS = {
    "mentor": "mentee", "mentee": "mentor", "supervisor": "supervisee", "advisor": "advisee", "adviser": "advisee",
    "teacher": "student", "student": "teacher", "manager": "employee", "patient": "clinician", "clinician": "patient",
    "carer": "patient", "caregiver": "patient", "parent": "child", "friend": "friend", "peer": "peer",
}  # fmt: skip


def of_study(db: Session, rings: Session, study_id: UUID, reader: Reader, *, now: datetime) -> Roster:
    """The study's people under every name they ever had there, its team, and its institutions.

    Whoever was anonymised or erased is unknown here. CannotOpen for whoever lacks the linkage key. The log says that
    the roster was read.
    """
    opener = Opener(db, rings, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed)
    roster = _of(db, study_id, opener.key_or_none)
    ledger.append(db, "roster.read", actor=ledger.staff(reader.account_id), now=now, study=study_id)
    db.flush()
    return roster


def read(db: Session, rings: Session, unlocked: Unlocked) -> Roster:
    """The same for whoever has the study's seeds and writes the line into the log by themselves. Nothing is written."""
    everybody = db.scalars(select(Participant.id).where(Participant.study_id == unlocked.study_id)).all()
    return _of(db, unlocked.study_id, unlocked.keys(rings, Scope.LINKAGE, everybody).get)


def _of(db: Session, study_id: UUID, key_of: KeyOf) -> Roster:
    strata = {stratum.id: stratum for stratum in frames.strata(db, study_id)}
    known = [*_people(db, study_id, key_of, strata), *_team(db, study_id)]
    return Roster((*known, *_institutions(db, study_id, list(strata.values()))))


def _people(db: Session, study_id: UUID, key_of: KeyOf, strata: Mapping[UUID, Stratum]) -> Iterator[Known]:
    records = defaultdict(list)
    for record in db.scalars(
        select(IdentityRecord)
        .where(IdentityRecord.study_id == study_id)
        .order_by(IdentityRecord.participant_id, IdentityRecord.sequence)
    ):
        records[record.participant_id].append(record)
    named = nominations.opened(db, study_id, key_of)
    nominees = nominations.nominees(db, study_id)
    word = _relation([one.relation for one in named])
    numbers: Counter[str] = Counter()
    for participant_id, stratum_id in _by_enrolment(db, study_id):
        given = _role(strata.get(stratum_id)) if stratum_id else ""
        role = given or (word if participant_id in nominees else _COUNTERPARTS.get(word, _OTHERS))
        numbers[role] += 1
        key = key_of(participant_id) if participant_id in records else None
        if key is not None:
            yield _person(f"{role} {numbers[role]}", [identities.opened(one, key) for one in records[participant_id]])


def _by_enrolment(db: Session, study_id: UUID) -> Sequence[tuple[UUID, UUID | None]]:
    """Everybody who was ever enrolled, with the stratum. Days are too coarse, so their first events tell the order."""
    first = func.min(StatusEvent.number)
    found = db.execute(
        select(Participant.id, Participant.stratum_id)
        .join(StatusEvent, StatusEvent.participant_id == Participant.id)
        .where(Participant.study_id == study_id)
        .group_by(Participant.id, Participant.stratum_id)
        .order_by(first)
    )
    return [(participant_id, stratum_id) for participant_id, stratum_id in found]


def _role(stratum: Stratum | None) -> str:
    """What the frame says that somebody is, if it says so in plain words."""
    values = [value for name, value in stratum.attributes.items() if name.casefold() in _ROLES] if stratum else []
    plain = " ".join(word.raw for word in words(values[0]))[:30].strip().lower() if values else ""
    return plain if " or " not in f" {plain} " else ""


def _relation(relations: Sequence[str]) -> str:
    """What most nominations call the one who was named; of equals the first by the alphabet."""
    said = [{word.raw.lower() for word in words(relation)} & _COUNTERPARTS.keys() for relation in relations]
    counts = Counter(word for found in said for word in found)
    return min(counts, key=lambda word: (-counts[word], word)) if counts else _NAMED


def _person(label: str, known: Sequence[Identity]) -> Known:
    def every(values: Iterator[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in values if value.strip()))

    return Known(
        label, Sort.PERSON, every(one.name for one in known), every(one.email for one in known),
        every(one.telephone for one in known),
    )  # fmt: skip


def _team(db: Session, study_id: UUID) -> Iterator[Known]:
    """Everybody who ever was of the team, by the role in which they joined."""
    numbers: Counter[str] = Counter()
    seen: set[UUID] = set()
    for member in studies.members(db, study_id, past=True):
        if member.account_id in seen:
            continue
        seen.add(member.account_id)
        account = db.get_one(Account, member.account_id)
        numbers[member.role.value] += 1
        yield Known(
            f"{member.role.value} {numbers[member.role.value]}", Sort.PERSON, (account.name,), (account.email,)
        )  # fmt: skip


def _institutions(db: Session, study_id: UUID, strata: Sequence[Stratum]) -> Iterator[Known]:
    """The sites, and values of the frame that are institutions: of an attribute called university, hospital ..."""
    called: dict[str, str] = {site.name: "" for site in studies.sites(db, study_id)}
    for stratum in strata:
        for attribute, value in stratum.attributes.items():
            if attribute.casefold() in INSTITUTIONS:
                called[value] = attribute.casefold()
    for name, attribute in called.items():
        noun = next((noun for noun, roots in INSTITUTIONS.items() if any(r in name.lower() for r in roots)), attribute)
        article = "an" if noun[:1] in "aeio" else "a"
        names = (name, f"University of {name}") if noun == "university" and noun == attribute else (name,)
        yield Known(f"{article} {noun}" if noun else "a site", Sort.INSTITUTION, names)
