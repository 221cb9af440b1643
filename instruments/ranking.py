"""Putting options in order with buttons, without script: each button sends one move, and the page comes back moved.

A page shows the options that are placed, in order, and those that are not. Nothing is placed beforehand, so an order
that nobody thought about is never taken for an answer. Moves: ``place:CODE`` puts an option at the end of the order,
``up:CODE`` and ``down:CODE`` change places with its neighbour, ``remove:CODE`` takes it out again.
"""

from collections.abc import Sequence

from instruments.kinds import Rank


def move_field(name: str) -> str:
    """The name that the buttons of a rank are sent under."""
    return f"{name}.move"


def moved(kind: Rank, order: Sequence[str], move: str) -> tuple[str, ...]:
    """The order after one move. Whatever is unknown, twice, or makes no sense is left out or leaves the order as is."""
    known = [option.code for option in kind.options]
    placed = [code for code in dict.fromkeys(order) if code in known]
    verb, _, code = move.partition(":")
    if verb == "place" and code in known and code not in placed:
        return (*placed, code)
    if code not in placed:
        return tuple(placed)
    at = placed.index(code)
    if verb == "remove":
        placed.pop(at)
    elif verb == "up" and at > 0:
        placed[at - 1], placed[at] = placed[at], placed[at - 1]
    elif verb == "down" and at < len(placed) - 1:
        placed[at], placed[at + 1] = placed[at + 1], placed[at]
    return tuple(placed)


def unplaced(kind: Rank, order: Sequence[str]) -> tuple[str, ...]:
    """The codes that are not in the order yet, as they stand in the definition."""
    return tuple(option.code for option in kind.options if option.code not in order)
