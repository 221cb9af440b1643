"""Who was named by whom, for those who hold the key to names; and who has left, for those who recruit."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from survey import nominations, participants, persons, statuses, withdrawals
from survey.nominations import Alike
from survey.participants import Participant
from survey.statuses import Status
from survey.withdrawals import Way
from vault.errors import Missing
from vault.keyring import StillRead
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.statuses import STATUSES
from web.kit.visit import Visit

page = Pages("nominations", __name__)

WAYS = {
    Way.STOP: _l("stopped; what they said stays"),
    Way.ANONYMISE: _l("made anonymous"),
    Way.ERASE: _l("erased"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A nomination as the list shows it, with those who may be the same person."""

    nominee: str
    nominator: str
    relation: str
    status: Status | None
    alike: Sequence[tuple[str, Alike]]


@page.view(
    "/studies/<uuid:study_id>/nominations", permit=Permit.READ_NAMES, logs=True,
    place=Place(Task.RECRUIT, _l("Nominations")),
)  # fmt: skip
def listing(visit: Visit) -> ResponseReturnValue:
    """Every nomination that can still be read. The look is a deed."""
    reader = persons.reader(visit.account_id, visit.unlocked)
    named = nominations.of_study(visit.db, visit.keyring, visit.study_id, reader, now=visit.now)
    pseudonyms = {one.id: one.pseudonym for one in participants.of_study(visit.db, visit.study_id)}
    status = statuses.of_study(visit.db, visit.study_id)
    nominees = [one.nominee_id for one in named]
    alike = nominations.alike(visit.db, visit.keyring, visit.study_id, nominees, reader, now=visit.now)
    rows = [
        Row(
            pseudonyms[one.nominee_id],
            pseudonyms.get(one.nominator_id, "–"),
            one.relation,
            status.get(one.nominee_id),
            [(pseudonyms[other.participant_id], other) for other in alike.get(one.nominee_id, ())],
        )
        for one in named
    ]
    return render(visit, "team/recruit/nominations.html", rows=rows, statuses=STATUSES)


_SAME = "/studies/<uuid:study_id>/nominations/<pseudonym>/same/<other>"


def _both(visit: Visit, pseudonym: str, other: str) -> tuple[Participant, Participant]:
    """Somebody who was named and not yet approached, and whoever they may be."""
    nominee, known = (participants.by_pseudonym(visit.db, visit.study_id, one) for one in (pseudonym, other))
    if nominee.id == known.id:
        raise Missing
    if not nominations.is_waiting(visit.db, nominee):
        raise nominations.UnderWay
    return nominee, known


@page.view(_SAME, permit=Permit.READ_NAMES, logs=True)
def compare(visit: Visit, pseudonym: str, other: str) -> ResponseReturnValue:
    """Two people side by side, who may be one. The look is a deed."""
    both = _both(visit, pseudonym, other)
    reader = persons.reader(visit.account_id, visit.unlocked)
    identities = [persons.who(visit.db, visit.keyring, one, reader, now=visit.now) for one in both]
    return render(visit, "team/recruit/same.html", both=both, identities=identities)


@page.action(_SAME, permit=Permit.READ_NAMES)
def link(visit: Visit, pseudonym: str, other: str) -> ResponseReturnValue:
    """They are one person, known by the pseudonym of the participant who was there."""
    nominee, known = _both(visit, pseudonym, other)
    reader = persons.reader(visit.account_id, visit.unlocked)
    nominations.link(visit.db, visit.keyring, nominee, known, reader, now=visit.now)
    # The keys are dead; if somebody was reading them, what is left of them on the disk goes with the next start.
    with suppress(StillRead):
        visit.carry_out(withdrawals.carry_out(visit.db, visit.keyring, visit.settings.backups, now=visit.now))
    visit.tell(gettext("%(nominee)s is %(known)s from now on.", nominee=nominee.pseudonym, known=known.pseudonym))
    return redirect(url_for("nominations.listing", study_id=visit.study_id), code=303)


@page.view("/studies/<uuid:study_id>/withdrawals", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Withdrawals")))
def left(visit: Visit) -> ResponseReturnValue:
    """Who has left, how and when. Why is nowhere."""
    return render(
        visit, "team/recruit/withdrawals.html", rows=withdrawals.of_study(visit.db, visit.study_id), ways=WAYS
    )
