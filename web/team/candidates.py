"""Candidate questions: those that interviewers asked outside the guide, and those that follow from a theme."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from instruments.sentences import in_language
from survey import runs, verdicts
from survey.verdicts import By, Candidate, Said, Verdict
from vault.accounts import Account
from vault.errors import Invalid
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.sent_once import OnceForm

page = Pages("candidates", __name__)

STATES = {
    Verdict.OPEN: _l("open"),
    Verdict.MERGED: _l("merged"),
    Verdict.ACCEPTED: _l("accepted"),
    Verdict.DECLINED: _l("turned down"),
}


class EnterForm(OnceForm):
    """A question that follows from a theme."""

    words = TextAreaField(_l("The question"), [DataRequired(_l("Write the question."))])
    theme = StringField(_l("Theme behind it"), [DataRequired(_l("Name the theme that it follows from."))])
    evidence = TextAreaField(_l("Evidence"), description=_l("Which interviews, which memo or passage shows the theme."))


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate with what a reader wants to know of it."""

    one: Candidate
    after: str
    person: str
    into: Candidate | None


def by(visit: Visit) -> By:
    """Who reads and decides here, with their keys."""
    return By(visit.account_id, visit.unlocked)


def every_of(visit: Visit) -> Sequence[Candidate]:
    """Every candidate of the study; the log says that somebody looked."""
    return verdicts.listed(visit.db, visit.keyring, visit.study_id, by=by(visit), now=visit.now)


def line_of(visit: Visit, one: Candidate, every: Sequence[Candidate]) -> Line:
    """The candidate in words of the page."""
    after = None
    if one.heard and one.heard.after:
        after = runs.plan_of(visit.db, one.heard.response).question(one.heard.after)
    person = visit.db.get_one(Account, one.by).name if one.by else ""
    last = one.steps[-1] if one.steps else None
    into = verdicts.find(every, last.into) if last and last.into else None
    return Line(one, in_language(after.label, tag()) if after else "", person, into)


@page.view(
    "/studies/<uuid:study_id>/candidates", permit=Permit.READ_ANSWERS, logs=True,
    place=Place(Task.ASK, _l("Candidate questions")),
)  # fmt: skip
def listing(visit: Visit) -> ResponseReturnValue:
    """Every candidate with where it came up. They are part of what was said, so the look is a deed."""
    every = every_of(visit)
    state = next((one for one in Verdict if one.value == request.args.get("state")), None)
    return render(
        visit,
        "team/ask/candidates.html",
        lines=[line_of(visit, one, every) for one in every if state in (None, one.verdict)],
        counts={one: sum(each.verdict is one for each in every) for one in Verdict},
        states=STATES,
        state=state,
        everything=len(every),
    )


@page.view("/studies/<uuid:study_id>/candidates/new", permit=Permit.READ_ANSWERS)
def new(visit: Visit) -> ResponseReturnValue:
    """A candidate that nobody asked yet."""
    return render(visit, "team/ask/candidate_new.html", form=EnterForm())


@page.action("/studies/<uuid:study_id>/candidates/new", permit=Permit.READ_ANSWERS)
def enter(visit: Visit) -> ResponseReturnValue:
    """The list has a candidate that follows from a theme."""
    form = EnterForm(request.form)
    if form.validate():
        said = Said(form.words.data or "", form.theme.data or "", form.evidence.data or "")
        try:
            form_id = form.number(visit, "candidate", said.words, said.theme, said.evidence)
            candidate_id = verdicts.enter(visit.db, visit.study_id, said, by=by(visit), now=visit.now, form=form_id)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            visit.tell(gettext("The question is on the list."))
            return redirect(url_for("candidate.one", study_id=visit.study_id, candidate_id=candidate_id), code=303)
    return render(visit, "team/ask/candidate_new.html", form=form), 422
