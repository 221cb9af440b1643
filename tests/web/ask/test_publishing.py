"""Publishing a version: it says what follows, asks why for every change, and refuses with the reason."""

from uuid import UUID

import pytest

from instruments import shelf, versions
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault import approvals

FIRST, SECOND, THIRD, FOURTH = shelf.LIST_1
WHY = "Three mentees spoke of it unasked."


@pytest.fixture
def instrument(desk: Desk) -> UUID:
    return desk.begin(FIRST)


@pytest.fixture
def second(desk: Desk, instrument: UUID) -> UUID:
    """The first version is published, and the draft has one question more."""
    desk.publish(instrument, FIRST)
    desk.write(instrument, SECOND)
    desk.grant(instrument)
    return instrument


def _page(desk: Desk, instrument: UUID) -> Page:
    return desk.get(f"/instruments/{instrument}/publish")


def test_the_first_version_needs_an_approval_and_no_reasons(desk: Desk, instrument: UUID) -> None:
    page = _page(desk, instrument)
    assert "Not a word of the version can be changed afterwards." in page.words(".afterwards")

    done = page.form("/publish").fill(approval=str(desk.approval)).submit()

    assert done.title == "Guide for mentees (List 1), version 1"
    assert "REB Calgary, 17024" in done.words()


def test_the_page_says_who_is_asked_what_from_now_on(desk: Desk, second: UUID) -> None:
    said = _page(desk, second).words(".afterwards")

    assert "every interview that begins follows version 2" in said
    assert "Whoever has begun version 1, or one before it, finishes on that one." in said
    assert "“not yet asked”" in said


def test_reasons_that_the_library_gives_are_filled_in_and_can_be_changed(desk: Desk, second: UUID) -> None:
    form = _page(desk, second).form("/publish")
    assert form.value("reason-assigned_or_chosen").startswith("Mentees set mentors")
    assert form.value("theme-assigned_or_chosen") == "Assigned versus self-identified mentor"


def test_the_librarys_reasons_are_marked_and_published_only_once_somebody_says_that_they_hold(
    desk: Desk, second: UUID
) -> None:
    page = _page(desk, second)
    assert "the library's suggestion" in page.words("article")
    refused = page.form("/publish").fill(approval=str(desk.approval)).submit()

    assert refused.status == 422
    assert list(refused.complaints.values()) == ["library"]
    assert "the library's suggestion" in refused.words("article")
    own = refused.form("/publish").fill(**{"reason-assigned_or_chosen": ""}).submit()
    assert "the library's suggestion" not in own.words()
    assert own.document.xpath("//input[@name='library']") == []
    done = refused.form("/publish").fill(library=True).submit()
    assert done.title.endswith("version 2")
    assert "Mentees set mentors" in done.words(".changes-why")


def test_a_change_without_a_reason_is_refused_and_nothing_typed_is_lost(desk: Desk, second: UUID) -> None:
    form = _page(desk, second).form("/publish")
    values = {"reason-assigned_or_chosen": "", "theme-assigned_or_chosen": "Assigned", "approval": str(desk.approval)}

    page = form.fill(**values).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["reason-assigned_or_chosen"]
    assert page.form("/publish").value("theme-assigned_or_chosen") == "Assigned"
    assert page.form("/publish").value("approval") == str(desk.approval)


def test_everything_that_is_missing_is_named_at_once(desk: Desk) -> None:
    instrument = desk.begin(shelf.LIST_1[0])
    desk.publish(instrument, shelf.LIST_1[0])
    desk.write(instrument, shelf.LIST_1[2])

    page = desk.get(f"/instruments/{instrument}/publish").form("/publish").fill(**{"reason-effect": ""}).submit()

    assert page.status == 422
    assert {"reason-effect", "reason-assigned_or_chosen", "library", "approval"} <= set(page.complaints.values())


