"""A server in a process of its own, and what a request costs it: processor time, not the time of the network."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

_ROOT = Path(__file__).resolve().parents[1]
_PROGRAMS = Path(sys.executable).parent
_PATIENCE = 30  # seconds

# The settings of ``verbatim serve``: as many threads.
_GRANIAN = (
    "--interface", "wsgi", "--blocking-threads", "32", "--no-ws", "--log-level", "error",
    "--host", "127.0.0.1",
)  # fmt: skip
SERVERS = ("granian", "gunicorn")


def _clock(pid: int) -> int:
    """The clock of what a process has used (clock_getcpuclockid(3) on Linux); psutil tells hundredths of a second."""
    return (~pid << 3) | 2


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with all its processes."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Processor time that the server and its workers have used, to the microsecond."""
        top = psutil.Process(self.process.pid)
        return sum(time.clock_gettime(_clock(each.pid)) for each in (top, *top.children(recursive=True)))

    def peak_memory(self) -> int:
        """The most memory in bytes that any of its processes has had at once."""
        top = psutil.Process(self.process.pid)
        peaks = []
        for process in (top, *top.children(recursive=True)):
            status = (Path("/proc") / str(process.pid) / "status").read_text()
            peaks += [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
        return max(peaks)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(kind: str, target: str, environment: Mapping[str, str], *, workers: int = 1) -> Iterator[Server]:
    """``target`` ("module:app") answered by "granian" or "gunicorn", ended afterwards."""
    port = _free_port()
    if kind == "granian":
        command = [str(_PROGRAMS / "granian"), *_GRANIAN, "--workers", str(workers), "--port", str(port), target]
    else:
        address = ("--bind", f"127.0.0.1:{port}", "--workers", str(workers))
        command = [str(_PROGRAMS / "gunicorn"), target, "--no-control-socket", "--log-level", "error", *address]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=_ROOT, env={"PATH": os.environ["PATH"], **environment}, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            _wait(process, port, said)
            yield Server(process, port)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Neither the server nor a worker of it is left."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, way)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_PATIENCE)
            return


def _wait(process: subprocess.Popen[bytes], port: int, said: IO[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            ask(port, request("/"), keep=False)
        except (ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    said.seek(0)
    raise RuntimeError(f"the server did not start: {said.read().decode(errors='replace')[-2000:]}")


def request(path: str, *, cookie: str = "") -> bytes:
    """A GET as a browser sends it, without what does not matter."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *([f"Cookie: {cookie}"] if cookie else [])]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(port: int, message: bytes, *, times: int = 1, keep: bool = True, status: bytes | None = None) -> None:
    """Send ``message`` so often, on one connection if the server keeps it; each answer has to have ``status``."""
    connection: socket.socket | None = None
    for _ in range(times):
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(message)
        head = _read(connection)
        if status is not None and not head.startswith(b"HTTP/1.1 " + status):
            raise RuntimeError(f"an answer that was not expected: {head[:40]!r}")
        if not keep or b"connection: close" in head.lower():
            connection.close()
            connection = None
    if connection is not None:
        connection.close()


def _read(connection: socket.socket) -> bytes:
    """The head of an answer, whose body was read too."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("closed before an answer")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    left = (int(sizes[0].split(b":")[1]) if sizes else 0) - len(body)
    while left > 0:
        left -= len(connection.recv(65536)) or left
    return head
