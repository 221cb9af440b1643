"""The fields of a consent draft: how a wording fills them, and how what was posted becomes a wording again.

Their names are the places that the inspection points to: ``text-fr``, ``question-quoted-en``, ``element-risks``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from consent.elements import REQUIRED, Element
from consent.inspection import Finding, inspect
from consent.scopes import Scope
from consent.wording import Asked, Cover, Texts, Wording
from web.kit.i18n import LANGUAGES

TEXTS = ("title", "note", "text", "script", "signing")

SCOPES = {
    Scope.TAKE_PART: _l("Take part"),
    Scope.RECORDED: _l("Be recorded"),
    Scope.QUOTED: _l("Be quoted without a name"),
    Scope.LATER_RESEARCH: _l("Keep de-identified data for later research"),
    Scope.RESULTS: _l("Be told the results"),
}

_PARTS = {
    "title": _l("Title"),
    "note": _l("Note above everything"),
    "text": _l("Letter"),
    "script": _l("What is read out"),
    "signing": _l("What a signature means"),
}

_SEPARATORS = re.compile(r"[,;\s]+")
_MOST_LANGUAGES = 8

EMPTY = Wording(
    languages=("en",), title={}, text={}, asked=(Asked(Scope.TAKE_PART, {}),), signing={}, covers={}
)  # fmt: skip


def read(form: Mapping[str, str]) -> Wording:
    """What was posted, whatever it is; ``inspect`` says what is missing."""

    def typed(name: str) -> str:
        return form.get(name, "").replace("\r\n", "\n").strip()

    languages = tuple(_SEPARATORS.split(typed("languages")))[:_MOST_LANGUAGES]
    languages = tuple(dict.fromkeys(language for language in languages if language))

    def texts(name: str) -> Texts:
        found = {language: typed(f"{name}-{language}") for language in languages}
        return {language: text for language, text in found.items() if text}

    questions = {scope: texts(f"question-{scope.value}") for scope in Scope}
    asked = tuple(
        Asked(scope, question) for scope, question in questions.items() if question or scope is Scope.TAKE_PART
    )
    necessary = {scope for scope in Scope if f"necessary-{scope.value}" in form and questions[scope]}
    covers = {
        element: Cover(typed(f"element-{element.value}"), typed(f"reason-{element.value}"))
        for element in Element
        if typed(f"element-{element.value}") or typed(f"reason-{element.value}")
    }
    return Wording(
        languages=languages,
        asked=asked,
        necessary=frozenset({Scope.TAKE_PART, *necessary}),
        covers=covers,
        **{name: texts(name) for name in TEXTS},
    )


def filled(wording: Wording) -> dict[str, str]:
    """The fields as they stand when ``wording`` is edited; a ticked box is ``yes``."""
    fields = {"languages": ", ".join(wording.languages)}
    for name in TEXTS:
        texts: Texts = getattr(wording, name)
        fields |= {f"{name}-{language}": texts.get(language, "") for language in wording.languages}
    for asked in wording.asked:
        fields |= {f"question-{asked.scope.value}-{language}": text for language, text in asked.question.items()}
    fields |= {f"necessary-{scope.value}": "yes" for scope in wording.necessary}
    for element, cover in wording.covers.items():
        fields[f"element-{element.value}"] = cover.heading
        fields[f"reason-{element.value}"] = cover.reason
    return fields


def different(theirs: Wording, mine: Wording) -> dict[str, str]:
    """The fields in which ``theirs`` says something else than ``mine``, as they have it."""
    left, right = filled(theirs), filled(mine)
    return {name: left.get(name, "") for name in {**left, **right} if left.get(name, "") != right.get(name, "")}


def in_words(place: str) -> str:
    """What a field is called on the page, so that nobody has to read its name."""
    kind, _, rest = place.partition("-")
    if kind in _PARTS:
        return f"{_PARTS[kind]} ({LANGUAGES.get(rest, rest)})"
    if kind in ("question", "necessary"):
        scope = next((scope for scope in Scope if f"{rest}-".startswith(f"{scope.value}-")), None)
        if scope is not None:
            language = rest.removeprefix(scope.value).removeprefix("-")
            said = f"{gettext('Question') if language else gettext('Necessary')} – {SCOPES[scope]}"
            return f"{said} ({LANGUAGES.get(language, language)})" if language else said
    if kind in ("element", "reason"):
        return str(next((gettext(text) for element, text in REQUIRED.items() if element.value == rest), place))
    return str({"languages": gettext("Languages"), "asked": gettext("What is asked")}.get(place, place))


@dataclass(frozen=True, slots=True)
class Covered:
    """One element of informed consent and where a wording has it; all three empty if nowhere."""

    element: Element
    text: str
    heading: str
    reason: str
    problem: Finding | None


def checklist(wording: Wording) -> Iterator[Covered]:
    """Every required element in order."""
    problems = {finding.place: finding for finding in inspect(wording)}
    for element, text in REQUIRED.items():
        cover = wording.covers.get(element, Cover())
        yield Covered(element, text, cover.heading, cover.reason, problems.get(f"element-{element.value}"))
