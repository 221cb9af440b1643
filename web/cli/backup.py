"""``verbatim backup``: a copy of the keyring, of which only few are kept and none for long."""

from datetime import UTC, datetime

import click

from vault import keyring
from web.cli.installation import settings_here, stores_of
from web.kit.process import keep_to_itself


@click.command()
def backup() -> None:
    """Copy the keyring and delete its copies that are too old.

    The main database is backed up by your own means.
    """
    keep_to_itself()
    settings = settings_here()
    with stores_of(settings) as stores:
        click.echo(keyring.back_up(stores.keyring, settings.backups, now=datetime.now(UTC)))
