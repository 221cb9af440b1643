"""How a draft stands to each decision that holds: what may change under it, and what needs an amendment."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from consent import documents
from consent.latitude import Bar
from consent.wording import Wording
from instruments import versions
from instruments.drafts import Draft
from vault import approvals, studies
from vault.approvals import NotCovered
from vault.terms import Freedom
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.approval_terms import FREEDOMS

_BARS = {
    Bar.SPELLING: _l("The approval does not let a study correct wording."),
    Bar.UNDECLARED: _l("It may be a correction of wording. Say so beside it if it is nothing else."),
    Bar.TRANSLATIONS: _l("The approval does not let a study add translations."),
    Bar.REWORDED: _l("More than the spelling of a text has changed."),
    Bar.NEW: _l("There is a text where there was none."),
    Bar.GONE: _l("A text or a language was taken out."),
    Bar.ASKED: _l("It is changed what is agreed to, or what has to be."),
}

_CORRECTION = "correction-"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One change under one decision, in words."""

    free: bool
    by: str  # the freedoms that it needs
    against: tuple[str, ...]
    correctable: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """The draft under one decision."""

    approval: int
    name: str
    exact: bool
    covered: bool = True
    base: int = 0
    rulings: Mapping[str, Ruling] = field(default_factory=dict)

    @property
    def barred(self) -> int:
        """How many changes need an amendment."""
        return sum(not one.free for one in self.rulings.values())

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        if not self.covered:
            return str(gettext("It does not cover this: it is about something else."))
        if self.exact:
            return str(gettext("It was given for this very text."))
        if self.barred:
            return str(gettext("Some changes need an amendment of it: they are marked."))
        return str(gettext("It lets all of these changes be made."))


def declared() -> list[str]:
    """The places of which the form says that nothing but wording is corrected there."""
    return [name.removeprefix(_CORRECTION) for name in request.form if name.startswith(_CORRECTION)]


def of_draft(visit: Visit, draft: Draft, corrections: Collection[str] = ()) -> list[Weight]:
    """The draft of an instrument under every decision that holds today."""

    def weigh(number: int) -> tuple[bool, int, dict[str, Ruling]]:
        found = versions.weigh(visit.db, draft, number, corrections=corrections)
        rulings = {
            one.place: Ruling(one.free, _freedoms(one.needs), tuple(map(said, one.against)), one.correctable)
            for one in found.judged
        }
        return found.exact, found.base, rulings

    return _weights(visit, weigh)


def of_wording(visit: Visit, wording: Wording, written_at: datetime, corrections: Collection[str] = ()) -> list[Weight]:
    """The draft of the consent document under every decision that holds today."""

    def weigh(number: int) -> tuple[bool, int, dict[str, Ruling]]:
        found = documents.weigh(
            visit.db, visit.study_id, wording, number, written_at=written_at, corrections=corrections
        )
        rulings = {
            one.place: Ruling(
                one.free, _freedoms(one.needs), (str(_BARS[one.against]),) if one.against else (), one.correctable
            )
            for one in found.judged
        }
        return found.exact, found.base, rulings

    return _weights(visit, weigh)


def _weights(visit: Visit, weigh: Callable[[int], tuple[bool, int, dict[str, Ruling]]]) -> list[Weight]:
    places: dict[UUID | None, str] = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    found = []
    for one in approvals.holding(visit.db, visit.study_id, on=visit.now.date()):
        name = ", ".join(filter(None, (one.board, one.reference, places.get(one.site_id, ""))))
        try:
            exact, base, rulings = weigh(one.number)
        except NotCovered:
            found.append(Weight(one.number, name, exact=False, covered=False))
        else:
            found.append(Weight(one.number, name, exact, base=base, rulings=rulings))
    return found


def _freedoms(needs: Iterable[Freedom]) -> str:
    return ", ".join(str(label) for one, label in FREEDOMS.items() if one in set(needs))


def correctable(weights: Sequence[Weight]) -> list[str]:
    """The places of which it can be said that they correct wording, in the order of the changes."""
    return list(dict.fromkeys(place for one in weights for place, ruling in one.rulings.items() if ruling.correctable))


def elsewhere(weights: Sequence[Weight], places: Collection[str]) -> list[str]:
    """What differs from the text on which the board decided though it does not from the newest version."""
    return list(dict.fromkeys(place for one in weights for place in one.rulings if place not in places))


def with_verdicts(hints: Mapping[str, str], weights: Sequence[Weight]) -> dict[str, str]:
    """What each decision covers, and how the draft stands to it."""
    verdicts = {str(one.approval): one.verdict for one in weights}
    return {number: f"{hint} {verdicts.get(number, '')}".strip() for number, hint in hints.items()}
