"""Attack 19: the same deed twice at the same moment, on both kinds of database (ASVS 2.3.3, 2.3.4, 15.4.2)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.vault.people import PASSPHRASE, Person
from tests.web.simultaneous import together, twice
from tests.web.visitors import House
from vault import approvals, studies
from vault.accounts import Account
from vault.sessions import SessionRow, Stage
from vault.studies import Study

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


def test_one_study_is_founded(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    form = lead.get("/studies/new").form().fill(title="Once", reference="O")

    pages = twice(lead, form)

    assert {page.status for page in pages} <= {303, 503}
    assert len({page.location for page in pages if page.status == 303}) == 1
    with house.stores.work(reading=True) as work:
        assert work.db.scalar(select(func.count()).select_from(Study)) == 1


def test_one_person_is_brought_in(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    study = house.found(lead)
    form = lead.get(f"/studies/{study}/members/new").form().fill(name="Ben", email="ben@example.org", role="analyst")

    pages = twice(lead, form)

    assert sorted(page.status for page in pages)[0] == 200
    assert {page.status for page in pages} <= {200, 409, 422, 503}
    assert len([page for page in pages if page.status == 200]) == 1
    with house.stores.work(reading=True) as work:
        assert len(studies.members(work.db, study)) == 2
        assert work.db.scalar(select(func.count()).select_from(Account)) == 2


def test_one_decision_is_recorded(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    study = house.found(lead)
    today = house.clock.time.date()
    form = lead.get(f"/studies/{study}/approvals").form().fill(
        board="B", reference="R", covers="C", effective_on=today.isoformat(),
        expires_on=(today + timedelta(days=9)).isoformat(),
    )  # fmt: skip

    pages = twice(lead, form)

    assert {page.status for page in pages} <= {303, 503}
    with house.stores.work(reading=True) as work:
        assert len(approvals.of_study(work.db, study)) == 1


def test_one_site_is_added(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    study = house.found(lead)
    form = lead.get(f"/studies/{study}/sites").form().fill(name="Clinic")

    pages = twice(lead, form)

    assert len([page for page in pages if page.status == 303]) == 1
    assert {page.status for page in pages} <= {303, 409, 422, 503}
    with house.stores.work(reading=True) as work:
        assert len(studies.sites(work.db, study)) == 1


def test_one_key_follows_another_when_it_is_changedtwice(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    study = house.found(lead)

    pages = twice(lead, lead.get(f"/studies/{study}/keys/responses").form(), times=2)

    assert {page.status for page in pages} <= {303, 409, 503}
    assert "change interrupted" not in lead.get(f"/studies/{study}/keys").words()
    assert lead.get(f"/studies/{study}/keys/responses").form().submit().notices[-1] == "The key was changed."


def test_a_code_of_the_app_lets_one_in(house: House, ada: Person) -> None:
    """ASVS 6.5.1: a code seen over a shoulder and sent at the same moment."""
    forms = []
    for _ in range(3):
        browser = house.visitor()
        form = browser.get("/sign-in").form("/sign-in").fill(email=ada.account.email, passphrase=PASSPHRASE)
        forms.append((browser, form.submit().form("/code")))
    code = house.code(ada.totp_secret)

    pages = together(
        [lambda b=b, f=f: b.post(f.action, f.fill(code=code).values) for b, f in forms]  # type: ignore[misc]
    )

    assert sorted(page.status for page in pages) == [303, 422, 422]
    with house.stores.work(reading=True) as work:
        full = select(func.count()).select_from(SessionRow).where(SessionRow.stage == Stage.FULL)
        assert work.db.scalar(full) == 1


def test_a_welcome_link_makes_one_pair_of_keys(house: House, ada: Person) -> None:
    lead = house.sign_in(ada)
    study = house.found(lead)
    form = lead.get(f"/studies/{study}/members/new").form()
    invited = form.fill(name="Ben", email="ben@example.org", role="analyst").submit()
    code = re.sub(r"[^0-9A-Z]", "", invited.words("code"))
    words = "marmalade trumpet seventeen glacier"
    tabs = []
    for _ in range(3):
        browser = house.visitor()
        choosing = browser.get("/welcome").form().fill(code=code).submit().form()
        tabs.append((browser, choosing.fill(passphrase=words, again=words)))

    pages = together([lambda b=b, f=f: b.post(f.action, f.values) for b, f in tabs])  # type: ignore[misc]

    assert len([page for page in pages if page.status == 303]) == 1
    assert {page.status for page in pages} <= {303, 409, 422, 503}
    with house.stores.work(reading=True) as work:
        assert work.db.scalar(select(Account.key_number).where(Account.email == "ben@example.org")) == 1
