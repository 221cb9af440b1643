"""Many saves at once and a server that dies: every acknowledged page is there, and nobody sees an error of ours.

None of these is a measure of speed alone, so a figure holds if nothing is lost; the slowest saves are stated beside it.
"""

import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException

from bench import ten_fields
from bench.asking import Asking, Participating, asking
from bench.browser import Browser, Fields, filled
from bench.figure import Figure
from bench.installation import Installation, installed
from bench.server import Server, serving

PAIRS = 40
SAVES = 200
CLIENTS = 16
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One save as a browser saw it: the page, what was typed, the status, how long it took."""

    slot: int
    words: str
    status: int
    seconds: float


def _typed(slot: int, words: str) -> Fields:
    if slot == 0:
        return [("name_of_unit", words), ("since", "3"), ("then", "next")]
    return [
        *((name, value) for name, value in ten_fields.FIELDS if name != "comment"),
        ("comment", words),
        ("then", "next"),
    ]


def _form(port: int, someone: Participating, page: str) -> tuple[Browser, Fields]:
    browser = Browser(port, someone.jar)
    return browser, browser.get(page).form(page)


def _send(browser: Browser, page: str, slot: int, form: Fields, words: str) -> Sent:
    began = time.monotonic()
    try:
        status = browser.post(page, filled(form, _typed(slot, words))).status
    except (OSError, HTTPException):
        status = 0  # the server died before it answered
    return Sent(slot, words, status, time.monotonic() - began)


def _pair(study: Asking, port: int, someone: Participating, slots: tuple[int, int], name: str) -> list[Sent]:
    """Two tabs send at the same moment."""
    ready = threading.Barrier(2)

    def tab(slot: int, words: str) -> Sent:
        browser, form = _form(port, someone, study.page(slot))
        ready.wait()
        return _send(browser, study.page(slot), slot, form, words)

    with ThreadPoolExecutor(2) as tabs:
        return list(tabs.map(tab, slots, (f"{name} left", f"{name} right")))


def _lost(study: Asking, someone: Participating, sent: Sequence[Sent]) -> int:
    """How many acknowledged saves are not there."""
    kept = {str(value) for save in study.kept(someone) for value in save.answers.values()}
    return sum(one.status == 303 and one.words not in kept for one in sent)


def _pairs(study: Asking, server: Server, slots: tuple[int, int], what: str) -> Figure:
    (someone,) = study.begun(1, [ten_fields.BEFORE])
    sent = [one for at in range(PAIRS) for one in _pair(study, server.port, someone, slots, f"pair {at}")]
    lost, refused = _lost(study, someone, sent), sum(one.status != 303 for one in sent)
    said = f"{refused} not acknowledged; ONS runner loses 24–31"
    return Figure(
        f"answers lost in {PAIRS} pairs of saves, {what}", lost, "answers", said, None, "0", not lost + refused
    )


def _dying(study: Asking, installation: Installation) -> Figure:
    """The server is killed while saves are under way; then what it had acknowledged is looked for."""
    people = study.begun(SAVES // 10, [ten_fields.BEFORE])
    with serving("granian", "wsgi:app", installation.environment) as server:

        def save(someone: Participating) -> list[Sent]:
            browser, form = _form(server.port, someone, study.page(1))
            return [
                _send(browser, study.page(1), 1, form, f"{at} of {someone.participant.pseudonym}") for at in range(10)
            ]

        with ThreadPoolExecutor(8) as hands:
            waiting = [(someone, hands.submit(save, someone)) for someone in people]
            time.sleep(0.5)
            os.killpg(server.process.pid, signal.SIGKILL)
            sent = [(someone, job.result()) for someone, job in waiting if not job.exception()]
    acknowledged = sum(one.status == 303 for _, saves in sent for one in saves)
    lost = sum(_lost(study, someone, saves) for someone, saves in sent)
    said = f"{acknowledged} of {SAVES} were acknowledged before it died"
    return Figure("acknowledged pages lost by kill -9", lost, "pages", said, None, "0", acknowledged > 0 and not lost)


def _crowd(study: Asking, server: Server, seconds: float) -> Figure:
    people = study.begun(CLIENTS, [ten_fields.BEFORE])
    until = time.monotonic() + seconds

    def save(someone: Participating) -> list[Sent]:
        browser, form = _form(server.port, someone, study.page(1))
        found: list[Sent] = []
        while time.monotonic() < until:
            found.append(_send(browser, study.page(1), 1, form, f"{len(found)}"))
        return found

    with ThreadPoolExecutor(CLIENTS) as crowd:
        sent = [one for saves in crowd.map(save, people) for one in saves]
    took = statistics.quantiles([one.seconds * 1000 for one in sent], n=100)
    failed = sum(one.status != 303 for one in sent)
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
