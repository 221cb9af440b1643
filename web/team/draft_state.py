"""A draft as its pages show it: read, inspected and put into words once for each saving of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from flask_babel import force_locale

from instruments import drafts, readability, versions
from instruments.comparison import section_place
from instruments.definition import Instrument, Question, questions
from instruments.drafts import Draft, InstrumentRow
from instruments.findings import Finding, Severity
from instruments.inspection import inspect
from web.kit.i18n import tag
from web.kit.visit import Visit
from web.team.instruments import of_the_study, title_of
from web.team.reading import Reading, reading


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
class Source:
    """One saving of a draft, after so many versions; two that are equal say the same."""

    instrument_id: UUID
    number: int
    edited_at: datetime
    versions: int
    instrument: Instrument = field(compare=False, repr=False)
    before: tuple[Instrument, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """A draft on the desk of whoever writes it. What takes long is made when it is first asked for, and kept."""

    row: InstrumentRow
    draft: Draft
    source: Source

    @property
    def instrument(self) -> Instrument:
        """The definition as it stands."""
        return self.source.instrument

    @property
    def published(self) -> Mapping[str, Question]:
        """The questions that were published, as they were last asked."""
        return {question.id: question for version in self.source.before for question in questions(version)}

    @property
    def written(self) -> Written:
        """What there is to say about it."""
        return _written(self.source)

    @property
    def reading(self) -> Reading:
        """The draft put into words, in the language of the page if it speaks it."""
        return _read(self.source, tag())

    @property
    def title(self) -> str:
        """What the instrument is called."""
        return title_of(self.instrument)


def desk(visit: Visit, instrument_id: UUID) -> Desk:
    """The draft of an instrument of the study, or Missing."""
    row = of_the_study(visit, instrument_id)
    draft = drafts.draft_of(visit.db, row.id)
    before = tuple(versions.definition_of(version) for version in versions.of_instrument(visit.db, row.id))
    return Desk(row, draft, Source(row.id, draft.number, draft.edited_at, len(before), draft.definition, before))


@lru_cache(maxsize=32)
def _written(source: Source) -> Written:
    instrument, before = source.instrument, source.before
    found = tuple(inspect(instrument, before[-1] if before else None, before[:-1]))
    by_question, by_section = defaultdict(list), defaultdict(list)
    sections = {section_place(section.id): section.id for section in instrument.sections}
    elsewhere = []
    for finding in found:
        place = next((name for name in sections if f"{finding.place}.".startswith(f"{name}.")), "")
        if finding.question:
            by_question[finding.question].append(finding)
        elif place:
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
            for language in instrument.languages
            if (grade := readability.grade(readability.read_aloud(instrument, language), language)) is not None
        },
    )


@lru_cache(maxsize=32)
def _read(source: Source, language: str) -> Reading:
    with force_locale(language):
        return reading(source.instrument, language)
