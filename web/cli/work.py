"""``verbatim work``: the process that checks and builds releases, and keeps the log provable."""

import os
import signal
import threading
import time
from datetime import UTC, datetime

import click

from exports import worker
from vault.migrations import runner
from vault.settings import server_key
from web.cli import log_rounds
from web.cli.installation import settings_here, stores_of
from web.kit.process import keep_to_itself


@click.command()
@click.option("--beside", is_flag=True, help="End as soon as the process that started this one has ended.")
def work(beside: bool) -> None:
    """Check and build releases, and make the log's new lines provable every second, until stopped.

    'verbatim serve' starts one by itself. Ctrl+C or the signal TERM stops it; TERM lets the job that it is at end.
    """
    keep_to_itself()
    settings = settings_here()
    if beside:
        _end_with(os.getppid())
    with stores_of(settings) as stores:
        runner.require_current(stores)
        with log_rounds.going_on(settings, stores):
            worker.Worker(settings, stores, server_key(settings), lambda: datetime.now(UTC)).run()


def _end_with(parent: int) -> None:
    """This process is stopped once it is nobody's child any more: a server that was killed leaves no worker behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="end with the server", daemon=True).start()
