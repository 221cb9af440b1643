"""Whether questions are worded so that people can answer them: advice only, for the languages that have a list here.

The lists name what textbooks of questionnaire design warn of (Bradburn, Sudman and Wansink, *Asking Questions*, 2004;
Javeau, *L'enquête par questionnaire*, 1990). They are short on purpose: advice that is often wrong is not read.
"""

import re
from collections.abc import Iterator, Mapping

from instruments import readability
from instruments.definition import Instrument, Question, Role
from instruments.findings import WHOLE, Finding, Spot
from instruments.kinds import Date, LongText, Number, Scale, ShortText, Topic, YesNo
from instruments.sentences import Texts

HARDEST = 13
LONGEST_SURVEY = 30
TOLERANCE = 1.6


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_LEADING = {
    "en": _any_of(
        r"do(?:n['’]t| not) you (?:think|agree|feel|find)", r"would(?:n['’]t| not) you (?:say|agree)",
        r"is(?:n['’]t| not) it",
        r"do you (?:also )?agree that", r"surely", r"obviously", r"of course", r"as (?:everyone|we all|you) knows?",
        r"most people (?:think|agree|know|believe|say)", r"experts (?:say|agree|recommend)", r"clearly",
        r"how (?:much|greatly) did you (?:enjoy|love|benefit)",
    ),
    "fr": _any_of(
        r"n['’]est-ce pas", r"ne (?:pensez|trouvez|croyez|diriez)-vous pas", r"êtes-vous d['’]accord (?:que|pour dire)",
        r"bien (?:sûr|entendu)", r"évidemment", r"tout le monde sait", r"la plupart des gens (?:pensent|savent|disent)",
        r"les (?:experts|spécialistes) (?:disent|recommandent|s['’]accordent)", r"il est (?:évident|clair) que",
        r"à quel point avez-vous (?:aimé|apprécié)",
    ),
}  # fmt: skip
_ALSO = {
    "en": _any_of(
        r"and/or",
        r"and (?:how|what|when|where|why|who|which|do|does|did|have|has|are|is|was|were|would|can) "
        r"(?:\w+ )*?(?:you|it|they|your)",
    ),
    "fr": _any_of(r"et/ou", r"et (?:comment|quand|pourquoi|où|combien|est-ce que|avez-vous|êtes-vous|pouvez-vous)"),
}
_BOTH = {"en": _any_of("and"), "fr": _any_of("et")}
_WHO = {
    "en": _any_of(
        r"(?:full|first|last|family|given|maiden|your|whose) names?", r"surname", r"e-?mail(?: address)?",
        r"(?:tele)?phone(?: number)?", r"mobile number", r"(?:home|postal|street|mailing|your) address",
        r"post(?:al )?code", r"zip code", r"dates? of birth", r"birth ?dates?", r"birthday", r"born on",
        r"social (?:security|insurance) number", r"passport",
        r"(?:health|medical|patient|student|employee)(?: \w+)? (?:number|id)",
    ),
    "fr": _any_of(
        r"noms? de famille", r"prénoms?", r"votre nom", r"nom complet", r"courriel", r"e-?mail", r"votre adresse",
        r"adresse (?:électronique|postale)", r"(?:numéro de )?téléphone", r"code postal", r"dates? de naissance",
        r"né\(?e?\)? le", r"numéro (?:d['’]assurance|de sécurité) sociale", r"passeport",
        r"numéro (?:de dossier|d['’]étudiant|d['’]employé)",
    ),
}  # fmt: skip


def inspect_wording_of(question: Question) -> Iterator[Finding]:
    """Advice on how a question is worded, and on what says who somebody is."""
    spot = Spot.of(question)
    yield from _identifying(question, spot)
    yield from _leading(question.label, spot.at("label"))
    if not isinstance(question.kind, Topic) and question.asks:
        yield from _double(question, spot.at("label"))
        yield from _hard(question, spot.at("label"))


def _matching(texts: Texts, of: Mapping[str, re.Pattern[str]]) -> str:
    """What is found in the text of one of the languages, the first there is."""
    for language, text in texts.items():
        pattern = of.get(language.partition("-")[0])
        found = pattern.search(text) if pattern else None
        if found:
            return found.group()
    return ""


def _identifying(question: Question, spot: Spot) -> Iterator[Finding]:
    kind = question.kind
    if question.identifying or not isinstance(kind, ShortText | LongText | Date | Number):
        return
    telling = isinstance(kind, ShortText) and kind.format in {"email", "phone"}
    if telling or _matching(question.label, _WHO):
        yield spot.at("identifying").advice(
            "If the answer says who somebody is, say so: it is then kept with names and contacts, apart from answers."
        )


def _leading(label: Texts, spot: Spot) -> Iterator[Finding]:
    if words := _matching(label, _LEADING):
        yield spot.advice("“%(words)s” may lead people to an answer. Ask without it.", words=words)


def _double(question: Question, spot: Spot) -> Iterator[Finding]:
    twice = any(text.count("?") > 1 for text in question.label.values())
    closed = isinstance(question.kind, YesNo | Scale) and _matching(question.label, _BOTH)
    if twice or closed or _matching(question.label, _ALSO):
        yield spot.advice("This may ask two things at once. If they can have different answers, ask each by itself.")


def _hard(question: Question, spot: Spot) -> Iterator[Finding]:
    for language in question.label:
        text = f"{question.label[language]} {question.help.get(language, '')}"
        grade = readability.grade(text, language)
        if grade is not None and grade > HARDEST:
            yield spot.advice(
                "In %(language)s this reads like a text for year %(grade)s of school. Shorten its sentences.",
                language=language,
                grade=grade,
            )


def inspect_length(instrument: Instrument, minutes: float) -> Iterator[Finding]:
    """Advice on the time that everything takes together, which is about so many ``minutes``."""
    about, said = round(minutes), instrument.minutes
    if instrument.role is not Role.SURVEY:
        return
    if about > LONGEST_SURVEY:
        yield WHOLE.at("minutes").advice(
            "Answering everything takes about %(minutes)s minutes. Many people stop after %(most)s.",
            minutes=about,
            most=LONGEST_SURVEY,
        )
    elif said is not None and about > said * TOLERANCE + 1:
        yield WHOLE.at("minutes").advice(
            "Answering everything takes about %(minutes)s minutes, and %(said)s are announced.",
            minutes=about,
            said=said,
        )
