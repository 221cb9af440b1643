"""Answers that say who somebody is, kept apart inside the page on which they were given.

A question may be marked as identifying. Its answer is sealed once more, under the participant's linkage key, before the
page is sealed under the responses key: whoever holds only the key to answers sees that there is an answer, and nothing
of it. When the linkage key dies, so does the answer.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

import msgspec

from instruments.definition import questions
from instruments.kinds import Answer
from instruments.route import Plan
from vault.errors import CannotOpen
from vault.records import Address
from vault.sealing import Part, open_sealed, padded, seal, unpadded

# What stands in place of the answer for whoever cannot open it.
KEPT_APART: dict[str, Answer] = {"apart": True}

T = TypeVar("T")


@lru_cache(maxsize=256)
def identifying(plan: Plan) -> frozenset[str]:
    """The questions of a version whose answers say who somebody is."""
    return frozenset(question.id for question in questions(plan.instrument) if question.identifying)


def _place(address: Address) -> tuple[Part, ...]:
    return ("apart", address.study_id, address.participant_id, address.version, address.response_id, address.slot)


def divided(values: Mapping[str, T], ids: frozenset[str]) -> tuple[dict[str, T], dict[str, T]]:
    """``values`` of fields or questions, and those of them that belong to identifying questions."""
    if not ids:
        return dict(values), {}
    own = {name: value for name, value in values.items() if name.partition(".")[0] in ids}
    return {name: value for name, value in values.items() if name not in own}, own


def sealed(values: Mapping[str, object], linkage: bytes | None, address: Address) -> bytes:
    """``values`` under the linkage key, nothing for none; CannotOpen without the key: they would lie in the open."""
    if not values:
        return b""
    if linkage is None:
        raise CannotOpen
    return seal(linkage, padded(msgspec.json.encode(dict(values))), *_place(address))


def opened(blob: bytes, linkage: bytes | None, address: Address, kind: type[T]) -> T | None:
    """What was kept apart on a page, None if there is nothing or no key to open it with."""
    if not blob or linkage is None:
        return None
    return msgspec.json.decode(unpadded(open_sealed(linkage, blob, *_place(address))), type=kind)
