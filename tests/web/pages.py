"""A page as a browser gets it: read as HTML, looked over for what every page owes its reader, with forms to fill in."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

from lxml import etree, html
from lxml.html import FormElement, HtmlElement
from werkzeug.test import TestResponse

_BLIND = {"hidden", "submit", "button", "image", "reset"}  # kinds of input that need no label
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)

Send = Callable[[str, list[tuple[str, str]]], "Page"]


class Page:
    """An answer of the application. HTML is parsed and looked over as soon as it arrives."""

    def __init__(self, response: TestResponse, look: Callable[[str], "Page"], send: Send) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.get_data().decode(errors="replace")
        self._look, self._send = look, send
        self.tree: HtmlElement | None = None
        if self.text and response.mimetype == "text/html" and self.status not in {301, 302, 303, 307, 308}:
            self.tree = html.document_fromstring(self.text)
            faults = list(_faults(self.tree, self.headers.get("Content-Security-Policy", "")))
            assert faults == [], f"{response.request.path}: {faults}"

    @property
    def location(self) -> str:
        """Where a redirect leads; empty if this is none."""
        return self.headers.get("Location", "")

    @property
    def path(self) -> str:
        """The path of this page's own address."""
        return self.response.request.path

    @property
    def document(self) -> HtmlElement:
        """The parsed page."""
        assert self.tree is not None, f"{self.path} answered {self.status} without a page: {self.text[:200]}"
        return self.tree

    def follow(self) -> "Page":
        """The page that a redirect leads to, or this one."""
        return self._look(self.location).follow() if self.location else self

    def words(self, css: str = "main") -> str:
        """The text of the first element that ``css`` finds, with single spaces."""
        found = self.document.xpath(_xpath(css))
        return " ".join(found[0].text_content().split()) if found else ""

    @property
    def title(self) -> str:
        """The one heading of the page."""
        return self.words("h1")

    @property
    def notices(self) -> list[str]:
        """What the page says has just happened."""
        return [" ".join(one.text_content().split()) for one in self.document.xpath("//*[@role='status']")]

    @property
    def complaints(self) -> dict[str, str]:
        """The error summary: sentence → name of the field that it links to, or empty if it is about none."""
        found: dict[str, str] = {}
        for item in self.document.xpath("//*[@role='alert']//li"):
            links = item.xpath(".//a/@href")
            target = ""
            if links:
                (element,) = self.document.xpath("//*[@id=$id]", id=links[0].removeprefix("#"))
                target = str(element.get("name"))
            found[" ".join(item.text_content().split())] = target
        return found

    def form(self, ending: str = "") -> "Form":
        """The form in the page's main part whose address ends like this; without one, the only one there."""
        forms = [one for one in self.document.xpath("//main//form") if str(one.get("action", "")).endswith(ending)]
        assert len(forms) == 1, f"{self.path} has {len(forms)} forms ending in {ending!r}: {self.words()[:300]}"
        return Form.read(forms[0], self._send)

    def forms(self) -> list["Form"]:
        """Every form that posts, the ones around the main part included."""
        found = self.document.xpath("//form[translate(@method, 'POST', 'post')='post']")
        return [Form.read(one, self._send) for one in found]

    def links(self) -> list[str]:
        """Every address that the page links to, without fragments."""
        return [link for link in self.document.xpath("//a/@href") if not link.startswith("#")]


@dataclass
class Form:
    """What a browser would send: hidden fields, what is filled in already, what a person fills in."""

    action: str
    values: list[tuple[str, str]]
    fields: dict[str, list[HtmlElement]]
    send: Send = field(repr=False)

    @classmethod
    def read(cls, element: FormElement, send: Send) -> Self:
        """The form as it stands on the page."""
        fields: dict[str, list[HtmlElement]] = {}
        for control in element.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
            if control.get("type") not in {"submit", "button"}:
                fields.setdefault(control.get("name"), []).append(control)
        for area in element.xpath(".//textarea"):
            # A browser takes the line break behind the tag for nothing; lxml does not.
            area.text = (area.text or "").removeprefix("\n")
        values = [
            # lxml takes an option with the empty value for one without a value.
            (name, "" if _stands_for_nothing(fields, name) else value)
            for name, value in element.form_values()
        ]
        return cls(element.get("action", ""), values, fields, send)

    def value(self, name: str) -> str:
        """What stands in a field now."""
        return next((value for known, value in self.values if known == name), "")

    def fill(self, **typed: str | bool) -> Self:
        """Type into fields, choose options, tick (True) or untick (False) boxes."""
        for name, value in typed.items():
            assert name in self.fields, f"no field {name!r}, there are {sorted(self.fields)}"
            self.values = [(known, old) for known, old in self.values if known != name]
            if value is True:
                self.values.append((name, self.fields[name][0].get("value") or "on"))
            elif value is not False:
                self._offered(name, value)
                self.values.append((name, value))
        return self

    def _offered(self, name: str, value: str) -> None:
        first = self.fields[name][0]
        if first.tag == "select":
            offered = [option.get("value", option.text) for option in first.xpath(".//option")]
        elif first.get("type") == "radio":
            offered = [one.get("value") for one in self.fields[name]]
        else:
            return
        assert value in offered, f"{name} does not offer {value!r}: {offered}"

    def submit(self, **button: str) -> Page:
        """Send it as it is, with the name and value of the button that was pressed."""
        return self.send(self.action, [*self.values, *button.items()])

    def tamper(self, **values: str) -> Page:
        """Send it with values that the page does not offer."""
        rest = [(name, value) for name, value in self.values if name not in values]
        return self.send(self.action, [*rest, *values.items()])


