"""Who was named by whom, for those who hold the key to names; and who has left, for those who recruit."""

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from survey import nominations, participants, persons, statuses, withdrawals
from survey.withdrawals import Way
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.participants import STATUSES

page = Pages("nominations", __name__)

WAYS = {
    Way.STOP: _l("stopped; what they said stays"),
    Way.ANONYMISE: _l("made anonymous"),
    Way.ERASE: _l("erased"),
}


@page.view(
    "/studies/<uuid:study_id>/nominations", permit=Permit.READ_NAMES, logs=True,
    place=Place(Task.RECRUIT, _l("Nominations")),
)  # fmt: skip
def listing(visit: Visit) -> ResponseReturnValue:
    """Every nomination that can still be read. The look is a deed."""
    reader = persons.reader(visit.signed_in.id, visit.unlocked)
    named = nominations.of_study(visit.db, visit.keyring, visit.study_id, reader, now=visit.now)
    pseudonyms = {one.id: one.pseudonym for one in participants.of_study(visit.db, visit.study_id)}
    status = statuses.of_study(visit.db, visit.study_id)
    rows = [
        (pseudonyms[one.nominee_id], pseudonyms.get(one.nominator_id, "–"), one.relation, status.get(one.nominee_id))
        for one in named
    ]
    return render(visit, "team/recruit/nominations.html", rows=rows, statuses=STATUSES)


@page.view("/studies/<uuid:study_id>/withdrawals", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Withdrawals")))
def left(visit: Visit) -> ResponseReturnValue:
    """Who has left, how and when. Why is nowhere."""
    return render(
        visit, "team/recruit/withdrawals.html", rows=withdrawals.of_study(visit.db, visit.study_id), ways=WAYS
    )
