"""XLSForms: what is asked there is asked here, and every row, cell and column that is not has its line."""

import pytest

from instruments.definition import Role, questions
from instruments.findings import Severity
from instruments.foreign.account import Fate
from instruments.inspection import inspect
from instruments.kinds import (
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
)
from tests.instruments.making import options
from tests.instruments.xlsforms import fates, imported, line, question

YES_NO = """
| list_name | name | label |
| yn | yes | Yes |
| yn | no  | No  |
"""
YES_OR_NO = (Option(code="yes", label={"en": "Yes"}), Option(code="no", label={"en": "No"}))
FRUIT = """
| list_name | name | label | grows |
| fruit | apple | Apple | north |
| fruit | fig   | Fig   | south |
| fruit | none  | None  |       |
"""


def test_names_labels_and_help_are_taken() -> None:
    found = imported("| type | name | label | hint |\n| text | town | Where do you live? | The town. |")

    asked = question(found, "town")
    assert (asked.label, asked.help) == ({"en": "Where do you live?"}, {"en": "The town."})
    assert line(found, "survey, row 2").fate is Fate.TAKEN
    assert found.instrument.role is Role.SURVEY


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("text | | |", ShortText(longest=2000)),
        ("text | multiline | |", LongText(longest=50_000)),
        ("integer | | |", Number()),
        ("decimal | | |", Number(decimals=10)),
        ("date | | |", Date()),
        ("date | month-year | |", Date(precision="month")),
        ("date | year | |", Date(precision="year")),
        ("time | | |", ShortText(format="time")),
        ("note | | |", Information()),
        ("range | | start=1 end=7 step=2 |", Scale(first=1, last=7, step=2)),
        ("range | | |", Scale(first=1, last=10)),
        ("select_one yn | | |", SingleChoice(options=YES_OR_NO)),
        ("rank yn | | |", Rank(options=YES_OR_NO)),
    ],
)  # fmt: skip
def test_types_that_mean_the_same_are_taken_as_they_are(row: str, kind: Kind) -> None:
    said, appearance, parameters, _ = row.split("|")
    survey = f"| type | name | label | appearance | parameters |\n| {said} | q | Q | {appearance} | {parameters} |"

    found = imported(survey, choices=YES_NO)

    assert question(found, "q").kind == kind
    assert line(found, "survey, row 2").fate is Fate.TAKEN


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("acknowledge", MultipleChoice(options=options("OK"))),
        ("barcode", ShortText(longest=2000)),
        ("dateTime", ShortText(longest=16, pattern="[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}")),
        ("range", Number(least=0, most=1, decimals=1)),
    ],
)
def test_types_that_are_asked_in_another_way_say_so(said: str, kind: Kind) -> None:
    parameters = "start=0 end=1 step=0.1" if said == "range" else ""

    found = imported(f"| type | name | label | parameters |\n| {said} | q | Q | {parameters} |")

    assert question(found, "q").kind == kind
    assert line(found, "survey, row 2").fate is Fate.CHANGED
    assert line(found, "survey, row 2, type").fate is Fate.CHANGED


@pytest.mark.parametrize(
    "said",
    [
        "geopoint",
        "geotrace",
        "image",
        "audio",
        "video",
        "background-audio",
        "file",
        "hidden",
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "audit",
        "include",
        "select_one_from_file towns.csv",
        "xml-external",
        "csv-external",
        "osm tags",
        "start-geopoint",
    ],
)
def test_what_cannot_be_asked_is_left_out_with_a_sentence(said: str) -> None:
    found = imported(f"| type | name | label |\n| text | town | Town |\n| {said} | it | It |")

    assert [asked.id for asked in questions(found.instrument)] == ["town"]
    assert line(found, "survey, row 3").fate is Fate.LEFT_OUT


def test_a_default_media_and_whatever_else_a_cell_says_has_its_own_line() -> None:
    found = imported(
        """
        | type | name | label | default | image | required_message | trigger | appearance | colour |
        | text | a    | A     | x       | a.png | Please!          | ${b}    | w1         | red    |
        | text | b    | B     |         |       |                  |         |            |        |
        """
    )

    lost = {place for place, fate in fates(found).items() if fate is Fate.LEFT_OUT}
    cells = ("default", "image", "required_message", "trigger", "appearance")
    assert lost == {*(f"survey, row 2, {cell}" for cell in cells), "survey, column colour"}
    assert fates(found)["survey, row 2"] is Fate.CHANGED
    assert fates(found)["survey, row 3"] is Fate.TAKEN


