"""A participant's page of ten fields, shown and saved, against a Flask hello-world under the same server."""

import statistics
from collections.abc import Iterator, Sequence

from bench import ten_fields
from bench.asking import Asking, Participating, asking
from bench.browser import Answer, Browser, Fields, filled
from bench.figure import Figure, at_most
from bench.installation import installed
from bench.server import SERVERS, Server, serving

SHOW, SAVE = 4.0, 5.0
_ROUNDS = 11
_REQUESTS = 300
_TYPED = [*ten_fields.FIELDS, ("then", "next")]
_BROWSERS = 100  # as many come and go on one connection


def hello(server: Server, times: int) -> float:
    """Microseconds of processor time for one hello-world."""
    browser = Browser(server.port)
    before = server.cpu_seconds()
    for _ in range(times):
        _expect(browser.get("/"), 200)
    browser.close()
    return (server.cpu_seconds() - before) / times * 1e6


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"{answer.path} answered {answer.status}: {answer.text[:300]}")
    return answer


def _show(server: Server, browsers: Sequence[Browser], page: str) -> float:
    # What a browser has open for long is closed by the server.
    browsers[0].close()
    before = server.cpu_seconds()
    for at in range(_REQUESTS):
        _expect(browsers[at % len(browsers)].get(page), 200)
    return (server.cpu_seconds() - before) / _REQUESTS * 1e6


def _save(server: Server, people: Sequence[Participating], page: str) -> float:
    """Everybody has the page open when the first of them sends it."""
    shared = Browser(server.port).connection
    waiting: list[tuple[Browser, Fields]] = []
    for someone in people:
        browser = Browser(server.port, someone.jar, shared)
        waiting.append((browser, filled(browser.get(page).form(page), _TYPED)))
    before = server.cpu_seconds()
    for browser, values in waiting:
        _expect(browser.post(page, values), 303)
    spent = server.cpu_seconds() - before
    shared.close()
    return spent / len(people) * 1e6


def _figure(what: str, found: list[float], plain: list[float], goal: float, peers: str) -> Figure:
    ratios = [a / b for a, b in zip(found, plain, strict=True)]
    times = statistics.median(ratios)
    spread = f"{min(ratios):.1f}–{max(ratios):.1f}"
    reference = f"Flask hello-world, {statistics.median(plain):.0f} µs ({spread}; {peers})"
    return Figure(what, statistics.median(found), "µs CPU", reference, times, *at_most(goal, times))


def _rounds(study: Asking, kind: str, plain: Server, ours: Server) -> Iterator[Figure]:
    page = study.page(1)
    shared = Browser(ours.port).connection
    browsers = [
        Browser(ours.port, someone.jar, shared) for someone in study.begun(_BROWSERS, [ten_fields.BEFORE])
    ]  # fmt: skip
    hello(plain, _REQUESTS)
    _show(ours, browsers, page)
    _save(ours, study.begun(_BROWSERS, [ten_fields.BEFORE]), page)
    nothing, shown, saved = [], [], []
    for _ in range(_ROUNDS):
        people = study.begun(_REQUESTS, [ten_fields.BEFORE])
        # Machines are quicker at one moment than at another, so what is compared with lies on both sides.
        first = hello(plain, _REQUESTS)
        shown.append(_show(ours, browsers, page))
        between = hello(plain, _REQUESTS)
        saved.append(_save(ours, people, page))
        nothing.append((first + between + hello(plain, _REQUESTS)) / 3)
    shared.close()
    yield _figure(f"a page of ten fields, shown ({kind})", shown, nothing, SHOW, "ONS runner 54–100 ×")
    what = f"a page of ten fields, validated, sealed, committed ({kind})"
    yield _figure(what, saved, nothing, SAVE, "ONS runner 19–26 ×")


def measure() -> Iterator[Figure]:
    """Processor time of the server for each request; one earlier page is sealed, browsers take gzip."""
    with installed() as installation:
        study = asking(installation.stores, ten_fields.instrument())
        environment = installation.environment
        for kind in SERVERS:
            with (
                serving(kind, "bench.apps:hello", environment) as plain,
                serving(kind, "wsgi:app", environment) as ours,
            ):
                yield from _rounds(study, kind, plain, ours)
