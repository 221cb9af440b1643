"""Letters are rendered so that nothing an author types, or pastes, becomes more than a letter."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import markdown

ALLOWED = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "hr"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](/team/erase)",
    "[x](//evil.org)",
    "[x](https:evil.org)",
    "[x](http://evil.org)",
    "[x](https://evil.org \"onmouseover='alert(1)'\")",
    '[x](<https://evil.org/" onmouseover="alert(1)>)',
    "![x](https://evil.org/pixel.png)",
    "<https://evil.org/'onclick='x>",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "```html\n<script>\n```",
    "`<script>`",
    "    <script>alert(1)</script>",
    "<!-- --><svg onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# <h1 onclick=x>",
    "> <form action=/erase><button>",
    "<math><mtext></p><style><img src onerror=alert(1)>",
    "\u0000<script\u0000>",
]


class Seen(HTMLParser):
    """Every tag with its attributes, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_a_letter(made: str) -> None:
    for tag, attributes in Seen(made).tags:
        assert tag in ALLOWED
        if tag == "a":
            assert re.match(r"https://[^/]|mailto:.+@", attributes.pop("href") or "", re.IGNORECASE)
            assert attributes.pop("rel") == "noopener noreferrer"
        assert attributes == {}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_more_than_text(text: str) -> None:
    """ASVS 1.2.1, 1.3.4."""
    assert_a_letter(markdown.html(text))
    assert_a_letter(markdown.html(f"# A\n\n- before {text} after\n\n{text}"))


@given(st.lists(st.sampled_from([*HOSTILE, "# ", "\n\n", "* ", "[", "](", ")", "<", ">", '"', "&", "**", "\\", "x"])))
def test_no_mixture_of_hostile_pieces_becomes_more_than_a_letter(pieces: list[str]) -> None:
    assert_a_letter(markdown.html("".join(pieces)))


@given(st.text(max_size=200))
def test_any_text_is_rendered_as_a_letter(text: str) -> None:
    assert_a_letter(markdown.html(text))


def test_a_letter_has_what_a_letter_needs() -> None:
    made = markdown.html(
        "# One\n\nA *b* **c** [d](https://e.org/f) <mailto:g@h.org>\n\n## Two\n\n1. x\n2. y\n\n> z\n\n---\n"
    )
    assert made == (
        "<h2>One</h2>\n"
        '<p>A <em>b</em> <strong>c</strong> <a href="https://e.org/f" rel="noopener noreferrer">d</a> '
        '<a href="mailto:g@h.org" rel="noopener noreferrer">mailto:g@h.org</a></p>\n'
        "<h3>Two</h3>\n<ol>\n<li>x</li>\n<li>y</li>\n</ol>\n<blockquote>\n<p>z</p>\n</blockquote>\n<hr>\n"
    )


def test_headings_never_reach_the_pages_own_or_beyond_the_sixth() -> None:
    made = markdown.html("\n\n".join(f"{'#' * level} x" for level in range(1, 7)))
    assert re.findall(r"<h(\d)>", made) == ["2", "3", "4", "5", "6", "6"]


def test_a_refused_link_stays_what_was_typed() -> None:
    assert markdown.html("[x](http://y.org)") == "<p>[x](http://y.org)</p>\n"
    assert markdown.broken_links("See [x](http://y.org), [z](https://z.org).") == ["http://y.org"]
