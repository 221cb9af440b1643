"""Flask, with what it finds out anew for every request remembered where it cannot change.

A page costs what is done around it as well: the name of the host was taken apart three times, all headers were gone
through for the one with the cookies, and every cookie that was not there made an error page that nobody saw.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import MapAdapter, Rule
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

from web.kit.uploads import InMemory

_MOST_HOSTS, _MOST_ADDRESSES = 64, 1024

# Of these a browser takes a body.
_USUAL = frozenset({200, 303, 403, 404, 409, 422})

# An address of which every sign stands for itself.
_PLAIN = re.compile(r"[A-Za-z0-9/?&=.#_~-]*")

_FORM = "application/x-www-form-urlencoded"

_AS_FLASK_ASKS = {"return_rule": True}


class Given(ImmutableMultiDict[str, str]):
    """Cookies, or the fields of a form."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002
        if type is not None:
            return super().get(key, default, type)
        found: list[str] | None = dict.get(self, key)  # type: ignore[assignment]
        return found[0] if found else default


class Sent(InMemory):
    """A request as it comes from a WSGI server, which has joined headers of one name already."""

    parameter_storage_class = Given

    @cached_property
    def cookies(self) -> Given:
        """What the browser keeps for us."""
        return parse_cookie(self.environ.get("HTTP_COOKIE"), cls=Given)  # type: ignore[return-value]

    @property
    def blueprints(self) -> list[str]:
        """To what the page belongs; Flask asks for it three times."""
        found: list[str] | None = self.__dict__.get("found_blueprints")
        if found is None:
            found = super().blueprints
            if self.url_rule is not None:
                self.__dict__["found_blueprints"] = found
        return found

    def _load_form_data(self) -> None:
        if "form" in self.__dict__ or self.environ.get("CONTENT_TYPE") != _FORM:
            super()._load_form_data()
            return
        form = Given()
        stream = self._get_stream_for_parsing()  # which ends where a request has to
        fields: dict[str, list[str]] = {}
        try:
            sent = parse_qsl(stream.read().decode(), keep_blank_values=True, errors="werkzeug.url_quote")
        except ValueError:
            sent = []
        for name, value in sent:
            fields.setdefault(name, []).append(value)
        dict.update(form, fields)
        self.__dict__.update(stream=stream, form=form, files=Given())


class Answer(Response):
    """What goes back. Usually nothing is left to be found out about it when it goes."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, headers = self.response, self.headers
        whole = type(body) is list and len(body) == 1 and type(body[0]) is bytes and "Content-Length" in headers
        if not whole or self._on_close or self.status_code not in _USUAL or environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        if not _PLAIN.fullmatch(headers.get("Location", "")):
            return super().__call__(environ, start_response)
        start_response(self.status, headers.to_wsgi_list())
        return body  # type: ignore[return-value]


def onward(address: str) -> Answer:
    """The browser asks for ``address`` next, which is one of ours."""
    return Answer(b"", 303, [("Location", address)], content_type="text/html; charset=utf-8")


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

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the page for a request; SecurityError under a name that the installation does not go by.

        A name that was found to be trusted stays so: whom to trust is settled when the installation starts.
        """
        if request is None:
            return super().create_url_adapter(request)
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
