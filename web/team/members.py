"""Who works in a study, in which role, with which keys."""

from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from vault import accounts, departures, studies, study_keys
from vault.accounts import Account
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.studies import HOLDS, Member, Permit, Role, Scope
from vault.wraps import fingerprint
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.key_scopes import SCOPES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.roles import HINTS, ROLES, RoleForm
from web.team.welcoming import BEGAN_ELSEWHERE, INVITED_ELSEWHERE, may_welcome, welcome

page = Pages("members", __name__)


class MemberForm(RoleForm):
    """A person who is to work in the study."""

    name = StringField(_l("Name"), [DataRequired(_l("Give the person's name.")), Length(max=120)])
    email = EmailField(
        _l("E-mail address"),
        [
            DataRequired(_l("Give the person's e-mail address.")),
            Length(max=254),
            Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("Give the address in full, for example name@example.org.")),
        ],
        description=_l("They will sign in with it. No message is sent now."),
    )
    site = SelectField(_l("Site"))


class GrantForm(PageForm):
    """The giver has compared the key's fingerprint with the person who holds it."""

    shown = HiddenField()
    compared = BooleanField(
        _l("I have compared these letters with the person, by telephone or face to face."),
        [InputRequired(_l("Compare the letters first, then tick this."))],
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the list shows them."""

    member: Member
    account: Account
    held: frozenset[Scope]
    due: frozenset[Scope]
    ready: bool


def _row(visit: Visit, member: Member) -> Row:
    account = visit.db.get_one(Account, member.account_id)
    held = study_keys.held(visit.db, member.study_id, account)
    ready = account.public_key is not None and account.rehearsed_at is not None
    return Row(member, account, held, HOLDS[member.role] - held, ready)


def _member(visit: Visit, member_id: UUID) -> Row:
    member = visit.db.get(Member, member_id)
    if member is None or member.study_id != visit.the_study.id or member.left_at is not None:
        raise Missing
    return _row(visit, member)


def _back(visit: Visit) -> ResponseReturnValue:
    return redirect(url_for("members.listing", study_id=visit.the_study.id), code=303)


@page.view("/studies/<uuid:study_id>/members", permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Team")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Who works in the study, and which keys each holds."""
    study = visit.the_study
    return render(
        visit,
        "team/members.html",
        rows=[_row(visit, member) for member in studies.members(visit.db, study.id)],
        sites={site.id: site.name for site in studies.sites(visit.db, study.id)},
        roles=ROLES,
        scopes=SCOPES,
        owed=departures.owed(visit.db, study.id),
        may_manage=Permit.MANAGE_MEMBERS in visit.permits,
    )


def _new_form(visit: Visit, data: MultiDict[str, str] | None = None) -> MemberForm:
    form = MemberForm(data)
    places = studies.sites(visit.db, visit.the_study.id)
    choose_from(form.site, [(str(site.id), site.name) for site in places], first=gettext("Every site"))
    return form


@page.view("/studies/<uuid:study_id>/members/new", permit=Permit.MANAGE_MEMBERS)
def new(visit: Visit) -> ResponseReturnValue:
    """An empty form for a member."""
    return render(visit, "team/member_new.html", form=_new_form(visit), hints=HINTS)


@page.action("/studies/<uuid:study_id>/members/new", permit=Permit.MANAGE_MEMBERS)
def add(visit: Visit) -> ResponseReturnValue:
    """The person is a member; who has no account yet gets a link to make one, shown this once."""
    form = _new_form(visit, request.form)
    if not (form.validate() and form.last_day()):
        return render(visit, "team/member_new.html", form=form, hints=HINTS), 422
    me = visit.signed_in
    account = accounts.by_email(visit.db, form.email.data or "")
    if account is None:
        account = accounts.create(
            visit.db, email=form.email.data or "", name=form.name.data or "", by=visit.actor, now=visit.now
        )
    try:
        member = studies.join(
            visit.db,
            visit.the_study.id,
            account.id,
            Role(form.role.data),
            by=me.id,
            now=visit.now,
            site_id=UUID(form.site.data) if form.site.data else None,
            ends_on=form.until.data,
        )
    except (Conflict, Invalid) as refusal:
        form.refuse(refusal, "email" if isinstance(refusal, Conflict) else "until")
        return render(visit, "team/member_new.html", form=form, hints=HINTS), 422
    if account.public_key is None and may_welcome(visit, account):
        return welcome(visit, account)
    if account.public_key is None:
        visit.tell(str(INVITED_ELSEWHERE))
        return _back(visit)
    return redirect(url_for("members.grant", study_id=visit.the_study.id, member_id=member.id), code=303)


@page.view("/studies/<uuid:study_id>/members/<uuid:member_id>/welcome", permit=Permit.MANAGE_MEMBERS)
def ask_welcome(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """What will be true when somebody who had an account sets it up anew."""
    row = _to_welcome(visit, member_id)
    return render(visit, "team/member_anew.html", row=row)


@page.action("/studies/<uuid:study_id>/members/<uuid:member_id>/welcome", permit=Permit.MANAGE_MEMBERS)
def welcome_again(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """A new link to set an account up, the first time or anew; the former one is void."""
    row = _to_welcome(visit, member_id)
    return welcome(visit, row.account)


def _to_welcome(visit: Visit, member_id: UUID) -> Row:
    """The member, if a link for them is made here; Refused for oneself, and for whoever came in by another study."""
    row = _member(visit, member_id)
    if row.account.id == visit.account_id:
        raise Refused(gettext("Nobody makes a link for themselves. Change your passphrase under Your account."))
    if not may_welcome(visit, row.account):
        raise Refused(str(BEGAN_ELSEWHERE if row.ready else INVITED_ELSEWHERE))
    return row


@page.view("/studies/<uuid:study_id>/members/<uuid:member_id>/keys", permit=Permit.MANAGE_KEYS)
def grant(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """What the person will be able to open, and the fingerprint to compare with them."""
    row = _member(visit, member_id)
    if not row.ready or not row.due:
        return _back(visit)
    return _grant(visit, row, GrantForm())


def _grant(visit: Visit, row: Row, form: GrantForm) -> str:
    form.shown.data = shown = fingerprint(row.account.public_key or b"")
    return render(visit, "team/member_grant.html", row=row, form=form, shown=shown, roles=ROLES, scopes=SCOPES)


@page.action("/studies/<uuid:study_id>/members/<uuid:member_id>/keys", permit=Permit.MANAGE_KEYS)
def give(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """The member holds the keys of their role."""
    row = _member(visit, member_id)
    form = GrantForm(request.form)
    if not form.validate():
        return _grant(visit, row, form), 422
    try:
        by, seen = visit.account_id, form.shown.data or ""
        study_keys.give(visit.db, row.member, row.account, shown=seen, by=by, seed=visit.unlocked, now=visit.now)
    except study_keys.FingerprintDiffers as refusal:
        form.compared.data = False
        form.refuse(refusal, "compared")
        return _grant(visit, row, form), 422
    visit.tell(gettext("The keys were granted."))
    return _back(visit)


@page.view("/studies/<uuid:study_id>/members/<uuid:member_id>/role", permit=Permit.MANAGE_MEMBERS)
def role(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """The role somebody has, to be changed."""
    row = _member(visit, member_id)
    form = RoleForm(role=row.member.role.value, until=row.member.ends_on)
    return render(visit, "team/member_role.html", row=row, form=form, hints=HINTS)


@page.action("/studies/<uuid:study_id>/members/<uuid:member_id>/role", permit=Permit.MANAGE_MEMBERS)
def change_role(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """The member has another role, and the keys of the former one are worthless to them."""
    row = _member(visit, member_id)
    form = RoleForm(request.form)
    if not (form.validate() and form.last_day()):
        return render(visit, "team/member_role.html", row=row, form=form, hints=HINTS), 422
    if (Role(form.role.data), form.until.data) == (row.member.role, row.member.ends_on):
        return _back(visit)
    try:
        member = departures.change_role(
            visit.db, row.member, Role(form.role.data), by=visit.account_id, now=visit.now, ends_on=form.until.data
        )
    except (studies.LastLead, Invalid) as refusal:
        form.refuse(refusal, "role" if isinstance(refusal, studies.LastLead) else "until")
        return render(visit, "team/member_role.html", row=row, form=form, hints=HINTS), 422
    _settle(visit)
    visit.tell(gettext("The role was changed."))
    if _row(visit, member).due:
        return redirect(url_for("members.grant", study_id=visit.the_study.id, member_id=member.id), code=303)
    return _back(visit)


@page.view("/studies/<uuid:study_id>/members/<uuid:member_id>/leave", permit=Permit.MANAGE_MEMBERS)
def leave(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """What will be true when this person has left the study."""
    return render(visit, "team/member_leave.html", row=_member(visit, member_id), roles=ROLES, scopes=SCOPES)


@page.action("/studies/<uuid:study_id>/members/<uuid:member_id>/leave", permit=Permit.MANAGE_MEMBERS)
def part(visit: Visit, member_id: UUID) -> ResponseReturnValue:
    """The person is no member any more, and the keys they held open nothing that is in use."""
    row = _member(visit, member_id)
    departures.part_with(visit.db, row.member, by=visit.account_id, now=visit.now)
    if row.account.id == visit.account_id:
        # Whoever leaves cannot turn the keys any more; another lead is asked to on their next visit.
        return redirect(url_for("studies.listing"), code=303)
    _settle(visit)
    visit.tell(gettext("The person has left the study, and its keys were changed."))
    return _back(visit)


@page.action("/studies/<uuid:study_id>/members/settle", permit=Permit.MANAGE_KEYS)
def settle(visit: Visit) -> ResponseReturnValue:
    """Whatever still had to follow from a departure is done."""
    _settle(visit)
    visit.tell(gettext("The study's keys were changed."))
    return _back(visit)


def _settle(visit: Visit) -> None:
    me, study_id = visit.account_id, visit.the_study.id
    steps = departures.settle(visit.db, visit.keyring, study_id, account_id=me, seed=visit.unlocked, now=visit.now)
    visit.carry_out(steps)
