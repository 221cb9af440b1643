"""Catch-ups: those who answered before a question existed are invited to answer just the new ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from instruments import versions
from instruments.definition import find as find_question
from instruments.drafts import InstrumentRow
from instruments.versions import Version
from survey import catch_up_calling, catch_up_letters, catch_up_offers, catch_up_wordings
from survey.catch_up_calling import Calling, LeftOut
from survey.catch_up_offers import CatchUpClosing, CatchUpOffer
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit, Role
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.instruments import title_of

page = Pages("catch_ups", __name__)

LEFT_OUT = {
    LeftOut.ASKED: _l("were asked all of these already"),
    LeftOut.UNFINISHED: _l("have not finished yet, and finish on their version"),
    LeftOut.NO_CONSENT: _l("do not agree to take part, or agree no longer"),
    LeftOut.WITHDRAWN: _l("have withdrawn"),
    LeftOut.NOT_OFFERED: _l("are in a group to which the instrument is not offered"),
    LeftOut.NOT_APPROVED: _l("are at a site where no approval of this version is in force today"),
}

# Roles that hold a key of participants; to all others small numbers are not shown.
_EXACT = frozenset({Role.LEAD, Role.COORDINATOR, Role.ANALYST})


class OfferForm(PageForm):
    """Why, and what those who are asked again are told."""

    reason = TextAreaField(
        _l("Why these questions are asked later"),
        [DataRequired(_l("Say why these questions are asked later.")), Length(max=catch_up_offers.LONGEST)],
        description=_l("For the log and for the board. It is not shown to participants."),
    )


class CloseForm(PageForm):
    """Why no more people are asked."""

    reason = TextAreaField(
        _l("Why it is closed"),
        [DataRequired(_l("Say why the catch-up is closed.")), Length(max=catch_up_offers.LONGEST)],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An offer in the list."""

    offer: CatchUpOffer
    title: str
    version: int
    closing: CatchUpClosing | None


def _line(visit: Visit, offer: CatchUpOffer) -> Line:
    version = versions.find(visit.db, offer.version_id)
    title = title_of(versions.definition_of(version))
    return Line(offer, title, version.number, catch_up_offers.closing_of(visit.db, offer.id))


@page.view("/studies/<uuid:study_id>/catch-ups", permit=Permit.SEE_PROGRESS, place=Place(Task.ASK, _l("Catch-ups")))
def listing(visit: Visit) -> ResponseReturnValue:
    """The catch-ups of the study, and the versions for which one can be offered."""
    lines = [_line(visit, offer) for offer in catch_up_offers.of_study(visit.db, visit.study_id)]
    taken = {line.offer.instrument_id for line in lines if line.closing is None}
    possible: list[tuple[InstrumentRow, Version, str]] = []
    if Permit.RECRUIT in visit.permits:
        for row, published in versions.of_study(visit.db, visit.study_id):
            if len(published) > 1 and row.id not in taken:
                title = title_of(versions.definition_of(published[-1]))
                possible += [(row, version, title) for version in reversed(published[1:])]
    return render(visit, "team/ask/catch_ups.html", lines=lines, possible=possible)


def _version(visit: Visit, version_id: UUID) -> Version:
    version = versions.find(visit.db, version_id)
    if version.study_id != visit.study_id:
        raise Missing
    return version


def _words(version: Version) -> dict[str, str]:
    """What was typed for participants, by language."""
    return {tag: request.form.get(f"says-{tag}", "") for tag in versions.definition_of(version).languages}


def _page(
    visit: Visit, version: Version, form: OfferForm, chosen: Sequence[str], words: Mapping[str, str], problem: str = ""
) -> str:  # fmt: skip
    instrument = versions.definition_of(version)
    offered = [
        (choice, find_question(instrument, choice.question)) for choice in catch_up_wordings.choices(visit.db, version)
    ]
    found = catch_up_calling.calling(visit.db, version, chosen, on=visit.now.date()) if chosen else Calling(())
    strata, total = catch_up_calling.by_stratum(found.called, exact=True)
    return render(
        visit,
        "team/ask/catch_up_offer.html",
        form=form,
        version=version,
        title=title_of(instrument),
        tongues={one: LANGUAGES.get(one, one) for one in instrument.languages},
        words=words,
        offered=offered,
        chosen=frozenset(chosen),
        found=found,
        strata=strata,
        total=total,
        left_out=LEFT_OUT,
        problem=problem,
    )


