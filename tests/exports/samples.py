"""A small release as writers get it: every kind of question, every kind of missing, two versions, hostile words.

``sample()`` is a guide in two versions and a survey in two languages, answered by four people; ``many(cases, …)`` is as
large as one likes, made while it is read.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from exports.dataset import (
    Aside,
    Attribute,
    AttributeKind,
    Case,
    Cell,
    Column,
    Dataset,
    Instrument,
    Record,
    Theme,
    Version,
)
from instruments.definition import Question, Role
from instruments.kinds import (
    Answer,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.route import Missingness

RELEASE = UUID("6f1d2c3a-0000-5000-8000-000000000001")
STUDY = UUID("6f1d2c3a-0000-5000-8000-000000000002")
MADE_ON = date(2026, 11, 29)

# What somebody may have written into a field, to see what it does to a file.
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'He said "no", then; left',
    "a\nb\r\nc",
    "<b>&amp;</b>",
    "emoji \U0001f600 beyond the first plane",
    "e\u0301 decomposed",
    "NUL \x00 and bell \x07",
    "\u202eright to left",
    "]]>",
    "${x}",
    "\ufeffmark",
    "0",
    "FALSE",
    " leading space",
)


def _texts(en: str, fr: str = "") -> Mapping[str, str]:
    return {"en": en, "fr": fr} if fr else {"en": en}


def _option(code: str, en: str, fr: str, **more: Any) -> Option:
    return Option(code=code, label=_texts(en, fr), **more)


ROLES = (
    _option("clinician", "Clinician", "Clinicienne ou clinicien"),
    _option("population", "Population health", "Santé des populations"),
    _option("other", "Other, please say", "Autre, précisez", words=True),
    _option("prefer_not", "I prefer not to say", "Je préfère ne pas le dire", declines=True),
)
BARRIERS = (
    _option("time", "Time", "Le temps"),
    _option("money", "Money", "L’argent"),
    _option("skills", "Skills – “enough” of them", "Les compétences"),
    _option("none", "None of these", "Aucun", exclusive=True),
)
RANKED = (_option("a", "Workshop", "Atelier"), _option("b", "Course", "Cours"), _option("c", "Guide", "Guide"))
QUALITIES = (
    Row(id="respect", label=_texts("Mutual respect", "Respect")),
    Row(id="time", label=_texts("Regular contact", "Contact")),
)
REASONS = (
    Row(id="first", label=_texts("First reason", "Première raison")),
    Row(id="second", label=_texts("Second reason")),
)


def _question(id_: str, kind: Kind, en: str, fr: str = "", **more: Any) -> Question:
    return Question(id=id_, kind=kind, label=_texts(en, fr), **more)


SURVEY = (
    _question("role", SingleChoice(options=ROLES), "What is your role?", "Quel est votre rôle ?"),
    _question(
        "years",
        Number(unit=_texts("years", "ans"), least=0, most=60, decimals=1),
        "For how many years?",
        "Depuis combien d’années ?",
    ),
    _question("mentored", YesNo(), "Do you have a mentor?", "Avez-vous un mentor ?"),
    _question("barriers", MultipleChoice(options=BARRIERS), "What gets in the way?", "Qu’est-ce qui gêne ?"),
    _question("since", Date(precision="year"), "Since when?", "Depuis quand ?"),
    _question(
        "content",
        Scale(first=1, last=5, low=_texts("not at all"), high=_texts("very")),
        "How content are you?",
        "Êtes-vous content·e ?",
        may_decline=True,
    ),
    _question(
        "qualities", Matrix(each=Scale(first=1, last=5), rows=QUALITIES), "How much of each?", "Combien de chaque ?"
    ),
    _question("reasons", Matrix(each=ShortText(), rows=REASONS), "Two reasons, please", "Deux raisons"),
    _question("wanted", Rank(options=RANKED, top=2), "Which first?", "Lequel d’abord ?"),
    _question("intro", Information(), "Thank you so far.", "Merci jusqu’ici."),
    _question("place", ShortText(), "Where do you work?", "Où travaillez-vous ?"),
    _question("story", LongText(), "Tell us a story of mentoring.", "Racontez-nous une histoire."),
)

_TOPICS_1 = (
    _question(
        "experience",
        Topic(
            probes=(
                Probe(id="formal", label=_texts("formal or informal")),
                Probe(id="touch", label=_texts("still in touch")),
            )
        ),
        "Please describe your experience of being mentored.",
    ),
    _question("effect", Topic(), "What difference has it made to your career?"),
    _question("retired_one", Topic(), "What about life outside work?"),
)
_TOPICS_2 = (
    _TOPICS_1[0],
    _question("effect", Topic(), "What difference has it made to your productivity, and to your wellbeing?"),
    _question(
        "barriers",
        Topic(probes=(Probe(id="money", label=_texts("money")),)),
        "What gets in the way of good mentoring here?",
    ),
)


def _columns(*versions: tuple[Question, ...]) -> tuple[Column, ...]:
    newest: dict[str, Question] = {}
    wordings: dict[str, dict[int, Question]] = {}
    for number, asked in sorted(enumerate(versions, 1), reverse=True):
        for question in asked:
            if question.asks:
                newest.setdefault(question.id, question)
                wordings.setdefault(question.id, {})[number] = question
    return tuple(Column(question, _texts("Experience"), wordings[name]) for name, question in newest.items())


def _versions(count: int, *languages: str) -> tuple[Version, ...]:
    return tuple(
        Version(number, f"{number:064x}", MADE_ON - timedelta(days=90 - number), languages)
        for number in range(1, count + 1)
    )


GUIDE = Instrument(
    "list_1", _texts("Guide for mentees"), Role.GUIDE, _versions(2, "en"), _columns(_TOPICS_1, _TOPICS_2)
)
FORM = Instrument(
    "short_survey",
    _texts("Short survey", "Petit questionnaire"),
    Role.SURVEY,
    _versions(1, "en", "fr"),
    _columns(SURVEY),
)
ATTRIBUTES = (
    Attribute("Site"),
    Attribute("group"),
    Attribute("gender"),
    Attribute("language"),
    Attribute("quotable", AttributeKind.YES_NO),
)


def _case(number: int, site: str, group: str, gender: str, language: str, quotable: str) -> Case:
    values = {"Site": site, "group": group, "gender": gender, "language": language, "quotable": quotable}
    return Case(
        uuid5(RELEASE, f"case {number}"), f"P-{number:04d}", {name: value for name, value in values.items() if value}
    )


CASES = (
    _case(1, "Calgary", "mentee", "woman", "en", "yes"),
    _case(2, "Alberta", "mentee", "man", "fr", "no"),
    _case(3, "Calgary", "mentor", "man", "en", "yes"),
    _case(4, "", "mentee", "woman", "en", "yes"),
)


def record(
    case: Case, instrument: Instrument, version: int, given: Mapping[str, Any], *, occasion: int = 1, **more: Any
) -> Record:
    """A run in which ``given`` says what was answered or became of a question; the rest was skipped or not asked."""
    cells = {}
    for column in instrument.columns:
        name = column.question.id
        said = given.get(name, Missingness.SKIPPED)
        if version not in column.wordings:
            cells[name] = Cell(Missingness.NOT_ASKED)
        elif isinstance(said, Missingness):
            cells[name] = Cell(said)
        else:
            cells[name] = Cell(Missingness.ANSWERED, said)
    known: dict[str, Any] = {
        "day": MADE_ON - timedelta(days=20),
        "language": case.attributes.get("language", "en"),
        "finished": True,
    } | more
    run = uuid5(RELEASE, f"{case.pseudonym} {instrument.id} {occasion}")
    return Record(
        id=run, case=case.id, instrument=instrument.id, version=version, occasion=occasion, cells=cells, **known
    )


def _topic(notes: str, state: str = "asked", **probes: str) -> Answer:
    return {"state": state, "notes": notes, "probes": dict(probes)}


def _records() -> Iterator[Record]:
    one, two, three, four = CASES
    yield record(
        one,
        GUIDE,
        1,
        {
            "experience": _topic(
                "She met [mentor 1] in 2004.\n\nThen “everything” changed \U0001f600 for her.",
                formal="2026-11-09T12:00:00Z",
            ),
            "effect": _topic("More papers; less sleep."),
            "retired_one": Missingness.DECLINED,
        },
        asides=(Aside("Did your mentor have a mentor?", "effect", "Chains of mentoring"),),
        memo="Tired, but open.\nRing again.",
    )
    yield record(
        one,
        GUIDE,
        2,
        {"experience": _topic("Second talk."), "barriers": _topic("Time, time, time.", money="")},
        occasion=2,
    )
    yield record(
        one,
        FORM,
        1,
        {
            "role": {"code": "other", "words": "nurse; =1+1"},
            "years": 2.5,
            "mentored": "yes",
            "barriers": ["time", "skills"],
            "since": "2006-10",
            "content": 4,
            "qualities": {"respect": 5},
            "reasons": {"first": "She listens.", "second": "=2+2"},
            "wanted": ["b", "a"],
            "place": "Calgary, near the river",
            "story": "\n".join(HOSTILE),
        },
    )
    yield record(
        two,
        FORM,
        1,
        {
            "role": Missingness.DECLINED,
            "years": 0,
            "mentored": "no",
            "barriers": ["none"],
            "since": "2006",
            "content": Missingness.DECLINED,
            "qualities": Missingness.NOT_APPLICABLE,
            "reasons": Missingness.NOT_APPLICABLE,
            "wanted": ["c", "a"],
            "place": "À Edmonton",
            "story": "L’été, c’était « bien ».\n" + "x" * 3000,
        },
    )
    yield record(three, GUIDE, 2, {"experience": _topic("He mentors seven people."), "barriers": Missingness.SKIPPED})
    yield record(four, FORM, 1, {"years": 60, "place": HOSTILE[0], "since": "2006-10-04"}, finished=False)


def sample(*, language: str = "en") -> Dataset:
    """Four cases, a guide in two versions, a survey, every kind of answer and of missing."""
    return Dataset(
        id=RELEASE,
        study=STUDY,
        title="Mentors & mentees <in> medicine",
        reference="REB-17024",
        language=language,
        made_on=MADE_ON,
        shifted=False,
        attributes=ATTRIBUTES,
        cases=CASES,
        instruments=(GUIDE, FORM),
        themes=(
            Theme("Barriers", (("list_1", "barriers"),)),
            Theme("Effect, on “career”", (("list_1", "effect"),)),
            Theme("Unasked yet", ()),
        ),
        records=_records,
    )


def many(cases: int, questions: int = 100, words: int = 10) -> Dataset:
    """As many people as one likes, each with one answer to every question of a survey; made while it is read.

    A third of the questions are numbers, a third choices, a third texts of ``words`` words of about 6 letters.
    """
    kinds: tuple[Kind, ...] = (Number(least=0, most=1000), SingleChoice(options=BARRIERS), LongText())
    asked = tuple(
        _question(f"q{number}", kinds[number % 3], f"Question number {number}?") for number in range(1, questions + 1)
    )
    form = Instrument("long_survey", _texts("Long survey"), Role.SURVEY, _versions(1, "en"), _columns(asked))
    people = tuple(
        Case(uuid5(RELEASE, f"many {number}"), f"P-{number:05d}", {"Site": ("Calgary", "Alberta")[number % 2]})
        for number in range(1, cases + 1)
    )
    vocabulary = ("mentor", "career", "clinic", "weekly", "honest", "always", "advice", "grants", "papers", "family")

    def records() -> Iterator[Record]:
        for at, case in enumerate(people):
            given: dict[str, Answer] = {}
            for number, question in enumerate(asked, 1):
                match number % 3:
                    case 0:
                        given[question.id] = (at * 7 + number) % 1000
                    case 1:
                        given[question.id] = BARRIERS[(at + number) % 4].code
                    case _:
                        given[question.id] = " ".join(vocabulary[(at + number + word) % 10] for word in range(words))
            yield record(case, form, 1, given)

    return Dataset(
        id=RELEASE,
        study=STUDY,
        title="Many people",
        reference="",
        language="en",
        made_on=MADE_ON,
        shifted=False,
        attributes=(Attribute("Site"),),
        cases=people,
        instruments=(form,),
        themes=(),
        records=records,
    )
