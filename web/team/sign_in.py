"""Signing in: a passphrase that opens the keys, then a second factor that opens the door; and signing out."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from survey import once
from vault import accounts, attempts, sessions
from vault.accounts import CannotSignIn
from vault.attempts import TooManyTries
from vault.errors import Busy, VerbatimError
from vault.passphrases import WeakPassphrase
from vault.second_factor import WrongCode
from vault.sessions import Stage
from vault.studies import Permit
from web.kit import cookies
from web.kit.addresses import local
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("sign_in", __name__)

LONGEST = 400
_STATUS = {TooManyTries: 429, Busy: 503}


class SignInForm(PageForm):
    """Who somebody is, and the passphrase."""

    email = EmailField(_l("E-mail address"), [DataRequired(_l("Type your e-mail address.")), Length(max=254)])
    passphrase = PasswordField(_l("Passphrase"), [DataRequired(_l("Type your passphrase.")), Length(max=LONGEST)])
    next = HiddenField()


class CodeForm(PageForm):
    """The six digits of the app."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Type the six digits that your authenticator app shows.")), Length(max=20)],
        description=_l("Six digits, from the authenticator app on your phone."),
    )
    next = HiddenField()


class RecoveryForm(PageForm):
    """What somebody has who forgot their passphrase."""

    email = EmailField(_l("E-mail address"), [DataRequired(_l("Type your e-mail address.")), Length(max=254)])
    recovery_code = StringField(
        _l("Recovery code"),
        [DataRequired(_l("Type the recovery code that you printed.")), Length(max=80)],
        description=_l("Capitals, spaces and hyphens do not matter."),
    )
    code = StringField(
        _l("Code of your authenticator app"), [DataRequired(_l("Type the six digits of your app.")), Length(max=20)]
    )
    new = PasswordField(
        _l("New passphrase"),
        [DataRequired(_l("Choose a new passphrase.")), Length(max=LONGEST)],
        description=_l("At least 15 characters; five words that have nothing to do with each other are good."),
    )
    again = PasswordField(_l("New passphrase once more"), [DataRequired(_l("Type the new passphrase once more."))])


class PhoneForm(PageForm):
    """What somebody has who lost their phone, after the passphrase."""

    recovery_code = StringField(
        _l("Recovery code"),
        [DataRequired(_l("Type the recovery code that you printed.")), Length(max=80)],
        description=_l("Capitals, spaces and hyphens do not matter."),
    )


def refused(form: PageForm, refusal: VerbatimError, field: str | None = None) -> int:
    """The form says what the rule said; returns the status of the page."""
    form.refuse(refusal, field)
    return _STATUS.get(type(refusal), 422)


def signed_in(visit: Visit, cookie: str, target: str) -> Response:
    """A redirect that brings the cookie of a session along."""
    response = redirect(target, code=303)
    cookies.keep(response, cookies.SESSION, cookie)
    return response


def let_in(visit: Visit, target: str) -> Response:
    """The visitor, who has shown everything, is signed in: the half-way session ends, a new one begins."""
    account, seed = visit.signed_in, visit.unlocked
    if visit.session is not None:
        sessions.end_session(visit.db, visit.session)
    sessions.sweep(visit.db, now=visit.now)
    attempts.sweep(visit.db, now=visit.now)
    once.sweep(visit.db, now=visit.now)
    response = signed_in(
        visit, sessions.open_session(visit.db, account.id, seed, stage=Stage.FULL, now=visit.now), target
    )
    if attempts.device_of(visit.kit.server_key, account.id, visit.device) is None:
        token = attempts.new_device(visit.kit.server_key, account.id)
        cookies.keep(response, cookies.DEVICE, token, lasting=True)
    return response


@page.view("/sign-in", permit=Permit.OPEN)
def form(visit: Visit) -> ResponseReturnValue:
    """Who are you?"""
    sign_in = SignInForm(data={"next": local(request.args.get("next")) or ""})
    return render(visit, "team/sign_in.html", form=sign_in, empty=accounts.nobody_yet(visit.db))


@page.action("/sign-in", permit=Permit.OPEN)
def passphrase(visit: Visit) -> ResponseReturnValue:
    """Whoever knows the passphrase is asked for the second factor."""
    form = SignInForm(request.form)
    status = 422
    if form.validate():
        try:
            proven = accounts.prove_passphrase(
                visit.work,
                visit.kit.server_key,
                form.email.data or "",
                form.passphrase.data or "",
                device=visit.device,
                now=visit.now,
            )
        except (CannotSignIn, TooManyTries, Busy) as refusal:
            status = refused(form, refusal)
        else:
            # Whoever was signed in in this browser until now is not any more, in the database either.
            if visit.session is not None:
                sessions.end_session(visit.db, visit.session)
            cookie = sessions.open_session(visit.db, proven.account.id, proven.seed, stage=Stage.HALF, now=visit.now)
            target = url_for("sign_in.second_factor", next=local(form.next.data) or None)
            return signed_in(visit, cookie, target)
    return render(visit, "team/sign_in.html", form=form, empty=False), status


