"""What the servers of the figures serve: a Flask hello-world, and Verbatim with two empty pages more.

``bench.apps:hello``, ``bench.apps:guarded`` and ``bench.apps:unlogged`` are made when a server asks for them.
"""

import os
from functools import cache

from flask import Flask
from flask.typing import ResponseReturnValue

from vault import ledger
from vault.settings import from_environment
from vault.store import Stores
from vault.studies import Permit
from web.kit.app import make_app
from web.kit.guard import Pages
from web.kit.visit import Visit
from wsgi import PAGES

OPEN = "/bench/open"
STAFF = "/bench/staff"


@cache
def _hello() -> Flask:
    app = Flask("hello")

    @app.get("/")
    def page() -> str:
        return "ok\n"

    return app


@cache
def _guarded() -> Flask:
    pages = Pages("bench", __name__)

    @pages.view(OPEN, permit=Permit.OPEN)
    def empty(visit: Visit) -> ResponseReturnValue:
        return "ok\n"

    @pages.view(STAFF, permit=Permit.STAFF)
    def empty_for_staff(visit: Visit) -> ResponseReturnValue:
        return "ok\n"

    settings = from_environment(os.environ)
    return make_app(settings, Stores.open(settings.database_url, settings.keyring_url), [*PAGES, pages])


@cache
def _unlogged() -> Flask:
    """Verbatim without its log, which no setting can make it."""
    ledger.append = lambda *_, **__: None
    settings = from_environment(os.environ)
    return make_app(settings, Stores.open(settings.database_url, settings.keyring_url), PAGES)


def __getattr__(name: str) -> Flask:
    if name == "hello":
        return _hello()
    if name == "guarded":
        return _guarded()
    if name == "unlogged":
        return _unlogged()
    raise AttributeError(name)
