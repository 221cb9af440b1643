"""Reasons that are ready when a version is published: those of questions that were accepted from candidates."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext

from instruments.drafts import InstrumentRow
from survey import accepting
from survey.accepting import Origin
from survey.verdicts import By
from vault.errors import CannotOpen
from web.kit.visit import Visit


def from_candidates(
    visit: Visit, row: InstrumentRow, places: Sequence[str], *, opened: bool
) -> Mapping[str, Origin]:  # fmt: skip
    """By changed question, the candidate that it comes from; ``opened`` with what was said when it was accepted."""
    found = accepting.origins(visit.db, row.id)
    if opened and found.keys() & {*places}:
        found = read_or_not(visit, row.id)
    return {place: found[place] for place in places if place in found}


def read_or_not(visit: Visit, instrument_id: UUID) -> Mapping[str, Origin]:
    """From which candidates an instrument's questions come, with what was said for those who hold the key to it."""
    by = By(visit.account_id, visit.unlocked)
    try:
        return accepting.read_origins(visit.db, visit.study_id, instrument_id, by=by, now=visit.now)
    except CannotOpen:
        return accepting.origins(visit.db, instrument_id)


def reason_of(origin: Origin) -> str:
    """The reason to propose; whoever publishes reads it, and writes over it what is truer."""
    if origin.said is None or not (origin.said.theme or origin.said.evidence):
        return ""
    if origin.said.theme:
        return str(gettext("It follows from the theme “%(theme)s”.", theme=origin.said.theme))
    return str(gettext("It came up in interviews, outside the guide."))
