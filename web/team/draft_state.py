"""A draft as its pages show it: found with one statement, read and inspected once for each saving of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import aliased

from instruments import draft_states, readability, versions
from instruments.comparison import section_place
from instruments.definition import Instrument, Question, Role, questions
from instruments.drafts import Draft, InstrumentRow
from instruments.findings import Finding, Severity
from instruments.inspection import inspect, inspect_question
from instruments.remembering import Remembered
from instruments.versions import Version
from instruments.whereabouts import Whereabouts, whereabouts
from vault.accounts import Account
from vault.errors import Missing
from vault.prepared import Prepared
from web.kit.i18n import tag
from web.kit.visit import Visit
from web.team.conditions_in_words import Speaker
from web.team.instruments import title_of

_MOST = 32


@dataclass(frozen=True, slots=True)
class Written:
    """What there is to say about a draft."""

    findings: tuple[Finding, ...]
    of_question: Mapping[str, tuple[Finding, ...]]
    of_section: Mapping[str, tuple[Finding, ...]]
    elsewhere: tuple[Finding, ...]
    grades: Mapping[str, int]  # by language, for which year of school the whole reads

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that have to be mended before it is published."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Row:
    """The instrument whose draft this is."""

    id: UUID
    study_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """The draft as it stands: how often it was saved, the last time by whom and when, where undoing goes back to."""

    number: int
    mark: UUID
    edited_by: UUID
    edited_at: datetime
    undo_to: int | None
    editor: str


@dataclass(frozen=True, slots=True)
class Source:
    """One saving of a draft, beside the newest version then; two that are equal say the same."""

    mark: UUID
    newest: UUID | None
    instrument: Instrument = field(compare=False, repr=False)
    before: tuple[Instrument, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """A draft on the desk of whoever writes it. What takes long is made when it is first asked for, and kept."""

    row: Row
    draft: Standing
    source: Source

    @property
    def instrument(self) -> Instrument:
        """The definition as it stands."""
        return self.source.instrument

    @property
    def where(self) -> Whereabouts:
        """Where its questions stand."""
        return whereabouts(self.source.instrument)

    @property
    def published(self) -> Mapping[str, Question]:
        """The questions that were published, as they were last asked."""
        newest = self.source.newest
        return _PUBLISHED.found(newest, lambda: _asked(self.source.before)) if newest is not None else {}

    @property
    def written(self) -> Written:
        """What there is to say about it."""
        return _WRITTEN.found(self.source, lambda: _written(self.source))

    def said_of(self, question_id: str) -> tuple[Finding, ...]:
        """What there is to say about one question."""
        known = _WRITTEN.get(self.source)
        if known is not None:
            return known.of_question.get(question_id, ())
        before = self.source.before
        return inspect_question(self.instrument, question_id, before[-1] if before else None, before[:-1])

    @property
    def speaker(self) -> Speaker:
        """Who says its conditions in words, in the language of the page if the draft speaks it."""
        spoken = tag() if tag() in self.instrument.languages else (*self.instrument.languages, "en")[0]
        where = self.where
        return Speaker(where.numbers, where.named, spoken)

    @property
    def title(self) -> str:
        """What the instrument is called."""
        return title_of(self.instrument)


_OTHER = aliased(Version)
_LAST = select(func.max(_OTHER.number)).where(_OTHER.instrument_id == InstrumentRow.id).scalar_subquery()
_NEWEST = select(Version.id).where(Version.instrument_id == InstrumentRow.id, Version.number == _LAST).scalar_subquery()
# Every page of a draft asks this.
_DESK = Prepared(
    select(
        InstrumentRow.role, Draft.number, Draft.mark, Draft.edited_by, Draft.edited_at, Draft.undo_to, Account.name,
        _NEWEST.label("newest"),
    )
    .join(Draft, Draft.instrument_id == InstrumentRow.id)
    .join(Account, Account.id == Draft.edited_by)
    .where(InstrumentRow.id == bindparam("of", type_=Uuid()))
    .where(InstrumentRow.study_id == bindparam("study", type_=Uuid()))
)  # fmt: skip
_BEFORE: Remembered[UUID, tuple[Instrument, ...]] = Remembered(_MOST)
_PUBLISHED: Remembered[UUID, Mapping[str, Question]] = Remembered(_MOST)
_WRITTEN: Remembered[Source, Written] = Remembered(_MOST)


def desk(visit: Visit, instrument_id: UUID) -> Desk:
    """The draft of an instrument of the study, or Missing."""
    rows = _DESK.rows(visit.db, of=instrument_id, study=visit.study_id)
    if not rows:
        raise Missing
    role, number, mark, edited_by, edited_at, undo_to, editor, newest = rows[0]
    before = () if newest is None else _BEFORE.found(newest, lambda: _versions(visit, instrument_id))
    instrument = draft_states.definition(visit.db, instrument_id, number, mark)
    return Desk(
        Row(instrument_id, visit.study_id, role),
        Standing(number, mark, edited_by, edited_at, undo_to, editor),
        Source(mark, newest, instrument, before),
    )


def _versions(visit: Visit, instrument_id: UUID) -> tuple[Instrument, ...]:
    return tuple(versions.definition_of(version) for version in versions.of_instrument(visit.db, instrument_id))


def _asked(before: tuple[Instrument, ...]) -> dict[str, Question]:
    return {question.id: question for version in before for question in questions(version)}


def _written(source: Source) -> Written:
    instrument, before = source.instrument, source.before
    found = tuple(inspect(instrument, before[-1] if before else None, before[:-1]))
    by_question, by_section = defaultdict(list), defaultdict(list)
    sections = {section_place(section.id): section.id for section in instrument.sections}
    elsewhere = []
    for finding in found:
        if finding.question:
            by_question[finding.question].append(finding)
        elif place := next((name for name in sections if f"{finding.place}.".startswith(f"{name}.")), ""):
            by_section[sections[place]].append(finding)
        else:
            elsewhere.append(finding)
    return Written(
        found,
        {name: tuple(some) for name, some in by_question.items()},
        {name: tuple(some) for name, some in by_section.items()},
        tuple(elsewhere),
        {
            language: grade
            for language, counts in readability.read_aloud(instrument).items()
            if (grade := readability.grade_of(counts, language)) is not None
        },
    )
