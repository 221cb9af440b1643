"""Consent documents: what participants are shown, frozen, numbered within a study, and fingerprinted.

A document's rendering is stored with it, so that a later parser shows nobody another page than the one agreed to.
"""

import functools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, Index, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent import markdown, weighing
from consent.inspection import inspect
from consent.scopes import Scope
from consent.weighing import Former, NeedsAmendment, Weighed, mark_of
from consent.wording import Published, Texts, Wording, canonical, fingerprint, from_canonical
from vault import approvals, ledger, studies
from vault.approvals import Approval
from vault.errors import Invalid, Missing
from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base
from vault.terms import CONSENT


class ConsentDocument(AppendOnly, Base):
    """One published version. ``fingerprint`` is SHA-256 of ``body``, the canonical text; ``rendered`` is what of it
    is shown as HTML."""

    __tablename__ = "consent_document"
    __table_args__ = (
        Index("consent_document_number_once", "study_id", "number", unique=True),
        Index("consent_document_fingerprint_once", "study_id", "fingerprint", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    fingerprint: Mapped[str]
    body: Mapped[str]
    rendered: Mapped[str]
    approval: Mapped[int] = mapped_column(NUMBER, ForeignKey("approval.number"))
    published_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]
    # Whether it differs from what the board decided on, as far as the approval lets it.
    within: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Text:
    """What a document says, without how it was published."""

    number: int
    fingerprint: str
    body: str
    rendered: str


# A published text never changes, so it serves as long as the process lives; a bounded number is kept.
_MOST = 64
_texts: dict[UUID, Text] = {}

_OF_STUDY = ConsentDocument.study_id == bindparam("study_id")
_PUBLISHED = Prepared(
    select(ConsentDocument.id, ConsentDocument.approval, ConsentDocument.fingerprint, ConsentDocument.published_at)
    .where(_OF_STUDY)
    .order_by(ConsentDocument.number.desc())
)
_MARKED = Prepared(select(ConsentDocument.id).where(_OF_STUDY, ConsentDocument.fingerprint == bindparam("mark")))
_TEXT = Prepared(
    select(
        ConsentDocument.number, ConsentDocument.fingerprint, ConsentDocument.body, ConsentDocument.rendered
    ).where(ConsentDocument.id == bindparam("document_id"))
)  # fmt: skip


class NotPublishable(Invalid):
    """The inspection found something that has to be done first."""

    public = "This document cannot be published yet. Do what stands beside each field first."


@dataclass(frozen=True, slots=True)
class Question:
    """One scope as it is asked in one language."""

    scope: Scope
    text: str
    necessary: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A document in one language, as it is put before a person. ``html`` and ``script`` are safe as they are, all
    others are plain text; ``script`` is empty where consent cannot be spoken."""

    language: str
    number: int
    fingerprint: str
    title: str
    note: str
    html: str
    script: str
    questions: tuple[Question, ...]
    signing: str


def weigh(
    db: Session, study_id: UUID, wording: Wording, approval: int, *, written_at: datetime | None = None,
    corrections: Collection[str] = (),
) -> Weighed:  # fmt: skip
    """How the wording stands to a decision of the board: see ``weighing.weigh``."""
    every = [Former(one.number, one.approval, one.within, published(one).wording) for one in of_study(db, study_id)]
    chain = approvals.lineage(db, study_id, approval)
    return weighing.weigh(chain, wording, every[::-1], written_at=written_at, corrections=corrections)


def publish(
    db: Session, study_id: UUID, wording: Wording, *, approval: int, by: UUID, now: datetime,
    written_at: datetime | None = None, corrections: Collection[str] = (),
) -> ConsentDocument:  # fmt: skip
    """The wording is a document of the study for ever, under the board's decision ``approval``.

    It is in use from the day on which that decision takes effect. NotPublishable if the inspection finds an error,
    NeedsAmendment if the approval does not let all of it be changed, and what ``weigh`` raises.
    """
    if any(not finding.advice for finding in inspect(wording)):
        raise NotPublishable
    decision = db.get(Approval, approval)
    if decision is None or decision.study_id != study_id:
        raise Missing
    if decision.expires_on < now.date():
        raise Invalid("This approval has ended. Choose one that is in force, or record its renewal first.")
    weighed = weigh(db, study_id, wording, approval, written_at=written_at, corrections=corrections)
    if weighed.barred:
        raise NeedsAmendment(weighed.barred)
    number = 1 + (db.scalar(select(func.max(ConsentDocument.number)).where(_of(study_id))) or 0)
    body = canonical(Published(studies.find(db, study_id).title, number, wording))
    document = ConsentDocument(
        study_id=study_id,
        number=number,
        fingerprint=fingerprint(body),
        body=body,
        rendered=json.dumps(_rendered(wording), ensure_ascii=False),
        approval=approval,
        published_by=by,
        published_at=now,
        within=not weighed.exact,
    )
    db.add(document)
    db.flush()
    ledger.append(
        db,
        "consent.published",
        actor=ledger.staff(by),
        now=now,
        study=study_id,
        document=document.fingerprint,
        number=number,
        approval=approval,
        languages=list(wording.languages),
        scopes=[asked.scope.value for asked in wording.asked],
        within=document.within,
        mark=mark_of(wording),
    )
    return document


def _rendered(wording: Wording) -> dict[str, dict[str, str]]:
    texts: dict[str, Texts] = {"text": wording.text, "script": wording.script}
    return {
        language: {name: markdown.html(text.get(language, "")) for name, text in texts.items()}
        for language in wording.languages
    }


def _of(study_id: UUID) -> ColumnElement[bool]:
    return ConsentDocument.study_id == study_id


def find(db: Session, study_id: UUID, document_id: UUID) -> ConsentDocument:
    """The document of this study, or Missing."""
    document = db.get(ConsentDocument, document_id)
    if document is None or document.study_id != study_id:
        raise Missing
    return document


def by_fingerprint(db: Session, study_id: UUID, mark: str) -> ConsentDocument:
    """The document of this study whose canonical text has this fingerprint, or Missing."""
    document = db.scalar(select(ConsentDocument).where(_of(study_id), ConsentDocument.fingerprint == mark))
    if document is None:
        raise Missing
    return document


def of_study(db: Session, study_id: UUID) -> Sequence[ConsentDocument]:
    """Every document of a study, the newest first."""
    return db.scalars(select(ConsentDocument).where(_of(study_id)).order_by(ConsentDocument.number.desc())).all()


def in_use(db: Session, study_id: UUID, on: date, *, site_id: UUID | None = None) -> ConsentDocument | None:
    """The document that participants of a site are shown on a day, or None if the board allows none.

    It is the newest whose approval, or a renewal of it, or another that names it, is in force there. A version
    published for an approval that takes effect later waits until then, and the former one stays in use.
    """
    found = _in_use(db, study_id, on, site_id)
    return None if found is None else db.get(ConsentDocument, found)


def put_before(db: Session, study_id: UUID, on: date, *, site_id: UUID | None = None) -> Text | None:
    """The text of the same document, for a participant who waits for the page."""
    found = _in_use(db, study_id, on, site_id)
    return None if found is None else _text(db, found)


def text_of(db: Session, study_id: UUID, mark: str) -> Text:
    """The text of the document of this study that has this fingerprint, or Missing."""
    found = _MARKED.rows(db, study_id=study_id, mark=mark)
    if not found:
        raise Missing
    return _text(db, found[0][0])


def _in_use(db: Session, study_id: UUID, on: date, site_id: UUID | None) -> UUID | None:
    held = approvals.standing(db, study_id, site_id, on=on)
    marked = any(f'"{CONSENT}:' in one.texts for one in held.values())
    for one, approval, document, at in _PUBLISHED.rows(db, study_id=study_id):
        if at.date() <= on:
            mark = mark_of(_published(_text(db, one).body).wording) if marked else ""
            if approvals.by_which(held, approval, CONSENT, mark, document=document) is not None:
                return one
    return None


def _text(db: Session, document_id: UUID) -> Text:
    found = _texts.get(document_id)
    if found is None:
        if len(_texts) >= _MOST:
            _texts.clear()
        (row,) = _TEXT.rows(db, document_id=document_id)
        found = _texts[document_id] = Text(*row)
    return found


def published(document: ConsentDocument | Text) -> Published:
    """The wording of a document with its study's title and its number."""
    return _published(document.body)


# A document is read with every page that shows it; there are few, and they never change.
@functools.lru_cache(maxsize=64)
def _published(body: str) -> Published:
    return from_canonical(body)


def languages(document: ConsentDocument | Text) -> tuple[str, ...]:
    """The languages in which a document can be shown, the original first."""
    return published(document).wording.languages


def shown(document: ConsentDocument | Text, language: str) -> Shown:
    """The document in ``language``, or in its first one where it was not translated: see ``Shown.language``."""
    wording = published(document).wording
    if language not in wording.languages:
        language = wording.languages[0]
    rendered: Mapping[str, Mapping[str, str]] = json.loads(document.rendered)
    return Shown(
        language=language,
        number=document.number,
        fingerprint=document.fingerprint,
        title=wording.title[language],
        note=wording.note.get(language, ""),
        html=rendered[language]["text"],
        script=rendered[language]["script"],
        questions=tuple(
            Question(asked.scope, asked.question[language], asked.scope in wording.necessary) for asked in wording.asked
        ),
        signing=wording.signing[language],
    )
