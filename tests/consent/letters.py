"""A short consent document and a study that may show it, for tests that need one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consent import documents, examples
from consent.documents import ConsentDocument
from consent.elements import Element
from consent.scopes import Scope
from consent.wording import Asked, Cover, Wording
from tests.vault.people import Person, person, study_of
from vault import approvals, participant_keys
from vault.approvals import Approval, Decided
from vault.store import Work
from vault.studies import Scope as KeyScope
from vault.studies import Study

QUESTIONS: Mapping[Scope, tuple[str, str]] = {
    Scope.TAKE_PART: ("Do you want to take part?", "Voulez-vous participer ?"),
    Scope.RECORDED: ("May we record you?", "Pouvons-nous vous enregistrer ?"),
    Scope.QUOTED: ("May we quote you?", "Pouvons-nous vous citer ?"),
}

LETTER = Wording(
    languages=("en", "fr"),
    title={"en": "About mentors", "fr": "Sur les mentors"},
    text={
        "en": "# What is this about?\n\nWe ask **you**.\n\n# Do I have to?\n\nNo. Ask [us](mailto:us@example.org).",
        "fr": "# De quoi s’agit-il ?\n\nNous **vous** parlons de mentors.\n\n# Est-ce obligatoire ?\n\nNon.",
    },
    asked=tuple(Asked(scope, {"en": english, "fr": french}) for scope, (english, french) in QUESTIONS.items()),
    signing={"en": "By typing my name I say that I have read this.", "fr": "En tapant mon nom, je dis avoir lu ceci."},
    script={"en": "I will read to you *what this is about*.", "fr": "Je vais vous lire de quoi il s’agit."},
    covers={element: Cover(heading="What is this about?") for element in Element}
    | {Element.STOPPING_RULES: Cover(reason="This is not a clinical trial.")},
)


def again(text: str, language: str = "en") -> Wording:
    """The letter with another English text, as it would be in a later version."""
    return replace(LETTER, text={**LETTER.text, language: text})


@dataclass(frozen=True)
class Participant:
    """Somebody with keys; consent knows no more of them than their id."""

    id: UUID
    linkage: bytes = field(repr=False)


@dataclass(frozen=True)
class Scene:
    """A study with a lead, an approval and a document in use."""

    work: Work
    lead: Person
    study: Study
    approval: Approval
    document: ConsentDocument
    now: datetime

    @property
    def db(self) -> Session:
        """The main database."""
        return self.work.db

    def somebody(self) -> Participant:
        """A new participant."""
        made = participant_keys.make(self.work.db, self.work.keyring, self.study.id, now=self.now)
        return Participant(made.participant_id, made.keys[KeyScope.LINKAGE])


def approved(
    db: Session,
    study: Study,
    by: Person,
    *,
    now: datetime,
    since: date = date(2026, 1, 1),
    until: date = date(2026, 12, 31),
    replaces: int | None = None,
    site_id: UUID | None = None,
) -> Approval:
    """A board's decision."""
    decided = Decided("Conjoint board", "REB26-0001", "Everything", since, until, site_id=site_id, replaces=replaces)
    return approvals.record(db, study.id, decided, by=by.id, now=now)


def scene(work: Work, now: datetime) -> Scene:
    """A study whose letter is in use."""
    lead = person(work.db, "wren", now=now)
    study = study_of(work.db, lead, now=now)
    approval = approved(work.db, study, lead, now=now)
    document = documents.publish(work.db, study.id, LETTER, approval=approval.number, by=lead.id, now=now)
    return Scene(work, lead, study, approval, document, now)


# Contacts of a study that exists in tests, in place of those that are invented in the ready document.
CONTACTS = {
    "researcher": "Robin Tansley", "e-mail": "team@study.example", "telephone": "403 555 0175",
    "board-e-mail": "board@study.example", "board-telephone": "403 555 0186",
}  # fmt: skip


def ready_letter() -> Wording:
    """The ready document of the library, with a study's own contacts."""
    return examples.find("mentors-and-mentees").with_contacts(CONTACTS)
