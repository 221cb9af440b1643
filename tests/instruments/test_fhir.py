"""FHIR R4 Questionnaires that we write: they have R4's structure, say what they can, and show what we would ask."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from instruments import shelf
from instruments.conditions import Condition, evaluate, printed
from instruments.definition import Instrument, Question, Section, questions
from instruments.foreign.fhir import write
from instruments.kinds import (
    Answer,
    Date,
    Information,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    codes_of,
)
from tests.instruments.making import (
    asked,
    conditions,
    instruments,
    of_questions,
    of_sections,
    options,
    rows,
    sound_answers,
)

LAW = settings(max_examples=60, deadline=None)

Json = dict[str, Any]

# Questionnaire and Questionnaire.item in FHIR 4.0.1 (hl7.org/fhir/R4/questionnaire-definitions.html): the names that we
# write, and what may stand under each.
_WHOLE = {
    "resourceType": str, "language": str, "identifier": list, "version": str, "name": str, "title": str, "_title": dict,
    "status": str, "description": str, "_description": dict, "purpose": str, "_purpose": dict, "item": list,
}  # fmt: skip
_ITEM = {
    "extension": list, "linkId": str, "text": str, "_text": dict, "type": str, "enableWhen": list,
    "enableBehavior": str, "required": bool, "repeats": bool, "maxLength": int, "answerOption": list, "item": list,
}  # fmt: skip
_TYPES = {
    "group", "display", "boolean", "decimal", "integer", "date", "time", "string", "text", "url", "choice",
    "open-choice",
}  # fmt: skip
_VALUES = {
    "valueCode": str, "valueString": str, "valueInteger": int, "valueDecimal": (int, float), "valueDate": str,
    "valueCoding": dict, "valueCodeableConcept": dict, "valueBoolean": bool, "valueMarkdown": str,
}  # fmt: skip
_ANSWERS = {
    "answerBoolean": bool, "answerDecimal": (int, float), "answerInteger": int, "answerDate": str, "answerString": str,
    "answerCoding": dict,
}  # fmt: skip
_STRING = re.compile(r"[ \r\n\t\S]+")
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")


def questionnaire(instrument: Instrument) -> Json:
    """What is written, after its structure was checked."""
    found: Json = json.loads(write(instrument, version="3").data)
    check(found)
    return found


def every_item(parent: Json) -> Iterator[Json]:
    for item in parent.get("item", []):
        yield item
        yield from every_item(item)


def check(whole: Json) -> None:
    """Raise unless this is a Questionnaire as R4 defines one, with the invariants que-0 to que-12 that apply."""
    _has_only(whole, _WHOLE)
    assert whole["resourceType"] == "Questionnaire"
    assert whole["status"] in ("draft", "active", "retired", "unknown")
    assert re.fullmatch(r"[A-Z]?[A-Za-z0-9_]{1,254}", whole["name"])
    links = [item["linkId"] for item in every_item(whole)]
    assert len(links) == len(set(links))  # que-2
    seen: set[str] = set()
    for item in every_item(whole):
        _check_item(item, seen)
        seen.add(item["linkId"])


def _check_item(item: Json, seen: set[str]) -> None:
    _has_only(item, _ITEM)
    kind = item["type"]
    assert kind in _TYPES
    assert ("item" in item) if kind == "group" else (kind != "display" or "item" not in item)  # que-1
    assert "answerOption" not in item or kind in ("choice", "open-choice")  # que-5
    assert kind != "display" or not {"required", "repeats"} & set(item)  # que-6
    assert "maxLength" not in item or kind in ("string", "text", "url")  # que-10
    when = item.get("enableWhen", [])
    assert ("enableBehavior" in item) == (len(when) > 1)  # que-12
    assert item.get("enableBehavior", "all") in ("all", "any")
    for one in when:
        assert set(one) == {"question", "operator", *(set(one) & set(_ANSWERS))}
        assert len(set(one) & set(_ANSWERS)) == 1
        assert one["question"] in seen
        assert one["operator"] in ("exists", "=", "!=", ">", "<", ">=", "<=")
        assert one["operator"] != "exists" or "answerBoolean" in one  # que-7
        _has_only({key: value for key, value in one.items() if key in _ANSWERS}, _ANSWERS)
    for option in item.get("answerOption", []):
        assert set(option) <= {"extension", "valueCoding"}
        _check_coding(option["valueCoding"])
        _check_extensions(option)
    _check_extensions(item)


def _has_only(found: Mapping[str, object], known: Mapping[str, Any]) -> None:
    for name, value in found.items():
        assert name in known, name
        kinds = known[name]
        assert isinstance(value, kinds), name
        assert not isinstance(value, bool) or kinds is bool, name
        assert value not in ("", [], {}), name
        if isinstance(value, str):
            assert _STRING.fullmatch(value), name
        if name.startswith("_"):
            assert isinstance(value, dict)
            _check_extensions(value)


def _check_extensions(parent: Mapping[str, Any]) -> None:
    for extension in parent.get("extension", []):
        inside = set(extension) - {"url"}
        assert extension["url"]
        assert len(inside) == 1
        if inside == {"extension"}:
            _check_extensions(extension)
        else:
            _has_only({name: extension[name] for name in inside}, _VALUES)


def _check_coding(coding: Json) -> None:
    assert set(coding) <= {"system", "code", "display", "_display"}
    assert _CODE.fullmatch(coding["code"])
    _check_extensions(coding.get("_display", {}))


def item_of(question: Question) -> Json:
    (section,) = questionnaire(of_questions(question))["item"]
    found: Json = section["item"][0]
    return found


def extensions_of(item: Json) -> dict[str, Any]:
    """The extensions by the end of their address."""
    return {
        one["url"].rpartition("/")[2]: next(value for key, value in one.items() if key != "url")
        for one in item.get("extension", [])
    }


@LAW
@given(instruments())
def test_any_instrument_is_a_questionnaire_of_r4_and_asks_every_question_in_order(instrument: Instrument) -> None:
    found = questionnaire(instrument)
    links = [item["linkId"] for item in every_item(found)]
    wanted = [one.id for one in questions(instrument) if not isinstance(one.kind, Information) or one.id in links]
    assert [link for link in links if link in wanted] == wanted


@pytest.mark.parametrize("entry", shelf.ENTRIES, ids=lambda entry: entry.file)
def test_the_instruments_of_the_library_are_questionnaires(entry: shelf.Entry) -> None:
    found = questionnaire(shelf.load(entry))
    assert found["version"] == "3"
    assert found["identifier"][0]["value"].startswith("sha256:")


def test_kinds_become_types_with_their_options_and_limits() -> None:
    other = Option(code="other", label={"en": "Other"}, words=True)
    made = [
        item_of(asked(kind))["type"]
        for kind in (
            ShortText(), LongText(), ShortText(format="web"), ShortText(format="time"), YesNo(), Date(), Information(),
            Number(), Number(decimals=2), Scale(), SingleChoice(options=options("a")),
        )
    ]  # fmt: skip
    assert made == [
        "string", "text", "url", "time", "boolean", "date", "display", "integer", "decimal", "integer", "choice",
    ]  # fmt: skip
    assert item_of(asked(SingleChoice(options=(*options("a"), other))))["type"] == "open-choice"
    many = item_of(asked(MultipleChoice(options=options("a", "b", exclusive=True), at_least=1, at_most=2)))
    assert (many["repeats"], many["answerOption"][1]["valueCoding"]) == (True, {"code": "b", "display": "b"})
    assert extensions_of(many["answerOption"][0]) == {"questionnaire-optionExclusive": True}
    assert extensions_of(many) == {"questionnaire-minOccurs": 1, "questionnaire-maxOccurs": 2}
    number = item_of(asked(Number(unit={"en": "kg"}, least=0, most=2.5, decimals=1)))
    assert extensions_of(number) == {
        "minValue": 0, "maxValue": 2.5, "maxDecimalPlaces": 1, "questionnaire-unit": {"display": "kg"},
    }  # fmt: skip
    assert item_of(asked(Rank(options=options("a", "b", "c"), top=2)))["repeats"]


def test_a_matrix_is_a_group_and_so_is_a_topic() -> None:
    matrix = item_of(asked(Matrix(each=Scale(low={"en": "No"}), rows=rows("x", "y")), "m", required=True))
    assert [(item["linkId"], item["required"]) for item in matrix["item"]] == [("m.x", True), ("m.y", True)]
    assert matrix["item"][0]["item"][0]["text"] == "No"
    topic = item_of(asked(Topic(probes=(Probe(id="who", label={"en": "Who"}),)), "t"))
    assert [(item["linkId"], item["type"]) for item in topic["item"]] == [("t/notes", "text"), ("t/probes", "choice")]


def test_texts_are_in_every_language() -> None:
    option = Option(code="a", label={"en": "Yes", "fr": "Oui"})
    kind = SingleChoice(options=(option,))
    question = Question(
        id="q", kind=kind, label={"en": "How?", "fr": "Comment ?"}, help={"en": "Think", "fr": "Pensez"}
    )
    found = questionnaire(of_questions(question, languages=("en", "fr"), title={"en": "It", "fr": "Le"}))
    item = found["item"][0]["item"][0]
    french = {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
        {"url": "lang", "valueCode": "fr"}, {"url": "content", "valueString": "Comment ?"},
    ]}  # fmt: skip
    assert (item["text"], item["_text"]) == ("How?", {"extension": [french]})
    assert item["answerOption"][0]["valueCoding"]["_display"]["extension"][0]["extension"][1]["valueString"] == "Oui"
    assert item["item"][0]["_text"]["extension"][0]["extension"][1]["valueString"] == "Pensez"
    assert found["_title"]["extension"][0]["extension"][1]["valueString"] == "Le"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (asked(YesNo(), "q", identifying=True), "That this says who somebody is, is not in the file."),
        (asked(YesNo(), "q", may_decline=True), "That one may decline to answer is not in the file."),
        (asked(Number(), "q", constraint=". > 3"), "The condition for an answer and its message are not in the file."),
        (asked(Date(latest="today"), "q"), "How precise a date has to be, and a limit of today, are not in the file."),
        (asked(Rank(options=options("a")), "q"), "The order is that in which the answers are given in the file."),
    ],
)
def test_what_a_questionnaire_cannot_say_is_told(question: Question, said: str) -> None:
    assert [(line.place, str(line.sentence)) for line in write(of_questions(question)).lines] == [("q", said)]


LOOKED_AT = of_questions(
    asked(SingleChoice(options=options("a", "b", "c", "other")), "one"),
    asked(MultipleChoice(options=options("a", "b", "c", "other")), "many"),
    asked(Number(), "number"),
    asked(YesNo(), "yn"),
    asked(LongText(), "words"),
    asked(Matrix(each=SingleChoice(options=options("a", "b")), rows=rows("r0")), "matrix"),
    asked(LongText(), "q"),
)
IDS = ("one", "many", "number", "yn", "words", "matrix")


def shown(whole: Json, link: str, answers: Mapping[str, Answer]) -> bool:
    """Whether a program that keeps to FHIR would show the item: it and all groups around it are enabled."""

    def within(parent: Json) -> bool | None:
        for item in parent.get("item", []):
            found = True if item["linkId"] == link else within(item)
            if found is not None:
                return found and _enabled(item, answers)
        return None

    return bool(within(whole))


def _enabled(item: Json, answers: Mapping[str, Answer]) -> bool:
    when = [_holds(one, answers) for one in item.get("enableWhen", [])]
    return (any(when) if item.get("enableBehavior") == "any" else all(when)) if when else True


def _given(link: str, answers: Mapping[str, Answer]) -> list[Any]:
    question, _, row = link.partition(".")
    answer: Any = answers.get(question)
    if row:
        answer = answer.get(row) if isinstance(answer, dict) else None
    if answer is None or (isinstance(answer, dict) and answer.get("declined")):
        return []
    if question == "yn":
        return [answer == "yes"]
    return [answer] if isinstance(answer, int) or question == "words" else list(codes_of(answer))


def _holds(when: Json, answers: Mapping[str, Answer]) -> bool:
    given = _given(when["question"], answers)
    (wanted,) = (value for key, value in when.items() if key.startswith("answer"))
    wanted = wanted["code"] if isinstance(wanted, dict) else wanted
    match when["operator"]:
        case "exists":
            return bool(given) is wanted
        case "=":
            return wanted in given
        case "!=":
            return wanted not in given
        case "<":
            return any(one < wanted for one in given)
        case "<=":
            return any(one <= wanted for one in given)
        case ">":
            return any(one > wanted for one in given)
        case _:
            return any(one >= wanted for one in given)


@settings(max_examples=150, deadline=None)
@given(conditions(IDS), sound_answers(LOOKED_AT))
def test_what_is_shown_by_enable_when_is_what_we_would_ask(condition: Condition, answers: dict[str, Answer]) -> None:
    *before, last = LOOKED_AT.sections[0].questions
    instrument = of_questions(*before, Question(id="q", kind=last.kind, label=last.label, relevant=printed(condition)))
    whole = questionnaire(instrument)
    if any(line.name == "relevant" for line in write(instrument).lines):
        assert shown(whole, "q", {})
    else:
        assert shown(whole, "q", answers) == evaluate(condition, answers)


def test_a_section_is_a_group_under_its_condition_and_any_of_some_and_all_of_others_can_be_said() -> None:
    first = Section(id="a", questions=LOOKED_AT.sections[0].questions[:-1])
    said = "(${one} = 'a' or ${yn} = 'yes') and (${number} > 3 or ${words} != '') and selected(${many}, 'b')"
    second = Section(id="b", title={"en": "B"}, questions=(asked(YesNo(), "q"),), relevant=said)
    whole = questionnaire(of_sections(first, second))
    outer = whole["item"][1]
    assert (outer["linkId"], outer["enableBehavior"]) == ("section/b/when2", "any")
    inner = outer["item"][0]
    assert (inner["linkId"], inner["item"][0]["linkId"]) == ("section/b/when1", "section/b")
    assert inner["item"][0]["enableWhen"] == [{"question": "many", "operator": "=", "answerCoding": {"code": "b"}}]
