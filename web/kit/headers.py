"""Headers of every answer, errors and redirects included (OWASP ASVS 5.0, section 3.4)."""

import secrets

from flask import Flask, Response, g, request

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    # With "no-referrer" browsers would send forms with "Origin: null", which cannot be told from a forgery.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
)

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NO_SCRIPTS = _POLICY.format(scripts="'none'")

STATIC = "static"


def nonce() -> str:
    """The number that a script of this answer carries; an answer whose template never asks allows no script."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    made: str = g.nonce
    return made


def install(app: Flask, *, https: bool) -> None:
    """Every answer of the app has these headers."""

    def dress(response: Response) -> Response:
        headers = response.headers
        for name, value in _ALWAYS:
            headers[name] = value
        number = g.get("nonce")
        headers["Content-Security-Policy"] = _POLICY.format(scripts=f"'nonce-{number}'") if number else _NO_SCRIPTS
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != STATIC or response.status_code != 200:
            headers["Cache-Control"] = "no-store"
        return response

    app.after_request(dress)
    app.jinja_env.globals["csp_nonce"] = nonce
