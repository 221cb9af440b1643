"""A request as it comes from a WSGI server, with what is asked of every one found out once and quickly."""

import contextlib
import io
from collections.abc import ItemsView
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus
from wsgiref.types import WSGIEnvironment

from flask.globals import _cv_request
from werkzeug.datastructures import EnvironHeaders, ImmutableMultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.sansio.http import parse_cookie

from web.kit.uploads import InMemory

_MOST_DIGITS = 16  # of a length that somebody means

FORM = "application/x-www-form-urlencoded"


class Given(ImmutableMultiDict[str, str]):
    """Cookies, or the fields of a form."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002
        if type is not None:
            return super().get(key, default, type)
        found: list[str] | None = dict.get(self, key)  # type: ignore[assignment]
        return found[0] if found else default

    def number(self, key: str) -> int:
        """The value as a number; 0 if it is none or none was sent."""
        try:
            return int(self.get(key, ""))
        except ValueError:
            return 0

    def lists(self) -> ItemsView[str, list[str]]:
        """Every name with all its values. Nobody changes them, so they need not be copied."""
        return dict.items(self)  # type: ignore[arg-type]


def here() -> "Sent":
    """The request that is being answered. Flask's stand-in for it finds it anew for each thing that it is asked."""
    return _cv_request.get().request  # type: ignore[return-value]


class Sent(InMemory):
    """A request; the server has joined headers of one name already."""

    parameter_storage_class = Given

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        path = environ["PATH_INFO"]
        usual = populate_request and not shallow and not environ.get("SCRIPT_NAME") and "HTTP_HOST" in environ
        if not usual or not path.isascii():
            super().__init__(environ, populate_request, shallow)
            return
        self.method = environ["REQUEST_METHOD"].upper()
        self.scheme = environ["wsgi.url_scheme"]
        self.server = None  # stands in for a name of the host that a browser does not send
        self.root_path = ""
        self.path = path if path[:1] == "/" and path[:2] != "//" else "/" + path.lstrip("/")
        self.query_string = environ.get("QUERY_STRING", "").encode("latin1")
        self.headers = EnvironHeaders(environ)
        self.remote_addr = environ.get("REMOTE_ADDR")
        self.environ, self.shallow = environ, False
        environ["werkzeug.request"] = self

    # Python's own and not Werkzeug's: it is not asked any more once the value is there.
    @cached_property
    def cookies(self) -> Given:
        """What the browser keeps for us."""
        sent = self.environ.get("HTTP_COOKIE", "")
        if '"' in sent:
            return parse_cookie(sent, cls=Given)  # type: ignore[return-value]
        found: dict[str, list[str]] = {}
        for pair in sent.split(";"):
            name, equals, value = pair.partition("=")
            if equals:
                found.setdefault(name.strip(), []).append(value.strip())
        kept = Given()
        dict.update(kept, found)
        return kept

    @cached_property
    def form(self) -> Given:
        """The fields that were sent."""
        self._load_form_data()
        read: Given = self.__dict__["form"]
        return read

    def close(self) -> None:
        """Files that came along are closed."""
        if self.__dict__.get("files"):
            super().close()

    def _load_form_data(self) -> None:
        if "form" in self.__dict__ or self.environ.get("CONTENT_TYPE") != FORM:
            super()._load_form_data()
            return
        form = Given()
        with contextlib.suppress(UnicodeDecodeError):  # what is no text has no fields
            dict.update(form, fields_of(self._body().decode()))
        self.__dict__.update(form=form, files=Given())

    def _body(self) -> bytes:
        """What was sent, and not more than the request says and may have."""
        length, most = self.environ.get("CONTENT_LENGTH", ""), self.max_content_length
        read = "stream" in self.__dict__ or "_cached_data" in self.__dict__
        said = length.isdecimal() and len(length) < _MOST_DIGITS and "HTTP_TRANSFER_ENCODING" not in self.environ
        if read or not said or not most or int(length) > most:
            return self._get_stream_for_parsing().read()
        body: bytes = self.environ["wsgi.input"].read(int(length))
        if len(body) < int(length):
            raise ClientDisconnected
        self.__dict__["stream"] = io.BytesIO()
        return body


def fields_of(sent: str) -> dict[str, list[str]]:
    """The fields of a form as browsers write it (WHATWG URL, section 5.1), in the order of their first value.

    A sequence of percents that is no text stays as it was sent.
    """
    fields: dict[str, list[str]] = {}
    for pair in sent.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        fields.setdefault(_plain(name), []).append(_plain(value))
    return fields


def _plain(written: str) -> str:
    if "%" in written:
        return unquote_plus(written, errors="werkzeug.url_quote")
    return written.replace("+", " ") if "+" in written else written
