"""What the demo is played with: both databases, the team with what opens their accounts, and who has come so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from survey import participants
from survey.participants import Participant
from vault import ledger
from vault.accounts import Account
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Role, Scope
from web.cli.demo_calendar import Calendar
from web.cli.demo_material import Material, Person


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, with everything that they would have learned, scanned and printed."""

    id: UUID
    role: Role
    name: str
    email: str
    passphrase: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_uri: str = field(repr=False)
    recovery_code: str = field(repr=False)
    seed: bytes = field(repr=False)

    @property
    def actor(self) -> str:
        """How the log writes them."""
        return ledger.staff(self.id)


@dataclass(slots=True)
class Actor:
    """A participant of the demo: what their letter says, and the keys once they have come with it."""

    person: Person
    id: UUID
    pseudonym: str
    code: str = field(default="", repr=False)
    keys: Mapping[Scope, bytes] = field(default_factory=dict, repr=False)
    response: UUID | None = None  # the run of their interview


@dataclass(slots=True)
class Stage:
    """The demo as far as it has been played."""

    stores: Stores
    settings: Settings
    material: Material
    calendar: Calendar
    team: dict[Role, Member] = field(default_factory=dict)
    study_id: UUID = field(init=False)
    document: str = field(init=False)  # the fingerprint of the consent letter
    approval: int = field(init=False)
    sites: dict[str, UUID] = field(default_factory=dict)
    strata: dict[tuple[str, str], UUID] = field(default_factory=dict)
    instruments: dict[str, UUID] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def lead(self) -> Member:
        """Who leads the study."""
        return self.team[Role.LEAD]

    @property
    def coordinator(self) -> Member:
        """Who writes to participants."""
        return self.team[Role.COORDINATOR]

    @property
    def interviewer(self) -> Member:
        """Who speaks with them."""
        return self.team[Role.INTERVIEWER]

    def account(self, work: Work, role: Role) -> Account:
        """The account of the member in this role."""
        return work.db.get_one(Account, self.team[role].id)

    def participant(self, work: Work, key: str) -> Participant:
        """Somebody by their key in the material."""
        return participants.find(work.db, self.study_id, self.actors[key].id)

    def place(self, person: Person) -> tuple[UUID, UUID]:
        """The site and the stratum to which a person belongs."""
        return self.sites[person.university], self.strata[person.university, person.gender]


# A deed of the demo, done in a unit of work of its own at a moment of the demo's time.
Deed = Callable[[Stage, Work, datetime], None]
