"""A record without the names that the study knows, and with its dates moved.

Every free text is read: answers in words, words beside a choice, rows of a matrix that are words, an interviewer's
notes, questions outside the guide, the memo. What names somebody is replaced by a bracket that is the same in the whole
study, and e-mail addresses, web addresses and telephone numbers by what they are. Cleaning what is clean changes
nothing. Codes, numbers and scales are no text; coarsening those is for exports.disclosure.

Dates move by a constant number of days for each case, so that what lies between two of them stays as it was. A date
without a day moves as its 15th would, one without a month as its 1st of July: both stay as precise as they were, stay
in order, and for a small shift often stay the same. A date never leaves the calendar. Dates in the words of a text do
not move. Moving twice moves twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from exports.dataset import Aside, Attribute, AttributeKind, Case, Cell, Instrument, Record
from exports.finding import Finder
from exports.reading import Hit
from exports.roster_names import Sort
from instruments.kinds import Answer, Date, Json, Kind, LongText, Matrix, ShortText, Topic, options_of
from instruments.reading_dates import is_date

ASIDE, MEMO = "aside", "memo"


@dataclass(frozen=True, slots=True)
class Replacement:
    """``original`` stood ``count`` times in a place (a question's id, "aside", "memo") where ``label`` stands now."""

    sort: Sort
    label: str
    original: str = field(repr=False)
    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A record that may leave as far as names go. ``doubts`` still stand in it: names or ordinary words."""

    record: Record
    replaced: tuple[Replacement, ...]
    doubts: tuple[Replacement, ...]


def clean(record: Record, instrument: Instrument, finder: Finder) -> Cleaned:
    """The record with every name in it replaced, and what was replaced."""
    kinds = {column.question.id: column.question.kind for column in instrument.columns}
    cleaner = _Cleaner(finder)
    cells = {
        name: _with(cell, _words_mapped(cell.answer, kinds.get(name), cleaner.within(name)))
        for name, cell in record.cells.items()
    }
    said = cleaner.within(ASIDE)
    asides = tuple(Aside(said(aside.words), aside.after, said(aside.theme)) for aside in record.asides)
    memo = cleaner.within(MEMO)(record.memo)
    cleaned = replace(record, cells=cells, asides=asides, memo=memo)
    return Cleaned(cleaned, tally(cleaner.replaced, by_place=True), tally(cleaner.doubts, by_place=True))


def _with(cell: Cell, answer: Answer) -> Cell:
    """The cell with this answer; the same one where nothing changed, which is most of them."""
    return cell if answer is cell.answer else Cell(cell.became, answer, cell.version)


def clean_text(text: str, finder: Finder) -> str:
    """The text with every name in it replaced."""
    return _Cleaner(finder).within("")(text)


def tally(replacements: Iterable[Replacement], *, by_place: bool = False) -> tuple[Replacement, ...]:
    """What was replaced by what, how often, the most frequent first; without ``by_place`` wherever it stood."""
    counts: Counter[tuple[Sort, str, str, str]] = Counter()
    for one in replacements:
        counts[one.sort, one.label, one.original, one.place if by_place else ""] += one.count
    found = (Replacement(*what, count) for what, count in counts.items())
    return tuple(sorted(found, key=lambda one: (-one.count, one.label, one.original, one.place)))


class _Cleaner:
    """Replaces in one text after the other and keeps account."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.replaced: list[Replacement] = []
        self.doubts: list[Replacement] = []

    def within(self, place: str) -> Callable[[str], str]:
        """What cleans a text that stands in this place."""
        return lambda text: self._clean(text, place)

    def _clean(self, text: str, place: str) -> str:
        # What was found changes what stands beside the rest, so it is read again; each round takes letters away.
        while (found := self._finder.find(text)).hits:
            self.replaced += (_account(hit, place) for hit in found.hits)
            text = "".join(_pieces(text, found.hits))
        self.doubts += (_account(hit, place) for hit in found.doubts)
        return text


def _account(hit: Hit, place: str) -> Replacement:
    return Replacement(hit.sort, bracket(hit.label), hit.original, place, 1)


def bracket(label: str) -> str:
    """How a label stands in a text."""
    return f"[{label}]"


def _pieces(text: str, hits: Iterable[Hit]) -> Iterator[str]:
    end = 0
    for hit in hits:
        yield text[end : hit.start]
        yield bracket(hit.label)
        end = hit.end
    yield text[end:]


def _words_mapped(answer: Answer, kind: Kind | None, said: Callable[[str], str]) -> Answer:
    """The answer with ``said`` done to everything in it that somebody put in words."""
    match kind, answer:
        case ((ShortText() | LongText()), str()):
            return said(answer)
        case Topic(), dict() if isinstance(notes := answer.get("notes"), str):
            return {**answer, "notes": said(notes)}
        case Matrix(), dict():
            return {row: _words_mapped(value, kind.each, said) for row, value in answer.items()}
        case _ if kind is not None and options_of(kind):
            return _choices_mapped(answer, said)
    return answer


def _choices_mapped(answer: Json, said: Callable[[str], str]) -> Json:
    if isinstance(answer, list):
        return [_choices_mapped(chosen, said) for chosen in answer]
    if isinstance(answer, dict) and isinstance(words := answer.get("words"), str):
        return {**answer, "words": said(words)}
    return answer


def moved(record: Record, instrument: Instrument, days: int) -> Record:
    """The record with its day, the dates in its answers and the times of its probes so many days later."""
    kinds = {column.question.id: column.question.kind for column in instrument.columns}
    cells = {name: _with(cell, _dates_moved(cell.answer, kinds.get(name), days)) for name, cell in record.cells.items()}
    later = tuple(replace(one, day=_later(one.day, days)) for one in record.later)
    return replace(record, day=_later(record.day, days), cells=cells, later=later)


def moved_case(case: Case, attributes: Iterable[Attribute], days: int) -> Case:
    """The case with those of its attributes that are dates so many days later."""
    dates = {attribute.name for attribute in attributes if attribute.kind is AttributeKind.DATE}
    values = {name: moved_date(value, days) if name in dates else value for name, value in case.attributes.items()}
    return replace(case, attributes=values)


def moved_date(said: str, days: int) -> str:
    """An ISO date so many days later, as precise as it was; anything else stays as it is."""
    if not is_date(said):
        return said
    whole = said + {4: "-07-01", 7: "-15"}.get(len(said), "")
    return _later(date.fromisoformat(whole), days).isoformat()[: len(said)]


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, date(1000, 1, 1).toordinal()), date.max.toordinal()))


def _dates_moved(answer: Answer, kind: Kind | None, days: int) -> Answer:
    match kind, answer:
        case Date(), str():
            return moved_date(answer, days)
        case Topic(), dict() if isinstance(probes := answer.get("probes"), dict):
            return {**answer, "probes": {name: _moment_moved(at, days) for name, at in probes.items()}}
    return answer


def _moment_moved(at: Json, days: int) -> Json:
    """A time such as ``2026-11-23T12:04:05Z``, on another day."""
    if not isinstance(at, str) or at[10:11] != "T":
        return at
    return moved_date(at[:10], days) + at[10:]