def test_a_version_is_published_with_the_reason_for_its_change(desk: Desk, second: UUID) -> None:
    form = _page(desk, second).form("/publish")
    values = {"reason-assigned_or_chosen": WHY, "evidence-assigned_or_chosen": "Interviews 1 to 3"}

    page = form.fill(approval=str(desk.approval), **values).submit()

    assert page.title.endswith("version 2")
    assert WHY in page.words(".changes-why")
    assert "Interviews 1 to 3" in page.words(".changes-why")


def test_one_reason_serves_several_changes(desk: Desk, second: UUID) -> None:
    desk.publish(second, SECOND)
    desk.publish(second, THIRD)
    desk.write(second, FOURTH)
    desk.grant(second)
    page = _page(desk, second)
    form = page.form("/publish")
    assert form.value("same-work_life") == "roles"

    done = form.fill(approval=str(desk.approval), library=True).submit()

    with desk.house.stores.work(reading=True) as work:
        version = versions.newest(work.db, second)
        assert version is not None
        changes = {change.question: change.reason for change in versions.changes_of(work.db, version)}
    assert done.title.endswith("version 4")
    assert changes["work_life"] == changes["roles"]


def test_a_reason_and_somebody_elses_reason_at_once_is_refused(desk: Desk, second: UUID) -> None:
    desk.publish(second, SECOND)
    desk.publish(second, THIRD)
    desk.write(second, FOURTH)
    desk.grant(second)
    form = _page(desk, second).form("/publish")

    page = form.fill(approval=str(desk.approval), library=True, **{"reason-work_life": WHY}).submit()

    assert page.status == 422
    assert "Keep one of the two." in next(iter(page.complaints))
    assert page.form("/publish").value("reason-work_life") == WHY


def test_nothing_is_published_without_choosing_an_approval(desk: Desk, instrument: UUID) -> None:
    page = _page(desk, instrument).form("/publish").submit()

    assert page.status == 422
    assert page.complaints == {"Choose the board's decision that covers this.": "approval"}


def test_without_an_approval_in_force_the_page_says_where_to_record_one(desk: Desk, instrument: UUID) -> None:
    desk.house.clock.move(days=400)
    page = _page(desk, instrument)

    assert "No approval is in force today" in page.words()
    assert page.document.xpath("//main//form") == []
    assert f"{desk.at}/approvals" in page.links()


def test_an_approval_of_another_study_publishes_nothing(desk: Desk, instrument: UUID) -> None:
    page = _page(desk, instrument).form("/publish").tamper(approval="99")

    assert page.status == 422
    assert "approval" in page.complaints.values()


def test_a_draft_with_faults_is_not_published(desk: Desk, instrument: UUID) -> None:
    editor = desk.get(f"/instruments/{instrument}/draft").form("/draft")
    broken = editor.value("text").replace("label: How did the relationship with your mentor begin?", 'label: ""')

    page = editor.fill(text=broken).submit(then="publish")

    assert "It cannot be published yet" in page.words()
    assert "start" in page.words(".findings")
    assert page.document.xpath("//main//form") == []


def test_who_publishes_what_somebody_has_just_changed_is_shown_it_first(desk: Desk, second: UUID) -> None:
    form = _page(desk, second).form("/publish").fill(approval=str(desk.approval), **{"reason-assigned_or_chosen": WHY})
    desk.write(second, SECOND)

    page = form.submit()

    assert page.status == 409
    assert "while this page was open" in next(iter(page.complaints))
    assert page.form("/publish").value("reason-assigned_or_chosen") == WHY
    assert page.form("/publish").submit().title.endswith("version 2")


def test_a_draft_that_changes_nothing_is_not_published(desk: Desk, instrument: UUID) -> None:
    desk.publish(instrument, FIRST)

    assert "Nothing has changed since version 1." in _page(desk, instrument).words()


def test_the_log_says_what_was_published_in_words(desk: Desk, second: UUID) -> None:
    desk.publish(second, SECOND)

    said = desk.get("/log").words()

    assert "Began the instrument Guide for mentees (List 1)." in said
    assert "Published version 2 of Guide for mentees (List 1)" in said
    assert approvals.__name__ not in said
