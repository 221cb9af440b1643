"""Attacks 12 and 13: foreign hosts, open redirects, framing, headers on every answer (ASVS 3.3, 3.4, 3.7.2, 4.1.3)."""

import re

import pytest

from tests.vault.people import PASSPHRASE, Person
from tests.web.conftest import Team
from tests.web.furnishing import Furnished, routes
from tests.web.pages import Page
from tests.web.visitors import ORIGIN, House
from vault.errors import Busy, NotSetUp
from web.kit import cookies
from web.team import start

NO_SCRIPTS = "script-src 'none'"

# Addresses of other places, as they have been smuggled past checks before.
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "https:evil.example", "http:/evil.example", "javascript:alert(1)", "data:text/html,x",
    "/%09/evil.example", "/%2f/evil.example", "//%65vil.example", "/.//evil.example", "/..//evil.example",
    "evil.example", "@evil.example", "/ /evil.example", "/studies\r\nSet-Cookie: x=y", "/studies\\@evil.example",
    "\u2028//evil.example", "/\u2215evil.example", "//localhost@evil.example",
]  # fmt: skip


def _assert_dressed(page: Page) -> None:
    headers = page.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    assert policy["script-src"] == "'none'" or re.fullmatch(r"'nonce-[\w-]{20,}'", policy["script-src"])
    assert [name for name, _ in headers if name.lower() in {"server", "x-powered-by"}] == []
    for name in ("Cache-Control", "Content-Security-Policy", "X-Frame-Options"):
        assert len(headers.getlist(name)) == 1


def test_every_page_of_the_map_is_dressed(team: Team, furnished: Furnished) -> None:
    """ASVS 3.4.1 to 3.4.8, 14.3.2."""
    for browser in (team.lead, team.house.visitor(), furnished.participant(team.house)):
        for rule in routes(team.house.app, "GET"):
            if rule.endpoint != "static":
                _assert_dressed(browser.get(furnished.address(rule)))
        for rule in routes(team.house.app, "POST"):
            _assert_dressed(browser.post(furnished.address(rule)))


