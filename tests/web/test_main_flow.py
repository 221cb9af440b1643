"""From an empty installation to a study with a team, keys, cards and an approval, on both kinds of database."""

import re
from datetime import timedelta

import pytest

from tests.web.visitors import House, Visitor
from vault.studies import Role, Scope
from vault.study_keys import held

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)

OWN_WORDS = "marmalade trumpet seventeen glacier"


def _first_day(house: House, code: str) -> tuple[Visitor, str]:
    """A colleague sets up their account with a code; returns their browser and the secret of their app."""
    browser = house.visitor()
    choosing = browser.get("/welcome").form().fill(code=code).submit()
    phone = choosing.form().fill(passphrase=OWN_WORDS, again=OWN_WORDS).submit()
    secret = phone.words("code").replace(" ", "")
    inside = phone.form().fill(passphrase=OWN_WORDS, code=house.code(secret)).submit()
    assert inside.title == "Your recovery code"
    return browser, secret


def test_a_study_comes_into_being_with_its_team_keys_cards_and_approval(house: House) -> None:
    lead_person = house.person("ada")
    lead = house.sign_in(lead_person)
    study = house.found(lead)
    at = f"/studies/{study}"

    sites = lead.get(f"{at}/sites").form().fill(name="University of Sarnia").submit()
    assert sites.notices == ["The site was added."]

    approvals = lead.get(f"{at}/approvals").form()
    today = house.clock.time.date()
    recorded = approvals.fill(
        board="REB", reference="2026-114", covers="Interviews", effective_on=today.isoformat(),
        expires_on=(today + timedelta(days=365)).isoformat(),
    ).submit()  # fmt: skip
    assert recorded.notices == ["The approval was recorded."]
    assert "REB, 2026-114" in lead.get(at).words()

    invited = lead.get(f"{at}/members/new").form().fill(name="Ben", email="ben@example.org", role="analyst").submit()
    code = re.sub(r"[^0-9A-Z]", "", invited.words("code"))
    ben, _ = _first_day(house, code)
    waiting = lead.get(f"{at}/members")
    assert "waits for keys" in waiting.words()
    grant = next(link for link in waiting.links() if link.endswith("/keys") and "/members/" in link)
    page = lead.get(grant)
    assert page.words("code") == ben.get("/account").words("code")  # the fingerprint that two people compare
    assert page.form("/keys").fill(compared=True).submit().notices == ["The keys were granted."]
    assert "answers and transcripts" in ben.get(at).words()

    cards = lead.get(f"{at}/keys").form("/cards").fill(holders="Ethics office\nLibrary", threshold="2").submit()
    assert len(cards.document.xpath("//article")) == 2

    changed = lead.post(f"{at}/keys/responses", [("csrf_token", lead.token())]).follow()
    assert changed.notices == ["The key was changed."]
    left = grant.removesuffix("/keys") + "/leave"
    gone = lead.get(left).form("/leave").submit()
    assert gone.notices == ["The person has left the study, and its keys were changed."]
    assert ben.get(at).status == 404

    with house.stores.work(reading=True) as work:
        assert held(work.db, study, lead_person.account) == frozenset(Scope)
    log = lead.get(f"{at}/log").words()
    assert log.count("2026-11-23") > 8


def test_each_role_is_shown_what_it_opens(house: House) -> None:
    lead = house.sign_in(house.person("ada"))
    study = house.found(lead)

    for role, opens in (
        (Role.COORDINATOR, "names and contacts"),
        (Role.TRANSCRIBER, "recordings"),
        (Role.AUDITOR, "none"),
    ):
        person = house.person(role.value)
        house.join(lead, study, person, role)
        assert opens in house.sign_in(person).get(f"/studies/{study}").words()
