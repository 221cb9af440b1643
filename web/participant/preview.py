"""A draft tried out as a participant would see it, by whoever writes it. Nothing of it is ever stored.

The answers of a trial live in the form of its own pages and go with it from page to page: no response, draft or count
of the study knows of them, and closing the page is the end of them. The page is made by what makes a participant's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from markupsafe import Markup

from instruments import drafts
from instruments.definition import Instrument, Question, Role, questions
from instruments.fields import Form
from instruments.inspection import bars_trial, inspect
from instruments.kinds import Answer
from instruments.route import Missingness, Plan, Reached
from instruments.sentences import Problem, in_language
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.sentences import said
from web.kit.visit import Visit
from web.participant.answers_in_words import line
from web.participant.phrases import phrases
from web.participant.skeleton import Skeletons, summary

page = Pages("preview_survey", __name__)

HERE = "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft/trial"
_OURS = frozenset({"csrf_token", "then", "language", "narrow", "number"})


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft that is tried out: its way, its language, and everything that was answered so far."""

    instrument_id: UUID
    instrument: Instrument
    plan: Plan
    number: int
    tag: str
    narrow: bool
    fields: Mapping[str, Sequence[str]]
    answers: Mapping[str, Answer]

    @property
    def spoken(self) -> str:
        """The language in which the page around the questions is: that of the trial, or English."""
        return self.tag if self.tag in LANGUAGES else "en"

    def reached(self) -> Reached:
        """What the answers lead to."""
        return self.plan.reached(self.answers)


def _draft(visit: Visit, instrument_id: UUID) -> tuple[Instrument, int]:
    row = drafts.find_instrument(visit.db, instrument_id)
    if row.study_id != visit.study_id or row.role is not Role.SURVEY:
        raise Missing
    draft = drafts.draft_of(visit.db, row.id)
    return draft.definition, draft.number


def _fields() -> dict[str, list[str]]:
    sent = request.form.to_dict(flat=False)
    return {name: values for name, values in sent.items() if name not in _OURS}


def _trial(visit: Visit, instrument_id: UUID, instrument: Instrument, number: int) -> Trial:
    """The trial as its form says. Raises nothing for an instrument that ``bars_trial`` lets pass."""
    plan, fields = Plan.of(instrument), _fields()
    answers: dict[str, Answer] = {}
    for slot in range(len(plan.pages)):
        answers |= plan.read(slot, fields, answers, visit.now.date()).answers
    wanted = request.values.get("language", "")
    tag = wanted if wanted in instrument.languages else instrument.language
    return Trial(instrument_id, instrument, plan, number, tag, bool(request.values.get("narrow")), fields, answers)


@page.view(HERE, permit=Permit.AUTHOR)
def begin(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The first page, or what keeps the draft from being tried out."""
    return _serve(visit, instrument_id, None)


@page.action(f"{HERE}/<int:slot>", permit=Permit.AUTHOR)
def go(visit: Visit, instrument_id: UUID, slot: int) -> ResponseReturnValue:
    """The next page, or the one before, or the same with what is wrong on it. Nothing is written down."""
    return _serve(visit, instrument_id, slot)


def _serve(visit: Visit, instrument_id: UUID, slot: int | None) -> ResponseReturnValue:
    instrument, number = _draft(visit, instrument_id)
    findings = inspect(instrument)
    barring = bars_trial(findings)
    if barring:
        bar = [(finding.question, said(finding.sentence)) for finding in barring]
        return render_template("participant/trial_barred.html", visit=visit, instrument_id=instrument_id, bar=bar), 422
    trial = _trial(visit, instrument_id, instrument, number)
    with force_locale(trial.spoken):
        return _page_of(visit, trial, slot)


def _page_of(visit: Visit, trial: Trial, slot: int | None) -> ResponseReturnValue:
    plan, then = trial.plan, request.form.get("then", "next")
    if slot is None:
        first = plan.first(trial.answers)
        return _end(visit, trial) if first is None else _page(visit, trial, first)
    if slot >= len(plan.pages):
        raise Missing
    moved = plan.moved(slot, trial.fields)
    if moved is not None or then == "same":
        return _page(visit, trial, slot, fields=moved)
    read = plan.read(slot, trial.fields, trial.answers, visit.now.date())
    if read.problems and then == "next":
        return _page(visit, trial, slot, problems=read.problems), 422
    to = plan.before(slot, trial.answers) if then == "back" else plan.after(slot, trial.answers)
    if to is None:
        return _end(visit, trial) if then != "back" else _page(visit, trial, slot)
    return _page(visit, trial, to)


def _page(
    visit: Visit, trial: Trial, slot: int, *, fields: Form | None = None, problems: Sequence[Problem] = ()
) -> str:
    plan, reached = trial.plan, trial.reached()
    skeleton = Skeletons(plan, trial.tag).page(slot)
    shown = [name for name in reached.questions if name in skeleton.blocks]
    progress = plan.progress(slot, trial.answers, reached)
    here = {question.id for question in plan.pages[slot].questions}
    filling = skeleton.filling(fields or trial.fields, reached.answers, problems)
    return render_template(
        "participant/trial.html",
        visit=visit,
        trial=trial,
        slot=slot,
        title=Markup(skeleton.title),  # noqa: S704 - escaped where it was compiled
        progress=Markup(phrases(trial.spoken).progress(progress.part, progress.parts, progress.minutes)),  # noqa: S704
        summary=Markup(summary(skeleton.summary(problems, reached.answers))),  # noqa: S704
        body=Markup(skeleton.body(shown, filling)),  # noqa: S704
        speaks=skeleton.speaks,
        first=bool(reached.slots) and slot == reached.slots[0],
        failed=bool(problems),
        carried=_carried(trial.fields, here),
        tongues={tag: LANGUAGES.get(tag, tag) for tag in trial.instrument.languages},
    )


def _carried(fields: Form, here: set[str]) -> list[tuple[str, str]]:
    """What was answered on other pages, to go along with this one."""
    return [(name, one) for name, values in fields.items() if name.partition(".")[0] not in here for one in values]


def _end(visit: Visit, trial: Trial) -> str:
    reached = trial.reached()
    became = trial.plan.missing(trial.answers, reached=reached)
    words = {
        Missingness.NOT_APPLICABLE: gettext("not reached on this way"),
        Missingness.SKIPPED: gettext("left without an answer"),
        Missingness.DECLINED: gettext("declined"),
    }

    def told(question: Question) -> tuple[str, str, tuple[str, ...], str]:
        answered = line(trial.plan, question, reached.answers, trial.tag)
        label = answered.asked or in_language(question.label, trial.tag)
        return question.id, label, answered.said, words.get(became[question.id], "")

    asked = [question for question in questions(trial.instrument) if question.asks]
    return render_template(
        "participant/trial_end.html",
        visit=visit,
        trial=trial,
        lines=[told(question) for question in asked],
        tongues={tag: LANGUAGES.get(tag, tag) for tag in trial.instrument.languages},
    )
