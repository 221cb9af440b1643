"""A browser that counts what it is sent: one connection that is kept, cookies, forms, redirects."""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode

_PATIENCE = 60  # seconds
_HOST = "localhost"
_ALWAYS = {
    "Host": _HOST,
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-GB,en;q=0.7",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
_FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
}

Fields = list[tuple[str, str]]


def filled(form: Fields, typed: Fields) -> Fields:
    """The form with what somebody typed or chose in place of what stood there, and the button that they pressed."""
    names = {name for name, _ in typed}
    return [*((name, value) for name, value in form if name not in names), *typed]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``size`` counts the bytes of head and body as they travelled."""

    path: str
    status: int
    location: str
    size: int
    text: str = field(repr=False)

    @property
    def page(self) -> "Markup":
        """The forms and files of the page."""
        found = Markup()
        found.feed(self.text)
        return found

    def form(self, action: str) -> Fields:
        """What a browser would send of the form with this address, before anybody has filled it in."""
        forms = self.page.forms
        if action not in forms:
            raise RuntimeError(f"{self.path} ({self.status}) has no form for {action}, only for {sorted(forms)}")
        return forms[action]


class Markup(HTMLParser):
    """The forms of a page by their address, and the files that a browser fetches with it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Fields] = {}
        self.files: list[str] = []
        self._form: Fields = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what matters."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.forms[given.get("action", "")] = []
        elif tag == "link" and given.get("rel") in {"icon", "stylesheet"}:
            self.files.append(given["href"])
        elif tag in {"script", "img"} and "src" in given:
            self.files.append(given["src"])
        elif tag == "input" and given.get("name") and _sent(given):
            self._form.append((given["name"], given.get("value", "on")))


def _sent(given: Mapping[str, str]) -> bool:
    kind = given.get("type", "text")
    return "checked" in given if kind in {"radio", "checkbox"} else kind not in {"submit", "button"}


class Browser:
    """One browser. Browsers may share a ``connection``: what is measured is the server and not the shaking of hands."""

    def __init__(
        self, port: int, jar: Mapping[str, str] | None = None, connection: HTTPConnection | None = None
    ) -> None:
        self.connection = connection or HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self.jar = dict(jar or {})
        self.cache: set[str] = set()
        self.received = 0

    def get(self, path: str) -> Answer:
        """Open an address; redirects are not followed."""
        return self._ask("GET", path, None)

    def post(self, path: str, values: Iterable[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(list(values)).encode())

    def follow(self, answer: Answer) -> Answer:
        """Wherever redirects lead."""
        while answer.location:
            answer = self.get(answer.location)
        return answer

    def files(self, answer: Answer) -> Iterator[Answer]:
        """The files of a page that this browser does not have yet."""
        for path in answer.page.files:
            if path not in self.cache:
                self.cache.add(path)
                yield self.get(path)

    def close(self) -> None:
        """The connection is given up."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = dict(_ALWAYS)
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if body is not None:
            headers |= {**_FORM, "Origin": f"https://{_HOST}"}
        self.connection.request(method, path.partition("#")[0], body, headers)
        response = self.connection.getresponse()
        data = response.read()
        head = response.getheaders()
        for name, value in head:
            if name.lower() == "set-cookie":
                self._keep(value)
        # The line of the status, each header with ": " and a line's end, and the empty line.
        size = len(data) + 17 + sum(len(name) + len(value) + 4 for name, value in head)
        self.received += size
        packed = response.getheader("Content-Encoding") == "gzip"
        text = (gzip.decompress(data) if packed else data).decode(errors="replace")
        return Answer(path, response.status, response.getheader("Location") or "", size, text)

    def _keep(self, cookie: str) -> None:
        name, _, rest = cookie.partition("=")
        value = rest.partition(";")[0]
        if "max-age=0" in cookie.lower():
            self.jar.pop(name, None)
        else:
            self.jar[name] = value
