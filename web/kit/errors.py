"""What went wrong, as a page: one table of families, and nothing of a fault of ours but its number."""

import logging
import secrets
import traceback
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from vault.errors import Busy, Conflict, Invalid, Missing, NotSetUp, Refused, VerbatimError
from web.kit.uploads import TAKES_FILES

log = logging.getLogger("verbatim")

PLAIN = "text/plain"

FAMILIES: tuple[tuple[type[VerbatimError], int], ...] = (
    (Missing, 404),
    (Refused, 403),
    (Conflict, 409),
    (Invalid, 422),
    (Busy, 503),
    (NotSetUp, 503),
)

TITLES = {
    400: _l("This could not be read"),
    403: _l("This is not possible"),
    404: _l("There is nothing here"),
    405: _l("This page cannot be opened like that"),
    409: _l("Somebody else was quicker"),
    413: _l("This is too much at once"),
    415: _l("This cannot be taken"),
    422: _l("This cannot be taken as it is"),
    500: _l("Something went wrong on our side"),
    503: _l("Not at this moment"),
}

SENTENCES = {
    400: _l("Your browser sent something that this page does not understand. Go back, load the page anew, try again."),
    403: _l("You may not do this."),
    404: _l("The address is mistyped or old, or it belongs to something that you have no part in."),
    405: _l("Go back to the page before and use its buttons."),
    413: _l("What was sent is larger than this page takes. Go back and send less at once."),
    415: _l("This page takes no files."),
}

TOO_OLD = _l(
    "The page was open for too long, or your browser keeps no cookies. "
    "Go back: what you typed should still be there. Load the page anew in another tab, copy it over and send it again."
)


def status_of(error: VerbatimError) -> int:
    """The HTTP status of a refusal; 500 for one outside the families."""
    return next((status for family, status in FAMILIES if isinstance(error, family)), 500)


def page_of(status: int, sentence: str, reference: str = "") -> tuple[str, int]:
    """The error page."""
    title = TITLES.get(status, TITLES[400])
    return render_template("error.html", visit=None, title=title, sentence=sentence, reference=reference), status


def _refusal(error: VerbatimError) -> tuple[str, int]:
    status = status_of(error)
    return _fault(error) if status == 500 else page_of(status, gettext(error.sentence))


def _http(error: HTTPException) -> HTTPException | tuple[str, int]:
    status = error.code or 500
    if isinstance(error, CSRFError):
        return page_of(400, TOO_OLD)
    if status < 400:
        return error  # a redirect of the router
    if status == 413 and request.endpoint in current_app.extensions[TAKES_FILES]:
        return page_of(413, _too_large())
    return page_of(status, SENTENCES.get(status, SENTENCES[400]))


def _too_large() -> str:
    most = (request.max_content_length or 0) // 1024**2
    said: str = gettext(
        "The file is larger than %(most)s MB, the most that this page takes. Nothing of it was kept. "
        "Go back and choose a smaller one.",
        most=most,
    )
    return said


def _foreign_host(error: SecurityError) -> Response:
    """One sentence and no page: under a name that is not ours no address of ours can be written (ASVS 4.1.3)."""
    return Response("This installation is not known by the name under which it was asked for.\n", 400, mimetype=PLAIN)


def _noted(error: BaseException) -> str:
    """The number of a fault whose kind and place are in the log.

    The fault's own message and the values of variables stay out of the log: they may hold what somebody said.
    """
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno} {frame.filename.rpartition('/')[2]}" for frame in reversed(frames))
    log.error("fault %s %s at %s", reference, type(error).__name__, where)
    return reference


def _fault(error: BaseException) -> tuple[str, int]:
    """A plain page with a number."""
    reference = _noted(error)
    return page_of(500, gettext("Nothing that you typed was kept by this page. Go back and try it again."), reference)


def install(app: Flask) -> None:
    """Whatever is raised becomes a page; what goes wrong while that is made becomes a line of text."""
    app.register_error_handler(VerbatimError, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(Exception, _fault)
    inner: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app

    def caught(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return inner(environ, start_response)
        except Exception as error:  # noqa: BLE001  (a server would log it with everything that its message holds)
            text = f"Something went wrong on our side. Number: {_noted(error)}\n".encode()
            head = [("Content-Type", f"{PLAIN}; charset=utf-8"), ("Content-Length", str(len(text)))]
            start_response("500 INTERNAL SERVER ERROR", head)
            return [text]

    app.wsgi_app = caught  # type: ignore[method-assign]
