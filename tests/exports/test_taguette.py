"""What Taguette's own code makes of the files that are written for it."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from exports.codetree import code_tree
from exports.documents import documents
from exports.formats import taguette
from exports.spans import script_of
from tests.exports.other_programs import in_taguette, put_down, written
from tests.exports.samples import sample

# Does what Taguette's server does when somebody adds these files to a project.
SCRIPT = """
import asyncio, json, sys
from pathlib import Path
from taguette import convert, extract, import_codebook, validate

folder = Path(sys.argv[1]) / "taguette"
found = {"documents": {}, "tags": []}
for path in sorted((folder / "documents").iterdir()):
    name = path.stem
    validate.document_name(name)
    assert validate.fix_filename(path.name) == path.name
    html = asyncio.run(convert.to_html_chunks(path.read_bytes(), "text/html", path.name, {}))
    assert convert.is_html_safe(html)
    length = len(convert.html_to_plaintext(html).encode())
    found["documents"][name] = {"html": html, "text": convert.html_to_plaintext(html)}
with (folder / "codebook.csv").open("rb") as file:
    for tag in import_codebook.list_tags(file):
        validate.tag_path(tag["path"])
        validate.description(tag["description"])
        found["tags"].append(tag)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("taguette")
    put_down(written(taguette.files, sample()), folder)
    return in_taguette(SCRIPT, folder)


def test_taguette_takes_every_document_under_its_own_name(read: Any) -> None:
    assert set(read["documents"]) == {document.name for document in documents(sample())}


def test_taguette_finds_every_word_of_every_document(read: Any) -> None:
    for document in documents(sample()):
        text = " ".join(read["documents"][document.name]["text"].split())
        for passage in script_of(document).passages:
            for turn in passage.turns:
                for line in turn.quote.split("\n"):
                    assert " ".join(line.split()) in text


def test_taguette_keeps_questions_as_headings_and_names_before_colons(read: Any) -> None:
    html = read["documents"]["P-0003 list_1 1"]["html"]
    assert "<h2>Please describe your experience of being mentored.</h2>" in html
    assert "<p><b>Interviewer:</b> He mentors seven people.</p>" in html
    assert "<p><b>P-0002:</b> L’été, c’était « bien ».</p>" in read["documents"]["P-0002 short_survey 1"]["html"]


def test_words_that_look_like_markup_stay_words(read: Any) -> None:
    assert "<b>&amp;</b>" in read["documents"]["P-0001 short_survey 1"]["text"]


def test_taguette_reads_the_codebook_with_a_tag_for_every_question_and_theme(read: Any) -> None:
    codes = [code for code in code_tree(sample()).walk() if code.codable]
    assert [(tag["path"], tag["description"]) for tag in read["tags"]] == [
        (code.name, code.description) for code in codes
    ]
    assert len({tag["path"] for tag in read["tags"]}) == len(read["tags"])
    assert "Effect, on “career”" in {tag["path"] for tag in read["tags"]}


def test_the_codebook_is_a_table_that_a_sheet_opens_by_its_mark() -> None:
    data = written(taguette.files, sample())["taguette/codebook.csv"]
    assert data.startswith(b'\xef\xbb\xbf"tag","description"\r\n')
    assert {len(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))} == {2}