def test_columns_and_sheets_may_be_written_in_capitals_with_spaces_and_by_their_old_names() -> None:
    found = imported(
        "| TYPE | Name | Caption | Bind::Relevant | Read Only | constraining message |\n| text | a | A | | no | |",
        CHOICES="| List Name | VALUE | Label |\n| l | 1 | One |",
        Settings="| Form_Title | FORM_ID |\n| My form | my_form |",
    )

    assert question(found, "a").label == {"en": "A"}
    assert (found.instrument.id, found.instrument.title) == ("my_form", {"en": "My form"})


def test_translations_become_texts_by_tag_and_the_default_language_comes_first() -> None:
    found = imported(
        "| type | name | label::English (en) | label::Français | hint |\n| text | a | Name | Nom | Prénom |",
        settings="| default_language |\n| Français |",
    )

    assert found.instrument.languages == ("fr", "en")
    asked = question(found, "a")
    assert asked.label == {"fr": "Nom", "en": "Name"}
    assert asked.help == {"fr": "Prénom"}
    assert "Write this in en." in [str(one.sentence) for one in found.lines]


def test_a_language_that_nobody_knows_keeps_its_texts_under_a_tag_that_says_so() -> None:
    found = imported("| type | name | label::English | label::Elbonian |\n| text | a | Name | pong |")

    assert question(found, "a").label == {"en": "Name", "qaa": "pong"}
    assert any("Elbonian" in str(one.sentence) for one in found.lines)


def test_a_form_that_does_not_name_its_language_is_taken_to_be_english_and_says_so() -> None:
    assert line(imported("| type | name | label |\n| text | a | A |"), "survey, label").fate is Fate.CHANGED


def test_groups_become_sections_and_groups_in_groups_follow_with_both_titles() -> None:
    found = imported(
        """
        | type        | name  | label     | relevant     |
        | text        | first | First     |              |
        | begin group | home  | Household | ${first}='x' |
        | text        | town  | Town      |              |
        | begin group | kids  | Children  | ${town}='y'  |
        | integer     | many  | How many? |              |
        | end group   |       |           |              |
        | text        | pets  | Pets      |              |
        | end group   |       |           |              |
        """
    )

    sections = found.instrument.sections
    assert [section.id for section in sections] == ["questions", "home", "kids", "home_2"]
    assert sections[2].title == {"en": "Household – Children"}
    assert sections[2].relevant == "${first} = 'x' and ${town} = 'y'"
    assert line(found, "survey, row 5, type").fate is Fate.CHANGED
    assert not [one for one in inspect(found.instrument) if one.severity is Severity.ERROR]


def test_a_repeat_is_asked_once_and_says_so() -> None:
    found = imported(
        """
        | type         | name | label | repeat_count |
        | begin repeat | kid  | Child | 3            |
        | text         | name | Name  |              |
        | end repeat   |      |       |              |
        """
    )

    assert [asked.id for asked in questions(found.instrument)] == ["name"]
    assert fates(found)["survey, row 2, type"] is Fate.CHANGED
    assert fates(found)["survey, row 2, repeat_count"] is Fate.LEFT_OUT


def test_a_loop_is_asked_for_each_of_its_choices_and_looks_at_its_own_round() -> None:
    found = imported(
        """
        | type                  | name | label                  | relevant     |
        | begin loop over fruit | each |                        |              |
        | text                  | do   | Do you eat %(label)s?  |              |
        | integer               | many | How many %(label)s?    | ${do} = 'yes' |
        | end loop              |      |                        |              |
        """,
        choices=FRUIT,
    )

    asked = question(found, "many_fig")
    assert asked.label == {"en": "How many Fig?"}
    assert asked.relevant == "${do_fig} = 'yes'"


def test_a_table_is_a_matrix_and_its_rows_are_looked_at_as_rows() -> None:
    found = imported(
        """
        | type          | name     | label        | appearance | required | relevant           |
        | begin group   | work     | How is work? | table-list |          |                    |
        | select_one yn | work_pay | Paid well?   |            | yes      |                    |
        | select_one yn | work_fun | Fun?         |            | yes      |                    |
        | end group     |          |              |            |          |                    |
        | text          | why      | Why?         |            |          | ${work_fun} = 'no' |
        """,
        choices=YES_NO,
    )

    asked = question(found, "work")
    assert isinstance(asked.kind, Matrix)
    assert [row.id for row in asked.kind.rows] == ["pay", "fun"]
    assert asked.required
    assert question(found, "why").relevant == "${work.fun} = 'no'"
    assert fates(found)["survey, row 2"] is Fate.TAKEN


def test_a_table_that_asks_different_things_stays_a_group_of_questions_and_says_so() -> None:
    found = imported(
        """
        | type          | name | label | appearance |
        | begin group   | work | Work  | table-list |
        | select_one yn | pay  | Paid? |            |
        | text          | why  | Why?  |            |
        | end group     |      |       |            |
        """,
        choices=YES_NO,
    )

    assert [asked.id for asked in questions(found.instrument)] == ["pay", "why"]
    assert fates(found)["survey, row 2, appearance"] is Fate.CHANGED