@page.view("/sign-in/code", permit=Permit.HALF)
def second_factor(visit: Visit) -> ResponseReturnValue:
    """The six digits, please."""
    return render(visit, "team/second_factor.html", form=CodeForm(data={"next": local(request.args.get("next")) or ""}))


@page.action("/sign-in/code", permit=Permit.HALF)
def code(visit: Visit) -> ResponseReturnValue:
    """Whoever has the app too is signed in."""
    form = CodeForm(request.form)
    status = 422
    if form.validate():
        try:
            accounts.prove_second_factor(
                visit.work,
                visit.kit.server_key,
                visit.signed_in,
                visit.unlocked,
                form.code.data or "",
                device=visit.device,
                now=visit.now,
            )
        except (WrongCode, TooManyTries) as refusal:
            status = refused(form, refusal, "code")
        else:
            noted = visit.signed_in.recovery_noted_at is not None
            wanted = local(form.next.data) or url_for("studies.listing")
            return let_in(visit, wanted if noted else url_for("account.recovery"))
    return render(visit, "team/second_factor.html", form=form), status


@page.action("/sign-out", permit=Permit.OPEN)
def sign_out(visit: Visit) -> ResponseReturnValue:
    """The session is over, here and in the database; what is left of it in the browser opens nothing."""
    if visit.session is not None:
        sessions.end_session(visit.db, visit.session)
    response = redirect(url_for("start.front"), code=303)
    cookies.drop(response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return make_response(response)


@page.view("/sign-in/forgotten", permit=Permit.OPEN)
def forgotten(visit: Visit) -> ResponseReturnValue:
    """The ways back for somebody who forgot their passphrase."""
    return render(visit, "team/forgotten.html", form=RecoveryForm())


@page.action("/sign-in/forgotten", permit=Permit.OPEN)
def recover(visit: Visit) -> ResponseReturnValue:
    """A new passphrase and a new recovery code, which is shown this once."""
    form = RecoveryForm(request.form)
    status = 422
    if form.validate():
        if form.new.data != form.again.data:
            form.again.errors = [*form.again.errors, _l("The two are not the same. Type the passphrase once more.")]
        else:
            try:
                keys = accounts.recover(
                    visit.work,
                    visit.kit.server_key,
                    form.email.data or "",
                    form.recovery_code.data or "",
                    form.code.data or "",
                    form.new.data or "",
                    device=visit.device,
                    now=visit.now,
                )
            except WeakPassphrase as refusal:
                form.refuse(refusal, "new")
            except (CannotSignIn, TooManyTries, Busy) as refusal:
                status = refused(form, refusal)
            else:
                recovered = accounts.by_email(visit.db, form.email.data or "")
                if recovered is not None:
                    sessions.end_all(visit.db, recovered.id)
                return render(visit, "team/recovery_code.html", code=keys.recovery_code, after=url_for("sign_in.form"))
    return render(visit, "team/forgotten.html", form=form), status


@page.view("/sign-in/phone", permit=Permit.HALF)
def phone(visit: Visit) -> ResponseReturnValue:
    """The way back for somebody who lost their phone."""
    return render(visit, "team/phone_lost.html", form=PhoneForm())


@page.action("/sign-in/phone", permit=Permit.HALF)
def new_phone(visit: Visit) -> ResponseReturnValue:
    """A new secret for the app, after passphrase and recovery code."""
    form = PhoneForm(request.form)
    status = 422
    if form.validate():
        try:
            accounts.renew_second_factor(
                visit.work,
                visit.kit.server_key,
                visit.signed_in,
                visit.unlocked,
                form.recovery_code.data or "",
                device=visit.device,
                now=visit.now,
            )
        except (CannotSignIn, TooManyTries) as refusal:
            status = refused(form, refusal, "recovery_code")
        else:
            # Whoever found the old phone may be signed in with it somewhere.
            sessions.end_all(visit.db, visit.account_id, but=visit.session)
            return redirect(url_for("welcome.second_factor"), code=303)
    return render(visit, "team/phone_lost.html", form=form), status
