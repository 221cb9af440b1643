"""What ``verbatim doctor`` finds: one line each, with what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from vault.settings import Settings


class Level(StrEnum):
    """How bad it is. Only FAIL makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. ``sentence`` says what to do unless all is well, and holds no secret."""

    level: Level
    topic: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.topic}: {self.sentence}"


Check = Callable[[Settings], Iterator[Finding]]


def ok(topic: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, topic, sentence)


def warn(topic: str, sentence: str) -> Finding:
    """It works, and an operator should know."""
    return Finding(Level.WARN, topic, sentence)


def fail(topic: str, sentence: str) -> Finding:
    """It does not work, or a promise to participants is not kept."""
    return Finding(Level.FAIL, topic, sentence)