def test_or_other_offers_a_field_for_own_words() -> None:
    kind = question(imported("| type | name | label |\n| select_one yn or_other | a | A |", choices=YES_NO), "a").kind

    assert isinstance(kind, SingleChoice)
    assert kind.options[-1] == Option(code="other", label={"en": "Other"}, words=True)


def test_a_choice_filter_becomes_the_condition_of_each_option() -> None:
    found = imported(
        """
        | type             | name  | label | choice_filter            |
        | text             | where | Where |                          |
        | select_one fruit | one   | One   | grows = ${where} or name = 'none' |
        """,
        choices=FRUIT,
    )

    kind = question(found, "one").kind
    assert isinstance(kind, SingleChoice)
    assert {option.code: option.relevant for option in kind.options} == {
        "apple": "'north' = ${where}",
        "fig": "'south' = ${where}",
        "none": "",
    }
    assert fates(found)["choices, column grows"] is Fate.TAKEN


def test_a_filter_that_cannot_be_said_offers_every_choice_and_says_so() -> None:
    found = imported(
        "| type | name | label | choice_filter |\n| select_one fruit | one | One | contains(grows, 'n') |",
        choices=FRUIT,
    )

    kind = question(found, "one").kind
    assert isinstance(kind, SingleChoice)
    assert len(kind.options) == 3
    assert Fate.LEFT_OUT in [one.fate for one in found.lines if one.place == "survey, row 2, choice_filter"]


def test_doubles_that_a_filter_tells_apart_are_one_option_with_both_conditions() -> None:
    found = imported(
        "| type | name | label | choice_filter |\n| text | w | W | |\n| select_one l | a | A | cf = ${w} |",
        choices="| list_name | name | label | cf |\n| l | king | King | tx |\n| l | king | King | wa |",
        settings="| allow_choice_duplicates |\n| yes |",
    )

    kind = question(found, "a").kind
    assert isinstance(kind, SingleChoice)
    assert [option.relevant for option in kind.options] == ["'tx' = ${w} or 'wa' = ${w}"]


def test_names_that_cannot_be_ids_are_changed_wherever_they_are_used() -> None:
    found = imported(
        """
        | type             | name    | label             | relevant              |
        | select_one towns | my-town | Town              |                       |
        | text             | why     | Why ${my-town}?   | ${my-town} = 'São P.' |
        """,
        choices="| list_name | name | label |\n| towns | São P. | São Paulo |\n| towns | b | B |",
    )

    asked = question(found, "why")
    assert asked.relevant == "${my_town} = 'Sao_P.'"
    assert asked.label == {"en": "Why ${my_town}?"}
    assert fates(found)["survey, row 2, name"] is Fate.CHANGED
    assert fates(found)["choices, row 2, name"] is Fate.CHANGED


def test_of_two_questions_of_the_same_name_the_one_in_the_same_group_is_meant() -> None:
    found = imported(
        """
        | type        | name | label | relevant     |
        | begin group | a    | A     |              |
        | text        | why  | Why?  |              |
        | end group   |      |       |              |
        | begin group | b    | B     |              |
        | text        | why  | Why?  |              |
        | text        | more | More  | ${why} = 'x' |
        | end group   |      |       |              |
        | text        | last | Last  | ${why} = 'x' |
        """
    )

    assert question(found, "more").relevant == "${why_2} = 'x'"
    assert question(found, "last").relevant == ""
    assert Fate.LEFT_OUT in [one.fate for one in found.lines if one.place == "survey, row 9, relevant"]


def test_what_is_calculated_is_written_into_the_conditions_that_look_at_it() -> None:
    found = imported(
        """
        | type          | name  | label | calculation                      | relevant    |
        | select_one yn | a     | A     |                                  |             |
        | calculate     | score |       | if(${a} = 'yes', 1, 0)           |             |
        | calculate     | never |       | random()                         |             |
        | text          | b     | B     |                                  | ${score} > 0 |
        """,
        choices=YES_NO,
    )

    assert question(found, "b").relevant == "${a} = 'yes'"
    assert fates(found)["survey, row 3, calculation"] is Fate.CHANGED
    assert fates(found)["survey, row 4"] is Fate.LEFT_OUT


