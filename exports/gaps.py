"""What stands in a table where there is no answer: a kind of gap, never one blank for all of them.

| gap | CSV | SPSS, numeric | Stata, numeric |
|---|---|---:|---|
| skipped: reached and left without an answer | ``<skipped>`` | -91 | ``.s`` |
| not reached: the page or the conversation did not get there | ``<not_reached>`` | -92 | ``.r`` |
| declined | ``<declined>`` | -93 | ``.d`` |
| not applicable: the route or the choice did not lead there | ``<not_applicable>`` | -94 | ``.n`` |
| not asked: not in the version that was answered | ``<not_asked>`` | -95 | ``.a`` |
| withdrawn | ``<withdrawn>`` | -96 | ``.w`` |
| not known: an attribute that nobody recorded | ``<not_known>`` | -97 | ``.k`` |
| not placed: an option outside the few that were put in order | ``<not_placed>`` | -98 | ``.p`` |
| not so precise: a day, where a year or a month was given | ``<imprecise>`` | -99 | ``.i`` |

Where an answer may be as low as that, the codes of the variable are -991 to -999 and so on (``base_below``); the
codebook lists them. Beside a text, which has no such codes in SPSS and Stata, stands a companion variable.
"""

import math
from collections.abc import Mapping
from enum import Enum

from instruments.route import Missingness
from instruments.sentences import Texts

# The last is beyond every answer, which has at most 15 digits, and still a whole number of 53 bits.
_BASES = (90, 990, 9990, 99990, 999990, 9_000_000_000_000_000)
USUAL = _BASES[0]


class Gap(Enum):
    """Why there is no answer. Its value is the word that stands in files. Not a text, so that no answer equals it."""

    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"
    WITHDRAWN = "withdrawn"
    NOT_KNOWN = "not_known"
    NOT_PLACED = "not_placed"
    IMPRECISE = "imprecise"


GAPS = tuple(Gap)
ANSWERED = Missingness.ANSWERED.value
OF_MISSINGNESS: Mapping[Missingness, Gap] = {
    missing: Gap(missing.value) for missing in Missingness if missing is not Missingness.ANSWERED
}
SENTINELS: Mapping[Gap, str] = {gap: f"<{gap.value}>" for gap in GAPS}
LETTERS: Mapping[Gap, str] = dict(zip(GAPS, "srdnawkpi", strict=True))

LABELS: Mapping[Gap, Texts] = {
    Gap.SKIPPED: {"en": "skipped", "fr": "laissé sans réponse"},
    Gap.NOT_REACHED: {"en": "not reached", "fr": "non atteint"},
    Gap.DECLINED: {"en": "declined", "fr": "ne souhaite pas répondre"},
    Gap.NOT_APPLICABLE: {"en": "not applicable", "fr": "sans objet"},
    Gap.NOT_ASKED: {"en": "not asked in this version", "fr": "pas demandé dans cette version"},
    Gap.WITHDRAWN: {"en": "withdrawn", "fr": "retiré"},
    Gap.NOT_KNOWN: {"en": "not known", "fr": "inconnu"},
    Gap.NOT_PLACED: {"en": "not placed", "fr": "non classé"},
    Gap.IMPRECISE: {"en": "not given as a day", "fr": "donné sans le jour"},
}
ANSWERED_LABEL: Texts = {"en": "answered", "fr": "répondu"}


def codes(base: int) -> Mapping[Gap, int]:
    """The numbers that stand for gaps above a base: consecutive, so that one range holds them all."""
    return {gap: -(base + at) for at, gap in enumerate(GAPS, 1)}


def base_below(least: float | None) -> int:
    """The base whose codes are all below ``least``, the lowest possible answer (None: there is none)."""
    lowest = -math.inf if least is None else least
    return next((base for base in _BASES if -(base + 1) < lowest), _BASES[-1])
