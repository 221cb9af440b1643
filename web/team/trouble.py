"""Why a form of a draft is shown again: what is wrong where, what to go on with, what somebody else wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.team.question_words import Difference


@dataclass(frozen=True, slots=True)
class Trouble:
    """``wrong`` has a sentence for each field that cannot be taken; ``theirs`` is what others saved meanwhile."""

    wrong: Mapping[str, str]
    focus: str = ""
    theirs: Sequence[Difference] = ()
    gone: bool = False
    overtaken: bool = False

    @property
    def unsaved(self) -> bool:
        """Whether the page holds what was typed and not saved."""
        return self is not NO_TROUBLE


NO_TROUBLE = Trouble({})
