"""A study that was run through the product's own verbs, its log, and hands that reach behind the product's back."""

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from exports import leaving
from survey import participants, persons, responses, withdrawals
from survey.participants import Enrolled
from survey.withdrawals import Way
from tests.exports.setting import Setting, add, built, fetched, interview, setting_of
from tests.survey.field import grant, in_the_log, taking_part
from vault import departures, log_trees, studies
from vault.keyring import Salt
from vault.sequencer import Sequencer
from vault.store import Stores, Work
from vault.studies import Role, Scope
from web.kit.sequencing import Sequencing

HOST = "study.example.org"


@dataclass
class Played:
    """The study after a while, in a folder that a test copies; and how those in it stand in the log."""

    home: Path
    study: UUID
    now: datetime
    lead: str
    other_lead: str
    coordinator: str
    interviewer: str
    analyst: str  # whose role was changed to transcriber meanwhile
    subjects: dict[str, str] = field(default_factory=dict)
    version: str = ""
    document: str = ""
    release: str = ""
    kept: dict[int, str] = field(default_factory=dict)  # checkpoints by size


def opened(home: Path) -> Stores:
    """Both databases in the folder."""
    return Stores.open(f"sqlite:///{home}/verbatim.db", f"sqlite:///{home}/keyring.db")


def copied(template: Path, home: Path) -> Path:
    """A folder with the databases of another one."""
    home.mkdir(parents=True)
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(template / name, home / name)
    return home


def sequenced(stores: Stores, now: datetime) -> None:
    """Every line is a leaf under a checkpoint, as the product makes them."""
    Sequencing(stores, Sequencer(HOST), lambda: now).run()


def handed_over(stores: Stores, study: UUID, folder: Path, now: datetime) -> Path:
    """The log in a folder, as the product hands it over."""
    sequenced(stores, now)
    with stores.work(reading=True) as work:
        tree = log_trees.of_study(work.db, study)
        assert tree is not None
        papers = log_trees.papers(work.db, tree.number)
        folder.mkdir(parents=True)
        bodies = log_trees.bodies(work.db, tree.number, size=papers.size)
        (folder / "entries.jsonl").write_text("".join(f"{body}\n" for body in bodies), encoding="utf-8")
        for name, said in papers.texts.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(said, encoding="utf-8")
    return folder


def newest(stores: Stores, study: UUID) -> tuple[int, str]:
    """Size and text of the newest checkpoint."""
    with stores.work(reading=True) as work:
        tree = log_trees.of_study(work.db, study)
        found = log_trees.newest(work.db, tree.number) if tree else None
        assert found is not None
        return found.size, found.note


def played(template: Path, home: Path, *, now: datetime) -> Played:
    """Three people answer, one of them speaks with the interviewer, a release leaves, one stops, one is erased, a
    member gets another role and the keys are changed. Somebody has not decided yet, and somebody is half-way through.
    """
    with closing(Databases(copied(template, home))) as place:
        at = setting_of(place.stores, home, now=now)
        people, kept = at.field, dict[int, str]()
        with at.stores.work() as work:
            who = {name: add(work, at, name, f"what {name} said") for name in ("wren", "owl", "lark")}
            interview(work, at, who["wren"], "notes", "an aside", "a memo")
            who["silent"] = participants.enrol(
                work.db, work.keyring, at.study_id, by=people.actor, now=now, site_id=people.site_id
            )
            who["open"], version = _half_way(work, at)
            persons.who(work.db, work.keyring, who["wren"].participant, people.reader, now=now)
            subjects = {name: in_the_log(work, one.participant.id) for name, one in who.items()}
            work.commit()
        _keep(at, kept)
        release = built(at)
        fetched(at, release)
        _leave(at, who["owl"], Way.STOP)
        _keep(at, kept)
        _leave(at, who["lark"], Way.ERASE)
        _other_role(at)
        _keep(at, kept)
        return Played(
            home, at.study_id, at.now, str(people.lead.id), str(at.other_lead.id), str(people.coordinator.id),
            str(people.interviewer.id), str(people.analyst.id), subjects, version, people.document, str(release.id),
            kept,
        )  # fmt: skip


class Databases:
    """Databases that are closed at the end."""

    def __init__(self, home: Path) -> None:
        self.stores = opened(home)

    def close(self) -> None:
        """No connection is open any more."""
        self.stores.dispose()


def _keep(at: Setting, kept: dict[int, str]) -> None:
    sequenced(at.stores, at.now)
    kept.update([newest(at.stores, at.study_id)])
    at.now += timedelta(hours=1)


def _half_way(work: Work, at: Setting) -> tuple[Enrolled, str]:
    """Somebody has saved the first page."""
    who = taking_part(work, at.field, now=at.now)
    key, agreed = who.keys[Scope.RESPONSES], grant(work, who)
    run = responses.begin(work.db, work.keyring, who.participant, at.survey, agreed, now=at.now)
    responses.save(
        work.db, key, agreed, run, 0, {"mentor": "no"}, seen=0, loaded=responses.load(work.db, key, run), now=at.now,
        subject=in_the_log(work, who.participant.id),
    )  # fmt: skip
    return who, str(run.version_id)


def _leave(at: Setting, who: Enrolled, way: Way) -> None:
    with at.stores.work() as work:
        here = participants.find(work.db, at.study_id, who.participant.id)
        leaving.withdraw(work.db, work.keyring, here, way, now=at.now)
        work.commit()
        work.carry_out(withdrawals.carry_out(work.db, work.keyring, at.scratch / "backups", now=at.now))


def _other_role(at: Setting) -> None:
    """The analyst transcribes from now on, so the key to responses is another."""
    lead = at.field.lead
    with at.stores.work() as work:
        member = studies.membership(work.db, at.study_id, at.field.analyst.id)
        assert member is not None
        departures.change_role(work.db, member, Role.TRANSCRIBER, by=lead.id, now=at.now)
        work.commit()
        settling = departures.settle(
            work.db, work.keyring, at.study_id, account_id=lead.id, seed=lead.seed, now=at.now
        )  # fmt: skip
        work.carry_out(settling)


def salts(work: Work) -> dict[UUID, bytes]:
    """The salts that are left."""
    return {row.participant_id: row.salt for row in work.keyring.scalars(select(Salt))}


def behind(home: Path, *statements: str, **values: object) -> None:
    """Somebody writes into the main database with its own tools; what forbids it there is taken away before."""
    with closing(sqlite3.connect(home / "verbatim.db")) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            database.execute(statement, values)
        database.commit()


def put_in(home: Path, bodies: Iterable[bytes], *, of: UUID | None = None) -> None:
    """Lines are written that the product did not write, as lines of the study that they name or of another one."""
    for body in bodies:
        plain = json.loads(body)
        behind(
            home, "INSERT INTO ledger_entry (study_id, action, body) VALUES (:study, :action, :body)",
            study=(of or UUID(plain["study"])).hex, action=plain["action"], body=body.decode(),
        )  # fmt: skip


FORGET = (
    "DELETE FROM log_leaf", "DELETE FROM log_node", "DELETE FROM log_checkpoint", "DELETE FROM log_key",
    "DELETE FROM log_tree",
)  # fmt: skip
