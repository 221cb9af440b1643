"""``verbatim serve`` and gunicorn: they answer, they stop, and they refuse to speak to others in the clear."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cli.conftest import Call, environment
from vault.errors import NotSetUp
from vault.settings import Settings
from web.cli.serve import InTheClear, is_loopback, refuse_in_the_clear

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
PATIENCE = 30  # seconds
EVERYWHERE = "0.0.0.0"  # noqa: S104  (it is what has to be refused)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(*command: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A server of its own process group, which is gone afterwards whatever the test found."""
    environ = {"PATH": os.environ["PATH"], **env}
    with subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _health(process: subprocess.Popen[str], port: int) -> int:
    """The status of /healthz as soon as the server answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status
        except ConnectionError:
            time.sleep(0.05)
        finally:
            connection.close()
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    pytest.fail(f"no answer: {process.communicate()[0]}")


@pytest.fixture
def port() -> int:
    return _free_port()


def test_verbatim_serve_answers_and_stops_when_told(settings: Settings, port: int) -> None:
    env = environment(settings)
    del env["PUBLIC_URL"]

    with _started(str(PROGRAMS / "verbatim"), "serve", "--port", str(port), env=env) as process:
        assert _health(process, port) == 200
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, told
    first, *log = told.splitlines()
    assert first == f"Open http://localhost:{port} in a browser. Ctrl+C here stops Verbatim."
    assert len(log) == 1
    assert re.fullmatch(r"\S+Z INFO GET /healthz 200 \d+\.\dms", log[0]), log


def test_several_workers_answer(settings: Settings, port: int) -> None:
    command = (str(PROGRAMS / "verbatim"), "serve", "--port", str(port), "--workers", "2")
    with _started(*command, env=environment(settings)) as process:
        assert {_health(process, port) for _ in range(10)} == {200}


def test_gunicorn_answers_and_stops_when_told(settings: Settings, port: int) -> None:
    command = (str(PROGRAMS / "gunicorn"), "wsgi:app", "--no-control-socket", "--bind", f"127.0.0.1:{port}")
    with _started(*command, env=environment(settings)) as process:
        assert _health(process, port) == 200
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, told


@pytest.mark.parametrize("program", ["verbatim", "gunicorn"])
def test_no_process_of_a_server_may_dump_its_memory(settings: Settings, port: int, program: str) -> None:
    """ASVS 11.7.2: opened keys are in memory only."""
    command = {
        "verbatim": ("serve", "--port", str(port)),
        "gunicorn": ("wsgi:app", "--no-control-socket", "--bind", f"127.0.0.1:{port}"),
    }[program]
    with _started(str(PROGRAMS / program), *command, env=environment(settings)) as process:
        _health(process, port)
        workers = (Path("/proc") / str(process.pid) / "task" / str(process.pid) / "children").read_text().split()
        assert workers
        for worker in workers:
            (limit,) = [line for line in (Path("/proc") / worker / "limits").read_text().splitlines() if "core" in line]
            assert limit.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", "study.example.org"])
def test_a_public_address_without_tls_is_refused_in_one_sentence(call: Call, settings: Settings, host: str) -> None:
    told = call("serve", "--host", host, env=environment(settings))

    assert told.exit_code == 1
    assert "TLS_CERTIFICATE" in told.stderr
    assert "--behind-proxy" in told.stderr
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_alone_needs_no_tls(settings: Settings, host: str) -> None:
    assert is_loopback(host)
    refuse_in_the_clear(host, settings)


def test_a_public_address_is_allowed_with_tls_or_behind_a_proxy(settings: Settings, tmp_path: Path) -> None:
    refuse_in_the_clear(EVERYWHERE, replace(settings, behind_proxy=True))
    refuse_in_the_clear(EVERYWHERE, replace(settings, tls_certificate=tmp_path, tls_key=tmp_path))
    with pytest.raises(InTheClear):
        refuse_in_the_clear(EVERYWHERE, settings)


def test_half_of_tls_is_none(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="belong together"):
        refuse_in_the_clear("localhost", replace(settings, tls_key=tmp_path))


def test_a_certificate_that_is_none_is_one_sentence(call: Call, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "pem").write_text("nothing")
    tls = {"TLS_CERTIFICATE": str(tmp_path / "pem"), "TLS_KEY": str(tmp_path / "pem")}

    told = call("serve", env={**environment(settings), **tls})

    assert told.exit_code == 2
    assert told.stderr == "TLS_CERTIFICATE and TLS_KEY cannot be used: SSLError.\n"


def test_a_taken_port_is_one_sentence(call: Call, settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = call("serve", "--port", str(port), env=environment(settings))

    assert told.exit_code == 1
    assert told.stderr == (
        f"Port {port} of 127.0.0.1 cannot be had (Address already in use). Stop what holds it, or say --port.\n"
    )


def test_databases_of_another_version_are_not_served(call: Call, settings: Settings) -> None:
    (settings.home / "keyring.db").unlink()

    told = call("serve", env=environment(settings))

    assert told.exit_code == 2
    assert "verbatim migrate" in told.stderr
