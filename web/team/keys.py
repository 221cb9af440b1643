"""A study's keys: who holds which, a new key, and the cards for the day when everybody has forgotten theirs."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from vault import departures, escrow, rotation, study_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Conflict, Invalid
from vault.studies import Permit, Scope
from vault.wraps import fingerprint
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.key_scopes import SCOPES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("keys", __name__)


class EscrowForm(PageForm):
    """Who keeps cards, and how many of them are needed together."""

    holders = TextAreaField(
        _l("Who keeps a card"),
        [DataRequired(_l("Name those who keep a card, one on each line.")), Length(max=2000)],
        description=_l("One on each line, for example: the ethics office, the data protection officer, the library."),
    )
    threshold = IntegerField(
        _l("How many cards are needed together"),
        [
            InputRequired(_l("Say how many cards are needed together.")),
            NumberRange(2, 16, _l("At least 2 cards must be needed together, and at most 16.")),
        ],
        default=2,
    )


class CardForm(PageForm):
    """One card, to see that it is right."""

    card = TextAreaField(_l("The code on a card"), [DataRequired(_l("Type the code that stands on the card."))])


class RescueForm(PageForm):
    """Enough cards to open the study."""

    cards = TextAreaField(
        _l("The codes on the cards"),
        [DataRequired(_l("Type the code of each card, one on each line.")), Length(max=4000)],
        description=_l("One on each line. Capitals, spaces and hyphens do not matter."),
    )


def _page(
    visit: Visit, escrow_form: EscrowForm | None = None, card_form: CardForm | None = None, right: str = ""
) -> str:  # fmt: skip
    """The keys with their holders; ``right`` is the keeper of a card that was checked."""
    db, study = visit.db, visit.the_study
    rows = []
    for scope in Scope:
        active = study_keys.study_key(db, study.id, scope)
        keepers = [
            db.get_one(Account, grant.account_id) for grant in study_keys.grants(db, study.id, scope, active.epoch)
        ]
        rows.append((scope, active.epoch, fingerprint(active.public), sorted(keepers, key=lambda one: one.name)))
    return render(
        visit,
        "team/keys.html",
        rows=rows,
        scopes=SCOPES,
        cards=escrow.holders(db, study.id),
        unfinished=rotation.unfinished(db, study.id),
        owed=departures.owed(db, study.id),
        holds_all=study_keys.held(db, study.id, visit.signed_in) == frozenset(Scope),
        fingerprint=fingerprint,
        right=right,
        escrow_form=escrow_form or EscrowForm(),
        card_form=card_form or CardForm(),
    )


@page.view("/studies/<uuid:study_id>/keys", permit=Permit.MANAGE_KEYS, place=Place(Task.PLAN, _l("Keys")))
def overview(visit: Visit) -> ResponseReturnValue:
    """Every key of the study with its holders."""
    return _page(visit)


@page.view("/studies/<uuid:study_id>/keys/<any(responses,audio,linkage):scope>", permit=Permit.MANAGE_KEYS)
def ask_rotate(visit: Visit, scope: str) -> ResponseReturnValue:
    """What will be true when this key has been changed."""
    return render(visit, "team/key_rotate.html", scope=Scope(scope), scopes=SCOPES)


@page.action("/studies/<uuid:study_id>/keys/<any(responses,audio,linkage):scope>", permit=Permit.MANAGE_KEYS)
def rotate(visit: Visit, scope: str) -> ResponseReturnValue:
    """The scope has a new key."""
    visit.carry_out(
        rotation.rotate(
            visit.db,
            visit.keyring,
            visit.the_study.id,
            Scope(scope),
            account_id=visit.account_id,
            seed=visit.unlocked,
            now=visit.now,
        )
    )
    visit.tell(gettext("The key was changed."))
    return redirect(url_for("keys.overview", study_id=visit.the_study.id), code=303)


@page.action("/studies/<uuid:study_id>/keys/cards", permit=Permit.MANAGE_KEYS)
def entrust(visit: Visit) -> ResponseReturnValue:
    """New cards, shown this once; earlier ones open nothing any more."""
    form = EscrowForm(request.form)
    if not form.validate():
        return _page(visit, escrow_form=form), 422
    study, me = visit.the_study, visit.signed_in
    seeds = {}
    for scope in Scope:
        epoch = study_keys.study_key(visit.db, study.id, scope).epoch
        seeds[scope] = epoch, study_keys.seed_of(visit.db, study.id, scope, account_id=me.id, seed=visit.unlocked)
    names = (form.holders.data or "").splitlines()
    try:
        cards = escrow.entrust(visit.db, study.id, names, form.threshold.data or 0, seeds, by=me.id, now=visit.now)
    except Invalid as refusal:
        form.refuse(refusal, "holders")
        return _page(visit, escrow_form=form), 422
    return render(visit, "team/cards.html", cards=cards, threshold=form.threshold.data)


@page.action("/studies/<uuid:study_id>/keys/cards/check", permit=Permit.MANAGE_KEYS)
def check(visit: Visit) -> ResponseReturnValue:
    """Whether a card is right, without opening anything."""
    form = CardForm(request.form)
    if form.validate():
        try:
            keeper = escrow.check_card(visit.db, visit.the_study.id, form.card.data or "")
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "card")
        else:
            # Said on this page: what the next one says travels in a cookie, and a name does not.
            return _page(visit, right=keeper.name)
    return _page(visit, card_form=form), 422


@page.view("/studies/<uuid:study_id>/keys/rescue", permit=Permit.MANAGE_KEYS)
def ask_rescue(visit: Visit) -> ResponseReturnValue:
    """A lead who holds no key of the study is asked for the cards."""
    return render(visit, "team/rescue.html", form=RescueForm(), cards=escrow.holders(visit.db, visit.the_study.id))


@page.action("/studies/<uuid:study_id>/keys/rescue", permit=Permit.MANAGE_KEYS)
def use_cards(visit: Visit) -> ResponseReturnValue:
    """The lead holds every key of the study again, and the log says that cards were used."""
    form = RescueForm(request.form)
    study = visit.the_study
    if form.validate():
        codes = (form.cards.data or "").splitlines()
        try:
            escrow.regain(visit.db, study.id, codes, account=visit.signed_in, now=visit.now)
        except (CannotOpen, Invalid) as refusal:
            form.refuse(refusal, "cards")
        else:
            visit.tell(gettext("You hold the study's keys again. Make new cards, because these have been seen."))
            return redirect(url_for("keys.overview", study_id=study.id), code=303)
    return render(visit, "team/rescue.html", form=form, cards=escrow.holders(visit.db, study.id)), 422
