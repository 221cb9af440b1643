"""What the board asks and finds, and what the team answers: one page for both, each with the button that is theirs."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from survey import board_questions
from survey.board_questions import Thread
from survey.remarks import LONGEST
from vault.accounts import Account
from vault.errors import Conflict, Invalid
from vault.studies import Permit
from web.ethics.wording import CONCERNS
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("ethics_questions", __name__)

_HERE = "/ethics/<uuid:study_id>/questions"
_ONE = f"{_HERE}/<uuid:concern_id>"


class AskForm(PageForm):
    """A question or a finding."""

    concern = RadioField(_l("What is it?"), [InputRequired(_l("Choose whether it is a question or a finding."))])
    words = TextAreaField(
        _l("In your words"),
        [DataRequired(_l("Write the question or the finding.")), Length(max=LONGEST)],
        description=_l("The whole team reads this. Call participants by their pseudonym."),
    )


class AnswerForm(PageForm):
    """What is said to it."""

    answer = TextAreaField(
        _l("What you have to say to it"),
        [Length(max=LONGEST)],
        description=_l("The board reads this. Write no names; call participants by their pseudonym."),
    )


def _ask_form() -> AskForm:
    form = AskForm(request.form if request.method == "POST" else None)
    form.concern.choices = choices((concern.value, str(words)) for concern, words in CONCERNS.items())
    return form


def _listing(visit: Visit, form: AskForm) -> str:
    return render(
        visit, "ethics/questions.html", threads=board_questions.of_study(visit.db, visit.study_id), concerns=CONCERNS,
        form=form, may_ask=Permit.ASK_AS_BOARD in visit.permits,
    )  # fmt: skip


@page.view(_HERE, permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("The board's questions")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every question and finding of the board, the newest first."""
    return _listing(visit, _ask_form())


@page.action(_HERE, permit=Permit.ASK_AS_BOARD)
def ask(visit: Visit) -> ResponseReturnValue:
    """The team has something to answer."""
    form = _ask_form()
    if not form.validate():
        return _listing(visit, form), 422
    concern = board_questions.Concern(form.concern.data)
    row = board_questions.ask(
        visit.db, visit.study_id, concern, form.words.data or "", by=visit.account_id, now=visit.now
    )
    visit.tell(gettext("The team sees it from now on."))
    return redirect(url_for("ethics_questions.one", study_id=visit.study_id, concern_id=row.id), code=303)


def _thread(visit: Visit, concern_id: UUID, form: AnswerForm | None = None) -> str:
    thread = board_questions.find(visit.db, visit.study_id, concern_id)
    people = {thread.question.asked_by, *(one.said_by for one in thread.answers)}
    return render(
        visit, "ethics/question.html", thread=thread, row=thread.question, concerns=CONCERNS,
        people={person: visit.db.get_one(Account, person).name for person in people}, form=form or AnswerForm(),
        from_board=Permit.ASK_AS_BOARD in visit.permits, may_answer=Permit.ANSWER_BOARD in visit.permits,
    )  # fmt: skip


@page.view(_ONE, permit=Permit.SEE_STUDY)
def one(visit: Visit, concern_id: UUID) -> ResponseReturnValue:
    """The question with everything that was said to it."""
    return _thread(visit, concern_id)


@page.action(f"{_ONE}/answer", permit=Permit.ANSWER_BOARD)
def answer(visit: Visit, concern_id: UUID) -> ResponseReturnValue:
    """Something more was said to it, by the team or by the board."""
    return _said(visit, concern_id, settled=False)


@page.action(f"{_ONE}/settle", permit=Permit.ASK_AS_BOARD)
def settle(visit: Visit, concern_id: UUID) -> ResponseReturnValue:
    """The board holds it for answered."""
    return _said(visit, concern_id, settled=True)


def _said(visit: Visit, concern_id: UUID, *, settled: bool) -> ResponseReturnValue:
    form = AnswerForm(request.form)
    thread: Thread = board_questions.find(visit.db, visit.study_id, concern_id)
    if not form.validate():
        return _thread(visit, concern_id, form), 422
    try:
        board_questions.answer(
            visit.db, thread, form.answer.data or "", from_board=Permit.ASK_AS_BOARD in visit.permits,
            settled=settled, by=visit.account_id, now=visit.now,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal, "answer")
        return _thread(visit, concern_id, form), 422
    visit.tell(gettext("It stands in the record."))
    return redirect(url_for("ethics_questions.one", study_id=visit.study_id, concern_id=concern_id), code=303)
