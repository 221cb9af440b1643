"""``verbatim evidence``: everything by which a board can see, offline, that a study did what was approved."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from exports.evidence import package
from vault import ledger
from vault.errors import Invalid
from vault.migrations import runner
from web.cli.installation import settings_here, stores_of, study_named
from web.kit.process import keep_to_itself
from web.kit.sequencing import Sequencing


@click.command()
@click.argument("study")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def evidence(study: str, out: Path) -> None:
    """Write STUDY's evidence package to OUT, a zip. STUDY is a study's id or reference.

    No key is needed: nobody's answers and no participant's name are in it. The log says that it was taken.
    """
    keep_to_itself()
    settings = settings_here()
    if out.exists():
        raise Invalid(f"{out} is there already. Name a new file, so that nothing old is taken for new.")
    with stores_of(settings) as stores:
        runner.require_current(stores)
        Sequencing.of(settings, stores).run()
        with stores.work(reading=True) as work:
            study_id = study_named(work.db, study).id
            unfinished = out.with_name(out.name + ".part")
            with unfinished.open("wb") as file:
                package.write(work.db, study_id, file, settings, version=version("verbatim"))
        with stores.work() as work:
            package.taken(work.db, study_id, actor=ledger.OPERATOR, now=datetime.now(UTC))
            work.commit()
        unfinished.rename(out)
    click.echo("Unpack it and run: python3 log/verify_log.py log <checkpoints that were kept>")
