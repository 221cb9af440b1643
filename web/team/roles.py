"""What somebody can be in a study, in words, and the form by which it is said."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField
from wtforms.validators import InputRequired, Optional

from vault.studies import Role
from web.kit.forms import PageForm, choices

ROLES = {
    Role.LEAD: (_l("Lead"), _l("Holds every key, publishes, decides who works in the study.")),
    Role.COORDINATOR: (_l("Coordinator"), _l("Knows who the participants are; reads no answer.")),
    Role.INTERVIEWER: (_l("Interviewer"), _l("Sees the participants assigned to them, and nobody else.")),
    Role.TRANSCRIBER: (_l("Transcriber"), _l("Hears recordings; reads no name and no survey answer.")),
    Role.ANALYST: (_l("Analyst"), _l("Reads answers and transcripts; knows no name.")),
    Role.AUDITOR: (_l("Auditor"), _l("Sees rules, counts and the log; reads no answer and no name.")),
}

# What stands under each role where one is chosen.
HINTS = {role.value: sentence for role, (_, sentence) in ROLES.items()}


class RoleForm(PageForm):
    """What a member is in the study."""

    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose what this person does in the study."))],
        choices=choices((role.value, name) for role, (name, _) in ROLES.items()),
    )

    until = DateField(
        _l("An auditor's last day"),
        [Optional()],
        description=_l("Only for an auditor: afterwards the study shows them nothing more. You can set another day."),
    )

    def last_day(self) -> bool:
        """Whether an auditor has a last day and nobody else has one; what is wrong stands beside the field."""
        auditor = self.role.data == Role.AUDITOR.value
        if auditor and self.until.data is None:
            self.until.errors = [*self.until.errors, gettext("Give the last day on which the auditor may look.")]
        elif not auditor:
            self.until.data = None
        return not self.until.errors
