"""Headers of every answer, errors and redirects included (OWASP ASVS 5.0, section 3.4).

They are put on around the application and not by it, so no answer leaves without them, whatever failed inside.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from web.kit.sent import here

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    # With "no-referrer" browsers would send forms with "Origin: null", which cannot be told from a forgery.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
)
_HTTPS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NO_SCRIPTS = ("Content-Security-Policy", _POLICY.format(scripts="'none'"))
_NEVER_KEPT = ("Cache-Control", "no-store")
_KEPT = ("Cache-Control", "public, max-age=31536000, immutable")

_NONCE = "verbatim.nonce"
_LASTING = "verbatim.lasting"

# What only this file sets, whatever a view or a library has set before.
_OURS = frozenset(name for name, _ in (*_ALWAYS, _HTTPS, _NO_SCRIPTS, _NEVER_KEPT))


def nonce() -> str:
    """The number that a script of this answer carries; an answer whose template never asks allows no script."""
    environ = here().environ
    made: str | None = environ.get(_NONCE)
    if made is None:
        made = environ[_NONCE] = secrets.token_urlsafe(16)
    return made


def lasts() -> None:
    """Browsers may keep this answer for a year if it is a good one: it never changes, and nothing in it is personal."""
    here().environ[_LASTING] = True


def install(app: Flask, *, https: bool) -> None:
    """Every answer of the app has these headers."""
    always = [*_ALWAYS, _HTTPS] if https else [*_ALWAYS]
    inner: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app

    def dressed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            number = environ.get(_NONCE)
            policy = (_NO_SCRIPTS[0], _POLICY.format(scripts=f"'nonce-{number}'")) if number else _NO_SCRIPTS
            kept = _KEPT if _LASTING in environ and status.startswith("200") else _NEVER_KEPT
            theirs = [header for header in headers if header[0] not in _OURS]
            return start_response(status, [*theirs, *always, policy, kept], *fault)

        return inner(environ, start)

    app.wsgi_app = dressed  # type: ignore[method-assign]
    app.jinja_env.globals["csp_nonce"] = nonce
