"""Coming in: by a link whose secret never leaves the browser's address bar, by a typed code, or by the open door."""

from flask import make_response, redirect, request, session
from flask.typing import ResponseReturnValue

from survey import joining, links, once
from survey.joining import PageUsed
from survey.links import EnrolmentLink, LinkClosed
from survey.once import FormUnreadable
from vault import participant_sessions
from vault.attempts import TooManyTries
from vault.codes import CodeUnreadable, TypedCode
from vault.errors import VerbatimError
from vault.participant_sessions import CodeOpensNothing
from vault.studies import Permit
from web.kit import cookies
from web.kit.addresses import fixed
from web.kit.errors import status_of
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.participant import way
from web.participant.sheet import sheet, standing_sheet, title_of

page = Pages("arrive", __name__)


@page.view("/p", permit=Permit.OPEN)
def form(visit: Visit) -> ResponseReturnValue:
    """The code, please. A link brings it behind the ``#``, and a script puts it in and sends it."""
    return standing_sheet(visit, "participant/arrive.html", (), lambda: {"refusal": "", "typed": ""})


@page.action("/p", permit=Permit.OPEN)
def enter(visit: Visit) -> ResponseReturnValue:
    """Whoever has a code is in, where they were when they left."""
    typed = request.form.get("code", "").strip()
    # Somebody may paste the whole link.
    code = typed.rpartition("#")[2]
    try:
        cookie, visit.person = participant_sessions.arrive(visit.work, visit.kit.server_key, code, now=visit.now)
    except (CodeUnreadable, CodeOpensNothing, TooManyTries) as refusal:
        status = 429 if isinstance(refusal, TooManyTries) else 422
        return sheet(visit, "participant/arrive.html", status, refusal=refusal.sentence, typed=typed)
    response = redirect(way.onward(visit), code=303)
    cookies.keep(response, cookies.PERSON, cookie)
    return response


@page.view("/join/<word>", permit=Permit.OPEN)
def join(visit: Visit, word: str) -> ResponseReturnValue:
    """What this study is, and a button for whoever would like to take part."""
    return _door(visit, links.find(visit.db, word))


def _door(visit: Visit, link: EnrolmentLink, refusal: VerbatimError | None = None) -> ResponseReturnValue:
    """The page with the button, by which one person comes in; or that the door is closed."""
    title = title_of(visit, link.study_id)
    try:
        links.require_open(visit.db, link, on=visit.now.date())
    except LinkClosed as closed:
        return sheet(visit, "participant/closed.html", 403, study_title=title, sentence=closed.sentence)
    sentence, status = (refusal.sentence, status_of(refusal)) if refusal else ("", 200)
    return sheet(
        visit, "participant/join.html", status, study_title=title, word=link.word, once=once.new(), refusal=sentence
    )


@page.action("/join/<word>", permit=Permit.OPEN)
def enrol(visit: Visit, word: str) -> ResponseReturnValue:
    """Somebody came in by themselves: they get a code of their own, which the next page shows.

    Pressed again at once, the button leads the same person to the same page.
    """
    link = links.find(visit.db, word)
    try:
        cookie = _joined(visit, link)
    except LinkClosed as closed:
        title = title_of(visit, link.study_id)
        return sheet(visit, "participant/closed.html", 403, study_title=title, sentence=closed.sentence)
    except (FormUnreadable, PageUsed) as refusal:
        return _door(visit, link, refusal)
    except CodeOpensNothing:
        return _door(visit, link, PageUsed())
    response = redirect(fixed("arrive.welcome"), code=303)
    cookies.keep(response, cookies.PERSON, cookie)
    return response


def _joined(visit: Visit, link: EnrolmentLink) -> str:
    """The cookie of whoever came in by the page that was sent, the first time or a moment ago."""
    enrolled = joining.join(
        visit.db, visit.keyring, link, once.read(request.form.get("once")), browser=session.get("csrf_token", ""),
        server_key=visit.kit.server_key, now=visit.now,
    )  # fmt: skip
    if isinstance(enrolled, TypedCode):
        cookie, _ = participant_sessions.arrive(visit.work, visit.kit.server_key, enrolled.text, now=visit.now)
        return cookie
    participant = enrolled.participant
    cookie, _ = participant_sessions.welcome(
        visit.db, visit.keyring, participant.study_id, participant.id, enrolled.keys, enrolled.code, now=visit.now
    )
    return cookie


@page.view("/p/welcome", permit=Permit.TAKE_PART)
def welcome(visit: Visit) -> ResponseReturnValue:
    """The code to keep, for whoever came in by the open door."""
    return sheet(visit, "participant/welcome.html", code=visit.participant.code)


@page.view("/p/go", permit=Permit.TAKE_PART)
def go(visit: Visit) -> ResponseReturnValue:
    """To where the participant is: the letter, the next page of questions, the review, or the thanks."""
    return redirect(way.next_address(visit), code=303)


@page.action("/p/stay", permit=Permit.TAKE_PART)
def stay(visit: Visit) -> ResponseReturnValue:
    """The participant is still there; a script asks this for whoever said so."""
    return make_response("", 204)
