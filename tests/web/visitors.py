"""Browsers and people: somebody who opens pages, follows forms and signs in as anybody does."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from tests.vault import people
from tests.vault.people import PASSPHRASE, Person
from tests.web.pages import Page
from vault import studies
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Role
from web.kit import cookies

ORIGIN = "https://localhost"

# What a browser says of a form that was sent from a page of the same site.
OWN = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}

_ALWAYS = (
    "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
    "Permissions-Policy", "X-Frame-Options", "Content-Security-Policy", "Strict-Transport-Security", "Cache-Control",
)  # fmt: skip


class Clock:
    """The time by which the guard judges; it stands still until somebody moves it."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self, zone: object = None) -> datetime:
        """What ``datetime.now`` would say."""
        return self.time

    def move(self, **by: float) -> None:
        """It is later: ``minutes=5``."""
        self.time += timedelta(**by)


class Visitor:
    """One browser. Every answer is looked at for headers and cookies, every page for what a page owes its reader."""

    def __init__(self, app: Flask, *, language: str = "en") -> None:
        self.app = app
        self.language = language
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """Open an address; redirects are not followed."""
        return self._asked("GET", path, None, headers or {})

    def post(
        self, path: str, values: Iterable[tuple[str, str]] = (), *, headers: Mapping[str, str] | None = None
    ) -> Page:
        """Send a form as it is; ``headers`` replaces what a browser would say of its origin."""
        return self._asked("POST", path, list(values), OWN if headers is None else headers)

    def send(self, path: str, values: Iterable[tuple[str, str]] = ()) -> Page:
        """Send a form with this browser's token, whatever page it would have stood on."""
        return self.post(path, [("csrf_token", self.token()), *values])

    def upload(self, path: str, values: Iterable[tuple[str, str]], name: str, file: bytes) -> Page:
        """Send a form of the kind that brings a file along, as a browser does."""
        boundary, body = encode_multipart(MultiDict([*values, ("file", FileStorage(io.BytesIO(file), name))]))
        response = self.client.open(
            path, method="POST", base_url=ORIGIN, data=body, headers={"Accept-Language": self.language, **OWN},
            content_type=f"multipart/form-data; boundary={boundary}",
        )  # fmt: skip
        return self._finished("POST", path, response)

    def token(self) -> str:
        """The token that forms of this browser carry."""
        return self.get("/sign-in").forms()[0].value("csrf_token")

    def _asked(self, method: str, path: str, values: list[tuple[str, str]] | None, headers: Mapping[str, str]) -> Page:
        grouped: dict[str, list[str]] = {}
        for name, value in values or ():
            grouped.setdefault(name, []).append(value)
        response = self.client.open(
            path, method=method, base_url=ORIGIN, data=grouped if values is not None else None,
            headers={"Accept-Language": self.language, **headers},
        )  # fmt: skip
        return self._finished(method, path, response)

    def _finished(self, method: str, path: str, response: TestResponse) -> Page:
        missing = [name for name in _ALWAYS if name not in response.headers]
        assert missing == [], f"{method} {path} answered {response.status_code} without {missing}"
        for cookie in response.headers.getlist("Set-Cookie"):
            _assert_good(cookie)
        return Page(response, self.get, lambda where, sent: self.post(where, sent).follow())

    def cookie(self, name: str = cookies.SESSION) -> str | None:
        """The value of a cookie that this browser keeps."""
        found = self.client.get_cookie(name, domain="localhost")
        return found.value if found else None

    def keep(self, name: str, value: str) -> None:
        """The browser has this cookie, wherever it got it."""
        self.client.set_cookie(name, value, domain="localhost", secure=True, httponly=True)

    def forget(self, name: str = cookies.SESSION) -> None:
        """The browser has lost a cookie."""
        self.client.delete_cookie(name, domain="localhost")


def _assert_good(cookie: str) -> None:
    """ASVS 3.3: bound to the host by its name, encrypted, hidden from scripts, not sent along with foreign forms."""
    name = cookie.partition("=")[0]
    said = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert name.startswith("__Host-"), cookie
    assert {"secure", "httponly", "path=/"} <= said, cookie
    assert said & {"samesite=lax", "samesite=strict"}, cookie
    assert not any(part.startswith("domain=") for part in said), cookie


@dataclass
class House:
    """An installation with its application, and ways to bring people into it."""

    app: Flask
    settings: Settings
    stores: Stores
    clock: Clock

    def visitor(self, language: str = "en") -> Visitor:
        """A browser that nobody has used yet."""
        return Visitor(self.app, language=language)

    def person(self, name: str) -> Person:
        """Somebody whose account counts and who is not signed in."""
        with self.stores.work() as work:
            made = people.person(work.db, name, now=self.clock.time)
            work.commit()
        return made

    def code(self, secret: str) -> str:
        """What an authenticator app shows next: codes are good once, so time goes by first."""
        self.clock.move(seconds=31)
        return pyotp.TOTP(secret).at(self.clock.time)

    def sign_in(self, person: Person, browser: Visitor | None = None, *, passphrase: str = PASSPHRASE) -> Visitor:
        """A browser in which ``person`` has signed in through the pages."""
        browser = browser or self.visitor()
        form = browser.get("/sign-in").form("/sign-in")
        halfway = form.fill(email=person.account.email, passphrase=passphrase).submit()
        inside = halfway.form("/code").fill(code=self.code(person.totp_secret)).submit()
        assert inside.status == 200, inside.words()
        return browser

    def found(self, lead: Visitor, title: str = "Mentors and mentees") -> UUID:
        """A study whose lead is whoever uses this browser."""
        page = lead.get("/studies/new").form().fill(title=title, reference="MM-1").submit()
        assert page.title == title
        return UUID(page.path.rpartition("/")[2])

    def join(self, lead: Visitor, study: UUID, person: Person, role: Role) -> UUID:
        """``person`` is a member in ``role`` and holds the keys of it; returns the member's id."""
        form = lead.get(f"/studies/{study}/members/new").form()
        until = (self.clock.time + timedelta(days=365)).date().isoformat() if role is Role.AUDITOR else ""
        page = form.fill(name=person.account.name, email=person.account.email, role=role.value, until=until).submit()
        if page.path.endswith("/keys"):
            page = page.form("/keys").fill(compared=True).submit()
        assert page.path == f"/studies/{study}/members"
        return self.member_of(study, person)

    def member_of(self, study: UUID, person: Person) -> UUID:
        """The id of somebody's standing membership."""
        with self.stores.work(reading=True) as work:
            member = studies.membership(work.db, study, person.id)
        assert member is not None
        return member.id
