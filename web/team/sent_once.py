"""Forms of the team that do something once, also when they are sent again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import HiddenField

from survey import once
from survey.once import FormUnreadable
from web.kit.forms import PageForm
from web.kit.visit import Visit


class OnceForm(PageForm):
    """A form that is known again. One that came without its value is shown again with a new one."""

    once = HiddenField(default=once.new)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether everything can be taken; what cannot is said beside its field."""
        sound: bool = super().validate(extra_validators)
        try:
            once.read(self.once.data)
        except FormUnreadable as refusal:
            self.once.data = once.new()
            self.refuse(refusal)
            return False
        return sound

    def said(self) -> list[str]:
        """Everything that stands in it, for a deed that another word makes another one."""
        return [f"{name}={value}" for name, value in self.data.items() if name != "once"]

    def number(self, visit: Visit, deed: str, *said: str) -> UUID:
        """By which this deed of this visitor is known again, with what was ``said`` in it."""
        return once.number_of(once.read(self.once.data), deed, visit.study_id, visit.account_id, *said)
