"""Leads are mailed before an approval ends, in their language; a server that takes no mail is asked again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.mailbox import Box, mailbox
from tests.vault.only import on_sqlite
from tests.vault.people import joined, person, study_of
from vault import approvals
from vault.approvals import Decided
from vault.errors import Busy
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Role
from web.kit import checkpoint_mail, renewal_mail


@dataclass
class Board:
    """An installation with mail, and a study whose approval ends in 30 days."""

    settings: Settings
    stores: Stores
    box: Box
    now: datetime

    def send(self, *, settings: Settings | None = None) -> int:
        """The worker's next round; returns how many mails went out."""
        app = checkpoint_mail.speaking()
        return renewal_mail.send_due(settings or self.settings, self.stores, app, clock=lambda: self.now)


@pytest.fixture
def board(settings: Settings, stores: Stores, now: datetime) -> Iterator[Board]:
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        lead.account.locale = "fr"
        study = study_of(work.db, lead, now=now, title="Mentors & mentees")
        joined(work.db, study, person(work.db, "cora", now=now), Role.COORDINATOR, by=lead, now=now)
        last = now.date() + timedelta(days=30)
        decided = Decided("REB", "17024", "All", now.date() - timedelta(days=300), last)
        approvals.record(work.db, study.id, decided, by=lead.id, now=now)
        work.commit()
    with mailbox() as box:
        yield Board(replace(settings, smtp_url=box.url), stores, box, now)


@on_sqlite
def test_a_lead_is_mailed_once_in_their_language_with_the_way_to_the_page(board: Board) -> None:
    assert board.send() == 1
    assert board.send() == 0
    assert board.box.addressed == ["ada@example.org"]
    text = board.box.text(0)
    assert "L’autorisation 17024 de REB pour" in text
    assert "dans 30 jours" in text
    assert f"{board.settings.public_url}/studies/" in text
    board.now += timedelta(days=24)
    assert board.send() == 1


@on_sqlite
def test_without_a_server_nothing_is_lost_and_the_next_round_tells_them(board: Board) -> None:
    assert board.send(settings=replace(board.settings, smtp_url=None)) == 0
    nobody = replace(board.settings, smtp_url="smtp://127.0.0.1:9")
    with pytest.raises(Busy):
        board.send(settings=nobody)
    assert board.send() == 1
