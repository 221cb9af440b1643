"""Whatever stands in the sheets of an XLSForm, it is read with every row accounted for, or refused."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.conditions import printed
from instruments.definition import from_json, to_json
from instruments.findings import Severity
from instruments.foreign.account import FormUnreadable, Imported
from instruments.foreign.expressions import Scope, condition
from instruments.foreign.folding import Value
from instruments.foreign.xlsform import read, write
from instruments.foreign.xlsform_types import known_types
from instruments.foreign.xpath import Inexpressible
from instruments.inspection import inspect
from tests.instruments.xlsforms import Cells, workbook

LAW = settings(max_examples=120, deadline=None)
NAMES = ("a", "b", "c", "a_b", "a-b", "_1", "A", "Größe", "meta", "x" * 70)
LISTS = ("l1", "l2", "l3")
EXPRESSIONS = (
    "${a} = 'x'",
    "${b} > 3 and not(${c})",
    "selected(${a}, '1')",
    ". >= 0 and . <= 10",
    ". <= today()",
    "regex(., '[a-z]+')",
    "string-length(.) < 5",
    "count-selected(.) <= 2 or selected(., '1')",
    "not(selected(., '1') and count-selected(.) > 1)",
    "if(${a} = 1, ${b}, 'x') = 'y'",
    "${c}",
    "true()",
    "0",
    "../a = 1",
    "((",
    "${nobody} = 1",
    "${a}",
    "concat(${a}, 'x')",
    "cf = ${a}",
)
TEXTS = ("Text", "Say ${a}", "${nobody}", "%(label)s", "1", "Größe “x”", "${")
COLUMNS: dict[str, st.SearchStrategy[str]] = {
    "label": st.sampled_from(TEXTS),
    "label::French (fr)": st.sampled_from(TEXTS),
    "hint": st.sampled_from(TEXTS),
    "relevant": st.sampled_from(EXPRESSIONS),
    "constraint": st.sampled_from(EXPRESSIONS),
    "constraint_message": st.sampled_from(TEXTS),
    "calculation": st.sampled_from(EXPRESSIONS),
    "choice_filter": st.sampled_from(EXPRESSIONS),
    "required": st.sampled_from(["yes", "no", "${a} = 1", "maybe"]),
    "read_only": st.sampled_from(["yes", "no"]),
    "appearance": st.sampled_from(["table-list", "field-list", "label", "list-nolabel", "multiline", "year", "w1"]),
    "parameters": st.sampled_from(["start=1 end=9", "start=0 end=1 step=0.1", "step=0", "randomize=true", "rows=5"]),
    "repeat_count": st.sampled_from(["3", "${a}"]),
    "default": st.sampled_from(["x"]),
    "disabled": st.sampled_from(["yes", "no"]),
    "colour": st.sampled_from(["red"]),
}  # fmt: skip
TYPES = (
    *known_types(),
    *(f"{command} {name}" for command in ("select_one", "select_multiple", "rank") for name in LISTS),
    *(f"select_one {name} or_other" for name in LISTS),
    *("begin group", "begin group", "end group", "end group", "begin repeat", "end repeat"),
    *("begin loop over l1", "end loop", "select_one ${a}", "select_one_from_file x.csv"),
)


@st.composite
def rows_of_survey(draw: st.DrawFn) -> Cells:
    """The sheet survey, mostly in order: whatever begins also ends."""
    columns = draw(st.lists(st.sampled_from(list(COLUMNS)), unique=True, max_size=6))
    rows: Cells = []
    open_groups: list[str] = []
    for number in range(draw(st.integers(0, 8))):
        said = draw(st.sampled_from(TYPES))
        name = draw(st.one_of(st.sampled_from(NAMES), st.just(f"n{number}"), st.just(f"n{number}")))
        if said.startswith("end "):
            if not open_groups:
                continue
            said, name = open_groups.pop(), ""
        elif said.startswith("begin "):
            open_groups.append("end " + said.split()[1])
        cells = [draw(st.one_of(st.just(""), COLUMNS[column])) for column in columns]
        rows.append([said, name, *cells])
    rows += [[end, "", *("" for _ in columns)] for end in reversed(open_groups)]
    return [["type", "name", *columns], *rows]


choices = st.lists(
    st.tuples(
        st.sampled_from(LISTS),
        st.sampled_from(["1", "2", "x", "São P.", "other"]),
        st.sampled_from(TEXTS),
        st.sampled_from(["", "x", "1"]),
    ).map(list),
    max_size=8,
    unique_by=lambda row: (row[0], row[1]),
).map(lambda rows: [["list_name", "name", "label", "cf"], *rows, *_needed(rows)])


def _needed(rows: Cells) -> Cells:
    """A choice for every list that has none, so that most forms are not refused for it."""
    return [[name, "only", "Only", ""] for name in LISTS if name not in {row[0] for row in rows}]


def attempted(survey: Cells, options: Cells) -> Imported | FormUnreadable:
    """What is read of the sheets, or the refusal."""
    try:
        return read(workbook({"survey": survey, "choices": options}), "any.xlsx")
    except FormUnreadable as refused:
        return refused


@LAW
@given(rows_of_survey(), choices)
def test_any_sheets_are_read_with_a_line_for_every_row_or_refused(survey: Cells, options: Cells) -> None:
    found = attempted(survey, options)
    if isinstance(found, FormUnreadable):
        # The row is named, and what to do there.
        assert re.search(r"Sheet \w+, row \d+: .+\. .+\.|Did you mean", str(found))
        return

    places = [line.place for line in found.lines if re.fullmatch(r"\w+, row \d+", line.place)]
    expected = [f"survey, row {at}" for at, row in enumerate(survey[1:], 2) if any(row)]
    expected += [f"choices, row {at}" for at in range(2, len(options) + 1)]
    assert sorted(places) == sorted(expected)
    assert from_json(to_json(found.instrument)) == found.instrument
    said = {str(line.sentence) for line in found.lines}
    errors = [one for one in inspect(found.instrument) if one.severity is Severity.ERROR]
    assert [str(one.sentence) for one in errors if str(one.sentence) not in said] == []


@LAW
@given(rows_of_survey(), choices)
def test_what_was_read_once_comes_back_from_what_is_written_of_it(survey: Cells, options: Cells) -> None:
    found = attempted(survey, options)
    if isinstance(found, FormUnreadable):
        return

    written = write(found.instrument)

    again = read(written.data, "any.xlsx").instrument
    told = {line.place for line in written.lines}
    assert told or again == found.instrument


pieces = st.lists(st.sampled_from([*EXPRESSIONS, " and ", " or ", "(", ")", "="])).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), pieces))
def test_any_text_is_a_condition_or_says_why_it_is_none(text: str) -> None:
    def refer(name: str) -> Value:
        raise Inexpressible("“%(name)s” is not asked here.", name=name)

    try:
        found = printed(condition(text, Scope(refer, own=True)))
    except Inexpressible as why:
        found = str(why)
    assert found
