"""Texts with HTML in them, as other programs keep them, as the plain texts that questions have here.

Paragraphs, lines and lists stay; a link is followed by its address, and a picture is the text that stands for it. What
looks like a tag and is none of HTML's ("<18 years>") is text.
"""

import re
from html.parser import HTMLParser

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
_MARKUP = re.compile(
    rf"<!--|<!\w|</?(?:{_BLOCK_TAGS}|{_OTHER_TAGS})(?:[\s/][^<>]*)?>"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});",
    re.IGNORECASE,
)
_GAPS = re.compile(r"[ \t\f\v\xa0]+")
_LINES = re.compile(r" ?\n ?")
_PARAGRAPHS = re.compile(r"\n{3,}")


def has_markup(text: str) -> bool:
    """Whether there is HTML in the text: a tag, a comment or a character written as &name;."""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def plain(text: str, *, lines: bool = False) -> str:
    """The text without its HTML. ``lines``: the end of a line in the file is one on the page, as REDCap has it."""
    if not has_markup(text):
        return text.strip()
    reader = _Reader(lines=lines)
    reader.feed(text)
    reader.close()
    found = _GAPS.sub(" ", reader.said())
    return _PARAGRAPHS.sub("\n\n", _LINES.sub("\n", found)).strip()


class _Reader(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self, *, lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = lines
        self._parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def said(self) -> str:
        return "".join(self._parts)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data if self._lines else data.replace("\r", " ").replace("\n", " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _BLOCKS and tag not in _INLINE:
            self.handle_data(self.get_starttag_text() or "")
        elif tag in _SILENT:
            self._silent += 1
        elif not self._silent:
            self._begin(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _BLOCKS or tag in _INLINE:
            self.handle_endtag(tag)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "img":
            alternative = attributes.get("alt", "").strip()
            self._parts.append(f"[{alternative}]" if alternative else "")
        elif tag == "a":
            self._links.append((attributes.get("href", "").strip(), len(self._parts)))
        elif tag in _BLOCKS:
            self._parts.append("\n" if tag in ("tr", "ul", "ol", "tbody", "thead") else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a" and self._links:
            address, begun = self._links.pop()
            shown = "".join(self._parts[begun:]).strip()
            if address.startswith(("http://", "https://", "mailto:")) and address.removeprefix("mailto:") != shown:
                self._parts.append(f" ({address})" if shown else address)
        elif tag in _BLOCKS and tag not in ("li", "hr") and not self._silent:
            self._parts.append("\n" if tag in ("tr", "ul", "ol", "tbody", "thead") else "\n\n")
        elif tag not in _BLOCKS and tag not in _INLINE:
            self.handle_data(f"</{tag}>")
