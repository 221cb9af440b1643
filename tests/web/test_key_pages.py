"""A study's keys and the cards for the day when everybody has forgotten theirs."""

import pytest
from sqlalchemy import delete

from tests.web.conftest import Team
from tests.web.visitors import House
from vault import study_keys
from vault.studies import HOLDS, Role, Scope
from vault.study_keys import KeyGrant


def _cards(team: Team, holders: str = "Ethics office\nLibrary\nData protection", threshold: str = "2") -> list[str]:
    page = team.lead.get(f"{team.at}/keys").form("/cards").fill(holders=holders, threshold=threshold).submit()
    return [code.text_content() for code in page.document.xpath("//article//code")]


def test_the_page_names_every_key_and_who_holds_it(team: Team) -> None:
    words = team.lead.get(f"{team.at}/keys").words()

    for keepers in ("Analyst, Lead", "Lead, Transcriber", "Coordinator, Lead"):
        assert keepers in words


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_is_changed_and_its_holders_keep_holding_it(house: House, team: Team, scope: Scope) -> None:
    page = team.lead.get(f"{team.at}/keys/{scope}").form().submit()

    assert page.notices == ["The key was changed."]
    with house.stores.work(reading=True) as work:
        assert study_keys.study_key(work.db, team.study, scope).epoch == 2
        holders = {grant.account_id for grant in study_keys.grants(work.db, team.study, scope, 2)}
    entitled = {team.people[role].id for role in Role if scope in HOLDS[role]}
    assert holders == entitled


@pytest.mark.parametrize(
    ("holders", "threshold", "field"),
    [("", "2", "holders"), ("Library", "2", "holders"), ("Library\nLibrary", "2", "holders"),
     ("Library\nOffice", "1", "threshold"), ("Library\nOffice", "3", "holders"), ("Library\nOffice", "", "threshold"),
     ("Library\nOffice", "two", "threshold"), ("x" * 2001, "2", "holders")],
)  # fmt: skip
def test_cards_that_cannot_be_made_say_why_and_keep_the_names(
    team: Team, holders: str, threshold: str, field: str
) -> None:
    page = team.lead.get(f"{team.at}/keys").form("/cards").fill(holders=holders, threshold=threshold).submit()

    assert page.status == 422
    assert field in page.complaints.values()
    assert page.form("/cards").value("holders").split() == holders.split()


def test_a_card_is_checked_without_opening_anything(team: Team) -> None:
    first, *_ = _cards(team)

    right = team.lead.get(f"{team.at}/keys").form("/check").fill(card=first.lower().replace("-", " ")).submit()
    for wrong in ("", "nothing", "0" * 32, "!" * 5):
        page = team.lead.get(f"{team.at}/keys").form("/check").fill(card=wrong).submit()
        assert page.status == 422
        assert list(page.complaints.values()) == ["card"]

    assert "This is the card of Ethics office, and it is right." in right.notices
    # What a next page would say travels in a cookie, and the name of a keeper does not.
    assert right.status == 200
    assert "it is right" not in team.lead.get(f"{team.at}/keys").words()


def test_new_cards_make_the_former_ones_worthless(team: Team) -> None:
    former, *_ = _cards(team)
    _cards(team)

    assert team.lead.get(f"{team.at}/keys").form("/check").fill(card=former).submit().status == 422


def _forget_all_keys(house: House, team: Team) -> None:
    with house.stores.work() as work:
        work.db.execute(delete(KeyGrant).where(KeyGrant.account_id == team.people[Role.LEAD].id))
        work.commit()


def test_enough_cards_open_the_study_for_its_lead_again(house: House, team: Team) -> None:
    cards = _cards(team)
    _forget_all_keys(house, team)
    assert "You hold no key of this study" in team.lead.get(team.at).words()

    one = team.lead.get(f"{team.at}/keys/rescue").form().fill(cards=cards[0]).submit()
    assert one.status == 422
    assert list(one.complaints.values()) == ["cards"]
    mistyped = team.lead.get(f"{team.at}/keys/rescue").form().fill(cards=f"{cards[0]}\n{'0' * 32}").submit()
    assert mistyped.status == 422
    page = team.lead.get(f"{team.at}/keys/rescue").form().fill(cards="\n".join(cards[1:])).submit()

    assert page.notices == ["You hold the study's keys again. Make new cards, because these have been seen."]
    with house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, team.people[Role.LEAD].account) == frozenset(Scope)


def test_whoever_holds_no_key_changes_none_and_makes_no_cards(house: House, team: Team) -> None:
    _forget_all_keys(house, team)

    assert team.lead.send(f"{team.at}/keys/responses").status == 403
    assert team.lead.send(f"{team.at}/keys/cards", [("holders", "A\nB"), ("threshold", "2")]).status == 403
    with house.stores.work(reading=True) as work:
        assert study_keys.study_key(work.db, team.study, Scope.RESPONSES).epoch == 1


@pytest.mark.parametrize("text", ["", "nothing", "!", "0" * 5000])
def test_cards_that_are_none_open_nothing(team: Team, text: str) -> None:
    _cards(team)

    page = team.lead.get(f"{team.at}/keys/rescue").form().fill(cards=text).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["cards"]
