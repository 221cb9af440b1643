"""Links by which somebody sets up their account: the first time, or anew after passphrase, phone or both were lost."""

from flask import url_for
from flask_babel import lazy_gettext as _l

from vault import studies, welcomes
from vault.accounts import Account
from web.kit.pages import render
from web.kit.visit import Visit

INVITED_ELSEWHERE = _l(
    "This person was invited by another study and has not set up their account yet. Keys can be granted once they have."
)
BEGAN_ELSEWHERE = _l("This person came in by another study, so a lead of that study makes the link.")


def may_welcome(visit: Visit, account: Account) -> bool:
    """Whoever has the link becomes the account, in every study, so only the study that invited it first gives one."""
    first = min(studies.of_account(visit.db, account.id), key=lambda one: one[1].joined_at)
    return first[0].id == visit.the_study.id


def welcome(visit: Visit, account: Account) -> str:
    """The page with the link, shown this once."""
    code = welcomes.welcome(visit.db, account, by=visit.actor, study=visit.study_id, now=visit.now)
    link = f"{visit.settings.public_url}{url_for('welcome.arrive')}#{code}"
    return render(visit, "team/member_welcome.html", account=account, code=code, link=link)
