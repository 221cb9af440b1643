"""Forms from elsewhere are refused: by the browser's word, by the origin, by a token in every form (ASVS 3.5)."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from flask_wtf.csrf import CSRFProtect

from web.kit import cookies
from web.kit.uploads import TAKES_FILES


def _refuse_foreign() -> None:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    if request.mimetype == "multipart/form-data" and request.endpoint not in current_app.extensions[TAKES_FILES]:
        abort(415)


def install(app: Flask, server_key: bytes) -> None:
    """Every POST of the app is checked before anything else looks at it."""
    app.config.update(
        SECRET_KEY=server_key,
        SESSION_COOKIE_NAME=cookies.FORM,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # A tired person's page may be open all day; the token lives as long as the cookie.
        WTF_CSRF_TIME_LIMIT=None,
        # The origin is checked above, also where there is no referrer.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.before_request(_refuse_foreign)
    CSRFProtect(app)
