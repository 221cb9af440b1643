"""Languages: which one a page is in, which way it runs, and how a moment is written."""

from datetime import UTC, datetime
from functools import lru_cache

from flask import Flask, has_request_context
from flask_babel import Babel, get_locale
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from web.kit import cookies
from web.kit.sent import here

LANGUAGES = {"en": "English", "fr": "Français"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def chosen() -> str:
    """The visitor's choice, else the best of what their browser asks for, else English."""
    if not has_request_context():
        return "en"
    sent = here()
    cookie: str = sent.cookies.get(cookies.LANGUAGE, "")
    if cookie in LANGUAGES:
        return cookie
    return _best(sent.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=1024)
def _best(header: str) -> str:
    # Best first; somebody who asks for fr-CA before English reads French.
    accepted = parse_accept_header(header, LanguageAccept)
    wanted = (asked.partition("-")[0].lower() for asked, quality in accepted if quality > 0)
    return next((tongue for tongue in wanted if tongue in LANGUAGES), "en")


def tag() -> str:
    """The language of the page: ``en``, ``fr``."""
    return str(get_locale() or "en").split("_")[0]


def direction() -> str:
    """``ltr`` or ``rtl``, by the language of the page."""
    return "rtl" if tag() in _RIGHT_TO_LEFT else "ltr"


def moment(value: datetime) -> Markup:
    """``2026-11-22 14:02`` in UTC, with the zone on hover and in print."""
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}<span class="zone"> UTC</span></time>').format(
        escape(utc.isoformat(timespec="seconds")), f"{utc:%Y-%m-%d %H:%M:%S} UTC", f"{utc:%Y-%m-%d %H:%M}"
    )


def install(app: Flask) -> None:
    """Templates speak the visitor's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "locale"
    Babel(app, locale_selector=chosen)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(languages=LANGUAGES, language=tag, direction=direction)
    app.jinja_env.filters["moment"] = moment
