"""Facts about the house itself: its size, its words, and what stands written about it."""

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from tests.house.tree import ROOMS, ROOT, files, lines, name
from vault.settings import from_environment
from web.cli.main import verbatim
from web.cli.version import RELEASED

PYTHON = [path for room in ROOMS for path in files(room, "*.py")]
REVISIONS = {*files("vault/migrations/main", "*.py"), *files("vault/migrations/keyring", "*.py")}


def test_the_vault_has_under_4300_lines_besides_comments_blank_lines_and_migrations() -> None:
    read = set(files("vault", "*.py")) - REVISIONS
    said = (line.strip() for path in read for line in path.read_text(encoding="utf-8").splitlines())
    assert sum(1 for line in said if line and not line.startswith("#")) < 4300


# What is handed to an auditor is one file that stands on nothing else (docs/decisions/0017).
IN_ONE_PIECE = {"exports/evidence/verify_log.py"}


def test_one_topic_is_one_file_of_at_most_300_lines() -> None:
    assert [name(path) for path in PYTHON if lines(path) > 300 and name(path) not in IN_ONE_PIECE] == []


def test_no_file_is_a_drawer_for_what_has_no_place() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "misc", "models"}
    assert [name(path) for path in PYTHON if path.stem in drawers or path.parent.name in drawers] == []


def test_every_package_says_in_one_docstring_what_it_is_and_exports_nothing() -> None:
    for path in PYTHON:
        if path.name == "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, f"{name(path)} holds more than a docstring"
            assert isinstance(body[0], ast.Expr), f"{name(path)} has no docstring"


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in PYTHON} - {path.parent for path in REVISIONS}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_every_function_class_and_file_that_others_use_says_what_it_does() -> None:
    silent = [f"{name(path)}: {what}" for path in PYTHON if path not in REVISIONS for what in _undocumented(path)]
    assert silent == []


def _undocumented(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if tree.body and not ast.get_docstring(tree):
        yield "the file itself"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            # A view's name and route say what it is, a form's name and fields likewise.
            decorated = bool(node.decorator_list) and isinstance(node, ast.FunctionDef)
            form = isinstance(node, ast.ClassDef) and node.name.endswith("Form")
            if not (ast.get_docstring(node) or decorated or form):
                yield node.name


class Asked(dict[str, str]):
    """An environment without anything in it that remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(key)
        return default


def _settings() -> list[str]:
    asked = Asked()
    environment: Mapping[str, str] = asked
    from_environment(environment)
    return sorted(asked.names)


@pytest.mark.parametrize("setting", _settings())
def test_every_setting_stands_in_the_operators_table(setting: str) -> None:
    assert f"\n| `{setting}` |" in (ROOT / "docs/operate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(verbatim.commands))
def test_every_command_and_its_options_stand_in_the_operators_table(command: str) -> None:
    table = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
    row = next((line for line in table.splitlines() if line.startswith(f"| `verbatim {command}` |")), "")
    assert row, f"docs/operate.md has no line for 'verbatim {command}'"
    options = [option for option in verbatim.commands[command].params if isinstance(option, click.Option)]
    assert [option.opts[0] for option in options if f"`{option.opts[0]}`" not in row] == []


def test_every_command_says_what_it_does_when_asked_for_help() -> None:
    assert [command for command, made in verbatim.commands.items() if not made.help] == []


def _readable() -> list[tuple[str, str]]:
    """Every text of the project with its name; what is no text (pictures, fonts, compiled catalogues) is left out."""
    texts = []
    for path in files():
        try:
            texts.append((name(path), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


def test_no_file_names_the_host_of_a_package_registry() -> None:
    # Spelled in two halves, or this file would be the one that names them.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb.debian" + ".org"]
    assert [where for where, text in _readable() if any(host in text for host in hosts)] == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    folder = re.compile(r"(?<![\w.~-])/(" + "ro" + "ot|ho" + r"me/\w+|wo" + r"rk|opt/pypi)(?=[/\"'\s])")
    assert [where for where, text in _readable() if folder.search(text)] == []


def _pinned(which: str) -> dict[str, list[str]]:
    """The requirements of a file with the lines of hashes below each."""
    entries: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / which).read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            entries[list(entries)[-1]].append(line.strip(" \\"))
        else:
            entries[line.rstrip(" \\")] = []
    return entries


@pytest.mark.parametrize("which", ["run.txt", "test.txt", "taguette.txt"])
def test_every_requirement_is_one_version_with_hashes_and_names_no_place(which: str) -> None:
    """ASVS 15.1.2, 15.2.4."""
    for requirement, hashes in _pinned(which).items():
        assert re.fullmatch(r"[a-z0-9-]+==[\w.+]+( ; .+)?", requirement), requirement
        assert hashes, f"{requirement} has no hash"
        for line in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line), f"{requirement}: {line}"


def test_the_tests_run_on_the_versions_that_the_program_runs_on() -> None:
    tested = _pinned("test.txt")
    assert {requirement: tested.get(requirement) for requirement in _pinned("run.txt")} == _pinned("run.txt")


def test_the_requirements_can_build_this_project_without_looking_anything_up() -> None:
    names = {requirement.partition("==")[0] for requirement in _pinned("run.txt")}
    assert {"setuptools", "wheel"} <= names


def test_ci_runs_what_anybody_runs() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("exec make test")


@pytest.mark.parametrize("script", [name(path) for path in files(".ci")])
def test_every_script_is_executable_and_stops_at_the_first_fault(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111
    assert "\nset -euo pipefail\n" in (ROOT / script).read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", ROOT / script], check=True, timeout=10)


def test_the_release_date_is_that_of_the_newest_release_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[\d+\.\d+\.\d+\] - (\d{4}-\d{2}-\d{2})$", changelog, re.MULTILINE)
    assert not released or released[0] <= RELEASED.isoformat()
