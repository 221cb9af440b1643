"""A participant's whole way by a link: what it costs the server, and how much travels to the browser."""

import statistics
from collections.abc import Iterator

from bench.asking import Participating, asking
from bench.browser import Answer, Browser, Fields, filled
from bench.figure import Figure
from bench.installation import installed
from bench.server import Server, serving
from consent.scopes import Scope
from instruments import shelf

JOURNEY, FIRST, LATER = 30_000.0, 30_000, 8_000
_PEOPLE = 20
_ROUNDS = 5

# What somebody says on the four pages of the short survey; a page takes what it asks.
_SAID: Fields = [
    ("role", "clinician"), ("university", "calgary"), ("gender", "woman"), ("years", "7"), ("degrees", "phd"),
    ("has_mentor", "several"), ("assigned_or_chosen", "chosen"), ("meetings", "12"), ("comment", "Nothing else."),
]  # fmt: skip


def _agreed(form: Fields) -> Fields:
    """Yes to everything, signed."""
    scopes = [(f"scope-{scope.value}", "yes") for scope in Scope]
    return filled(form, [*scopes, ("signature", "Ada Participant"), ("then", "next")])


def walk(browser: Browser, someone: Participating) -> list[Answer]:
    """From the link to the thanks; every page that was shown on the way."""
    arrived = browser.get("/p")
    shown = [arrived]
    answer = browser.post("/p", filled(arrived.form("/p"), [("code", someone.code)]))
    for _ in range(16):
        answer = browser.follow(answer)
        if answer.status != 200:
            raise RuntimeError(f"{answer.path} answered {answer.status}")
        shown.append(answer)
        if answer.path.startswith("/p/thanks"):
            return shown
        answer = _sent(browser, answer)
    raise RuntimeError(f"the way does not end: {[page.path for page in shown]}")


def _sent(browser: Browser, answer: Answer) -> Answer:
    """The form of a page, filled in and sent."""
    forms = {action: fields for action, fields in answer.page.forms.items() if action.startswith("/p/")}
    action = next(one for one in forms if one.partition("?")[0] in {answer.path.partition("?")[0], *_DEEDS})
    form = forms[action]
    if action.startswith("/p/consent"):
        typed = _agreed(form)
    elif action.startswith("/p/answer"):
        typed = filled(form, [*_SAID, ("then", "next")])
    else:
        typed = form
    sent = browser.post(action, typed)
    if sent.status != 303:
        raise RuntimeError(f"{action} answered {sent.status}: {sent.text[:400]}")
    return sent


_DEEDS = ("/p/begin", "/p/submit")


def _cost(server: Server, people: list[Participating]) -> float:
    """Microseconds of processor time for a whole way."""
    before = server.cpu_seconds()
    for someone in people:
        browser = Browser(server.port)
        walk(browser, someone)
        browser.close()
    return (server.cpu_seconds() - before) / len(people) * 1e6


def measure() -> Iterator[Figure]:
    """The way through the short survey: link, letter, four pages, review, sent."""
    with installed() as installation:
        study = asking(installation.stores, shelf.load(shelf.SHORT_SURVEY))
        with serving("granian", "wsgi:app", installation.environment) as server:
            _cost(server, study.invite(_PEOPLE))
            costs = [_cost(server, study.invite(_PEOPLE)) for _ in range(_ROUNDS)]
            spread = f"{min(costs) / 1000:.1f}–{max(costs) / 1000:.1f} ms; ONS ≈ 300 ms, LimeSurvey ≈ 250 ms"
            cost = statistics.median(costs)
            yield Figure("a journey by link, consent to sent", cost, "µs CPU", spread, None, "≤ 30 ms", cost <= JOURNEY)
            browser = Browser(server.port)
            (someone,) = study.invite(1)
            first = browser.get("/p")
            for _ in browser.files(first):
                pass
            visit = browser.received
            yield Figure("the first visit, with its files", visit, "bytes", "", None, "≤ 30 kB", visit <= FIRST)
            largest = 0
            for page in walk(browser, someone)[1:]:
                before = browser.received
                for _ in browser.files(page):
                    pass
                largest = max(largest, page.size + browser.received - before)
            yield Figure("the largest later page", largest, "bytes", "", None, "≤ 8 kB", largest <= LATER)
