"""What was found out about something that cannot change, remembered while it is among the last things looked at.

Threads need no lock: at worst two of them find out the same thing.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from operator import is_
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Remembered(Generic[Key, Thing]):
    """The ``most`` things that were asked for last, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Key, Thing] = OrderedDict()

    def get(self, key: Key) -> Thing | None:
        """What is remembered under a key."""
        found = self._found.pop(key, None)
        if found is not None:
            self._found[key] = found
        return found

    def keep(self, key: Key, thing: Thing) -> Thing:
        """It is remembered; what nobody asked for longest is not any more."""
        self._found[key] = thing
        while len(self._found) > self._most:
            self._found.popitem(last=False)
        return thing

    def found(self, key: Key, find: Callable[[], Thing]) -> Thing:
        """What is remembered, else what ``find`` finds."""
        known = self.get(key)
        return known if known is not None else self.keep(key, find())

    def forget(self) -> None:
        """Nothing is remembered."""
        self._found.clear()


class OfValues(Generic[Thing]):
    """The same about values that have no key: each is known by being the very same one, and is held while it is.

    Of these there are many lookups for each page, so what was found first is forgotten first, asked for or not.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[tuple[Hashable, ...], tuple[tuple[object, ...], Thing]] = {}

    def found(self, values: tuple[object, ...], find: Callable[[], Thing], *also: Hashable) -> Thing:
        """What is remembered of these values and whatever ``also`` matters, else what ``find`` finds."""
        key = (*map(id, values), *also)
        known = self._held.get(key)
        # While they are held nothing else can have their numbers.
        if known is not None and all(map(is_, known[0], values)):
            return known[1]
        thing = find()
        if len(self._held) >= self._most:
            for old in list(self._held)[: self._most // 4]:
                self._held.pop(old, None)
        self._held[key] = values, thing
        return thing
