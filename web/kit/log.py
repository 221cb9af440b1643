"""One line for each request: method, route, status, time. No address, no path, no query, no browser, no person."""

import logging
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request

log = logging.getLogger("verbatim")


class _Clock(logging.Formatter):
    """A moment is spelled once in each second, in UTC."""

    _spelled = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        second, spelled = self._spelled
        if second != int(record.created):
            second = int(record.created)
            spelled = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._spelled = second, spelled
        return spelled


def install(app: Flask) -> None:
    """Requests are logged like this and in no other way."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Clock("%(asctime)sZ %(levelname)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    # No line says which thread of which process it was, so nobody looks that up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Flask would log the traceback of a fault by itself, with everything that its message holds.
    app.logger.disabled = True
    inner: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app

    def logged(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            request: Request | None = environ.get("werkzeug.request")
            route = request.url_rule.rule if request is not None and request.url_rule else "-"
            took = (time.perf_counter() - began) * 1000
            _note(_method(environ), route, status[:3], took)
            return start_response(status, headers, *fault)

        return inner(environ, start)

    app.wsgi_app = logged  # type: ignore[method-assign]


def _note(*said: str | float) -> None:
    # Made by hand: ``log.info`` looks through the stack for where it was called from, and no line says that.
    if log.isEnabledFor(logging.INFO):
        log.handle(logging.LogRecord(log.name, logging.INFO, __file__, 0, "%s %s %s %.1fms", said, None))


def _method(environ: WSGIEnvironment) -> str:
    """The method, if it is one: whoever asks may put any word there."""
    method: str = environ["REQUEST_METHOD"]
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"} else "-"
