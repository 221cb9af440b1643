"""Reasons that are ready when a version is published: those of questions that were accepted from candidates."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from instruments.drafts import InstrumentRow
from survey import accepting
from survey.accepting import Origin
from survey.verdicts import By
from web.kit.visit import Visit


def from_candidates(visit: Visit, row: InstrumentRow, places: Sequence[str]) -> Mapping[str, Origin]:
    """By changed question, the candidate that it comes from, with what was said when it was accepted."""
    by = By(visit.signed_in.id, visit.unlocked)
    found = accepting.origins(visit.db, visit.study_id, row.id, by=by)
    return {place: found[place] for place in places if place in found}


def reason_of(origin: Origin) -> str:
    """The reason to propose; whoever publishes reads it, and writes over it what is truer."""
    if origin.said is None or not (origin.said.theme or origin.said.evidence):
        return ""
    if origin.said.theme:
        return str(gettext("It follows from the theme “%(theme)s”.", theme=origin.said.theme))
    return str(gettext("It came up in interviews, outside the guide."))
