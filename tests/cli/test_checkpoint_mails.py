"""Auditors are mailed checkpoints: at once after what a board cares about, else daily, once each, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.cli.conftest import Call, environment
from tests.mailbox import Box, mailbox
from tests.vault.logs import sequencing, tree_of, write
from tests.vault.only import on_sqlite
from tests.vault.people import Person, joined, person, study_of
from vault import checkpoints, ledger, log_trees, studies, witnesses
from vault.accounts import Account
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Role
from web.kit import checkpoint_mail


@dataclass
class Board:
    """An installation with mail, a study, its auditor, and a clock that a test moves."""

    settings: Settings
    stores: Stores
    box: Box
    lead: Person
    study: UUID
    now: datetime

    def send(self, **later: float) -> int:
        """The worker's next round is made, so much later; returns how many mails went out."""
        self.now += timedelta(**later)
        sequencing(self.stores, self.now).run()
        app = checkpoint_mail.speaking()
        return checkpoint_mail.send_due(self.settings, self.stores, app, clock=lambda: self.now)

    def done(self, action: str) -> None:
        """A deed is in the log of the study."""
        write(self.stores, self.now, self.study, action=action)


@pytest.fixture
def board(settings: Settings, stores: Stores, now: datetime) -> Iterator[Board]:
    """The first mail, which every auditor gets at once, is gone already."""
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study = study_of(work.db, lead, now=now, title="Mentors & mentees")
        joined(work.db, study, person(work.db, "vera", now=now), Role.AUDITOR, by=lead, now=now)
        joined(work.db, study, person(work.db, "ivy", now=now), Role.ANALYST, by=lead, now=now)
        work.commit()
    with mailbox() as box:
        made = Board(replace(settings, smtp_url=box.url), stores, box, lead, study.id, now)
        assert made.send() == 1
        yield made


def test_the_first_mail_brings_checkpoint_key_and_what_to_do_with_them(board: Board) -> None:
    assert board.box.addressed == ["vera@example.org"]
    with board.stores.work(reading=True) as work:
        tree = tree_of(work.db, board.study)
        newest = log_trees.newest(work.db, tree.number)
        (key,) = log_trees.keys(work.db, tree.number)
    assert newest is not None
    text, letter = board.box.text(0), board.box.letters[0]
    assert newest.note in text
    assert key.vkey in text
    assert "Keep this mail; you need do nothing else." in text
    assert "Since the last one: somebody of the team was given a key; somebody came into the team or got" in text
    assert letter["Subject"] == f"Checkpoint of the log of “Mentors & mentees”: {newest.size} lines"
    (enclosed,) = letter.iter_attachments()
    assert enclosed.get_filename() == f"{newest.size}.checkpoint"
    assert checkpoints.verified(enclosed.get_content().decode(), key.vkey).size == newest.size


@pytest.mark.parametrize("action", sorted(ledger.AT_ONCE))
@on_sqlite
def test_what_a_board_cares_about_is_mailed_at_once_and_once(board: Board, action: str) -> None:
    if action == "log.key-changed":
        action = "release.fetched"  # a line of that name needs a key; tests/vault/test_sequencer.py has it
    board.done(action)
    assert board.send(minutes=2) == 1
    assert str(checkpoint_mail.REASONS[action]) in board.box.text(1)
    assert board.send(minutes=2) == 0
    assert board.send(days=3) == 0


def test_anything_else_is_mailed_the_next_day_and_nothing_if_nothing_was_done(board: Board) -> None:
    assert board.send(days=2) == 0
    board.done("response.submitted")
    assert board.send(hours=1) == 1
    board.done("response.submitted")
    assert board.send(hours=23) == 0
    assert board.send(hours=1) == 1
    assert "Since the last one" not in board.box.text(2)


def test_deeds_that_follow_each_other_share_a_mail(board: Board) -> None:
    board.done("release.approved")
    board.done("release.fetched")
    assert board.send(seconds=20) == 0
    assert board.send(seconds=40) == 1
    assert "a release was approved; a release was fetched" in board.box.text(1)


def test_a_clock_that_was_set_back_silences_nobody(board: Board) -> None:
    board.done("release.fetched")
    assert board.send(days=-400) == 1


def test_who_has_left_gets_no_more_and_who_comes_gets_one_at_once(board: Board) -> None:
    with board.stores.work() as work:
        vera = next(one for one in studies.members(work.db, board.study) if one.role is Role.AUDITOR)
        studies.leave(work.db, vera, by=board.lead.id, now=board.now)
        newcomer = person(work.db, "mira", now=board.now)
        newcomer.account.locale = "fr"
        joined(work.db, studies.find(work.db, board.study), newcomer, Role.AUDITOR, by=board.lead, now=board.now)
        work.commit()
    assert board.send(seconds=1) == 1
    assert board.box.addressed == ["vera@example.org", "mira@example.org"]
    assert "Conservez ce message" in board.box.text(1)


def test_an_address_that_works_no_more_holds_up_nobody_else(board: Board) -> None:
    with board.stores.work() as work:
        for name in ("nobody", "otto"):
            someone = person(work.db, name, now=board.now)
            joined(work.db, studies.find(work.db, board.study), someone, Role.AUDITOR, by=board.lead, now=board.now)
        work.commit()
    refused: dict[UUID, datetime] = {}
    board.now += timedelta(minutes=2)
    sequencing(board.stores, board.now).run()
    speaking = checkpoint_mail.speaking()

    def send() -> int:
        return checkpoint_mail.send_due(
            board.settings, board.stores, speaking, clock=lambda: board.now, refused=refused
        )  # fmt: skip

    assert send() == 2
    assert len(refused) == 1
    assert sorted(board.box.addressed[1:]) == ["otto@example.org", "vera@example.org"]
    with board.stores.work(reading=True) as work:
        assert [name for name, *_ in witnesses.last_sent(work.db, board.study)] == ["Otto", "Vera"]
        # Whoever could not be reached is tried again, but not every ten seconds.
        nobody = work.db.get_one(Account, next(iter(refused)))
    board.box.letters.clear()
    assert send() == 0
    with board.stores.work() as work:
        work.db.get_one(Account, nobody.id).email = "somebody@example.org"
        work.commit()
    assert send() == 0
    board.now += timedelta(hours=1)
    assert send() == 1
    assert board.box.addressed == ["somebody@example.org"]


def test_without_mail_nothing_is_sent_and_nothing_fails(board: Board) -> None:
    board.done("release.fetched")
    board.settings = replace(board.settings, smtp_url=None)
    assert board.send(days=1) == 0
    board.settings = replace(board.settings, smtp_url="smtp://127.0.0.1:1")
    app = checkpoint_mail.speaking()
    assert checkpoint_mail.try_to_send(board.settings, board.stores, app, clock=lambda: board.now) == 0


@on_sqlite
def test_an_operator_sends_what_is_due_by_a_command(board: Board, call: Call) -> None:
    with board.stores.work() as work:
        for number in range(2):
            someone = person(work.db, f"board{number}", now=board.now)
            joined(work.db, studies.find(work.db, board.study), someone, Role.AUDITOR, by=board.lead, now=board.now)
        work.commit()
    told = call("log", "send", env={**environment(board.settings), "SMTP_URL": board.box.url})
    assert told.exit_code == 0, told.output
    assert int(told.stdout) >= 2
    assert call("log", "send", env=environment(board.settings)).stdout == "0\n"
