"""The study's log, as its lead and its auditor read it."""

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from vault import ledger
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.deeds import in_words

page = Pages("log", __name__)


@page.view("/studies/<uuid:study_id>/log", permit=Permit.SEE_LEDGER, place=Place(Task.PLAN, _l("Log")))
def listing(visit: Visit) -> ResponseReturnValue:
    """The newest lines of the log."""
    lines = [in_words(visit.db, line) for line in ledger.of_study(visit.db, visit.the_study.id)]
    return render(visit, "team/log.html", lines=lines)
