"""``verbatim demo``: the reference study with invented people, made by the same verbs as the pages."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from vault.errors import Conflict
from vault.settings import Settings, make_server_key
from vault.store import Stores
from vault.studies import Study
from web.cli import demo_sheet
from web.cli.demo_play import play
from web.cli.demo_stage import Stage
from web.cli.installation import bring_up_to_date, settings_here, stores_of
from web.kit.process import keep_to_itself
from web.kit.sequencing import Sequencing

SEED = 2006  # the year of the interviews of the study that this one is modelled on


class NotEmpty(Conflict):
    """There is a study, and invented people have no place beside real ones."""

    public = (
        "This installation has a study already, so no demo was made. Set VERBATIM_HOME to another folder, "
        "or delete this one if it holds nothing but a demo."
    )


@click.command()
@click.option("--seed", default=SEED, show_default=True, type=int, help="Decides on days, times and numbers.")
@click.option("--json", "as_json", is_flag=True, help="Print what a script needs, not what a person reads.")
@click.option("--if-empty", is_flag=True, help="If there is a study already, only do what 'migrate' does.")
@click.option("--keep", is_flag=True, help="Keep the sheet with the sign-ins in the home as DEMO.txt.")
def demo(seed: int, as_json: bool, if_empty: bool, keep: bool) -> None:
    """Make a study with invented people in an empty installation.

    It prints who can sign in with what.
    """
    keep_to_itself()
    settings = settings_here()
    make_server_key(settings)
    settings.home.chmod(0o700)
    with stores_of(settings) as stores:
        now = datetime.now(UTC)
        bring_up_to_date(stores, settings, now=now)
        if has_study(stores):
            if not if_empty:
                raise NotEmpty
            kept = _sheet(settings)
            if keep and kept.is_file():
                click.echo(kept.read_text(encoding="utf-8"))
            return
        click.echo("Making the demo: 28 interviews take a while.", err=True)
        stage = play(stores, settings, seed=seed, now=now)
        Sequencing.of(settings, stores).run()
        with stores.work(reading=True) as work:
            click.echo(demo_sheet.in_json(stage, work.db) if as_json else demo_sheet.for_people(stage))
        if keep:
            _keep(stage)


def has_study(stores: Stores) -> bool:
    """Whether there is any study here."""
    with stores.work(reading=True) as work:
        return work.db.scalar(select(Study.id).limit(1)) is not None


def _sheet(settings: Settings) -> Path:
    return settings.home / "DEMO.txt"


def _keep(stage: Stage) -> None:
    """The sheet can be read again by whoever owns the folder: secrets of invented people protect nobody."""
    descriptor = os.open(_sheet(stage.settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(demo_sheet.for_people(stage))
