"""What an inspection finds: where, how bad, and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from instruments.definition import Question, Section
from instruments.sentences import Filling, Sentence


class Severity(StrEnum):
    """An error keeps a definition from being published; advice does not."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """``question`` is a question's id, or empty for what belongs to a section or the whole; ``place`` says which part:
    ``label``, ``relevant``, ``option.CODE.label``, ``section.ID.title``, ``languages``, … ``position`` counts the
    characters of a condition or pattern from 1, where one of them is meant, else it is 0."""

    severity: Severity
    question: str
    place: str
    sentence: Sentence
    position: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an inspector is looking."""

    question: str = ""
    within: str = ""

    @classmethod
    def of(cls, part: Question | Section) -> "Spot":
        """The spot of a question or a section."""
        return cls(part.id) if isinstance(part, Question) else cls("", f"section.{part.id}")

    def at(self, place: str) -> "Spot":
        """A part of what is looked at."""
        return Spot(self.question, f"{self.within}.{place}" if self.within else place)

    def error(self, text: str, **values: Filling) -> Finding:
        """What has to be mended here."""
        return Finding(Severity.ERROR, self.question, self.within, Sentence(text, values))

    def advice(self, text: str, **values: Filling) -> Finding:
        """What is worth a second look here."""
        return Finding(Severity.ADVICE, self.question, self.within, Sentence(text, values))

    def unreadable(self, position: int, problem: Sentence) -> Finding:
        """What a parser says about the text that stands here."""
        return Finding(Severity.ERROR, self.question, self.within, problem, position)


WHOLE = Spot()
