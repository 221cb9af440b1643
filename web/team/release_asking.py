"""Asking for a release: what for, for whom, whose material, and what may stand beside it."""

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from exports import asking, profiles
from exports.asking import BelowThreshold, Offered
from exports.population import SITE
from exports.releases import Job
from exports.terms import MOST_DAYS, NoVoice, Terms
from instruments.sentences import in_language
from survey import sampling
from vault.errors import Refused
from vault.studies import Permit
from web.kit.forms import CheckboxesField, PageForm, between, choices, choose_from
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES, tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.coarser_values import lines_of, understood
from web.team.profiles_in_words import CONTAINS, KNOWN, TITLES
from web.team.release_jobs import begun

page = Pages("release_asking", __name__)

_VOICE = (("no", _l("No, texts and tables only")), ("yes", _l("Yes, the recordings too")))


class AskForm(PageForm):
    """What a release is for and what it may hold. Nothing chosen among instruments, sites or strata means all."""

    profile = RadioField(_l("What do you need it for?"), [InputRequired(_l("Choose what you need it for."))])
    purpose = TextAreaField(
        _l("Purpose"),
        [DataRequired(_l("Say what the release is for. Whoever approves it decides by that.")), Length(max=2000)],
        description=_l("One or two sentences for whoever decides; without names of participants."),
    )
    recipients = TextAreaField(
        _l("Who will receive it"),
        [DataRequired(_l("Say who will receive it.")), Length(max=1000)],
        description=_l("People or places outside Verbatim too. Whoever has the file cannot be made to forget it."),
    )
    instruments = CheckboxesField(_l("Instruments"))
    sites = CheckboxesField(_l("Sites"))
    strata = CheckboxesField(_l("Strata"))
    attributes = CheckboxesField(
        _l("What is said of each participant"), description=_l("The fewer, the harder it is to recognise somebody.")
    )
    coarser = TextAreaField(
        _l("Coarser values"),
        [Length(max=5000)],
        description=_l(
            "One line for each: the attribute, a colon, and “left out”, “year only”, “bands of 10”, or values joined "
            "by + with the new value behind =, such as “Site: Calgary + Edmonton = Canada”."
        ),
    )
    shifted = BooleanField(
        _l("Move the dates"),
        description=_l("By up to half a year, by the same number of days for everything of one participant."),
    )
    language = SelectField(_l("Language of labels"))
    voice = RadioField(_l("Voices"), choices=choices(_VOICE), default="no")
    days = IntegerField(
        _l("For how many days can it be fetched?"),
        [between(1, MOST_DAYS, _l("Write a number of days from 1 to %(most)s.") % {"most": MOST_DAYS})],
        default=14,
    )


def _form(visit: Visit, offered: Offered, data: MultiDict[str, str] | None = None) -> AskForm:
    form = AskForm(data)
    choose_from(form.profile, [(name, str(TITLES[name])) for name in profiles.PROFILES])
    instruments = [(str(id_), in_language(one.title, tag())) for id_, one in offered.instruments]
    names = [one.name for one in offered.attributes]
    for field, items in (
        (form.instruments, instruments),
        (form.sites, [(str(one.id), one.name) for one in offered.sites]),
        (form.strata, [(str(one.id), one.name) for one in offered.strata]),
        (form.attributes, [(name, str(KNOWN.get(name, name))) for name in names]),
    ):
        choose_from(field, items)
    choose_from(form.language, [(code, LANGUAGES.get(code, code)) for code in offered.languages])
    if data is None:
        form.attributes.data = names
    return form


def _page(visit: Visit, form: AskForm, offered: Offered, refusal: BelowThreshold | None = None) -> str:
    hints = {name: str(CONTAINS[name]) for name in profiles.PROFILES}
    return render(
        visit, "team/release/ask.html", form=form, offered=offered, hints=hints, refusal=refusal, known=KNOWN,
        proposal=lines_of(refusal.proposal) if refusal else "",
    )  # fmt: skip


@page.view("/studies/<uuid:study_id>/releases/ask", permit=Permit.ASK_RELEASES)
def form(visit: Visit) -> ResponseReturnValue:
    """An empty request."""
    offered = asking.offered(visit.db, visit.study_id)
    return _page(visit, _form(visit, offered), offered)


@page.action("/studies/<uuid:study_id>/releases/ask", permit=Permit.ASK_RELEASES)
def ask(visit: Visit) -> ResponseReturnValue:
    """The release is asked for, and checked at once if whoever asks holds the keys that it takes."""
    offered = asking.offered(visit.db, visit.study_id)
    asked = _form(visit, offered, request.form)
    names = [one.name for one in offered.attributes]
    rules = understood(asked.coarser.data or "", names, _values(offered))
    # Both are asked, so that everything that is wrong is said at once.
    sound = asked.validate()
    if rules.problems:
        asked.coarser.errors = [*asked.coarser.errors, *rules.problems]
    if not sound or rules.problems:
        return _page(visit, asked, offered), 422
    terms = Terms(
        profile=asked.profile.data,
        purpose=asked.purpose.data or "",
        recipients=asked.recipients.data or "",
        instruments=_ids(asked.instruments.data),
        sites=_ids(asked.sites.data),
        strata=_ids(asked.strata.data),
        attributes=tuple(name for name in names if name in (asked.attributes.data or ())),
        rules=rules.rules,
        shifted=bool(asked.shifted.data),
        language=asked.language.data,
        voice=asked.voice.data == "yes",
        days=asked.days.data or 0,
    )
    try:
        release = asking.ask(visit.db, visit.study_id, terms, by=visit.signed_in, now=visit.now)
    except BelowThreshold as refusal:
        said = gettext("Somebody could be recognised by these. Take some away, or make them coarser below.")
        asked.attributes.errors = [*asked.attributes.errors, said]
        # Written where it would have to be typed: whoever agrees only presses the button again.
        lines = [line for line in (asked.coarser.data, lines_of(refusal.proposal)) if line]
        asked.coarser.data = "\n".join(lines)
        return _page(visit, asked, offered, refusal), 422
    except NoVoice as refusal:
        asked.refuse(refusal, "voice")
        return _page(visit, asked, offered), 422
    except Refused as refusal:
        asked.refuse(refusal)
        return _page(visit, asked, offered), 422
    if begun(visit, release, Job.CHECK):
        visit.tell(gettext("The release was asked for and is being checked."))
    else:
        visit.tell(gettext("The release was asked for."))
    return redirect(url_for("releases.one", study_id=visit.study_id, release_id=release.id), code=303)


def _values(offered: Offered) -> dict[str, frozenset[str]]:
    """The values that attributes can have, as far as a list of them exists: sites and the sampling frame."""
    known = {name: frozenset(values) for name, values in sampling.attributes_of(offered.strata).items()}
    return known | {SITE: frozenset(site.name for site in offered.sites)}


def _ids(chosen: Sequence[str] | None) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in chosen or ())
