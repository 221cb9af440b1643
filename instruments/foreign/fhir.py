"""Instruments as FHIR R4 Questionnaires (JSON), in all their languages, with a line for each thing that is not in them.

A section is a group, a question an item, a matrix a group of items, a topic a group of notes and probes. What HL7 has
published an extension for (translations, limits, exclusive options) is written with it.
"""

import json
from collections.abc import Iterator

from instruments.canonical import fingerprint
from instruments.definition import Instrument, Question, Section, questions
from instruments.foreign.account import Fate, Line, Written
from instruments.foreign.fhir_conditions import Asked, Clause, clauses_of, items_of
from instruments.foreign.fhir_items import OF_FHIR, Json, clean, control, display, extended, of_kind, text
from instruments.kinds import Cell, Date, Information, Kind, Matrix, Rank, Scale, ShortText, Topic, options_of
from instruments.piping import piped_into
from instruments.sentences import Sentence, Texts


def write(instrument: Instrument, *, version: str = "") -> Written:
    """The questionnaire; ``version`` is the number of the published version, and a draft has none."""
    made = _Questionnaire(instrument)
    languages = instrument.languages
    body: Json = {
        "resourceType": "Questionnaire",
        "language": instrument.language,
        "identifier": [{"value": f"sha256:{fingerprint(instrument)}"}],
        **({"version": version} if version else {}),
        "name": instrument.id,
        **text("title", instrument.title, languages),
        "status": "active" if version else "draft",
        **text("description", instrument.help, languages),
        **text("purpose", instrument.provenance, languages),
        "item": [item for section in instrument.sections for item in made.section(section)],
    }
    if not body["item"]:
        del body["item"]
    if instrument.minutes is not None:
        made.lose(instrument.id, "minutes", "How long this takes is not in the file.")
    data = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return Written(data.encode("utf-8", "replace"), tuple(made.lines))


