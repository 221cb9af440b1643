"""What is held about the participant: their answers, what they decided, and the days; to look at and to take along."""

import json
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from consent.scopes import Scope
from instruments import piping
from instruments.kinds import NO, YES
from instruments.sentences import in_language
from survey import holdings
from survey.holdings import Holdings
from survey.statuses import Status
from vault.studies import Permit
from web.kit import i18n
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.participant import answers_in_words, way
from web.participant.answers_in_words import Line
from web.participant.sheet import sheet

page = Pages("mine", __name__)

SCOPES: dict[Scope, LazyString] = {
    Scope.TAKE_PART: _l("To take part"),
    Scope.RECORDED: _l("To be recorded"),
    Scope.QUOTED: _l("To be quoted without your name"),
    Scope.LATER_RESEARCH: _l("To have what you said kept for later research"),
    Scope.RESULTS: _l("To be told the results"),
}

STEPS: dict[Status, LazyString] = {
    Status.IDENTIFIED: _l("You were thought of as somebody to ask"),
    Status.APPROACHED: _l("You were written to or called"),
    Status.INVITED: _l("You were invited"),
    Status.NO_REPLY: _l("No reply came"),
    Status.DECLINED: _l("You declined"),
    Status.CONSENTED: _l("You agreed to take part"),
    Status.INTERVIEWED: _l("You were interviewed"),
    Status.CLOSED: _l("Your part was completed"),
    Status.WITHDRAWN: _l("You left the study"),
}


NOTES = _l(
    "What the interviewer noted is sealed under a key of yours too. It is in the interviewer's words and not shown "
    "here; ask the study's team if you want to see it."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The head of one run, in the language of the page."""

    title: str
    begun_on: date
    submitted_on: date | None
    spoken: bool  # an interview, of which only notes are held
    later: bool  # asked after the rest had been answered


def _holdings(visit: Visit) -> Holdings:
    return holdings.of_participant(visit.db, way.participant_of(visit), visit.participant.keys)


@page.view("/p/mine", permit=Permit.TAKE_PART)
def look(visit: Visit) -> ResponseReturnValue:
    """Everything that the study holds about the participant, as they may read it."""
    held = _holdings(visit)
    return sheet(visit, "participant/mine.html", held=held, runs=_runs(held), scopes=SCOPES, steps=STEPS, notes=NOTES)


def _runs(held: Holdings) -> list[tuple[Shown, list[Line]]]:
    tag, words = i18n.tag(), {YES: gettext("Yes"), NO: gettext("No")}
    found = []
    for run in held.runs:
        questions = {one.question.id: one.question for one in run.given}
        answers = {one.question.id: one.answer for one in run.given}
        lines = [
            Line(
                one.question.id,
                piping.filled(in_language(one.question.label, tag), questions, answers, tag, words),
                answers_in_words.said(one.question, one.answer, tag, words),
            )
            for one in run.given
        ]
        head = Shown(
            in_language(run.title, tag), run.begun_on, run.submitted_on, run.kind.spoken, run.kind.later
        )  # fmt: skip
        found.append((head, lines))
    return found


@page.view("/p/mine.json", permit=Permit.TAKE_PART)
def take(visit: Visit) -> ResponseReturnValue:
    """The same as a file."""
    body = json.dumps(_holdings(visit).plain(i18n.tag(), notes=str(NOTES)), ensure_ascii=False, indent=2)
    response: Response = make_response(body, 200)
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="what-you-hold-about-me.json"'
    return response
