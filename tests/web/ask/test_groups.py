"""To whom an instrument is offered is chosen on its page, and holds for participants and interviewers."""

from instruments import shelf
from survey import audiences, frames
from tests.web.interviewer.conftest import Desk, desk
from tests.web.participant.conftest import decide, made_place
from tests.web.scenario import EVERYTHING, field, kept
from tests.web.visitors import House
from vault.studies import Role

__all__ = ["desk", "field", "kept"]


def test_a_lead_offers_a_guide_to_a_group_and_interviewers_see_it_for_that_group_only(desk: Desk) -> None:
    field = desk.field
    man = field.enrol("Kim", "kim@example.org", assigned=True, agrees=EVERYTHING, stratum=1)
    woman = field.enrol("Lou", "lou@example.org", assigned=True, agrees=EVERYTHING, stratum=0)
    lead = field.browser(desk.house, Role.LEAD)
    here = f"{field.at}/instruments/{field.guide}"
    assert "Offered to everybody" in lead.get(here).words()
    form = lead.get(f"{here}/groups").form("/groups")
    form.values.append(("groups", '["gender", "man"]'))
    page = form.submit()

    assert page.notices == ["It is offered to these groups from now on."]
    assert "Offered to gender: man" in page.words()
    ticked = lead.get(f"{here}/groups").document.xpath("//input[@name='groups'][@checked]/@value")
    assert ticked == ['["gender", "man"]']
    assert "Said to whom Guide for mentees (List 1) is offered: gender: man." in lead.get(f"{field.at}/log").words()
    offered = f"{field.at}/interviews/{man.pseudonym}"
    assert str(field.guide) in desk.browser.get(offered).document.xpath("//select[@name='guide']/option/@value")
    for one in (woman, desk.jo):
        seen = desk.browser.get(f"{field.at}/interviews/{one.pseudonym}")
        assert "No guide is there for this participant" in seen.words()
        sent = desk.browser.send(f"{field.at}/interviews/{one.pseudonym}", [("guide", str(field.guide))])
        assert sent.status == 422
    form = lead.get(f"{here}/groups").form("/groups")
    form.values = [(name, value) for name, value in form.values if name != "groups"]
    assert "Offered to everybody" in form.submit().words()
    assert lead.get(f"{here}/groups").form("/groups").tamper(groups='["gender", "robot"]').status == 422


def test_only_who_publishes_chooses_groups(desk: Desk) -> None:
    here = f"{desk.field.at}/instruments/{desk.field.guide}/groups"
    for role in set(Role) - {Role.LEAD}:
        assert desk.field.browser(desk.house, role).get(here).status == 403
        assert desk.field.browser(desk.house, role).send(here).status == 403


def test_a_participant_outside_the_group_is_thanked_and_asked_nothing(house: House) -> None:
    place = made_place(house, shelf.load(shelf.SHORT_SURVEY))
    made = place.made
    with house.stores.work() as work:
        by, now = made.lead.id, house.clock.time
        frames.add_cells(work.db, made.study.id, {"role": ("mentee", "mentor")}, by=by, now=now)
        audiences.restrict(
            work.db, made.study.id, made.version.instrument_id, {"role": ["mentee"]}, by=by, now=now
        )  # fmt: skip
        work.commit()
    browser, letter = place.come_in(place.enrol())

    assert decide(letter).path == "/p/thanks"
    assert browser.get("/p/begin").follow().path == "/p/thanks"
    assert browser.send("/p/begin").follow().path == "/p/thanks"
