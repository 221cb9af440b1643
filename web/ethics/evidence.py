"""The evidence of a study as one file to take along."""

import io
from importlib.metadata import version

from flask import make_response
from flask.typing import ResponseReturnValue

from exports.evidence import package
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("ethics_evidence", __name__)


@page.view("/ethics/<uuid:study_id>/evidence", permit=Permit.SEE_LEDGER)
def about(visit: Visit) -> ResponseReturnValue:
    """What is in the package and how it is checked."""
    return render(visit, "ethics/evidence.html")


# Taking the evidence along is a deed that the log names.
@page.view("/ethics/<uuid:study_id>/evidence.zip", permit=Permit.SEE_LEDGER, logs=True)
def take(visit: Visit) -> ResponseReturnValue:
    """The package, made from what stands in the databases at this moment."""
    out = io.BytesIO()
    package.write(visit.db, visit.study_id, out, visit.settings, version=version("verbatim"))
    package.taken(visit.db, visit.study_id, actor=visit.actor, now=visit.now)
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="evidence.zip"'
    return response
