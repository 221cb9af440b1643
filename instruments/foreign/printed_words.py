"""The words that a printed instrument adds to what is asked, by language.

They are part of the paper, as a signed copy's are, and no entries of a catalogue: what is printed of a version in ten
years is what is printed today.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words."""

    version: str
    draft: str
    fingerprint: str
    page: str
    minutes: str
    participant: str
    day: str
    interviewer: str
    notes: str
    asked: str
    skipped: str
    declined: str
    one: str
    several: str
    order: str
    order_top: str
    yes: str
    no: str
    date: str
    month: str
    year: str
    between: str
    at_least: str
    at_most: str
    row: str
    needed: str
    decline: str
    apart: str
    only_if: str
    answer_to: str
    and_: str
    or_: str
    not_: str
    is_: str
    is_not: str
    answered: str
    not_answered: str
    chosen: str
    less: str
    up_to: str
    more: str
    from_on: str
    count: str
    length: str
    always: str
    never: str


_ENGLISH = Words(
    version="Version {}",
    draft="Draft",
    fingerprint="Fingerprint",
    page="Page",
    minutes="About {} minutes",
    participant="Participant",
    day="Date",
    interviewer="Interviewer",
    notes="Notes",
    asked="asked",
    skipped="skipped",
    declined="declined",
    one="Choose one.",
    several="Choose any that apply.",
    order="Number these; 1 stands first.",
    order_top="Number the first {}; 1 stands first.",
    yes="Yes",
    no="No",
    date="year, month, day",
    month="year, month",
    year="year",
    between="from {} to {}",
    at_least="{} or more",
    at_most="up to {}",
    row="Row",
    needed="Needs an answer.",
    decline="I prefer not to answer this",
    apart="Says who somebody is; kept apart from the answers.",
    only_if="Only if {}.",
    answer_to="[answer to {}]",
    and_="{} and {}",
    or_="{} or {}",
    not_="it is not so that {}",
    is_="{} is {}",
    is_not="{} is not {}",
    answered="{} is answered",
    not_answered="{} is not answered",
    chosen="{} includes {}",
    less="{} is less than {}",
    up_to="{} is at most {}",
    more="{} is more than {}",
    from_on="{} is at least {}",
    count="the number of choices in {}",
    length="the length of {}",
    always="always",
    never="never",
)

_FRENCH = Words(
    version="Version {}",
    draft="Brouillon",
    fingerprint="Empreinte",
    page="Page",
    minutes="Environ {} minutes",
    participant="Participant(e)",
    day="Date",
    interviewer="Intervieweur ou intervieweuse",
    notes="Notes",
    asked="posée",
    skipped="passée",
    declined="refusée",
    one="Choisissez une réponse.",
    several="Choisissez tout ce qui convient.",
    order="Numérotez\u00a0: 1 vient en premier.",
    order_top="Numérotez les {} premiers\u00a0: 1 vient en premier.",
    yes="Oui",
    no="Non",
    date="année, mois, jour",
    month="année, mois",
    year="année",
    between="de {} à {}",
    at_least="{} ou plus",
    at_most="jusqu’à {}",
    row="Ligne",
    needed="Une réponse est nécessaire.",
    decline="Je préfère ne pas répondre à cette question",
    apart="Dit qui est la personne\u00a0; conservé à part des réponses.",
    only_if="Seulement si {}.",
    answer_to="[réponse à {}]",
    and_="{} et {}",
    or_="{} ou {}",
    not_="il n’est pas vrai que {}",
    is_="{} est {}",
    is_not="{} n’est pas {}",
    answered="{} a une réponse",
    not_answered="{} n’a pas de réponse",
    chosen="{} comprend {}",
    less="{} est inférieur à {}",
    up_to="{} est au plus {}",
    more="{} est supérieur à {}",
    from_on="{} est au moins {}",
    count="le nombre de choix dans {}",
    length="la longueur de {}",
    always="toujours",
    never="jamais",
)

_WORDS = {"en": _ENGLISH, "fr": _FRENCH}


def words_for(language: str) -> tuple[str, Words]:
    """The words for paper in ``language``, behind the language they are in: English where we have no other."""
    base = language.partition("-")[0]
    found = base if base in _WORDS else "en"
    return found, _WORDS[found]