def _stands_for_nothing(fields: dict[str, list[HtmlElement]], name: str) -> bool:
    chosen = [one for one in fields.get(name, ()) if one.get("type") == "radio" and one.get("checked") is not None]
    return bool(chosen) and chosen[0].get("value") == ""


def _xpath(css: str) -> str:
    """The few selectors that tests use: a tag, #id or .class."""
    if css.startswith("#"):
        return f"//*[@id='{css[1:]}']"
    if css.startswith("."):
        return f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {css[1:]} ')]"
    return f"//{css}"


def _faults(tree: HtmlElement, policy: str) -> Iterator[str]:
    """What a page does not do that every page has to do."""
    if not tree.get("lang"):
        yield "no language"
    if tree.get("dir") not in {"ltr", "rtl"}:
        yield "no direction"
    if not "".join(tree.xpath("/html/head/title/text()")).strip():
        yield "no title"
    if len(tree.xpath("//h1")) != 1:
        yield f"{len(tree.xpath('//h1'))} headings of the first level"
    if len(tree.xpath("//main")) != 1:
        yield "not one main part"
    yield from (f"id {name} twice" for name, count in Counter(map(str, tree.xpath("//@id"))).items() if count > 1)
    yield from _unsafe(tree, policy)
    yield from _unlabelled(tree)
    yield from _dangling(tree)


_SENDING = {"src", "action", "formaction", "data", "poster", "srcset"}
_SCRIPTS = ("javascript:", "data:", "vbscript:")


def _unsafe(tree: HtmlElement, policy: str) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        yield from _unsafe_attributes(element)
    if tree.xpath("//style | //base | //iframe | //object | //embed"):
        yield "a style, base or frame element"
    for script in tree.xpath("//script"):
        if (script.text or "").strip():
            yield "a script in the page"
        if f"'nonce-{script.get('nonce')}'" not in policy:
            yield "a script without the answer's nonce"
    for form in tree.xpath("//form[@method]"):
        if form.get("method").lower() == "post" and not form.xpath(".//input[@name='csrf_token' and @value!='']"):
            yield f"a form without a token: {form.get('action')}"


def _unsafe_attributes(element: HtmlElement) -> Iterator[str]:
    for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
        if name.startswith("on") or name == "style":
            yield f"attribute {name} on {element.tag!s}"
        if name in _SENDING and _OUTSIDE.match(value):
            yield f"{element.tag!s} reaches outside: {value}"
        if name == "href" and value.lower().lstrip().startswith(_SCRIPTS):
            yield f"a link that is a script: {value}"


def _unlabelled(tree: HtmlElement) -> Iterator[str]:
    for control in tree.xpath("//input | //select | //textarea"):
        if control.get("type") in _BLIND or control.get("hidden") is not None:
            continue
        labelled = (
            control.get("aria-label")
            or control.get("aria-labelledby")
            or control.xpath("ancestor::label")
            or (control.get("id") and tree.xpath("//label[@for=$id]", id=control.get("id")))
        )
        if not labelled:
            yield f"no label for {control.get('name')}"
        if control.get("type") == "radio" and not control.xpath("ancestor::fieldset/legend"):
            yield f"no legend for {control.get('name')}"
    for button in tree.xpath("//button | //a[@href]"):
        if not (button.text_content().strip() or button.get("aria-label")):
            yield "a button or link without words"


def _dangling(tree: HtmlElement) -> Iterator[str]:
    known = set(tree.xpath("//@id"))
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        for value in tree.xpath(f"//@{name}"):
            yield from (f"{name} names {one}, which is not there" for one in value.split() if one not in known)
    for link in tree.xpath("//a/@href"):
        if link.startswith("#") and link[1:] not in known:
            yield f"a link to {link}, which is not there"
