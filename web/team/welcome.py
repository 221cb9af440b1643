"""A colleague's first day: a passphrase of their own, rehearsed, a second factor, a recovery code to print."""

import io

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from vault import accounts, sessions, welcomes
from vault.accounts import CannotSignIn
from vault.errors import Busy, CannotOpen, Refused
from vault.passphrases import WeakPassphrase, new_passphrase
from vault.second_factor import WrongCode
from vault.sessions import Stage
from vault.studies import Permit
from vault.welcomes import WelcomeVoid
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.sign_in import LONGEST, let_in, signed_in

page = Pages("welcome", __name__)


class ArriveForm(PageForm):
    """The code of the link, typed by those whose browser runs no scripts."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Type the code that you were sent with the link.")), Length(max=80)],
        description=_l("It follows the # in the link you were sent. Capitals, spaces and hyphens do not matter."),
    )


class ChooseForm(PageForm):
    """A passphrase, the suggested one or one's own."""

    code = HiddenField()
    passphrase = StringField(
        _l("Your passphrase"),
        [DataRequired(_l("Choose a passphrase.")), Length(max=LONGEST)],
        description=_l(
            "Keep the five words that are suggested, or replace them by at least 15 characters of your own."
        ),
    )
    again = PasswordField(
        _l("The passphrase once more"), [DataRequired(_l("Type the passphrase once more, from paper or memory."))]
    )


class RehearsalForm(PageForm):
    """The passphrase from memory, and a code of the app: only then does the account count."""

    passphrase = PasswordField(
        _l("Your passphrase, from memory"),
        [DataRequired(_l("Type the passphrase that you chose.")), Length(max=LONGEST)],
    )
    code = StringField(
        _l("Code"),
        [DataRequired(_l("Type the six digits that your authenticator app shows.")), Length(max=20)],
        description=_l("Six digits, from the authenticator app on your phone."),
    )


def qr(text: str) -> Markup:
    """``text`` as a picture that a phone reads, drawn in the page itself."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=2, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704  (made by the library from our own text)


@page.view("/welcome", permit=Permit.OPEN)
def arrive(visit: Visit) -> ResponseReturnValue:
    """The link brings the code along behind the #, where no server and no log sees it."""
    return render(visit, "team/welcome.html", form=ArriveForm())


@page.action("/welcome", permit=Permit.OPEN)
def come_in(visit: Visit) -> ResponseReturnValue:
    """A valid code leads to the choice of a passphrase, and stays valid until one is chosen."""
    form = ArriveForm(request.form)
    if form.validate():
        try:
            account = welcomes.welcomed(visit.db, form.code.data or "", now=visit.now)
        except WelcomeVoid as refusal:
            form.refuse(refusal, "code")
        else:
            suggested = ChooseForm(data={"code": form.code.data, "passphrase": new_passphrase()})
            return render(visit, "team/welcome_passphrase.html", form=suggested, account=account)
    return render(visit, "team/welcome.html", form=form), 422


@page.action("/welcome/passphrase", permit=Permit.OPEN)
def choose(visit: Visit) -> ResponseReturnValue:
    """Keys of one's own, under the chosen passphrase; the link is used up."""
    form = ChooseForm(request.form)
    try:
        account = welcomes.welcomed(visit.db, form.code.data or "", now=visit.now)
        if form.validate():
            if form.passphrase.data == form.again.data:
                welcomes.use(visit.db, form.code.data or "", now=visit.now)
                keys = accounts.give_keys(visit.db, account, form.passphrase.data or "", now=visit.now)
                sessions.end_all(visit.db, account.id)
                cookie = sessions.open_session(visit.db, account.id, keys.seed, stage=Stage.HALF, now=visit.now)
                return signed_in(visit, cookie, url_for("welcome.second_factor"))
            form.again.errors = [*form.again.errors, _l("The two are not the same. Type the passphrase once more.")]
    except WelcomeVoid as refusal:
        arrival = ArriveForm()
        arrival.refuse(refusal)
        return render(visit, "team/welcome.html", form=arrival), 422
    except WeakPassphrase as refusal:
        form.refuse(refusal, "passphrase")
    except Busy as refusal:
        form.refuse(refusal)
        return render(visit, "team/welcome_passphrase.html", form=form, account=account), 503
    return render(visit, "team/welcome_passphrase.html", form=form, account=account), 422


def _set_up(visit: Visit, form: RehearsalForm) -> str:
    account = visit.signed_in
    # Once an app has been shown to work, its secret is shown to nobody again.
    if account.totp_step != 0:
        raise Refused
    return render(
        visit,
        "team/welcome_second_factor.html",
        form=form,
        picture=qr(accounts.totp_uri(account, visit.unlocked)),
        secret=accounts.totp_secret(account, visit.unlocked),
    )


@page.view("/welcome/second-factor", permit=Permit.HALF)
def second_factor(visit: Visit) -> ResponseReturnValue:
    """The secret for the app, and the rehearsal of both."""
    return _set_up(visit, RehearsalForm())


@page.action("/welcome/second-factor", permit=Permit.HALF)
def rehearse(visit: Visit) -> ResponseReturnValue:
    """Passphrase and app have been shown to work: the account counts, and its owner is signed in."""
    form = RehearsalForm(request.form)
    if form.validate():
        try:
            accounts.rehearse(
                visit.db, visit.signed_in, form.passphrase.data or "", form.code.data or "", now=visit.now
            )
        except (CannotSignIn, CannotOpen) as refusal:
            form.refuse(refusal, "passphrase")
        except WrongCode as refusal:
            form.refuse(refusal, "code")
        else:
            return let_in(visit, url_for("account.recovery"))
    return _set_up(visit, form), 422
