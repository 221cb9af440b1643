"""One candidate question: where it comes from, and accepting it into a draft, merging or declining it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from instruments import drafts
from instruments.sentences import in_language
from survey import accepting, verdicts
from survey.accepting import IdTaken, Place
from survey.verdicts import Candidate, Decided, Verdict
from vault.accounts import Account
from vault.errors import Conflict, Invalid
from vault.studies import Permit
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.candidates import STATES, by, every_of, line_of
from web.team.instruments import title_of

page = Pages("candidate", __name__)


class AcceptForm(PageForm):
    """Where the question goes, and what will be said of it."""

    into = SelectField(_l("At the end of"), [InputRequired(_l("Choose an instrument and a section."))], choices=[])
    words = TextAreaField(
        _l("The question as it is to be asked"), [DataRequired(_l("Write the question as it is to be asked."))]
    )
    question = StringField(
        _l("Short name"),
        [DataRequired(_l("Give it a short name."))],
        description=_l("Its name in every file, for good. Proposed from the words; letters, digits and _ only."),
    )
    theme = StringField(_l("Theme behind it"))
    evidence = TextAreaField(
        _l("Evidence"), description=_l("Proposed as the reason when the version is published, for the board to read.")
    )


class MergeForm(PageForm):
    """Another candidate that asks the same."""

    other = SelectField(_l("Asks the same as"), [InputRequired(_l("Choose another candidate."))], choices=[])


class DeclineForm(PageForm):
    """Why not."""

    note = TextAreaField(_l("Why it is declined"), [DataRequired(_l("Say in a sentence why it is declined."))])


def _places(visit: Visit) -> list[tuple[str, str]]:
    """Every section of every draft of the study, as ``instrument/section``."""
    found = []
    for row in drafts.instruments_of(visit.db, visit.study_id):
        definition = drafts.draft_of(visit.db, row.id).definition
        title = title_of(definition)
        found += [(f"{row.id}/{one.id}", f"{title} – {_section(one.title, one.id)}") for one in definition.sections]
        if not definition.sections:
            found.append((f"{row.id}/", title))
    return found


def _section(title: Mapping[str, str], name: str) -> str:
    return in_language(title, tag()) or name


def _accept_form(visit: Visit, one: Candidate, every: Sequence[Candidate], places: list[tuple[str, str]]) -> AcceptForm:
    """The form with everything that the candidate, and those merged into it, say already."""
    merged = [each for each in every if each.steps and each.steps[-1].into == one.id]
    themes = dict.fromkeys(each.theme for each in (one, *merged) if each.theme)
    shown = dict.fromkeys(each.evidence for each in (one, *merged) if each.evidence)
    home = str(one.heard.response.instrument_id) if one.heard else ""
    chosen = next((value for value, _ in reversed(places) if home and value.startswith(home)), "")
    first = UUID((chosen or places[0][0]).partition("/")[0]) if places else None
    taken = accepting.taken_in(visit.db, drafts.draft_of(visit.db, first)) if first else set()
    return AcceptForm(
        into=chosen,
        words=one.words,
        question=accepting.proposed_id(one.words, taken),
        theme="; ".join(themes),
        evidence="; ".join(shown),
    )


def _page(
    visit: Visit,
    candidate_id: UUID,
    every: Sequence[Candidate],
    *,
    accept: AcceptForm | None = None,
    merge: MergeForm | None = None,
    decline: DeclineForm | None = None,
) -> str:
    one = verdicts.find(every, candidate_id)
    places = _places(visit)
    refused = accept or merge or decline
    accept = accept or _accept_form(visit, one, every, places)
    merge, decline = merge or MergeForm(), decline or DeclineForm()
    choose_from(accept.into, places, first=gettext("Choose"))
    choose_from(merge.other, _others(one, every), first=gettext("Choose"))
    return render(
        visit,
        "team/ask/candidate.html",
        line=line_of(visit, one, every),
        form=refused,
        accept=accept,
        merge=merge,
        decline=decline,
        places=places,
        others=_others(one, every),
        merged=[each for each in every if each.steps and each.steps[-1].into == one.id],
        people={step.by: visit.db.get_one(Account, step.by).name for step in one.steps},
        titles={
            row.id: title_of(drafts.draft_of(visit.db, row.id).definition)
            for row in drafts.instruments_of(visit.db, visit.study_id)
        },
        states=STATES,
        may_decide=Permit.AUTHOR in visit.permits,
    )


def _others(one: Candidate, every: Sequence[Candidate]) -> list[tuple[str, str]]:
    return [
        (str(each.id), each.words if len(each.words) <= 100 else f"{each.words[:99]}…")
        for each in every
        if each.id != one.id and each.verdict is not Verdict.MERGED and each.words
    ]


@page.view("/studies/<uuid:study_id>/candidates/<uuid:candidate_id>", permit=Permit.READ_ANSWERS, logs=True)
def one(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    """One candidate: where it comes from, what was decided, and what can be."""
    return _page(visit, candidate_id, every_of(visit))


def _back(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("candidate.one", study_id=visit.study_id, candidate_id=candidate_id), code=303)


@page.action("/studies/<uuid:study_id>/candidates/<uuid:candidate_id>/accept", permit=Permit.AUTHOR)
def accept(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    """The question stands in the draft."""
    every, form = every_of(visit), AcceptForm(request.form)
    choose_from(form.into, _places(visit), first=gettext("Choose"))
    if form.validate():
        instrument, _, section = form.into.data.partition("/")
        place = Place(
            UUID(instrument),
            section,
            form.question.data or "",
            form.words.data or "",
            form.theme.data or "",
            form.evidence.data or "",
        )
        try:
            accepting.accept(visit.db, verdicts.find(every, candidate_id), place, by=by(visit), now=visit.now)
        except Decided as refusal:
            return _refused(visit, candidate_id, every, refusal)
        except Invalid as refusal:
            form.refuse(refusal, "question" if isinstance(refusal, IdTaken) else None)
        else:
            visit.tell(gettext("The question is in the draft. Its reason is proposed when the version is published."))
            return _back(visit, candidate_id)
    return _page(visit, candidate_id, every, accept=form), 422


def _refused(visit: Visit, candidate_id: UUID, every: Sequence[Candidate], refusal: Conflict) -> ResponseReturnValue:
    form = DeclineForm()
    form.refuse(refusal)
    return _page(visit, candidate_id, every, decline=form), 409


@page.action("/studies/<uuid:study_id>/candidates/<uuid:candidate_id>/merge", permit=Permit.AUTHOR)
def merge(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    """The candidate goes where another one goes."""
    every, form = every_of(visit), MergeForm(request.form)
    here = verdicts.find(every, candidate_id)
    choose_from(form.other, _others(here, every), first=gettext("Choose"))
    if not form.validate():
        return _page(visit, candidate_id, every, merge=form), 422
    try:
        verdicts.merge(visit.db, here, verdicts.find(every, UUID(form.other.data)), by=by(visit), now=visit.now)
    except Decided as refusal:
        return _refused(visit, candidate_id, every, refusal)
    visit.tell(gettext("The candidate is merged into the other one."))
    return _back(visit, candidate_id)


@page.action("/studies/<uuid:study_id>/candidates/<uuid:candidate_id>/decline", permit=Permit.AUTHOR)
def decline(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    """The candidate does not go in, and the note says why."""
    every, form = every_of(visit), DeclineForm(request.form)
    if form.validate():
        try:
            here = verdicts.find(every, candidate_id)
            verdicts.decline(visit.db, here, form.note.data or "", by=by(visit), now=visit.now)
        except Decided as refusal:
            return _refused(visit, candidate_id, every, refusal)
        except Invalid as refusal:
            form.refuse(refusal, "note")
        else:
            visit.tell(gettext("The candidate is declined."))
            return _back(visit, candidate_id)
    return _page(visit, candidate_id, every, decline=form), 422


@page.action("/studies/<uuid:study_id>/candidates/<uuid:candidate_id>/open", permit=Permit.AUTHOR)
def reopen(visit: Visit, candidate_id: UUID) -> ResponseReturnValue:
    """It is to be decided on again."""
    every = every_of(visit)
    try:
        accepting.reopen(visit.db, verdicts.find(every, candidate_id), by=by(visit), now=visit.now)
    except Conflict as refusal:
        return _refused(visit, candidate_id, every, refusal)
    visit.tell(gettext("The candidate is open again."))
    return _back(visit, candidate_id)
