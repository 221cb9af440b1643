"""What questions with options become: see the table in exports.unfolding.

An option that is a word has a number for SPSS and Stata, counted as options first appeared over the versions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from exports.cells import storable
from exports.dataset import Record
from exports.gaps import Gap, base_below
from exports.places import Merged, Place, Take, merged
from exports.variables import AnswerUnfitting, Label, Measure, Type, Value, Variable
from instruments.kinds import Json, code_of, options_of, words_of
from instruments.sentences import Texts

CHOSEN: Mapping[int, Texts] = {0: {"en": "not chosen", "fr": "non choisi"}, 1: {"en": "chosen", "fr": "choisi"}}
OWN_WORDS: Texts = {"en": "in their own words", "fr": "en ses propres mots"}


def labels(place: Place, texts: Mapping[int, Texts]) -> tuple[Label, ...]:
    """What numbers of our own mean."""
    return tuple(Label(str(number), number, place.said(text)) for number, text in texts.items())


def _options(place: Place) -> list[Merged]:
    return merged(place, options_of)


def single(place: Place) -> Iterator[Variable]:
    """One of the options, and what was said beside those that ask for words."""
    options = _options(place)
    codes = [option.name for option in options]
    # Codes that are numbers stay what they are; others are counted as they first appeared.
    are_numbers = all(code.lstrip("-").isdecimal() and len(code) < 10 and str(int(code)) == code for code in codes)
    numbers = [int(code) for code in codes] if are_numbers else list(range(1, len(codes) + 1))
    named = tuple(
        Label(option.name, number, place.said(option.part.label))
        for option, number in zip(options, numbers, strict=True)
    )
    known = frozenset(codes)

    def chosen(answer: Json, _: Record) -> Value:
        code = answer if isinstance(answer, str) else code_of(answer)
        if code not in known:
            raise AnswerUnfitting
        return code

    earlier = tuple(f"{wording} ({option.name})" for option in options for wording in option.earlier)
    made = place.variable(Type.CHOICE, Measure.NOMINAL, chosen, labels=named, earlier=earlier)
    yield replace(made, base=base_below(min([0, *numbers])))
    yield from _own_words(place, options)


def several(place: Place) -> Iterator[Variable]:
    """1 or 0 for each option, and the words."""
    options = _options(place)
    known = frozenset(option.name for option in options)

    def flag(option: Merged) -> Take:
        def chosen(answer: Json, record: Record) -> Value:
            codes = _choices(answer, known)
            if option.name in codes:
                return 1
            return 0 if option.offered(record, place.column.question.id) else Gap.NOT_APPLICABLE

        return chosen

    for option in options:
        yield part_variable(place, option, Type.FLAG, flag(option), named=labels(place, CHOSEN))
    yield from _own_words(place, options)


def ranked(place: Place) -> Iterator[Variable]:
    """The place of each option, and the words."""
    options = _options(place)
    known = frozenset(option.name for option in options)

    def place_of(option: Merged) -> Take:
        def placed(answer: Json, record: Record) -> Value:
            codes = list(_choices(answer, known))
            if option.name in codes:
                return codes.index(option.name) + 1
            return Gap.NOT_PLACED if option.offered(record, place.column.question.id) else Gap.NOT_APPLICABLE

        return placed

    for option in options:
        yield part_variable(place, option, Type.NUMBER, place_of(option))
    yield from _own_words(place, options)


def _choices(answer: Json, known: frozenset[str]) -> dict[str, Json]:
    """What was chosen, by code, in its order."""
    chosen = answer if isinstance(answer, list) else [answer]
    codes = {code_of(choice): choice for choice in chosen}
    if not known.issuperset(codes):
        raise AnswerUnfitting
    return codes


def part_variable(place: Place, part: Merged, type_: Type, take: Take, *, named: tuple[Label, ...] = ()) -> Variable:
    """One variable of the set that the options or probes of a place make."""
    return place.variable(
        type_,
        Measure.NOMINAL if type_ is Type.FLAG else Measure.ORDINAL,
        take,
        part=(part.name,),
        branch=place.said(part.part.label),
        versions=part.versions,
        earlier=part.earlier,
        in_set=True,
        labels=named,
    )


def _own_words(place: Place, options: list[Merged]) -> Iterator[Variable]:
    """A text for each option with which one may say more, in whatever version."""
    known = frozenset(option.name for option in options)

    def words(option: Merged) -> Take:
        def said(answer: Json, _: Record) -> Value:
            choices = _choices(answer, known)
            if option.name not in choices:
                return Gap.NOT_APPLICABLE
            return storable(words_of(choices[option.name])) or Gap.SKIPPED

        return said

    for option in options:
        if option.with_words:
            branch = f"{place.said(option.part.label)} – {place.said(OWN_WORDS)}"
            yield place.variable(
                Type.TEXT, Measure.NOMINAL, words(option),
                part=(option.name, "words"), branch=branch, versions=option.with_words,
            )  # fmt: skip
