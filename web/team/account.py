"""One's own account: passphrase, recovery code, key, other browsers."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from vault import accounts, attempts, sessions
from vault.accounts import CannotSignIn
from vault.attempts import TooManyTries
from vault.errors import Busy
from vault.passphrases import WeakPassphrase
from vault.studies import Permit
from vault.wraps import fingerprint
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.sign_in import LONGEST, refused

page = Pages("account", __name__)


class PassphraseForm(PageForm):
    """The old passphrase and the new one."""

    old = PasswordField(
        _l("Passphrase until now"), [DataRequired(_l("Type the passphrase that you use now.")), Length(max=LONGEST)]
    )
    new = PasswordField(
        _l("New passphrase"),
        [DataRequired(_l("Choose a new passphrase.")), Length(max=LONGEST)],
        description=_l("At least 15 characters; five words that have nothing to do with each other are good."),
    )
    again = PasswordField(_l("New passphrase once more"), [DataRequired(_l("Type the new passphrase once more."))])


def _page(visit: Visit, form: PassphraseForm) -> str:
    account = visit.signed_in
    return render(
        visit, "team/account.html", form=form, account=account, fingerprint=fingerprint(account.public_key or b"")
    )


@page.view("/account", permit=Permit.STAFF, place=Place(Task.ACCOUNT, _l("Your account")))
def mine(visit: Visit) -> ResponseReturnValue:
    """What the installation knows of whoever is signed in, and what they can change."""
    return _page(visit, PassphraseForm())


@page.action("/account/passphrase", permit=Permit.STAFF)
def change(visit: Visit) -> ResponseReturnValue:
    """A new passphrase; every other browser is signed out."""
    form = PassphraseForm(request.form)
    status = 422
    if form.validate():
        account = visit.signed_in
        if form.new.data != form.again.data:
            form.again.errors = [*form.again.errors, _l("The two are not the same. Type the passphrase once more.")]
            return _page(visit, form), 422
        try:
            counted = attempts.bucket(visit.kit.server_key, "change", account.id)
            spent = attempts.spend(visit.work, counted, now=visit.now)
            accounts.change_passphrase(visit.db, account, form.old.data or "", form.new.data or "", now=visit.now)
            attempts.forgive(visit.db, spent)
        except WeakPassphrase as refusal:
            form.refuse(refusal, "new")
        except (CannotSignIn, TooManyTries, Busy) as refusal:
            status = refused(form, refusal, "old")
        else:
            sessions.end_all(visit.db, account.id, but=visit.session)
            visit.tell(gettext("Your passphrase was changed. Every other browser was signed out."))
            return redirect(url_for("account.mine"), code=303)
    return _page(visit, form), status


@page.view("/account/recovery", permit=Permit.STAFF)
def recovery(visit: Visit) -> ResponseReturnValue:
    """What the recovery code is for, before it is shown."""
    return render(visit, "team/recovery.html", account=visit.signed_in)


@page.action("/account/recovery", permit=Permit.STAFF)
def renew_recovery(visit: Visit) -> ResponseReturnValue:
    """A new recovery code, shown this once."""
    code = accounts.new_recovery_code(visit.db, visit.signed_in, visit.unlocked, now=visit.now)
    return render(visit, "team/recovery_code.html", code=code, after=url_for("studies.listing"))


@page.action("/account/others", permit=Permit.STAFF)
def sign_out_others(visit: Visit) -> ResponseReturnValue:
    """Every other browser is signed out."""
    sessions.end_all(visit.db, visit.account_id, but=visit.session)
    visit.tell(gettext("Every other browser was signed out."))
    return redirect(url_for("account.mine"), code=303)
