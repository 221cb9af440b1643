"""That somebody was here is written down without holding two connections: with a full pool that would never end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.web.participant.conftest import Place
from vault.participant_sessions import Visiting
from vault.store import Stores, Work


def test_a_page_that_is_looked_at_gives_its_connection_back_before_another_is_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _, page = place.agreed()
    page = page.follow()
    given_back: list[int] = []
    work = Stores.work
    # From here on the page's connection is the only one there is.
    place.house.stores.dispose()

    @contextmanager
    def watched(stores: Stores, *, reading: bool = False) -> Iterator[Work]:
        given_back.append(len(stores.main.get_execution_options()["spare"]))
        with work(stores, reading=reading) as opened:
            yield opened

    monkeypatch.setattr(Stores, "work", watched)
    place.house.clock.time += timedelta(minutes=2)
    assert browser.get(page.path).status == 200
    monkeypatch.undo()

    assert given_back == [1]
    with place.house.stores.work(reading=True) as own:
        (seen_at,) = own.db.scalars(select(Visiting.seen_at))
    assert seen_at == place.house.clock.time
