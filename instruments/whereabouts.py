"""Where each question of a definition stands, looked up once for each definition."""

from collections.abc import Mapping
from functools import cached_property, partial
from itertools import chain

from instruments.definition import Instrument, Question, Section
from instruments.remembering import OfValues

_names: OfValues[tuple[tuple[str, ...], tuple[str, ...]]] = OfValues(2048)


class Whereabouts:
    """The questions of one definition in order; for each id the first that has it, its place, its section, its number.

    Each is looked up when it is first asked for.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._sections = instrument.sections

    @cached_property
    def order(self) -> tuple[Question, ...]:
        """All questions in the order in which they stand."""
        return tuple(chain.from_iterable(section.questions for section in self._sections))

    @cached_property
    def _each(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        return [_names.found((section,), partial(_looked_up, section)) for section in self._sections]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all questions in their order."""
        return tuple([name for names, _ in self._each for name in names])

    # Of two questions with one id, which nobody publishes, the first is meant: so the last one is put in first.

    @cached_property
    def named(self) -> Mapping[str, Question]:
        """The questions by id."""
        return dict(zip(reversed(self.ids), reversed(self.order), strict=True))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """How many questions stand before each."""
        return dict(zip(reversed(self.ids), range(len(self.ids) - 1, -1, -1), strict=True))

    @cached_property
    def homes(self) -> Mapping[str, Section]:
        """The section in which each stands."""
        found: dict[str, Section] = {}
        for section, (names, _) in zip(reversed(self._sections), reversed(self._each), strict=True):
            found.update(dict.fromkeys(names, section))
        return found

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each that asks something."""
        asked = [name for _, names in self._each for name in names]
        return dict(zip(reversed(asked), range(len(asked), 0, -1), strict=True))

    @cached_property
    def begins(self) -> tuple[tuple[int, int], ...]:
        """For each section how many questions stand before it, and how many of these ask something."""
        found, here, asked = [], 0, 0
        for names, asking in self._each:
            found.append((here, asked))
            here, asked = here + len(names), asked + len(asking)
        return tuple(found)

    def find(self, question_id: str) -> Question | None:
        """The question with this id, if there is one."""
        return self.named.get(question_id)


_known: OfValues[Whereabouts] = OfValues(64)


def whereabouts(instrument: Instrument) -> Whereabouts:
    """Where the questions of the definition stand."""
    return _known.found((instrument,), partial(Whereabouts, instrument))


def _looked_up(section: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of its questions, and of those of them that ask something."""
    return (
        tuple(question.id for question in section.questions),
        tuple(question.id for question in section.questions if question.asks),
    )
