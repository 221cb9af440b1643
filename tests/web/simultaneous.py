"""The same deed, or several, at the same moment: for the tests of what happens when people press a button twice."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.web.pages import Form, Page
from tests.web.visitors import Visitor
from web.kit import cookies


def together(deeds: Sequence[Callable[[], Page]]) -> list[Page]:
    """The answers to deeds that begin at the same moment, in the order of the deeds."""
    barrier = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Page]) -> Page:
        barrier.wait(20)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as hands:
        return list(hands.map(do, deeds))


def twin(browser: Visitor) -> Visitor:
    """A second tab of the same browser."""
    tab = Visitor(browser.app)
    for name in (cookies.SESSION, cookies.PERSON, cookies.FORM, cookies.DEVICE):
        value = browser.cookie(name)
        if value:
            tab.keep(name, value)
    return tab


def twice(browser: Visitor, form: Form, times: int = 4, **button: str) -> list[Page]:
    """The same form, sent from tabs of one browser at the same moment, with the button that was pressed."""
    tabs = [twin(browser) for _ in range(times)]
    return together([lambda tab=tab: tab.post(form.action, [*form.values, *button.items()]) for tab in tabs])  # type: ignore[misc]
