"""What ``verbatim doctor`` asks of the two databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from exports import jobs, releases
from exports.releases import Doing
from vault import departures, erasure, log_keys, rotation, sequencer
from vault.log_trees import LogTree
from vault.migrations import runner
from vault.sequencer import SigningKeyGone
from vault.settings import Settings, server_key
from vault.store import file_of
from vault.studies import Study
from web.cli.findings import Finding, fail, ok, warn
from web.cli.installation import stores_of

MOUNTS = Path("/proc/mounts")

# On these a lock or a deletion may not mean what it says: the first lie on other machines, the last copy on write.
KEEPING = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs", "btrfs", "zfs", "bcachefs")


def databases_are_current(settings: Settings) -> Iterator[Finding]:
    """Both databases answer and have the schema of this version."""
    with stores_of(settings) as stores:
        yield _database("main database", "main", stores.main)
        yield _database("keyring", "keyring", stores.keyring)


def _database(topic: str, which: str, engine: Engine) -> Finding:
    file = file_of(engine)
    if file is not None and not file.is_file():
        return fail(topic, f"{file} does not exist. Restore it from a backup, or run 'verbatim init' for a new one.")
    try:
        revision = runner.current(engine)
    except DBAPIError as error:
        reason = (str(error.orig).splitlines() or ["no reason given"])[0]
        return fail(topic, f"it cannot be reached ({reason}). Correct its URL, or start its server.")
    if revision != runner.head(which):
        return fail(topic, f"it is at revision {revision or 'none'}, not {runner.head(which)}. Run 'verbatim migrate'.")
    return ok(topic, f"{engine.dialect.name}, at revision {revision}")


def keyring_forgets(settings: Settings) -> Iterator[Finding]:
    """A key that is deleted from the keyring is gone from the disk."""
    file = Path(make_url(settings.keyring_url).database or "")
    if not file.is_file():
        return
    with stores_of(settings) as stores, stores.reading_keyring.connect() as connection:
        secure_delete = connection.execute(text("PRAGMA secure_delete")).scalar()
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
    if secure_delete != 1:
        yield fail("keyring deletes", "SQLite does not overwrite what is deleted. Use a Python with another SQLite.")
    elif journal != "wal":
        yield fail("keyring deletes", f"its journal is {journal}, not wal. Move it to a disk of this machine.")
    else:
        yield ok("keyring deletes", "what is deleted is overwritten")
    kind = file_system(file.resolve(), MOUNTS.read_text() if MOUNTS.is_file() else "")
    if kind.startswith(KEEPING):
        yield warn(
            "keyring disk", f"it lies on {kind}, which may keep what is deleted. Use a plain disk, as ext4 or xfs."
        )
    else:
        yield ok("keyring disk", f"a local file on {kind or 'this machine'}")


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that ``path`` lies on, by the lines of /proc/mounts; empty if they do not tell."""
    rows = [line.split(" ") for line in mounts.splitlines()]
    over = [(len(place), kind) for _, place, kind, *_ in rows if path.is_relative_to(place.replace("\\040", " "))]
    # Of two mounts at one place the later covers the earlier.
    return max(reversed(over), key=lambda found: found[0])[1] if over else ""


def nothing_is_half_done(settings: Settings) -> Iterator[Finding]:
    """No erasure, no departure and no change of keys stopped half-way."""
    with stores_of(settings) as stores, stores.work(reading=True) as work:
        promised = len(erasure.pending(work.db))
        waiting = [
            study.id
            for study in work.db.scalars(select(Study))
            if rotation.unfinished(work.db, study.id) or departures.owed(work.db, study.id)
        ]
    if promised:
        yield fail("erasures", f"{promised} promised and not carried out. Run 'verbatim migrate', which does that.")
    else:
        yield ok("erasures", "every promised one is carried out")
    for study_id in waiting:
        yield warn("keys", f"study {study_id}: new keys are due. They are made when its lead next opens its members.")
    if not waiting:
        yield ok("keys", "no change of keys is waiting")


def somebody_is_at_work(settings: Settings) -> Iterator[Finding]:
    """There is a worker for releases, and no job has died."""
    now = datetime.now(UTC)
    with stores_of(settings) as stores, stores.work(reading=True) as work:
        alive = jobs.alive(work.db, server_key(settings), now=now)
        dead = [one.id for one in releases.with_jobs(work.db) if releases.doing(one, now=now) is Doing.DIED]
    if alive:
        yield ok("worker", "somebody is at work on releases")
    else:
        yield warn("worker", "nobody is at work on releases. Run 'verbatim serve', or 'verbatim work' beside it.")
    for release_id in dead:
        yield warn("worker", f"the job on release {release_id} died. Its study's lead can start it again.")


def log_is_provable(settings: Settings) -> Iterator[Finding]:
    """Every line of the log that is older than a minute has its place under a signed checkpoint."""
    with stores_of(settings) as stores, stores.work(reading=True) as work:
        late, long = (
            sequencer.late(work.db, before=datetime.now(UTC) - age) for age in (timedelta(minutes=1), timedelta(days=1))
        )
        trees = work.db.scalars(select(LogTree.study_id)).all()
        keyless = set(trees) - log_keys.seeds(work.keyring, trees).keys()
    if keyless:
        yield fail("log key", f"{SigningKeyGone.public} Studies: {', '.join(sorted(map(str, keyless)))}")
    if late:
        found = fail if long else warn
        yield found("log", f"{late} lines are not provable yet. Run 'verbatim serve', or 'verbatim work' beside it.")
    else:
        yield ok("log", f"every line is under a signed checkpoint, in {len(trees)} logs")
