"""Invented people of several cultures, what interviewers write, and the ways in which a name is written wrongly."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from nicknames import NickNamer

from exports.lexicon import is_ordinary, is_place
from exports.roster_names import Known, Roster, Sort
from exports.spelling import WORD, folded

_GIVEN = (
    "Augustin Delphine Rosamund Benno Ottoline Wilhelmina Ignatius Corvin Linus Priya Ananya Rajesh Kwabena Chidinma "
    "Oluwaseun Adaeze Mei-Ling Xiaoyu Hiroshi Yuki Fatima Khadija Ahmed Layla Ingrid Bjørn Søren Małgorzata Zbigniew "
    "Dimitri Svetlana Siobhán Pádraig Guillermo Ximena Thuy Isabelle Étienne Geneviève Jean-Luc Catherine Nicholas "
    "Elizabeth Katherine Michael Christopher Jennifer Stephen Theodore Margaret Alexander William Robert Zoë José"
)
_FAMILY = (
    "Hartsease|Applecross|Oakhurst|Teasdale|Thornbury|Ashgrove|Quickley|Okonkwo|Adeyemi|Mensah|Nakamura|Tanaka|"
    "Kowalczyk|Wiśniewska|van der Berg|O'Sullivan|MacAllister|Lévesque|Tremblay|Bouchard|Gagnon|Fernández|"
    "García-Márquez|Al-Rashid|Haddad|Khoury|Patel|Chatterjee|Krishnamurthy|Sørensen|Lindqvist|Müller|Schröder|"
    "Papadopoulos|Petrov|Nguyen|Tran|Zhang|Chen|D'Angelo|de la Cruz|Featherstonehaugh|Bellwether-Smythe|Ng|Li"
)
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split("|")
ORDINARY = (("Grace", "Holt"), ("Will", "Stone"), ("May", "Young"), ("Mark", "Hope"))

# {} is where somebody is named; none of these sentences names anybody.
SENTENCES = (
    "In the first year {} read every draft of my application, including the budget.",
    "{} asked whether I would stay, and I said that I needed a week to think about it.",
    "We met on Wednesdays, before the elevator gets busy, and {} kept the minutes.",
    "She telephoned {} from a campsite and was given permission within the hour.",
    "It was {} who moved my teaching to the afternoon, without being asked.",
    "When the account was frozen, I wrote to {}.",
    "“I would have left,” he said, “if {} had not been there in the second winter.”",
    "Nobody told me what was expected; that is what {} did for me.",
    "The committee wanted somebody senior and chose {}, which surprised the whole department.",
    "Authorship was agreed in writing with {} before the first patient was recruited.",
    "My supervisor and {} did not speak to each other for most of that term.",
    "Au début, {} lisait toutes mes demandes de subvention et me répondait le soir même.",
    "J’ai rencontré {} lors d’un congrès et nous avons commencé à travailler ensemble.",
    "Le département ne m’a rien proposé; c’est {} qui a pris le temps de m’écouter.",
)
FILLING = (
    "What gets in the way is time, and after that the money for travel.",
    "They are assigned in the first month, and most of them never meet twice.",
    "A form with a box for the name of a mentor took four seconds to fill in.",
    "I learned to bring an agenda of three lines and to cancel if there was nothing on it.",
    "For promotion it counts as service, which means that it does not count.",
    "On parle beaucoup de productivité, mais presque jamais du temps que cela demande.",
)

Corruption = Callable[[str, Random], str | None]


def full_name(random: Random) -> tuple[str, str]:
    """A given and a family name."""
    return random.choice(GIVEN), random.choice(FAMILY)


def roster_of(people: list[tuple[str, str]], institutions: tuple[str, ...] = ()) -> Roster:
    """The people as mentee 1, mentor 2 and so on."""
    known = [
        Known(f"{'mentor' if at % 3 == 0 else 'mentee'} {at}", Sort.PERSON, (f"{given} {family}",))
        for at, (given, family) in enumerate(people, 1)
    ]
    return Roster((*known, *(Known("a university", Sort.INSTITUTION, (name,)) for name in institutions)))


def mention(person: tuple[str, str], random: Random) -> tuple[str, str]:
    """How somebody is named in passing: what stands before the name, and the name or part of it."""
    given, family = person
    return random.choice((
        ("", f"{given} {family}"), ("", f"{given} {family}"), ("", given), ("", family), ("Dr. ", family),
        ("Professor ", f"{given} {family}"), (f"{given[0]}. ", family),
    ))  # fmt: skip


def clean(name: str, random: Random) -> str | None:
    """As it is."""
    return name


def possessive(name: str, random: Random) -> str | None:
    """Whose something is, in English or French."""
    return random.choice(("{}'s", "{}’s", "d'{}", "l’{}")).format(name)


def nickname(name: str, random: Random) -> str | None:
    """Nick for Nicholas; None for whoever has none."""
    given, _, rest = name.partition(" ")
    known = sorted(nick for nick in _NICKNAMES.nicknames_of(given) if len(nick) > 2 and not is_ordinary(nick))
    return f"{random.choice(known).title()} {rest}".strip() if known else None


def one_edit(name: str, random: Random) -> str | None:
    """One slip in one of the words that have four letters or more."""
    return _edited(name, random, 1, shortest=4)


def two_edits(name: str, random: Random) -> str | None:
    """Two slips in one of the words that have six letters or more."""
    return _edited(name, random, 2, shortest=6)


def phonetic(name: str, random: Random) -> str | None:
    """As somebody writes it who has only heard it: at most two of the spellings of a sound are exchanged."""
    found = [sound for sound in _SOUNDS if re.search(sound[0], name, re.IGNORECASE)]
    if not found:
        return None
    for pattern, instead in random.sample(found, min(len(found), random.choice((1, 2)))):
        name = re.sub(pattern, lambda old, new=instead: _cased(old, new), name, count=1, flags=re.IGNORECASE)  # type: ignore[misc]
    return name


def lower_case(name: str, random: Random) -> str | None:
    """Without capitals."""
    return name.lower()


def phonetic_lower(name: str, random: Random) -> str | None:
    """Heard, and without capitals."""
    heard = phonetic(name, random)
    return heard.lower() if heard else None


CORRUPTIONS: Mapping[str, Corruption] = {
    "clean": clean,
    "possessive": possessive,
    "nickname": nickname,
    "one edit": one_edit,
    "two edits": two_edits,
    "phonetic": phonetic,
    "lower case": lower_case,
    "phonetic, lower case": phonetic_lower,
}

# What is left of a name counts from three letters on; these are no part of anybody's name.
_NO_NAMES = {"van", "der", "the"}


def corrupted(person: tuple[str, str], kind: str, random: Random) -> tuple[str | None, str]:
    """A corrupted mention of somebody and a text in which it stands; None where there is no such form."""
    before, name = mention(person, random)
    form = CORRUPTIONS[kind](name, random)
    if form is None:
        return None, ""
    said = form if kind == "possessive" else before + form
    text = f"{random.choice(FILLING)} {random.choice(SENTENCES).format(said)}"
    return form, text.lower() if "lower" in kind else text


def left_of(form: str, cleaned: str) -> list[str]:
    """The words of a name's form that still stand in a text."""
    words = (word for word in WORD.findall(form) if len(word) > 2 and folded(word) not in _NO_NAMES)
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", cleaned)]


