"""Pages of the team that are made once and filled in for each visit: what stands around them, and what is in them.

A template is rendered with a mark in each place where something else may stand the next time; what lies between the
marks is text, what fills them is a function of one filling. Marks hold a number that is drawn anew in each process, so
nothing that an author wrote can be taken for one.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from flask import get_flashed_messages, render_template, request
from markupsafe import Markup

from instruments.remembering import Remembered
from vault.studies import Joined, Permit
from web.kit import forgery, headers
from web.kit.i18n import tag
from web.kit.visit import Visit

Filling = TypeVar("Filling")
Piece: TypeAlias = str | Callable[[Filling], str]

_SECRET = secrets.token_hex(8)
_MARK = re.compile(f"\x02{_SECRET}([0-9]+)\x03")


class Marks(Generic[Filling]):
    """The marks of one template, each with what fills it."""

    def __init__(self) -> None:
        self._fills: list[Callable[[Filling], str]] = []

    def __call__(self, fill: Callable[[Filling], str]) -> Markup:
        """A mark. ``fill`` gives HTML."""
        self._fills.append(fill)
        return Markup(f"\x02{_SECRET}{len(self._fills) - 1}\x03")  # noqa: S704 - two signs and a number of ours

    def pieces(self, html: str) -> tuple[Piece[Filling], ...]:
        """The rendered template in pieces."""
        found = _MARK.split(html)
        return tuple(self._fills[int(one)] if at % 2 else one for at, one in enumerate(found) if at % 2 or one)


def filled(pieces: Sequence[Piece[Filling]], filling: Filling) -> str:
    """The pieces with their gaps filled."""
    return "".join([piece if isinstance(piece, str) else piece(filling) for piece in pieces])


@dataclass(frozen=True, slots=True)
class Onlooker:
    """All of a visit that stands around a page of a study: nothing of it is one person's."""

    study: Joined
    permits: frozenset[Permit]


@dataclass(frozen=True, slots=True)
class _Inside:
    main: str
    gaps: Mapping[str, str]


def _gap(name: str, inside: _Inside) -> str:
    return inside.gaps[name]


_pages: Remembered[Hashable, tuple[Piece[_Inside], ...]] = Remembered(256)


def surrounded(
    visit: Visit,
    template: str,
    main: str,
    *,
    gaps: Mapping[str, str] = MappingProxyType({}),
    repeats: bool = False,
    **values: Any,
) -> str:
    """The page: ``template`` around ``main``. Its ``values`` are hashable; nothing else may matter.

    ``main`` and ``gaps`` are HTML, which may be something else each time. The template prints them where they stand,
    and knows of the visit what an ``Onlooker`` knows; of the address it may only make use of more than the study if it
    ``repeats`` it, as the choice of the language does.
    """
    told = tuple(get_flashed_messages())
    study, permits = visit.the_study, visit.permits
    here = request.full_path if repeats else ""
    key = (template, study.id, study.title, permits, tag(), here, told, tuple(values.items()))
    pieces = _pages.get(key)
    if pieces is None:
        marks: Marks[_Inside] = Marks()
        html = render_template(
            template,
            visit=Onlooker(study, permits),
            main=marks(lambda inside: inside.main),
            **{name: marks(partial(_gap, name)) for name in gaps},
            csrf_token=lambda: marks(lambda _: forgery.token()),
            csp_nonce=lambda: marks(lambda _: headers.nonce()),
            get_flashed_messages=lambda: told,
            **values,
        )
        pieces = _pages.keep(key, marks.pieces(html))
    return filled(pieces, _Inside(main, gaps))
