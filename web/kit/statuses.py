"""Where somebody stands on the way through a study, in the words of every page that shows it."""

from flask_babel import lazy_gettext as _l

from survey.statuses import Status

STATUSES = {
    Status.IDENTIFIED: _l("identified"),
    Status.APPROACHED: _l("approached"),
    Status.INVITED: _l("invited"),
    Status.NO_REPLY: _l("no reply"),
    Status.DECLINED: _l("declined"),
    Status.CONSENTED: _l("consented"),
    Status.INTERVIEWED: _l("interviewed"),
    Status.CLOSED: _l("closed"),
    Status.WITHDRAWN: _l("withdrawn"),
}
