"""The demo as a test looks at it: made by the command at a fixed moment, and read again as its lead."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest
from click.testing import CliRunner, Result

from consent import decisions
from survey import assignments, interviews, participants, persons, responses, runs, statuses
from survey.participants import Participant, Standing
from survey.runs import Kind
from vault import accounts, passphrases
from vault.accounts import Proven
from vault.settings import Settings, from_environment, server_key
from vault.store import Stores, Work
from vault.studies import Scope
from web.cli import demo
from web.cli.main import verbatim

# A Wednesday: the demo's weeks are counted from the Monday before it.
MOMENT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


SETTINGS = (
    "DATABASE_URL", "KEYRING_URL", "TRUSTED_HOSTS", "SMTP_URL", "TLS_CERTIFICATE", "TLS_KEY", "BEHIND_PROXY",
)  # fmt: skip


class Stopped:
    """A clock that has stopped, in the place of ``datetime``."""

    @staticmethod
    def now(_: object = None) -> datetime:
        """The moment at which the demo is made."""
        return MOMENT


def environment(home: Path) -> dict[str, str]:
    """The variables of an installation in ``home``."""
    return {"VERBATIM_HOME": str(home), "PUBLIC_URL": "https://localhost"}


def called(*arguments: str, home: Path) -> Result:
    """``verbatim`` with these arguments in ``home``, at the fixed moment, and with little stretching."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "STRETCH", passphrases.FLOOR)
        patch.setattr(demo, "datetime", Stopped)
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        for name, value in environment(home).items():
            patch.setenv(name, value)
        # A fixture that is made once for many tests calls this too, so the umask is put back here.
        before = os.umask(0o022)
        try:
            return CliRunner().invoke(verbatim, list(arguments))
        finally:
            os.umask(before)


@dataclass(frozen=True)
class Demo:
    """What was made, and what the command printed."""

    settings: Settings
    stores: Stores
    told: dict[str, Any] = field(repr=False)

    @property
    def study(self) -> UUID:
        """The study's id."""
        return UUID(self.told["study"])

    def account(self, role: str) -> dict[str, str]:
        """What the sheet says of the member in a role."""
        found: dict[str, str] = next(one for one in self.told["accounts"] if one["role"] == role)
        return found

    def participant(self, key: str) -> dict[str, Any]:
        """What the sheet says of a participant."""
        found: dict[str, Any] = next(one for one in self.told["participants"] if one["key"] == key)
        return found

    @contextmanager
    def opened(self) -> Iterator[tuple[Work, Proven]]:
        """Both databases with the lead, who opens everything by the passphrase on the sheet."""
        lead = self.account("lead")
        with self.stores.work() as work:
            key = server_key(self.settings)
            yield work, accounts.prove_passphrase(
                work, key, lead["email"], lead["passphrase"], device=None, now=MOMENT
            )  # fmt: skip

    def code(self, role: str) -> str:
        """What the member's authenticator app shows at the fixed moment."""
        return pyotp.TOTP(self.account(role)["totp_secret"]).at(MOMENT)


def made(home: Path, *options: str) -> Demo:
    """A demo in ``home``."""
    told = called("demo", "--json", *options, home=home)
    assert told.exit_code == 0, told.stderr
    settings = from_environment(environment(home))
    return Demo(settings, Stores.open(settings.database_url, settings.keyring_url), json.loads(told.stdout))


def plain(found: Demo) -> list[dict[str, Any]]:
    """Everything that is readable of everybody, without what is random: pseudonyms, codes, keys and ids."""
    with found.opened() as (work, lead):
        people = [_person(work, lead, one) for one in participants.of_study(work.db, found.study)]
    return sorted(people, key=lambda one: json.dumps(one, sort_keys=True, default=str))


def _person(work: Work, lead: Proven, one: Participant) -> dict[str, Any]:
    keys = assignments.keys_of(work.db, work.keyring, one, account_id=lead.account.id, seed=lead.seed)
    reader = persons.reader(lead.account.id, lead.seed)
    known = persons.who(work.db, work.keyring, one, reader, now=MOMENT) if Scope.LINKAGE in keys else None
    return {
        "who": [known.name, known.email, known.telephone, known.note] if known else [],
        "standing": one.standing.value,
        "steps": [(day.isoformat(), status.value) for day, status in statuses.history(work.db, one.id)],
        "decided": [
            (sitting.occasion.at.isoformat(), sitting.occasion.mode.value, sitting.occasion.language,
             [(said.scope.value, said.agreed) for said in sitting.decisions])
            for sitting in decisions.history(work.db, one.id)
        ],
        "runs": [] if one.standing is Standing.ERASED else _runs(work, one, keys[Scope.RESPONSES]),
    }  # fmt: skip


def _runs(work: Work, one: Participant, key: bytes) -> list[Any]:
    said: list[Any] = []
    for run in runs.of_participant(work.db, one.id):
        days = [run.begun_on.isoformat(), run.submitted_on and run.submitted_on.isoformat()]
        if run.kind is Kind.INTERVIEW:
            record = interviews.read(work.db, key, run)
            asked = [(one.words, one.theme, one.after) for one in record.candidates]
            said.append([run.kind.value, days, record.topics, record.about, asked, record.memo])
        else:
            said.append([run.kind.value, days, responses.load(work.db, key, run).answers])
    return sorted(said, key=lambda one: (one[1][0], one[0]))
