"""The amendment form of a comparison, to hand to the board."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import make_response
from flask.typing import ResponseReturnValue

from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.team.amendment import Amendment, amendment
from web.team.amendment_paper import paper_of
from web.team.amendment_word import word_of
from web.team.versions import edition

page = Pages("amending", __name__)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _handed(
    visit: Visit, instrument_id: UUID, write: Callable[..., bytes], kind: str, ending: str
) -> ResponseReturnValue:
    made = edition(visit, instrument_id)
    form: Amendment = amendment(made, study=visit.the_study.title, day=visit.now.date().isoformat())
    name = f"{made.after.instrument.id}-{made.before.value}-{made.after.value}"
    at: datetime = visit.now
    return make_response(
        write(form, at=at),
        200,
        {"Content-Type": kind, "Content-Disposition": f'attachment; filename="amendment-{name}.{ending}"'},
    )


@page.view(
    "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/comparison/amendment.pdf", permit=Permit.SEE_INSTRUMENTS
)
def paper(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The form as PDF, for the two versions that the address names."""
    return _handed(visit, instrument_id, paper_of, "application/pdf", "pdf")


@page.view(
    "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/comparison/amendment.docx", permit=Permit.SEE_INSTRUMENTS
)
def word(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The form as a Word document, likewise."""
    return _handed(visit, instrument_id, word_of, _WORD, "docx")
