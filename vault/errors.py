"""Four families of refusal. The web turns each family into one kind of page; anything else is a fault of ours.

A message never holds what a person said or who they are: it may reach a log.
"""

from typing import ClassVar


class VerbatimError(Exception):
    """The root of the four families; ``public`` is the sentence that the person in front of the screen reads."""

    public: ClassVar[str] = "This did not work."

    def __init__(self, public: str | None = None) -> None:
        self.sentence = public or self.public
        super().__init__(self.sentence)


class Missing(VerbatimError):
    """What was asked for does not exist, or does not exist for whoever asks."""

    public = "There is nothing here."


class Refused(VerbatimError):
    """A rule says no."""

    public = "You may not do this."


class Conflict(VerbatimError):
    """Somebody else, or another tab, was quicker."""

    public = "This was changed elsewhere in the meantime. Look at it again and repeat what you did."


class Invalid(VerbatimError):
    """What was given cannot be taken as it is."""

    public = "This cannot be taken as it is."


class CannotOpen(Refused):
    """Wrong key, wrong place or altered data. It deliberately says no more than that."""

    public = "This cannot be opened with the keys you hold."


class Busy(VerbatimError):
    """Too many people are proving who they are at this moment; nothing was opened."""

    public = "Too many people are signing in at this moment. Wait half a minute and try again."


class NotSetUp(VerbatimError):
    """The installation lacks something that its operator has to provide; the sentence says what."""

    public = "This installation is not set up yet. Run 'verbatim init'."
