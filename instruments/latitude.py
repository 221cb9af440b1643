"""What of a change a board's decision lets a study do without asking again, and what needs an amendment, and why.

The rule is decision 16: a change is free only if the decision itself gives every freedom that it needs, and some
changes no decision gives in advance (options, conditions, limits, whether an answer is required, whole sections).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from instruments.comparison import WHOLE, Difference, What, compare, out_of_order, section_place
from instruments.definition import Instrument, Question, Section
from instruments.kinds import Matrix, Option, Probe, Row, Topic, options_of
from instruments.sentences import Sentence, Texts
from instruments.wording import Wording
from vault.corrections import is_correction
from vault.terms import Freedom, Terms, section_of

NOT_GIVEN = {
    Freedom.SPELLING: Sentence("The approval does not let a study correct wording."),
    Freedom.TRANSLATIONS: Sentence("The approval does not let a study add translations."),
    Freedom.HELP: Sentence("The approval does not let a study change texts that help."),
    Freedom.PROBES: Sentence("The approval does not let a study add probes."),
    Freedom.QUESTIONS: Sentence("The approval does not let a study add questions in this section."),
    Freedom.ORDER: Sentence("The approval does not let a study change the order."),
    Freedom.REMOVAL: Sentence("The approval does not let a study leave out what was approved."),
}
_UNDECLARED = Sentence("It may be a correction of wording. Say so beside it if it is nothing else.")
_NEVER = {
    What.OPTIONS: Sentence("Options were added, taken out or changed."),
    What.ROWS: Sentence("Rows were added, taken out or changed."),
    What.KIND: Sentence("It is a question of another kind."),
    What.LIMITS: Sentence("It is changed which answers are taken."),
    What.CONDITION: Sentence("It is changed who is asked."),
    What.OBLIGATION: Sentence("It is changed whether it has to be answered, or may be declined."),
    What.HANDLING: Sentence("It is changed where the answer is kept, where a page begins, or how long it takes."),
}
_NEW_SECTION = Sentence("A new section opens a new subject.")
_IDENTIFYING = Sentence("A new question asks who somebody is.")
_ELSEWHERE = Sentence("It moved to another section.")
_REWORDED = Sentence("More than the spelling of a text has changed.")
_NEW_TEXT = Sentence("There is a text where there was none.")
_NO_TEXT = Sentence("A text was taken out.")
_LANGUAGES = Sentence("A language was taken out, or another one is the original.")

_HELPING = frozenset({"help", "notes", "provenance"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One change: the freedoms that it needs, and everything for which it needs an amendment instead."""

    place: str
    needs: frozenset[Freedom]
    against: tuple[Sentence, ...]
    correctable: bool = False  # nothing stands against it but that nobody has said that it corrects wording

    @property
    def free(self) -> bool:
        """Whether it may be made under the decision."""
        return not self.against


def judge(
    base: Instrument, draft: Instrument, earlier: Iterable[Instrument], terms: Terms, *, instrument_id: UUID,
    corrections: Collection[str] = (),
) -> tuple[Judged, ...]:  # fmt: skip
    """Every difference of ``draft`` from ``base``, on which the board decided, under a decision with these ``terms``.

    ``corrections`` are the places of which somebody declares that nothing but the spelling is corrected there.
    """
    return tuple(
        _judged(difference, base, draft, terms, instrument_id, difference.place in corrections)
        for difference in compare(base, draft, earlier)
    )


def _judged(
    difference: Difference, base: Instrument, draft: Instrument, terms: Terms, instrument_id: UUID, declared: bool
) -> Judged:
    demands = list(_demands(difference, base, draft))
    needs = frozenset(one for one in demands if isinstance(one, Freedom))
    against = [one for one in demands if isinstance(one, Sentence)]
    lacking = needs - terms.freedoms
    if Freedom.QUESTIONS in needs - lacking:
        section = _section_of(draft, difference.place)
        lacking |= {Freedom.QUESTIONS} if section_of(instrument_id, section) not in terms.sections else frozenset()
    against += [NOT_GIVEN[freedom] for freedom in Freedom if freedom in lacking]
    correctable = Freedom.SPELLING in needs and not against
    if correctable and not declared:
        against.append(_UNDECLARED)
    return Judged(difference.place, needs, tuple({one.text: one for one in against}.values()), correctable)


