"""Projects of the REFI-QDA standard as files: valid, complete, the same every time, and honest about losses."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid5
from zipfile import ZipFile

import pytest
from lxml import etree

from exports.dataset import Record, Theme
from exports.formats import qdpx
from exports.refi_profiles import PROFILES
from tests.exports.reading_qdpx import asking, project, said, schema, topic, with_records, written
from tests.exports.samples import CASES, GUIDE, RELEASE, many, record, sample

every_profile = pytest.mark.parametrize("profile", sorted(PROFILES))
MADE = "2026-11-29T00:00:00Z"


@every_profile
def test_the_project_is_valid_by_the_schema(profile: str) -> None:
    schema("Project.xsd").assertValid(project(sample(), profile).root)


@every_profile
def test_the_project_of_many_is_valid_by_the_schema(profile: str) -> None:
    schema("Project.xsd").assertValid(project(many(30, questions=9), profile).root)


@every_profile
def test_a_study_in_which_nobody_said_anything_is_a_valid_project_without_empty_containers(profile: str) -> None:
    opened = project(replace(sample(), cases=(), themes=(), attributes=(), records=lambda: iter(())), profile)

    schema("Project.xsd").assertValid(opened.root)
    assert list(opened.files) == ["project.qde"]
    assert {etree.QName(child).localname for child in opened.root} <= {
        "Users", "CodeBook", "Variables", "Description",
    }  # fmt: skip


@every_profile
def test_the_same_dataset_gives_the_same_bytes(profile: str) -> None:
    [one], [two] = qdpx.files(sample(), profile=profile), qdpx.files(sample(), profile=profile)

    assert written(one) == written(two) == written(one)


@every_profile
def test_no_empty_element_stands_for_something_that_is_not_there(profile: str) -> None:
    opened = project(sample(), profile)

    hollow = {"User", "Code", "Variable", "Note", "CodeRef", "SourceRef", "SelectionRef", "NoteRef", "VariableRef"}
    bare = {etree.QName(element).localname for element in opened.root.iter() if not len(element) and not element.text}
    assert bare <= hollow | {"MemberSource"}


def test_a_zip_entry_has_the_day_of_the_release_and_lies_in_one_flat_lower_case_folder() -> None:
    [file] = qdpx.files(sample())
    with ZipFile(BytesIO(written(file))) as zipped:
        entries = zipped.infolist()

    assert {entry.date_time for entry in entries} == {(2026, 11, 29, 0, 0, 0)}
    assert {entry.filename.rpartition("/")[0] for entry in entries} == {"", "sources"}
    assert {entry.filename.rpartition(".")[2] for entry in entries} == {"qde", "txt"}


@every_profile
def test_every_text_is_a_file_and_every_file_belongs_to_one_text_or_memo(profile: str) -> None:
    opened = project(sample(), profile)

    texts = [*opened.all("Sources", "TextSource"), *opened.all("Notes", "Note")]
    named = Counter(f"sources/{text.attrib['guid']}.txt" for text in texts)
    assert named == Counter(set(opened.files) - {"project.qde"})
    for text in texts:
        assert text.attrib["plainTextPath"] == f"internal://{text.attrib['guid']}.txt"
        assert "richTextPath" not in text.attrib
    assert not list(opened.every("PlainTextContent"))


@every_profile
def test_texts_have_no_mark_of_their_encoding_and_end_lines_by_line_feeds_alone(profile: str) -> None:
    marked = said("\ufeffa\r\nb\rc", memo="\ufeffone\r\ntwo")
    opened = project(with_records(replace(sample(), instruments=(asking("\ufeffAsk"),)), marked), profile)

    [source] = opened.all("Sources", "TextSource")
    assert opened.text(source) == "Ask\n\ufeffa\nb\nc"
    assert opened.text(opened.all("Notes", "Note")[0]) == "one\ntwo"
    assert not any(data.startswith(b"\xef\xbb\xbf") or b"\r" in data for data in opened.files.values())


@every_profile
def test_who_and_when_stand_on_every_text_memo_selection_and_coding(profile: str) -> None:
    opened = project(sample(), profile)
    [user] = opened.all("Users", "User")

    for name in ("TextSource", "Note", "PlainTextSelection", "Coding"):
        elements = list(opened.every(name))
        assert elements
        for element in elements:
            assert element.attrib["creatingUser"] == user.attrib["guid"]
            assert datetime.fromisoformat(element.attrib["creationDateTime"]).tzinfo == UTC
    assert {coding.attrib["creationDateTime"] for coding in opened.every("Coding")} == {MADE}
    assert opened.root.attrib["origin"] == "Verbatim"


@every_profile
def test_a_guid_is_upper_case_and_names_one_thing(profile: str) -> None:
    opened = project(sample(), profile)
    made = Counter(element.attrib["guid"] for element in opened.root.iter() if "guid" in element.attrib)

    assert all(guid == guid.upper() and "{" not in guid for guid in made)
    cases = {case.attrib["guid"] for case in opened.every("Case")} if PROFILES[profile].case_codes else set()
    assert {guid for guid, count in made.items() if count > 1} == cases
    referred = {element.attrib["targetGUID"] for element in opened.root.iter() if "targetGUID" in element.attrib}
    assert referred <= set(made)


def test_guids_of_questions_themes_cases_and_texts_are_the_same_in_the_next_release() -> None:
    later = replace(sample(), id=uuid5(RELEASE, "next"), made_on=datetime(2027, 3, 1, tzinfo=UTC).date())
    one, two = project(sample()), project(later)

    for name in ("User", "Code", "Variable", "Case", "TextSource", "Note", "PlainTextSelection", "Coding"):
        assert [each.attrib["guid"] for each in one.every(name)] == [each.attrib["guid"] for each in two.every(name)]


def test_a_shorter_name_in_an_earlier_answer_moves_no_guid() -> None:
    one, two = (
        project(with_records(sample(), record(CASES[0], GUIDE, 1, {"experience": first, "effect": topic("Much.")})))
        for first in (topic("[mentor 1] came."), topic("[…] came."))
    )

    ends = [
        [(each.attrib["guid"], each.attrib["name"]) for each in opened.every("PlainTextSelection")][-3:]
        for opened in (one, two)
    ]
    assert ends[0] == ends[1]


def test_what_is_lost_is_said_in_the_project_too() -> None:
    for profile in PROFILES:
        description = project(sample(), profile).all("Description")[0].text or ""
        losses = qdpx.losses(sample(), profile=profile)
        assert losses
        assert all(loss in description for loss in losses)


def test_whoever_has_characters_that_xml_forbids_is_told_that_they_are_replaced() -> None:
    data = with_records(sample(), said("bell \x07, half \ud83d, end \uffff."))
    opened = project(data)

    assert "bell \ufffd, half \ufffd, end \ufffd." in opened.text(opened.all("Sources", "TextSource")[0])
    assert any("U+FFFD" in loss for loss in qdpx.losses(data))
    assert not any("U+FFFD" in loss for loss in qdpx.losses(with_records(sample(), said("a\r\n\tb"))))


def test_names_that_programs_cut_are_said() -> None:
    long = "A theme that somebody described in more words than most programs show in a tree"
    data = replace(sample(), themes=(Theme(long, ()),))

    assert any(long in loss and "63" in loss for loss in qdpx.losses(data))


def test_an_error_amid_the_records_leaves_no_file_that_looks_whole() -> None:
    class Broken(Exception):
        pass

    def records() -> Iterator[Record]:
        yield said("One.")
        raise Broken

    [file] = qdpx.files(replace(sample(), records=records))
    kept: list[bytes] = []

    class Sink:
        def write(self, data: bytes) -> None:
            kept.append(bytes(data))

    with pytest.raises(Broken):
        file.write(Sink())
    assert b"PK\x05\x06" not in b"".join(kept)
