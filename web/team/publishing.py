"""A draft becomes a version: what will be true afterwards, every change with its reason, and under which approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from instruments import drafts, shelf, versions
from instruments.canonical import fingerprint
from instruments.comparison import Reason
from instruments.drafts import DraftOvertaken, InstrumentRow
from instruments.versions import (
    NothingChanged,
    NotPublishable,
    ReasonMisplaced,
    ReasonsMissing,
    Review,
)
from survey import impact
from survey.accepting import Origin
from vault.errors import Refused, VerbatimError
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team import weighed
from web.team.collation import WHAT, Collation, collate
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study, title_of
from web.team.proposed_reasons import from_candidates, reason_of
from web.team.under_approval import ApprovalChoiceForm, offer

page = Pages("publishing", __name__)


@dataclass(slots=True)
class Answer:
    """What somebody typed as the reason for one change. ``same`` names an earlier change whose reason it shares."""

    reason: str = ""
    theme: str = ""
    evidence: str = ""
    same: str = ""
    problem: str = ""


@dataclass(slots=True)
class Answers:
    """The reasons for all changes, by place, as typed."""

    of: dict[str, Answer] = field(default_factory=dict)

    def reason_for(self, place: str) -> str:
        """The reason for a change, its own or another's; empty if there is none."""
        answer = self.of.get(place, Answer())
        return answer.reason or self.of.get(answer.same, Answer()).reason

    def shared_with(self, other: "Answers") -> set[str]:
        """The places for which the very same reason is given."""
        return {place for place in self.of if (why := self.reason_for(place)) and why == other.reason_for(place)}

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong, by place."""
        return {place: answer.problem for place, answer in self.of.items() if answer.problem}


class PublishForm(ApprovalChoiceForm):
    """The decision under which it is published, and a word on reasons that somebody else wrote."""

    library = BooleanField(
        _l("The library's reasons hold for this study too."),
        description=_l("They are the reference study's. Where yours is another one, write it over them."),
    )


def _typed(places: Sequence[str]) -> Answers:
    """What was typed for each change; ids have no dot where it matters, so places stand in field names as they are."""

    def value(name: str) -> str:
        return request.form.get(name, "").strip()

    return Answers(
        {
            place: Answer(
                value(f"reason-{place}"), value(f"theme-{place}"), value(f"evidence-{place}"), value(f"same-{place}")
            )
            for place in places
        }
    )


def _from_library(review: Review, places: Sequence[str]) -> Answers:
    """Where the draft is what the library has as a version, the reasons that the library gives for it."""
    mark = fingerprint(review.instrument)
    entry = next((entry for entry in shelf.ENTRIES if fingerprint(shelf.load(entry)) == mark), None)
    answers = Answers({place: Answer() for place in places})
    for reason in entry.reasons if entry else ():
        known = [place for place in places if place in reason.places]
        for place in known[:1]:
            answers.of[place] = Answer(reason.reason, reason.theme, reason.evidence)
        for place in known[1:]:
            answers.of[place] = Answer(same=known[0])
    return answers


def _with_candidates(answers: Answers, proposed: Mapping[str, Origin]) -> Answers:
    """The same with what was said of the candidates, where nothing else is proposed."""
    of = dict(answers.of)
    for place, origin in proposed.items():
        if origin.said and not answers.reason_for(place):
            of[place] = Answer(reason_of(origin), origin.said.theme, origin.said.evidence)
    return Answers(of)


def _reasons(places: Sequence[str], answers: Answers) -> list[Reason]:
    """The reasons with everything that each covers. What cannot be taken is noted beside the change."""
    covered: dict[str, list[str]] = {}
    for at, place in enumerate(places):
        answer = answers.of[place]
        if answer.same and answer.reason:
            answer.problem = gettext("Here is a reason, and another change's is chosen as well. Keep one of the two.")
        elif answer.same and (answer.same not in places[:at] or not answers.of[answer.same].reason):
            answer.problem = gettext("The change that is chosen here has no reason of its own. Choose another one.")
        elif answer.same:
            covered[answer.same].append(place)
        elif answer.reason:
            covered[place] = [place]
        else:
            answer.problem = gettext("Say why this is changed, or choose a change with the same reason.")
    return [
        Reason(tuple(covers), answers.of[place].reason, answers.of[place].theme, answers.of[place].evidence)
        for place, covers in covered.items()
    ]


def _collation(visit: Visit, row: InstrumentRow, review: Review) -> Collation | None:
    before = [versions.definition_of(version) for version in versions.of_instrument(visit.db, row.id)]
    return collate(before[-1], review.instrument, before[:-1]) if before else None


def _page(visit: Visit, row: InstrumentRow, form: PublishForm, answers: Answers | None = None) -> str:
    draft = drafts.draft_of(visit.db, row.id)
    visit.db.refresh(draft)
    review = versions.review(visit.db, draft)
    collation = _collation(visit, row, review)
    places = [entry.place for entry in collation.changes] if collation else []
    suggested = _from_library(review, places)
    proposed = from_candidates(visit, row, places, opened=answers is None)
    shown = answers or _with_candidates(suggested, proposed)
    corrections = weighed.declared()
    weights = weighed.of_draft(visit, draft, corrections)
    return render(
        visit,
        "team/ask/publish.html",
        form=form,
        hints=weighed.with_verdicts(offer(visit, form), weights),
        weights=weights,
        weighable=weighed.correctable(weights),
        elsewhere=weighed.elsewhere(weights, places),
        corrections=corrections,
        row=row,
        title=title_of(review.instrument),
        draft=draft,
        review=review,
        collation=collation,
        words=WHAT,
        answers=shown.of,
        suggested=shown.shared_with(suggested),
        from_candidates=proposed,
        impact=impact.of_draft(
            visit.db, visit.study_id, row.id, [one.question for one in review.differences if one.question]
        )
        if collation
        else None,
        wrong=answers.wrong if answers else {},
        said=said,
    )


# What was said of candidates is sealed, so a look that opens it is a deed that the log names.
@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/publish", permit=Permit.PUBLISH, logs=True)
def ask(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """What publishing the draft means, and what has to be said for it."""
    return _page(visit, of_the_study(visit, instrument_id), PublishForm())


@page.action("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/publish", permit=Permit.PUBLISH)
def publish(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft is the instrument's next version. Whatever is missing is said beside its field."""
    row = of_the_study(visit, instrument_id)
    form = PublishForm(request.form)
    offer(visit, form)
    review = versions.review(visit.db, drafts.draft_of(visit.db, row.id))
    collation = _collation(visit, row, review)
    places = [entry.place for entry in collation.changes] if collation else []
    answers = _typed(places)
    reasons = _reasons(places, answers)
    sound = form.validate()
    if not form.library.data and answers.shared_with(_from_library(review, places)):
        sound = False
        form.library.errors = [
            gettext("Some reasons are the library's. Tick this if they are yours too, or write yours.")
        ]
    if not sound or answers.wrong:
        return _page(visit, row, form, answers), 422
    try:
        version = versions.publish(
            visit.db,
            drafts.draft_of(visit.db, row.id),
            reasons,
            approval=int(form.approval.data),
            by=visit.account_id,
            now=visit.now,
            seen=number(request.form.get("seen")),
            corrections=weighed.declared(),
        )
    except (DraftOvertaken, NotPublishable, NothingChanged, ReasonsMissing, ReasonMisplaced, Refused) as refusal:
        form.refuse(_sentence(refusal))
        return _page(visit, row, form, answers), 409 if isinstance(refusal, DraftOvertaken) else 422
    visit.tell(gettext("Version %(number)s was published.", number=version.number))
    return redirect(url_for("versions.read", study_id=visit.study_id, version_id=version.id), code=303)


class _Overtaken(VerbatimError):
    public = (
        "Somebody else saved the draft while this page was open. Below is what would be published now: look at it "
        "again, then publish."
    )


def _sentence(refusal: VerbatimError) -> VerbatimError:
    return _Overtaken() if isinstance(refusal, DraftOvertaken) else refusal
