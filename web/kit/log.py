"""One line for each request: method, route, status, time. No address, no path, no query, no browser, no person."""

import logging
import sys
import time

from flask import Flask, Response, g, request

log = logging.getLogger("verbatim")


def install(app: Flask) -> None:
    """Requests are logged like this and in no other way."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
        handler.formatter.converter = time.gmtime  # type: ignore[union-attr]
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    # Flask would log the traceback of a fault by itself, with everything that its message holds.
    app.logger.disabled = True

    def begin() -> None:
        g.began = time.perf_counter()

    def line(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "-"
        took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        log.info("%s %s %d %.1fms", request.method, route, response.status_code, took)
        return response

    app.before_request(begin)
    app.after_request(line)