@pytest.mark.parametrize(
    "relevant", ["${a} + 1 > 2", "contains(${a}, 'x')", "${later} = 'x'", "${a} = ", "position(..) = 1"]
)
def test_a_condition_that_cannot_be_said_is_left_out_with_the_reason(relevant: str) -> None:
    found = imported(
        f"| type | name | label | relevant |\n| text | a | A | |\n| text | b | B | {relevant} |\n| text | later | L | |"
    )

    assert question(found, "b").relevant == ""
    assert any(one.place.startswith("survey, row 3, ") and one.fate is Fate.LEFT_OUT for one in found.lines)
    assert not [one for one in inspect(found.instrument) if one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("said", "constraint", "kind"),
    [
        ("integer", ". >= 0 and . <= 120", Number(least=0, most=120)),
        ("integer", ". > 0 and 120 > .", Number(least=1, most=119)),
        ("decimal", ". <= 9.5", Number(most=9.5, decimals=10)),
        ("date", ". <= today()", Date(latest="today")),
        ("date", ". >= date('2020-01-31') and . < '2021-01-01'", Date(earliest="2020-01-31", latest="2020-12-31")),
        ("text", "string-length(.) <= 9 and string-length(.) >= 2", ShortText(shortest=2, longest=9)),
        ("text", "regex(., '^[A-Z]{2}[0-9]+$')", ShortText(longest=2000, pattern="^[A-Z]{2}[0-9]+$")),
    ],
)
def test_limits_in_a_constraint_are_the_limits_of_the_kind(said: str, constraint: str, kind: Kind) -> None:
    asked = question(imported(f"| type | name | label | constraint |\n| {said} | q | Q | {constraint} |"), "q")

    assert (asked.kind, asked.constraint) == (kind, "")


def test_a_message_is_shown_with_the_condition_that_it_was_written_for() -> None:
    found = imported(
        "| type | name | label | constraint | constraint_message |\n| integer | q | Q | . >= 18 | Adults only. |"
    )

    asked = question(found, "q")
    assert (asked.kind, asked.constraint, asked.message) == (Number(), ". >= 18", {"en": "Adults only."})


def test_an_option_that_a_constraint_keeps_alone_is_exclusive() -> None:
    found = imported(
        """
        | type | name | label | constraint |
        | select_multiple fruit | q | Q | not(selected(., 'none') and count-selected(.)>1) and count-selected(.)<=2 |
        """,
        choices=FRUIT,
    )

    kind = question(found, "q").kind
    assert isinstance(kind, MultipleChoice)
    assert [option.code for option in kind.options if option.exclusive] == ["none"]
    assert kind.at_most == 2


@pytest.mark.parametrize(
    ("said", "required"), [("yes", True), ("TRUE", True), ("true()", True), ("no", False), ("", False)]
)
def test_required_is_taken_in_all_its_spellings(said: str, *, required: bool) -> None:
    assert (
        question(imported(f"| type | name | label | required |\n| text | a | A | {said} |"), "a").required is required
    )


def test_a_question_that_is_required_under_a_condition_is_optional_and_says_so() -> None:
    found = imported("| type | name | label | required |\n| text | a | A | |\n| text | b | B | ${a} = 'x' |")

    assert not question(found, "b").required
    assert fates(found)["survey, row 3, required"] is Fate.LEFT_OUT


def test_what_nobody_can_answer_is_only_read() -> None:
    found = imported("| type | name | label | read_only |\n| text | a | Your number | yes |")

    assert question(found, "a").kind == Information()
    assert fates(found)["survey, row 2, read_only"] is Fate.CHANGED


def test_an_answer_that_cannot_be_repeated_stands_in_brackets() -> None:
    found = imported("| type | name | label |\n| start | begun | |\n| note | a | Begun at ${begun} |")

    assert question(found, "a").label == {"en": "Begun at [begun]"}
    assert fates(found)["survey, row 3, label"] is Fate.CHANGED


def test_rows_that_are_disabled_or_comments_are_left_out() -> None:
    found = imported(
        "| type | name | label | disabled | note |\n| text | a | A | yes |\n| | | | | a word |\n| text | b | B |"
    )

    assert fates(found)["survey, row 2"] is Fate.LEFT_OUT
    assert fates(found)["survey, row 3"] is Fate.LEFT_OUT
    assert [asked.id for asked in questions(found.instrument)] == ["b"]


def test_lists_that_no_question_uses_and_choices_in_no_list_are_left_out() -> None:
    found = imported(
        "| type | name | label |\n| text | a | A |", choices=f"{YES_NO.rstrip()}\n|  | lost | Lost |\n| yn2 | x | X |"
    )

    assert [fates(found)[f"choices, row {row}"] for row in (2, 3, 4, 5)] == [Fate.LEFT_OUT] * 4


def test_rows_far_below_the_others_are_named() -> None:
    far = "\n".join(["| | | |"] * 70)

    found = imported(f"| type | name | label |\n| text | a | A |\n{far}\n| party | | |")

    assert fates(found)["survey, row 73"] is Fate.LEFT_OUT


def test_the_guidance_for_interviewers_is_notes() -> None:
    found = imported("| type | name | label | guidance_hint |\n| text | a | A | Ask slowly. |")

    assert question(found, "a").notes == {"en": "Ask slowly."}
