"""A real ``verbatim serve`` in a process of its own, and a browser of few words that talks to it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tests.cli.conftest import environment
from vault.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 30  # seconds
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Plain:
    """A browser that keeps cookies and sends forms, over a real connection."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, str]:
        """Status and text of an answer; without a Content-Length for a body that comes in pieces."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Host": "localhost", **({"Cookie": kept} if kept else {}), **headers}
        try:
            connection.request(method, path, body, sent, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def send(self, path: str, values: Mapping[str, str], headers: Mapping[str, str] = {}) -> tuple[int, str]:
        """Send a form with a token."""
        found = _TOKEN.search(self.ask("GET", "/sign-in")[1])
        assert found
        body = urlencode({"csrf_token": found[1], **values}).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})


@contextmanager
def served(settings: Settings, log: Path, **more: str) -> Iterator[Plain]:
    """The server of an installation, with everything that it says in the file ``log``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [str(Path(sys.executable).parent / "verbatim"), "serve", "--port", str(port)]
    env = {"PATH": os.environ["PATH"], **environment(settings), **more}
    with log.open("wb") as told, subprocess.Popen(
        command, cwd=_ROOT, env=env, stdout=told, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:  # fmt: skip
        try:
            browser = Plain(port)
            _wait(browser, process)
            yield browser
        finally:
            for way in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, way)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_PATIENCE)
                    break


def _wait(browser: Plain, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            browser.ask("GET", "/healthz")
        except ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")
