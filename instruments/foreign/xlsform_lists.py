"""The choices of an XLSForm, list by list, as options that a question may offer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from instruments.conditions import Condition, printed
from instruments.foreign.account import FormUnreadable
from instruments.foreign.expressions import Scope, condition_of
from instruments.foreign.folding import ALWAYS, NEVER, any_of
from instruments.foreign.naming import Names
from instruments.foreign.rows import Row, Rows
from instruments.foreign.xlsform_columns import MEDIA, Entry, Table
from instruments.foreign.xlsform_speech import Speech
from instruments.foreign.xlsform_types import EXTERNAL
from instruments.foreign.xpath import Inexpressible, read
from instruments.kinds import Option
from instruments.sentences import Sentence, Texts

# The choice that "or_other" adds.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of choices. ``said`` is its name in the form, ``code`` the one it has here."""

    said: str
    code: str
    label: Texts = field(repr=False)
    heard: Mapping[str, str] = field(repr=False)  # the label by what the form calls the language
    columns: Mapping[str, str] = field(repr=False)  # what a filter may look at
    row: Row = field(repr=False)


@dataclass(frozen=True)
class ChoiceList:
    """A list of choices by its name."""

    name: str
    choices: tuple[Choice, ...]
    columns: frozenset[str]

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The code that each choice has here, by its name in the form. ``or_other`` adds one to any list."""
        return {OTHER: OTHER, **{choice.said: choice.code for choice in self.choices}}


class Lists:
    """All lists. A list is taken when a question that uses it is."""

    def __init__(self, tables: Iterable[Table], speech: Speech, rows: Rows, *, doubles: bool) -> None:
        self._used: set[str] = set()
        self._rows: dict[str, list[Row]] = {}
        self._lists: dict[str, ChoiceList] = {}
        for table in tables:
            # The filters of external_choices are what tells its doubles apart.
            double = doubles or table.sheet != "choices"
            self._lists.update(_lists(table, speech, rows, self._rows, doubles=double))

    def get(self, name: str) -> ChoiceList | None:
        """The list of this name."""
        return self._lists.get(name)

    def use(self, name: str) -> None:
        """A question takes this list."""
        self._used.add(name)

    def account(self) -> None:
        """Say of the choices in lists that nobody took that they were left out."""
        for name, rows in self._rows.items():
            if name not in self._used:
                for row in rows:
                    row.leave_out(
                        "No question that was taken uses the list “%(list)s”.", list=name.removeprefix(EXTERNAL)
                    )

    def __contains__(self, name: str) -> bool:
        return name in self._lists

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)


def _lists(
    table: Table, speech: Speech, rows: Rows, opened: dict[str, list[Row]], *, doubles: bool
) -> Iterator[tuple[str, ChoiceList]]:
    entries: dict[str, list[tuple[Entry, Row]]] = {}
    prefix = "" if table.sheet == "choices" else EXTERNAL
    for entry in table.entries:
        row = rows.open(table.place(entry.number), entry.get("name"))
        name = entry.get("list_name")
        if not name:
            row.leave_out("This is in no list: nothing stands under list_name.")
        elif not entry.get("name"):
            raise FormUnreadable(
                Sentence(
                    "Sheet %(sheet)s, row %(row)s: the choice has no name. Write one, or delete the row.",
                    {"sheet": table.sheet, "row": entry.number},
                )
            )
        else:
            entries.setdefault(prefix + name, []).append((entry, row))
            opened.setdefault(prefix + name, []).append(row)
    columns = frozenset(column.header if not column.known else column.name for column in table.columns)
    for name, found in entries.items():
        if not doubles:
            _refuse_twice(table, [entry for entry, _ in found])
        names = Names()
        made: dict[tuple[str, str], str] = {}
        choices = tuple(_choice(entry, row, speech, names, made) for entry, row in found)
        yield name, ChoiceList(name, choices, columns)


def _refuse_twice(table: Table, entries: Sequence[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        name = entry.get("name")
        if name in seen:
            raise FormUnreadable(
                Sentence(
                    "Sheet %(sheet)s, row %(row)s: “%(name)s” stands in this list already, in row %(other)s. Rename "
                    "one of them, or set allow_choice_duplicates to yes on the sheet settings.",
                    {"sheet": table.sheet, "row": entry.number, "name": name, "other": seen[name]},
                )
            )
        seen[name] = entry.number


def _choice(entry: Entry, row: Row, speech: Speech, names: Names, made: dict[tuple[str, str], str]) -> Choice:
    said = entry.get("name")
    label = speech.texts(entry.texts.get("label"))
    if not label:
        label = dict.fromkeys(speech.languages, said)
        row.changes("label", "The choice has no label, so its name is shown.")
    # The same choice may stand in a list several times, each for another answer to the question that filters it.
    key = (said, repr(sorted(label.items())))
    if key not in made:
        made[key] = names.code(said)
    code = made[key]
    if code != said:
        row.changes("name", "Its code is “%(code)s” here.", code=code)
    for name in MEDIA:
        if name in entry.texts:
            row.loses(name, "An option is words here; its picture, sound or film is not shown.")
    if hidden := speech.hidden(entry.texts.get("label", {})):
        row.loses("label", "“%(said)s” stands under no language, and there is a label in that language.", said=hidden)
    columns = {**entry.strange, **entry.cells, "label": next(iter(label.values()), "")}
    return Choice(said, code, label, entry.texts.get("label", {}), columns, row)


def options(of: ChoiceList, choice_filter: str, scope: Scope) -> tuple[Option, ...]:
    """The options of a list as a question offers them: each under the condition that the filter makes for it.

    Choices that the filter never lets through are not there; if there are none left, the filter is at fault and raises
    Inexpressible like one that cannot be said as a condition.
    """
    tree = read(choice_filter) if choice_filter else None
    blank = dict.fromkeys(of.columns, "")
    offered: dict[str, list[Condition]] = {}
    labels: dict[str, Texts] = {}
    for choice in of.choices:
        holds: Condition = ALWAYS
        if tree is not None:
            holds = condition_of(tree, replace(scope, own=False, columns={**blank, **choice.columns}))
        if holds != NEVER:
            labels.setdefault(choice.code, choice.label)
            offered.setdefault(choice.code, []).append(holds)
    if not offered:
        raise Inexpressible("The filter lets no choice through.")
    found = {code: any_of(conditions) for code, conditions in offered.items()}
    return tuple(
        Option(code=code, label=labels[code], relevant="" if holds == ALWAYS else printed(holds))
        for code, holds in found.items()
    )
