"""What of a changed consent document a board's decision lets a study publish without asking again (decision 16).

That is very little: corrections of spelling and added translations. Everything else may change what somebody agrees to.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from consent.wording import Texts, Wording
from vault.corrections import is_correction
from vault.terms import Freedom, Terms

_TEXTS = ("title", "note", "text", "script", "signing")


class Bar(StrEnum):
    """Why a change needs an amendment."""

    SPELLING = "spelling"  # the decision does not let wording be corrected
    UNDECLARED = "undeclared"  # nobody has said that it corrects wording and nothing else
    TRANSLATIONS = "translations"  # the decision does not let translations be added
    REWORDED = "reworded"  # more than the spelling
    NEW = "new"  # a text where there was none in any language
    GONE = "gone"
    ASKED = "asked"  # what is agreed to, or what has to be


@dataclass(frozen=True, slots=True)
class Judged:
    """One change, by the name of its field: the freedoms that it needs, and why it needs an amendment instead."""

    place: str
    needs: frozenset[Freedom]
    against: Bar | None

    @property
    def free(self) -> bool:
        """Whether it may be made under the decision."""
        return self.against is None

    @property
    def correctable(self) -> bool:
        """Whether nothing stands against it but that nobody has said that it corrects wording."""
        return self.needs == {Freedom.SPELLING} and self.against in (None, Bar.UNDECLARED)


def judge(base: Wording, draft: Wording, terms: Terms, corrections: Collection[str] = ()) -> tuple[Judged, ...]:
    """Every difference of what people read in ``draft`` from ``base``, on which the board decided.

    ``corrections`` are the places of which somebody declares that nothing but the spelling is corrected there. Under
    which heading an element of consent stands is for the authors alone and is no difference.
    """
    found = [one for name in _TEXTS for one in _texts(name, getattr(base, name), getattr(draft, name))]
    old, new = ({asked.scope: asked.question for asked in wording.asked} for wording in (base, draft))
    for scope in {**old, **new}:
        if scope in old and scope in new:
            found += _texts(f"question-{scope.value}", old[scope], new[scope])
    if (list(old), base.necessary) != (list(new), draft.necessary):
        found.append(("asked", Bar.ASKED))
    if base.languages[:1] != draft.languages[:1] or set(base.languages) - set(draft.languages):
        found.append(("languages", Bar.GONE))
    return tuple(_judged(place, need, terms, place in corrections) for place, need in found)


Need = Freedom | Bar


def _texts(name: str, before: Texts, after: Texts) -> Iterator[tuple[str, Need]]:
    for language in {**before, **after}:
        old, new = before.get(language, ""), after.get(language, "")
        if old == new:
            continue
        if not old:
            need: Need = Freedom.TRANSLATIONS if any(before.values()) else Bar.NEW
        elif not new:
            need = Bar.GONE
        else:
            need = Freedom.SPELLING if is_correction(old, new) else Bar.REWORDED
        yield f"{name}-{language}", need


_LACKING = {Freedom.SPELLING: Bar.SPELLING, Freedom.TRANSLATIONS: Bar.TRANSLATIONS}


def _judged(place: str, need: Need, terms: Terms, declared: bool) -> Judged:
    if isinstance(need, Bar):
        return Judged(place, frozenset(), need)
    against = None if need in terms.freedoms else _LACKING[need]
    if need is Freedom.SPELLING and against is None and not declared:
        against = Bar.UNDECLARED
    return Judged(place, frozenset({need}), against)
