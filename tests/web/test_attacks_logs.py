"""Attack 14: what people type reaches no log, no traceback and no address (ASVS 14.2.1, 16.2.5, 16.5.1)."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vault import people
from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.furnishing import Furnished, routes
from tests.web.serving import served
from tests.web.visitors import ORIGIN, House, Visitor
from vault import sessions, studies
from vault.sessions import Stage
from vault.settings import Settings
from vault.store import Stores
from web.kit import cookies
from web.team import start

MARK = "zebrafinch"

# Unlike anything that the program says by itself.
MARKED = {"email": f"{MARK}@example.org"}
TYPED = {"text", "email", "password", "search", "tel"}
LINE = re.compile(r"(GET|POST|HEAD) \S+ \d{3} \d+\.\d+ms|fault [0-9a-f]{8} \w+ at .*")


def _type_everywhere(browser: Visitor, things: Furnished) -> int:
    """Every form of every page, filled in with the word and sent; returns how many fields that were."""
    filled = 0
    for rule in routes(browser.app, "GET"):
        page = browser.get(things.address(rule)) if rule.endpoint != "static" else None
        for form in page.forms() if page is not None and page.tree is not None else ():
            if form.action.endswith(("/sign-out", "/leave", "/others")):
                continue
            for name, (first, *_) in form.fields.items():
                if first.tag == "textarea" or (first.tag == "input" and (first.get("type") or "text") in TYPED):
                    form.fill(**{name: MARKED.get(name, f"{MARK} {MARK} {MARK}")})
                    filled += 1
            answer = browser.post(form.action, form.values)
            assert answer.status != 500, form.action
            assert MARK not in answer.location, form.action
            assert not answer.location or MARK not in browser.get(answer.location).location
    return filled


def test_what_is_typed_anywhere_reaches_no_log_and_no_address(
    team: Team, furnished: Furnished, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every form of every page, every address and every header, with a word in it that is then looked for."""
    filled = _type_everywhere(team.lead, furnished) + _type_everywhere(team.house.visitor(), furnished)
    marked = dict.fromkeys(("pseudonym", "word", "name", "digest"), MARK)
    for method in ("GET", "POST"):
        for rule in routes(team.house.app, method):
            address = Furnished(team.study, {**furnished.known, **marked}).address(rule)
            team.lead.client.open(
                f"{address}?{MARK}={MARK}", method=method, base_url=ORIGIN, data={MARK: MARK},
                headers={"User-Agent": MARK, "Referer": MARK, "X-Forwarded-For": MARK, "Accept-Language": MARK},
            )  # fmt: skip

    assert filled > 30
    assert MARK not in caplog.text + "".join(capfd.readouterr())
    assert [record.getMessage() for record in caplog.records if not LINE.fullmatch(record.getMessage())] == []


def test_a_line_of_the_log_has_no_address_no_person_and_no_query(
    house: House, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """ASVS 16.2.5: method, route, status and time are all."""
    browser = house.sign_in(ada)
    study = house.found(browser)
    caplog.clear()

    browser.get(f"/studies/{study}?secret=1")

    assert re.fullmatch(r"GET /studies/<uuid:study_id> 200 \d+\.\dms", caplog.messages[-1])


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, ValueError, OSError, RecursionError, AssertionError])
def test_a_fault_is_a_number_on_the_page_and_a_place_in_the_log(
    house: House, ada: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str], kind: type[Exception],
) -> None:  # fmt: skip
    """ASVS 16.5.1: neither page nor log has the message of a fault, which may hold what somebody said."""

    def broken(*args: object, **more: object) -> None:
        told = f"{MARK} was said by ada"
        raise kind(told) from ZeroDivisionError(told)

    lead = house.sign_in(ada)
    form = lead.get("/studies/new").form().fill(title=MARK, reference=MARK)
    monkeypatch.setattr(studies, "found", broken)
    page = form.submit()

    assert page.status == 500
    assert page.title == "Something went wrong on our side"
    number = page.words("code")
    assert re.fullmatch(r"[0-9a-f]{8}", number)
    (fault,) = [message for message in caplog.messages if message.startswith("fault")]
    assert fault.startswith(f"fault {number} {kind.__name__} at broken:")
    assert " < found:" in fault
    assert MARK not in caplog.text + "".join(capfd.readouterr()) + page.text


def test_a_fault_keeps_nothing_of_what_was_begun(house: House, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS 2.3.3: the study was there when the fault came, and is gone with it."""
    lead = house.sign_in(ada)
    form = lead.get("/studies/new").form().fill(title="Half", reference="H")

    def broken(*args: object, **more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("web.team.studies.study_keys.make", broken)
        assert form.submit().status == 500

    assert "Half" not in lead.get("/studies").text


def test_a_fault_in_the_error_page_itself_is_a_line_with_a_number(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """ASVS 16.5.4: the last net, so that no server logs a fault with everything in it."""

    def broken(*args: object, **more: object) -> str:
        raise RuntimeError(MARK)

    monkeypatch.setattr("web.kit.errors.render_template", broken)
    monkeypatch.setattr(start, "make_response", broken)

    page = house.visitor().get("/healthz")

    assert page.status == 500
    assert page.response.mimetype == "text/plain"
    assert re.search(r"Number: [0-9a-f]{8}\n$", page.text)
    assert MARK not in page.text + caplog.text


def test_a_real_server_says_nothing_of_what_people_type(settings: Settings, stores: Stores, tmp_path: Path) -> None:
    """The same for everything that ``verbatim serve`` writes, faults of the database included."""
    now = datetime.now(UTC)
    with stores.work() as work:
        ada = people.person(work.db, "ada", now=now)
        study = people.study_of(work.db, ada, now=now).id
        cookie = sessions.open_session(work.db, ada.id, ada.seed, stage=Stage.FULL, now=now)
        work.commit()
    log = tmp_path / "log"

    with served(settings, log) as browser:
        browser.cookies[cookies.SESSION] = cookie
        typed = {"email": f"{MARK}@example.org", "passphrase": MARK, "name": MARK, "title": MARK, "reference": MARK}
        told = {"User-Agent": MARK, "Referer": f"https://localhost/{MARK}"}
        assert browser.send(f"/studies/{study}/sites", typed, told)[0] == 303
        assert browser.send("/studies/new", typed, told)[0] == 303
        for path in ("/sign-in", "/welcome", "/account/passphrase", f"/studies/{study}/members/new"):
            assert browser.send(path, typed, told)[0] == 422, path
        assert browser.ask("GET", f"/{MARK}?{MARK}={MARK}", headers=told)[0] == 404
        assert browser.ask("GET", "/", headers={"Host": f"{MARK}.example"})[0] == 400
        assert browser.ask("POST", "/sign-in", MARK.encode(), {"Content-Type": "text/plain"})[0] == 400
        with sqlite3.connect(settings.home / "verbatim.db") as connection:
            connection.execute("ALTER TABLE site RENAME TO elsewhere")
        assert browser.send(f"/studies/{study}/sites", {"name": f"{MARK} again"}, told)[0] == 500

    said = log.read_text()
    assert "fault" in said
    assert "POST /studies/<uuid:study_id>/sites 500" in said
    assert MARK not in said
    assert "Traceback" not in said
    assert str(study) not in said
    assert cookie not in said
