"""Who may be in a release, and as what: consent is looked up here; whoever is left out is counted with the reason."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent import decisions
from consent.decisions import Stance
from consent.grants import Grant
from consent.scopes import Scope
from exports import profiles
from exports.dataset import Attribute, AttributeKind, Case
from exports.disclosure import Assessment, Rule, assess, coarsen, propose
from exports.profiles import Profile
from exports.terms import Terms
from survey import frames, sampling
from survey.participants import Participant, Standing
from vault import studies
from vault.errors import Invalid

SITE, LANGUAGE, QUOTABLE = "site", "language", "quotable"

# Not known to anybody who meets the person, so nobody is recognised by it.
NOT_VISIBLE = frozenset({QUOTABLE})

ERASED = "withdrew and was erased"
NEVER_AGREED = "never agreed to take part"
_LACKS: Mapping[Scope, str] = {
    Scope.QUOTED: "did not agree to be quoted",
    Scope.LATER_RESEARCH: "did not agree to later research",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is in the release, with what is known of them beside the texts."""

    participant_id: UUID
    pseudonym: str  # the study's own
    grant: Grant
    language: str  # in which they were asked for their consent
    attributes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody who is in the release, by pseudonym, and how many are not, with the reason."""

    people: tuple[Person, ...]
    attributes: tuple[Attribute, ...]
    left_out: Mapping[str, int]

    def cases(self) -> tuple[Case, ...]:
        """The people as cases, for arithmetic only: their ids are those of the database and leave with nobody."""
        return tuple(Case(one.participant_id, one.pseudonym, one.attributes) for one in self.people)

    def without(self, gone: Collection[UUID]) -> "Population":
        """The same without these people, who were erased."""
        if not gone:
            return self
        people = tuple(one for one in self.people if one.participant_id not in gone)
        erased = len(self.people) - len(people) + self.left_out.get(ERASED, 0)
        return Population(people, self.attributes, {**self.left_out, ERASED: erased} if erased else self.left_out)

    @property
    def visible(self) -> tuple[Attribute, ...]:
        """The attributes by which somebody could be recognised."""
        return tuple(one for one in self.attributes if one.name not in NOT_VISIBLE)

    def consents(self) -> dict[str, int]:
        """How many of those in the release agree to each scope now."""
        agreed = Counter(scope for one in self.people for scope in one.grant.scopes)
        return {scope.value: agreed[scope] for scope in Scope}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the attributes give away: how it stands, and what would make it better. No proposal if it holds."""

    assessment: Assessment
    proposal: tuple[Rule, ...]


def attributes_of(db: Session, study_id: UUID) -> tuple[Attribute, ...]:
    """Everything that is known of participants beside what they said: site, sampling frame, language, quotable."""
    frame = sampling.attributes_of(frames.strata(db, study_id))
    names = [SITE, *map(_own_name, frame), LANGUAGE]
    return (*map(Attribute, names), Attribute(QUOTABLE, AttributeKind.YES_NO))


def _own_name(name: str) -> str:
    """The name of an attribute of the frame, told from ours."""
    return f"frame: {name}" if name.casefold() in {SITE, LANGUAGE, QUOTABLE} else name


def of_release(db: Session, study_id: UUID, terms: Terms) -> Population:
    """Whose material the release may hold at this moment; Invalid for attributes that the study does not know.

    Whoever was erased is in none. Whoever stopped or became anonymous stays, because that was said to them before; so
    does nobody who never agreed to take part. What else the profile needs, it needs of everybody.
    """
    profile = profiles.named(terms.profile)
    chosen = _chosen(attributes_of(db, study_id), terms)
    stances = decisions.stances(db, study_id)
    values = _Values(db, study_id)
    people, left_out = [], Counter[str]()
    alike: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}  # of ten thousand people most have the same
    for row in _rows(db, study_id, terms):
        stance = stances.get(row.id)
        reason = _reason(row.standing, stance, profile)
        if reason or stance is None:
            left_out[reason] += 1
            continue
        known = values.of(row.site_id, row.stratum_id, stance)
        case = Case(row.id, row.pseudonym, {one.name: known[one.name] for one in chosen if known.get(one.name)})
        beside = coarsen(case, terms.rules).attributes
        beside = alike.setdefault(tuple(beside.items()), beside)
        people.append(Person(row.id, row.pseudonym, stance.grant, stance.language, beside))
    left = {name for one in people for name in one.attributes}
    return Population(tuple(people), tuple(one for one in chosen if one.name in left), dict(sorted(left_out.items())))


def _rows(db: Session, study_id: UUID, terms: Terms) -> Sequence["_Row"]:
    query = select(
        Participant.id, Participant.pseudonym, Participant.standing, Participant.site_id, Participant.stratum_id
    ).where(Participant.study_id == study_id)
    if terms.sites:
        query = query.where(Participant.site_id.in_(terms.sites))
    if terms.strata:
        query = query.where(Participant.stratum_id.in_(terms.strata))
    if terms.participants:
        query = query.where(Participant.id.in_(terms.participants))
    return [_Row(*row) for row in db.execute(query.order_by(Participant.pseudonym))]


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    pseudonym: str
    standing: Standing
    site_id: UUID | None
    stratum_id: UUID | None


def _reason(standing: Standing, stance: Stance | None, profile: Profile) -> str:
    """Why somebody is left out; empty if they are not."""
    if standing is Standing.ERASED:
        return ERASED
    if stance is None or not stance.took_part:
        return NEVER_AGREED
    return _LACKS[profile.needs] if profile.needs and profile.needs not in stance.grant.scopes else ""


def _chosen(known: Sequence[Attribute], terms: Terms) -> list[Attribute]:
    if terms.attributes is None:
        return list(known)
    strange = set(terms.attributes) - {one.name for one in known}
    if strange:
        raise Invalid(f"The study knows no attribute {', '.join(sorted(strange))}. Choose among its own.")
    # Who may be quoted is said in every release: whoever codes must not find out afterwards.
    return [one for one in known if one.name in terms.attributes or one.name == QUOTABLE]


class _Values:
    """What is known of one participant after the other."""

    def __init__(self, db: Session, study_id: UUID) -> None:
        self._sites: dict[UUID | None, str] = {site.id: site.name for site in studies.sites(db, study_id)}
        self._strata: dict[UUID | None, Mapping[str, str]] = {
            stratum.id: {_own_name(name): value for name, value in stratum.attributes.items()}
            for stratum in frames.strata(db, study_id)
        }

    def of(self, site_id: UUID | None, stratum_id: UUID | None, stance: Stance) -> Mapping[str, str]:
        return {
            SITE: self._sites.get(site_id, ""),
            **self._strata.get(stratum_id, {}),
            LANGUAGE: stance.language,
            QUOTABLE: "yes" if Scope.QUOTED in stance.grant.scopes else "no",
        }


def weighed(population: Population, profile: Profile) -> Weighed:
    """Whether every combination of visible attributes is shared by as many people as the profile promises."""
    cases, visible = population.cases(), population.visible
    found = assess(cases, [one.name for one in visible], profile.smallest)
    holds = not visible or found.holds
    return Weighed(found, () if holds else tuple(propose(cases, visible, profile.smallest)))
