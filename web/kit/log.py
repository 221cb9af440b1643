"""One line for each request: method, route, status, time. No address, no path, no query, no browser, no person."""

import logging
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, TextIO
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request

log = logging.getLogger("verbatim")


_LIKE_ALL = vars(logging.LogRecord(log.name, logging.INFO, __file__, 0, "", (), None))


class _Line(logging.LogRecord):
    """One request. ``log.info`` would look through the stack for where it was called from, and no line says that."""

    def __init__(self, created: float, said: str) -> None:
        self.__dict__.update(_LIKE_ALL, created=created, msg=said)


class _Written(logging.StreamHandler[TextIO]):
    """Lines, each with its moment to the second, in UTC; a moment is spelled once in each second."""

    _spelled = 0, ""

    def emit(self, record: logging.LogRecord) -> None:
        """The line is written."""
        if type(record) is not _Line:
            super().emit(record)
            return
        try:
            self.stream.write(f"{self.moment(record.created)}Z INFO {record.msg}\n")
            self.stream.flush()
        except Exception:  # noqa: BLE001  (as every handler does: what cannot be logged stops nobody)
            self.handleError(record)

    def moment(self, created: float) -> str:
        """The second, spelled."""
        second, spelled = self._spelled
        if second != int(created):
            second = int(created)
            spelled = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._spelled = second, spelled
        return spelled

    def format(self, record: logging.LogRecord) -> str:
        """Any other line."""
        return f"{self.moment(record.created)}Z {record.levelname} {record.getMessage()}"


def install(app: Flask) -> None:
    """Requests are logged like this and in no other way."""
    if not log.handlers:
        log.addHandler(_Written(sys.stderr))
        log.setLevel(logging.INFO)
    # Flask would log the traceback of a fault by itself, with everything that its message holds.
    app.logger.disabled = True
    inner: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app

    def logged(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            request: Request | None = environ.get("werkzeug.request")
            route = request.url_rule.rule if request is not None and request.url_rule else "-"
            took = (time.perf_counter() - began) * 1000
            log.handle(_Line(time.time(), f"{_method(environ)} {route} {status[:3]} {took:.1f}ms"))
            return start_response(status, headers, *fault)

        return inner(environ, start)

    app.wsgi_app = logged  # type: ignore[method-assign]


def _method(environ: WSGIEnvironment) -> str:
    """The method, if it is one: whoever asks may put any word there."""
    method: str = environ["REQUEST_METHOD"]
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"} else "-"
