"""``verbatim version``: which versions a report of a fault should name."""

import platform
import sqlite3
from datetime import date
from importlib.metadata import version as installed

import click

# The day of the release in CHANGELOG.md, or of the last change before one; a clock that says earlier is wrong.
RELEASED = date(2026, 11, 23)


@click.command()
def version() -> None:
    """Say which Verbatim this is and what it runs on."""
    for name, number in (
        ("Verbatim", installed("verbatim")),
        ("Python", platform.python_version()),
        ("SQLAlchemy", installed("sqlalchemy")),
        ("cryptography", installed("cryptography")),
        ("SQLite", sqlite3.sqlite_version),
    ):
        click.echo(f"{name} {number}")
