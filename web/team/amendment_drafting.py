"""An amendment is written: the draft against what the board decided on, with a reason for each change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from consent import drafts as consent_drafts
from consent.drafts import DraftChanged
from instruments import drafts
from instruments.comparison import Reason
from instruments.drafts import DraftOvertaken
from instruments.versions import ReasonsMissing
from survey import amendments, impact
from survey.amendments import Amendment, Plea
from vault.errors import Conflict, Invalid
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team import weighed
from web.team.consent_wording import in_words
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study, title_of
from web.team.weighed import Weight

page = Pages("amendment_drafting", __name__)

_YES_NO = (("yes", _l("Yes: they are asked to agree anew")), ("no", _l("No: what they agreed to stays true")))


class PleaForm(PageForm):
    """What is said for all changes together."""

    approval = HiddenField()
    seen = HiddenField()
    overall = TextAreaField(
        _l("Reason for every change that has none of its own"),
        [Length(max=4000)],
    )
    who = TextAreaField(
        _l("Who is affected"),
        [
            DataRequired(_l("Say who is affected, so that the board can tell whether they have to agree anew.")),
            Length(max=4000),
        ],
        description=_l("For example: everybody who is interviewed from now on; nobody who was interviewed before."),
    )
    reconsent = RadioField(
        _l("Do people who agreed already have to agree anew?"),
        [InputRequired(_l("Say whether people have to agree anew."))],
        choices=choices((value, str(label)) for value, label in _YES_NO),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One change as the page asks for its reason."""

    place: str
    name: str
    against: tuple[str, ...]
    reason: str
    theme: str
    evidence: str


def _weight(weights: Sequence[Weight], form: PleaForm) -> Weight | None:
    """The decision that is to be amended: the one that the address or the form names, else the first that can be."""
    wanted = number(request.args.get("approval") or form.approval.data)
    possible = [one for one in weights if one.covered and not one.exact]
    return next((one for one in possible if one.approval == wanted), possible[0] if possible else None)


def _changes(weight: Weight, names: Mapping[str, str]) -> list[Change]:
    def typed(name: str, place: str) -> str:
        return request.form.get(f"{name}-{place}", "").strip()

    return [
        Change(place, names.get(place, place), ruling.against, *(typed(one, place) for one in _ASKED))
        for place, ruling in weight.rulings.items()
    ]


_ASKED = ("reason", "theme", "evidence")


def _plea(form: PleaForm, changes: Sequence[Change]) -> Plea:
    overall = (form.overall.data or "").strip()
    reasons = [
        Reason((one.place,), one.reason or overall, one.theme, one.evidence) for one in changes if one.reason or overall
    ]
    return Plea(tuple(reasons), form.who.data or "", form.reconsent.data == "yes")


def _page(
    visit: Visit, form: PleaForm, weights: Sequence[Weight], names: Mapping[str, str], title: str, seen: int,
    back: str, here: str, touched: object = None, missing: Sequence[str] = (),
) -> str:  # fmt: skip
    weight = _weight(weights, form)
    form.seen.data, form.approval.data = str(seen), str(weight.approval if weight else "")
    return render(
        visit, "team/amendment_new.html", form=form, weight=weight, back=back, here=here, title=title,
        others=[one for one in weights if one.covered and not one.exact and one is not weight],
        changes=_changes(weight, names) if weight else [], impact=touched, missing=missing,
    )  # fmt: skip


def _made(visit: Visit, made: Amendment) -> ResponseReturnValue:
    visit.tell(gettext("The amendment was written. Send it to the board, then record that you did."))
    return redirect(url_for("amendments.one", study_id=visit.study_id, number=made.row.number), code=303)


def _of_instrument(visit: Visit, instrument_id: UUID, form: PleaForm, missing: Sequence[str] = ()) -> str:
    row = of_the_study(visit, instrument_id)
    draft = drafts.draft_of(visit.db, row.id)
    weights = weighed.of_draft(visit, draft)
    weight = _weight(weights, form)
    places = [place for place in weight.rulings if "." not in place and place != "*"] if weight else []
    touched = impact.of_draft(visit.db, visit.study_id, row.id, places)
    back = url_for("publishing.ask", study_id=visit.study_id, instrument_id=row.id)
    here = url_for("amendment_drafting.ask_instrument", study_id=visit.study_id, instrument_id=row.id)
    title = title_of(draft.definition)
    return _page(visit, form, weights, {"*": gettext("The whole")}, title, draft.number, back, here, touched, missing)


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/amendment", permit=Permit.AUTHOR)
def ask_instrument(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """What differs from the text on which the board decided, with places for the reasons."""
    return _of_instrument(visit, instrument_id, PleaForm())


@page.action("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/amendment", permit=Permit.AUTHOR)
def write_instrument(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft as it stands is in an amendment."""
    row, form = of_the_study(visit, instrument_id), PleaForm(request.form)
    seen, approval = number(form.seen.data), number(form.approval.data)
    if not form.validate():
        return _of_instrument(visit, row.id, form), 422
    weight = _weight(weighed.of_draft(visit, drafts.draft_of(visit.db, row.id)), form)
    plea = _plea(form, _changes(weight, {}) if weight else [])
    try:
        made = amendments.of_instrument(
            visit.db, visit.study_id, row.id, plea, approval=approval, seen=seen, by=visit.account_id, now=visit.now
        )
    except (Invalid, DraftOvertaken) as refusal:
        form.refuse(refusal)
        missing = refusal.places if isinstance(refusal, ReasonsMissing) else ()
        return _of_instrument(visit, row.id, form, missing), 409 if isinstance(refusal, Conflict) else 422
    return _made(visit, made)


def _of_consent(visit: Visit, form: PleaForm, missing: Sequence[str] = ()) -> str:
    draft = consent_drafts.find(visit.db, visit.study_id)
    wording = consent_drafts.wording_of(draft)
    weights = weighed.of_wording(visit, wording, draft.edited_at)
    names = {place: in_words(place) for weight in weights for place in weight.rulings}
    back = url_for("consent_drafts.ask_publish", study_id=visit.study_id)
    here = url_for("amendment_drafting.ask_consent", study_id=visit.study_id)
    return _page(visit, form, weights, names, gettext("Consent document"), draft.edit, back, here, None, missing)


@page.view("/studies/<uuid:study_id>/consent/draft/amendment", permit=Permit.AUTHOR)
def ask_consent(visit: Visit) -> ResponseReturnValue:
    """The same for the consent document."""
    return _of_consent(visit, PleaForm())


@page.action("/studies/<uuid:study_id>/consent/draft/amendment", permit=Permit.AUTHOR)
def write_consent(visit: Visit) -> ResponseReturnValue:
    """The draft of the consent document as it stands is in an amendment."""
    form = PleaForm(request.form)
    seen, approval = number(form.seen.data), number(form.approval.data)
    if not form.validate():
        return _of_consent(visit, form), 422
    draft = consent_drafts.find(visit.db, visit.study_id)
    weight = _weight(weighed.of_wording(visit, consent_drafts.wording_of(draft), draft.edited_at), form)
    plea = _plea(form, _changes(weight, {}) if weight else [])
    try:
        made = amendments.of_consent(
            visit.db, visit.study_id, plea, approval=approval, seen=seen, by=visit.account_id, now=visit.now
        )
    except (Invalid, DraftChanged) as refusal:
        form.refuse(refusal)
        missing = refusal.places if isinstance(refusal, ReasonsMissing) else ()
        return _of_consent(visit, form, missing), 409 if isinstance(refusal, Conflict) else 422
    return _made(visit, made)
