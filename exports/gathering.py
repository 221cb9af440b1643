"""From a study to a dataset: everybody's material opened, as far as consent and the release let it leave.

Whoever is not in the population is never read. The records go through in one pass, a few participants at a time, so
that ten thousand of them need no more memory than ten; they are kept sealed for the writers, who read them many times.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import catching_up, columns, profiles
from exports.columns import Asked
from exports.dataset import Aside, Case, Cell, Dataset, Record
from exports.population import LANGUAGE, Person, Population
from exports.terms import Terms
from instruments.kinds import Answers
from instruments.route import Missingness, Plan
from survey import catch_up_runs, deltas, notes, responses, runs
from survey.catch_up_runs import Later
from survey.merging_runs import Opened
from survey.runs import Response
from vault import records, studies
from vault.errors import CannotOpen, Conflict
from vault.records import PageRecord, Saved
from vault.sealing import derive

AT_ONCE = 32
_KEYS_AT_ONCE = 500
_HALF_A_YEAR = 182

_ANSWERED = Missingness.ANSWERED
_BLANK = {became: Cell(became) for became in Missingness}

Progress = Callable[[int, int], None]
KeysOf = Callable[[Collection[UUID]], Mapping[UUID, bytes]]


class ChangedMeanwhile(Conflict):
    """Somebody was forgotten, or the study's keys were changed, while their material was being read."""

    public = "Somebody withdrew or the study's keys changed while this was being made. Nothing left. Start it again."


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the release with the key to their answers and what follows from it."""

    person: Person
    case: Case
    days: int  # by how many days their dates are moved
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that is known of a release before any answer is opened."""

    release_id: UUID
    study_id: UUID
    within: UUID  # in which ids stay the same: the study, or this release alone where releases may not be linked
    terms: Terms
    unfinished: bool
    memos: bool  # what interviewers thought of it stays within the study
    members: tuple[Member, ...]  # in the order of the cases
    asked: tuple[Asked, ...]


def source(
    db: Session, study_id: UUID, release_id: UUID, terms: Terms, population: Population, keys_of: KeysOf
) -> Source:
    """The people with their keys, and what they were asked; ChangedMeanwhile if a key of one of them is not there.

    ``keys_of`` opens the keys of some participants at a time and lets go of the keyring each time: whoever is being
    forgotten waits for its readers.

    Their ids are made from their own keys, so nobody can tell them after an erasure. In a profile without the study's
    pseudonyms the release goes into them too, and into its names and dates: two releases cannot be brought together.
    """
    profile = profiles.named(terms.profile)
    asked = columns.of_release(db, study_id, terms.instruments)
    found = []
    for lot in _lots(population.people, _KEYS_AT_ONCE):
        keys = keys_of([one.participant_id for one in lot])
        for one in lot:
            if one.participant_id not in keys:
                raise ChangedMeanwhile
            found.append((one, keys[one.participant_id]))
    within = study_id if profile.own_names else release_id
    named = sorted(
        ((derive(key, "release-case", within), one, key) for one, key in found),
        key=lambda each: each[1].pseudonym if profile.own_names else each[0],
    )
    width = max(3, len(str(len(named))))
    members = []
    for number, (mark, one, key) in enumerate(named, start=1):
        pseudonym = one.pseudonym if profile.own_names else f"R-{number:0{width}d}"
        case = Case(_made(mark[:16]), pseudonym, one.attributes)
        members.append(Member(one, case, days_of(key, within) if terms.shifted else 0, key))
    return Source(release_id, study_id, within, terms, profile.unfinished, profile.own_names, tuple(members), asked)


def _made(raw: bytes) -> UUID:
    return UUID(bytes=raw, version=5)


def days_of(key: bytes, within: UUID) -> int:
    """By how many days a participant's dates are moved: -182 to 182 and never 0, the same wherever ids are."""
    drawn = int.from_bytes(derive(key, "date-shift", within, length=8), "big") % (2 * _HALF_A_YEAR)
    return drawn - _HALF_A_YEAR if drawn < _HALF_A_YEAR else drawn - _HALF_A_YEAR + 1


def gathered(db: Session, of: Source, progress: Progress) -> Iterator[tuple[Member, Record]]:
    """Every record of the release as it was given, by case, instrument and occasion, each with whose it is.

    CannotOpen if a page was altered, moved or taken away.
    """
    done = 0
    for lot in _lots(of.members, AT_ONCE):
        ids = [one.person.participant_id for one in lot]
        there: dict[UUID, list[Response]] = {one: [] for one in ids}
        for run in runs.of_participants(db, ids):
            there[run.participant_id].append(run)
        later = catch_up_runs.of_participants(db, ids)
        pages = _pages(db, of.study_id, {one.person.participant_id: one.key for one in lot})
        for one in lot:
            who = one.person.participant_id
            for record in _of_member(db, of, one, there[who], later, pages.get(who, {})):
                yield one, record
        done += len(lot)
        progress(done, len(of.members))


