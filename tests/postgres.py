"""A PostgreSQL of our own for the time of a test run: on a socket in a temporary folder, with no port at all."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL

SUPERUSER = "postgres"

# Written to disk as in production (erasure tests read the files), reachable by whoever may enter the folder.
_CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
fsync = on
shared_buffers = 32MB
max_connections = 60
timezone = 'UTC'
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. ``data_dir`` holds every byte that it has written, its log of changes included."""

    folder: Path

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database of this server, for its superuser."""
        return URL.create(
            "postgresql+psycopg", username=SUPERUSER, database=database, query={"host": str(self.folder)}
        ).render_as_string()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """An empty server, stopped and removed when the last test has ended."""
    with running() as cluster:
        yield cluster


@contextmanager
def running() -> Iterator[Cluster]:
    """An empty server, stopped and removed at the end."""
    # pytest's own folders are closed to everybody but their owner, and a socket's path may have 107 bytes at most.
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="verbatim-pg-")))
    try:
        _start(cluster)
        yield cluster
    finally:
        if (cluster.data_dir / "postmaster.pid").exists():
            _run(cluster, "pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(cluster.folder)


def _start(cluster: Cluster) -> None:
    if os.geteuid() == 0:
        shutil.chown(cluster.folder, SUPERUSER, SUPERUSER)
    _run(cluster, "initdb", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--no-locale", "--no-sync")
    with (cluster.data_dir / "postgresql.conf").open("a") as configuration:
        configuration.write(_CONFIGURATION.format(folder=cluster.folder))
    _run(cluster, "pg_ctl", "start", "--wait", "--timeout=60", f"--log={cluster.folder / 'log'}")


def _run(cluster: Cluster, program: str, *arguments: str) -> None:
    command = [str(_programs() / program), f"--pgdata={cluster.data_dir}", *arguments]
    if os.geteuid() == 0:
        # The server refuses to run as root.
        command = ["runuser", "-u", SUPERUSER, "--", *command]
    done = subprocess.run(command, cwd=cluster.folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        log = cluster.folder / "log"
        pytest.fail(f"{program}: {done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}", pytrace=False)


def _programs() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, or wherever the PATH finds them."""
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if newest_first:
        return newest_first[0].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if configured := shutil.which("pg_config"):
        answer = subprocess.run([configured, "--bindir"], capture_output=True, text=True, check=True, timeout=10)
        return Path(answer.stdout.strip())
    pytest.fail("PostgreSQL is not on this machine. 'make test' as root installs it.", pytrace=False)