def persons_of(document: Any) -> list[tuple[int, int]]:
    """Where a document of the Text Anonymization Benchmark's format has persons marked."""
    return [
        (marked["start_offset"], marked["end_offset"])
        for by in document["annotations"].values()
        for marked in by["entity_mentions"]
        if marked["entity_type"] == "PERSON"
    ]


_NICKNAMES = NickNamer()
# What English-speaking listeners confuse; none of it comes from the code that looks for names.
_SOUNDS = (
    ("ph", "f"), ("f(?!f)", "ph"), ("ck", "k"), ("k(?![hn])", "c"), ("c(?=[aourlkt])", "k"), ("c(?=[eiy])", "s"),
    ("z", "s"), ("ee", "ea"), ("ea", "ee"), ("ie", "y"), ("ei", "ai"), ("y$", "ie"), ("i(?=[bcdfgklmnprst])", "y"),
    ("ll", "l"), ("nn", "n"), ("tt", "t"), ("ss", "s"), ("(?<=[aeiou])l(?=[aeiou])", "ll"),
    ("(?<=[aeiou])n(?=[aeiou])", "nn"), ("(?<=[aeiou])t(?=[aeiou])", "tt"), ("ou", "u"), ("oo", "u"), ("x", "ks"),
    ("kw", "qu"), ("q(?!u)", "k"), ("sch", "sh"), ("ow(?=[aeiou])", "ov"), ("ae", "ai"), ("e$", ""),
    ("(?<=[aeiou])s(?=[aeiou])", "z"), ("gh", "g"), ("ks", "x"), ("w(?=[aei])", "v"), ("th", "t"), ("dh|dd", "d"),
)  # fmt: skip


def _cased(old: re.Match[str], new: str) -> str:
    return new.title() if old.group()[:1].isupper() else new


def _edited(name: str, random: Random, edits: int, *, shortest: int) -> str | None:
    words = [
        word for word in WORD.finditer(name) if len(folded(word.group())) >= shortest and word.group()[0].isupper()
    ]
    if not words:
        return None
    chosen = random.choice(words)
    word = chosen.group()
    # Places two apart, so that two slips are two and not one that is undone.
    places = random.sample(range(1, len(word) - 1, 3), edits) if edits > 1 else [random.randrange(len(word) - 1)]
    for place in sorted(places, reverse=True):
        word = _slip(word, place, random)
    # A slip that makes an ordinary word, or a place, is one that nobody can see by the word alone.
    if is_ordinary(folded(word)) or is_place(folded(word)) or folded(word) == folded(chosen.group()):
        return None
    return name[: chosen.start()] + word[0].upper() + word[1:] + name[chosen.end() :]


def _slip(word: str, place: int, random: Random) -> str:
    letter = random.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = word[:place], word[place], word[place + 1 :]
    return random.choice((
        before + after, before + letter + here + after, before + letter + after, before + after[:1] + here + after[1:],
    ))  # fmt: skip
