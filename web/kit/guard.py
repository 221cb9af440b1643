"""The request guard: no route without a permit, one unit of work for a request, and only here is it committed.

Open → admit (cookie → account and keys) → require the permit → the view → commit. Anything raised, and every answer
that says no, rolls back; the error page is made afterwards.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Concatenate
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from vault import ledger, participant_sessions, sessions, studies
from vault.attempts import TooManyTries
from vault.codes import CodeUnreadable
from vault.errors import Busy, CannotOpen, Conflict, Refused
from vault.participant_sessions import CodeOpensNothing
from vault.sessions import Stage
from vault.studies import OF_THE_VISITOR, Permit
from web.kit import cookies, rail
from web.kit.rail import Place, Stop
from web.kit.sent import here
from web.kit.site import Answer
from web.kit.uploads import ADMITS, TAKES_FILES
from web.kit.visit import Kit, Visit

View = Callable[Concatenate[Visit, ...], ResponseReturnValue]

_KIT = "verbatim"

# The field in which a participant whose visit was over gives the code again, together with what they had typed.
CODE_AGAIN = "your_code"

# What a person typed is offered to be sent again after they were signed out; secrets are not put on a page.
_NEVER_REPEATED = frozenset(
    {"csrf_token", "passphrase", "again", "old", "new", "code", "card", "cards", "recovery_code"}
)


@dataclass(frozen=True, slots=True)
class Door:
    """What the guard knows of one route."""

    permit: Permit
    reading: bool
    of_study: bool
    place: Place | None = None
    files: bool = False
    most: int = 0  # bytes that its form may have; 0: as many as any other


class Pages:
    """The routes of one topic. There is no other way to get a route, and none without a permit."""

    def __init__(self, name: str, module: str) -> None:
        self.blueprint = Blueprint(name, module)
        self.doors: dict[str, Door] = {}

    def view(
        self, rule: str, *, permit: Permit, logs: bool = False, place: Place | None = None
    ) -> Callable[[View], View]:
        """A page to look at. The databases refuse to be written to, unless the look is a deed that ``logs``.

        With a ``place`` it stands in the rail of the team's pages.
        """
        return self._door(rule, "GET", Door(permit, not logs, "<uuid:study_id>" in rule, place))

    def action(self, rule: str, *, permit: Permit, files: bool = False, most: int = 0) -> Callable[[View], View]:
        """A deed. With ``files`` its form may bring files along, and every other form that does is refused. It may have
        ``most`` bytes, where that is said, if whoever sends it may do the deed.
        """
        of_study = "<uuid:study_id>" in rule
        return self._door(rule, "POST", Door(permit, False, of_study, files=files, most=most))  # noqa: FBT003

    def _door(self, rule: str, method: str, door: Door) -> Callable[[View], View]:
        if not door.of_study and door.permit not in OF_THE_VISITOR:
            raise ValueError("a permit of a study needs the study in the address")

        def register(view: View) -> View:
            def endpoint(**arguments: Any) -> Response:
                return _serve(door, view, arguments)

            self.doors[f"{self.blueprint.name}.{view.__name__}"] = door
            self.blueprint.add_url_rule(rule, view.__name__, endpoint, methods=[method])
            return view

        return register


def install(app: Flask, kit: Kit, pages: list[Pages]) -> None:
    """The app answers these pages, each behind its door."""
    app.extensions[_KIT] = kit
    doors = {name: door for page in pages for name, door in page.doors.items()}
    app.extensions["verbatim-doors"] = doors
    app.extensions[ADMITS] = _admits
    app.extensions[TAKES_FILES] = {name: door.most for name, door in doors.items() if door.files}
    for page in pages:
        app.register_blueprint(page.blueprint)
    rail.install(
        app, [Stop(name, door.permit, door.of_study, door.place) for name, door in doors.items() if door.place]
    )


def kit_of(app: Flask) -> Kit:
    """The kit of an app."""
    kit: Kit = app.extensions[_KIT]
    return kit


def _serve(door: Door, view: View, arguments: dict[str, Any]) -> Response:
    _refuse_unwritable()
    kit: Kit = current_app.extensions[_KIT]
    work = kit.stores.begin(reading=door.reading)
    visit = Visit(kit, work, datetime.now(UTC), device=here().cookies.get(cookies.DEVICE))
    try:
        with closing(work):
            response = _let_in(visit, door, view, arguments)
        if visit.touches is not None:
            # Only now: whoever looks must not hold one connection while they wait for another.
            with kit.stores.work() as own:
                visit.touches(own.db)
                own.commit()
        return response
    except IntegrityError:
        # Which row was there first says something about other people, so nothing of the message goes on.
        raise Conflict from None
    except OperationalError as error:
        if "locked" in str(error.orig) or "timeout" in str(error.orig):
            raise Busy("The database is busy at this moment. Send it again in half a minute.") from None
        raise


class SignedOut(Refused):
    """Nobody who is not signed in makes us read much."""

    public = "You were signed out before the file was sent. Sign in again, then choose the file once more."


def _admits() -> None:
    """Return if whoever sends this is signed in and may do so; what says no is raised. Nothing of a body is read."""
    sent = here()
    kit, door = kit_of(current_app), current_app.extensions["verbatim-doors"][sent.endpoint]
    with closing(kit.stores.begin(reading=True)) as work:
        visit = Visit(kit, work, datetime.now(UTC))
        _admit(visit, writing=False)
        if visit.session is None or visit.session.stage is not Stage.FULL:
            raise SignedOut
        _require(visit, door, dict(sent.view_args or {}))


def _let_in(visit: Visit, door: Door, view: View, arguments: dict[str, Any]) -> Response:
    if door.permit is Permit.TAKE_PART:
        return _serve_participant(visit, door, view, arguments)
    _admit(visit, writing=not door.reading)
    refusal = _require(visit, door, arguments)
    return refusal if refusal is not None else _answer(visit, door, view, arguments)


def _refuse_unwritable() -> None:
    """The character zero is in nobody's writing, and PostgreSQL cannot keep it."""
    sent = here()
    if "\0" in sent.path or b"%00" in sent.query_string:
        abort(400)
    if sent.method == "POST" and any("\0" in value for values in sent.form.listvalues() for value in values):
        abort(400)


