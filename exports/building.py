"""Building a release: gathered, without names, written, sealed to whoever asked. Nothing is ever put down in the clear.

A build that dies leaves sealed pieces whose key nobody has, and may be started again.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from exports import asking, attempts, columns, fetching, gathering, passing, population, profiles, releases, unlocked
from exports import writers as formats
from exports.attempts import Attempt
from exports.dataset import Dataset
from exports.gathering import ChangedMeanwhile
from exports.manifest import Contents, Entry, manifest, readme
from exports.packing import Digest, Pieces
from exports.passing import Ready
from exports.population import Population
from exports.releases import Found, Release, ReleaseCase, State
from exports.spool import Spool
from exports.unlocked import Unlocked
from exports.zips import Archive, archive
from vault import ledger
from vault.accounts import Account
from vault.wraps import wrap


def build(attempt: Attempt, keys: Unlocked) -> None:
    """The release is built and can be fetched by whoever asked for it, until its time is over.

    Raised before anything is kept: BelowThreshold or NobodyInIt if consent or attributes no longer allow it,
    ChangedMeanwhile, NotVouchedFor, Overtaken, and what a writer refuses.
    """
    signs = attempts.Signs(attempt)
    with attempt.stores.work() as work:
        attempts.clear_others(work.db, attempt)
        work.commit()
    with attempt.stores.work(reading=True) as work:
        release = releases.find(work.db, attempt.study_id, attempt.release_id)
        unlocked.vouched_public(work.db, keys, work.db.get_one(Account, release.asked_by))
    ready = passing.ready(attempt, release.terms, keys)
    spool = Spool(attempt.scratch, {one.instrument.id: one.ids for one in ready.source.asked})
    try:
        account = passing.Account()
        for record in passing.records(attempt, ready, account, signs):
            spool.put(record)
        spool.flush()
        with attempt.stores.work(reading=True) as work:
            data = _dataset(work.db, attempt, ready, spool)
        ready.forget_names()
        found = _found(ready, account)
        pieces = Pieces(attempt, signs)
        digest = _write(attempt, release, ready, data, found, pieces)
        _finish(attempt, keys, ready, found, pieces, digest)
    finally:
        spool.close()


def _dataset(db: Session, attempt: Attempt, ready: Ready, spool: Spool) -> Dataset:
    themes = columns.themes(db, ready.source.asked, ready.text)
    return gathering.made(
        db, ready.source, ready.population, themes, spool.__iter__, made_on=attempt.clock().date()
    )  # fmt: skip


def _found(ready: Ready, account: passing.Account) -> Found:
    profile = profiles.named(ready.source.terms.profile)
    weight = population.weighed(ready.population, profile).assessment
    return Found(
        len(ready.source.members), account.records, weight.k, weight.uniques,
        sum(one.count for one in account.replaced), sum(one.count for one in account.doubts),
        ready.population.left_out, ready.questions_left_out,
    )  # fmt: skip


def _write(attempt: Attempt, release: Release, ready: Ready, data: Dataset, found: Found, pieces: Pieces) -> str:
    """The zip with every file, what it says of itself at the end; returns the SHA-256 of the manifest."""
    profile = profiles.named(release.profile)
    entries: list[Entry] = []
    names: set[str] = set()
    losses: dict[str, tuple[str, ...]] = {}
    with archive(pieces, data.made_on) as zipped:
        for written in formats.of_release(data, profile.formats):
            losses[written.name] = written.losses
            for file in written.files:
                if file.name in names:
                    raise ValueError("two writers of one profile give their files the same name")
                with zipped.open(file.name) as opened:
                    through = Digest(opened)
                    file.write(through)
                names.add(file.name)
                entries.append(Entry(file.name, through.size, through.digest))
        contents = Contents(release, profile, data, found, ready.population.consents(), entries, losses)
        entries.append(_added(zipped, "README.txt", readme(contents)))
        last = _added(zipped, "manifest.json", manifest(contents))
    return last.sha256


def _added(zipped: Archive, name: str, data: bytes) -> Entry:
    with zipped.open(name) as opened:
        through = Digest(opened)
        through.write(data)
    return Entry(name, through.size, through.digest)


def _finish(attempt: Attempt, keys: Unlocked, ready: Ready, found: Found, pieces: Pieces, digest: str) -> None:
    """The file is whole, if everybody in it still agrees to what they agreed to when they were gathered."""
    lengths = pieces.close()
    with attempt.stores.work() as work:
        db, now = work.db, attempt.clock()
        release = attempts.held(db, attempt)
        unlocked.require_current(db, keys)
        asker = db.get_one(Account, release.asked_by)
        public = unlocked.vouched_public(db, keys, asker)
        now_in_it = asking.require_safe(db, attempt.study_id, release.terms, gone=ready.gone)
        if _stands(now_in_it) != _stands(ready.population):
            raise ChangedMeanwhile
        context = fetching.wrapped_for(attempt.study_id, attempt.release_id, attempt.number, asker)
        attempts.over(release)
        release.state, release.built_at, release.built = State.BUILT, now, attempt.number
        release.expires_at = now + timedelta(days=release.terms.days)
        release.file_key, release.lengths = wrap(public, pieces.key, *context), lengths
        release.size, release.digest = pieces.size, digest
        db.add_all(
            ReleaseCase(
                release_id=release.id, participant_id=one.person.participant_id, pseudonym=one.case.pseudonym
            )
            for one in ready.source.members
        )  # fmt: skip
        releases.log(
            db, release, "built", actor=ledger.staff(keys.account_id), now=now, cases=found.cases,
            records=found.records, smallest_k=found.smallest, size=pieces.size, digest=digest,
        )  # fmt: skip
        work.commit()


def _stands(people: Population) -> Mapping[UUID, object]:
    return {one.participant_id: (one.grant.scopes, tuple(sorted(one.attributes.items()))) for one in people.people}
