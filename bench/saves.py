"""Many saves at once and a server that dies: every acknowledged page is there, and nobody sees an error of ours.

None of these is a measure of speed alone, so a figure holds if nothing is lost; the slowest saves are stated beside it.
"""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench import saving, ten_fields
from bench.asking import Asking, Participating, asking
from bench.figure import Figure
from bench.installation import Installation, installed
from bench.saving import Sent
from bench.server import Server, serving

PAIRS = 40
SAVES = 200
CLIENTS = 16
_SECONDS = 60.0


def _pairs(study: Asking, server: Server, slots: tuple[int, int], what: str) -> Figure:
    (someone,) = study.begun(1, [ten_fields.BEFORE])
    sent = [one for pair in saving.pairs(study, server.port, someone, slots, PAIRS) for one in pair]
    lost, refused = len(saving.lost(study, someone, sent)), sum(not one.acknowledged for one in sent)
    said = f"{refused} not acknowledged; ONS runner loses 24–31"
    return Figure(
        f"answers lost in {PAIRS} pairs of saves, {what}", lost, "answers", said, None, "0", not lost + refused
    )


def _dying(study: Asking, installation: Installation) -> Figure:
    """The server is killed while saves are under way; then what it had acknowledged is looked for."""
    people = study.begun(SAVES // 10, [ten_fields.BEFORE])
    with serving("granian", "wsgi:app", installation.environment) as server:
        sent = saving.until_killed(study, server, people, 10, after=SAVES // 2)
    acknowledged = sum(one.acknowledged for _, saves in sent for one in saves)
    lost = sum(len(saving.lost(study, someone, saves)) for someone, saves in sent)
    said = f"{acknowledged} of {SAVES} were acknowledged before it died"
    return Figure("acknowledged pages lost by kill -9", lost, "pages", said, None, "0", acknowledged > 0 and not lost)


def _crowd(study: Asking, server: Server, seconds: float) -> Figure:
    people = study.begun(CLIENTS, [ten_fields.BEFORE])
    until = time.monotonic() + seconds

    def save(someone: Participating) -> list[Sent]:
        found: list[Sent] = []
        with saving.open_page(server.port, someone, study.page(1)) as (browser, form):
            while time.monotonic() < until:
                found.append(saving.send(browser, study.page(1), 1, form, f"{len(found)}"))
        return found

    with ThreadPoolExecutor(CLIENTS) as crowd:
        sent = [one for saves in crowd.map(save, people) for one in saves]
    took = statistics.quantiles([one.seconds * 1000 for one in sent], n=100)
    failed = sum(not one.acknowledged for one in sent)
    said = f"{len(sent):,} saves in {seconds:.0f} s, median {took[49]:.0f} ms; {failed} refused"
    return Figure(f"{CLIENTS} clients saving, p99", took[98], "ms", said, None, "no refusal", not failed)


def measure(seconds: float = _SECONDS) -> Iterator[Figure]:
    """Saves at the same moment, a server that dies, and a crowd."""
    with installed() as installation:
        study = asking(installation.stores, ten_fields.instrument())
        with serving("granian", "wsgi:app", installation.environment) as server:
            yield _pairs(study, server, (0, 1), "different pages")
            yield _pairs(study, server, (1, 1), "the same page")
            yield _crowd(study, server, seconds)
        yield _dying(study, installation)
