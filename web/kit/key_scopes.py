"""What each kind of key opens, in the words of every page that names it."""

from flask_babel import lazy_gettext as _l

from vault.studies import Scope

SCOPES = {
    Scope.RESPONSES: _l("answers and transcripts"),
    Scope.AUDIO: _l("recordings"),
    Scope.LINKAGE: _l("names and contacts"),
}
