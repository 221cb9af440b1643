"""The request guard: no route without a permit, one unit of work for a request, and only here is it committed.

Open → admit (cookie → account and keys) → require the permit → the view → commit. Anything raised, and every answer
that says no, rolls back; the error page is made afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError

from vault import sessions, studies
from vault.accounts import Account
from vault.errors import Busy, CannotOpen, Conflict, Missing, Refused
from vault.sessions import Stage
from vault.studies import Permit
from web.kit import cookies
from web.kit.visit import Kit, Visit

View = Callable[Concatenate[Visit, ...], ResponseReturnValue]

_KIT = "verbatim"
_OF_THE_VISITOR = frozenset({Permit.OPEN, Permit.HALF, Permit.STAFF})

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


class Pages:
    """The routes of one topic. There is no other way to get a route, and none without a permit."""

    def __init__(self, name: str, module: str) -> None:
        self.blueprint = Blueprint(name, module)
        self.doors: dict[str, Door] = {}

    def view(self, rule: str, *, permit: Permit, logs: bool = False) -> Callable[[View], View]:
        """A page to look at. The databases refuse to be written to, unless the look is a deed that ``logs``."""
        return self._door(rule, "GET", Door(permit, not logs, "<uuid:study_id>" in rule))

    def action(self, rule: str, *, permit: Permit) -> Callable[[View], View]:
        """A deed."""
        return self._door(rule, "POST", Door(permit, False, "<uuid:study_id>" in rule))  # noqa: FBT003

    def _door(self, rule: str, method: str, door: Door) -> Callable[[View], View]:
        if not door.of_study and door.permit not in _OF_THE_VISITOR:
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
    app.extensions["verbatim-doors"] = {name: door for page in pages for name, door in page.doors.items()}
    for page in pages:
        app.register_blueprint(page.blueprint)


def kit_of(app: Flask) -> Kit:
    """The kit of an app."""
    kit: Kit = app.extensions[_KIT]
    return kit


def _serve(door: Door, view: View, arguments: dict[str, Any]) -> Response:
    kit: Kit = current_app.extensions[_KIT]
    work = kit.stores.begin(reading=door.reading)
    visit = Visit(kit, work, datetime.now(UTC), device=request.cookies.get(cookies.DEVICE))
    try:
        _admit(visit, writing=not door.reading)
        refusal = _require(visit, door, arguments)
        if refusal is not None:
            return refusal
        response = current_app.make_response(view(visit, **arguments))
        if response.status_code < 400:
            work.commit()
        return response
    except IntegrityError:
        # Which row was there first says something about other people, so nothing of the message goes on.
        raise Conflict from None
    except OperationalError as error:
        if "locked" in str(error.orig) or "timeout" in str(error.orig):
            raise Busy("The database is busy at this moment. Send it again in half a minute.") from None
        raise
    finally:
        work.close()


def _admit(visit: Visit, *, writing: bool) -> None:
    cookie = request.cookies.get(cookies.SESSION)
    if not cookie:
        return
    try:
        opened = sessions.read_session(visit.db, cookie, now=visit.now)
    except CannotOpen:
        return
    account = visit.db.get(Account, opened.account_id)
    if account is None or account.closed_at is not None:
        return
    visit.session, visit.account = opened, account
    if writing:
        sessions.touch(visit.db, opened, now=visit.now)
    elif opened.stale(visit.now):
        # A page that is looked at cannot write, so this has a unit of work of its own.
        with visit.kit.stores.work() as aside:
            sessions.touch(aside.db, opened, now=visit.now)
            aside.commit()


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
    member = studies.membership(visit.db, study_id, visit.signed_in.id)
    if member is None:
        raise Missing
    visit.study, visit.member = studies.find(visit.db, study_id), member
    visit.permits = studies.permits_of(member.role)
    if door.permit not in visit.permits:
        raise Refused
    return None


def _sign_in_first() -> Response:
    if request.method == "GET":
        here = request.full_path.rstrip("?")
        return redirect(f"{url_for('sign_in.form')}?next={quote(here, safe='/')}", code=303)  # type: ignore[return-value]
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_REPEATED]
    return current_app.make_response((render_template("signed_out.html", visit=None, typed=typed), 403))
