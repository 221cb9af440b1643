"""Saves as browsers send them: two at the same moment, and many while the server is killed; and what is kept of them.

Figures and tests share this: what they ask for is the port of a server and a study that asks.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException

from bench import ten_fields
from bench.asking import Asking, Participating
from bench.browser import Browser, Fields, filled
from bench.server import Server

_HANDS = 8  # as many browsers send at once


@dataclass(frozen=True, slots=True)
class Sent:
    """One save as a browser saw it: the page, what was typed, the status (0 if the server died), where it led."""

    slot: int
    words: str
    status: int
    seconds: float
    location: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the person was led on to the next page."""
        return self.status == 303

    @property
    def overtaken(self) -> bool:
        """Whether the next page says that the page had been saved from elsewhere meanwhile."""
        return "also=" in self.location


def _typed(slot: int, words: str) -> Fields:
    if slot == 0:
        return [("name_of_unit", words), ("since", "3"), ("then", "next")]
    return [
        *((name, value) for name, value in ten_fields.FIELDS if name != "comment"),
        ("comment", words),
        ("then", "next"),
    ]


@contextmanager
def open_page(port: int, someone: Participating, page: str) -> Iterator[tuple[Browser, Fields]]:
    """A browser of somebody with a page open, and the form on it."""
    with closing(Browser(port, someone.jar)) as browser:
        yield browser, browser.get(page).form(page)


def send(browser: Browser, page: str, slot: int, form: Fields, words: str) -> Sent:
    """The form is sent with ``words`` in the field for anything else."""
    began = time.monotonic()
    try:
        answer = browser.post(page, filled(form, _typed(slot, words)))
    except (OSError, HTTPException):
        return Sent(slot, words, 0, time.monotonic() - began)
    return Sent(slot, words, answer.status, time.monotonic() - began, answer.location)


def pairs(
    study: Asking, port: int, someone: Participating, slots: tuple[int, int], count: int
) -> Iterator[tuple[Sent, Sent]]:
    """So many times two tabs that open their pages, the same or different ones, and send them at the same moment."""
    with ThreadPoolExecutor(2) as hands:
        for at in range(count):
            ready = threading.Barrier(2)
            tabs = [hands.submit(_tab, study, port, someone, slot, f"{at} in {side}", ready)
                    for slot, side in zip(slots, ("one", "two"), strict=True)]  # fmt: skip
            one, two = (tab.result() for tab in tabs)
            yield one, two


def _tab(study: Asking, port: int, someone: Participating, slot: int, words: str, ready: threading.Barrier) -> Sent:
    page = study.page(slot)
    with open_page(port, someone, page) as (browser, form):
        ready.wait()
        return send(browser, page, slot, form, words)


def until_killed(
    study: Asking, server: Server, people: Sequence[Participating], each: int, after: int
) -> list[tuple[Participating, list[Sent]]]:
    """Everybody saves ``each`` times, many at once, and the server is killed when ``after`` saves were acknowledged.

    Whoever had not begun by then could not, and is left out.
    """
    enough, counting, seen = threading.Event(), threading.Lock(), 0

    def save(someone: Participating) -> list[Sent]:
        nonlocal seen
        page, found = study.page(1), []
        with open_page(server.port, someone, page) as (browser, form):
            for at in range(each):
                found.append(send(browser, page, 1, form, f"{at} of {someone.participant.pseudonym}"))
                with counting:
                    seen += found[-1].acknowledged
                    if seen >= after:
                        enough.set()
        return found

    with ThreadPoolExecutor(_HANDS) as hands:
        jobs = [(someone, hands.submit(save, someone)) for someone in people]
        if not enough.wait(60):
            raise RuntimeError(f"only {seen} saves were acknowledged in a minute")
        os.killpg(server.process.pid, signal.SIGKILL)
        return [(someone, job.result()) for someone, job in jobs if not job.exception()]


def lost(study: Asking, someone: Participating, sent: Sequence[Sent]) -> list[Sent]:
    """The acknowledged saves that are not there."""
    kept = {str(value) for save in study.kept(someone) for value in save.answers.values()}
    return [one for one in sent if one.acknowledged and one.words not in kept]
