"""A condition in a form: never, picked, or written as a text; and what was typed read back into its text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from instruments import picking
from instruments.condition_parser import ConditionUnreadable, parse
from instruments.definition import Instrument, Section
from instruments.kinds import Cell, Kind, Topic, YesNo
from instruments.picking import Compares, Pick, Picked
from instruments.remembering import OfValues
from instruments.sentences import in_language
from instruments.whereabouts import whereabouts
from web.kit.sentences import said
from web.team.question_fields import Fields, Typed, one

COMPARES = {
    Compares.IS: _l("is"),
    Compares.IS_NOT: _l("is not"),
    Compares.LESS: _l("is less than"),
    Compares.AT_MOST: _l("is at most"),
    Compares.MORE: _l("is more than"),
    Compares.AT_LEAST: _l("is at least"),
    Compares.ANSWERED: _l("is answered"),
    Compares.UNANSWERED: _l("is not answered"),
}
ALWAYS, PICKED, TEXT = "", "picked", "text"
MOST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison as the page shows it. ``values`` are the answers to choose from, where there are any."""

    number: int
    of: str
    compares: str
    value: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something that a condition can look at: its name, its kind, and how it is offered."""

    name: str
    kind: Kind | Cell
    offered: str  # an <option>
    chosen: str  # the same, chosen


@dataclass(frozen=True, slots=True)
class Block:
    """What can be picked of one section, and all of it as HTML, none of it chosen."""

    each: tuple[Earlier, ...]
    names: frozenset[str]
    html: str

    @classmethod
    def of(cls, each: Iterable[Earlier]) -> "Block":
        """The block of these."""
        found = tuple(each)
        return cls(found, frozenset(one.name for one in found), "".join(one.offered for one in found))

    def options(self, of: str) -> str:
        """The same, ``of`` being chosen if it is among them."""
        if of not in self.names:
            return self.html
        return "".join([one.chosen if one.name == of else one.offered for one in self.each])


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything that the page offers for one condition."""

    by: str
    every: bool
    lines: tuple[Line, ...]
    questions: tuple[Block, ...]
    text: str

    def options(self, line: Line) -> Markup:
        """What can be picked in a line, with what is picked there."""
        options = "".join([block.options(line.of) for block in self.questions])
        return Markup(options)  # noqa: S704 - each was escaped where it was made


