"""Where each question of a definition stands, looked up once for each definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from instruments.definition import Instrument, Question, Section
from instruments.remembering import OfValues


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The questions in order, and for each id the first that has it, its place, its section, its number as a question.

    ``begins`` says for each section how many questions stand before it, and how many of these ask something.
    """

    order: tuple[Question, ...]
    named: Mapping[str, Question]
    places: Mapping[str, int]
    homes: Mapping[str, Section]
    numbers: Mapping[str, int]
    begins: tuple[tuple[int, int], ...]

    def find(self, question_id: str) -> Question | None:
        """The question with this id, if there is one."""
        return self.named.get(question_id)


_known: OfValues[Whereabouts] = OfValues(64)


def whereabouts(instrument: Instrument) -> Whereabouts:
    """Where the questions of the definition stand."""
    return _known.found((instrument,), lambda: _looked_up(instrument))


_names: OfValues[tuple[tuple[str, ...], tuple[str, ...]]] = OfValues(2048)


def _named(section: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of its questions, and of those of them that ask something."""
    return (
        tuple(question.id for question in section.questions),
        tuple(question.id for question in section.questions if question.asks),
    )


def _looked_up(instrument: Instrument) -> Whereabouts:
    order = tuple(chain.from_iterable(section.questions for section in instrument.sections))
    ids: list[str] = []
    asked: list[str] = []
    homes: dict[str, Section] = {}
    begins: list[tuple[int, int]] = []
    # Of two questions with one id, which nobody publishes, the first is meant: so the last one is put in first.
    for section in reversed(instrument.sections):
        homes.update(dict.fromkeys(_names.found((section,), partial(_named, section))[0], section))
    for section in instrument.sections:
        begins.append((len(ids), len(asked)))
        names, asking = _names.found((section,), partial(_named, section))
        ids += names
        asked += asking
    return Whereabouts(
        order,
        dict(zip(reversed(ids), reversed(order), strict=True)),
        dict(zip(reversed(ids), range(len(ids) - 1, -1, -1), strict=True)),
        homes,
        dict(zip(reversed(asked), range(len(asked), 0, -1), strict=True)),
        tuple(begins),
    )
