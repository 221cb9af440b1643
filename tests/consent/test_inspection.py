"""What keeps a wording from being published, and what its author is told to do."""

from dataclasses import replace

import pytest

from consent.elements import REQUIRED, Element
from consent.inspection import LONGEST, inspect
from consent.scopes import Scope
from consent.wording import Asked, Cover, Wording
from tests.consent.letters import LETTER, again

HEADINGS = "# What is this about?\n\nx\n\n# Do I have to?\n\nNo."


def found(wording: Wording) -> list[str]:
    return [f"{finding.place}: {finding}" for finding in inspect(wording) if not finding.advice]


def test_a_sound_wording_is_found_sound() -> None:
    assert inspect(LETTER) == []


CASES = {
    "no language": (
        replace(LETTER, languages=()),
        ["languages: Choose at least one language."],
    ),
    "a language twice": (
        replace(LETTER, languages=("en", "en")),
        ["languages: Each language stands in the list once. Remove the second."],
    ),
    "no language tag": (
        replace(LETTER, languages=("english", "fr")),
        ["languages: A language is written as its tag, for example en or fr-CA."],
    ),
    "title not translated": (
        replace(LETTER, title={"en": "About mentors", "fr": " "}),
        ["title-fr: This is missing in the language fr. Write it."],
    ),
    "question not translated": (
        replace(LETTER, asked=(*LETTER.asked, Asked(Scope.RESULTS, {"en": "May we write to you?"}))),
        ["question-results-fr: This is missing in the language fr. Write it."],
    ),
    "script in one language only": (
        replace(LETTER, script={"en": "I will read to you."}),
        ["script-fr: This is missing in the language fr. Write it."],
    ),
    "note in one language only": (
        replace(LETTER, note={"fr": "Exemple"}),
        ["note-en: This is missing in the language en. Write it."],
    ),
    "hidden characters": (
        again(HEADINGS.replace("No", "N\u202eo")),
        ["text-en: This holds characters that nobody can see. Type it anew, or paste it as plain text."],
    ),
    "too long": (
        again(HEADINGS + "x" * LONGEST),
        ["text-en: This is too long for anybody to read. Keep it under 100,000 characters."],
    ),
    "a level left out": (
        again(HEADINGS.replace("# Do", "### Do")),
        ["text-en: Headings go down one step at a time, beginning with one #. Screen readers rely on it."],
    ),
    "a heading not translated": (
        again("# De quoi s’agit-il ?\n\nx", "fr"),
        [
            "text-fr: The text has 1 headings in fr and 2 in en. Both have to say the same, under the same headings."
        ],
    ),
    "taking part not asked": (
        replace(LETTER, asked=LETTER.asked[1:]),
        [
            "question-take-part: Ask whether the person wants to take part.",
            "question-take-part: This is necessary for taking part, so it has to be asked.",
        ],
    ),
    "asked twice": (
        replace(LETTER, asked=(*LETTER.asked, LETTER.asked[1])),
        ["asked: One thing is asked twice. Each decision stands by itself, once."],
    ),
    "element nowhere": (
        replace(LETTER, covers={**LETTER.covers, Element.RISKS: Cover(reason=" ")}),
        [
            "element-risks: Choose the heading under which this stands, or say why it does not apply to this study."
        ],
    ),
    "element under a heading that is gone": (
        replace(LETTER, covers={**LETTER.covers, Element.RISKS: Cover(heading="Risks")}),
        ["element-risks: The text has no heading “Risks” any more. Choose the one under which this stands now."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_author_is_told_where_and_what_to_do(case: str) -> None:
    wording, expected = CASES[case]
    assert found(wording) == expected


def test_a_heading_with_nothing_below_it_covers_nothing() -> None:
    empty = again("# What is this about?\n\n## Details\n\n# Do I have to?\n\nNo.\n\n")
    empty = replace(empty, text={**empty.text, "fr": "# A\n\n## B\n\n# C\n\nx"})
    told = found(empty)
    assert len(told) == len(REQUIRED) - 1
    assert "element-risks: Nothing is written under “What is this about?” yet." in told
    full = again("# What is this about?\n\n## Details\n\nThese.\n\n# Do I have to?\n\nNo.")
    assert found(replace(full, text={**full.text, "fr": empty.text["fr"]})) == []


def test_advice_names_a_link_that_became_text_and_a_script_that_is_missing() -> None:
    advised = inspect(replace(again(HEADINGS + " [Here](http://x.org/a)"), script={}))
    assert [str(finding) for finding in advised] == [
        "Without a text to read out, consent cannot be taken by telephone.",
        "The link to http://x.org/a is shown as plain text: a link begins with https:// or mailto:.",
    ]
    assert all(finding.advice for finding in advised)


def test_every_element_of_the_article_can_be_covered_and_is_asked_for() -> None:
    assert list(REQUIRED) == list(Element)
    bare = found(replace(LETTER, covers={}))
    assert [told.partition(":")[0] for told in bare] == [f"element-{element.value}" for element in Element]
