"""Under which decision of the board something is published: those that hold today, to choose from."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from vault import approvals, studies
from vault.approvals import Approval
from web.kit.forms import PageForm, choices
from web.kit.visit import Visit


class ApprovalChoiceForm(PageForm):
    """The decision under which this is published."""

    approval = RadioField(
        _l("Under which approval?"),
        [InputRequired(_l("Choose the board's decision that covers this."))],
        choices=[],
        description=_l("The version carries its reference for ever."),
    )


def offer(visit: Visit, form: ApprovalChoiceForm) -> dict[str, str]:
    """``form`` offers the decisions that hold today; what each covers is returned by number, to stand under it."""
    found = approvals.holding(visit.db, visit.study_id, on=visit.now.date())
    places = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    form.approval.choices = choices((str(one.number), _title(one)) for one in found)
    return {str(one.number): _hint(one, places.get(one.site_id) if one.site_id else None) for one in found}


def _title(one: Approval) -> str:
    return f"{one.board}, {one.reference}"


def _hint(one: Approval, place: str | None) -> str:
    where = place or gettext("every site")
    said: str = gettext(
        "%(covers)s (%(where)s, from %(first)s until and including %(last)s)",
        covers=one.covers,
        where=where,
        first=one.effective_on.isoformat(),
        last=one.expires_on.isoformat(),
    )
    return said


def titles(visit: Visit) -> dict[int, str]:
    """Board and reference of every decision on the study, by number."""
    return {one.number: _title(one) for one in approvals.of_study(visit.db, visit.study_id)}
