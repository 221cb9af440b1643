"""``verbatim serve``: the web server, on this machine alone unless what it sends is encrypted on its way."""

import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from granian.constants import Interfaces, SSLProtocols
from granian.errors import ConfigurationError
from granian.log import LogLevels
from granian.server import Server
from granian.server.common import AbstractServer

from vault.errors import NotSetUp, Refused
from vault.migrations import runner
from vault.settings import Settings
from web.cli.installation import settings_here, stores_of
from web.kit.process import keep_to_itself

# Proving a passphrase keeps a thread waiting, and up to 27 may wait at once (vault.passphrases): others still get in.
THREADS = 32

# Seconds that the worker has to end a job when the server is stopped (a build that is cut off may be started again),
# and before another one follows one that died.
ENDING, PAUSE = 20.0, 2.0


class InTheClear(Refused):
    """The address is public and nothing would encrypt what people send to it."""

    public = (
        "This address can be reached from other machines, and answers would travel in the clear: "
        "set TLS_CERTIFICATE and TLS_KEY, or say --behind-proxy if a proxy in front of this server does TLS."
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front does TLS; same as BEHIND_PROXY=yes.")
def serve(host: str, port: int, workers: int, behind_proxy: bool) -> None:
    """Answer people's browsers until stopped.

    A process that checks and builds releases runs beside it. Ctrl+C or the signal TERM stops it.
    """
    keep_to_itself()
    if behind_proxy:
        os.environ["BEHIND_PROXY"] = "yes"
    settings = settings_here()
    with stores_of(settings) as stores:
        runner.require_current(stores)
    refuse_in_the_clear(host, settings)
    url = f"{'https' if settings.tls_key else 'http'}://{_reachable(host)}:{port}"
    # Forms and links name the port that was asked for, unless somebody has said by which address people come.
    url = os.environ.setdefault("PUBLIC_URL", url)
    server = _server(free_address(host, port), port, workers, settings)
    server.on_startup(lambda: click.echo(f"Open {url} in a browser. Ctrl+C here stops Verbatim."))
    with worker_beside():
        server.serve(target_loader=application, wrap_loader=False)


@contextmanager
def worker_beside() -> Iterator[None]:
    """A process that checks and builds releases runs meanwhile; one that dies is followed by another."""
    stop = threading.Event()
    # Its own program and not a fork: a worker shares no key, connection or signal with the server.
    command = [sys.executable, "-c", "from web.cli.main import main; main()", "work", "--beside"]

    def look_after() -> None:
        while not stop.is_set():
            child = subprocess.Popen(command)  # noqa: S603 - this very program
            while child.poll() is None and not stop.wait(0.5):
                pass
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(ENDING)
                except subprocess.TimeoutExpired:
                    child.kill()
            stop.wait(PAUSE)

    looking = threading.Thread(target=look_after, name="worker beside")
    looking.start()
    try:
        yield
    finally:
        stop.set()
        looking.join()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_in_the_clear(host: str, settings: Settings) -> None:
    """Return if what people send to ``host`` is encrypted, or leaves no machine; raise InTheClear if not."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise NotSetUp("TLS_CERTIFICATE and TLS_KEY belong together: set both or neither.")
    if not (is_loopback(host) or settings.tls_key or settings.behind_proxy):
        raise InTheClear


def free_address(host: str, port: int) -> str:
    """The numeric address of ``host``; Refused if nobody may listen there on ``port`` at this moment.

    The server itself would answer with a trace of its innards, and would share the port with another of its kind.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(f"Port {port} of {host} cannot be had ({reason}). Stop what holds it, or say --port.") from None
    return str(address[0])


def application() -> Any:
    """The application of ``wsgi``; called in each worker, so that no worker shares a connection with another.

    It is named and not imported: the composition root is above every room.
    """
    return import_module("wsgi").app


def _server(host: str, port: int, workers: int, settings: Settings) -> AbstractServer[Any]:
    try:
        return Server(
            "wsgi:app",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            websockets=False,
            log_level=LogLevels.error,
            log_access=False,
            ssl_cert=settings.tls_certificate,
            ssl_key=settings.tls_key,
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
            workers_kill_timeout=30,
        )
    except (ssl.SSLError, ConfigurationError) as error:
        raise NotSetUp(f"TLS_CERTIFICATE and TLS_KEY cannot be used: {type(error).__name__}.") from None


def _reachable(host: str) -> str:
    if host in {"127.0.0.1", "0.0.0.0", "::"}:  # noqa: S104  (it is named here, not listened on)
        return "localhost"
    return f"[{host}]" if ":" in host else host
