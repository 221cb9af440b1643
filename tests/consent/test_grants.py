"""What stands after everything that was said, and the proof that somebody looked."""

import ast
from dataclasses import FrozenInstanceError
from typing import NamedTuple
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.grants import ConsentMissing, Grant
from consent.scopes import PARTICIPATION, Scope, standing
from tests.house.tree import ROOMS, files, name


class Said(NamedTuple):
    """A word as the database would give it."""

    number: int
    scope: Scope
    agreed: bool


words = st.lists(st.tuples(st.sampled_from(Scope), st.booleans()), max_size=30).map(
    lambda said: [Said(number, scope, agreed) for number, (scope, agreed) in enumerate(said, 1)]
)


def test_silence_is_no() -> None:
    assert standing([]) == frozenset()


@given(words)
def test_only_what_was_said_yes_to_ever_stands(said: list[Said]) -> None:
    assert standing(said) <= {word.scope for word in said if word.agreed}


@given(words, st.sampled_from(Scope), st.booleans())
def test_the_last_word_decides_about_its_scope_and_about_no_other(said: list[Said], scope: Scope, agreed: bool) -> None:
    before = standing(said)
    after = standing([*said, Said(len(said) + 1, scope, agreed)])
    assert (scope in after) is agreed
    assert after - {scope} == before - {scope}


@given(words, st.randoms(use_true_random=False))
def test_numbers_put_words_in_order_and_nothing_else_does(said: list[Said], chance: object) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing(shuffled) == standing(said)


def test_a_grant_lets_through_what_was_agreed_and_names_what_was_not() -> None:
    grant = Grant(uuid4(), frozenset({Scope.TAKE_PART}))
    grant.require(Scope.TAKE_PART)
    for scope in set(Scope) - {Scope.TAKE_PART}:
        with pytest.raises(ConsentMissing) as refused:
            grant.require(scope)
        assert refused.value.scope is scope
        assert refused.value.sentence.endswith(".")


def test_nobody_can_add_a_scope_to_a_grant() -> None:
    grant = Grant(uuid4(), frozenset())
    with pytest.raises(FrozenInstanceError):
        grant.scopes = frozenset(Scope)  # type: ignore[misc]


def test_whoever_stops_is_not_recorded_either() -> None:
    assert frozenset({Scope.TAKE_PART, Scope.RECORDED}) == PARTICIPATION


def test_only_decisions_make_grants() -> None:
    makers = {
        name(path)
        for room in ROOMS
        for path in files(room, "*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Grant"
    }
    assert makers == {"consent/decisions.py"}
