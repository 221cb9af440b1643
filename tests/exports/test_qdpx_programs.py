"""Projects of the REFI-QDA standard, each as one program reads it."""

from dataclasses import replace
from pathlib import Path

import pytest

from exports.formats import qdpx
from exports.refi_profiles import PROFILES
from tests.exports.reading_qdpx import NS, asking, by_pyrefiqda, project, said, with_records
from tests.exports.samples import sample

every_profile = pytest.mark.parametrize("profile", sorted(PROFILES))


@pytest.mark.parametrize("profile", ["standard", "maxqda"])
def test_a_text_refers_to_the_memo_about_it_where_the_program_keeps_such_memos(profile: str) -> None:
    opened = project(sample(), profile)

    [note] = opened.all("Notes", "Note")
    [reference] = opened.sources()["P-0001 list_1 1"].findall(NS + "NoteRef")
    assert reference.attrib["targetGUID"] == note.attrib["guid"]


@pytest.mark.parametrize("profile", ["qualcoder", "nvivo", "atlas"])
def test_a_memo_is_free_where_the_program_would_lose_one_that_is_referred_to(profile: str) -> None:
    opened = project(sample(), profile)

    assert opened.all("Notes", "Note")
    assert not list(opened.every("NoteRef"))


def test_a_case_of_the_standard_names_its_texts_and_the_selections_in_them() -> None:
    opened = project(sample())
    sources = opened.sources()
    case = opened.all("Cases", "Case")[0]

    mine = [source for name, source in sources.items() if name.startswith("P-0001")]
    assert [each.attrib["targetGUID"] for each in case.findall(NS + "SourceRef")] == [
        source.attrib["guid"] for source in mine
    ]
    assert [each.attrib["targetGUID"] for each in case.findall(NS + "SelectionRef")] == [
        selection.attrib["guid"] for source in mine for selection in source.findall(NS + "PlainTextSelection")
    ]


@pytest.mark.parametrize("profile", ["qualcoder", "nvivo"])
def test_a_code_with_the_guid_of_the_case_lies_over_all_of_its_texts(profile: str) -> None:
    opened = project(sample(), profile)
    cases = {case.attrib["guid"]: case.attrib["name"] for case in opened.all("Cases", "Case")}

    assert not list(opened.every("SelectionRef"))
    top = {code.attrib["guid"]: code.attrib["name"] for code in opened.all("CodeBook", "Codes", "Code")}
    assert cases.items() <= top.items()
    for name, source in opened.sources().items():
        assert (name.partition(" ")[0], opened.text(source)) in opened.coded(source)


def test_maxqda_gets_groups_of_documents_and_no_cases_but_everything_with_the_text() -> None:
    opened = project(sample(), "maxqda")

    assert not list(opened.every("Case"))
    values = opened.values(opened.sources()["P-0001 list_1 2"])
    assert values["Participant"] == ("TextValue", "P-0001")
    assert values["Site"] == ("TextValue", "Calgary")
    assert values["Instrument version"] == ("IntegerValue", "2")
    groups = {each.attrib["name"]: len(each) for each in opened.all("Sets", "Set")}
    assert groups == {"Guide for mentees": 3, "Short survey": 3}


def test_maxqda_users_are_told_which_comments_are_cut() -> None:
    data = replace(sample(), instruments=(asking("Why? " * 200),), records=lambda: iter(()))

    assert "The comment of the code “experience” is cut after 511 characters." in qdpx.losses(data, profile="maxqda")
    assert not any("511" in loss for loss in qdpx.losses(data))


def test_atlas_gets_a_set_for_each_value_of_a_variable() -> None:
    opened = project(sample(), "atlas")

    assert not list(opened.every("Case"))
    assert not list(opened.every("Variable"))
    assert not list(opened.every("VariableValue"))
    members = {each.attrib["name"]: len(each) for each in opened.all("Sets", "Set")}
    assert members["Site::Calgary"] == 4
    assert members["Participant::P-0001"] == 3
    assert members["Instrument version::2"] == 2


def test_whoever_has_emoji_in_a_text_is_told_and_nobody_else() -> None:
    plain = with_records(sample(), said("É 漢 \uffee."))
    beyond = with_records(sample(), said("\U0001f600"), said("", occasion=2, memo="\U0001f600"))

    for profile in PROFILES:
        assert not any("U+FFFF" in loss for loss in qdpx.losses(plain, profile=profile))
        [told] = [loss for loss in qdpx.losses(beyond, profile=profile) if "U+FFFF" in loss]
        assert told.startswith("2 documents have")
        assert ("counted as NVivo does" in told) == (profile == "nvivo")


@every_profile
def test_pyrefiqda_reads_every_text_code_case_and_variable(profile: str, tmp_path: Path) -> None:
    data = sample()
    read = by_pyrefiqda(data, tmp_path, profile)

    assert read.name == data.title
    assert read.sources is not None
    names = [source.name for source in read.sources.text_source]
    assert len(names) == 6
    for source in read.sources.text_source:
        path = tmp_path / "unpacked" / "sources" / str(source.plain_text_path).removeprefix("internal://")
        units = path.read_bytes().decode("utf-8").encode("utf-16-le" if profile == "nvivo" else "utf-32-le")
        width = 2 if profile == "nvivo" else 4
        assert source.plain_text_selection
        for selection in source.plain_text_selection:
            cut = units[width * selection.start_position : width * selection.end_position]
            assert cut.decode("utf-16-le" if profile == "nvivo" else "utf-32-le") == selection.name
    if PROFILES[profile].cases:
        assert read.cases is not None
        assert [case.name for case in read.cases.case] == ["P-0001", "P-0002", "P-0003", "P-0004"]
        quotable = read.cases.case[1].variable_value[-1]
        assert quotable.boolean_value is False
    assert read.code_book is not None
    assert [code.name for code in read.code_book.codes.code][:4] == [
        "Guide for mentees", "Short survey", "Themes", "Speakers",
    ]  # fmt: skip
