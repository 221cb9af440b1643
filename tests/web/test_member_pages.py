"""Who works in a study: bring them in, compare fingerprints, change roles, part."""

import pytest

from tests.vault import people
from tests.web.conftest import Team
from tests.web.visitors import House
from vault import accounts, departures, studies, study_keys
from vault.accounts import Account
from vault.studies import HOLDS, Role, Scope


def _new(team: Team, **typed: str) -> dict[str, str]:
    return {"name": "Ben Okri", "email": "ben@example.org", "role": "analyst", **typed}


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", ""), ("email", "nowhere"), ("email", "a@b"), ("email", "a b@c.org"), ("name", "x" * 121),
     ("email", "x" * 250 + "@e.org")],
)  # fmt: skip
def test_somebody_who_cannot_be_added_is_kept_on_the_page(team: Team, field: str, value: str) -> None:
    page = team.lead.get(f"{team.at}/members/new").form().fill(**_new(team, **{field: value})).submit()

    assert page.status == 422
    assert set(page.complaints.values()) == {field}
    kept = page.form()
    assert (kept.value("role"), kept.value(field)) == ("analyst", value)


def test_a_role_has_to_be_chosen_and_be_one(team: Team) -> None:
    form = team.lead.get(f"{team.at}/members/new").form().fill(name="Ben", email="ben@example.org")

    nothing, invented = form.submit(), form.tamper(role="emperor")

    assert list(nothing.complaints.values()) == ["role"]
    assert invented.status == 422


def test_a_site_of_another_study_cannot_be_named(house: House, team: Team) -> None:
    form = team.lead.get(f"{team.at}/members/new").form().fill(**_new(team))

    assert form.tamper(site=str(team.study)).status == 422


def test_nobody_is_a_member_twice(team: Team) -> None:
    analyst = team.people[Role.ANALYST].account

    form = team.lead.get(f"{team.at}/members/new").form()
    page = form.fill(name=analyst.name, email=f" {analyst.email.upper()} ", role="lead").submit()

    assert page.status == 422
    assert page.complaints == {"This person is a member of the study already. Change the role instead.": "email"}


def test_whoever_lost_everything_sets_the_account_up_anew_by_a_new_link(house: House, team: Team) -> None:
    analyst = team.people[Role.ANALYST]
    with house.stores.work(reading=True) as work:
        members = {one.account_id: one.id for one in studies.members(work.db, team.study)}
    here = f"{team.at}/members/{members[analyst.id]}/welcome"
    assert here in team.lead.get(f"{team.at}/members").links()
    asked = team.lead.get(here)
    assert "nothing that was granted before opens any more" in asked.words(".afterwards")
    page = asked.form("/welcome").submit()
    code = page.document.xpath("//textarea")[0].text.strip().rpartition("#")[2]
    before = house.sign_in(analyst)
    assert before.get(f"{team.at}/members").status == 200

    form = house.visitor().get("/welcome").form().fill(code=code).submit().form()
    passphrase = form.value("passphrase")
    assert form.fill(again=passphrase).submit().path == "/welcome/second-factor"
    with house.stores.work(reading=True) as work:
        account = work.db.get_one(Account, analyst.id)
        assert study_keys.held(work.db, team.study, account) == frozenset()
        assert account.key_number == 2
    assert before.get(f"{team.at}/members").status != 200
    assert "sets up their account" in team.lead.get(f"{team.at}/log").words()


def test_nobody_makes_a_link_for_themselves_or_without_managing_the_team(house: House, team: Team) -> None:
    with house.stores.work(reading=True) as work:
        members = {one.account_id: one.id for one in studies.members(work.db, team.study)}
    own = f"{team.at}/members/{members[team.people[Role.LEAD].id]}/welcome"
    assert team.lead.get(own).status == 403
    assert team.lead.send(own).status == 403
    other = f"{team.at}/members/{members[team.people[Role.ANALYST].id]}/welcome"
    coordinator = house.sign_in(team.people[Role.COORDINATOR])
    assert (coordinator.get(other).status, coordinator.send(other).status) == (403, 403)


def test_pressing_the_button_twice_brings_one_person_in(team: Team) -> None:
    """ASVS 15.4.2."""
    form = team.lead.get(f"{team.at}/members/new").form().fill(**_new(team))

    first, second = form.submit(), form.submit()

    assert (first.status, second.status) == (200, 422)
    with team.house.stores.work(reading=True) as work:
        ben = accounts.by_email(work.db, "ben@example.org")
        assert ben is not None
        assert len([one for one in studies.members(work.db, team.study) if one.account_id == ben.id]) == 1


def test_keys_are_granted_after_the_fingerprint_was_compared_and_not_before(house: House, team: Team) -> None:
    ben = house.person("ben")
    form = team.lead.get(f"{team.at}/members/new").form()
    page = form.fill(name="Ben", email=ben.account.email, role="analyst").submit()
    assert page.path.endswith("/keys")

    unticked = page.form("/keys").submit()

    assert unticked.status == 422
    assert list(unticked.complaints.values()) == ["compared"]
    with house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, ben.account) == frozenset()
    assert unticked.form("/keys").fill(compared=True).submit().notices == ["The keys were granted."]
    with house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, ben.account) == {Scope.RESPONSES}


