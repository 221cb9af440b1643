"""Attack 3: role × route × other study, generated from the URL map (ASVS 8.2.1, 8.2.2, 8.3.1, 8.4.1)."""

import pytest

from tests.web.conftest import Elsewhere, Team
from tests.web.furnishing import ANSWER, NAME, Furnished, doors, routes
from tests.web.visitors import House
from vault import studies, study_keys
from vault.studies import HOLDS, OF_THE_VISITOR, Permit, Role, Scope

EVERYBODY = frozenset(Role)
LEAD = frozenset({Role.LEAD})

# Who may do what, said here once more and independently of vault.studies: a permit without a line fails.
MAY: dict[Permit, frozenset[Role]] = {
    Permit.SEE_STUDY: EVERYBODY,
    Permit.SEE_INSTRUMENTS: EVERYBODY,
    Permit.SEE_PROGRESS: EVERYBODY,
    Permit.SEE_LEDGER: LEAD | {Role.AUDITOR},
    Permit.MANAGE_STUDY: LEAD,
    Permit.MANAGE_MEMBERS: LEAD,
    Permit.MANAGE_APPROVALS: LEAD | {Role.COORDINATOR},
    Permit.MANAGE_KEYS: LEAD,
    Permit.AUTHOR: LEAD,
    Permit.PUBLISH: LEAD,
    Permit.RECRUIT: LEAD | {Role.COORDINATOR},
    Permit.ASSIGN: LEAD,
    Permit.READ_NAMES: LEAD | {Role.COORDINATOR},
    Permit.READ_ANSWERS: LEAD | {Role.ANALYST},
    Permit.INTERVIEW: LEAD | {Role.INTERVIEWER},
    Permit.ASK_RELEASES: LEAD | {Role.ANALYST},
    Permit.APPROVE_RELEASES: LEAD,
    Permit.RECORD_INCIDENTS: EVERYBODY - {Role.AUDITOR},
    Permit.SEE_INCIDENTS: LEAD | {Role.COORDINATOR, Role.AUDITOR},
    Permit.HANDLE_INCIDENTS: LEAD | {Role.COORDINATOR},
    Permit.ASK_AS_BOARD: frozenset({Role.AUDITOR}),
    Permit.ANSWER_BOARD: LEAD | {Role.COORDINATOR, Role.AUDITOR},
}

# Routes that anybody may call, with the reason for each. A further one fails until it stands here.
OPEN = {
    "start.front", "start.language", "start.alive",  # nothing of anybody
    "sign_in.form", "sign_in.passphrase", "sign_in.sign_out", "sign_in.forgotten", "sign_in.recover",  # the way in
    "welcome.arrive", "welcome.come_in", "welcome.choose",  # by the code of a link
    "arrive.form", "arrive.enter",  # by a participant's code
    "arrive.join", "arrive.enrol",  # by an enrolment link that is open
    "leave.proof",  # by the number of a receipt, for whom no code opens anything any more
    "ethics.entrance",  # what a board can see here; one's own studies once one is signed in
}  # fmt: skip


def test_every_permit_has_a_line_here() -> None:
    assert set(MAY) == set(Permit) - OF_THE_VISITOR


def test_every_route_has_a_door_and_every_open_one_a_reason(house: House) -> None:
    known = doors(house.app)
    endpoints = {rule.endpoint for rule in house.app.url_map.iter_rules()}

    assert endpoints - set(known) == {"static"}
    assert {name for name, door in known.items() if door.permit is Permit.OPEN} - OPEN == set()


def test_a_route_of_a_study_has_a_permit_of_a_study(house: House) -> None:
    known = doors(house.app)
    for method in ("GET", "POST"):
        for rule in routes(house.app, method, of_study=True):
            assert known[rule.endpoint].permit not in OF_THE_VISITOR, rule.rule


def test_whoever_is_not_signed_in_has_to_sign_in_first(house: House, furnished: Furnished) -> None:
    nobody, known = house.visitor(), doors(house.app)
    for rule in routes(house.app, "GET"):
        door = known.get(rule.endpoint)
        if door is None or door.permit in {Permit.OPEN, Permit.TAKE_PART}:
            continue
        assert nobody.get(furnished.address(rule)).location.startswith("/sign-in"), rule.rule
    for rule in routes(house.app, "POST"):
        door = known[rule.endpoint]
        if door.permit in {Permit.OPEN, Permit.TAKE_PART}:
            continue
        page = nobody.send(furnished.address(rule))
        assert page.status == 403 or page.location == "/sign-in", rule.rule


