"""A Flask application that knows how to be careful; which pages it has is not its affair."""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from vault.settings import Settings, server_key
from vault.store import Stores
from web.kit import assets, errors, forgery, guard, headers, i18n, log
from web.kit.guard import Pages
from web.kit.sequencing import Sequencing
from web.kit.site import Site
from web.kit.visit import Kit

_WEB = Path(__file__).parent.parent


def make_app(settings: Settings, stores: Stores, pages: Sequence[Pages]) -> Flask:
    """An application with these pages, behind the guard, with every header, check and log line."""
    app = Site("web", root_path=str(_WEB), template_folder=str(_WEB / "templates"))
    app.config.update(
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1000,
        PROPAGATE_EXCEPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    kit = Kit(settings, stores, server_key(settings), Sequencing.of(settings, stores))
    # The innermost first: what an error becomes has its headers, and its line in the log.
    errors.install(app)
    log.install(app)
    headers.install(app, https=settings.public_url.startswith("https://"))
    i18n.install(app)
    assets.install(app)
    forgery.install(app, kit.server_key)
    guard.install(app, kit, list(pages))
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app
