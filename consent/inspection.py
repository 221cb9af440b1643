"""What keeps a wording from being published, each with a sentence that says what to do about it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from consent import examples, markdown
from consent.elements import REQUIRED, Element
from consent.scopes import Scope
from consent.wording import Cover, Texts, Wording

LONGEST = 100_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2}|-[0-9]{3})?")
# Control characters, and those that turn the direction of writing round, by which a text can read as another one.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence in English with named places, for gettext (``pybabel extract -k Finding``).

    ``place`` names the field to go to: ``text-fr``, ``question-quoted-en``, ``element-risks``. Advice does not keep
    anybody from publishing.
    """

    text: str
    place: str
    values: Mapping[str, str] = field(default_factory=dict)
    advice: bool = False

    def __str__(self) -> str:
        """The sentence in English."""
        return self.text % self.values


def inspect(wording: Wording) -> list[Finding]:
    """Everything that is to be done before the board sees it, and some advice; in the order of the form."""
    found = list(_languages(wording))
    if found:
        return found  # whatever follows is said for each language
    found += _texts(wording)
    found += _invented(wording)
    found += _structure(wording)
    found += _scopes(wording)
    found += _elements(wording)
    return found


def _languages(wording: Wording) -> Iterator[Finding]:
    if not wording.languages:
        yield Finding("Choose at least one language.", "languages")
    if len(set(wording.languages)) < len(wording.languages):
        yield Finding("Each language stands in the list once. Remove the second.", "languages")
    for language in wording.languages:
        if not _LANGUAGE.fullmatch(language):
            yield Finding("A language is written as its tag, for example en or fr-CA.", "languages")


def _texts(wording: Wording) -> Iterator[Finding]:
    fields: list[tuple[str, Texts]] = [("title", wording.title), ("text", wording.text), ("signing", wording.signing)]
    fields += [(f"question-{asked.scope.value}", asked.question) for asked in wording.asked]
    # What may be left out is left out in every language or in none.
    fields += [
        (name, texts) for name, texts in (("note", wording.note), ("script", wording.script)) if any(texts.values())
    ]
    for name, texts in fields:
        for language in wording.languages:
            yield from _text(f"{name}-{language}", language, texts.get(language, ""))
    if not any(wording.script.values()):
        yield Finding(
            "Without a text to read out, consent cannot be taken by telephone.",
            f"script-{wording.languages[0]}",
            advice=True,
        )


def _text(place: str, language: str, text: str) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("This is missing in the language %(language)s. Write it.", place, {"language": language})
    elif len(text) > LONGEST:
        yield Finding("This is too long for anybody to read. Keep it under 100,000 characters.", place)
    elif _HIDDEN.search(text):
        yield Finding("This holds characters that nobody can see. Type it anew, or paste it as plain text.", place)


def _invented(wording: Wording) -> Iterator[Finding]:
    """Contacts of a ready document, which reach nobody."""
    for name, texts in (("text", wording.text), ("script", wording.script)):
        for language in wording.languages:
            stands = [contact for contact in examples.invented() if contact in texts.get(language, "")]
            if stands:
                yield Finding(
                    "This is invented and comes from the example: %(contacts)s. Put your study's own contacts there.",
                    f"{name}-{language}",
                    {"contacts": ", ".join(stands)},
                )


def _structure(wording: Wording) -> Iterator[Finding]:
    counts = {}
    for language in wording.languages:
        text = wording.text.get(language, "")
        place = f"text-{language}"
        headings = markdown.headings(text)
        counts[language] = len(headings)
        levels = [0, *(heading.level for heading in headings)]
        if any(below - above > 1 for above, below in pairwise(levels)):
            yield Finding(
                "Headings go down one step at a time, beginning with one #. Screen readers rely on it.", place
            )
        for address in [*markdown.broken_links(text), *markdown.broken_links(wording.script.get(language, ""))]:
            yield Finding(
                "The link to %(address)s is shown as plain text: a link begins with https:// or mailto:.",
                place,
                {"address": address},
                advice=True,
            )
    first = wording.languages[0]
    for language, count in counts.items():
        if count != counts[first]:
            yield Finding(
                "The text has %(here)s headings in %(language)s and %(there)s in %(first)s. "
                "Both have to say the same, under the same headings.",
                f"text-{language}",
                {"here": str(count), "language": language, "there": str(counts[first]), "first": first},
            )


def _scopes(wording: Wording) -> Iterator[Finding]:
    asked = [each.scope for each in wording.asked]
    if Scope.TAKE_PART not in asked:
        yield Finding("Ask whether the person wants to take part.", f"question-{Scope.TAKE_PART.value}")
    if len(set(asked)) < len(asked):
        yield Finding("One thing is asked twice. Each decision stands by itself, once.", "asked")
    for scope in sorted(wording.necessary - set(asked)):
        yield Finding("This is necessary for taking part, so it has to be asked.", f"question-{scope.value}")


def _elements(wording: Wording) -> Iterator[Finding]:
    first = wording.languages[0]
    headings = {heading.text: heading for heading in markdown.headings(wording.text.get(first, ""))}
    for element in REQUIRED:
        yield from _element(element, wording.covers.get(element, Cover()), headings)


def _element(element: Element, cover: Cover, headings: Mapping[str, markdown.Heading]) -> Iterator[Finding]:
    place = f"element-{element.value}"
    if cover.heading:
        heading = headings.get(cover.heading)
        if heading is None:
            yield Finding(
                "The text has no heading “%(heading)s” any more. Choose the one under which this stands now.",
                place,
                {"heading": cover.heading},
            )
        elif heading.empty:
            yield Finding("Nothing is written under “%(heading)s” yet.", place, {"heading": cover.heading})
    elif not cover.reason.strip():
        yield Finding("Choose the heading under which this stands, or say why it does not apply to this study.", place)
