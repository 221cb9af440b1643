"""Accepting a candidate: its question stands in an instrument's draft, and its reason is ready for the publisher."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from instruments import drafts, versions
from instruments.definition import ID, Instrument, Question, Role, Section, questions
from instruments.drafts import Draft
from instruments.kinds import LongText, Topic
from survey import verdicts
from survey.verdicts import By, Candidate, Decided, Said, Verdict, VerdictRow
from vault import ledger
from vault.errors import Conflict, Invalid, Missing

# Words that say nothing of what a question is about, in the languages in which most are written.
_SMALL_WORDS = """
a about an and any are as at be been by can could did do does ever for from had has have how i if in is it its me of on
or our please tell that the their them there they this to us was we were what when where which who whom why will with
would you your
au aux avec ce ces cette comment dans d de des du elle en est et ete etes il ils je l la le les leur leurs nous ou par
parlez pas pour pourquoi qu quand que quel quelle quelles quels qui quoi sa se ses son sur un une vos votre vous y
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_MOST_WORDS = 3
_LONGEST_ID = 40


class IdTaken(Invalid):
    """An id never changes meaning, so one that is or was in use cannot be another question's."""

    public = "The instrument has, or had, a question of this short name. Choose another one."


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as what a candidate goes into a draft, and what is said of it when it is published."""

    instrument_id: UUID
    section: str
    question: str
    words: str = field(repr=False)
    theme: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """From which candidate a question of an instrument comes. ``said`` is None if it was not opened."""

    candidate_id: UUID
    question: str
    by: UUID
    at: datetime
    said: Said | None = field(default=None, repr=False)


def proposed_id(words: str, taken: Collection[str]) -> str:
    """A short name from the words of a question, such as ``role_of_money``, that is not ``taken``."""
    plain = unicodedata.normalize("NFKD", words.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    telling = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _SMALL]
    name = "_".join(telling[:_MOST_WORDS])[:_LONGEST_ID].strip("_") or "question"
    name = name if name[0].isalpha() else f"q_{name}"
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def taken_in(db: Session, draft: Draft) -> set[str]:
    """The ids of every question that the instrument has or had."""
    every = [draft.definition, *map(versions.definition_of, versions.of_instrument(db, draft.instrument_id))]
    return {question.id for instrument in every for question in questions(instrument)}


def accept(db: Session, candidate: Candidate, place: Place, *, by: By, now: datetime) -> Draft:
    """The candidate's question stands at the end of a section of the draft, in the language it is written in.

    Nobody who has the draft open loses anything: saving shows them both texts. Decided if the candidate is not open,
    IdTaken for a name in use.
    """
    if candidate.verdict is not Verdict.OPEN:
        raise Decided
    if not place.words:
        raise Invalid("Write the question as it is to be asked.")
    if not ID.fullmatch(place.question):
        raise Invalid("The short name has letters, digits and _ only, and begins with a letter.")
    row = drafts.find_instrument(db, place.instrument_id)
    if row.study_id != candidate.study_id:
        raise Missing
    draft = drafts.locked(db, row.id)
    if place.question in taken_in(db, draft):
        raise IdTaken
    longer = _with(draft.definition, place)
    draft = drafts.save_draft(db, row.id, longer, seen=draft.number, by=by.id, now=now)
    verdicts.decide(
        db, candidate, Verdict.ACCEPTED, Said(theme=place.theme, evidence=place.evidence), by=by, now=now,
        instrument_id=row.id, question=place.question, instrument=row.key,
    )  # fmt: skip
    return draft


def _with(instrument: Instrument, place: Place) -> Instrument:
    kind = Topic() if instrument.role is Role.GUIDE else LongText()
    question = Question(id=place.question, kind=kind, label={instrument.language: place.words})
    sections = instrument.sections or (Section(id="questions"),)
    name = place.section if instrument.sections else "questions"
    if name not in {section.id for section in sections}:
        raise Invalid("The draft has no such section any more. Choose another one.")
    grown = tuple(
        msgspec.structs.replace(section, questions=(*section.questions, question)) if section.id == name else section
        for section in sections
    )
    return msgspec.structs.replace(instrument, sections=grown)


def reopen(db: Session, candidate: Candidate, *, by: By, now: datetime) -> None:
    """The candidate is to be decided on again. Conflict while its question is in the draft, or was ever published."""
    if candidate.verdict is Verdict.OPEN:
        return
    last = candidate.steps[-1]
    if last.instrument_id and last.question in taken_in(db, drafts.draft_of(db, last.instrument_id)):
        raise Conflict("This candidate is in an instrument. Take the question out of the draft there, if it is wrong.")
    verdicts.decide(db, candidate, Verdict.OPEN, Said(), by=by, now=now)


def origins(db: Session, instrument_id: UUID) -> Mapping[str, Origin]:
    """By question, the candidate that was accepted as it. What was said then is not opened."""
    return {row.question: _origin(row) for row in _accepted(db, instrument_id)}


def read_origins(
    db: Session, study_id: UUID, instrument_id: UUID, *, by: By, now: datetime
) -> Mapping[str, Origin]:  # fmt: skip
    """The same with what was said when they were accepted; CannotOpen without the responses scope, if there are any.
    The log says that somebody looked.
    """
    found = {
        row.question: replace(_origin(row), said=verdicts.said_of(db, row, study_id, by=by))
        for row in _accepted(db, instrument_id)
    }
    if found:
        ledger.append(db, "candidates.read", actor=ledger.staff(by.id), now=now, study=study_id)
        db.flush()
    return found


def _accepted(db: Session, instrument_id: UUID) -> Sequence[VerdictRow]:
    """Acceptances that stand; a candidate that was opened again has left its name free for another question."""
    later = aliased(VerdictRow)
    after = select(later.turn).where(later.candidate_id == VerdictRow.candidate_id, later.turn > VerdictRow.turn)
    query = select(VerdictRow).where(VerdictRow.instrument_id == instrument_id, ~after.exists())
    return db.scalars(query.where(VerdictRow.verdict == Verdict.ACCEPTED)).all()


def _origin(row: VerdictRow) -> Origin:
    return Origin(row.candidate_id, row.question, row.decided_by, row.decided_at)
