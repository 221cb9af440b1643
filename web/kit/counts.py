"""Counts as far as they are shown, in words."""

from flask_babel import gettext

from survey.oversight import Count


def number(count: Count) -> str:
    """A count as it may be read: the number, or how far it is known."""
    if count.low == count.high:
        return str(count.low)
    if count.low == 0:
        return str(gettext("under %(number)s", number=count.high + 1))
    return str(gettext("at least %(number)s", number=count.low))
