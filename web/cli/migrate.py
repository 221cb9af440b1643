"""``verbatim migrate``: after an upgrade or a restore, both databases are as this version expects them."""

from datetime import UTC, datetime

import click

from vault.migrations import runner
from web.cli.installation import bring_up_to_date, settings_here, stores_of
from web.kit.process import keep_to_itself
from web.kit.sequencing import Sequencing


@click.command()
def migrate() -> None:
    """Bring both databases to where this version expects them.

    Run it after an upgrade and after a restore: whoever a restored file brought back is forgotten again.
    """
    keep_to_itself()
    settings = settings_here()
    with stores_of(settings) as stores:
        before = {"main": runner.current(stores.main), "keyring": runner.current(stores.keyring)}
        bring_up_to_date(stores, settings, now=datetime.now(UTC))
        Sequencing.of(settings, stores).after_deed()
        for which, revision in before.items():
            head = runner.head(which)
            stood = "was there already" if revision == head else f"was at {revision or 'nothing'}"
            click.echo(f"{which}: at {head} ({stood})")