def test_a_participants_pages_know_nobody_without_their_code(house: House, furnished: Furnished) -> None:
    nobody, staff = house.visitor(), house.sign_in(house.person("sam"))
    for browser in (nobody, staff):
        for method in ("GET", "POST"):
            for rule in routes(house.app, method):
                door = doors(house.app).get(rule.endpoint)
                if door is not None and door.permit is Permit.TAKE_PART:
                    address = furnished.address(rule)
                    page = browser.get(address) if method == "GET" else browser.send(address)
                    assert page.status == (303 if method == "GET" else 403), rule.rule


@pytest.mark.parametrize("role", list(Role))
def test_a_study_of_others_is_not_there_whatever_ones_role_in_ones_own(
    team: Team, elsewhere: Elsewhere, role: Role
) -> None:
    browser = team.browsers[role]
    for rule in routes(team.house.app, "GET", of_study=True):
        assert browser.get(elsewhere.things.address(rule)).status == 404, rule.rule
    for rule in routes(team.house.app, "POST", of_study=True):
        assert browser.send(elsewhere.things.address(rule)).status == 404, rule.rule


# Words that mean the same in every study: kinds of keys and files, names and numbers of questions, sections and pages.
_WORDS = {"scope", "kind", "question_id", "section_id", "slot", "checklist", "number"}


def test_what_belongs_to_another_study_is_not_found_under_ones_own(
    team: Team, furnished: Furnished, elsewhere: Elsewhere
) -> None:
    """ASVS 8.2.2: the lead of one study names another study's things under the address of their own.

    What the board alone may do is refused to them before anything is looked for.
    """
    found, known = {}, doors(team.house.app)
    for method in ("GET", "POST"):
        for rule in routes(team.house.app, method, of_study=True):
            if Role.LEAD not in MAY[known[rule.endpoint].permit]:
                continue
            for name in set(rule.arguments) - {"study_id", *_WORDS}:
                mixed = Furnished(team.study, {**furnished.known, name: elsewhere.things.known[name]})
                address = mixed.address(rule)
                page = team.lead.get(address) if method == "GET" else team.lead.send(address)
                found[method, rule.rule, name] = page.status
    assert {where: status for where, status in found.items() if status != 404} == {}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_where_its_permit_is_and_nowhere_else(team: Team, furnished: Furnished, role: Role) -> None:
    known, browser, wrong = doors(team.house.app), team.browsers[role], {}
    for rule in routes(team.house.app, "GET", of_study=True):
        status = browser.get(furnished.address(rule)).status
        # A thing of the study may be kept from somebody whose role has the permit: participants assigned to others.
        fine = {200, 303, 404, 409} | ({403} if len(rule.arguments) > 1 else set())
        if status not in (fine if role in MAY[known[rule.endpoint].permit] else {403}):
            wrong[rule.rule] = status
    for rule in routes(team.house.app, "POST", of_study=True):
        if role not in MAY[known[rule.endpoint].permit]:
            status = browser.send(furnished.address(rule)).status
            if status != 403:
                wrong[rule.rule] = status
    assert wrong == {}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_with_every_permission_check_removed_the_keys_still_say_no(
    team: Team, furnished: Furnished, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 8.3.1, 8.4.1: a role is a set of keys; the permits only spare people pages that could not work."""
    monkeypatch.setattr(studies, "permits_of", lambda _: frozenset(Permit) - OF_THE_VISITOR)
    browser, me = team.browsers[role], team.people[role]
    seen = [browser.get(furnished.address(rule)).text for rule in routes(team.house.app, "GET", of_study=True)]

    for scope in Scope:
        status = browser.send(f"{team.at}/keys/{scope}").status
        assert (status == 403) is (scope not in HOLDS[role]), scope
    assert browser.send(f"{team.at}/keys/cards", [("holders", "A\nB"), ("threshold", "2")]).status == 403
    waiting = team.house.person("mole")
    invited = browser.get(f"{team.at}/members/new").form()
    page = invited.fill(name="Mole", email=waiting.account.email, role=Role.LEAD.value).submit()
    assert page.form("/keys").fill(compared=True).submit().status == 403
    browser.get(f"{team.at}/members/{team.members[role]}/role").form().fill(role=Role.LEAD.value).submit()
    mine = team.house.member_of(team.study, me)
    assert browser.get(f"{team.at}/members/{mine}/keys").form("/keys").fill(compared=True).submit().status == 403

    with team.house.stores.work(reading=True) as work:
        assert study_keys.held(work.db, team.study, waiting.account) == frozenset()
        assert study_keys.held(work.db, team.study, me.account) <= HOLDS[role]
    seen += [browser.get(furnished.address(rule)).text for rule in routes(team.house.app, "GET", of_study=True)]
    if Scope.LINKAGE not in HOLDS[role]:
        assert [text for text in seen if NAME in text] == []
    if Scope.RESPONSES not in HOLDS[role]:
        assert [text for text in seen if ANSWER in text] == []