def _section_of(instrument: Instrument, question: str) -> str:
    return next(part.id for part in instrument.sections if any(one.id == question for one in part.questions))


Demand = Freedom | Sentence


def _demands(difference: Difference, base: Instrument, draft: Instrument) -> Iterator[Demand]:
    kinds, section = difference.kinds, difference.place not in (WHOLE, difference.question)
    if kinds & {What.ADDED, What.RESTORED}:
        yield _NEW_SECTION if section else Freedom.QUESTIONS
        if difference.after is not None and difference.after.identifying:
            yield _IDENTIFYING
        return
    if What.RETIRED in kinds:
        yield Freedom.REMOVAL
        return
    yield from (sentence for what, sentence in _NEVER.items() if what in kinds - {What.OPTIONS, What.ROWS})
    if What.MOVED in kinds:
        stays = section or _section_of(base, difference.place) == _section_of(draft, difference.place)
        yield Freedom.ORDER if stays else _ELSEWHERE
    if difference.place == WHOLE and base.languages != draft.languages:
        grown = set(base.languages) <= set(draft.languages) and base.languages[:1] == draft.languages[:1]
        yield Freedom.TRANSLATIONS if grown else _LANGUAGES
    if difference.before is not None and difference.after is not None:
        yield from _parts(difference.before, difference.after, kinds)
    owners = _owner(difference, base, difference.before), _owner(difference, draft, difference.after)
    for wording in difference.texts:
        yield from _worded(wording, *(_texts(owner, wording.where) for owner in owners))


Part = Option | Row | Probe


def _options(question: Question) -> Sequence[Part]:
    return options_of(question.kind)


def _rows(question: Question) -> Sequence[Part]:
    return question.kind.rows if isinstance(question.kind, Matrix) else ()


def _probes(question: Question) -> Sequence[Probe]:
    return question.kind.probes if isinstance(question.kind, Topic) else ()


def _parts(before: Question, after: Question, kinds: frozenset[What]) -> Iterator[Demand]:
    for what, of in ((What.OPTIONS, _options), (What.ROWS, _rows)):
        if what in kinds and [_bare(one) for one in of(before)] != [_bare(one) for one in of(after)]:
            yield _NEVER[what]
    if What.PROBES in kinds:
        old, new = [one.id for one in _probes(before)], [one.id for one in _probes(after)]
        if set(new) - set(old):
            yield Freedom.PROBES
        if set(old) - set(new):
            yield Freedom.REMOVAL
        if out_of_order([one for one in old if one in new], [one for one in new if one in old]):
            yield Freedom.ORDER


def _bare(part: Part) -> list[object]:
    """Everything of an option or a row but its label."""
    return [getattr(part, name) for name in part.__struct_fields__ if name != "label"]


def _owner(
    difference: Difference, instrument: Instrument, question: Question | None
) -> Question | Section | Instrument:
    if question is not None:
        return question
    found = [section for section in instrument.sections if section_place(section.id) == difference.place]
    return found[0] if found else instrument


def _worded(wording: Wording, former: Texts | None, latter: Texts | None) -> Iterator[Demand]:
    if former is None or latter is None:  # of a part that came in or went: what that needs was asked with the parts
        return
    if wording.where in _HELPING:
        yield Freedom.HELP
    elif not wording.before:
        yield Freedom.TRANSLATIONS if any(former.values()) else _NEW_TEXT
    elif not wording.after:
        yield _NO_TEXT
    else:
        yield Freedom.SPELLING if is_correction(wording.before, wording.after) else _REWORDED


def _texts(owner: Question | Section | Instrument, where: str) -> Texts | None:
    """What is said there, by language; None if it is the label of a part that is not there."""
    what, _, name = where.partition(".")
    if what in _PARTS:
        parts = _PARTS[what](owner) if isinstance(owner, Question) else ()
        return next((one.label for one in parts if (one.code if isinstance(one, Option) else one.id) == name), None)
    if isinstance(owner, Question) and not hasattr(owner, where):
        owner_of: object = owner.kind.each if isinstance(owner.kind, Matrix) else owner.kind
        ends: Texts = getattr(owner_of, where, {})
        return ends
    said: Texts = getattr(owner, where, {})
    return said


_PARTS: dict[str, Callable[[Question], Sequence[Part]]] = {"option": _options, "row": _rows, "probe": _probes}
