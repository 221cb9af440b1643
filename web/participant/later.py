"""Going away and coming back: the code on a page to print, or in a mail to oneself whose address is kept nowhere."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from survey import once
from survey.once import FormUnreadable
from vault import participant_sessions
from vault.attempts import TooManyTries, bucket, spend
from vault.studies import Permit
from web.kit import cookies, mail
from web.kit.guard import Pages
from web.kit.mail import AddressRefused, Letter, NoMail, NotSent
from web.kit.visit import Visit
from web.participant.sheet import sheet, title_of

page = Pages("later", __name__)

# Letters to oneself within a quarter of an hour: enough for a mistyped address, too few to plague somebody else with.
_LETTERS = 4


@page.view("/p/later", permit=Permit.TAKE_PART)
def code(visit: Visit) -> ResponseReturnValue:
    """Everything is kept; this code is the way back."""
    return _page(visit)


def _page(visit: Visit, status: int = 200, *, sent: bool = False, refusal: str = "", typed: str = "") -> Response:
    return sheet(
        visit,
        "participant/later.html",
        status,
        code=visit.participant.code,
        mail_is_possible=mail.possible(visit.settings),
        sent=sent,
        refusal=refusal,
        typed=typed,
        later_url="",
        once=once.new(),
    )


@page.action("/p/later", permit=Permit.TAKE_PART)
def send(visit: Visit) -> ResponseReturnValue:
    """The code is on its way to the address that was typed, which is forgotten at once."""
    typed, person = request.form.get("address", ""), visit.participant
    try:
        address = mail.checked(typed)
        form = once.number_of(once.read(request.form.get("once")), "code-mail", person.id, address)
    except (AddressRefused, FormUnreadable) as refusal:
        return _page(visit, 422, refusal=gettext(refusal.sentence), typed=typed)
    if not once.first(visit.db, person.study_id, form, now=visit.now):
        return _page(visit, sent=True)  # the button was pressed twice
    title = title_of(visit, person.study_id)
    try:
        # This commits, so that nothing waits for the mail server; a letter that was refused counts as well.
        spend(visit.work, bucket(visit.kit.server_key, "code-mail", person.id), now=visit.now, limit=_LETTERS)
        visit.work.close()
        mail.send(visit.settings, _letter(visit, address, title))
    except (AddressRefused, NoMail, NotSent, TooManyTries) as refusal:
        once.release(visit.db, form)
        visit.keeps = True
        status = 422 if isinstance(refusal, AddressRefused) else 429 if isinstance(refusal, TooManyTries) else 503
        return _page(visit, status, refusal=gettext(refusal.sentence), typed=typed)
    return _page(visit, sent=True)


def _letter(visit: Visit, address: str, title: str) -> Letter:
    own, place = visit.participant.code, f"{visit.settings.public_url}{url_for('arrive.form')}"
    lines = (
        gettext("You asked for this mail so that you can go on later with: %(study)s.", study=title),
        gettext("This link brings you back to where you were:"),
        f"{place}#{own}",
        gettext("Or go to %(place)s and type this code:", place=place),
        own,
        gettext("Whoever has the code can read your answers, so keep this mail to yourself."),
        gettext("Your address was used for this mail only and is not kept."),
    )
    return Letter(address, gettext("Your way back to the study"), "\n\n".join(lines) + "\n")


@page.action("/p/out", permit=Permit.TAKE_PART)
def out(visit: Visit) -> ResponseReturnValue:
    """The visit is over on this device; nothing is lost."""
    participant_sessions.leave(visit.db, visit.participant)
    response = redirect(url_for("arrive.form"), code=303)
    cookies.drop(response, cookies.PERSON)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
