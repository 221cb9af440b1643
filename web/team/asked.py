"""Who was asked what: question × participant × version, with each kind of missing, or only counts without the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from instruments import versions
from instruments.comparison import What
from instruments.definition import Role
from instruments.route import Missingness
from instruments.versions import Version
from survey import matrices
from survey.matrices import Matrix, Row
from vault.errors import CannotOpen
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.instruments import title_of

page = Pages("asked", __name__)

# What became of a question: a sign that prints in black, and the word for it.
SIGNS: Mapping[Missingness, tuple[str, object]] = {
    Missingness.ANSWERED: ("●", _l("answered")),
    Missingness.SKIPPED: ("○", _l("left out")),
    Missingness.NOT_REACHED: ("◌", _l("not reached")),
    Missingness.DECLINED: ("×", _l("declined")),
    Missingness.NOT_APPLICABLE: ("–", _l("did not apply")),
    Missingness.NOT_ASKED: ("▒", _l("not yet in the version")),
    Missingness.WITHDRAWN: ("W", _l("withdrawn")),
}

# In an interview a topic is left out by saying so.
SIGNS_OF_GUIDE = {**SIGNS, Missingness.SKIPPED: ("○", _l("skipped"))}

# As many runs as a table can show side by side and still be read.
AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a question in one version, and why."""

    version: int
    added: bool
    reworded: bool
    retired: bool
    reason: str
    theme: str


def history(visit: Visit, published: Sequence[Version]) -> dict[str, list[Step]]:
    """By question, what happened to it after the first version; one reason stands for several that were given."""
    found: dict[str, list[Step]] = {}
    for version in published:
        for change in versions.changes_of(visit.db, version):
            steps = found.setdefault(change.question, [])
            if not any(step.version == version.number for step in steps):
                kinds = change.kinds
                steps.append(
                    Step(
                        version.number,
                        bool(kinds & {What.ADDED, What.RESTORED}),
                        What.REWORDED in kinds,
                        What.RETIRED in kinds,
                        change.reason,
                        change.theme,
                    )
                )
    return found


def matrix_or_none(visit: Visit, instrument_id: UUID) -> Matrix | None:
    """The matrix for who holds the key to the answers; None for everybody else."""
    if Permit.READ_ANSWERS not in visit.permits:
        return None
    try:
        return matrices.asked(
            visit.db,
            visit.keyring,
            visit.study_id,
            instrument_id,
            account_id=visit.account_id,
            seed=visit.unlocked,
            now=visit.now,
        )
    except CannotOpen:
        return None


def _number(name: str) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 7 else 0


def _kept(rows: Sequence[Row]) -> list[Row]:
    """The runs that the address asks for."""
    version, only = _number("version"), request.args.get("runs", "")
    return [row for row in rows if version in (0, row.version) and (only != "submitted" or row.submitted)]


# Reading what became of each answer opens answers, so the look itself is a deed that the log names.
@page.view(
    "/studies/<uuid:study_id>/asked",
    permit=Permit.SEE_PROGRESS,
    logs=True,
    place=Place(Task.ASK, _l("Who was asked what")),
)
def matrix(visit: Visit) -> ResponseReturnValue:
    """The asked matrix of one instrument."""
    offered = [
        (str(row.id), title_of(versions.definition_of(published[-1])), published, row.role)
        for row, published in versions.of_study(visit.db, visit.study_id)
        if published
    ]
    wanted = request.args.get("instrument", "")
    chosen = next((one for one in offered if one[0] == wanted), offered[0] if offered else None)
    if chosen is None:
        return render(visit, "team/ask/asked.html", offered=(), chosen=None)
    instrument_id, _, published, role = chosen
    found = matrix_or_none(visit, UUID(instrument_id))
    kept = _kept(found.rows) if found else []
    at = min(max(_number("page"), 1), max(1, -(-len(kept) // AT_ONCE)))
    return render(
        visit,
        "team/ask/asked.html",
        offered=offered,
        chosen=chosen,
        published=published,
        matrix=found,
        kept=kept,
        shown=kept[(at - 1) * AT_ONCE : at * AT_ONCE],
        at=at,
        pages=-(-len(kept) // AT_ONCE),
        counted=matrices.counts(visit.db, visit.study_id, UUID(instrument_id), exact=False) if found is None else (),
        history=history(visit, published),
        signs=SIGNS_OF_GUIDE if role is Role.GUIDE else SIGNS,
        version=_number("version"),
        runs=request.args.get("runs", ""),
        title=gettext("Who was asked what"),
    )
