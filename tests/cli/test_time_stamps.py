"""Time stamps: an authority that is not ours (OpenSSL's) is asked, and what it signs is checked by OpenSSL."""

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Call, environment
from tests.vault.logs import MENTORS, NURSES, sequencing, tree_of, write
from tests.vault.only import on_sqlite
from vault import time_stamps
from vault.settings import Settings
from vault.store import Stores
from vault.time_stamps import NotStamped
from web.kit import stamping

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = An authority
[extensions]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/authority.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """Answers as it should, or with ``answer``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.answer, self.url = folder, b"", ""
        self.asked: list[bytes] = []
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01")
        self.run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "authority.pem",
            "-days", "30", "-config", "tsa.cnf", "-extensions", "extensions",
        )  # fmt: skip

    def run(self, *arguments: str) -> str:
        """What OpenSSL says."""
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True, timeout=30)
        return done.stdout.decode("utf-8", "replace")

    def reply(self, question: bytes) -> bytes:
        """The answer to a question."""
        self.asked.append(question)
        (self.folder / "question").write_bytes(question)
        self.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question", "-out", "answer")
        return self.answer or (self.folder / "answer").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    """An authority that listens on this machine."""
    folder = tmp_path / "authority"
    folder.mkdir()
    made = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = made.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_once_a_day_what_has_grown_is_stamped_and_openssl_says_that_it_is(
    settings: Settings, stores: Stores, authority: Authority, now: datetime, tmp_path: Path
) -> None:
    settings = replace(settings, timestamp_url=authority.url)
    keeps = sequencing(stores, now)
    write(stores, now, MENTORS, NURSES)
    keeps.run()
    assert stamping.stamp_due(settings, stores, clock=lambda: now) == 2
    write(stores, now, MENTORS)
    keeps.run()
    assert stamping.stamp_due(settings, stores, clock=lambda: now + timedelta(hours=23)) == 0
    assert stamping.stamp_due(settings, stores, clock=lambda: now + timedelta(hours=25)) == 1
    with stores.work(reading=True) as work:
        tree = tree_of(work.db)
        assert [one.size for one in time_stamps.of_tree(work.db, tree.number)] == [1, 2]
        host = tree.origin.encode()
    assert not any(host in question for question in authority.asked)


@on_sqlite
def test_stamps_are_exported_beside_their_checkpoints(
    call: Call, settings: Settings, stores: Stores, authority: Authority, now: datetime, tmp_path: Path
) -> None:
    env = {**environment(settings), "TIMESTAMP_URL": authority.url}
    write(stores, now, None, None)
    assert call("log", "stamp", env=env).stdout == "1\n"
    assert call("log", "export", "installation", str(tmp_path / "out"), env=env).exit_code == 0
    stamps = tmp_path / "out" / "stamps"
    assert sorted(path.name for path in stamps.iterdir()) == ["2.checkpoint", "2.tsr"]
    checked = ("ts", "-verify", "-in", str(stamps / "2.tsr"), "-CAfile", "authority.pem", "-data")
    assert "OK" in authority.run(*checked, str(stamps / "2.checkpoint"))
    (tmp_path / "other").write_text((stamps / "2.checkpoint").read_text().replace("\n2\n", "\n3\n"))
    with pytest.raises(subprocess.CalledProcessError):
        authority.run(*checked, str(tmp_path / "other"))


@on_sqlite
@pytest.mark.parametrize("answer", [b"no", b"\x30\x03\x30\x01\x02", b"\x30\x05\x30\x03\x02\x01\x02", b"x" * 100_000])
def test_an_answer_that_grants_nothing_is_kept_nowhere(
    settings: Settings, stores: Stores, authority: Authority, now: datetime, answer: bytes
) -> None:
    authority.answer = answer
    settings = replace(settings, timestamp_url=authority.url)
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    with pytest.raises(NotStamped):
        stamping.stamp_due(settings, stores, clock=lambda: now)
    assert stamping.try_to_stamp(settings, stores, clock=lambda: now) == 0
    with stores.work(reading=True) as work:
        assert time_stamps.of_tree(work.db, tree_of(work.db).number) == []


@on_sqlite
def test_a_stamp_of_something_else_is_none(
    settings: Settings, stores: Stores, authority: Authority, now: datetime
) -> None:
    authority.answer = authority.reply(time_stamps.question("something else").der)
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    with pytest.raises(NotStamped):
        stamping.stamp_due(replace(settings, timestamp_url=authority.url), stores, clock=lambda: now)


@on_sqlite
def test_without_an_authority_nothing_is_asked(call: Call, settings: Settings, stores: Stores, now: datetime) -> None:
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    assert stamping.stamp_due(settings, stores, clock=lambda: now) == 0
    silent = replace(settings, timestamp_url="http://127.0.0.1:1")
    assert stamping.try_to_stamp(silent, stores, clock=lambda: now) == 0
    told = call("log", "stamp", env=environment(settings))
    assert told.exit_code == 2
    assert told.stderr.startswith("No time-stamping authority is set.")
    assert call("log", "stamp", env={**environment(settings), "TIMESTAMP_URL": "ftp://x"}).exit_code == 2
