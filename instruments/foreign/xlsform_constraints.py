"""The limits of a question as the constraint that an XLSForm has for them; ``xlsform_limits`` reads them back."""

from collections.abc import Iterator
from datetime import date, timedelta

from instruments.conditions import Number as NumberNode
from instruments.conditions import Text, printed
from instruments.foreign.xlsform_kinds import LONGEST_LINE
from instruments.foreign.xlsform_limits import FORMATS, decimals_pattern
from instruments.foreign.xlsform_paths import begins
from instruments.inspecting_kinds import MOST_CHARACTERS, MOST_DECIMALS
from instruments.kinds import TODAY, Date, Kind, LongText, MultipleChoice, Number, ShortText
from instruments.reading_dates import is_date


def limits_of(kind: Kind) -> Iterator[str]:
    """The parts of the constraint, to be joined by ``and``."""
    match kind:
        case ShortText() if kind.format != "time":
            yield from _lengths(kind.shortest, kind.longest, LONGEST_LINE)
            shape = next((pattern for pattern, name in FORMATS.items() if name == kind.format), "")
            for pattern in (kind.pattern, shape):
                if pattern and not ("'" in pattern and '"' in pattern):
                    yield f"regex(., {printed(Text(pattern))})"
        case LongText():
            yield from _lengths(kind.shortest, kind.longest, MOST_CHARACTERS)
        case Number():
            yield from _number(kind)
        case Date():
            yield from _date(kind)
        case MultipleChoice():
            yield from _choices(kind)
        case _:
            return


def _lengths(shortest: int, longest: int, most: int) -> Iterator[str]:
    if shortest > 0:
        yield f"string-length(.) >= {shortest}"
    if longest != most:
        yield f"string-length(.) <= {longest}"


def _number(kind: Number) -> Iterator[str]:
    if kind.least is not None:
        yield f". >= {printed(NumberNode(kind.least))}"
    if kind.most is not None:
        yield f". <= {printed(NumberNode(kind.most))}"
    if 0 < kind.decimals < MOST_DECIMALS:
        yield f"regex(., '{decimals_pattern(kind.decimals)}')"


def _date(kind: Date) -> Iterator[str]:
    if kind.earliest == TODAY:
        yield ". >= today()"
    elif is_date(kind.earliest):
        yield f". >= date('{begins(kind.earliest)}')"
    if kind.latest == TODAY:
        yield ". <= today()"
    elif is_date(kind.latest):
        last = kind.latest
        if len(last) < 10:
            following = begins(last, following=True) or "9999-12-31"
            last = (date.fromisoformat(following) - timedelta(days=1)).isoformat()
        yield f". <= date('{last}')"


def _choices(kind: MultipleChoice) -> Iterator[str]:
    alone = [printed(Text(option.code)) for option in kind.options if option.exclusive]
    for code in alone:
        yield f"not(selected(., {code}) and count-selected(.) > 1)"
    if kind.at_least > 0:
        others = "".join(f" or selected(., {code})" for code in alone)
        yield f"(count-selected(.) >= {kind.at_least}{others})"
    if kind.at_most is not None:
        yield f"count-selected(.) <= {kind.at_most}"
