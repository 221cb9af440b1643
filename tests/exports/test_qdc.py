"""The code book: the codes of the project by themselves."""

from dataclasses import replace
from pathlib import Path

import pyrefiqda
import pytest
from lxml import etree

from exports.dataset import Dataset, Theme
from exports.formats import qdc
from exports.refi_profiles import PROFILES
from instruments.definition import Role
from tests.exports.reading_qdpx import asking, project, schema, written
from tests.exports.samples import FORM, GUIDE, sample

NS = "{urn:QDA-XML:codebook:1.0}"


def _book(data: Dataset) -> "etree._Element":
    [file] = qdc.files(data)
    assert file.name == "codebook.qdc"
    return etree.fromstring(written(file))


def _names(data: Dataset) -> list[str]:
    return [code.attrib["name"] for code in _book(data).iter(NS + "Code")]


def _descriptions(data: Dataset) -> dict[str, str | None]:
    return {code.attrib["name"]: code.findtext(NS + "Description") for code in _book(data).iter(NS + "Code")}


def test_the_code_book_is_valid_by_the_schema() -> None:
    schema("Codebook.xsd").assertValid(_book(sample()))
    schema("Codebook.xsd").assertValid(_book(replace(sample(), instruments=(), themes=())))


def test_the_same_dataset_gives_the_same_code_book() -> None:
    [one], [two] = qdc.files(sample()), qdc.files(sample())

    assert written(one) == written(two)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_code_has_the_same_guid_name_and_description_in_the_code_book_and_in_the_project(profile: str) -> None:
    def known(codes: list["etree._Element"]) -> dict[str, tuple[str, str | None]]:
        return {code.attrib["guid"]: (code.attrib["name"], code.findtext("{*}Description")) for code in codes}

    book = known(list(_book(sample()).iter(NS + "Code")))
    assert len(book) == 18
    assert book.items() <= known(list(project(sample(), profile).every("Code"))).items()


def test_pyrefiqda_reads_the_code_book(tmp_path: Path) -> None:
    [file] = qdc.files(sample())
    path = tmp_path / file.name
    path.write_bytes(written(file))

    book = pyrefiqda.RefiCodebook.load(path)

    assert [(code.name, code.is_codable, len(code.code)) for code in book.codes.code] == [
        ("Guide for mentees", False, 5),
        ("Short survey", False, 4),
        ("Themes", False, 3),
        ("Speakers", False, 2),
    ]


def test_a_question_that_is_worded_anew_says_which_version_asked_what() -> None:
    described = _descriptions(sample())

    assert described["experience"] == "Please describe your experience of being mentored."
    assert described["effect"] == (
        "Version 1: What difference has it made to your career?\n"
        "Version 2: What difference has it made to your productivity, and to your wellbeing?"
    )
    assert described["retired_one"] == "Version 1: What about life outside work?"
    assert "Version 2, published on 2026-09-02" in (described["Guide for mentees"] or "")


def test_wordings_are_in_the_language_of_the_release() -> None:
    described = _descriptions(sample(language="fr"))

    assert described["place"] == "Où travaillez-vous ?"
    assert "Petit questionnaire" in described


def test_a_theme_says_which_questions_it_caused() -> None:
    [theme] = [code for code in _book(sample()).iter(NS + "Code") if code.attrib["name"] == "Themes – Barriers"]

    caused = "Questions asked because of this theme: barriers (Guide for mentees)."
    assert theme.findtext(NS + "Description") == caused


def test_questions_that_nobody_answers_in_words_have_no_code() -> None:
    assert {"role", "reasons", "place", "story"} < set(_names(sample()))
    assert not {"years", "content", "wanted", "since", "qualities"} & set(_names(sample()))


def test_names_that_occur_twice_say_what_they_belong_to_and_then_count() -> None:
    twins = (GUIDE, replace(GUIDE, id="list_2"), replace(FORM, role=Role.SURVEY))
    data = replace(
        sample(), instruments=twins, themes=(Theme("Story", ()), Theme("Stóry", ()), Theme("Sto\u0301ry", ()))
    )
    names = _names(data)

    assert len({name.casefold() for name in names}) == len(names)
    assert names[:7] == [
        "Guide for mentees",
        "Guide for mentees – experience",
        "Guide for mentees – effect",
        "Guide for mentees – barriers",
        "Guide for mentees – retired_one",
        "Guide for mentees – Outside the guide",
        "Guide for mentees (2)",
    ]
    assert names[7] == "Guide for mentees – experience (2)"
    assert {"Themes – Story", "Themes – Stóry", "Themes – Sto\u0301ry (2)", "Short survey – story"} < set(names)


def test_a_made_name_pushes_no_given_one_aside() -> None:
    given = (Theme("A", ()), Theme("a", ()), Theme("Themes – A", ()))
    names = _names(replace(sample(), instruments=(), themes=given))

    assert names[1:4] == ["Themes – A (2)", "Themes – a (3)", "Themes – A"]


def test_whatever_is_renamed_or_too_long_is_said() -> None:
    long = "A theme that somebody described in more words than most programs show in a tree"
    losses = qdc.losses(replace(sample(), themes=(Theme("Barriers", ()), Theme(long, ()))))

    assert any("“Themes – Barriers”" in loss for loss in losses)
    assert any(long in loss and "63" in loss for loss in losses)


def test_hostile_names_are_names_and_nothing_else() -> None:
    data = replace(
        sample(), instruments=(asking("<b>\x00&amp;\r\n]]>"),), themes=(Theme("\x00 <&>\n\tnew line \ud800", ()),)
    )

    assert "\ufffd <&> new line \ufffd" in _names(data)
    schema("Codebook.xsd").assertValid(_book(data))