@page.view("/studies/<uuid:study_id>/catch-ups/for/<uuid:version_id>", permit=Permit.RECRUIT)
def choose(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """Which questions, and who would be asked them; those that an older version lacks are chosen to begin with."""
    version = _version(visit, version_id)
    chosen = [one.question for one in catch_up_wordings.choices(visit.db, version) if one.lacking]
    return _page(visit, version, OfferForm(), chosen, dict.fromkeys(versions.definition_of(version).languages, ""))


@page.action("/studies/<uuid:study_id>/catch-ups/for/<uuid:version_id>", permit=Permit.RECRUIT)
def offer(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """The catch-up is offered; or the page shows who would be asked what is chosen now, and nothing is done."""
    version = _version(visit, version_id)
    chosen, words, form = request.form.getlist("question"), _words(version), OfferForm(request.form)
    if request.form.get("then") == "look":
        return _page(visit, version, form, chosen, words)
    sound = form.validate()
    if not chosen:
        return _page(visit, version, form, chosen, words, gettext("Choose at least one question.")), 422
    if not sound:
        return _page(visit, version, form, chosen, words), 422
    try:
        made = catch_up_offers.offer(
            visit.db, version, chosen, form.reason.data or "", by=visit.account_id, now=visit.now, says=words
        )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _page(visit, version, form, chosen, words), 409 if isinstance(refusal, Conflict) else 422
    visit.tell(gettext("The catch-up is offered."))
    return redirect(url_for("catch_ups.one", study_id=visit.study_id, offer_id=made.id), code=303)


def _one(visit: Visit, offer_id: UUID, form: CloseForm) -> str:
    made = catch_up_offers.find(visit.db, visit.study_id, offer_id)
    version = versions.find(visit.db, made.version_id)
    instrument = versions.definition_of(version)
    found = catch_up_calling.calling(visit.db, version, made.asks, on=visit.now.date(), offer=made)
    strata, total = catch_up_calling.by_stratum(found.called, exact=visit.the_study.role in _EXACT)
    return render(
        visit,
        "team/ask/catch_up.html",
        form=form,
        line=_line(visit, made),
        version=version,
        role=instrument.role,
        questions=[question for name in made.asks if (question := find_question(instrument, name)) is not None],
        found=found,
        strata=strata,
        total=total,
        listed=Permit.RECRUIT in visit.permits,
        left_out=LEFT_OUT,
    )


@page.view("/studies/<uuid:study_id>/catch-ups/<uuid:offer_id>", permit=Permit.SEE_PROGRESS)
def one(visit: Visit, offer_id: UUID) -> ResponseReturnValue:
    """A catch-up: why, which questions, how many people, and for those who may see it, who."""
    return _one(visit, offer_id, CloseForm())


@page.action("/studies/<uuid:study_id>/catch-ups/<uuid:offer_id>/close", permit=Permit.RECRUIT)
def close(visit: Visit, offer_id: UUID) -> ResponseReturnValue:
    """Nobody begins it any more."""
    made = catch_up_offers.find(visit.db, visit.study_id, offer_id)
    form = CloseForm(request.form)
    if not form.validate():
        return _one(visit, offer_id, form), 422
    if catch_up_offers.close(visit.db, made, form.reason.data or "", by=visit.account_id, now=visit.now):
        visit.tell(gettext("The catch-up is closed. Whoever has begun it can finish."))
    return redirect(url_for("catch_ups.one", study_id=visit.study_id, offer_id=offer_id), code=303)


@page.action("/studies/<uuid:study_id>/catch-ups/<uuid:offer_id>/letters", permit=Permit.READ_NAMES)
def write(visit: Visit, offer_id: UUID) -> ResponseReturnValue:
    """Letters to the chosen people wait among the letters, to be mailed or printed."""
    made = catch_up_offers.find(visit.db, visit.study_id, offer_id)
    version = versions.find(visit.db, made.version_id)
    found = catch_up_calling.calling(visit.db, version, made.asks, on=visit.now.date(), offer=made)
    chosen = frozenset(request.form.getlist("participant"))
    people = [one.participant_id for one in found.called if one.pseudonym in chosen and not one.begun]
    closed = catch_up_offers.closing_of(visit.db, made.id) is not None
    if not people or closed:
        visit.tell(gettext("Nothing was chosen. Tick the people first."))
        return redirect(url_for("catch_ups.one", study_id=visit.study_id, offer_id=offer_id), code=303)
    count = catch_up_letters.prepare(
        visit.db, visit.keyring, made, people, account_id=visit.account_id, seed=visit.unlocked, now=visit.now
    )
    visit.tell(ngettext("%(num)s letter was prepared.", "%(num)s letters were prepared.", count))
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)
