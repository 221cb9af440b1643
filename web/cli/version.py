"""``verbatim version``: which versions a report of a fault should name, and the list of all that is installed."""

import json
import platform
import sqlite3
from collections.abc import Iterator
from datetime import date
from importlib.metadata import distributions
from importlib.metadata import version as installed

import click

# The day of the release in CHANGELOG.md, or of the last change before one; a clock that says earlier is wrong.
RELEASED = date(2026, 11, 23)


@click.command()
@click.option("--sbom", is_flag=True, help="Print everything that is installed here, as CycloneDX 1.5 in JSON.")
def version(sbom: bool) -> None:
    """Say which Verbatim this is and what it runs on."""
    if sbom:
        click.echo(json.dumps(bill_of_materials(), indent=1, sort_keys=True))
        return
    for name, number in (
        ("Verbatim", installed("verbatim")),
        ("Python", platform.python_version()),
        ("SQLAlchemy", installed("sqlalchemy")),
        ("cryptography", installed("cryptography")),
        ("SQLite", sqlite3.sqlite_version),
    ):
        click.echo(f"{name} {number}")


def bill_of_materials() -> dict[str, object]:
    """A CycloneDX 1.5 document: this program, Python, and every package of the environment it runs in."""
    here = _component("application", "verbatim", installed("verbatim"))
    python = _component("platform", "cpython", platform.python_version())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": here},
        "components": [python, *_packages()],
    }


def _packages() -> Iterator[dict[str, object]]:
    found = {one.metadata["Name"].lower(): one for one in distributions()}
    for name in sorted(found):
        if name == "verbatim":
            continue
        number, licence = found[name].version, found[name].metadata.json.get("license_expression")
        purl = f"pkg:pypi/{name.replace('_', '-')}@{number}"
        component = _component("library", name, number) | {"bom-ref": purl, "purl": purl}
        yield component | {"licenses": [{"expression": licence}]} if licence else component


def _component(kind: str, name: str, number: str) -> dict[str, object]:
    return {"type": kind, "name": name, "version": number}
