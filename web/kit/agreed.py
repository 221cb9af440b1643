"""What one can agree to, in the words of the team's and the interviewers' pages."""

from flask_babel import lazy_gettext as _l

from consent.scopes import Scope

AGREED = {
    Scope.TAKE_PART: _l("take part"),
    Scope.RECORDED: _l("be recorded"),
    Scope.QUOTED: _l("be quoted"),
    Scope.LATER_RESEARCH: _l("later research"),
    Scope.RESULTS: _l("be told the results"),
}
