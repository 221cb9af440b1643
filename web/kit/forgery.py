"""Forms from elsewhere are refused: by the browser's word, by the origin, by a token in every form (ASVS 3.5)."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer

from web.kit import cookies
from web.kit.uploads import TAKES_FILES

_ONLY_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})


def _refuse_foreign() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    if request.mimetype == "multipart/form-data" and request.endpoint not in current_app.extensions[TAKES_FILES]:
        abort(415)


class _FormCookie(SecureCookieSessionInterface):
    """The cookie that a form's token is compared with. Its signer is made once, not twice for each request."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer


def install(app: Flask, server_key: bytes) -> None:
    """Every request that is more than a look is checked before anything else deals with it."""
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
        # It is called below, after the origin was looked at.
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.session_interface = _FormCookie(app)
    token = CSRFProtect(app)

    def check() -> None:
        if request.method not in _ONLY_LOOKS:
            _refuse_foreign()
            token.protect(apply_exemptions=True)

    app.before_request(check)