def _pages(db: Session, study_id: UUID, keys: Mapping[UUID, bytes]) -> dict[UUID, dict[UUID, list[Saved]]]:
    """By participant and run their pages in the order of saving."""
    query = select(*records.COLUMNS).where(
        PageRecord.study_id == study_id, PageRecord.participant_id.in_(keys)
    ).order_by(PageRecord.participant_id, PageRecord.sequence)  # fmt: skip
    found: dict[UUID, dict[UUID, list[Saved]]] = {}
    rows = db.connection().execute(query)
    for who, saves in itertools.groupby(rows, key=lambda row: row[1]):
        of_runs = found.setdefault(who, {})
        for expected, row in enumerate(saves, start=1):
            page = records.opened(keys[who], row)
            if page.sequence != expected:
                raise CannotOpen
            of_runs.setdefault(page.address.response_id, []).append(page)
    return found


def _of_member(
    db: Session, of: Source, one: Member, there: Sequence[Response], later: Mapping[UUID, Later],
    pages: Mapping[UUID, list[Saved]],
) -> Iterator[Record]:  # fmt: skip
    for asked in of.asked:
        own = [
            run
            for run in there
            if run.instrument_id == asked.row_id and run.kind.counts and (run.submitted_on is not None or of.unfinished)
        ]
        if any(run.id in later for run in own):
            yield from _with_catch_ups(db, of, one, asked, own, later, pages)
            continue
        for occasion, run in enumerate(own, start=1):
            yield _record(of, one, asked, run, pages.get(run.id, []), occasion)


def _record(of: Source, one: Member, asked: Asked, run: Response, pages: Sequence[Saved], occasion: int) -> Record:
    number, plan = asked.plans[run.version_id]
    answers, sent, asides, memo = _opened(of, run, pages)
    cells = _cells(plan, answers, asked.ids, sent)
    identity, day, language = _made_id(of, one, run), catching_up.day_of(run), _language(one, plan)
    finished = run.submitted_on is not None
    return Record(
        identity, one.case.id, asked.instrument.id, number, occasion, day, language, finished, cells, asides, memo
    )  # fmt: skip


def _opened(
    of: Source, run: Response, pages: Sequence[Saved]
) -> tuple[Answers, Mapping[int, int] | None, tuple[Aside, ...], str]:
    """What a run says: answers, the pages that were sent (None for a conversation), questions outside, the memo."""
    if not run.kind.spoken:
        loaded = responses.assembled(pages, run)
        return loaded.answers, loaded.newest, (), ""
    interview = deltas.merged(notes.assembled(pages, run))
    asides = tuple(Aside(each.words, each.after, each.theme) for each in interview.candidates)
    return dict(interview.topics), None, asides, interview.memo if of.memos else ""


def _made_id(of: Source, one: Member, run: Response) -> UUID:
    return _made(derive(one.key, "release-record", of.within, run.id, length=16))


def _language(one: Member, plan: Plan) -> str:
    # Left out or made coarser beside the texts, it does not stand in the columns either.
    spoken = one.person.language or plan.instrument.language
    return spoken if one.case.attributes.get(LANGUAGE) == spoken else ""


def _with_catch_ups(
    db: Session, of: Source, one: Member, asked: Asked, there: Sequence[Response], later: Mapping[UUID, Later],
    pages: Mapping[UUID, list[Saved]],
) -> Iterator[Record]:  # fmt: skip
    """A record for each run that is no catch-up, with what its catch-ups say in it."""
    opened, asides, memos = [], {}, {}
    for run in catch_up_runs.in_order(there):
        own, plan = later.get(run.id), asked.plans[run.version_id][1]
        answers, sent, asides[run.id], memos[run.id] = _opened(of, run, pages.get(run.id, []))
        if own is None:
            opened.append(Opened(run, plan, answers, sent))
        else:
            narrowed = catch_up_runs.narrowed(db, run.version_id, own.questions)
            opened.append(Opened(run, narrowed, answers, sent, own.follows))
    joined = catching_up.joined(opened, asked.ids, lambda run: asked.plans[run.version_id][0])
    for occasion, each in enumerate(joined, start=1):
        run, (number, plan) = each.run, asked.plans[each.run.version_id]
        yield Record(
            _made_id(of, one, run), one.case.id, asked.instrument.id, number, occasion, catching_up.day_of(run),
            _language(one, plan), run.submitted_on is not None, each.cells,
            tuple(aside for part in each.parts for aside in asides[part.id]),
            "\n\n".join(memos[part.id] for part in each.parts if memos[part.id]), each.later,
        )  # fmt: skip


def _cells(plan: Plan, answers: Answers, ids: Sequence[str], sent: Mapping[int, int] | None) -> dict[str, Cell]:
    reached = plan.reached(answers)
    counting, became = reached.answers, plan.missing(answers, also=ids, sent=sent, reached=reached)
    return {
        name: Cell(_ANSWERED, counting[name]) if became[name] is _ANSWERED else _BLANK[became[name]] for name in ids
    }


def made(
    db: Session, of: Source, population: Population, themes: Iterable[Any], recs: Callable[[], Iterator[Record]],
    *, made_on: date,
) -> Dataset:  # fmt: skip
    """The dataset that writers get, whose records are read from where they were kept."""
    study = studies.find(db, of.study_id)
    return Dataset(
        id=of.release_id,
        study=of.study_id,
        title=study.title,
        reference=study.reference,
        language=of.terms.language,
        made_on=made_on,
        shifted=of.terms.shifted,
        attributes=population.attributes,
        cases=tuple(one.case for one in of.members),
        instruments=tuple(one.instrument for one in of.asked),
        themes=tuple(themes),
        records=recs,
    )


def _lots(people: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (people[at : at + size] for at in range(0, len(people), size))
