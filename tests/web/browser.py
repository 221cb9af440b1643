"""A real Chromium in front of a real server on this machine, for tests marked ``browser``.

Ask for ``site`` (a fresh installation, served on loopback) and ``chromium``; ``site.context(chromium)`` is a browser.
Set SCREENSHOTS to a folder to keep what ``photograph`` sees.
"""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.vault.people import Person
from vault import sessions
from vault.sessions import Stage
from vault.settings import Settings, make_server_key
from vault.store import Stores
from web.kit import cookies

NARROW, WIDE = 360, 1280
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Site:
    """An installation that answers at ``url``."""

    url: str
    settings: Settings
    stores: Stores

    @contextmanager
    def context(
        self,
        chromium: Browser,
        *,
        width: int = WIDE,
        scripts: bool = True,
        language: str = "en",
        scheme: Literal["light", "dark"] = "light",
    ) -> Iterator[BrowserContext]:
        """A browser that knows nothing of any other; whatever a page logs as an error fails the test at the end."""
        opened = chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        faults: list[str] = []
        opened.on("weberror", lambda error: faults.append(str(error.error)))
        opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        try:
            yield opened
        finally:
            opened.close()
        assert faults == []

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        """The browser holds a session of ``person``, as after passphrase and code."""
        now = datetime.now(UTC)
        with self.stores.work() as work:
            value = sessions.open_session(work.db, person.id, person.seed, stage=Stage.FULL, now=now)
            work.commit()
        # By its name the cookie has to come from https; the page itself would be allowed to set it.
        cookie = {"name": cookies.SESSION, "value": value, "url": self.url.replace("http:", "https:"), "secure": True}
        context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])  # type: ignore[typeddict-item]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run; every test opens contexts of its own in it."""
    program = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Iterator[Site]:
    """A fresh installation on SQLite with every page, served by a thread on a free port of this machine."""
    home = tmp_path / "site"
    home.mkdir(mode=0o700)
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(sqlite_template / name, home / name)
    # Chromium takes Secure cookies from http://localhost, which it counts as safe as https.
    settings = Settings(
        home, f"sqlite:///{home}/verbatim.db", f"sqlite:///{home}/keyring.db", "http://localhost", ("localhost",)
    )
    make_server_key(settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = replace(settings, public_url=f"http://localhost:{port}")
    # Named and not imported, so that tests of one room run while another is being built.
    app = import_module("wsgi").create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    stores = Stores.open(settings.database_url, settings.keyring_url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Site(settings.public_url, settings, stores)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        stores.dispose()
        app.extensions["verbatim"].stores.dispose()


def assert_accessible(page: Page) -> None:
    """axe finds nothing to object to: WCAG 2.2 A and AA, and its good practices."""
    found = Axe().run(page).response["violations"]
    said = [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]
    assert said == [], f"{page.url}\n" + "\n".join(said)


def assert_fits(page: Page) -> None:
    """Nothing sticks out at the side: the page itself is never scrolled sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} px wider than the screen"


def settle(page: Page) -> None:
    """The page that a click led to is here: loaded, with its one heading. A click ends before that."""
    page.wait_for_load_state()
    expect(page.locator("h1"), page.url).to_have_count(1)


def assert_good(page: Page) -> None:
    """The page is fit for a telephone and for a desk, in light and in dark."""
    settle(page)
    for width, scheme in ((NARROW, "light"), (WIDE, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert_fits(page)
        assert_accessible(page)
    page.emulate_media(color_scheme="light")


def photograph(page: Page, name: str) -> None:
    """With SCREENSHOTS set, the page as it looks on a telephone, at a desk, in the dark and on paper."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    settle(page)
    before = page.viewport_size
    looks = {
        "360": (NARROW, "light", "screen"),
        "1280": (WIDE, "light", "screen"),
        "dark": (WIDE, "dark", "screen"),
        "print": (700, "light", "print"),
    }
    for suffix, (width, scheme, media) in looks.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{suffix}.png", full_page=True)
    page.emulate_media(color_scheme="light", media="screen")
    if before:
        page.set_viewport_size(before)
