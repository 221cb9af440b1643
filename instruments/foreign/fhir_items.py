"""The parts of a FHIR R4 item: texts with their translations, options, limits and how it is shown."""

import re
from typing import TypeAlias

from instruments.kinds import (
    TODAY,
    Cell,
    Date,
    Information,
    Kind,
    LongText,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from instruments.sentences import Texts

Json: TypeAlias = dict[str, object]

OF_FHIR = "http://hl7.org/fhir/StructureDefinition/"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_STRANGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_GAPS = re.compile(r"[^\S \r\n\t]")


def clean(text: str) -> str:
    """The text as FHIR has strings: with no controls, and no space around it. Empty where nothing is left."""
    return _GAPS.sub(" ", _STRANGE.sub("", text)).strip()


def text(name: str, texts: Texts, languages: tuple[str, ...]) -> Json:
    """A text in the first of the languages, with those in the others as its translations; nothing if there is none."""
    said = {language: clean(texts.get(language, "")) for language in languages}
    first = next((words for words in said.values() if words), "")
    if not first:
        return {}
    others = {language: words for language, words in list(said.items())[1:] if words}
    found: Json = {name: first}
    if others:
        found[f"_{name}"] = {"extension": [_translation(language, words) for language, words in others.items()]}
    return found


def _translation(language: str, words: str) -> Json:
    return {
        "url": f"{OF_FHIR}translation",
        "extension": [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": words}],
    }


def control(code: str) -> Json:
    """How an item is shown."""
    return {
        "url": f"{OF_FHIR}questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [{"system": _CONTROLS, "code": code}]},
    }


def display(link: str, texts: Texts, languages: tuple[str, ...], code: str) -> list[Json]:
    """A text that belongs to an item; nothing if there is none."""
    said = text("text", texts, languages)
    return [{"extension": [control(code)], "linkId": link} | said | {"type": "display"}] if said else []


def extended(item: Json, *extensions: Json) -> Json:
    """The item with further extensions."""
    found = item.get("extension")
    before = found if isinstance(found, list) else []
    return (
        {"extension": [*before, *extensions]} | {key: value for key, value in item.items() if key != "extension"}
        if (before or extensions)
        else item
    )


def _limit(name: str, value: int | float | str, kind: str) -> Json:
    return {"url": f"{OF_FHIR}{name}", f"value{kind}": value}


def of_kind(kind: Kind | Cell, languages: tuple[str, ...]) -> Json:
    """The type of an item, with its options and limits."""
    match kind:
        case ShortText() | LongText():
            return _words(kind)
        case SingleChoice(options=options):
            return {"type": "open-choice" if any(one.words for one in options) else "choice"} | _options(
                options, languages
            )
        case MultipleChoice(options=options):
            return extended(
                {"type": "open-choice" if any(one.words for one in options) else "choice", "repeats": True}
                | _options(options, languages),
                *_occurs(kind.at_least or None, kind.at_most),
            )
        case Rank(options=options, top=top):
            count = top or len(options)
            return extended({"type": "choice", "repeats": True} | _options(options, languages), *_occurs(None, count))
        case YesNo():
            return {"type": "boolean"}
        case Number():
            return _number(kind, languages)
        case Scale():
            limits = (_limit("minValue", kind.first, "Integer"), _limit("maxValue", kind.last, "Integer"))
            steps = _limit("questionnaire-sliderStepValue", kind.step, "Integer")
            return extended({"type": "integer"}, control("slider"), *limits, steps)
        case Date():
            ends = (("minValue", kind.earliest), ("maxValue", kind.latest))
            days = [_limit(name, said, "Date") for name, said in ends if said not in ("", TODAY)]
            return extended({"type": "date"}, *days)
        case _:
            return {"type": "display" if isinstance(kind, Information) else "text"}


def _words(kind: ShortText | LongText) -> Json:
    types = {"web": "url", "time": "time"}
    found = types.get(kind.format, "string") if isinstance(kind, ShortText) else "text"
    if found == "time":
        return {"type": "time"}
    limits = [_limit("minLength", kind.shortest, "Integer")] if kind.shortest else []
    if isinstance(kind, ShortText) and kind.pattern:
        limits.append(_limit("regex", clean(kind.pattern), "String"))
    return extended({"type": found, "maxLength": kind.longest}, *limits)


def _number(kind: Number, languages: tuple[str, ...]) -> Json:
    name = "Decimal" if kind.decimals else "Integer"
    limits = [
        _limit(limit, value if kind.decimals else int(value), name)
        for limit, value in (("minValue", kind.least), ("maxValue", kind.most))
        if value is not None
    ]
    if kind.decimals:
        limits.append(_limit("maxDecimalPlaces", kind.decimals, "Integer"))
    unit = text("display", kind.unit, languages)
    if unit:
        limits.append({"url": f"{OF_FHIR}questionnaire-unit", "valueCoding": unit})
    return extended({"type": name.lower()}, *limits)


def _occurs(least: int | None, most: int | None) -> list[Json]:
    limits = (("questionnaire-minOccurs", least), ("questionnaire-maxOccurs", most))
    return [_limit(name, count, "Integer") for name, count in limits if count]


def _options(options: tuple[Option, ...], languages: tuple[str, ...]) -> Json:
    found = []
    for option in options:
        made: Json = {"valueCoding": {"code": option.code} | text("display", option.label, languages)}
        if option.exclusive:
            made = extended(made, {"url": f"{OF_FHIR}questionnaire-optionExclusive", "valueBoolean": True})
        found.append(made)
    return {"answerOption": found} if found else {}