def _answer(visit: Visit, door: Door, view: View, arguments: dict[str, Any]) -> Response:
    said = view(visit, **arguments)
    response = said if isinstance(said, Answer) else current_app.make_response(said)
    # After a look there is nothing to keep, and to give the connection back costs less than to commit.
    if not door.reading and (response.status_code < 400 or visit.keeps):
        visit.work.commit()
        if ledger.asks_to_be_sequenced(visit.db):
            # Once the answer is on its way: nobody waits for it, and if it fails the next second's round does it.
            response.call_on_close(visit.kit.sequencing.after_deed)
    return response


def _serve_participant(visit: Visit, door: Door, view: View, arguments: dict[str, Any]) -> Response:
    """The view, for a participant who is here. Who is not here any more comes in again without losing what was typed:
    the form is shown with everything in it and asks for the code.
    """
    cookie = here().cookies.get(cookies.PERSON)
    try:
        visit.person = participant_sessions.read(visit.db, cookie or "", now=visit.now)
    except CannotOpen:
        if request.method == "GET":
            return redirect(url_for("arrive.form"), code=303)  # type: ignore[return-value]
        return _come_in_again(visit, door, view, arguments)
    if visit.person.stale(visit.now):
        _touch(visit, partial(participant_sessions.touch, person=visit.person, now=visit.now), writing=not door.reading)
    return _answer(visit, door, view, arguments)


def _touch(visit: Visit, touch: Callable[[Session], None], *, writing: bool) -> None:
    """It is written down that somebody was here: at once, or afterwards where a page is looked at and cannot write."""
    if writing:
        touch(visit.db)
    else:
        visit.touches = touch


def _come_in_again(visit: Visit, door: Door, view: View, arguments: dict[str, Any]) -> Response:
    refusal = None
    if CODE_AGAIN in request.form:
        try:
            cookie, visit.person = participant_sessions.arrive(
                visit.work, visit.kit.server_key, request.form[CODE_AGAIN], now=visit.now
            )
        except (CodeUnreadable, CodeOpensNothing, TooManyTries) as error:
            refusal = error.sentence
        else:
            response = _answer(visit, door, view, arguments)
            cookies.keep(response, cookies.PERSON, cookie)
            return response
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", CODE_AGAIN}]
    page = render_template("participant/come_in_again.html", visit=None, typed=typed, refusal=refusal)
    return current_app.make_response((page, 422 if refusal else 403))


def _admit(visit: Visit, *, writing: bool) -> None:
    cookie = here().cookies.get(cookies.SESSION)
    if not cookie:
        return
    try:
        opened = sessions.read_session(visit.db, cookie, now=visit.now)
    except CannotOpen:
        return
    visit.session = opened
    if opened.stale(visit.now):
        _touch(visit, partial(sessions.touch, session=opened, now=visit.now), writing=writing)


def _require(visit: Visit, door: Door, arguments: dict[str, Any]) -> Response | None:
    """None if the visitor may come in; an answer if they have to sign in first; Missing or Refused if they may not."""
    if door.permit is Permit.OPEN:
        return None
    stage = visit.session.stage if visit.session else None
    if door.permit is Permit.HALF:
        return None if stage is Stage.HALF else redirect(url_for("sign_in.form"), code=303)  # type: ignore[return-value]
    if stage is not Stage.FULL:
        return _sign_in_first()
    if not door.of_study:
        return None
    study_id = arguments.pop("study_id")
    visit.study = studies.joined(visit.db, study_id, visit.account_id, on=visit.now.date())
    visit.permits = studies.permits_of(visit.study.role)
    if door.permit not in visit.permits:
        raise Refused
    return None


def _sign_in_first() -> Response:
    if request.method == "GET":
        here = request.full_path.rstrip("?")
        return redirect(f"{url_for('sign_in.form')}?next={quote(here, safe='/')}", code=303)  # type: ignore[return-value]
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_REPEATED]
    return current_app.make_response((render_template("signed_out.html", visit=None, typed=typed), 403))
