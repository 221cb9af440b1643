"""Attack 19 with real servers: saves at the same moment and a server that dies lose nothing (ASVS 2.3.3, 15.4.2).

The deeds are those of the figures (``bench.saving``), on each kind of database, with two processes that answer.
"""

from collections.abc import Mapping

import pytest

from bench import saving, ten_fields
from bench.asking import Asking, asking
from bench.server import serving
from tests.cli.conftest import environment
from vault.settings import Settings
from vault.store import Stores

PAIRS, SAVES = 40, 200

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def asked(stores: Stores) -> Asking:
    """A study that asks a short page and then one of ten fields."""
    return asking(stores, ten_fields.instrument())


@pytest.fixture
def served(settings: Settings, asked: Asking) -> Mapping[str, str]:
    """What tells a server process where the study is; nobody else has its databases open meanwhile."""
    asked.stores.dispose()
    return environment(settings)


def test_of_forty_pairs_of_saves_at_the_same_moment_none_is_lost_and_none_refused(
    asked: Asking, served: Mapping[str, str]
) -> None:
    """ASVS 15.4.2: different pages, then the same page, in which case whoever came second is told so."""
    other, same = asked.begun(2, [ten_fields.BEFORE])
    with serving("granian", "wsgi:app", served, workers=2) as server:
        apart = list(saving.pairs(asked, server.port, other, (0, 1), PAIRS))
        together = list(saving.pairs(asked, server.port, same, (1, 1), PAIRS))

    for someone, pairs in ((other, apart), (same, together)):
        sent = [one for pair in pairs for one in pair]
        assert [one for one in sent if not one.acknowledged] == []
        assert saving.lost(asked, someone, sent) == []
        assert len(asked.kept(someone)) == 1 + 2 * PAIRS
    assert [pair for pair in apart if pair[0].overtaken or pair[1].overtaken] == []
    assert [pair for pair in together if pair[0].overtaken is pair[1].overtaken] == []


def test_a_server_that_is_killed_while_people_save_has_kept_every_page_that_it_acknowledged(
    asked: Asking, served: Mapping[str, str]
) -> None:
    """ASVS 2.3.3: kill -9, and the next server goes on from what is there."""
    people = asked.begun(SAVES // 10, [ten_fields.BEFORE])
    with serving("granian", "wsgi:app", served) as server:
        sent = saving.until_killed(asked, server, people, 10, after=SAVES // 2)

    acknowledged = [one for _, saves in sent for one in saves if one.acknowledged]
    assert SAVES // 2 <= len(acknowledged) < SAVES, "it died in the middle"
    assert [one for someone, saves in sent for one in saving.lost(asked, someone, saves)] == []
    for someone, saves in sent:
        # What was not acknowledged is there as a whole, or not at all.
        assert len(asked.kept(someone)) - 1 - sum(one.acknowledged for one in saves) in {0, 1}
    someone = next(someone for someone, saves in sent if any(one.acknowledged for one in saves))
    with serving("granian", "wsgi:app", served) as server, saving.open_page(server.port, someone, asked.page(1)) as tab:
        shown = tab[0].get(asked.page(1))
    assert str(asked.kept(someone)[-1].answers["comment"]) in shown.text
