"""Open enrolment, and the sampling frame with its quotas."""

from datetime import timedelta

import pytest

from survey import once
from survey.statuses import Status
from tests.web.pages import Page
from tests.web.recruit.conftest import Office
from tests.web.scenario import EVERYTHING
from tests.web.visitors import Visitor


def come_in(visitor: Visitor, word: str) -> Page:
    """Somebody presses the button of a page that was open before whatever closed the address."""
    return visitor.send(f"/join/{word}", [("once", once.new())])


def test_an_address_is_made_used_and_closed(office: Office) -> None:
    page = office.get("/links").form("/links").fill(word="mentors-2026", most="2").submit()
    assert page.notices == ["The address is ready."]
    assert "https://localhost/join/mentors-2026" in page.words()
    visitor = office.house.visitor()
    assert visitor.get("/join/mentors-2026").status == 200
    assert come_in(visitor, "mentors-2026").status == 303
    assert "1 / 2" in office.get("/links").words()
    (one,) = office.field.everybody()
    assert one.pseudonym in office.get("/participants").words()

    closed = office.get("/links").form("/stop").submit()
    assert closed.notices == ["The address is closed."]
    assert "closed by hand" in closed.words()
    assert "not open at present" in office.house.visitor().get("/join/mentors-2026").text
    assert come_in(office.house.visitor(), "mentors-2026").status == 403
    assert len(office.field.everybody()) == 1


def test_without_a_word_one_is_made(office: Office) -> None:
    office.get("/links").form("/links").submit()

    (code,) = office.get("/links").document.xpath("//tbody//code")
    assert len(code.text.rpartition("/")[2]) >= 4


def test_an_address_opens_and_closes_on_its_days_and_when_it_is_full(office: Office) -> None:
    today = office.house.clock.time.date()
    for word, opens, closes in (("soon", 1, 2), ("past", -3, -1), ("here", 0, 0)):
        form = office.get("/links").form("/links").fill(
            word=word, opens_on=str(today + timedelta(days=opens)), closes_on=str(today + timedelta(days=closes)),
            most="1",
        )  # fmt: skip
        form.submit()
    states = {
        row.xpath("th")[0].text_content().rpartition("/")[2]: row.xpath("td")[2].text_content().strip()
        for row in office.get("/links").document.xpath("//tbody/tr")
    }
    assert states == {"soon": "not open yet", "past": "closed", "here": "open"}
    for word in ("soon", "past"):
        assert come_in(office.house.visitor(), word).status == 403
    assert office.field.everybody() == []
    assert [come_in(office.house.visitor(), "here").status for _ in range(2)] == [303, 403]
    assert len(office.field.everybody()) == 1


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"word": "é"}, "word"),
        ({"word": "abc"}, "word"),
        ({"opens_on": ""}, "opens_on"),
        ({"opens_on": "tomorrow"}, "opens_on"),
        ({"closes_on": "2026-01-01"}, "closes_on"),
        ({"most": "0"}, "most"),
        ({"most": "many"}, "most"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_beside_its_field(
    office: Office, typed: dict[str, str], beside: str
) -> None:
    page = office.get("/links").form("/links").fill(**{"word": "mentors", **typed}).submit()

    assert page.status == 422
    assert set(page.complaints.values()) == {beside}
    assert {name: page.form("/links").value(name) for name in typed} == typed
    assert page.document.xpath("//tbody") == []


def test_a_word_is_given_once_in_the_whole_installation(office: Office) -> None:
    office.get("/links").form("/links").fill(word="mentors").submit()
    page = office.get("/links").form("/links").fill(word="Mentors").submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["word"]


def test_an_address_of_another_study_is_not_closed_from_here(office: Office) -> None:
    eve = office.house.sign_in(office.house.person("eve"))
    study = office.house.found(eve, "Elsewhere")
    eve.get(f"/studies/{study}/links").form("/links").fill(word="theirs").submit()

    assert office.coordinator.send(f"{office.at}/links/theirs/stop").status == 404
    assert office.house.visitor().get("/join/theirs").status == 200


def test_quotas_fill_as_people_consent(office: Office) -> None:
    field = office.field
    page = office.get("/frame").form("/frame/quotas").fill(part="{}", target="4").submit()
    assert page.notices == ["The quota was set."]
    page = page.form("/frame/quotas").fill(part='{"university": "Calgary"}', target="2").submit()
    for at in range(3):
        field.enrol(f"Person {at}", f"p{at}@example.org", stratum=0, agrees=EVERYTHING)
    waits = field.enrol("Not yet", "not@example.org", stratum=0)
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th | td")][:4]
        for row in office.get("/frame").document.xpath("//table")[0].xpath(".//tbody/tr")
    ]

    assert field.status(waits) is Status.IDENTIFIED
    assert sorted(rows) == sorted([["Everybody", "4", "3", "1"], ["Calgary", "2", "3", "–"]])
    dropped = office.get("/frame").document.xpath("//form[contains(@action, '/drop')]/@action")
    office.coordinator.send(dropped[0])
    assert len(office.get("/frame").document.xpath("//form[contains(@action, '/drop')]")) == 1


@pytest.mark.parametrize("target", ["", "-1", "some", "1000001"])
def test_a_quota_that_is_no_number_is_kept_in_its_field(office: Office, target: str) -> None:
    page = office.get("/frame").form("/frame/quotas").fill(target=target).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["target"]
    assert page.form("/frame/quotas").value("target") == target


def test_the_frame_grows_by_values_and_not_by_other_attributes(office: Office) -> None:
    page = (
        office.get("/frame")
        .form("/frame")
        .fill(text="university: Calgary, Alberta, Regina\ngender: woman, man")
        .submit()
    )
    assert page.notices == ["The frame was extended."]
    assert len(page.document.xpath("//table")[-1].xpath(".//tbody/tr")) == 6

    wrong = page.form("/frame").fill(text="rank: dean, professor").submit()
    assert wrong.status == 422
    assert list(wrong.complaints.values()) == ["text"]
    assert wrong.form("/frame").value("text") == "rank: dean, professor"
    assert wrong.form("/frame").fill(text="no colon here").submit().status == 422
