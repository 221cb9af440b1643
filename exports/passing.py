"""One pass over a release: who is in it, the roster, and every record without names and with its dates moved."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from exports import asking, deidentify, gathering, population, roster
from exports.attempts import Attempt
from exports.dataset import Record
from exports.deidentify import Replacement
from exports.finding import Finder
from exports.gathering import Progress, Source
from exports.population import Population
from exports.roster_names import Roster
from exports.terms import Terms
from exports.unlocked import Unlocked
from vault import ledger
from vault.studies import Scope

# So many different replacements are kept apart before they are added up.
_MANY = 10_000


@dataclass(slots=True)
class Account:
    """What became of names on the way, added up."""

    records: int = 0
    replaced: tuple[Replacement, ...] = field(default=(), repr=False)
    doubts: tuple[Replacement, ...] = field(default=(), repr=False)
    _lot: tuple[list[Replacement], list[Replacement]] = field(default_factory=lambda: ([], []), repr=False)

    def add(self, replaced: Iterable[Replacement], doubts: Iterable[Replacement]) -> None:
        """Of one more record."""
        self.records += 1
        self._lot[0].extend(replaced)
        self._lot[1].extend(doubts)
        if len(self._lot[0]) + len(self._lot[1]) > _MANY:
            self.close()

    def close(self) -> None:
        """Everything is added up."""
        self.replaced = deidentify.tally([*self.replaced, *self._lot[0]], by_place=True)
        self.doubts = deidentify.tally([*self.doubts, *self._lot[1]], by_place=True)
        self._lot = ([], [])


@dataclass(slots=True)
class Ready:
    """A release whose records can be read."""

    population: Population
    source: Source
    gone: frozenset[UUID]  # of whose keys nothing is left although the main database has them
    finder: Finder = field(repr=False)

    @property
    def questions_left_out(self) -> tuple[str, ...]:
        """The questions whose answers say who somebody is; they are in no release."""
        return tuple(name for one in self.source.asked for name in one.left_out)

    def forget_names(self) -> None:
        """Every text is clean by now, so nobody's name is needed any more, nor the memory that they take."""
        self.finder = Finder(Roster())

    def text(self, text: str) -> str:
        """A text outside the records without names."""
        return deidentify.clean_text(text, self.finder)


def ready(attempt: Attempt, wanted: Terms, unlocked: Unlocked) -> Ready:
    """Who is in it and what they were asked, with the roster read; the log says that it was.

    BelowThreshold, NobodyInIt, or ChangedMeanwhile if it cannot be made as it stands.
    """
    stores = attempt.stores

    def keys_of(people: Collection[UUID]) -> Mapping[UUID, bytes]:
        # A unit of work for each lot: whoever is being forgotten waits for readers of the keyring.
        with stores.work(reading=True) as work:
            return unlocked.keys(work.keyring, Scope.RESPONSES, people)

    with stores.work(reading=True) as work:
        everybody = [one.participant_id for one in population.of_release(work.db, attempt.study_id, wanted).people]
        gone = unlocked.forgotten(work.keyring, Scope.RESPONSES, everybody)
    with stores.work(reading=True) as work:
        people = asking.require_safe(work.db, attempt.study_id, wanted, gone=gone)
        source = gathering.source(work.db, attempt.study_id, attempt.release_id, wanted, people, keys_of)
        names = roster.read(work.db, work.keyring, unlocked)
    with stores.work() as work:
        now, actor = attempt.clock(), ledger.staff(unlocked.account_id)
        ledger.append(work.db, "roster.read", actor=actor, now=now, study=attempt.study_id, why="release")
        ledger.append(
            work.db, "answers.read", actor=actor, now=now, study=attempt.study_id, why="release",
            participants=len(source.members),
        )  # fmt: skip
        work.commit()
    return Ready(people, source, gone, Finder(names))


def records(attempt: Attempt, of: Ready, account: Account, progress: Progress) -> Iterator[Record]:
    """Every record as it may leave."""
    instruments = {one.instrument.id: one.instrument for one in of.source.asked}
    with attempt.stores.work(reading=True) as work:
        for member, record in gathering.gathered(work.db, of.source, progress):
            instrument = instruments[record.instrument]
            cleaned = deidentify.clean(record, instrument, of.finder)
            account.add(cleaned.replaced, cleaned.doubts)
            yield deidentify.moved(cleaned.record, instrument, member.days) if member.days else cleaned.record
    account.close()
