"""Words that the board's pages have in common."""

from flask_babel import lazy_gettext as _l

from consent.decisions import Mode
from survey.board_questions import Concern
from survey.withdrawals import Way

WAYS = {
    Way.STOP: _l("stopped; what they said stays"),
    Way.ANONYMISE: _l("became anonymous; what they said stays"),
    Way.ERASE: _l("had everything erased"),
}

MODES = {Mode.TYPED: _l("typed, by the participant"), Mode.SPOKEN: _l("spoken, and read out by somebody of the team")}

CONCERNS = {Concern.QUESTION: _l("question"), Concern.FINDING: _l("finding")}
