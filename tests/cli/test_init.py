"""``verbatim init``: what is there afterwards, what was shown, and when it refuses."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from sqlalchemy import select

from tests.cli.conftest import Call, environment
from vault import accounts, ledger
from vault.accounts import Account
from vault.settings import Settings
from vault.store import Stores
from web.cli.init import FirstLead

LEAD = ("--email", "lead@example.org", "--name", "Ada Lead")


def test_everything_is_made_and_closed_to_others(call: Call, fresh: dict[str, str]) -> None:
    assert call("init", *LEAD, env=fresh).exit_code == 0

    home = Path(fresh["VERBATIM_HOME"])
    assert home.stat().st_mode & 0o777 == 0o700
    assert {"server.key", "verbatim.db", "keyring.db"} <= {path.name for path in home.iterdir()}
    assert [path.name for path in home.iterdir() if path.stat().st_mode & 0o077] == []


def test_an_open_home_is_closed(call: Call, fresh: dict[str, str]) -> None:
    home = Path(fresh["VERBATIM_HOME"])
    home.mkdir(mode=0o755)

    call("init", *LEAD, env=fresh)

    assert home.stat().st_mode & 0o777 == 0o700


def test_a_script_gets_what_opens_the_account(call: Call, settings: Settings, stores: Stores) -> None:
    now = datetime.now(UTC)
    told = call("init", *LEAD, "--json", env=environment(settings))

    lead = json.loads(told.stdout)
    with stores.work() as work:
        account = work.db.scalars(select(Account)).one()
        seed = accounts.rehearse(work.db, account, lead["passphrase"], pyotp.TOTP(lead["totp_secret"]).at(now), now=now)
    assert (account.email, account.name, len(seed)) == ("lead@example.org", "Ada Lead", 32)
    assert pyotp.parse_uri(lead["totp_uri"]).secret == lead["totp_secret"]
    assert len(lead["passphrase"].split()) == 5
    assert re.fullmatch(r"([0-9A-Z]{4}-)+[0-9A-Z]{1,4}", lead["recovery_code"])


def test_a_person_gets_the_secrets_in_words_and_as_a_square(call: Call, fresh: dict[str, str]) -> None:
    told = call("init", *LEAD, env=fresh).stdout

    assert len(re.findall(r"Passphrase +([a-z-]+ ){4}[a-z-]+\n", told)) == 1
    assert "\n█████" in told
    assert "\x1b" not in told  # the output is no terminal, so it holds no colours


def test_the_log_says_that_the_operator_made_an_account_and_not_whose(
    call: Call, settings: Settings, stores: Stores
) -> None:
    call("init", *LEAD, env=environment(settings))

    with stores.work(reading=True) as work:
        lines = work.db.scalars(select(ledger.LedgerEntry.body)).all()
    assert any(json.loads(line)["actor"] == ledger.OPERATOR for line in lines)
    assert not any("example.org" in line or "Ada" in line for line in lines)


def test_a_second_account_is_refused_and_the_first_stays(call: Call, settings: Settings, stores: Stores) -> None:
    call("init", *LEAD, env=environment(settings))

    again = call("init", "--email", "eve@example.org", "--name", "Eve", env=environment(settings))

    assert again.exit_code == 1
    assert again.stdout == ""
    assert again.stderr.count("\n") == 1
    with stores.work(reading=True) as work:
        assert work.db.scalars(select(Account.email)).all() == ["lead@example.org"]


def test_an_installation_with_an_account_is_only_migrated_if_that_was_asked(call: Call, fresh: dict[str, str]) -> None:
    call("init", *LEAD, env=fresh)

    again = call("init", "--if-empty", *LEAD, env=fresh)

    assert (again.exit_code, again.output) == (0, "")


def test_nobody_at_the_keyboard_is_not_asked(call: Call, fresh: dict[str, str]) -> None:
    told = call("init", env=fresh)

    assert told.exit_code == 2
    assert "--email" in told.stderr


def test_no_secret_is_on_the_disk(call: Call, fresh: dict[str, str]) -> None:
    lead = json.loads(call("init", *LEAD, "--json", env=fresh).stdout)

    secrets = [lead[name].encode() for name in ("passphrase", "totp_secret", "recovery_code")]
    secrets.append(lead["recovery_code"].replace("-", "").encode())
    for path in Path(fresh["VERBATIM_HOME"]).rglob("*"):
        assert not any(secret in path.read_bytes() for secret in secrets), path.name


def test_what_the_first_lead_holds_has_no_readable_repr() -> None:
    lead = FirstLead("lead@example.org", "secret-1", "secret-2", "secret-3", "secret-4")

    assert "secret" not in repr(lead).replace("totp_secret", "")
