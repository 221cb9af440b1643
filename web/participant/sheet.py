"""A participant's page as an answer: with the study's name above, the two ways to stop below, and made small."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from sqlalchemy import select

from vault.errors import Missing
from vault.studies import Study
from web.kit.packing import packed
from web.kit.pages import render
from web.kit.visit import Visit


def title_of(visit: Visit, study_id: UUID) -> str:
    """The title of a study, as participants see it."""
    title = visit.db.scalar(select(Study.title).where(Study.id == study_id))
    if title is None:
        raise Missing
    return title


def sheet(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """The page. Where a participant is here, both ways to stop are on it unless ``values`` say otherwise."""
    if visit.person is not None:
        values.setdefault("study_title", title_of(visit, visit.person.study_id))
        values.setdefault("later_url", url_for("later.code"))
        values.setdefault("stop_url", url_for("leave.ways"))
    return packed(render(visit, template, **values), status)
