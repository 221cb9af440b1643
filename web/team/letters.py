"""The outbox: invitations wait until somebody who may read addresses sends them by mail or prints them."""

from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l

from survey import invitations, letters, participants, persons
from survey.invitations import Ready
from survey.letters import LetterKind, LetterState
from vault.errors import Busy, Invalid, NotSetUp
from vault.studies import Permit
from web.kit import mail
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.letter_paper import sheets_of

page = Pages("letters", __name__)

# Mail servers are slow, and nobody should wait for a page longer than this takes.
_AT_ONCE = 25

KINDS = {
    LetterKind.INVITATION: _l("invitation"),
    LetterKind.REMINDER: _l("reminder"),
    LetterKind.CODE: _l("code, asked for by the participant"),
    LetterKind.RESULTS: _l("results"),
    LetterKind.CATCH_UP: _l("further questions"),
}


@page.view("/studies/<uuid:study_id>/letters", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Letters")))
def listing(visit: Visit) -> ResponseReturnValue:
    """What waits, by pseudonym, and what has left."""
    db, study_id = visit.db, visit.study_id
    names = {one.id: one.pseudonym for one in participants.of_study(db, study_id)}

    def waiting(state: LetterState) -> list[tuple[letters.Letter, str]]:
        return [(letter, names[letter.participant_id]) for letter in letters.in_state(db, study_id, state)]

    return render(
        visit,
        "team/recruit/letters.html",
        held=waiting(LetterState.HELD),
        waiting=waiting(LetterState.WAITING),
        failed=waiting(LetterState.FAILED),
        counts=letters.counts(db, study_id),
        states=LetterState,
        kinds=KINDS,
        mail_possible=mail.possible(visit.settings),
        most=_AT_ONCE,
    )


def _chosen(visit: Visit) -> set[str]:
    return set(request.form.getlist("letter"))


def _nothing_chosen(visit: Visit) -> ResponseReturnValue:
    visit.tell(gettext("Nothing was chosen. Tick the letters first."))
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)


@page.action("/studies/<uuid:study_id>/letters/release", permit=Permit.READ_NAMES)
def release(visit: Visit) -> ResponseReturnValue:
    """The chosen invitations wait to be mailed."""
    chosen = _chosen(visit)
    held = letters.in_state(visit.db, visit.study_id, LetterState.HELD)
    people = [letter.participant_id for letter in held if str(letter.number) in chosen]
    if not people:
        return _nothing_chosen(visit)
    count = invitations.invite(
        visit.db, visit.keyring, visit.study_id, people, account_id=visit.account_id, now=visit.now
    )
    visit.tell(ngettext("%(num)s letter waits to be mailed.", "%(num)s letters wait to be mailed.", count))
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)


@page.action("/studies/<uuid:study_id>/letters/send", permit=Permit.READ_NAMES)
def send(visit: Visit) -> ResponseReturnValue:
    """The oldest of the letters that wait have been mailed, and each that could not be is named by its pseudonym."""
    outcome = Outcome()
    try:
        visit.carry_out(_sending(visit, outcome))
    except (NotSetUp, Busy) as refusal:
        visit.tell(gettext(refusal.sentence))
    if outcome.sent:
        visit.tell(ngettext("%(num)s letter was mailed.", "%(num)s letters were mailed.", outcome.sent))
    if outcome.unsent:
        names = ", ".join(outcome.unsent)
        visit.tell(
            gettext(
                "No mail reaches these, for want of an address that works: %(names)s. Their letters can be printed, or "
                "correct the address and send them again.",
                names=names,
            )
        )
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)


@page.action("/studies/<uuid:study_id>/letters/back", permit=Permit.READ_NAMES)
def take_back(visit: Visit) -> ResponseReturnValue:
    """What waited to be mailed can be printed instead."""
    count = letters.take_back(visit.db, visit.study_id)
    visit.tell(ngettext("%(num)s letter can be printed.", "%(num)s letters can be printed.", count))
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)


