"""Texts with HTML in them, as other programs keep them, as the plain texts that questions have here.

Paragraphs, lines and lists stay; a link is followed by its address, and a picture is the text that stands for it. What
looks like a tag and is none of HTML's ("<18 years>") is text.
"""

import html
import re

_BLOCK_TAGS = (
    "address|article|aside|blockquote|caption|center|dd|div|dl|dt|fieldset|figure|footer|form|h1|h2|h3|h4|h5|h6|header|"
    "hr|li|main|nav|ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_OTHER_TAGS = (
    "abbr|acronym|audio|bdi|bdo|big|body|br|button|center|cite|code|colgroup|col|del|dfn|embed|em|font|head|html|"
    "iframe|img|input|ins|i|kbd|label|link|mark|meta|object|option|o:p|q|samp|script|select|small|source|span|strike|"
    "strong|style|sub|sup|svg|s|td|textarea|th|time|title|tt|u|var|video|wbr|a|b"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split("|"))
_INLINE = frozenset(_OTHER_TAGS.split("|"))
_SILENT = frozenset(("script", "style", "head", "title", "iframe", "object", "select", "textarea"))
# What opens and does not close is text: a tag ends before another begins, so the text is gone through once.
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_BLOCK_TAGS}|{_OTHER_TAGS})(?P<more>(?:[\s/][^<>]*)?)>", re.IGNORECASE)
_CHARACTER = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ATTRIBUTE = re.compile(r"""(?<![\w-])(href|alt)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_GAPS = re.compile(r"[ \t\f\v\xa0]+")
_LINES = re.compile(r" ?\n ?")
_PARAGRAPHS = re.compile(r"\n{3,}")


def has_markup(text: str) -> bool:
    """Whether there is HTML in the text: a tag, a comment or a character written as &name;."""
    if "<" in text and (_TAG.search(text) is not None or ("<!--" in text and "-->" in text)):
        return True
    return "&" in text and _CHARACTER.search(text) is not None


def plain(text: str, *, lines: bool = False) -> str:
    """The text without its HTML. ``lines``: the end of a line in the file is one on the page, as REDCap has it."""
    if not has_markup(text):
        return text.strip()
    reader = _Reader(lines=lines)
    reader.read(_without_comments(text))
    found = _GAPS.sub(" ", reader.said())
    return _PARAGRAPHS.sub("\n\n", _LINES.sub("\n", found)).strip()


def _without_comments(text: str) -> str:
    """The text without its comments; what opens none that is closed stays."""
    parts: list[str] = []
    while True:
        before, opened, rest = text.partition("<!--")
        _, closed, after = rest.partition("-->")
        if not opened or not closed:
            return "".join((*parts, text))
        parts.append(before)
        text = after


class _Reader:
    """Collects what a reader would see."""

    def __init__(self, *, lines: bool) -> None:
        self._lines = lines
        self._parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def said(self) -> str:
        """All of it."""
        return "".join(self._parts)

    def read(self, text: str) -> None:
        """Tags, and the words between them."""
        at = 0
        for match in _TAG.finditer(text):
            self._words(text[at : match.start()])
            name = match["name"].lower()
            if match["end"]:
                self._end(name)
            else:
                self._begin(name, match["more"])
            at = match.end()
        self._words(text[at:])

    def _words(self, words: str) -> None:
        if not self._silent:
            said = html.unescape(words)
            self._parts.append(said if self._lines else said.replace("\r", " ").replace("\n", " "))

    def _begin(self, tag: str, more: str) -> None:
        if tag in _SILENT:
            self._silent += not more.endswith("/")
        elif self._silent:
            return
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "img":
            alternative = _attribute(more, "alt")
            self._parts.append(f"[{alternative}]" if alternative else "")
        elif tag == "a":
            self._links = [(_attribute(more, "href"), len(self._parts))]  # a link holds no other
        elif tag in _BLOCKS:
            self._parts.append(_gap(tag))

    def _end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a" and self._links:
            address, begun = self._links.pop()
            shown = "".join(self._parts[begun:]).strip()
            if address.startswith(("http://", "https://", "mailto:")) and address.removeprefix("mailto:") != shown:
                self._parts.append(f" ({address})" if shown else address)
        elif tag in _BLOCKS and tag not in ("li", "hr") and not self._silent:
            self._parts.append(_gap(tag))


def _gap(tag: str) -> str:
    """What stands before and after a block."""
    return "\n" if tag in ("tr", "ul", "ol", "tbody", "thead") else "\n\n"


def _attribute(more: str, name: str) -> str:
    found = next((match for match in _ATTRIBUTE.finditer(more) if match[1].lower() == name), None)
    return html.unescape(found[2] or found[3] or found[4] or "").strip() if found else ""
