"""docs/compliance.md shows a test for each requirement: each exists, and no section of the rules is left out."""

import ast
import re
from functools import cache

import pytest

from tests.house.tree import ROOT

PAGE = (ROOT / "docs/compliance.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| Section", "| Article"))]
ELSEWHERE = ("the organisation's part", "does not arise")


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0])
def test_every_line_names_one_test_that_exists_or_says_whose_part_it_is(row: str) -> None:
    _, section, asked, shown, _ = (cell.strip() for cell in row.split("|"))
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
    assert section
    assert asked
    if named:
        ((path, test),) = named
        assert test in _tests(path), f"{section} names {test}, which is not in {path}"
    else:
        assert shown.startswith(ELSEWHERE), row


def test_the_evidence_package_holds_this_very_page() -> None:
    assert (ROOT / "exports/evidence/compliance.md").read_text(encoding="utf-8") == PAGE


def test_no_section_is_left_out() -> None:
    sections = [row.split("|")[1].strip() for row in ROWS]
    wanted = [
        *(f"11.10({letter})" for letter in "abcdefghijk"), "11.50", "11.70",
        *(f"4.2.{number}" for number in range(1, 9)), *(f"4.3.{number}" for number in range(1, 9)),
        "3.1", "3.2", "3.3", "3.12", "5.1", "6.11", "10.5",
        *(f"5(1)({letter})" for letter in "abcdef"), "7(", "15", "16", "17", "20", "30", "32", "89",
    ]  # fmt: skip
    assert [one for one in wanted if not any(section.startswith(one) for section in sections)] == []


def test_a_test_stands_for_one_requirement() -> None:
    named = re.findall(r"::(test_\w+)`", PAGE)
    assert sorted(named) == sorted(set(named))
