"""The tree over a log, against its definition in RFC 6962 and against those who would cheat."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import tree
from vault.tree import EMPTY, STEP, Frontier, node_hash

# The eight inputs and the roots of RFC 6962's reference tests.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

LEAVES = [tree.leaf_hash(str(number)) for number in range(700)]


@cache
def by_definition(begin: int, end: int) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if end - begin == 1:
        return LEAVES[begin]
    half = 1
    while half * 2 < end - begin:
        half *= 2
    return node_hash(by_definition(begin, begin + half), by_definition(begin + half, end))


def subtree(level: int, place: int) -> bytes:
    return by_definition(place << level, (place + 1) << level)


def shows_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    first, second, made = index, size - 1, leaf
    for step in proof:
        if second == 0:
            return False
        if first & 1 or first == second:
            made = node_hash(step, made)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            made = node_hash(made, step)
        first, second = first >> 1, second >> 1
    return second == 0 and made == root


def shows_consistency(former: int, size: int, proof: Sequence[bytes], before: bytes, after: bytes) -> bool:
    """RFC 9162 section 2.1.4.2."""
    if former == size:
        return not proof and before == after
    if former == 0:
        return not proof and before == EMPTY
    if not proof:
        return False
    path = [before, *proof] if former & (former - 1) == 0 else list(proof)
    first, second = former - 1, size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for step in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            old, new = node_hash(step, old), node_hash(step, new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            new = node_hash(new, step)
        first, second = first >> 1, second >> 1
    return second == 0 and old == before and new == after


def grown(size: int) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    frontier, kept = Frontier(), {}
    for leaf in LEAVES[:size]:
        kept.update({(level, place): made for level, place, made in frontier.add(leaf)})
    return frontier, kept


def test_the_roots_are_those_of_the_standard() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY
    for number, data in enumerate(INPUTS, start=1):
        list(frontier.add(tree.leaf_hash(bytes.fromhex(data).decode("ascii"))))
        if number in ROOTS:
            assert frontier.root().hex() == ROOTS[number]


@given(st.integers(0, len(LEAVES)))
def test_a_tree_that_grows_leaf_by_leaf_is_the_tree_of_the_definition(size: int) -> None:
    frontier, kept = grown(size)
    assert frontier.root() == (by_definition(0, size) if size else EMPTY)
    assert Frontier.unpacked(size, frontier.packed()) == frontier
    assert kept == {
        (level, place): subtree(level, place)
        for level in range(STEP, size.bit_length(), STEP)
        for place in range(size >> level)
    }


@given(st.data())
def test_every_leaf_is_shown_to_be_in_the_tree_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion(subtree, index, size), by_definition(0, size)
    assert len(proof) <= size.bit_length()
    assert shows_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, len(LEAVES) - 1).filter(lambda number: number != index))
    assert not shows_inclusion(LEAVES[other], index, size, proof, root)
    assert other >= size or not shows_inclusion(LEAVES[index], other, size, proof, root)
    for step in range(len(proof)):
        assert not shows_inclusion(LEAVES[index], index, size, [*proof[:step], *proof[step + 1 :]], root)


@given(st.data())
def test_a_longer_tree_is_shown_to_begin_with_the_shorter_and_with_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    former = data.draw(st.integers(0, size))
    proof, after = tree.consistency(subtree, former, size), by_definition(0, size)
    before = by_definition(0, former) if former else EMPTY
    assert len(proof) <= size.bit_length() + 1
    assert shows_consistency(former, size, proof, before, after)
    if 0 < former < size:
        assert not shows_consistency(former, size, proof, LEAVES[-1], after)
        assert not shows_consistency(former, size, proof, before, LEAVES[-1])
        assert not shows_consistency(former, size, proof[:-1], before, after)
        assert not shows_consistency(former, size, [*proof, LEAVES[0]], before, after)


def test_a_proof_in_a_log_of_a_million_lines_looks_up_a_handful() -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, place: int) -> bytes:
        asked.append((level, place))
        return EMPTY

    tree.inclusion(counted, 765_432, 1_000_003)
    tree.consistency(counted, 765_432, 1_000_003)
    assert len(asked) < 80


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        tree.inclusion(subtree, index, size)


def test_there_is_no_proof_that_a_tree_begins_with_a_longer_one() -> None:
    with pytest.raises(ValueError, match="tree"):
        tree.consistency(subtree, 6, 5)
