"""What a board's decision is about, beside its words: what for, where, how many, and what may change under it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from vault.errors import Invalid

CONSENT = "consent"  # stands for the study's consent document where an instrument's id would stand


class Freedom(StrEnum):
    """What a study may change without asking again, if the decision itself says so (TCPS 2, article 10.5)."""

    SPELLING = "spelling"  # typographic corrections of wording
    TRANSLATIONS = "translations"
    HELP = "help"  # texts that help, and notes to the interviewer
    PROBES = "probes"  # new probes within approved topics
    QUESTIONS = "questions"  # new questions within sections that the decision names
    ORDER = "order"
    REMOVAL = "removal"


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of a decision. What is not named is not limited; what may change without a new one is, by itself,
    nothing."""

    protocol: str = ""
    instruments: tuple[UUID, ...] = ()  # none named: every instrument
    documents: tuple[str, ...] = ()  # fingerprints of consent documents; none named: every one
    texts: tuple[str, ...] = ()  # the very texts that the board had before it, see ``named``
    sample_size: int | None = None  # None: not limited
    keep_until: date | None = None
    conditions: str = ""
    freedoms: frozenset[Freedom] = field(default_factory=frozenset)
    sections: tuple[str, ...] = ()  # where new questions may come in, see ``section_of``
    sentence: str = ""  # the board's, that gives the freedoms

    def require_sense(self) -> None:
        """Invalid says what cannot be meant."""
        if self.sample_size is not None and self.sample_size < 1:
            raise Invalid("Give the approved number of participants, or leave it empty if the board set no limit.")
        if self.freedoms and not self.sentence:
            raise Invalid("Copy the board's sentence that says what may change without a new approval.")
        if (Freedom.QUESTIONS in self.freedoms) is not bool(self.sections):
            raise Invalid("Name the sections in which new questions may come in, and tick that new questions may.")

    def tidied(self) -> "Terms":
        """The same in one order and without spaces around."""
        return replace(
            self, protocol=self.protocol.strip(), instruments=tuple(sorted(set(self.instruments))),
            documents=tuple(sorted(set(self.documents))), texts=tuple(sorted(set(self.texts))),
            conditions=self.conditions.strip(), sections=tuple(sorted(set(self.sections))),
            sentence=self.sentence.strip(),
        )  # fmt: skip


def named(of: UUID | str, mark: str) -> str:
    """How a decision names a text: the instrument's id, or CONSENT, and the text's fingerprint."""
    return f"{of}:{mark}"


def section_of(instrument_id: UUID, section: str) -> str:
    """How a decision names a section of an instrument."""
    return f"{instrument_id}.{section}"


def listed(values: Iterable[object]) -> str:
    """A list as it is stored; nothing for an empty one."""
    said = [str(value) for value in values]
    return json.dumps(said, separators=(",", ":")) if said else ""


def unlisted(text: str) -> list[str]:
    """What ``listed`` wrote."""
    found: list[str] = json.loads(text) if text else []
    return found
