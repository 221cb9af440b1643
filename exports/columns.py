"""What was asked, over all versions: the instruments of a release, their questions, and the findings behind them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from exports import dataset
from exports.dataset import Column, Theme
from instruments import versions
from instruments.definition import Question, Section
from instruments.route import Plan
from instruments.versions import Version
from survey import catch_up_runs
from vault.errors import Invalid


@dataclass(frozen=True, slots=True)
class Asked:
    """One instrument as it stands in a release, with what is needed to read its runs."""

    row_id: UUID
    instrument: dataset.Instrument
    ids: tuple[str, ...]  # of its columns
    left_out: tuple[str, ...]  # the questions whose answers say who somebody is
    plans: Mapping[UUID, tuple[int, Plan]]  # by version: its number and the way through it
    published: Sequence[Version]


def of_release(db: Session, study_id: UUID, chosen: Collection[UUID]) -> tuple[Asked, ...]:
    """The instruments that were chosen (all if none was), those that were ever published; Invalid for a strange one."""
    there = [(row, published) for row, published in versions.of_study(db, study_id) if published]
    if set(chosen) - {row.id for row, _ in there}:
        raise Invalid("The study has no such instrument, or it was never published. Choose among its own.")
    caught_up = catch_up_runs.instruments_of(db, study_id)
    return tuple(
        _asked(row.id, row.key, published, caught_up=row.id in caught_up)
        for row, published in there
        if not chosen or row.id in chosen
    )


def _asked(row_id: UUID, key: str, published: Sequence[Version], *, caught_up: bool) -> Asked:
    definitions = {version.number: versions.definition_of(version) for version in published}
    newest = definitions[published[-1].number]
    wordings: dict[str, dict[int, Question]] = {}
    sections: dict[str, Section] = {}
    # The newest first, so that its order is the one that counts and retired questions stand at the end.
    for version in reversed(published):
        for section in definitions[version.number].sections:
            for question in section.questions:
                if question.asks:
                    wordings.setdefault(question.id, {})[version.number] = question
                    sections.setdefault(question.id, section)
    # A question that was identifying in any version is: what was answered to it then does not become harmless.
    hidden = {name for name, by_number in wordings.items() if any(one.identifying for one in by_number.values())}
    columns = tuple(
        Column(by_number[max(by_number)], sections[name].title, dict(sorted(by_number.items())))
        for name, by_number in wordings.items()
        if name not in hidden
    )
    instrument = dataset.Instrument(
        key, newest.title, newest.role, tuple(_version(one, definitions[one.number].languages) for one in published),
        columns, caught_up,
    )  # fmt: skip
    plans = {version.id: (version.number, versions.plan_of(version)) for version in published}
    left_out = tuple(name for name in wordings if name in hidden)
    return Asked(row_id, instrument, tuple(one.question.id for one in columns), left_out, plans, published)


def _version(version: Version, languages: tuple[str, ...]) -> dataset.Version:
    return dataset.Version(version.number, version.fingerprint, version.published_at.date(), languages)


def themes(db: Session, asked: Sequence[Asked], clean: Callable[[str], str]) -> tuple[Theme, ...]:
    """The findings that caused questions, by name, as the reasons for changes name them; ``clean`` takes names out."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for one in asked:
        there = frozenset(one.ids)
        for version in one.published:
            for change in versions.changes_of(db, version):
                if change.theme and change.question in there:
                    found.setdefault(clean(change.theme), {})[one.instrument.id, change.question] = None
    return tuple(Theme(name, tuple(found[name])) for name in sorted(found))


def languages_of(asked: Sequence[Asked]) -> tuple[str, ...]:
    """Every language in which something was asked, in the order in which they first stand."""
    every = (language for one in asked for version in one.instrument.versions for language in version.languages)
    return tuple(dict.fromkeys(every))
