"""``verbatim init``: an empty installation and the account of its first lead, whose secrets are shown once."""

import io
import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

import click
import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from vault import accounts, codes, ledger
from vault.accounts import Account
from vault.errors import Conflict
from vault.passphrases import new_passphrase
from vault.settings import Settings, make_server_key
from vault.store import Stores
from web.cli.installation import bring_up_to_date, settings_here, stores_of
from web.kit.process import keep_to_itself


class AlreadySetUp(Conflict):
    """There is an account, so whoever runs this is not the first."""

    public = "This installation has an account already. Further people are invited by its leads; nothing was changed."


@dataclass(frozen=True, slots=True)
class FirstLead:
    """What the first lead has to write down. It is stored nowhere in this form."""

    email: str
    passphrase: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_uri: str = field(repr=False)
    recovery_code: str = field(repr=False)


@click.command()
@click.option("--email", help="The first lead's e-mail address, by which they sign in.")
@click.option("--name", help="The first lead's name, as colleagues will see it.")
@click.option("--json", "as_json", is_flag=True, help="Print what a script needs, not what a person reads.")
@click.option("--if-empty", is_flag=True, help="If there is an account already, only do what 'migrate' does.")
def init(email: str | None, name: str | None, as_json: bool, if_empty: bool) -> None:
    """Make an empty installation and its first lead's account.

    What the first lead signs in with is shown once.
    """
    keep_to_itself()
    settings = settings_here()
    make_server_key(settings)
    settings.home.chmod(0o700)
    with stores_of(settings) as stores:
        bring_up_to_date(stores, settings, now=datetime.now(UTC))
        if has_account(stores):
            if if_empty:
                return
            raise AlreadySetUp
        email = _told("--email", "E-mail address of the first lead", email)
        name = _told("--name", "Name of the first lead", name)
        with stores.work() as work:
            lead = make_first_lead(work.db, email, name, now=datetime.now(UTC))
            click.echo(_for_scripts(lead, settings) if as_json else _for_people(lead, settings))
            # Shown before it is kept: an account whose secrets nobody saw could never be opened.
            work.commit()


def has_account(stores: Stores) -> bool:
    """Whether anybody has an account here."""
    with stores.work(reading=True) as work:
        return work.db.scalar(select(Account.id).limit(1)) is not None


def make_first_lead(db: Session, email: str, name: str, *, now: datetime) -> FirstLead:
    """The account exists with keys of its own; it counts once its owner has signed in and so rehearsed it."""
    account = accounts.create(db, email=email, name=name, by=ledger.OPERATOR, now=now)
    passphrase = new_passphrase()
    keys = accounts.give_keys(db, account, passphrase, now=now)
    return FirstLead(
        email=account.email,
        passphrase=passphrase,
        totp_secret=keys.totp_secret,
        totp_uri=accounts.totp_uri(account, keys.seed),
        recovery_code=codes.grouped(keys.recovery_code),
    )


def _told(option: str, question: str, value: str | None) -> str:
    if value:
        return value
    if not sys.stdin.isatty():
        raise click.UsageError(f"Say {option}: nobody is at the keyboard who could be asked for it.")
    return str(click.prompt(question, err=True))


def _for_scripts(lead: FirstLead, settings: Settings) -> str:
    return json.dumps({
        "sign_in": settings.public_url,
        "email": lead.email,
        "passphrase": lead.passphrase,
        "totp_secret": lead.totp_secret,
        "totp_uri": lead.totp_uri,
        "recovery_code": lead.recovery_code,
    })  # fmt: skip


def _for_people(lead: FirstLead, settings: Settings) -> str:
    return f"""
This is shown once. Write it down, or print it, before you go on.

  E-mail address   {lead.email}
  Passphrase       {lead.passphrase}
  Second factor    {lead.totp_secret}
  Recovery code    {lead.recovery_code}
{_square(lead.totp_uri)}
Passphrase: learn it. It opens what people said; nobody can reset it for you.
Second factor: scan the square with an authenticator app on your phone, or type the letters there.
Recovery code: print it and lock it away. It is the way back if the passphrase is forgotten.

Sign in at {settings.public_url}
"""


def _square(uri: str) -> str:
    """The QR code in half blocks; on a terminal always light on dark, because not every app reads it the other way."""
    drawn = io.StringIO()
    segno.make(uri, error="l", micro=False).terminal(drawn, compact=True)
    if not sys.stdout.isatty():
        return f"\n{drawn.getvalue()}"
    return "\n" + "".join(f"\x1b[97;40m{line}\x1b[0m\n" for line in drawn.getvalue().splitlines())
