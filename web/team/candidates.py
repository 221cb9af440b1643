"""Questions that interviewers asked outside the guide: candidates for its next version."""

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from instruments.sentences import in_language
from survey import candidates, runs
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("candidates", __name__)


@page.view(
    "/studies/<uuid:study_id>/candidates", permit=Permit.READ_ANSWERS, logs=True,
    place=Place(Task.ASK, _l("Candidate questions")),
)  # fmt: skip
def listing(visit: Visit) -> ResponseReturnValue:
    """Every candidate with where it came up. They are part of what was said, so the look is a deed."""
    heard = candidates.of_team(
        visit.db, visit.keyring, visit.study_id, account_id=visit.signed_in.id, seed=visit.unlocked, now=visit.now
    )
    rows = []
    for one in heard:
        plan = runs.plan_of(visit.db, one.response)
        after = plan.question(one.after) if one.after else None
        rows.append((one, in_language(after.label, tag()) if after else ""))
    return render(visit, "team/recruit/candidates.html", rows=rows)