class Conditions:
    """Conditions that may look at the first questions of an instrument, ``upto`` how many says, in one language."""

    def __init__(self, instrument: Instrument, upto: Callable[[], int], language: str) -> None:
        self._instrument = instrument
        self._upto = upto
        self._language = language

    @cached_property
    def _earlier(self) -> tuple[Block, ...]:
        found: list[Block] = []
        upto, language = self._upto(), self._language
        begun = whereabouts(self._instrument).begins
        for section, (begins, asked) in zip(self._instrument.sections, begun, strict=True):
            if begins >= upto:
                break
            each, block = _EARLIER.found((section,), partial(_earlier, section, asked, language), asked, language)
            whole = upto - begins >= len(each)
            found.append(block if whole else Block.of(chain.from_iterable(each[: upto - begins])))
        return tuple(block for block in found if block.each)

    @cached_property
    def _kinds(self) -> dict[str, Kind | Cell]:
        return {one.name: one.kind for block in self._earlier for one in block.each}

    def fields_of(self, text: str) -> Typed:
        """The fields in which a condition stands."""
        picked = picking.picked(text, self._kinds) if text.strip() else Picked(())
        by = TEXT if picked is None else PICKED if picked.picks else ALWAYS
        found: Typed = {"relevant.by": [by], "relevant.text": [text]}
        found |= {"relevant.every": ["any" if picked is not None and not picked.every else "all"]}
        for at, pick in enumerate(picked.picks if picked else ()):
            found |= {f"pick-{at}.of": [pick.of], f"pick-{at}.compares": [pick.compares.value]}
            found |= {f"pick-{at}.value": [pick.value]}
        return found

    def choice(self, fields: Fields) -> Choice:
        """What the page offers, given what stands in its fields: the comparisons and one that is empty."""
        lines = [self._line(fields, at) for at in _indexes(fields) if one(fields, f"pick-{at}.of")]
        free = max((line.number for line in lines), default=-1) + 1
        if len(lines) < MOST:
            lines.append(Line(free, "", Compares.IS.value, "", {}))
        every = one(fields, "relevant.every") != "any"
        return Choice(one(fields, "relevant.by"), every, tuple(lines), self._earlier, one(fields, "relevant.text"))

    def _line(self, fields: Fields, at: int) -> Line:
        of, value = one(fields, f"pick-{at}.of"), one(fields, f"pick-{at}.value")
        kind = self._kinds.get(of)
        values = self._values(kind)
        known = values if not value or self._code(value, kind) in values else {}
        compares = one(fields, f"pick-{at}.compares") or Compares.IS.value
        return Line(at, of, compares, self._code(value, kind), known)

    def _values(self, kind: Kind | Cell | None) -> dict[str, str]:
        if kind is None:
            return {}
        if isinstance(kind, YesNo):
            return {"yes": gettext("Yes"), "no": gettext("No")}
        if isinstance(kind, Topic):
            return {"asked": gettext("asked"), "skipped": gettext("skipped"), "declined": gettext("declined")}
        return {code: in_language(label, self._language) or code for code, label in picking.values_of(kind).items()}

    def _code(self, value: str, kind: Kind | Cell | None) -> str:
        """The code of an answer that was typed as code or in words."""
        values = self._values(kind)
        if value in values:
            return value
        return next((code for code, words in values.items() if words.casefold() == value.casefold()), value)

    def text_of(self, fields: Fields, before: str) -> tuple[str, dict[str, str]]:
        """The condition that was typed, and a sentence for each field that cannot be taken.

        A condition of which nothing was changed stays letter by letter as it was.
        """
        by = one(fields, "relevant.by")
        if by == TEXT:
            text = one(fields, "relevant.text")
            return text, self._unreadable(text)
        if by != PICKED:
            return "", {}
        picks, wrong = self._picks(fields)
        if not picks and not wrong:
            wrong = {"pick-0.of": gettext("Choose a question, or “always”.")}
        found = Picked(tuple(picks), one(fields, "relevant.every") != "any" or len(picks) == 1)
        if picking.picked(before, self._kinds) == found:
            return before, wrong
        return picking.written(found, self._kinds), wrong

    def _unreadable(self, text: str) -> dict[str, str]:
        if not text:
            return {"relevant.text": gettext("Write a condition, or choose “always”.")}
        try:
            parse(text)
        except ConditionUnreadable as unreadable:
            where = gettext(
                "Character %(number)s: %(problem)s", number=unreadable.position, problem=said(unreadable.problem)
            )
            return {"relevant.text": where}
        return {}

    def _picks(self, fields: Fields) -> tuple[list[Pick], dict[str, str]]:
        picks: list[Pick] = []
        wrong: dict[str, str] = {}
        for at in _indexes(fields):
            of = one(fields, f"pick-{at}.of")
            if not of:
                continue
            kind = self._kinds.get(of)
            if kind is None:
                wrong[f"pick-{at}.of"] = gettext("Choose a question that is asked before.")
                continue
            sign = one(fields, f"pick-{at}.compares")
            compares = Compares(sign) if sign in set(Compares) else Compares.IS
            without = compares in {Compares.ANSWERED, Compares.UNANSWERED}
            value = "" if without else self._code(one(fields, f"pick-{at}.value"), kind)
            pick = Pick(of, compares, value)
            picks.append(pick)
            if compares not in picking.signs_for(kind):
                wrong[f"pick-{at}.compares"] = gettext("Less and more mean nothing for these answers. Choose “is”.")
            elif not picking.sayable(pick, kind):
                wrong[f"pick-{at}.value"] = self._advice(kind)
        return ([] if wrong else picks), wrong

    def _advice(self, kind: Kind | Cell) -> str:
        answers = ", ".join(self._values(kind).values())
        if answers:
            return str(gettext("Write one of the answers that can be given: %(known)s.", known=answers))
        return str(gettext("Write what the answer is compared with."))


_EARLIER: OfValues[tuple[tuple[tuple[Earlier, ...], ...], Block]] = OfValues(1024)


def _earlier(section: Section, asked: int, language: str) -> tuple[tuple[tuple[Earlier, ...], ...], Block]:
    """For each question of the section what of it can be picked, and all of it in one; so many ask before it."""
    found = []
    for question in section.questions:
        asked += question.asks
        number = asked if question.asks else ""
        said = f"{number} · {(in_language(question.label, language) or question.id)[:80]}"
        rows = {f"{question.id}.{row.id}": row for row in getattr(question.kind, "rows", ())}
        each = []
        for name, kind in picking.pickable([question]).items():
            row = rows.get(name)
            line = f" – {(in_language(row.label, language) or row.id)[:60]}" if row else ""
            words = escape(f"{said}{line}")
            each.append(
                Earlier(
                    name,
                    kind,
                    f'<option value="{escape(name)}">{words}</option>',
                    f'<option value="{escape(name)}" selected>{words}</option>',
                )
            )
        found.append(tuple(each))
    return tuple(found), Block.of(chain.from_iterable(found))


def _indexes(fields: Fields) -> list[int]:
    numbers = (name.removeprefix("pick-").removesuffix(".of") for name in fields if name.endswith(".of"))
    return sorted(int(number) for number in numbers if number.isdecimal() and len(number) < 4)
