"""Whether anything was written: every row of both databases, looked at anew whenever something was committed."""

import hashlib
import sqlite3

from sqlalchemy import select

from vault.store import Base, KeyringBase, Stores, file_of


class Watch:
    """Looks at both databases of an installation on SQLite."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        paths = [path for engine in (stores.main, stores.keyring) if (path := file_of(engine)) is not None]
        self._beside = [sqlite3.connect(path) for path in paths]
        self._versions, self._rows = self._version(), contents(stores)

    def _version(self) -> list[int]:
        """Numbers that change with every commit of anybody else."""
        return [beside.execute("PRAGMA data_version").fetchone()[0] for beside in self._beside]

    def changes(self) -> set[str]:
        """The tables of which any row is new, gone or another since the last time; nothing if there was no commit."""
        before, now = self._versions, self._version()
        if before == now:
            return set()
        was, self._versions, self._rows = self._rows, now, contents(self._stores)
        return {name for name in self._rows if self._rows[name] != was[name]}

    def close(self) -> None:
        """Nothing is held any more."""
        for beside in self._beside:
            beside.close()


def contents(stores: Stores) -> dict[str, str]:
    """For each table of both databases a digest of all its rows, in whatever order they lie."""
    found: dict[str, str] = {}
    with stores.work(reading=True) as work:
        for session, base in ((work.db, Base), (work.keyring, KeyringBase)):
            for name, table in base.metadata.tables.items():
                rows = sorted(repr(tuple(row)) for row in session.connection().execute(select(table)))
                found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
