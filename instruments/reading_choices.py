"""From what was chosen, rated or put in order to an answer, or to a sentence on what to do."""

from collections.abc import Iterable

from instruments.condition_parser import parse
from instruments.conditions import Condition, evaluate
from instruments.fields import NOTHING, Circumstances, Form, Read, Reader, first, words_field
from instruments.kinds import (
    LONGEST_WORDS,
    NO,
    YES,
    Json,
    MultipleChoice,
    Option,
    Rank,
    Row,
    Scale,
    SingleChoice,
    choice,
    points_of,
)
from instruments.reading_words import cleaned
from instruments.sentences import Problem, Sentence, counted

CHOOSE_ONE = Sentence("Choose one answer.")
CHOOSE_OFFERED = Sentence("Choose only from the answers that are offered.")


class Offer:
    """The options of a question, ready to be looked up; some may be offered only under a condition."""

    def __init__(self, options: tuple[Option, ...], name: str) -> None:
        self._options = {option.code: option for option in options}
        self._conditions = conditions_of(self._options.values())
        self.words = {option.code: words_field(name, option.code) for option in options if option.words}
        self.exclusive = frozenset(option.code for option in options if option.exclusive)

    def codes(self, circumstances: Circumstances) -> list[str]:
        """The codes that are offered to this person, in order."""
        return [code for code in self._options if self._is_offered(code, circumstances)]

    def _is_offered(self, code: str, circumstances: Circumstances) -> bool:
        condition = self._conditions.get(code)
        return condition is None or evaluate(condition, circumstances.answers)

    def strange(self, codes: Iterable[str], circumstances: Circumstances) -> bool:
        """Whether one of the codes is not offered."""
        return any(code not in self._options or not self._is_offered(code, circumstances) for code in codes)

    def said(self, form: Form) -> dict[str, str]:
        """The person's own words by option, where there are any."""
        typed = {code: cleaned(first(form, field)) for code, field in self.words.items()}
        return {code: words for code, words in typed.items() if words}

    def too_long(self, said: dict[str, str]) -> tuple[Problem, ...]:
        """What to do about words that do not fit."""
        return tuple(
            Problem(self.words[code], _shorten(len(words)))
            for code, words in said.items()
            if len(words) > LONGEST_WORDS
        )


def _shorten(length: int) -> Sentence:
    return counted(
        "Shorten this by %(count)s character: there is room for %(longest)s.",
        "Shorten this by %(count)s characters: there is room for %(longest)s.",
        length - LONGEST_WORDS,
        longest=LONGEST_WORDS,
    )


def conditions_of(parts: Iterable[Option | Row]) -> dict[str, Condition]:
    """The conditions under which options or rows are offered, by code or id, where they have one."""
    return {part.code if isinstance(part, Option) else part.id: parse(part.relevant) for part in parts if part.relevant}


def single_reader(kind: SingleChoice, name: str) -> Reader:
    """Reads one option. Words typed beside an option, with nothing chosen, choose that option."""
    offer = Offer(kind.options, name)

    def read(form: Form, circumstances: Circumstances) -> Read:
        chosen = [code for code in form.get(name, ()) if code]
        said = offer.said(form) if offer.words else {}
        if not chosen:
            chosen = list(said)
        if not chosen:
            return NOTHING
        if len(chosen) > 1:
            return None, (Problem(name, CHOOSE_ONE),)
        if offer.strange(chosen, circumstances):
            return None, (Problem(name, CHOOSE_OFFERED),)
        words = {code: said[code] for code in chosen if code in said}
        problems = offer.too_long(words)
        return (None, problems) if problems else (choice(chosen[0], words.get(chosen[0], "")), ())

    return read


def multiple_reader(kind: MultipleChoice, name: str) -> Reader:
    """Reads any number of options. Words typed beside an option choose it."""
    offer = Offer(kind.options, name)

    def read(form: Form, circumstances: Circumstances) -> Read:
        said = offer.said(form) if offer.words else {}
        chosen = {code for code in form.get(name, ()) if code} | said.keys()
        if not chosen:
            return NOTHING
        if offer.strange(chosen, circumstances):
            return None, (Problem(name, CHOOSE_OFFERED),)
        problem = _wrong_number(len(chosen), bool(chosen & offer.exclusive), kind)
        problems = (Problem(name, problem),) if problem else offer.too_long(said)
        if problems:
            return None, problems
        found: Json = [
            choice(option.code, said.get(option.code, "")) for option in kind.options if option.code in chosen
        ]
        return found, ()

    return read


def _wrong_number(count: int, exclusive: bool, kind: MultipleChoice) -> Sentence | None:
    if exclusive:
        if count == 1:
            return None
        labels = next(option.label for option in kind.options if option.exclusive)
        return Sentence("Choose “%(option)s” alone, or take it away and keep the others.", {"option": labels})
    if count < kind.at_least:
        return counted("Choose at least %(count)s answer.", "Choose at least %(count)s answers.", kind.at_least)
    if kind.at_most is not None and count > kind.at_most:
        return counted("Choose at most %(count)s answer.", "Choose at most %(count)s answers.", kind.at_most)
    return None


def one_of_reader(name: str, answers: dict[str, Json]) -> Reader:
    """Reads one of a few fixed values: the points of a scale, yes or no."""

    def read(form: Form, _: Circumstances) -> Read:
        chosen = [value for value in form.get(name, ()) if value]
        if not chosen:
            return NOTHING
        if len(chosen) > 1:
            return None, (Problem(name, CHOOSE_ONE),)
        found = answers.get(chosen[0])
        return (found, ()) if found is not None else (None, (Problem(name, CHOOSE_OFFERED),))

    return read


def scale_reader(kind: Scale, name: str) -> Reader:
    """Reads a point of the scale."""
    return one_of_reader(name, {str(point): point for point in points_of(kind)})


def yes_no_reader(name: str) -> Reader:
    """Reads yes or no."""
    return one_of_reader(name, {YES: YES, NO: NO})


def rank_reader(kind: Rank, name: str) -> Reader:
    """Reads options in the order in which their codes were sent."""
    offer = Offer(kind.options, name)

    def read(form: Form, circumstances: Circumstances) -> Read:
        placed = [code for code in form.get(name, ()) if code]
        if not placed:
            return NOTHING
        if offer.strange(placed, circumstances):
            return None, (Problem(name, CHOOSE_OFFERED),)
        if len(set(placed)) < len(placed):
            return None, (Problem(name, Sentence("Put each answer in one place only.")),)
        offered = len(offer.codes(circumstances))
        needed = offered if kind.top is None else min(kind.top, offered)
        said = offer.said(form) if offer.words else {}
        problem = _wrong_length(len(placed), needed)
        problems = (Problem(name, problem),) if problem else offer.too_long(said)
        if problems:
            return None, problems
        return [choice(code, said.get(code, "")) for code in placed], ()

    return read


def _wrong_length(placed: int, needed: int) -> Sentence | None:
    if placed < needed:
        return counted(
            "Put %(count)s more answer in order, or take all of them out.",
            "Put %(count)s more answers in order, or take all of them out.",
            needed - placed,
        )
    if placed > needed:
        return counted(
            "Keep only the first answer in the order.", "Keep only the first %(count)s answers in the order.", needed
        )
    return None