class Outcome:
    """What became of a round of letters."""

    def __init__(self) -> None:
        self.sent = 0
        self.unsent: list[str] = []


def _sending(visit: Visit, outcome: Outcome) -> Iterator[str]:
    """Each letter in a transaction of its own, so that no letter is sent twice because a later one failed."""
    reader = persons.reader(visit.account_id, visit.unlocked)
    # The connection comes first: without one no address is read.
    with mail.one_at_a_time(visit.settings), mail.opened(visit.settings) as post:
        ready = list(
            invitations.outgoing(
                visit.db, visit.keyring, visit.study_id, reader, now=visit.now, state=LetterState.WAITING, most=_AT_ONCE
            )
        )
        yield "opened"
        for one in ready:
            # Somebody may have withdrawn since, and nothing is locked while the mail server takes its time.
            visit.db.refresh(one.letter)
            yield "looked"
            if one.letter.state is not LetterState.WAITING:
                continue
            try:
                post.send(_message(visit, one))
            except Invalid:
                outcome.unsent.append(one.pseudonym)
                invitations.undeliverable(visit.db, one.letter, now=visit.now)
            else:
                outcome.sent += 1
                invitations.sent(visit.db, visit.keyring, one.letter, account_id=visit.account_id, now=visit.now)
            yield one.pseudonym


def _message(visit: Visit, ready: Ready) -> mail.Letter:
    language = ready.contents.language if ready.contents.language in LANGUAGES else "en"
    with force_locale(language):
        later = ready.letter.kind is LetterKind.CATCH_UP
        subject = gettext("%(title)s: a few more questions", title=visit.the_study.title)
        subject = subject if later else gettext("Invitation: %(title)s", title=visit.the_study.title)
        body = render_template(
            "team/recruit/further_questions.txt" if later else "team/recruit/invitation.txt",
            visit=None,
            name=ready.identity.name,
            title=visit.the_study.title,
            link=f"{visit.settings.public_url}/p#{ready.contents.code}",
            code=ready.contents.code,
            address=f"{visit.settings.public_url}/p",
        )
    return mail.Letter(ready.to, subject, body)


@page.action("/studies/<uuid:study_id>/letters/print", permit=Permit.READ_NAMES)
def paper(visit: Visit) -> ResponseReturnValue:
    """The chosen letters as one file to print, each with its link, code and QR code. They go on waiting."""
    chosen = _chosen(visit)
    reader = persons.reader(visit.account_id, visit.unlocked)
    outgoing = invitations.outgoing(
        visit.db,
        visit.keyring,
        visit.study_id,
        reader,
        now=visit.now,
        state=LetterState.HELD,
        most=500,
        only=frozenset(int(number) for number in chosen if number.isdecimal()),
    )
    ready = list(outgoing)
    if not ready:
        return _nothing_chosen(visit)
    headers = {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="letters.pdf"'}
    return sheets_of(visit, ready), 200, headers


@page.action("/studies/<uuid:study_id>/letters/posted", permit=Permit.READ_NAMES)
def posted(visit: Visit) -> ResponseReturnValue:
    """The chosen letters were put into the post; what they brought is kept here no longer."""
    chosen = _chosen(visit)
    held = [one for one in letters.in_state(visit.db, visit.study_id, LetterState.HELD) if str(one.number) in chosen]
    if not held:
        return _nothing_chosen(visit)
    for letter in held:
        # Of two who say so at the same moment the second finds it said.
        visit.db.refresh(letter, with_for_update=True)
        if letter.state is LetterState.HELD:
            invitations.sent(visit.db, visit.keyring, letter, account_id=visit.account_id, now=visit.now)
    visit.tell(ngettext("%(num)s letter was posted.", "%(num)s letters were posted.", len(held)))
    return redirect(url_for("letters.listing", study_id=visit.study_id), code=303)
