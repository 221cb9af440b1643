"""Markdown as letters need it: paragraphs, headings, lists, quotations, emphasis and links. Whatever else somebody
writes is text.

Two walls stand between an author and a reader's browser: the parser knows no HTML, and what it wrote is cleaned by a
list of what is allowed. Neither trusts the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

# The page has its own first heading, so a letter's begin at the second.
SHIFT = 1
_DEEPEST = 6

_TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "hr"}
_LINK = re.compile(r"https://[^\s/?#]+[^\s]*|mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)


class _Letters(MarkdownIt):
    """CommonMark without code, pictures and HTML, and with links to https and mailto only."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable(["code", "fence", "backticks", "image", "html_block", "html_inline"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name for it
        """A link that this refuses stays what was typed."""
        return bool(_LINK.fullmatch(url))


_PARSER = _Letters()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text, from 1 down; ``empty`` if nothing stands between it and the next of its level or above."""

    level: int
    text: str
    empty: bool


def parse(text: str) -> list[Token]:
    """The tokens of ``text``."""
    return _PARSER.parse(text)


def html(text: str) -> str:
    """``text`` as HTML that is safe to put into a page as it is."""
    tokens = parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + SHIFT, _DEEPEST)}"
    made = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_only_links,
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _only_links(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or _LINK.fullmatch(value) else None


def headings(text: str) -> list[Heading]:
    """The headings of ``text`` in order, each with whether its section says anything."""
    return list(_headings(parse(text)))


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            yield Heading(level, plain(tokens[place + 1]), not _says_anything(tokens[place + 3 :], level))


def _says_anything(tokens: Sequence[Token], level: int) -> bool:
    """Whether there is text before the next heading of ``level`` or above."""
    inside_heading = False
    for token in tokens:
        if token.type == "heading_open":
            if int(token.tag[1]) <= level:
                return False
            inside_heading = True
        elif token.type == "heading_close":
            inside_heading = False
        elif token.type == "inline" and not inside_heading and plain(token):
            return True
    return False


def plain(inline: Token) -> str:
    """The text of one inline token, without its markup."""
    breaks = {"softbreak", "hardbreak"}
    return "".join(" " if child.type in breaks else child.content for child in inline.children or []).strip()


def broken_links(text: str) -> list[str]:
    """What looks like a link and became none, because it leads to neither https nor mailto."""
    said = (plain(token) for token in parse(text) if token.type == "inline")
    return [address for line in said for address in re.findall(r"\]\(([^)\s]*)", line)]


def tree(text: str) -> list[dict[str, Any]]:
    """``text`` as nested plain values, for whoever sets it in something else than HTML.

    Blocks: heading (level, parts), paragraph (parts), bullets and numbers (items, each a list of blocks), quote (parts)
    and rule. Parts of a line: text (text), strong, em and link (parts; href) and break. Headings begin at the second.
    """
    return [_block(node) for node in SyntaxTreeNode(parse(text)).children]


def _block(node: SyntaxTreeNode) -> dict[str, Any]:
    match node.type:
        case "heading":
            return {"kind": "heading", "level": min(int(node.tag[1]) + SHIFT, _DEEPEST), "parts": _parts(node)}
        case "paragraph":
            return {"kind": "paragraph", "parts": _parts(node)}
        case "bullet_list":
            return {"kind": "bullets", "items": [[_block(inner) for inner in item.children] for item in node.children]}
        case "ordered_list":
            items = [[_block(inner) for inner in item.children] for item in node.children]
            return {"kind": "numbers", "items": items, "start": int(node.attrs.get("start", 1))}
        case "blockquote":
            return {"kind": "quote", "parts": [_block(inner) for inner in node.children]}
        case "hr":
            return {"kind": "rule"}
    raise ValueError(f"letters have no {node.type}")


def _parts(node: SyntaxTreeNode) -> list[dict[str, Any]]:
    return [_part(child) for inline in node.children for child in inline.children]


def _part(node: SyntaxTreeNode) -> dict[str, Any]:
    match node.type:
        case "strong" | "em":
            return {"kind": node.type, "parts": [_part(child) for child in node.children]}
        case "link":
            return {"kind": "link", "href": node.attrGet("href"), "parts": [_part(child) for child in node.children]}
        case "hardbreak":
            return {"kind": "break"}
        case "softbreak":
            return {"kind": "text", "text": " "}
    return {"kind": "text", "text": node.content}
