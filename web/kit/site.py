"""Flask, with what it finds out anew for every request remembered where it cannot change.

A page costs what is done around it as well: the name of the host was taken apart three times, all headers were gone
through for the one with the cookies, and every cookie that was not there made an error page that nobody saw.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response
from flask.globals import _cv_request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import MapAdapter, Rule

from web.kit.sent import Sent, here

_MOST_HOSTS, _MOST_ADDRESSES = 64, 1024

# Of these a browser takes a body.
_USUAL = frozenset({200, 303, 403, 404, 409, 422})

# An address of which every sign stands for itself.
_PLAIN = re.compile(r"[A-Za-z0-9/?&=.#_~-]*")

_AS_FLASK_ASKS = {"return_rule": True}

_HTML = ("Content-Type", "text/html; charset=utf-8")


class Answer(Response):
    """What goes back."""

    # Whether nothing is left to be found out about it when it goes.
    whole = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        whole = (self.whole or self._is_whole()) and not self._on_close
        if not whole or environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self._status, self.headers.to_wsgi_list())
        return self.response  # type: ignore[return-value]

    def _is_whole(self) -> bool:
        body, headers = self.response, self.headers
        if type(body) is not list or len(body) != 1 or type(body[0]) is not bytes or "Content-Length" not in headers:
            return False
        return self._status_code in _USUAL and _PLAIN.fullmatch(headers.get("Location", "")) is not None


def page(body: bytes, status: int = 200, *more: tuple[str, str]) -> Answer:
    """A page of ours, encoded, as the whole answer; nobody from outside has a word in what ``more`` headers say.

    What Werkzeug does for an answer of which it knows nothing takes as long as making a page.
    """
    answer = Answer.__new__(Answer)
    answer.headers = Headers()
    answer.headers._list = [_HTML, ("Content-Length", str(len(body))), *more]
    answer._status, answer._status_code = _status_line(status), status
    answer._on_close, answer.direct_passthrough, answer.response = [], False, [body]
    answer.whole = True
    return answer


@cache
def _status_line(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES[status].upper()}"


def onward(address: str) -> Answer:
    """The browser asks for ``address`` next, which is one of ours."""
    if _PLAIN.fullmatch(address):
        return page(b"", 303, ("Location", address))
    return Answer(b"", 303, [("Location", address)], content_type=_HTML[1])


class Finding(MapAdapter):
    """What finds the page for an address; of the addresses that were asked for last it knows that already."""

    def __init__(self, known: dict[tuple[str, str], tuple[Rule, dict[str, Any]]], *given: Any) -> None:
        super().__init__(*given)
        self._known = known

    def match(self, *given: Any, **more: Any) -> Any:
        """The page, and what the address says to it. NotFound and its like are raised anew each time."""
        if given or more != _AS_FLASK_ASKS:
            return super().match(*given, **more)
        key = self.default_method, self.path_info
        found = self._known.get(key)
        if found is None:
            rule, values = super().match(return_rule=True)
            if len(self._known) >= _MOST_ADDRESSES:
                self._known.clear()
            self._known[key] = found = rule, dict(values)
        return found[0], dict(found[1])


class Site(Flask):
    """The application of one installation."""

    request_class = Sent
    response_class = Answer

    def __init__(self, name: str, *, root_path: str, template_folder: str) -> None:
        super().__init__(name, root_path=root_path, static_folder=None, template_folder=template_folder)
        self._hosts: dict[tuple[str, str], str] = {}
        self._addresses: dict[tuple[str, str], tuple[Rule, dict[str, Any]]] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function: none of ours is a coroutine."""
        return func

    def full_dispatch_request(self) -> Response:
        """The answer to a request, with Flask's own steps in Flask's order; nobody listens to its signals, and what is
        done before and after a page is the same for all of them.
        """
        answer: Any = None
        try:
            for first in self.before_request_funcs[None]:
                answer = first()
                if answer is not None:
                    break
            else:
                answer = self.dispatch_request()
        except Exception as error:  # noqa: BLE001  (Flask tells which error has a page of its own)
            answer = self.handle_user_exception(error)
        return self.finalize_request(answer)

    def dispatch_request(self) -> ResponseReturnValue:
        """What the page's function says; what was wrong with the address is raised."""
        sent = here()
        if sent.routing_exception is not None or sent.method == "OPTIONS" or sent.url_rule is None:
            return super().dispatch_request()
        said: Any = self.view_functions[sent.url_rule.endpoint](**(sent.view_args or {}))
        return said  # type: ignore[no-any-return]

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        """The answer that was said, with the session's cookie."""
        if from_error_handler or not isinstance(rv, Answer):
            return super().finalize_request(rv, from_error_handler)
        return self.process_response(rv)

    def process_response(self, response: Response) -> Response:
        """The answer with the session's cookie. Nothing else is done to one afterwards."""
        session = _cv_request.get()._session
        if session is not None and not self.session_interface.is_null_session(session):
            self.session_interface.save_session(self, session, response)
        return response

    def do_teardown_request(self, *_: object) -> None:
        """Nothing waits for the end of a request: what a view opens it closes."""

    def do_teardown_appcontext(self, *_: object) -> None:
        """Nothing waits for that either."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the page for a request; SecurityError under a name that the installation does not go by.

        A name that was found to be trusted stays so: whom to trust is settled when the installation starts.
        """
        if request is None:
            return super().create_url_adapter(request) if self.config["SERVER_NAME"] else None
        sent = request.environ
        key, path, query = (sent["wsgi.url_scheme"], sent.get("HTTP_HOST", "")), sent["PATH_INFO"], sent["QUERY_STRING"]
        host = self._hosts.get(key)
        if host is None or "HTTP_UPGRADE" in sent or not (path.isascii() and query.isascii()):
            adapter = super().create_url_adapter(request)
            if key[1] and len(self._hosts) < _MOST_HOSTS:
                self._hosts[key] = request.host
            return adapter
        request.trusted_hosts, request.host = self.config["TRUSTED_HOSTS"], host
        script, method = sent.get("SCRIPT_NAME", "/"), sent["REQUEST_METHOD"]
        return Finding(self._addresses, self.url_map, host, script, "", key[0], path, method, query)
