"""Pages that are the same for everybody but for a few gaps: rendered once, packed once, and filled in for each visitor.

What is kept between requests was rendered without any visitor, so it can hold nothing of anybody.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from flask import Response, render_template
from markupsafe import Markup

from web.kit import forgery, headers, packing
from web.kit.packing import Part

_MOST = 400
# No text that anybody writes holds these two.
_MARK = re.compile("\x02([a-z]+)\x03")


def mark(name: str) -> Markup:
    """Stands in a template for the gap with this name."""
    # Names are ours; the two signs tell nothing to a browser and are gone before it sees them.
    return Markup(f"\x02{name}\x03")  # noqa: S704


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page in parts that are packed already; a name stands for a gap."""

    parts: tuple[Part | str, ...]

    def filled(self, values: Mapping[str, str]) -> Response:
        """The page as an answer. Every value is HTML already."""
        return packing.joined([values[part] if isinstance(part, str) else part for part in self.parts])

    def here(self, **values: str) -> Response:
        """The same with this visitor's token and this answer's number for scripts."""
        return self.filled({"token": forgery.token(), "nonce": headers.nonce(), **values})


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in pieces: every second one is the name of a gap. What was made of it is kept, a bounded number."""

    pieces: tuple[str, ...]
    sheets: dict[Hashable, Sheet] = field(default_factory=dict, repr=False, compare=False)

    def around(self, values: Mapping[str, str]) -> str:
        """The whole page. Every value is HTML already."""
        return "".join([values[piece] if at % 2 else piece for at, piece in enumerate(self.pieces)])

    def sheet(self, key: Hashable, values: Callable[[], Mapping[str, str]]) -> Sheet:
        """The page with those gaps filled for good that ``values`` names; ``key`` says what they depend on."""
        found = self.sheets.get(key)
        if found is None:
            if len(self.sheets) >= _MOST:
                self.sheets.clear()
            found = self.sheets[key] = self._standing(values())
        return found

    def _standing(self, values: Mapping[str, str]) -> Sheet:
        parts: list[Part | str] = []
        text = ""
        for at, piece in enumerate(self.pieces):
            if at % 2 and piece not in values:
                parts += [Part.of(text), piece] if text else [piece]
                text = ""
            else:
                text += values[piece] if at % 2 else piece
        return Sheet((*parts, Part.of(text)) if text else tuple(parts))


def frame(template: str, **values: object) -> Frame:
    """The template with marks for the token and for the number that scripts carry, and without any sentence that waits
    to be said to somebody.
    """
    html = render_template(
        template, visit=None, csrf_token=lambda: mark("token"), csp_nonce=lambda: mark("nonce"),
        get_flashed_messages=list, **values,
    )  # fmt: skip
    return Frame(tuple(_MARK.split(html)))
