"""Which words are ordinary, so that a name that is one of them, or close to one, is not seen everywhere.

The lists come with libraries that are here for other reasons: English and French words with their inflections from
xkcdpass (proper nouns are spelled with a capital there), given names and surnames from zxcvbn.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from exports.spelling import folded


def word_set(text: str) -> frozenset[str]:
    """The words that stand in a text of words."""
    return frozenset(text.split())


# Ordinary in the texts of this field, and in none of the lists.
_FIELD = word_set("""
    mentee mentees supervisee supervisees postdoc postdocs dataset datasets online offline email emails website
    websites internet google zoom skype covid biostatistics epidemiology telehealth coauthor coauthors
    coauthored coauthorship preprint preprints blog webcam login ok okay yeah mhm uhm hmm cofounder cohort
    telephoned recruiter rollout mentore mentorat mentoree courriel courriels chercheure chercheures doctorante
    doctorantes clinicienne
    """)
# French words that are also given names, and far more often words.
_FRENCH_BOTH = word_set("""
    aime avril blanche clemence clement colombe constance constant desire fleur france grace iris juste marine
    mars noel olive parfait pascal pierre prudence rose victoire violette claire
    """)
# Words that sentences begin with. A name that is one of them is not taken for a name there, unless more points to it;
# of others (Will, Mark) what follows tells.
_OPENING = word_set("""
    a about after again all also although always am an and any are as ask at been before both but by can come
    could did do does done down each else even ever every few first for from good had has have he her here hers
    him his how i if in is it its just last let like little many me more most much must my new next no none nor
    not now of off old on once one only or other our out over own she should so some soon such sure than that
    the their them then there these they this those thus to too up upon very was way we well were what when
    where which while who whom whose why with would yes yet you your au aussi aux avec bien ce cela ces cette
    chez comme dans de des donc du elle elles en entre est et eux il ils je la le les leur lui ma mais me mes
    moi mon ne ni non nos notre nous on ou par pas plus pour puis que quel quelle qui quoi sa sans se ses si son
    sous sur ta te tes toi ton tous tout tres tu un une vers voici vos votre vous
    """)
# After one of these a word at the beginning of a sentence is a verb: "Will you", "Mark my words", "May the".
_AFTER_A_VERB = word_set("""
    a an any he her him his i it its me my no one our she some that the their them there these they this those
    us we you your
    """)  # fmt: skip
_DAYS = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars
    avril mai juin juillet aout septembre octobre novembre decembre english french spanish german university
    department college
    """)
# Not "er": half of the surnames end so (Müller, Schröder).
_ENDINGS = (
    ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("est", ""), ("est", "e"),
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("ness", ""),
)  # fmt: skip
TITLES = word_set("""
    dr drs prof professor professors mr mrs ms miss mx sir dame rev reverend doctor doctors dean nurse docteur
    docteure dre pr professeur professeure madame monsieur mme mlle mademoiselle mm soeur frere
    """)
_SHORT_TITLES = frozenset({"M"})  # of one letter, so only as it is written
SUFFIXES = word_set("""
    jr sr ii iii iv phd md msc mba frcpc frcsc bsc ma dphil mph rn esq
    """)
PARTICLES = word_set("""
    van der den de la le les du des da do dos das di del della dello von zu zum zur af av al el bin ibn ben abu
    abd st ste saint sainte mac mc o d l ter ten te y e i san santa
    """)
# Capital letters that are no one's initials.
_ACRONYMS = word_set("""
    ab ai ak al am ar as at au az bbc bc be by ca cbc cc cd ce ceo cfo ch cihr cn co ct cv dc de do dr eg ei en
    er es et etc eu ex faq fi fl fr ft ga gb gmbh gp gr hi hk hr hu ia id ie if ii il in inc io iq irb is it iv
    jp kr ks ky la le lo lt ltd lv ma mb md me mi mn mo mr ms mt mx my na nb nc nd ne nh nih nj nl nm no np ns
    nserc nt nu nv nw ny nz od of oh ok on op or os pa pc pd pe ph phd pi pl pm pp pr ps pt qa qc reb ri rn rt
    ru sc sd se sg sk so sr ss sshrc st sw ta tb td te th tn to tr tv tx ua ub uk un up us usa ut uv va vi vp vs
    vt wa we who wi wv wy xi xx xxx yt za
    """)


def _listed(name: str) -> list[str]:
    return (files("xkcdpass") / "static" / name).read_text(encoding="utf-8").split()


@cache
def _ordinary() -> frozenset[str]:
    english = (word.removesuffix("'s") for word in _listed("legacy") if word[0].islower())
    # The French list has every form of every verb, and so nearly every given name: "marie" is one of "marier".
    french = frozenset(map(folded, _listed("fr-corrected.txt"))) - _given()
    return french.union(map(folded, english), _FRENCH_BOTH, _FIELD, _OPENING)


@cache
def _proper() -> frozenset[str]:
    """Names of people and places that have nothing to do with any study."""
    listed = (folded(word.removesuffix("'s")) for word in _listed("legacy") if word[0].isupper())
    return frozenset(listed) | _people()


@cache
def _given() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["female_names"]) | frozenset(FREQUENCY_LISTS["male_names"])


@cache
def _people() -> frozenset[str]:
    return _given() | frozenset(FREQUENCY_LISTS["surnames"])


def is_ordinary(word: str) -> bool:
    """Whether the folded word is an ordinary one in English or French, inflected or not."""
    known = _ordinary()
    return word in known or word in _DAYS or any(stem in known for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    """What the word may be a form of: easier of easy, planned of plan, uses of use."""
    for ending, instead in _ENDINGS:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) > 2:
            yield stem + instead
            if ending not in ("s", "es") and stem[-1] == stem[-2]:
                yield stem[:-1]


def is_proper(word: str) -> bool:
    """Whether the folded word is known as a name of somebody or something."""
    return word in _proper()


def is_persons(word: str) -> bool:
    """Whether the folded word is known as a given name or surname, and as neither a day, a month nor a language."""
    return word in _people() and word not in _DAYS and word not in _OPENING


def is_place(word: str) -> bool:
    """Whether the folded word is known as a name, and not as anybody's."""
    return word in _proper() and word not in _people()


def opens_sentences(word: str) -> bool:
    """Whether sentences often begin with the folded word."""
    return word in _OPENING


def follows_verb(word: str) -> bool:
    """Whether what stands before the folded word at the beginning of a sentence is a verb: "Will you"."""
    return word in _AFTER_A_VERB


def is_title(raw: str) -> bool:
    """Whether this is how somebody is addressed: Dr, Professor, Mme."""
    return raw in _SHORT_TITLES or folded(raw) in TITLES


def is_acronym(raw: str) -> bool:
    """Whether these capital letters stand for something that is nobody's name."""
    return raw.lower() in _ACRONYMS or raw in _acronyms()


@cache
def _acronyms() -> frozenset[str]:
    return frozenset(word for word in _listed("legacy") if word.isupper() and len(word) > 1)


def is_day(word: str) -> bool:
    """Whether the folded word is a day, a month, a language, or a word that stands beside names with a capital."""
    return word in _DAYS
