"""The cookies of the installation. Each is bound to this host by its name, to encryption, and hidden from scripts."""

from werkzeug.wrappers import Response

SESSION = "__Host-verbatim"
DEVICE = "__Host-device"
LANGUAGE = "__Host-language"
PERSON = "__Host-person"
FORM = "__Host-form"

_YEAR = 365 * 24 * 3600


def keep(response: Response, name: str, value: str, *, lasting: bool = False) -> None:
    """The browser keeps the cookie until it is closed or, if ``lasting``, for a year."""
    response.set_cookie(
        name, value, max_age=_YEAR if lasting else None, secure=True, httponly=True, samesite="Lax", path="/"
    )


def drop(response: Response, name: str) -> None:
    """The browser forgets the cookie."""
    response.delete_cookie(name, secure=True, httponly=True, samesite="Lax", path="/")
