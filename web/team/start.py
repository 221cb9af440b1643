"""The front door, the language of the pages, and a sign of life."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from vault.sessions import Stage
from vault.studies import Permit
from web.kit import cookies
from web.kit.addresses import local
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("start", __name__)


@page.view("/", permit=Permit.OPEN)
def front(visit: Visit) -> ResponseReturnValue:
    """What this is, and where to go from here."""
    if visit.session is not None and visit.session.stage is Stage.FULL:
        return redirect(url_for("studies.listing"), code=303)
    return render(visit, "start.html")


@page.action("/language", permit=Permit.OPEN)
def language(visit: Visit) -> ResponseReturnValue:
    """The pages are in the chosen language from now on, beginning with the one that was open."""
    response: Response = redirect(local(request.form.get("back")) or url_for("start.front"), code=303)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        cookies.keep(response, cookies.LANGUAGE, chosen, lasting=True)
    return make_response(response)


@page.view("/healthz", permit=Permit.OPEN)
def alive(visit: Visit) -> ResponseReturnValue:
    """For whoever watches the server: it answers."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})
