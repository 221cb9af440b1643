"""Somebody who has answered, and what it takes to forget them: for the tests of erasure."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text

from survey import participants
from survey.participants import Enrolled
from tests.postgres import Cluster
from tests.vault.people import Person, approved_for
from vault import erasure, ledger, participant_keys, records
from vault.erasure import Kind
from vault.errors import CannotOpen
from vault.keyring import Salt, Wrap
from vault.records import Address
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Scope, Study

ANSWER = b"what was said"


def enrolled(
    stores: Stores, study: Study, now: datetime, *, interviewer: Person | None = None, typed: bool = False
) -> Enrolled:
    """Somebody who has answered a page."""
    with stores.work() as work:
        approved_for(work.db, study.id, now=now)
        made = participants.enrol(
            work.db, work.keyring, study.id, by=ledger.SYSTEM, now=now, typed=typed,
            interviewer=interviewer.account if interviewer else None,
        )  # fmt: skip
        place = Address(study.id, made.participant.id, "v", UUID(int=1), 0)
        records.save(work.db, made.keys[Scope.RESPONSES], place, ANSWER, now=now)
        work.commit()
    return made


def kept_of(stores: Stores, *people: Enrolled) -> list[bytes]:
    """All that the keyring holds of them: wraps and salts."""
    ids = [one.participant.id for one in people]
    with stores.work(reading=True) as work:
        wraps = work.keyring.scalars(select(Wrap.blob).where(Wrap.participant_id.in_(ids)))
        salts = work.keyring.scalars(select(Salt.salt).where(Salt.participant_id.in_(ids)))
        return [*wraps, *salts]


def promise(stores: Stores, one: Enrolled, kind: Kind, now: datetime) -> None:
    """It is promised, and nothing is destroyed yet."""
    with stores.work() as work:
        here = participants.find(work.db, one.participant.study_id, one.participant.id)
        participants.forget(work.db, work.keyring, here, kind, actor=ledger.SYSTEM, now=now)
        work.commit()


def carry_out(stores: Stores, settings: Settings, now: datetime) -> None:
    """Whatever was promised is done."""
    with stores.work() as work:
        work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))


def erase(stores: Stores, settings: Settings, one: Enrolled, now: datetime, kind: Kind = Kind.ERASE) -> None:
    """Both."""
    promise(stores, one, kind, now)
    carry_out(stores, settings, now)


def reads(stores: Stores, one: Enrolled, who: Person) -> bool:
    """Whether the lead reads what they said and they come in by their code; both or neither."""
    place = one.participant.study_id, one.participant.id
    with stores.work(reading=True) as work:
        try:
            key = participant_keys.open_for_member(
                work.db, work.keyring, *place, Scope.RESPONSES, account_id=who.id, seed=who.seed
            )
            assert [page.plain for page in records.load(work.db, key, place[1])] == [ANSWER]
            assert participant_keys.enter(work.keyring, one.code).keys[Scope.RESPONSES] == key
        except CannotOpen:
            with pytest.raises(CannotOpen):
                participant_keys.enter(work.keyring, one.code)
            return False
    return True


@pytest.fixture
def everywhere(settings: Settings, request: pytest.FixtureRequest) -> list[Path]:
    """Every folder that is written to: with PostgreSQL also that of the server, its log of changes included."""
    if settings.database_url.startswith("sqlite"):
        return [settings.home]
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return [settings.home, cluster.data_dir]


@pytest.fixture
def yesterday(
    settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Callable[[], Stores]]]:
    """Call it to back the main database up as it is now; call what it returns to open that beside today's keyring."""
    admin = None
    name = "yesterday_" + str(abs(hash(request.node.nodeid)))

    def back_up() -> Callable[[], Stores]:
        nonlocal admin
        if settings.database_url.startswith("sqlite"):
            source, copy = settings.home / "verbatim.db", tmp_path / "yesterday.db"
            with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as target:
                original.backup(target)
            url = f"sqlite:///{copy}"
        else:
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                today = settings.database_url.split("/")[-1].split("?")[0]
                connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{today}"'))
            url = cluster.url(name)
        return lambda: Stores.open(url, settings.keyring_url)

    yield back_up
    if admin is not None:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