def test_a_key_that_changed_meanwhile_is_compared_anew(house: House, team: Team) -> None:
    ben = house.person("ben")
    form = team.lead.get(f"{team.at}/members/new").form()
    page = form.fill(name="Ben", email=ben.account.email, role="analyst").submit()
    with house.stores.work() as work:
        account = work.db.get_one(Account, ben.id)
        accounts.give_keys(work.db, account, people.PASSPHRASE, now=house.clock.time)
        account.rehearsed_at = house.clock.time
        work.commit()

    late = page.form("/keys").fill(compared=True).submit()

    assert late.status == 422
    assert list(late.complaints.values()) == ["compared"]
    assert late.words("code") != page.words("code")
    assert late.form("/keys").fill(compared=True).submit().notices == ["The keys were granted."]


def test_whoever_has_no_account_yet_can_be_granted_nothing(team: Team) -> None:
    team.lead.get(f"{team.at}/members/new").form().fill(**_new(team)).submit()
    page = team.lead.get(f"{team.at}/members")
    at = page.form("/welcome").action.removesuffix("/welcome")

    assert team.lead.get(f"{at}/keys").location == f"{team.at}/members"
    assert team.lead.send(f"{at}/keys", [("shown", "0"), ("compared", "y")]).status == 403


def test_whoever_came_in_by_another_study_gets_their_new_link_there(house: House, team: Team) -> None:
    zoe = house.person("zoe")
    house.found(house.sign_in(zoe), "Another")
    house.clock.move(minutes=1)
    with house.stores.work() as work:
        lead = team.people[Role.LEAD].id
        member = studies.join(work.db, team.study, zoe.id, Role.ANALYST, by=lead, now=house.clock.time)
        at = f"{team.at}/members/{member.id}/welcome"
        work.commit()

    for page in (team.lead.get(at), team.lead.send(at)):
        assert page.status == 403
        assert "came in by another study" in page.words()


def test_a_changed_role_opens_what_it_opens_and_nothing_of_the_former(house: House, team: Team) -> None:
    at = f"{team.at}/members/{team.members[Role.ANALYST]}"

    page = team.lead.get(f"{at}/role").form().fill(role="transcriber").submit()

    assert page.notices == ["The role was changed."]
    assert page.path.endswith("/keys")
    page.form("/keys").fill(compared=True).submit()
    analyst = team.people[Role.ANALYST]
    with house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, analyst.account) == {Scope.AUDIO}
    assert "recordings" in team.browsers[Role.ANALYST].get(team.at).words()


def test_the_same_role_again_changes_nothing(team: Team) -> None:
    at = f"{team.at}/members/{team.members[Role.ANALYST]}"

    page = team.lead.get(f"{at}/role").form().submit()

    assert page.path == f"{team.at}/members"
    assert team.house.member_of(team.study, team.people[Role.ANALYST]) == team.members[Role.ANALYST]


def test_the_last_lead_stays_one(team: Team) -> None:
    at = f"{team.at}/members/{team.members[Role.LEAD]}"

    role = team.lead.get(f"{at}/role").form().fill(role="analyst").submit()
    leave = team.lead.get(f"{at}/leave").form().submit()

    assert role.status == 422
    assert list(role.complaints.values()) == ["role"]
    assert leave.status == 403
    assert "Make somebody else a lead first" in leave.words()


def test_a_lead_leaves_once_there_is_another_who_then_changes_the_keys(house: House, team: Team) -> None:
    ben = house.person("ben")
    house.join(team.lead, team.study, ben, Role.LEAD)
    second = house.sign_in(ben)

    page = team.lead.get(f"{team.at}/members/{team.members[Role.LEAD]}/leave").form().submit()

    assert page.path == "/studies"
    assert team.lead.get(team.at).status == 404
    owing = second.get(team.at)
    assert "not changed yet" in owing.words()
    assert owing.form("/settle").submit().notices == ["The study's keys were changed."]
    with house.stores.work(reading=True) as work:
        assert departures.owed(work.db, team.study) == frozenset()
        assert study_keys.study_key(work.db, team.study, Scope.RESPONSES).epoch == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_whoever_left_holds_nothing_and_sees_nothing(house: House, team: Team, role: Role) -> None:
    """ASVS 7.4.2, 8.3.1: from the next request on."""
    page = team.lead.get(f"{team.at}/members/{team.members[role]}/leave").form().submit()

    assert page.notices == ["The person has left the study, and its keys were changed."]
    assert team.browsers[role].get(team.at).status == 404
    assert team.browsers[role].get("/studies").status == 200
    with house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, team.people[role].account) == frozenset()
        for scope in Scope:
            epoch = study_keys.study_key(work.db, team.study, scope).epoch
            assert epoch == (2 if scope in HOLDS[role] else 1)


def test_a_member_who_is_gone_is_not_found(team: Team) -> None:
    at = f"{team.at}/members/{team.members[Role.ANALYST]}"
    form = team.lead.get(f"{at}/leave").form()
    form.submit()

    assert form.submit().status == 404
    assert team.lead.get(f"{at}/role").status == 404
    assert team.lead.get(f"{at}/keys").status == 404
