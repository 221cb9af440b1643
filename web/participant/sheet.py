"""A participant's page as an answer: with the study's name above, the two ways to stop below, and made small."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, current_app, request, session, url_for
from markupsafe import Markup
from sqlalchemy import bindparam, select

from vault.errors import Missing
from vault.prepared import Prepared
from vault.studies import Study
from web.kit import i18n, standing
from web.kit.packing import packed
from web.kit.pages import render
from web.kit.standing import Frame
from web.kit.visit import Visit

_MOST = 200
_FRAMES = "verbatim-frames"

_TITLE = Prepared(select(Study.title).where(Study.id == bindparam("study_id")))


def title_of(visit: Visit, study_id: UUID) -> str:
    """The title of a study, as participants see it."""
    for (title,) in _TITLE.rows(visit.db, study_id=study_id):
        return title
    raise Missing


def sheet(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """The page. Where a participant is here, both ways to stop are on it unless ``values`` say otherwise."""
    return packed(render(visit, template, **_around(visit, values)), status)


def standing_sheet(
    visit: Visit, template: str, key: Hashable, values: Callable[[], Mapping[str, Any]], **gaps: str
) -> Response:
    """The same page where nothing on it depends on the visitor but ``gaps``, given as HTML; ``key`` says on what it
    depends else, and ``values`` are asked for once.
    """
    if request.query_string or "_flashes" in session:
        return sheet(visit, template, **{**values(), **{name: Markup(html) for name, html in gaps.items()}})  # noqa: S704
    title = title_of(visit, visit.person.study_id) if visit.person is not None else ""
    whole = template, i18n.tag(), title, key
    frames: dict[Hashable, Frame] = current_app.extensions.setdefault(_FRAMES, {})
    found = frames.get(whole)
    if found is None:
        if len(frames) >= _MOST:
            frames.clear()
        marks = {name: standing.mark(name) for name in gaps}
        found = frames[whole] = standing.frame(template, **_around(visit, {**values(), **marks}))
    return found.sheet((), dict).here(**gaps)


def _around(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    if visit.person is not None:
        values.setdefault("study_title", title_of(visit, visit.person.study_id))
        values.setdefault("later_url", url_for("later.code"))
        values.setdefault("stop_url", url_for("leave.ways"))
    return values