class _Questionnaire:
    """Makes the items, and keeps account of what they cannot say."""

    def __init__(self, instrument: Instrument) -> None:
        self.lines: list[Line] = []
        self._languages = instrument.languages
        self._items: dict[tuple[str, str], Asked] = {}
        for question in questions(instrument):
            if question.asks and not isinstance(question.kind, Topic):
                self._items |= items_of(question.id, question.id, question.kind)

    def lose(self, place: str, name: str, said: str) -> None:
        """Something is not in the file."""
        self.lines.append(Line(place, name, Fate.LEFT_OUT, Sentence(said)))

    def _change(self, place: str, name: str, said: str) -> None:
        self.lines.append(Line(place, name, Fate.CHANGED, Sentence(said)))

    def section(self, section: Section) -> Iterator[Json]:
        """A group, if there is anything in it."""
        link = f"section/{section.id}"
        inside = display(f"{link}/help", section.help, self._languages, "help")
        inside += [item for question in section.questions for item in self._question(question)]
        if inside:
            group = {"linkId": link} | text("text", section.title, self._languages) | {"type": "group"}
            yield self._shown_when(group | {"item": inside}, section.relevant, section.id)

    def _shown_when(self, item: Json, condition: str, place: str) -> Json:
        """The item under its condition: comparisons that all have to hold at the item itself, others around it."""
        clauses = clauses_of(condition, self._items)
        if clauses is None or any(not clause for clause in clauses):
            self.lose(
                place, "relevant", "The condition for asking this cannot be said in the file, so it is always asked."
            )
            return item
        singles = [when for clause in clauses if len(clause) == 1 for when in clause]
        several = [clause for clause in clauses if len(clause) > 1]
        if not singles and several:
            singles, behavior = several.pop(0), "any"
        else:
            behavior = "all"
        link = item["linkId"]
        item = _enabled(item, singles, behavior)
        for number, clause in enumerate(several, 1):
            outer: Json = {"linkId": f"{link}/when{number}", "type": "group", "item": [item]}
            item = _enabled(outer, clause, "any")
        return item

    def _question(self, question: Question) -> Iterator[Json]:
        self._say_what_is_lost(question)
        item: Json = {"linkId": question.id} | text("text", question.label, self._languages)
        notes = clean(next(iter(question.notes.values()), ""))
        if notes:
            item = extended(item, {"url": f"{OF_FHIR}designNote", "valueMarkdown": notes})
        inside = display(f"{question.id}/help", question.help, self._languages, "help")
        match question.kind:
            case Matrix(each=each, rows=rows):
                item = extended(item, control("table")) | {"type": "group"}
                inside += [self._row(question, each, row.id, row.label, row.relevant) for row in rows]
            case Topic():
                item["type"] = "group"
                inside += self._topic(question, question.kind)
            case Information():
                # A text that is read can hold no other, so its help follows it.
                yield self._shown_when(item | {"type": "display"}, question.relevant, question.id)
                yield from (self._shown_when(one, question.relevant, question.id) for one in inside)
                return
            case kind:
                made = of_kind(kind, self._languages)
                item = extended(
                    item | {key: value for key, value in made.items() if key != "extension"}, *_extensions(made)
                )
                inside += self._ends(question.id, kind)
                if question.required:
                    item["required"] = True
        if inside:
            item["item"] = inside
        if item["type"] != "group" or inside:
            yield self._shown_when(item, question.relevant, question.id)

    def _row(self, question: Question, each: Cell, row: str, label: Texts, condition: str) -> Json:
        link = f"{question.id}.{row}"
        made = of_kind(each, self._languages)
        item = {"linkId": link} | text("text", label, self._languages)
        item |= {key: value for key, value in made.items() if key != "extension"}
        item = extended(item, *_extensions(made))
        if question.required:
            item["required"] = True
        ends = self._ends(link, each)
        return self._shown_when(item | ({"item": ends} if ends else {}), condition, link)

    def _ends(self, link: str, kind: Kind | Cell) -> list[Json]:
        """The names of the ends of a scale."""
        if not isinstance(kind, Scale):
            return []
        low = display(f"{link}/low", kind.low, self._languages, "lower")
        return low + display(f"{link}/high", kind.high, self._languages, "upper")

    def _topic(self, question: Question, kind: Topic) -> list[Json]:
        notes: Json = {"linkId": f"{question.id}/notes", "type": "text"}
        if question.required:
            notes["required"] = True
        options = [
            {"valueCoding": {"code": probe.id} | text("display", probe.label, self._languages)} for probe in kind.probes
        ]
        probes: Json = {"linkId": f"{question.id}/probes", "type": "choice", "repeats": True, "answerOption": options}
        return [notes, probes] if options else [notes]

    def _say_what_is_lost(self, question: Question) -> None:
        if question.identifying:
            self.lose(question.id, "identifying", "That this says who somebody is, is not in the file.")
        if question.may_decline:
            self.lose(question.id, "may_decline", "That one may decline to answer is not in the file.")
        if question.constraint or question.message:
            self.lose(question.id, "constraint", "The condition for an answer and its message are not in the file.")
        if question.new_page:
            self.lose(question.id, "new_page", "That a new page begins here is not in the file.")
        if piped_into(question):
            self.lose(question.id, "label", "The text repeats an answer, and shows ${…} in the file instead of it.")
        if any(option.relevant for option in options_of(question.kind)):
            self.lose(question.id, "options", "Under which conditions an option is offered is not in the file.")
        if any(option.declines for option in options_of(question.kind)):
            self.lose(question.id, "options", "That an option counts as declined is not in the file.")
        self._say_what_is_lost_of(question.id, question.kind)

    def _say_what_is_lost_of(self, place: str, kind: Kind) -> None:
        each = kind.each if isinstance(kind, Matrix) else kind
        match each:
            case Topic():
                self._change(place, "kind", "A topic is a group of notes and probes in the file.")
            case Rank():
                self._change(place, "kind", "The order is that in which the answers are given in the file.")
            case Scale() if any(each.middle.values()):
                self.lose(place, "middle", "The name of the middle of the scale is not in the file.")
            case Date() if each.precision != "day" or "today" in (each.earliest, each.latest):
                self.lose(place, "limits", "How precise a date has to be, and a limit of today, are not in the file.")
            case ShortText(format="email" | "phone"):
                self.lose(
                    place, "format", "That it has to be an e-mail address or a telephone number is not in the file."
                )
            case _:
                pass


def _extensions(made: Json) -> list[Json]:
    found = made.get("extension")
    return found if isinstance(found, list) else []


def _enabled(item: Json, clause: Clause, behavior: str) -> Json:
    """The item with comparisons that enable it, where there are any. They stand before its required and items."""
    if not clause:
        return item
    return item | {"enableWhen": clause} | ({"enableBehavior": behavior} if len(clause) > 1 else {})
