"""The console script ``verbatim``: one group of commands, and one way in which any of them says no."""

from typing import IO, Any

import click
from sqlalchemy.exc import DBAPIError

from vault.errors import NotSetUp, VerbatimError
from web.cli.backup import backup
from web.cli.demo import demo
from web.cli.doctor import doctor
from web.cli.evidence import evidence
from web.cli.export import export
from web.cli.init import init
from web.cli.log import log
from web.cli.migrate import migrate
from web.cli.profiles import profiles
from web.cli.serve import serve
from web.cli.version import version
from web.cli.work import work


class No(click.ClickException):
    """One sentence on the error stream and an exit code; never a traceback."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.message, file=file, err=True)


class NotYet(No):
    """The same for an installation that lacks something."""

    exit_code = 2


class Commands(click.Group):
    """Turns what a command may run into (our refusals, a database away, a file closed to us) into one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and say in one sentence why it could not do its work."""
        try:
            return super().invoke(ctx)
        except NotSetUp as error:
            raise NotYet(error.sentence) from None
        except VerbatimError as error:
            raise No(error.sentence) from None
        except DBAPIError as error:
            # The driver's first line names server, file or table; a statement's values stand only in SQLAlchemy's text.
            first_line = (str(error.orig).splitlines() or ["no reason given"])[0]
            raise No(f"The database said no: {first_line}. 'verbatim doctor' looks at everything it needs.") from None
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            raise No(f"{error.strerror or type(error).__name__}{where}") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def verbatim() -> None:
    """Run and look after an installation of Verbatim. Settings come from the environment: docs/operate.md."""


for _command in (init, demo, serve, work, export, evidence, log, profiles, migrate, doctor, backup, version):
    verbatim.add_command(_command)


def main() -> None:
    """What the console script calls."""
    verbatim()
