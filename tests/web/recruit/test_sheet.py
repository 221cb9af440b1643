"""Enrol from a sheet: as a file or pasted, whatever a spreadsheet wrote, everybody or nobody."""

import csv
import io

import pytest

from tests.web.pages import Page
from tests.web.recruit.conftest import Office
from web.kit.guard import Door

HOSTILE = '=HYPERLINK("http://evil.example";"x")<script>alert(1)</script>'


def upload(office: Office, data: bytes, name: str = "people.csv", **more: str) -> Page:
    """The file is chosen on the page and sent, as a browser sends it."""
    form = office.get("/enrol/sheet").form("/enrol/sheet").fill(**more)
    return office.coordinator.upload(form.action, [pair for pair in form.values if pair[0] != "file"], name, data)


def paste(office: Office, text: str) -> Page:
    return office.get("/enrol/sheet").form("/enrol/sheet").fill(sheet=text).submit()


def names(page: Page) -> list[str]:
    return [row.xpath("td")[0].text_content() for row in page.document.xpath("//tbody/tr")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_whatever_a_spreadsheet_wrote_is_read(office: Office, delimiter: str, encoding: str) -> None:
    lines = [("Prénom", "Nom", "Courriel"), ("Zoë", "Müller", "zoe@example.org"), ("José", "Ñáñez", "jose@example.org")]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    page = upload(office, text.encode(encoding))

    assert page.title == "Which column holds what"
    assert "2 people can be enrolled" in page.words(".notice") or encoding == "cp1252"
    assert ("read as Western European" in page.words()) is (encoding == "cp1252")
    assert [one.get("value") for one in page.document.xpath("//select/option[@selected]")][:3] == [
        "given-name", "family-name", "email",
    ]  # fmt: skip
    done = page.form("/import").submit()
    assert names(done) == ["Zoë Müller", "José Ñáñez"]
    assert len(office.field.everybody()) == 2


def test_a_pasted_sheet_is_as_good_as_a_file(office: Office) -> None:
    page = paste(office, "Name\tE-mail\nJo Example\tjo@example.org\n")

    assert "One person can be enrolled" in page.words()
    assert names(page.form("/import").submit()) == ["Jo Example"]


def test_people_without_a_site_are_counted_and_one_can_be_chosen_for_them_all(office: Office) -> None:
    page = paste(office, "Name,Site\nJo,Calgary\nKim,\nLou,\n")

    assert "2 people would be enrolled without a site" in page.words()
    edmonton = office.field.sites[1]
    page.form("/import").fill(site=str(edmonton.id)).submit()
    assert [one.site_id for one in office.field.everybody()].count(edmonton.id) == 2


def test_nothing_is_kept_before_the_last_button(office: Office) -> None:
    paste(office, "Name,E-mail\nJo,jo@example.org\n")

    assert office.field.everybody() == []
    assert office.field.actions().count("participants.imported") == 0


def test_either_everybody_or_nobody_and_each_row_is_named(office: Office) -> None:
    office.field.enrol("Kim", "kim@example.org")
    sheet = (
        "name,email,site,university,gender,interviewer\n"
        "Jo,jo@example.org,Calgary,Calgary,woman,interviewer@example.org\n"
        "Lou,lou at home,,,,\n"
        ",,,,,\n"
        "Max,max@example.org,Nowhere,,,\n"
        "Kim again,KIM@example.org,,,,\n"
        "Two,jo@example.org,,,,\n"
        "Ned,ned@example.org,,Calgary,robot,\n"
        "Oz,oz@example.org,,,,nobody@example.org\n"
        "Pia,pia@example.org,,,,,one cell too many\n"
    )
    page = paste(office, sheet)

    def rows(page: Page) -> list[int]:
        items = page.document.xpath("//div[contains(@class, 'danger')]//li")
        return [int(item.text_content().split()[1].rstrip(":")) for item in items]

    assert sorted(rows(page)) == [3, 5, 6, 7, 8, 9, 10]
    refused = page.form("/import").submit()
    assert refused.status == 422
    assert sorted(rows(refused)) == [3, 5, 6, 7, 8, 9, 10]
    assert len(office.field.everybody()) == 1
    said = refused.words(".danger")
    assert "nobody has been enrolled" in said
    for words in ("name@example.org", "no site “Nowhere”", "in the study already", "Row 2 has the same"):
        assert words in said, words


def test_the_columns_are_what_a_person_says_they_are(office: Office) -> None:
    page = paste(office, "A,B,C\njo@example.org,Jo Example,woman\n")
    assert "Nobody can be reached" in page.words()

    form = page.form("/import").fill(**{"column-0": "email", "column-1": "name"})
    looked = form.submit(look="yes")
    assert looked.status == 200
    assert "One person can be enrolled" in looked.words()
    assert looked.form("/import").value("column-1") == "name"
    assert office.field.everybody() == []
    assert names(looked.form("/import").submit()) == ["Jo Example"]


def test_two_columns_cannot_hold_the_same(office: Office) -> None:
    form = paste(office, "name,email,other\nJo,jo@example.org,joanna@example.org\n").form("/import")
    page = form.fill(**{"column-2": "email"}).submit()

    assert page.status == 422
    assert any("Only one column" in one for one in page.complaints)
    assert office.field.everybody() == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no rows"),
        (b"name,email\n", "no rows"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet file"),
        (b"name,email\nJo\x00,x\n", "cannot be read as a sheet"),
        (b"name\n" + b"Jo\n" * 5001, "more than 5,000 rows"),
    ],
)
def test_what_is_no_sheet_is_told_what_to_do(office: Office, data: bytes, sentence: str) -> None:
    page = upload(office, data, language="fr", code="typed")

    assert page.status == 422
    assert any(sentence in one for one in page.complaints)
    again = page.form("/enrol/sheet")
    assert (again.value("language"), again.value("code")) == ("fr", "typed")


