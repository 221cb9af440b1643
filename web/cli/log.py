"""``verbatim log``: the log as files that an auditor checks on a machine of their own, and the key that signs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from exports import evidence
from vault import keyring, ledger, log_keys, log_trees, time_stamps
from vault.checkpoints import Signer
from vault.errors import Conflict, Invalid, Missing, NotSetUp
from vault.log_trees import INSTALLATION, LogCheckpoint, LogTree
from vault.migrations import runner
from vault.sequencer import KEY_CHANGED
from vault.settings import Settings
from vault.store import Stores
from web.cli.installation import settings_here, stores_of, study_named
from web.kit import checkpoint_mail, stamping
from web.kit.process import keep_to_itself
from web.kit.sequencing import Sequencing

VERIFIER = Path(evidence.__file__).parent / "verify_log.py"


class KeyIsThere(Conflict):
    """A key that is there announces its follower itself."""

    public = "The log's key is in the keyring, so leave --lost away: the old key signs for the new one."


class KeyIsLost(Conflict):
    """What is gone signs nothing."""

    public = (
        "The log's key is not in the keyring. Restore a newer backup of the keyring. If there is none, say --lost; the "
        "log will say so, too."
    )


class NoAuthority(NotSetUp):
    """Nobody is named who could be asked."""

    public = "No time-stamping authority is set. Set TIMESTAMP_URL to its address."


class NothingYet(Missing):
    """A log begins with its first line."""

    public = "This log has no line yet. Run 'verbatim log sequence' if something has been done in the study."


@click.group()
def log() -> None:
    """Hand the log over to be checked, and look after it.

    STUDY is a study's id or reference, or "installation" for the lines that belong to no study.
    """


@contextmanager
def _here() -> Iterator[tuple[Settings, Stores]]:
    keep_to_itself()
    settings = settings_here()
    with stores_of(settings) as stores:
        runner.require_current(stores)
        yield settings, stores


def _tree(db: Session, named: str) -> tuple[LogTree, LogCheckpoint]:
    study_id = INSTALLATION if named == "installation" else study_named(db, named).id
    tree = log_trees.of_study(db, study_id)
    newest = log_trees.newest(db, tree.number) if tree else None
    if tree is None or newest is None:
        raise NothingYet
    return tree, newest


@log.command()
def sequence() -> None:
    """Make every committed line a leaf, under a signed checkpoint. A worker does it every second."""
    with _here() as (settings, stores):
        click.echo(Sequencing.of(settings, stores).run())


@log.command()
@click.argument("study")
def checkpoint(study: str) -> None:
    """Print the newest checkpoint of STUDY's log: something to keep where nobody of the study reaches it."""
    with _here() as (_, stores), stores.work(reading=True) as work:
        click.echo(_tree(work.db, study)[1].note, nl=False)


@log.command()
@click.argument("study")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(study: str, folder: Path) -> None:
    """Write STUDY's log into FOLDER: lines, checkpoint, keys, and the program that checks them anywhere."""
    with _here() as (_, stores), stores.work(reading=True) as work:
        tree, _ = _tree(work.db, study)
        if folder.exists() and any(folder.iterdir()):
            raise Invalid(f"{folder} is not empty. Name a new folder, so that nothing old is checked by mistake.")
        papers = log_trees.papers(work.db, tree.number)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as entries:
            for body in log_trees.bodies(work.db, tree.number, size=papers.size):
                entries.write(f"{body}\n")
        for name, text in papers.texts.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        (folder / VERIFIER.name).write_bytes(VERIFIER.read_bytes())
        for stamp in time_stamps.of_tree(work.db, tree.number):
            (folder / "stamps").mkdir(exist_ok=True)
            note = log_trees.at_size(work.db, tree.number, stamp.size).note
            (folder / "stamps" / f"{stamp.size}.checkpoint").write_text(note, encoding="utf-8", newline="\n")
            (folder / "stamps" / f"{stamp.size}.tsr").write_bytes(stamp.response)
    click.echo(f"{papers.size} lines. Check them anywhere: python3 verify_log.py . <checkpoints that were kept>")


@log.command()
def send() -> None:
    """Mail the auditors what is due. A worker does it by itself."""
    with _here() as (settings, stores):
        Sequencing.of(settings, stores).run()
        sent = checkpoint_mail.send_due(
            settings, stores, checkpoint_mail.speaking(), clock=lambda: datetime.now(UTC)
        )  # fmt: skip
        click.echo(sent)


@log.command()
def stamp() -> None:
    """Ask the authority of TIMESTAMP_URL for time stamps that are due. A worker does it by itself."""
    with _here() as (settings, stores):
        if settings.timestamp_url is None:
            raise NoAuthority
        Sequencing.of(settings, stores).run()
        click.echo(stamping.stamp_due(settings, stores, clock=lambda: datetime.now(UTC)))


@log.command("change-key")
@click.argument("study")
@click.option("--lost", is_flag=True, help="The old key is gone: the new one begins without its signature.")
def change_key(study: str, lost: bool) -> None:
    """Sign STUDY's log with a new key from now on; the old one signs for it a last time and is destroyed."""
    with _here() as (settings, stores):
        keeps = Sequencing.of(settings, stores)
        if not lost:
            keeps.run()  # an announcement that a crash left behind is carried out first
        now = datetime.now(UTC)
        with stores.work(reading=True) as work:
            tree, newest = _tree(work.db, study)
            former = log_trees.keys(work.db, tree.number)[-1].vkey
        with stores.work() as work:
            seed = _another(work.keyring, tree, newest.generation, former, lost=lost, now=now)
            work.commit()
        with stores.work() as work:
            ledger.append(
                work.db, KEY_CHANGED, actor=ledger.OPERATOR, now=now, study=_study(tree.study_id),
                key=Signer(tree.origin, seed).vkey, former=former, lost=lost,
            )  # fmt: skip
            work.commit()
        keeps.run()
        with stores.work() as work:
            _, newest = _tree(work.db, study)
            log_keys.forget(work.keyring, tree.study_id, but=newest.generation)
            work.commit()
            keyring.scrub(work.keyring)
        keyring.replace_backups(stores.keyring, settings.backups, now=now)
        click.echo(Signer(tree.origin, seed).vkey)


def _study(study_id: UUID) -> UUID | None:
    return None if study_id == INSTALLATION else study_id


def _another(rings: Session, tree: LogTree, generation: int, former: str, *, lost: bool, now: datetime) -> bytes:
    """The seed of the tree's next key, after it was looked whether the former one is there."""
    seed = log_keys.seeds(rings, [tree.study_id]).get(tree.study_id, {}).get(generation)
    there = seed is not None and Signer(tree.origin, seed).vkey == former
    if there and lost:
        raise KeyIsThere
    if not there and not lost:
        raise KeyIsLost
    return log_keys.make(rings, tree.study_id, after=generation, now=now)
