"""SECURITY.md promises what tests hold: each test that it names exists, each promise and each attack has its row."""

import ast
import re
from functools import cache

import pytest

from tests.house.tree import ROOT

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY)))
ROWS = [
    line for line in SECURITY.splitlines() if line.startswith("| ") and not line.startswith(("| Promise", "| Attack"))
]
ATTACKS = [row for row in ROWS if re.match(r"\| \d+ ", row)]


@cache
def _tests(path: str) -> dict[str, str]:
    """The tests of a file with what they and the file say about themselves."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    about = ast.get_docstring(tree) or ""
    return {
        node.name: f"{about}\n{ast.get_docstring(node) or ''}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_every_test_that_is_named_exists(path: str, test: str) -> None:
    assert (ROOT / path).is_file(), f"SECURITY.md names {path}, which does not exist"
    assert test in _tests(path), f"SECURITY.md names {test}, which is not in {path}"


def test_nothing_that_looks_like_a_test_is_left_unread() -> None:
    assert len(re.findall(r"::test_\w+", SECURITY)) == len(re.findall(r"`tests/[\w/]+\.py::test_\w+`", SECURITY))


def test_every_promise_names_a_test() -> None:
    assert [row for row in ROWS if row not in ATTACKS and "::test_" not in row] == []


def test_every_attack_has_its_row_with_a_section_and_a_test_or_says_what_it_waits_for() -> None:
    assert [int(row.split()[1]) for row in ATTACKS] == list(range(1, 23))
    for row in ATTACKS:
        assert re.search(r"\| \d+\.\d", row), row
        assert "::test_" in row or "comes with" in row, row


def test_every_test_of_an_attack_names_its_section_of_asvs() -> None:
    tried = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", "\n".join(ATTACKS))
    assert [f"{path}::{test}" for path, test in tried if "ASVS" not in _tests(path).get(test, "")] == []
