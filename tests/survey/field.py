"""A study in the field, for the tests of this room: a team with keys, a site, a frame, and an approval."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from consent import decisions, documents
from consent.grants import Grant
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from instruments import drafts, versions
from instruments.comparison import Reason, compare
from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as For
from instruments.kinds import LongText, Number, Option, Probe, ShortText, SingleChoice, Topic
from instruments.versions import Version
from survey import agreements, frames, participants
from survey.participants import Enrolled
from survey.sampling import Stratum
from tests.approving import approved
from tests.consent.letters import ready_letter
from tests.vault.people import Person, joined, person, study_of
from vault import approvals, ledger, participant_keys, studies
from vault.approvals import Decided
from vault.identities import Reader
from vault.store import Work
from vault.studies import Role, Scope, Study


def in_the_log(work: Work, participant_id: UUID) -> str:
    """How the participant stands in the log."""
    return participant_keys.commitment(work.keyring, participant_id)


@dataclass(frozen=True)
class Field:
    """Who is there and where."""

    study: Study
    lead: Person
    coordinator: Person
    interviewer: Person
    analyst: Person
    site_id: UUID
    other_site_id: UUID
    strata: tuple[Stratum, ...]
    approval: int
    document: str  # the fingerprint of the consent document in use

    @property
    def actor(self) -> str:
        """The coordinator, as the log writes it."""
        return ledger.staff(self.coordinator.id)

    @property
    def reader(self) -> Reader:
        """The coordinator, who reads names."""
        return Reader(self.coordinator.id, self.coordinator.seed)


def field_of(work: Work, *, now: datetime) -> Field:
    """The study of mentors and mentees: two universities × gender, approved for a year."""
    lead, coordinator, interviewer, analyst = (
        person(work.db, name, now=now) for name in ("ada", "cora", "ian", "anna")
    )  # fmt: skip
    study = study_of(work.db, lead, now=now)
    joined(work.db, study, coordinator, Role.COORDINATOR, by=lead, now=now)
    joined(work.db, study, interviewer, Role.INTERVIEWER, by=lead, now=now)
    joined(work.db, study, analyst, Role.ANALYST, by=lead, now=now)
    calgary = studies.add_site(work.db, study.id, "Calgary", by=lead.id, now=now)
    alberta = studies.add_site(work.db, study.id, "Alberta", by=lead.id, now=now)
    frame = {"university": ("Calgary", "Alberta"), "gender": ("woman", "man")}
    frames.add_cells(work.db, study.id, frame, by=lead.id, now=now)
    decided = Decided("The board", "REB-1", "List 1", date(2026, 10, 1), date(2027, 9, 30))
    approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now)
    wording = ready_letter()
    document = documents.publish(work.db, study.id, wording, approval=approval.number, by=lead.id, now=now)
    return Field(
        study, lead, coordinator, interviewer, analyst, calgary.id, alberta.id, frames.strata(work.db, study.id),
        approval.number, document.fingerprint,
    )  # fmt: skip


def _choice(code: str) -> Option:
    return Option(code=code, label={"en": code.title()})


SURVEY = Instrument(
    id="short",
    role=For.SURVEY,
    title={"en": "Short survey"},
    languages=("en",),
    sections=(
        Section(
            id="you",
            questions=(
                Question(
                    id="mentor",
                    kind=SingleChoice(options=(_choice("yes"), _choice("no"))),
                    label={"en": "Have you a mentor?"},
                    required=True,
                ),
            ),
        ),
        Section(
            id="meetings",
            questions=(
                Question(
                    id="often",
                    kind=Number(least=0),
                    label={"en": "How often do you meet?"},
                    relevant="${mentor} = 'yes'",
                ),
            ),
        ),
        Section(id="end", questions=(Question(id="comment", kind=LongText(), label={"en": "Anything else?"}),)),
    ),
)


def _topic(name: str, label: str, *probes: str) -> Question:
    kind = Topic(probes=tuple(Probe(id=probe, label={"en": probe.title()}) for probe in probes))
    return Question(id=name, kind=kind, label={"en": label})


GUIDE = Instrument(
    id="list_one",
    role=For.GUIDE,
    title={"en": "List 1"},
    languages=("en",),
    sections=(
        Section(
            id="mentoring",
            questions=(
                _topic("experience", "Please describe your experience.", "formal", "informal"),
                _topic("start", "How did it begin?", "first"),
            ),
        ),
    ),
)
LONGER_GUIDE = Instrument(
    id="list_one",
    role=For.GUIDE,
    title={"en": "List 1"},
    languages=("en",),
    sections=(
        Section(
            id="mentoring",
            questions=(*GUIDE.sections[0].questions, _topic("barriers", "What gets in the way?", "time", "money")),
        ),
    ),
)
LONGER_SURVEY = Instrument(
    id="short",
    role=For.SURVEY,
    title={"en": "Short survey"},
    languages=("en",),
    sections=(
        *SURVEY.sections,
        Section(id="more", questions=(Question(id="degree", kind=ShortText(), label={"en": "Your degree?"}),)),
    ),
)


def published(work: Work, field: Field, instrument: Instrument, *, now: datetime) -> Version:
    """The first version of an instrument, or the next one of that id."""
    rows = {row.key: row for row in drafts.instruments_of(work.db, field.study.id)}
    by = field.lead.id
    if instrument.id in rows:
        draft = drafts.draft_of(work.db, rows[instrument.id].id)
        before = draft.definition
        draft = drafts.save_draft(work.db, draft.instrument_id, instrument, seen=draft.number, by=by, now=now)
        places = tuple(difference.place for difference in compare(before, instrument))
        reasons = [Reason(places, "A theme was found.", "barriers")]
        # The latest decision is replaced by one on the new text.
        latest = approvals.of_study(work.db, field.study.id)[0].number
        approval = approved(work.db, draft, latest, by=by, now=now)
    else:
        draft, reasons = drafts.begin(work.db, field.study.id, instrument, by=by, now=now), []
        approval = approvals.of_study(work.db, field.study.id)[0].number
    return versions.publish(work.db, draft, reasons, approval=approval, by=by, now=now)


def taking_part(
    work: Work, field: Field, *, now: datetime, scopes: frozenset[Agreed] = frozenset(Agreed), assigned: bool = False
) -> Enrolled:
    """Somebody who has agreed to ``scopes`` and to nothing else."""
    enrolled = participants.enrol(
        work.db, work.keyring, field.study.id, by=field.actor, now=now, site_id=field.site_id,
        stratum_id=field.strata[0].id, interviewer=field.interviewer.account if assigned else None,
    )  # fmt: skip
    decide(work, field, enrolled, {scope: scope in scopes for scope in Agreed}, now=now)
    return enrolled


def decide(work: Work, field: Field, enrolled: Enrolled, choices: dict[Agreed, bool], *, now: datetime) -> None:
    """What the participant says, typed and signed."""
    agreements.agree(
        work.db, work.keyring, enrolled.participant, choices, document=field.document, language="en", now=now,
        key=enrolled.keys[Scope.LINKAGE], signed=Signed(signature="Ann Wren"),
    )  # fmt: skip


def grant(work: Work, enrolled: Enrolled) -> Grant:
    """What the participant agrees to now."""
    return decisions.grant_for(work.db, enrolled.participant.id)
