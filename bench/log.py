"""What the log costs: pages saved with a line each and the sequencer at work, beside the same without any log.

Two servers of one installation take turns, so that a machine that is slower for a while is slower for both: Verbatim,
and Verbatim with ``ledger.append`` taken out. Beside them runs the worker, which sequences every second. Counted is the
processor time of server, worker and PostgreSQL together, and how many pages the same clients save in the same time.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import saving, ten_fields
from bench.asking import Asking, Participating, asking
from bench.figure import Figure, at_most
from bench.installation import Installation, installed
from bench.server import Server, serving
from tests.postgres import running

ROUNDS = 12
PEOPLE = 32  # in each round
SAVES = 8  # of each; who has saved for the hundredth time has a long past to be read
MOST = 1.15


@dataclass(frozen=True, slots=True)
class Cost:
    """One round: what a saved page took on the clock, and of all processors together, in seconds."""

    clock: float
    processor: float


def measure(rounds: int = ROUNDS) -> Iterator[Figure]:
    """What the log adds to a saved page, on both kinds of database."""
    with running() as cluster:
        postmaster = psutil.Process(int((cluster.data_dir / "postmaster.pid").read_text().split()[0]))
        yield from _figures("PostgreSQL", cluster.url("postgres"), 8, [postmaster], rounds)
    yield from _figures("SQLite", "", 1, [], rounds)


def _figures(what: str, url: str, clients: int, watched: list[psutil.Process], rounds: int) -> Iterator[Figure]:
    with (
        installed(url) as installation,
        _worker(installation) as worker,
        serving("granian", "wsgi:app", installation.environment) as logging,
        serving("granian", "bench.apps:unlogged", installation.environment) as silent,
    ):
        study = asking(installation.stores, ten_fields.instrument())
        family = [worker, *watched]
        costs: dict[Server, list[Cost]] = {silent: [], logging: []}
        for number in range(rounds + 1):
            for server, found in costs.items():
                cost = _round(study, server, clients, family)
                if number:  # the first round is for getting warm
                    found.append(cost)
    for which, name in (("processor", "processor time"), ("clock", "time")):
        without, with_log = ([float(getattr(cost, which)) for cost in found] for found in costs.values())
        ratio = statistics.median(one / other for one, other in zip(with_log, without, strict=True))
        value, reference = statistics.median(with_log) * 1e6, statistics.median(without) * 1e6
        yield Figure(
            f"a page saved with its line, {what}, {clients} at once: {name}", value, "µs",
            f"without a log {reference:,.0f} µs", ratio, *at_most(MOST, ratio),
        )  # fmt: skip


def _round(study: Asking, server: Server, clients: int, family: Sequence[psutil.Process]) -> Cost:
    people = study.begun(PEOPLE, [ten_fields.BEFORE])

    def save(someone: Participating) -> int:
        with saving.open_page(server.port, someone, study.page(1)) as (browser, form):
            sent = [saving.send(browser, study.page(1), 1, form, f"{number}") for number in range(SAVES)]
        return sum(one.acknowledged for one in sent)

    before, began = server.cpu_seconds() + _processor(family), time.monotonic()
    with ThreadPoolExecutor(clients) as crowd:
        done = sum(crowd.map(save, people))
    took = time.monotonic() - began
    time.sleep(1.5)  # what is left for the sequencer counts, too
    return Cost(took / done, (server.cpu_seconds() + _processor(family) - before) / done)


def _processor(family: Sequence[psutil.Process]) -> float:
    """Processor time of processes and their children."""
    every = [each for one in family for each in (one, *one.children(recursive=True))]
    return sum(used.user + used.system for used in (each.cpu_times() for each in every))


@contextmanager
def _worker(installation: Installation) -> Iterator[psutil.Process]:
    program = Path(sys.executable).parent / "verbatim"
    with subprocess.Popen(
        [program, "work", "--beside"], env={"PATH": "/usr/bin:/bin", **installation.environment}
    ) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)