def test_an_error_is_dressed_like_a_page(house: House, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS 3.4, errors too: 400, 403, 404, 405, 413, 415, 422, 500, 503."""
    browser = house.sign_in(ada)
    token = browser.token()
    found = {
        400: browser.post("/sign-in"),
        403: browser.post("/sign-in", headers={"Origin": "https://evil.example"}),
        404: browser.get("/nowhere/at/all"),
        405: browser.get("/sign-out"),
        413: browser.post("/studies/new", [("csrf_token", token), ("title", "x" * 2_000_000)]),
        422: browser.post("/studies/new", [("csrf_token", token)]),
    }

    def busy() -> None:
        raise Busy

    def broken() -> None:
        raise ZeroDivisionError("a message with what somebody said")

    def unready() -> None:
        raise NotSetUp

    for status, failing in ((503, busy), (500, broken), (503, unready)):
        monkeypatch.setattr(start, "make_response", lambda *_, fail=failing: fail())
        found[status] = browser.get("/healthz")
        assert found[status].status == status
    for status, page in found.items():
        assert page.status == status
        _assert_dressed(page)
        assert page.title
        assert "Traceback" not in page.text
        assert "somebody said" not in page.text


def test_a_form_that_brings_a_file_is_refused(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    response = browser.client.post(
        "/studies/new", base_url=ORIGIN, data={"csrf_token": browser.token(), "title": "x"},
        content_type="multipart/form-data",
    )  # fmt: skip

    assert response.status_code == 415
    assert response.headers["X-Frame-Options"] == "DENY"


def test_only_a_file_that_never_changes_may_be_kept(house: House) -> None:
    """ASVS 14.3.2."""
    browser = house.visitor()
    address = browser.get("/").document.xpath("//link[@rel='stylesheet']/@href")[0]

    good, wrong, missing = browser.get(address), browser.get(address + "x"), browser.get("/static/0/nothing.css")

    assert good.status == 200
    assert good.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert good.headers["X-Content-Type-Options"] == "nosniff"
    for page in (wrong, missing):
        assert page.status == 404
        _assert_dressed(page)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/0/..%2fapp.py", "/static/0/%2e%2e/app.py", "/static//etc/passwd"]
)
def test_no_file_is_reached_by_a_path(house: House, path: str) -> None:
    """ASVS 5.3.2."""
    browser = house.visitor()
    page = browser.get(path)
    if page.status == 308:  # to the same address without its double slash
        assert page.location.startswith(f"{ORIGIN}/static/")
        page = browser.get(page.location)
    assert page.status == 404


def test_a_script_runs_by_this_answers_number_only(house: House) -> None:
    """ASVS 3.4.3: each answer has another nonce, and a page without scripts allows none."""
    browser = house.visitor()
    first, second = (browser.get("/welcome").headers["Content-Security-Policy"] for _ in range(2))

    assert "'nonce-" in first
    assert first != second
    assert NO_SCRIPTS in browser.get("/sign-in").headers["Content-Security-Policy"]
    for word in ("unsafe-inline", "unsafe-eval", "*", "http:", "data:"):
        assert word not in first


def test_every_method_is_dressed_and_none_tells_more(house: House) -> None:
    """ASVS 4.1.4."""
    browser = house.visitor()
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        response = browser.client.open("/sign-in", method=method, base_url=ORIGIN)
        assert response.headers["X-Frame-Options"] == "DENY", method
        assert response.headers["Cache-Control"] == "no-store", method
        assert response.status_code in {200, 400, 403, 405}, method
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_method_in_the_form_is_none(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)

    page = browser.post("/sign-out?_method=GET", headers={"X-HTTP-Method-Override": "GET"})

    assert page.status == 400


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:443",
        "localhost@evil.example",
        "",
        "[::1]",
        "xn--lcalhost-b4d",
    ],
)
def test_another_host_name_is_not_answered(house: House, host: str) -> None:
    """ASVS 4.1.3 and 13.2.4 by another name: no link, mail or redirect is made from what the request calls us."""
    browser = house.visitor()
    for path in ("/", "/account", "/nowhere", "/static/0/x"):
        response = browser.client.get(path, base_url=ORIGIN, headers={"Host": host})
        assert response.status_code == 400, path
        assert "evil" not in response.get_data(as_text=True)
        assert "evil" not in response.headers.get("Location", "")
        assert response.headers["X-Frame-Options"] == "DENY"


def test_a_forwarded_host_is_believed_from_no_one_without_a_proxy(house: House) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}

    page = house.visitor().get("/account", headers=headers)

    assert page.location == "/sign-in?next=/account"


@pytest.mark.parametrize("where", ELSEWHERE)
def test_signing_in_leads_to_pages_of_ours_only(house: House, ada: Person, where: str) -> None:
    """ASVS 3.7.2: an open redirect in ``next``, in the address and in the form."""
    browser = house.visitor()
    page = Page(
        browser.client.get("/sign-in", base_url=ORIGIN, query_string={"next": where}), browser.get,
        browser.post,
    )  # fmt: skip
    form = page.form("/sign-in").fill(email=ada.account.email, passphrase=PASSPHRASE)
    assert form.value("next") == ""

    halfway = form.tamper(next=where)
    assert halfway.location == "/sign-in/code"
    form = browser.get("/sign-in/code").form("/code").fill(code=house.code(ada.totp_secret))
    inside = form.tamper(next=where)

    assert inside.path == "/account/recovery"


@pytest.mark.parametrize("where", [*ELSEWHERE, "/sign-out", "/language", "/nowhere"])
def test_choosing_a_language_leads_to_pages_of_ours_only(house: House, where: str) -> None:
    """ASVS 3.7.2: an open redirect in ``back``."""
    browser = house.visitor()

    page = browser.post("/language", [("csrf_token", browser.token()), ("language", "fr"), ("back", where)])

    assert page.location == "/"


def test_cookies_are_bound_to_this_host_and_hidden_from_scripts(house: House, ada: Person) -> None:
    """ASVS 3.3.1 to 3.3.4; every answer's cookies are looked at by the tests' own browser as well."""
    browser = house.sign_in(ada)
    browser.post("/language", [("csrf_token", browser.token()), ("language", "en")])

    for name in (cookies.SESSION, cookies.FORM, cookies.DEVICE, cookies.LANGUAGE):
        kept = browser.client.get_cookie(name, domain="localhost")
        assert kept is not None, name
        assert kept.secure
        assert kept.http_only
        assert kept.same_site == "Lax"
        assert kept.path == "/"
        assert kept.origin_only
    assert browser.client.get_cookie(cookies.SESSION, domain="localhost").max_age is None  # type: ignore[union-attr]


def test_nothing_is_said_of_what_the_server_is(house: House) -> None:
    """ASVS 13.4.6."""
    page = house.visitor().get("/nowhere")

    for word in ("Werkzeug", "Flask", "Python", "granian", "Jinja"):
        assert word not in page.text + str(page.headers)
