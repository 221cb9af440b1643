"""Forms from elsewhere are refused: by the browser's word, by the origin, by a token in every form (ASVS 3.5)."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import URLSafeTimedSerializer

from web.kit import cookies
from web.kit.sent import FORM, here
from web.kit.uploads import ADMITS, TAKES_FILES

T = TypeVar("T")

_TOKEN = "csrf_token"  # noqa: S105 - the name of the field, no secret
_REMEMBERED = 4096
_ONLY_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})


def _refuse_foreign(sent: Request) -> None:
    environ = sent.environ
    if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and urlsplit(origin).netloc != sent.host:
        abort(403)
    takes_files = sent.endpoint in current_app.extensions[TAKES_FILES]
    if environ.get("CONTENT_TYPE") != FORM and sent.mimetype == "multipart/form-data" and not takes_files:
        abort(415)
    if takes_files:
        most: int = current_app.extensions[TAKES_FILES][sent.endpoint]
        if most and (sent.content_length or 0) > (sent.max_content_length or 0):
            # Before any of it is read: nobody else makes us hold so much.
            current_app.extensions[ADMITS]()
            sent.max_content_length = most
        # What may come as a file may be pasted, up to the size of the whole request.
        sent.max_form_memory_size = sent.max_content_length


class _FormCookie(SecureCookieSessionInterface):
    """The cookie that a form's token is compared with. Its signer is made once, not twice for each request, and what
    is in a cookie that was made or found is remembered: browsers send the same one with every page."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)
        self._found: dict[str, dict[str, Any]] = {}

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        cookie = request.cookies.get(cookies.FORM, "")
        found = self._found.get(cookie)
        if found is not None:
            return self.session_class(found)
        opened = super().open_session(app, request)
        if opened:
            self._keep(cookie, opened)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not session.modified:
            # The browser has it already; all there is to say is that the page differs by it.
            if session.accessed:
                response.headers.add("Vary", "Cookie")
        elif not session or self._signer is None:
            super().save_session(app, session, response)
        else:
            cookie = str(self._signer.dumps(dict(session)))
            cookies.keep(response, cookies.FORM, cookie)
            response.headers.add("Vary", "Cookie")
            self._keep(cookie, session)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer

    def _keep(self, cookie: str, held: Mapping[str, Any]) -> None:
        # A sentence that waits to be said is said once, so a cookie with one is not remembered.
        if set(held) == {_TOKEN}:
            _remember(self._found, cookie, dict(held))


def _remember(found: dict[str, T], name: str, value: T) -> None:
    if len(found) >= _REMEMBERED:
        found.clear()
    found[name] = value


_tokens: dict[str, str] = {}


def token() -> str:
    """The token for the forms of a page. It is signed once for each visitor and not once for each page."""
    held = session.get(_TOKEN)
    signed = _tokens.get(held) if held else None
    if signed is None:
        signed = generate_csrf()
        _remember(_tokens, session[_TOKEN], signed)
    return signed


def _given_here(sent: Request) -> bool:
    """Whether the form brings the very token that this process gave to this visitor; what it signed need not be looked
    into again.
    """
    given = _tokens.get(session.get(_TOKEN, ""))
    return given is not None and compare_digest(given.encode(), sent.form.get(_TOKEN, "").encode())


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
    protection = CSRFProtect(app)

    def check() -> None:
        sent = here()
        if sent.method not in _ONLY_LOOKS:
            _refuse_foreign(sent)
            if not _given_here(sent):
                protection.protect(apply_exemptions=True)

    app.before_request(check)
    # Forms of templates carry the same token as every other one.
    app.context_processor(lambda: {"csrf_token": token})
