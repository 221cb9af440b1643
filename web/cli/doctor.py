"""``verbatim doctor``: everything an operator can get wrong, one line each, and what to do about it."""

from collections.abc import Iterator

import click
from sqlalchemy.exc import DBAPIError

from vault.errors import NotSetUp, VerbatimError
from vault.settings import Settings
from web.cli import home_checks, machine_checks, store_checks
from web.cli.findings import Check, Finding, Level, fail
from web.cli.installation import settings_here

CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", home_checks.settings_fit),
    ("home", home_checks.home_is_private),
    ("server key", home_checks.server_key_is_there),
    ("databases", store_checks.databases_are_current),
    ("keyring", store_checks.keyring_forgets),
    ("keyring backups", home_checks.backups_are_young),
    ("keys", store_checks.nothing_is_half_done),
    ("worker", store_checks.somebody_is_at_work),
    ("log", store_checks.log_is_provable),
    ("memory", machine_checks.memory_stays_in_memory),
    ("clock", machine_checks.clock_is_sane),
    ("mail", machine_checks.mail_connects),
    ("disk", machine_checks.disk_has_room),
)


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Look at everything this installation needs.

    One line each: ok, warn, or FAIL with what to do; exit code 1 if something fails.
    """
    try:
        findings = list(examine(settings_here()))
    except NotSetUp as error:
        findings = [fail("settings", error.sentence)]
    for finding in findings:
        click.echo(str(finding))
    if any(finding.level is Level.FAIL for finding in findings):
        context.exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check's findings; a check that cannot be made is a finding too."""
    for topic, check in CHECKS:
        try:
            yield from check(settings)
        except VerbatimError as error:
            yield fail(topic, error.sentence)
        except DBAPIError:
            yield fail(topic, "could not be looked at, because a database does not answer or lacks its tables.")
        except OSError as error:
            yield fail(topic, f"could not be looked at ({error.strerror or type(error).__name__}).")
