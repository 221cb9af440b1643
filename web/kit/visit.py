"""One visit: who came, with which keys, to which study, and the unit of work in which something happens."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import flash
from sqlalchemy.orm import Session

from vault import ledger, sessions
from vault.accounts import Account
from vault.errors import CannotOpen, Missing
from vault.participant_sessions import Person
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Joined, Permit
from web.kit.sequencing import Sequencing


@dataclass(frozen=True, slots=True)
class Kit:
    """What every visit to this installation has in common."""

    settings: Settings
    stores: Stores
    server_key: bytes = field(repr=False)
    sequencing: Sequencing = field(repr=False)


@dataclass(slots=True)
class Visit:
    """What a view gets. The guard fills it in and is the only one who commits."""

    kit: Kit
    work: Work
    now: datetime
    session: sessions.Open | None = field(default=None, repr=False)
    study: Joined | None = None
    permits: frozenset[Permit] = frozenset()
    device: str | None = field(default=None, repr=False)
    person: Person | None = None
    # What was done is kept although the answer says no: a form that was refused leaves a sealed draft behind.
    keeps: bool = False
    # Writes down that somebody was here, once a page that cannot write has been made.
    touches: Callable[[Session], None] | None = field(default=None, repr=False)
    _account: Account | None = field(default=None, repr=False)

    @property
    def db(self) -> Session:
        """The main database."""
        return self.work.db

    @property
    def keyring(self) -> Session:
        """The keyring."""
        return self.work.keyring

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return self.kit.settings

    @property
    def account_id(self) -> UUID:
        """Who is signed in, on pages that nobody else reaches."""
        if self.session is None:
            raise Missing
        return self.session.account_id

    @property
    def signed_in(self) -> Account:
        """Their account, which is looked up when it is first asked for: most pages need its id only."""
        if self._account is None:
            self._account = self.db.get_one(Account, self.account_id)
        return self._account

    @property
    def participant(self) -> Person:
        """The participant who is here, on pages that only participants reach."""
        if self.person is None:
            raise Missing
        return self.person

    @property
    def actor(self) -> str:
        """How whoever is signed in stands in the log."""
        return ledger.staff(self.account_id)

    @property
    def unlocked(self) -> bytes:
        """The seed that the visitor's cookie has opened."""
        if self.session is None:
            raise CannotOpen
        return self.session.seed

    @property
    def the_study(self) -> Joined:
        """The study of the address, on pages that belong to one."""
        if self.study is None:
            raise Missing
        return self.study

    @property
    def study_id(self) -> UUID:
        """The id of the study of the address."""
        return self.the_study.id

    def carry_out(self, steps: Iterable[object]) -> None:
        """Run a deed of several steps, each committed; see ``Work.carry_out``."""
        self.work.carry_out(steps)

    def tell(self, sentence: str) -> None:
        """The next page says ``sentence`` once. Never a name, an answer or a code: it travels in a signed cookie."""
        flash(sentence)