def test_a_hostile_cell_is_only_text(office: Office) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("name", "email", HOSTILE), (HOSTILE, "jo@example.org", HOSTILE)])
    page = upload(office, written.getvalue().encode())

    assert page.document.xpath("//script[not(@nonce)]") == []
    assert HOSTILE in page.document.xpath("//tbody/tr[1]/td[1]")[0].text_content()
    done = page.form("/import").submit()
    assert names(done) == [HOSTILE]
    assert done.document.xpath("//main//script") == []


def test_cells_full_of_commas_stay_one_cell_on_the_way_through_the_pages(office: Office) -> None:
    page = paste(
        office, '"Name, first","Mail, where"\n"Example, Jo","jo@example.org"\n"Sample, Kim","kim@example.org"\n'
    )
    form = page.form("/import").fill(**{"column-0": "name", "column-1": "email"})

    assert names(form.submit()) == ["Example, Jo", "Sample, Kim"]


def test_an_address_of_several_lines_and_empty_rows_come_through(office: Office) -> None:
    page = paste(office, 'name,address\n\nJo,"Here 1\nT2N 1N4 Calgary"\n\nKim,There 2\nLou\n')
    done = page.form("/import").submit()

    assert names(done) == ["Jo", "Kim", "Lou"]
    one = office.field.everybody()
    pages = [office.get(f"/participants/{who.pseudonym}/who").form("/who").value("address") for who in one]
    assert sorted(text.replace("\r\n", "\n") for text in pages) == ["", "Here 1\nT2N 1N4 Calgary", "There 2"]


def test_three_hundred_people_at_once(office: Office) -> None:
    rows = "".join(f"Person {at},p{at}@example.org,{('woman', 'man')[at % 2]},Calgary\n" for at in range(300))
    page = upload(office, ("name,email,gender,university\n" + rows).encode())
    assert "300 people can be enrolled" in page.words()
    done = page.form("/import").submit()

    assert len(names(done)) == 300
    assert len({one.text for one in done.document.xpath("//td[2]/code")}) == 300
    assert "300 of 300" in office.get("/participants").words()
    assert office.field.actions().count("participants.imported") == 1
    again = upload(office, (b"name,email\nPerson 7,P7@example.org\n"))
    assert "in the study already" in again.words()


def test_a_sheet_of_the_size_that_the_page_promises_comes_through_to_the_last_step(office: Office) -> None:
    """A form may bring half a megabyte; a sheet is carried from step to step and may be larger than that."""
    rows = "".join(f"Person {at},p{at}@example.org,{'Müller street – ' * 11}\n" for at in range(4000))
    data = ("name,email,address\n" + rows).encode()
    assert 700_000 < len(data) < 1_000_000
    page = upload(office, data)
    assert "4000 people can be enrolled" in page.words()
    form = page.form("/import")
    typed = office.coordinator.upload(form.action, [*form.values, ("look", "yes")], "", b"")

    assert typed.status == 200
    assert "4000 people can be enrolled" in typed.words()


def test_codes_to_be_typed_are_made_for_a_hundred_people_at_most(office: Office) -> None:
    rows = "".join(f"Person {at}\n" for at in range(101))
    page = paste(office, "name\n" + rows).form("/import").fill(code="typed").submit()

    assert page.status == 422
    assert any("100 people at once" in one for one in page.complaints)
    assert office.field.everybody() == []


def test_a_form_with_a_file_is_refused_everywhere_else(office: Office) -> None:
    doors: dict[str, Door] = office.house.app.extensions["verbatim-doors"]
    assert {name for name, door in doors.items() if door.files} == {
        "amendments.approve", "board_letters.of_amendment", "board_letters.of_approval",
        "bringing.look", "bringing.take", "enrol.look", "enrol.take",
    }  # fmt: skip
    token = office.get("/enrol").form("/enrol").value("csrf_token")
    for path in ("/enrol", "/links", "/frame", "/letters/send"):
        page = office.coordinator.upload(f"{office.at}{path}", [("csrf_token", token), ("name", "Jo")], "a.csv", b"x")
        assert page.status == 415, path
    assert office.field.everybody() == []
