"""A short conversation with somebody who was interviewed before topics were added to the guide."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from consent import decisions
from instruments.definition import Role, questions
from instruments.sentences import in_language
from survey import assignments, catch_up_offers, catch_up_runs, catching_up, interviews, runs
from survey.catching_up import Waiting
from survey.participants import Participant
from survey.runs import Kind
from vault.errors import Refused
from vault.studies import Permit, Scope
from web.interviewer.prepare import found
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("catch_up_interview", __name__)

_HERE = "/studies/<uuid:study_id>/interviews/<pseudonym>/catch-up/<uuid:offer_id>"


class CatchUpForm(PageForm):
    """What is known when the conversation begins."""

    tape = StringField(
        _l("Tape id"),
        [Length(max=100)],
        description=_l("The number of the recording. Left empty, nothing is recorded."),
    )
    setting = StringField(_l("Setting"), [Length(max=500)], description=_l("For example: by telephone, in her office."))


def _waiting(visit: Visit, one: Participant, offer_id: UUID) -> Waiting | None:
    """The offer of the address, if it waits for this person; Missing for one of another study."""
    catch_up_offers.find(visit.db, visit.study_id, offer_id)
    waits = catching_up.waiting(visit.db, one, Role.GUIDE, on=visit.now.date())
    return next((wait for wait in waits if wait.offer.id == offer_id), None)


def _lacking(visit: Visit, one: Participant, *, recorded: bool) -> list[Refused]:
    grant = decisions.grant_for(visit.db, one.id)
    return interviews.barring(visit.keyring, one, grant, account=visit.signed_in, recorded=recorded)


def _page(visit: Visit, one: Participant, wait: Waiting, form: CatchUpForm, lacking: list[Refused]) -> str:
    """The topics to which what the person said before leads, opened with the interviewer's own key."""
    key = assignments.key_of(visit.keyring, one, Scope.RESPONSES, account=visit.signed_in, seed=visit.unlocked)
    there = catch_up_runs.finished_before(runs.of_participant(visit.db, one.id), wait.offer.instrument_id)
    before = catch_up_runs.earlier(visit.db, key, there, without=wait.questions)
    guide = catch_up_runs.narrowed(visit.db, wait.offer.version_id, wait.questions).asked(before.answers)
    return render(
        visit,
        "interviewer/catch_up.html",
        one=one,
        wait=wait,
        title=in_language(guide.title, tag()),
        topics=[question for question in questions(guide) if question.asks],
        readable=before.readable,
        form=form,
        lacking=[gettext(refusal.sentence) for refusal in lacking],
    )


@page.view(_HERE, permit=Permit.INTERVIEW)
def ready(visit: Visit, pseudonym: str, offer_id: UUID) -> ResponseReturnValue:
    """Which topics came later, and the start."""
    one = found(visit, pseudonym)
    wait = _waiting(visit, one, offer_id)
    if wait is None:
        return _back(visit, pseudonym)
    return _page(visit, one, wait, CatchUpForm(), _lacking(visit, one, recorded=False))


def _back(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    return redirect(url_for("prepare.show", study_id=visit.study_id, pseudonym=pseudonym), code=303)


@page.action(_HERE, permit=Permit.INTERVIEW)
def start(visit: Visit, pseudonym: str, offer_id: UUID) -> ResponseReturnValue:
    """The conversation is going on, with just the topics that came later; or whatever is missing is named."""
    one, form = found(visit, pseudonym), CatchUpForm(request.form)
    wait = _waiting(visit, one, offer_id)
    begun = _begun(visit, one, offer_id)
    if wait is None and begun is None:
        return _back(visit, pseudonym)
    if begun is None and wait is not None:
        tape = form.tape.data or ""
        lacking = _lacking(visit, one, recorded=bool(tape.strip()))
        if not form.validate() or lacking:
            return _page(visit, one, wait, form, lacking), 422
        begun = _start(visit, one, wait, tape, form.setting.data or "")
    return redirect(
        url_for("converse.screen", study_id=visit.study_id, pseudonym=pseudonym, response_id=begun), code=303
    )


def _begun(visit: Visit, one: Participant, offer_id: UUID) -> UUID | None:
    """The run of this catch-up, for whoever pressed twice."""
    there = catch_up_runs.of_participant(visit.db, one.id).values()
    return next((own.response_id for own in there if own.offer_id == offer_id), None)


def _start(visit: Visit, one: Participant, wait: Waiting, tape: str, setting: str) -> UUID:
    grant = decisions.grant_for(visit.db, one.id)
    key = assignments.key_of(visit.keyring, one, Scope.RESPONSES, account=visit.signed_in, seed=visit.unlocked)
    response = catching_up.begin(
        visit.db, visit.keyring, one, wait.offer, grant, kind=Kind.CATCH_UP_INTERVIEW, now=visit.now, actor=visit.actor
    )
    interviews.held(
        visit.db, visit.keyring, one, response, grant, account=visit.signed_in, key=key, now=visit.now, tape=tape,
        setting=setting,
    )  # fmt: skip
    return response.id
