"""How a command reaches the installation it was called for, and brings it to where this version expects it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vault import erasure
from vault.errors import Missing
from vault.migrations import runner
from vault.settings import Settings, from_environment, server_key
from vault.store import Stores
from vault.studies import Study


def settings_here() -> Settings:
    """The settings of the environment; NotSetUp if one of them cannot be used."""
    return from_environment(os.environ)


@contextmanager
def stores_of(settings: Settings) -> Iterator[Stores]:
    """Both databases, closed at the end; NotSetUp before ``verbatim init`` was run."""
    server_key(settings)
    stores = Stores.open(settings.database_url, settings.keyring_url)
    try:
        yield stores
    finally:
        stores.dispose()


def study_named(db: Session, named: str) -> Study:
    """The study of this id or reference; Missing if there is none, or more than one."""
    try:
        found = db.scalars(select(Study).where(or_(Study.reference == named, Study.id == UUID(named)))).all()
    except ValueError:
        found = db.scalars(select(Study).where(Study.reference == named)).all()
    if len(found) != 1:
        raise Missing("There is no study of this id or reference, or more than one has that reference. Give its id.")
    return found[0]


def bring_up_to_date(stores: Stores, settings: Settings, *, now: datetime) -> None:
    """Both databases have this version's schema, and nobody who was forgotten can be read.

    Somebody may have come back with a restored file, and a promise to forget may have been cut off by a crash.
    StillRead if a running server reads the keyring all the time.
    """
    runner.upgrade(stores)
    with stores.work() as work:
        work.carry_out(erasure.reapply(work.db, work.keyring, settings.backups, now=now))
        work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))
